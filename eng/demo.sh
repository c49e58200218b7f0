#!/usr/bin/env bash
# Builds the server, starts it with a sample company, publishes two sample Cores, shares a sample flow through the catalog,
# calls them, and stays up until Ctrl-C.
#
#   eng/demo.sh [--port N] [--data FOLDER]     8080 and artifacts/demo unless told
#
# A second start on the same folder finds what the first one made.
set -euo pipefail
# shellcheck source=SCRIPTDIR/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$root"

port=8080
data=$root/artifacts/demo
key=$(sed -n 's/.*key: \(sgk_[A-Za-z0-9_-]*\).*/\1/p' samples/bootstrap/demo.yaml)
server= # the process, once there is one
answer= # the last one that the server gave
bearer=$key # who calls
shared= # the model that was made of the shared flow

while (($# > 0)); do
    case "$1 ${2-}" in
        "--port "[0-9]*) port=$2 ;;
        "--data "?*) data=$(realpath -m "$2") ;;
        *) die "usage: ./build.sh demo [--port N] [--data FOLDER]" ;;
    esac
    shift 2
done

host=http://127.0.0.1:$port
log=$data/server.log

# Ends with the server's own exit code.
stop() {
    trap '' INT TERM # once is enough
    [[ -n $server ]] || return 0
    kill -TERM "$server" 2>/dev/null || true
    wait "$server"
}

# shellcheck disable=SC2317 # a trap calls it
interrupted() {
    stop || die "The server did not stop cleanly, see $log"
    say "Stopped."
    exit 0
}

failed() {
    say "$1"
    if [[ -s $log ]]; then
        echo "The server's last words, from $log:" >&2
        tail -n 15 "$log" >&2
    fi
    stop || true
    exit 1
}

port_is_free() {
    ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null
}

ready() {
    curl -sf -o /dev/null "$host/health/ready"
}

start_server() {
    mkdir -p "$data"
    SCAIGRID_Urls=$host SCAIGRID_DataDir=$data SCAIGRID_Bootstrap__File=$root/samples/bootstrap/demo.yaml \
        artifacts/bin/ScaiGrid.Server/release/ScaiGrid.Server >"$log" 2>&1 &
    server=$!
    wait_until 60 ready_or_gone || failed "The server was not ready within 60 s."
    ready || failed "The server did not start."
}

# shellcheck disable=SC2317 # wait_until calls it
ready_or_gone() {
    ready || gone "$server"
}

