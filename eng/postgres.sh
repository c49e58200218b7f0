#!/usr/bin/env bash
# A throw-away PostgreSQL for tests, on loopback and a free port. Fast, not durable: it does not wait for the disk.
#
#   eng/postgres.sh install        from Debian, when missing
#   eng/postgres.sh start FOLDER   prints its connection string (without a database)
#   eng/postgres.sh stop FOLDER    and removes the folder
set -euo pipefail
# shellcheck source=SCRIPTDIR/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# Debian keeps the server's programs off the path, a folder per version.
binaries() {
    local newest
    newest=$(find /usr/lib/postgresql -mindepth 2 -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -n 1)
    [[ -n $newest ]] && echo "$newest" && return
    have postgres initdb pg_ctl && dirname "$(command -v postgres)"
}

install() {
    binaries >/dev/null || install_packages PostgreSQL postgresql
}

# PostgreSQL refuses to run as root.
unprivileged() {
    if ((EUID == 0)); then runuser -u postgres -- "$@"; else "$@"; fi
}

make_cluster() {
    local folder=$1 bin=$2
    mkdir -p "$folder"
    ((EUID != 0)) || chown postgres "$folder"
    unprivileged "$bin/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$folder.log" 2>&1
    unprivileged tee -a "$folder/data/postgresql.conf" >/dev/null <<-CONF
		listen_addresses = '127.0.0.1'
		unix_socket_directories = ''
		max_connections = 200
		fsync = off
		full_page_writes = off
		synchronous_commit = off
		wal_level = minimal
		max_wal_senders = 0
	CONF
}

# Another process may take the port between choosing and binding it, so a failed start is tried again on another one.
start_cluster() {
    local folder=$1 bin=$2 port
    for _ in 1 2 3; do
        port=$(free_ports 1)
        if unprivileged "$bin/pg_ctl" start -w -t 30 -D "$folder/data" -o "-p $port" -l "$folder/server.log" >>"$folder.log" 2>&1; then
            echo "Host=127.0.0.1;Port=$port;Username=postgres"
            return
        fi
    done
    tail -n 20 "$folder.log" "$folder/server.log" >&2 || true
    die "PostgreSQL did not start, see above."
}

start() {
    local bin
    install
    bin=$(binaries)
    cd / # the unprivileged user may not be allowed to enter the current folder
    make_cluster "$1" "$bin" || { cat "$1.log" >&2; die "PostgreSQL's initdb failed in $1"; }
    start_cluster "$1" "$bin"
}

stop() {
    local bin
    [[ -d $1/data ]] || return 0
    bin=$(binaries)
    cd /
    unprivileged "$bin/pg_ctl" stop -m immediate -D "$1/data" >/dev/null 2>&1 || true
    rm -rf "$1" "$1.log"
}

case "${1-} $#" in
    "install 1") install ;;
    "start 2") start "$(realpath -m "$2")" ;;
    "stop 2") stop "$(realpath -m "$2")" ;;
    *) die "usage: eng/postgres.sh install | start FOLDER | stop FOLDER" ;;
esac
