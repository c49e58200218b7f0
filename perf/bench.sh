#!/usr/bin/env bash
# Measures the server against a floor (nginx) and a peer (a bare ASP.NET proxy) on this machine, in turns, in one run.
#
#   perf/bench.sh [compile] [chat] [core] [stream] [catalog] [durable] [suspended]     all when none is named
#
# BENCH_SECONDS (5) is the length of one measurement, BENCH_ROUNDS (3) how often each is taken: medians are reported.
# BENCH_POSTGRES (Host=…;Port=…;Username=…) is a running PostgreSQL for the catalog and runs; without it one is started that waits for the disk as one in service does.
# Prints a table and writes it to artifacts/bench/.
set -euo pipefail
# shellcheck source=SCRIPTDIR/../eng/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../eng/lib.sh"
cd "$root"

need_dotnet
if (($# == 0)) || [[ " $* " == *" compile "* ]]; then
    say "Compiling flows"
    dotnet build perf/ScaiGrid.Perf.Compile -c Release -v quiet --tl:off
    mkdir -p artifacts/bench
    artifacts/bin/ScaiGrid.Perf.Compile/release/ScaiGrid.Perf.Compile | tee artifacts/bench/compile.md
    scenarios=()
    for scenario; do [[ $scenario == compile ]] || scenarios+=("$scenario"); done
    (($# == 0 || ${#scenarios[@]} > 0)) || exit 0
    set -- "${scenarios[@]}"
fi

need_node
PATH=$PATH:/usr/sbin # where Debian keeps nginx
if ! have nginx wrk sqlite3 || [[ ! -e /usr/lib/nginx/modules/ngx_http_echo_module.so ]]; then
    install_packages "the load generator, nginx and sqlite3" nginx-light libnginx-mod-http-echo wrk sqlite3
fi

say "Building"
dotnet publish perf/ScaiGrid.Perf.BareProxy -c Release -v quiet --tl:off
dotnet publish src/ScaiGrid.Server -c Release -v quiet --tl:off
if [[ -z ${BENCH_POSTGRES-} ]] && { (($# == 0)) || [[ " $* " =~ \ (catalog|durable|suspended)\  ]]; }; then
    servers=$(mktemp -d)
    chmod 711 "$servers" # PostgreSQL runs as a user of its own
    trap 'eng/postgres.sh stop "$servers/postgres"; rm -rf "$servers"' EXIT
    BENCH_POSTGRES=$(eng/postgres.sh start "$servers/postgres")
    export BENCH_POSTGRES
    port=${BENCH_POSTGRES#*Port=}
    psql -qX -h 127.0.0.1 -p "${port%%;*}" -U postgres -c 'ALTER SYSTEM SET fsync = on' -c 'ALTER SYSTEM SET full_page_writes = on' \
        -c 'ALTER SYSTEM SET synchronous_commit = on' -c 'SELECT pg_reload_conf()' >/dev/null
fi
node perf/bench.mjs "$@"
