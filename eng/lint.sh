#!/usr/bin/env bash
# Everything that can be checked without running the product. Reports all faults, not the first.
# (That the golden files are fresh is a test: eng/test.sh compares each with what the code produces.)
set -euo pipefail
# shellcheck source=SCRIPTDIR/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$root"

faults=0

check() {
    local what=$1
    shift
    say "Checking $what"
    "$@" || { say "FAILED: $what"; faults=$((faults + 1)); }
}

format() {
    dotnet format ScaiGrid.slnx --verify-no-changes --no-restore
}

# Analyzers run in the build, and each of their warnings is an error.
analyzers() {
    dotnet build ScaiGrid.slnx -c Release -v quiet --tl:off
}

nuget_audit() {
    local report
    if ! report=$(dotnet list ScaiGrid.slnx package --vulnerable --include-transitive 2>&1); then
        say "NuGet packages are NOT audited, the registry does not answer: $(tail -n 1 <<<"$report")"
    elif grep -q 'has the following vulnerable packages' <<<"$report"; then
        echo "$report"
        return 1
    fi
}

# npm answers with a report or with an error object, and ends with 1 for both a finding and an error.
npm_audit() {
    local report
    report=$(npm audit --json --prefix "$1" 2>/dev/null) || true
    if ! grep -q '"auditReportVersion"' <<<"$report"; then
        say "The npm packages of $1 are NOT audited, the registry does not answer."
    elif ! grep -q '"total": 0' <<<"$report"; then
        npm audit --prefix "$1" || true
        return 1
    fi
}

# A lock file that names a registry ties every build to that registry.
portable_lock_files() {
    ! git ls-files '*package-lock.json' | xargs -r grep -n '"resolved": "http'
}

shell_scripts() {
    have shellcheck || install_packages shellcheck shellcheck
    git ls-files '*.sh' .ci/run | xargs shellcheck -x
}

need_dotnet
need_node
check "analyzers" analyzers
check "formatting" format
check "shell scripts" shell_scripts
check "lock files" portable_lock_files
check "NuGet packages for known vulnerabilities" nuget_audit
for folder in $(git ls-files '*package-lock.json' | xargs -r -n 1 dirname); do
    check "npm packages of $folder for known vulnerabilities" npm_audit "$folder"
done
((faults == 0)) || die "$faults of the checks failed."
say "All checks passed."
