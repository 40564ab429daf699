#!/usr/bin/env bash
# A real one-node Ceph (monitor, one OSD) with its S3 gateway on 127.0.0.1, from Debian's packages and without containers.
#
#   tests/servers/ceph.sh start    starts it unless it runs, waits until it answers, and prints KEY=value lines
#   tests/servers/ceph.sh stop     ends it and throws its data away
#
# Needs root. Missing packages are installed by apt, unless INSTALL=0. CEPH_STORE=bluestore keeps data in a file instead of memory,
# which long load runs need. CEPH_DIR, CEPH_S3_PORT and CEPH_MON_PORT move it.
set -euo pipefail

dir=${CEPH_DIR:-/var/tmp/fireproofbench-ceph}
port=${CEPH_S3_PORT:-7480}
mon_port=${CEPH_MON_PORT:-6789}
store=${CEPH_STORE:-memstore}
size=${CEPH_STORE_BYTES:-8589934592}
conf=$dir/ceph.conf

note() { echo "ceph: $*" >&2; }
alive() { [ -s "$dir/$1.pid" ] && [ "$(cat "/proc/$(cat "$dir/$1.pid")/comm" 2>/dev/null)" = "$2" ]; }
answers() { curl -s -o /dev/null --max-time 2 "http://127.0.0.1:$port/"; }
ceph_quick() { timeout 5 ceph -c "$conf" "$@" 2>>"$dir/log/start.err"; }

tell() {
  cat <<LINES
S3_ENDPOINT=http://127.0.0.1:$port
S3_REGION=default
S3_ACCESS_KEY=fireproofbench
S3_SECRET_KEY=fireproofbench-secret
S3_ACCESS_KEY2=fireproofbench2
S3_SECRET_KEY2=fireproofbench2-secret
LINES
}

