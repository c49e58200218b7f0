#!/usr/bin/env bash
# Builds and runs the test projects against a real PostgreSQL, a real S3 server and a real OpenID provider.
#
#   eng/test.sh [PROJECT…] [-- OPTION…]
#
# PROJECT is Flows, Server, EndToEnd, …; all when none is named. OPTIONs go to every test program, e.g. --filter-class '*Publish*'.
# TEST_TIMEOUT (15m) bounds each test program.
# The last line is always "N passed, N failed, N skipped"; logs and reports stay in artifacts/tests/.
set -euo pipefail
# shellcheck source=SCRIPTDIR/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$root"

results=$root/artifacts/tests
servers= # the folder of the running servers, once there is one

all_projects() {
    local folder name
    for folder in tests/*/; do
        name=$(basename "$folder" .Tests)
        [[ $name == ScaiGrid.EndToEnd ]] || echo "${name#ScaiGrid.}"
    done
    echo EndToEnd # the slowest, and the one that builds on all others, comes last
}

full_name() {
    if [[ $1 == EndToEnd ]]; then echo ScaiGrid.EndToEnd; else echo "ScaiGrid.$1.Tests"; fi
}

# The libraries know no server, so that their tests can be run alone in seconds.
needs_servers() {
    local project
    for project in "$@"; do
        case $project in Flows | Gateway | Runtime) ;; *) return 0 ;; esac
    done
    return 1
}

start_servers() {
    eng/postgres.sh install
    eng/rgw.sh install
    npm_ci "$root/eng/oidc-provider"
    say "Starting PostgreSQL and an S3 server"
    servers=$(mktemp -d "${TMPDIR:-/tmp}/scaigrid-test.XXXXXX")
    chmod 711 "$servers" # PostgreSQL runs as a user of its own
    SCAIGRID_TEST_POSTGRES=$(eng/postgres.sh start "$servers/postgres")
    SCAIGRID_TEST_S3=$(eng/rgw.sh start "$servers/rgw")
    SCAIGRID_TEST_OIDC_DIR=$root/eng/oidc-provider # the tests start this one themselves, each with its own people
    export SCAIGRID_TEST_POSTGRES SCAIGRID_TEST_S3 SCAIGRID_TEST_OIDC_DIR
}

# What the tests of the published server call it with.
install_clients() {
    local python
    npm_ci "$root/tests/ScaiGrid.EndToEnd/node"
    have curl || install_packages curl curl ca-certificates
    have chromium || install_packages Chromium chromium
    SCAIGRID_TEST_CHROMIUM=$(command -v chromium)
    export SCAIGRID_TEST_CHROMIUM
    if ! /usr/bin/python3 -c 'import httpx' 2>/dev/null && have apt-get && ((EUID == 0)); then
        install_packages "Python's httpx" python3-httpx
    fi
    for python in python3 /usr/bin/python3; do
        if "$python" -c 'import httpx' 2>/dev/null; then
            export SCAIGRID_TEST_PYTHON=$python
        fi
    done
}

build() {
    local project
    for project in "$@"; do
        say "Building $(full_name "$project")"
        dotnet build "tests/$(full_name "$project")" -c Release -v quiet --tl:off
        [[ $project != EndToEnd ]] || publish_server
    done
}

# The server as it ships, for the tests that start it as a process.
publish_server() {
    dotnet publish src/ScaiGrid.Server -c Release -v quiet --tl:off
    export SCAIGRID_TEST_SERVER=$root/artifacts/publish/ScaiGrid.Server/release/ScaiGrid.Server
}

# run_tests PROGRAM RUN [OPTION…] leaves RUN.json, the report, and RUN.exit, the program's exit code. Exit code 8 says
# that no test ran, which is fine for one program (a filter) and a failure for all together.
run_tests() {
    local program=artifacts/bin/$1/release/$1 run=$2 status=0 began=$SECONDS
    shift 2
    say "Running $run"
    "$program" --results-directory "$results" --report-ctrf --report-ctrf-filename "$run.json" \
        --ignore-exit-code 8 --timeout "${TEST_TIMEOUT:-15m}" --no-progress "$@" 2>&1 | tee "$results/$run.log" || status=$?
    echo "$status" >"$results/$run.exit"
    say "$run took $((SECONDS - began)) s"
}

finish() {
    local status=$?
    trap - EXIT INT TERM
    if [[ -n $servers ]]; then
        eng/rgw.sh stop "$servers/rgw" || true
        eng/postgres.sh stop "$servers/postgres" || true
        rm -rf "$servers"
    fi
    ((status == 0)) || echo "$status" >"$results/Preparation.exit"
    node eng/count-tests.mjs "$results"
    exit
}

projects=()
while (($# > 0)) && [[ $1 != -- ]]; do
    [[ -d tests/$(full_name "$1") ]] || die "There is no test project $1, only: $(all_projects | xargs)"
    projects+=("$1")
    shift
done
(($# == 0)) || shift
((${#projects[@]} > 0)) || mapfile -t projects < <(all_projects)

need_dotnet
need_node
rm -rf "$results"
mkdir -p "$results"
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

if needs_servers "${projects[@]}"; then start_servers; fi
if [[ " ${projects[*]} " == *" Flows "* ]]; then npm_ci "$root/tests/ScaiGrid.Flows.Tests/node"; fi
if [[ " ${projects[*]} " == *" EndToEnd "* ]]; then install_clients; fi
build "${projects[@]}"
for project in "${projects[@]}"; do
    name=$(full_name "$project")
    run_tests "$name" "$name" "$@"
    if [[ $project == Server ]]; then # what holds on SQLite must hold on PostgreSQL
        SCAIGRID_TEST_DATABASE=postgres run_tests "$name" "$name on PostgreSQL" "$@"
    fi
done
