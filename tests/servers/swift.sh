#!/usr/bin/env bash
# A real OpenStack Swift with its S3 interface on 127.0.0.1, from Debian's packages and without containers: proxy, account, container and
# object server, three replicas, and the daemons that bring late updates into listings.
#
#   tests/servers/swift.sh start    starts it unless it runs, waits until it answers, and prints KEY=value lines
#   tests/servers/swift.sh stop     ends it and throws its data away
#   tests/servers/swift.sh stop-listings     ends its container server only: objects go on, and listings do not hear of them
#   tests/servers/swift.sh start-listings    starts that again: listings answer, and hear of the objects later
#
# Needs root. Missing packages are installed by apt, unless INSTALL=0. SWIFT_REPLICAS=1 is faster. SWIFT_DIR (a file system with user
# attributes) and SWIFT_S3_PORT (this one and the four behind it) move it.
set -euo pipefail

dir=${SWIFT_DIR:-/dev/shm/fireproofbench-swift}
port=${SWIFT_S3_PORT:-7490}
replicas=${SWIFT_REPLICAS:-3}
object=$((port + 1)) container=$((port + 2)) account=$((port + 3)) memcached=$((port + 4))

note() { echo "swift: $*" >&2; }

# A number that another process has by now is none of ours: our command lines name the folder, memcached's its port.
alive() {
  [ -s "$dir/$1.pid" ] || return 1
  { tr '\0' ' ' <"/proc/$(cat "$dir/$1.pid")/cmdline"; } 2>/dev/null | grep -qE "$dir/etc/|^memcached .*-p $memcached "
}
healthy() { [ "$(curl -s -o /dev/null -w '%{http_code}' --max-time 2 "http://127.0.0.1:$1/healthcheck")" = 200 ]; }

tell() {
  cat <<LINES
S3_ENDPOINT=http://127.0.0.1:$port
S3_REGION=us-east-1
S3_ACCESS_KEY=test:fireproofbench
S3_SECRET_KEY=fireproofbench-secret
S3_ACCESS_KEY2=test2:fireproofbench2
S3_SECRET_KEY2=fireproofbench2-secret
LINES
}

install_missing() {
  local need=() part
  for part in proxy object container account; do
    command -v "swift-$part-server" >/dev/null || need+=("swift-$part")
  done
  command -v memcached >/dev/null || need+=(memcached)
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

write_storage_conf() { # object|container|account, port
  cat >"$dir/etc/$1-server.conf" <<CONF
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = $2
swift_dir = $dir/etc
devices = $dir/srv
mount_check = false
disable_fallocate = true
user = $(id -un)
workers = 0
recon_cache_path = $dir/cache
log_level = WARNING
[pipeline:main]
pipeline = healthcheck $1-server
[app:$1-server]
use = egg:swift#$1
[filter:healthcheck]
use = egg:swift#healthcheck
[$1-replicator]
[$1-updater]
CONF
}

write_proxy_conf() {
  cat >"$dir/etc/proxy-server.conf" <<CONF
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = $port
swift_dir = $dir/etc
user = $(id -un)
workers = 0
log_level = WARNING
[pipeline:main]
pipeline = catch_errors gatekeeper healthcheck cache listing_formats bulk s3api tempauth copy slo dlo versioned_writes symlink proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:$memcached
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
[filter:tempauth]
use = egg:swift#tempauth
user_test_fireproofbench = fireproofbench-secret .admin
user_test2_fireproofbench2 = fireproofbench2-secret .admin
[filter:versioned_writes]
use = egg:swift#versioned_writes
allow_object_versioning = true
$(for filter in catch_errors gatekeeper healthcheck listing_formats bulk copy slo dlo symlink; do
    printf '[filter:%s]\nuse = egg:swift#%s\n' "$filter" "$filter"
  done)
CONF
}

write_rings() {
  /usr/bin/python3 - "$dir" "$replicas" "object:$object" "container:$container" "account:$account" <<'PY'
import os, sys
from swift.common.ring import RingBuilder

root, replicas = sys.argv[1], int(sys.argv[2])
for pair in sys.argv[3:]:
    name, port = pair.split(":")
    ring = RingBuilder(6, replicas, 0)
    for i in range(1, replicas + 1):
        os.makedirs(f"{root}/srv/d{i}", exist_ok=True)
        ring.add_dev(dict(id=i - 1, region=1, zone=i, ip="127.0.0.1", port=int(port), replication_ip="127.0.0.1",
                          replication_port=int(port), device=f"d{i}", weight=1.0, meta=""))
    ring.rebalance()
    ring.get_ring().save(f"{root}/etc/{name}.ring.gz")
PY
}

start() {
  local part
  if alive proxy-server && alive object-server && alive container-server && alive account-server && healthy "$port"; then
    tell
    return
  fi
  install_missing
  stop
  mkdir -p "$dir"/{etc,log,cache,srv}

  # Swift looks for its hash path at this place only.
  if [ ! -s /etc/swift/swift.conf ]; then
    mkdir -p /etc/swift
    printf '[swift-hash]\nswift_hash_path_suffix = fireproofbench\n[storage-policy:0]\nname = Policy-0\ndefault = yes\n' >/etc/swift/swift.conf
  fi
  write_storage_conf object "$object"
  write_storage_conf container "$container"
  write_storage_conf account "$account"
  write_proxy_conf
  export PYTHONDONTWRITEBYTECODE=1
  write_rings
  launch memcached memcached -u nobody -l 127.0.0.1 -p "$memcached" -U 0 -m 64
  for part in account container object proxy; do launch "$part-server" "swift-$part-server" "$dir/etc/$part-server.conf"; done
  for part in "$account" "$container" "$object" "$port"; do
    for _ in $(seq 150); do healthy "$part" && break; sleep 0.1; done
    healthy "$part" || { note "no answer on port $part; the logs are in $dir/log"; exit 1; }
  done
  launch updaters /usr/bin/python3 "$(dirname "${BASH_SOURCE[0]}")/swift-updaters.py" "$dir/etc/" 2
  tell
}

stop_listings() {
  alive container-server || { note "not running"; exit 1; }
  kill -9 "$(cat "$dir/container-server.pid")"
  while alive container-server; do sleep 0.05; done
}

start_listings() {
  alive proxy-server || { note "not running"; exit 1; }
  alive container-server || launch container-server swift-container-server "$dir/etc/container-server.conf"
  for _ in $(seq 150); do healthy "$container" && return; sleep 0.1; done
  note "no answer on port $container; the logs are in $dir/log"
  exit 1
}

stop() {
  local file name
  for file in "$dir"/*.pid; do
    name=$(basename "$file" .pid)
    if alive "$name"; then
      kill -9 "$(cat "$file")" 2>/dev/null || true
      while alive "$name"; do sleep 0.05; done
    fi
  done
  rm -rf "$dir"
}

case ${1:-} in
  start) start ;;
  stop) stop ;;
  stop-listings) stop_listings ;;
  start-listings) start_listings ;;
  *) sed -n '2,12p' "$0" >&2; exit 2 ;;
esac
