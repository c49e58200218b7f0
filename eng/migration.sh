#!/usr/bin/env bash
# Writes the migration NAME for both databases from the difference between the model and the last one.
set -euo pipefail
cd "$(dirname "$0")/.."
name=${1:?usage: ./build.sh migration NAME}

dotnet tool restore >/dev/null
export DesignMigrations=true
# Design-time packages must not end up in the lock file that everyone restores from.
lock=src/ScaiGrid.Server/packages.lock.json
kept=$(mktemp)
cp "$lock" "$kept"
trap 'mv "$kept" "$lock"' EXIT
dotnet build src/ScaiGrid.Server -v q

for db in Sqlite Postgres; do
    dotnet ef migrations add "$name" --no-build --project src/ScaiGrid.Server --context "${db}Db" --output-dir "Data/Migrations/$db" -- --DesignMigrations
done