install_missing() {
  local need=()
  command -v radosgw >/dev/null || need+=(radosgw)
  command -v ceph-mon >/dev/null || need+=(ceph-mon)
  command -v ceph-osd >/dev/null || need+=(ceph-osd)
  command -v curl >/dev/null || need+=(curl)
  [ ${#need[@]} -eq 0 ] && return
  [ "${INSTALL:-1}" = 1 ] || { note "not installed: ${need[*]}"; exit 3; }
  [ "$(id -u)" = 0 ] || { note "installing ${need[*]} needs root"; exit 3; }
  note "installing ${need[*]}"
  export DEBIAN_FRONTEND=noninteractive
  local apt=(apt-get -o DPkg::Lock::Timeout=120 -q)
  "${apt[@]}" install -y --no-install-recommends "${need[@]}" >/dev/null 2>&1 ||
    { "${apt[@]}" update >/dev/null && "${apt[@]}" install -y --no-install-recommends "${need[@]}" >/dev/null; }
}

launch() { # pid file, command...
  local name=$1
  shift
  setsid "$@" >"$dir/log/$name.out" 2>&1 </dev/null &
  echo $! >"$dir/$name.pid"
}

write_conf() {
  cat >"$conf" <<CONF
[global]
fsid = $1
mon initial members = a
mon host = [v1:127.0.0.1:$mon_port]
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind msgr2 = false
auth cluster required = none
auth service required = none
auth client required = none
keyring = $dir/keyring
run dir = $dir/run
admin socket = $dir/run/\$name.asok
log file = $dir/log/\$name.log
log to stderr = false
err to stderr = false
debug default = 0
setuser match path =
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 8
osd pool default pgp num = 8
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon max pg per osd = 2000
osd max pg per osd hard ratio = 10
mon warn on pool no redundancy = false
mon data avail crit = 1
mon data avail warn = 2

[mon]
mon data = $dir/mon.a
mon cluster log file = $dir/log/cluster.log
paxos propose interval = 0.05
paxos min wait = 0.01

[osd]
osd data = $dir/osd.0
osd objectstore = $store
memstore device bytes = $size
bluestore block create = true
bluestore block size = $size
bluestore block wal size = 0
bluestore block db size = 0
osd memory target = 1073741824
osd class load list = *
osd class default list = *
osd crush update on start = false
osd class update on start = false
osd op num shards = 2
osd op num threads per shard = 1
osd max object name len = 2048
osd max object namespace len = 256

[client.rgw]
# Without tcp_nodelay every answer with a body waits 45 ms for the client's acknowledgement.
rgw frontends = beast endpoint=127.0.0.1:$port tcp_nodelay=1
rgw data = $dir
rgw run sync thread = false
rgw enable usage log = false
rgw enable ops log = false
rgw enable quota threads = false
rgw gc obj min wait = 5
rgw gc processor period = 5
rgw gc processor max time = 5
rgw gc max objs = 4
rgw dynamic resharding = false
rgw thread pool size = 64
rgw override bucket index max shards = 1
rgw rados pool pg num min = 8
CONF
}

add_user() { # id, secret
  local i
  for i in 1 2 3 4 5; do
    radosgw-admin -n client.rgw -c "$conf" user create --uid "$1" --display-name "$1" --access-key "$1" --secret-key "$2" \
      >"$dir/log/user-$1.out" 2>&1 && return
    sleep 0.3
  done
  note "user $1 could not be made"
  tail -n 5 "$dir/log/user-$1.out" >&2
  return 1
}

start() {
  if alive radosgw radosgw && alive osd.0 ceph-osd && alive mon.a ceph-mon && answers; then
    tell
    return
  fi
  install_missing
  stop
  mkdir -p "$dir"/{mon.a,osd.0,log,run}
  local fsid osd_id
  fsid=$(cat /proc/sys/kernel/random/uuid)
  osd_id=$(cat /proc/sys/kernel/random/uuid)
  write_conf "$fsid"
  : >"$dir/keyring"
  monmaptool --create --clobber --fsid "$fsid" --addv a "[v1:127.0.0.1:$mon_port]" "$dir/monmap" >/dev/null
  ceph-mon --mkfs -i a -c "$conf" --monmap "$dir/monmap" --keyring "$dir/keyring" >&2
  launch mon.a ceph-mon -i a -c "$conf" -f
  local i
  for i in $(seq 100); do ceph_quick osd new "$osd_id" >/dev/null && break; sleep 0.2; done
  ceph-osd -i 0 -c "$conf" --mkfs --osd-uuid "$osd_id" >&2

  # Placed by hand: an OSD that does so itself while the monitor is young sometimes hears "wrong fsid" and ends.
  for i in $(seq 50); do ceph_quick osd crush add osd.0 1.0 host=one root=default >/dev/null && break; sleep 0.1; done
  launch osd.0 ceph-osd -i 0 -c "$conf" -f
  for i in $(seq 100); do
    ceph_quick osd stat | grep -q '1 up' && break
    alive osd.0 ceph-osd || launch osd.0 ceph-osd -i 0 -c "$conf" -f
    sleep 0.2
  done
  launch radosgw radosgw -n client.rgw -c "$conf" -f
  for i in $(seq 150); do answers && break; alive radosgw radosgw || launch radosgw radosgw -n client.rgw -c "$conf" -f; sleep 0.2; done
  answers || { note "no answer; the logs are in $dir/log"; exit 1; }
  add_user fireproofbench fireproofbench-secret
  add_user fireproofbench2 fireproofbench2-secret
  tell
}

stop() {
  local pair name
  for pair in radosgw:radosgw osd.0:ceph-osd mon.a:ceph-mon; do
    name=${pair%%:*}

    # Its data is thrown away, so nothing has to be ended in order. A number that another process has by now is left alone.
    if alive "$name" "${pair##*:}"; then
      kill -9 "$(cat "$dir/$name.pid")" 2>/dev/null || true
      while alive "$name" "${pair##*:}"; do sleep 0.05; done
    fi
  done
  rm -rf "$dir"
}

case ${1:-} in
  start) start ;;
  stop) stop ;;
  *) sed -n '2,9p' "$0" >&2; exit 2 ;;
esac
