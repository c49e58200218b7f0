#!/usr/bin/env bash
# A throw-away S3 server for tests: Ceph's object gateway on one node, on loopback and free ports, data in memory only.
# Unlike the usual stubs it checks signatures and honours If-None-Match.
#
#   eng/rgw.sh install        from Debian, when missing
#   eng/rgw.sh start FOLDER   prints ENDPOINT;ACCESS_KEY;SECRET_KEY
#   eng/rgw.sh stop FOLDER    and removes the folder
set -euo pipefail
# shellcheck source=SCRIPTDIR/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

access_key=scaigrid-test
secret_key=scaigrid-test-secret

install() {
    have ceph ceph-authtool ceph-mon ceph-osd monmaptool radosgw radosgw-admin ||
        install_packages "Ceph's S3 gateway" radosgw ceph-mon ceph-osd ceph-common
}

# The short Paxos intervals matter: the gateway creates its pools one after another, each waiting for a round of the monitor.
configure() {
    local folder=$1 fsid=$2 monitor_port=$3 gateway_port=$4
    cat >"$folder/ceph.conf" <<-CONF
		[global]
		fsid = $fsid
		mon host = v2:127.0.0.1:$monitor_port
		public network = 127.0.0.0/8
		cluster network = 127.0.0.0/8
		ms bind msgr1 = false
		paxos propose interval = 0.02
		paxos min wait = 0.01
		mon allow pool size one = true
		osd crush chooseleaf type = 0
		osd pool default size = 1
		osd pool default min size = 1
		osd pool default pg num = 1
		osd pool default pgp num = 1
		osd objectstore = memstore
		memstore device bytes = 4294967296
		mon data = $folder/mon
		osd data = $folder/osd
		rgw data = $folder/rgw
		rgw frontends = beast endpoint=127.0.0.1:$gateway_port
		keyring = $folder/keyring
		run dir = $folder/run
		pid file = $folder/run/\$name.pid
		admin socket = $folder/run/\$name.asok
		log file = $folder/log/\$name.log
		crash dir = $folder/log
	CONF
}

# The monitor learns every key when it is made, which spares a round of commands for each daemon.
make_keys() {
    ceph-authtool --create-keyring "$1" --gen-key -n mon. --cap mon 'allow *'
    ceph-authtool "$1" --gen-key -n client.admin --cap mon 'allow *' --cap osd 'allow *'
    ceph-authtool "$1" --gen-key -n osd.0 --cap mon 'allow profile osd' --cap osd 'allow *'
    ceph-authtool "$1" --gen-key -n client.rgw --cap mon 'allow rwx' --cap osd 'allow rwx'
}

start_daemons() {
    local folder=$1 fsid=$2 monitor_port=$3 osd_id
    osd_id=$(cat /proc/sys/kernel/random/uuid)
    monmaptool --create --addv a "[v2:127.0.0.1:$monitor_port]" --fsid "$fsid" "$folder/monmap"
    ceph-mon -i a --mkfs --monmap "$folder/monmap" --keyring "$folder/keyring"
    ceph-mon -i a
    timeout 30 ceph osd new "$osd_id" 0
    ceph-osd -i 0 --mkfs --osd-uuid "$osd_id"
    ceph-osd -i 0
    timeout 60 radosgw-admin -n client.rgw user create --uid=test --display-name=test \
        --access-key="$access_key" --secret-key="$secret_key"
    timeout 60 radosgw -n client.rgw
}

fail() {
    tail -n 5 "$1"/log/*.log >&2 || true
    tail -n 15 "$1/start.log" >&2 || true
    die "The S3 gateway did not start, see above."
}

start() {
    local folder=$1 fsid monitor_port gateway_port
    install
    fsid=$(cat /proc/sys/kernel/random/uuid)
    read -r monitor_port gateway_port < <(free_ports 2)
    mkdir -p "$folder"/{mon,osd,rgw,run,log}
    configure "$folder" "$fsid" "$monitor_port" "$gateway_port"
    export CEPH_CONF=$folder/ceph.conf
    # A process of its own, because set -e is off inside a function whose outcome is asked for.
    if ! "$0" launch "$folder" "$fsid" "$monitor_port" >"$folder/start.log" 2>&1; then
        fail "$folder"
    fi
    wait_until 60 curl -sf -o /dev/null "http://127.0.0.1:$gateway_port/" || fail "$folder"
    echo "http://127.0.0.1:$gateway_port;$access_key;$secret_key"
}

stop() {
    local daemon
    [[ -f $1/ceph.conf ]] || return 0
    for daemon in client.rgw osd.0 mon.a; do
        stop_process "$1/run/$daemon.pid"
    done
    rm -rf "$1"
}

case "${1-} $#" in
    "install 1") install ;;
    "start 2") start "$(realpath -m "$2")" ;;
    "launch 4") make_keys "$2/keyring"; start_daemons "$2" "$3" "$4" ;;
    "stop 2") stop "$(realpath -m "$2")" ;;
    *) die "usage: eng/rgw.sh install | start FOLDER | stop FOLDER" ;;
esac