# call METHOD PATH [BODY [TYPE]]: leaves what the server answered in $answer; anything but success ends the demo.
call() {
    local body=()
    (($# < 3)) || body=(-H "Content-Type: ${4-application/json}" --data-binary "$3")
    answer=$(curl -sS --fail-with-body -X "$1" "$host$2" -H "Authorization: Bearer $bearer" "${body[@]}" 2>&1) ||
        failed "$1 $2 was refused: $answer"
}

# sign_in CLIENT: the calls that follow are that program's. The catalog and flows are not for API keys.
sign_in() {
    answer=$(curl -sS --fail-with-body "$host/auth/token" -u "$1:$1-demo-secret" -d grant_type=client_credentials 2>&1) ||
        failed "$1 could not sign in: $answer"
    bearer=$(json .access_token)
}

# json EXPRESSION: of the last answer, as JavaScript reads it.
json() {
    node -e 'const answer = JSON.parse(process.argv[1]); console.log(eval(process.argv[2]) ?? "")' "$answer" "answer$1"
}

# field EXPRESSION: of its data.
field() {
    json ".data$1"
}

# publish NAME: makes the sample Core of that name be there, run, and be published, whatever it was before.
publish() {
    local id cores=/v1/modules/scaicore/cores
    call GET "$cores?limit=1000"
    id=$(field ".items.find((core) => core.slug === '$1')?.id")
    if [[ -z $id ]]; then
        call POST "$cores" "@samples/cores/$1.yaml" application/yaml
        id=$(field .id)
    fi

    call GET "$cores/$id"
    [[ $(field .status) == running ]] || call POST "$cores/$id/start"
    [[ $(field .metadata.published) == true ]] || call POST "$cores/$id/publish" '{"group_ids": ["mg_internal_chat"]}'
    say "Published scaicore/acme/$1"
}

# share NAME: one program publishes the sample flow of that name, another installs, saves and deploys it as a model.
share() {
    local flow
    sign_in acme-build
    call GET /api/v1/catalog
    if [[ -z $(json ".find((package) => package.package_id === '$1')?.version") ]]; then
        call POST /api/v1/catalog/publish "$(node -e '
            const { readFileSync } = require("node:fs");
            const content = JSON.parse(readFileSync(`samples/flows/${process.argv[1]}.flow.json`));
            console.log(JSON.stringify({
                package_id: process.argv[1], name: content.name, description: content.metadata?.description, version: content.version, content,
            }));' "$1")"
        say "Published the package $1 $(json .version)"
    fi

    sign_in acme-ops
    call GET /api/v1/flows
    flow=$(json ".items[0]?.id")
    if [[ -z $flow ]]; then
        call GET "/api/v1/catalog/$1/install"
        call POST /api/v1/flows "$(node -e '
            const { flow } = JSON.parse(process.argv[1]);
            console.log(JSON.stringify({ name: flow.name, content: flow }));' "$answer")"
        flow=$(json .id)
    fi

    call POST "/api/v1/flows/$flow/deploy" '{"publish_as_model": true, "group_ids": ["mg_internal_chat"]}'
    shared=$(json .published_slug)
    bearer=$key
    say "Installed $1 from the catalog, and published it as $shared"
}

# chat SLUG MESSAGE
chat() {
    call POST /v1/inference/chat "{\"model\": \"$1\", \"messages\": [{\"role\": \"user\", \"content\": \"$2\"}]}"
    said=$(field '.choices[0].message.content')
}

tour() {
    local approval=scaicore/acme/approval-agent triage=scaicore/acme/support-triage small='Taxi 42 EUR' large='Laptop 1200 EUR'
    local said approved helped asked checkpoint json="-H 'Content-Type: application/json'" authorization="-H 'Authorization: Bearer $key'"
    chat "$approval" "$small"
    approved=$said
    chat "$triage" 'Where is my parcel?'
    helped=$said
    chat "$approval" "$large"
    asked=$said
    checkpoint=$(field .scaicore.checkpoint.id)
    cat <<TEXT

ScaiGrid answers at $host
  key      $key
  user     Alice (alice@acme.example), who administers the tenant acme
  models   $approval, $triage, $shared, demo/assistant
  data     $data

A Core that calls a model, $triage:
  > Where is my parcel?
  < $helped

A Core that decides by a rule, $approval:
  > $small
  < $approved

Ask it yourself:
  curl -sS $host/v1/inference/chat $authorization $json \\
    -d '{"model": "$approval", "messages": [{"role": "user", "content": "$small"}]}'

A large amount waits for a person:
  > $large
  < $asked

Be that person:
  curl -sS $host/v1/modules/scaicore/checkpoints/$checkpoint/resolve $authorization $json \\
    -d '{"resolution": "approve"}'

Ctrl-C stops it; the same command starts it again with all that it knows.
TEXT
}

need_dotnet
need_node
have curl || install_packages curl curl ca-certificates
port_is_free || die "Port $port is in use. Stop what listens there, or choose another: ./build.sh demo --port 8081"
[[ -n $key ]] || die "samples/bootstrap/demo.yaml has no API key."

say "Building"
dotnet build src/ScaiGrid.Server -c Release -v quiet --tl:off
trap interrupted INT TERM
say "Starting at $host"
start_server
publish approval-agent
publish support-triage
share expense-approval
tour
wait "$server" || true
failed "The server has ended by itself."
