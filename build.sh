#!/usr/bin/env bash
# The only entry point: everything that people and build machines do with this repository starts here.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=eng/lib.sh
source eng/lib.sh

usage() {
    cat <<'TEXT'
usage: ./build.sh COMMAND [ARGUMENT…]

  demo [--port N] [--data FOLDER]  build, start with a sample company, publish two sample Cores, call one, stay up
  run [-- ARGUMENT…]               build and start the server; arguments go to it
  test [PROJECT…] [-- OPTION…]     build and test everything, or the named projects (Flows, Server, EndToEnd, …);
                                   installs the PostgreSQL, S3 and OpenID servers it needs; options go to the test programs
  e2e [-- OPTION…]                 the tests of the published server only
  crash [COUNT]                    kill the server with SIGKILL, 200 (or COUNT) times in each crash test, on both databases
  fuzz [COUNT]                     try 100,000 (or COUNT) damaged inputs of each kind, and fewer over HTTP
  golden [PROJECT…]                rewrite the golden files from what the code produces; the diff is the review
  lint                             analyzers, formatting, shell scripts, known vulnerabilities
  migration NAME                   write the database migration NAME for both databases
  bench [SCENARIO…]                measure against the peers on this machine; writes artifacts/bench/
  ci                               what a build machine runs: lint, then test, with locked packages
  help                             this text

Needs the .NET SDK of global.json and Node.js 20 or later; everything else is installed on demand (Debian, as root).
TEXT
}

run() {
    need_dotnet
    [[ ${1-} != -- ]] || shift
    dotnet build src/ScaiGrid.Server -c Release -v quiet --tl:off
    exec artifacts/bin/ScaiGrid.Server/release/ScaiGrid.Server "$@"
}

crash() {
    export SCAIGRID_TEST_KILLS=${1:-200} TEST_TIMEOUT=12h
    eng/test.sh EndToEnd -- --filter-class '*Crash*'
}

fuzz() {
    export SCAIGRID_TEST_FUZZ=${1:-100000}
    eng/test.sh Flows Server -- --filter-class '*FuzzTests*'
}

golden() {
    GOLDEN=accept eng/test.sh "$@"
    git status --short
}

ci() {
    export CI=true
    eng/lint.sh
    eng/test.sh
}

command=${1:-help}
(($# == 0)) || shift
case $command in
    demo) exec eng/demo.sh "$@" ;;
    run) run "$@" ;;
    test) exec eng/test.sh "$@" ;;
    e2e) exec eng/test.sh EndToEnd "$@" ;;
    crash) crash "$@" ;;
    fuzz) fuzz "$@" ;;
    golden) golden "$@" ;;
    lint) exec eng/lint.sh ;;
    migration) exec eng/migration.sh "$@" ;;
    bench) exec perf/bench.sh "$@" ;;
    ci) ci ;;
    help | -h | --help) usage ;;
    *)
        usage >&2
        die "There is no command $command."
        ;;
esac
