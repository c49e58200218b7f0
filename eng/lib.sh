# shellcheck shell=bash
# What every script here shares; sourced, never run.

# shellcheck disable=SC2034 # used by those who source this file
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_UI_LANGUAGE=en
export MSBUILDDISABLENODEREUSE=1 # a build node that lingers would hold the terminal's or a pipe's end open

# Messages go to stderr, so that what a script prints on stdout can be captured.
say() {
    if [[ -t 2 ]]; then printf '\033[1m%s\033[0m\n' "$*" >&2; else printf '%s\n' "$*" >&2; fi
}

die() {
    say "$*"
    exit 1
}

# free_ports COUNT: that many unused TCP ports on loopback, on one line.
free_ports() {
    node -e '
        const { createServer } = require("node:net");
        const servers = Array.from({ length: +process.argv[1] }, () => createServer());
        const listen = (s) => new Promise((done) => s.listen(0, "127.0.0.1", () => done(s.address().port)));
        Promise.all(servers.map(listen)).then((ports) => {
            console.log(ports.join(" "));
            servers.forEach((s) => s.close());
        });' "$1"
}

# have COMMAND…: whether all of them are on the path.
have() {
    local command
    for command in "$@"; do
        command -v "$command" >/dev/null || return 1
    done
}

# install_packages WHAT PACKAGE…: from Debian, as root; otherwise says what to install.
install_packages() {
    local what=$1 log=$root/artifacts/logs/apt.log
    shift
    if ! have apt-get; then
        die "$what is missing, and this is not Debian: install the counterpart of: $*"
    fi
    if ((EUID != 0)); then
        die "$what is missing. Install it with: sudo apt-get install --no-install-recommends $*"
    fi

    say "Installing $what"
    mkdir -p "$(dirname "$log")"
    export DEBIAN_FRONTEND=noninteractive
    if ! { apt-get update -q && apt-get install -y -q --no-install-recommends -o DPkg::Lock::Timeout=300 "$@"; } >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        die "Installing $what failed; all of it is in $log"
    fi
}

# wait_until SECONDS COMMAND…: runs the command until it succeeds; fails when the time is over.
wait_until() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        ((SECONDS < deadline)) || return 1
        sleep 0.1
    done
}

# stop_process PIDFILE: ends the process named there and waits until it has gone; nothing to do when it already has.
stop_process() {
    local pid
    pid=$(cat "$1" 2>/dev/null) || return 0
    kill "$pid" 2>/dev/null || return 0
    wait_until 10 gone "$pid" || kill -KILL "$pid" 2>/dev/null || true
}

# gone PID: whether the process has ended. One that nobody has collected yet (Z) has.
gone() {
    local state
    state=$(sed -n 's/^State:\t\(.\).*/\1/p' "/proc/$1/status" 2>/dev/null) || return 0
    [[ -z $state || $state == Z ]]
}

need_dotnet() {
    local wanted
    wanted=$(sed -n 's/.*"version": *"\([^"]*\)".*/\1/p' "$root/global.json")
    have dotnet || die "The .NET SDK is missing: install $wanted (https://dot.net/download)."
    (cd "$root" && dotnet --version >/dev/null 2>&1) ||
        die "No installed .NET SDK fits global.json: install $wanted (https://dot.net/download). Installed: $(dotnet --list-sdks | cut -d' ' -f1 | xargs)"
}

need_node() {
    have node npm || die "Node.js is missing: install version 20 or later, with npm (https://nodejs.org/en/download)."
    local major
    major=$(node -p 'process.versions.node.split(".")[0]')
    ((major >= 20)) || die "Node.js $(node --version) is too old: install version 20 or later."
}

# npm_ci FOLDER: exactly what the lock file says; quick when that is already there.
npm_ci() {
    local installed=$1/node_modules/.package-lock.json
    [[ $installed -nt $1/package-lock.json ]] && return
    say "Installing the npm packages of ${1#"$root"/}"
    npm ci --prefix "$1" --no-audit --no-fund --loglevel=error >&2
}
