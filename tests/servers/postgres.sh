#!/usr/bin/env bash
# A PostgreSQL of its own on 127.0.0.1, from Debian's packages and without containers; a server that the machine may have is left alone.
#
#   tests/servers/postgres.sh start    starts it unless it runs, waits until it answers, and prints KEY=value lines
#   tests/servers/postgres.sh stop     ends it and throws its data away
#
# Missing packages are installed by apt (as root), unless INSTALL=0. POSTGRES_DIR and POSTGRES_PORT move it. It syncs as a real one does, unless
# POSTGRES_FSYNC=off. It asks for a password; POSTGRES_PASSWORD gives it another.
set -euo pipefail

dir=${POSTGRES_DIR:-/var/tmp/fireproofbench-postgres}
port=${POSTGRES_PORT:-7432}
fsync=${POSTGRES_FSYNC:-on}
password=${POSTGRES_PASSWORD:-fireproofbench-secret}

note() { echo "postgres: $*" >&2; }

# The newest version that is installed; its programs are not on the path.
bin() { find /usr/lib/postgresql -mindepth 3 -maxdepth 3 -path '*/bin/postgres' 2>/dev/null | sort -V | tail -n 1 | xargs -r dirname; }

# It refuses to run as root.
as_owner() {
  if [ "$(id -u)" -eq 0 ]; then
    (cd / && runuser -u postgres -- "$@")
  else
    "$@"
  fi
}

install_missing() {
  [ -n "$(bin)" ] && return
  [ "${INSTALL:-1}" = 0 ] && { note 'the package postgresql is missing'; exit 1; }
  note 'installing postgresql'

  # No server of the machine's own beside the one of the tests.
  mkdir -p /etc/postgresql-common
  [ -e /etc/postgresql-common/createcluster.conf ] || echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.conf
  (apt-get install -y --no-install-recommends postgresql || (apt-get update && apt-get install -y --no-install-recommends postgresql)) >&2
}

answers() { "$(bin)/pg_isready" -q -h 127.0.0.1 -p "$port"; }

start() {
  install_missing
  if ! answers; then
    rm -rf "$dir"
    mkdir -p "$dir"
    (umask 077 && printf '%s\n' "$password" > "$dir/password")
    [ "$(id -u)" -ne 0 ] || chown postgres "$dir" "$dir/password"
    as_owner "$(bin)/initdb" -D "$dir/data" -U fireproof --auth=scram-sha-256 --pwfile="$dir/password" --no-locale -E UTF8 > /dev/null
    rm "$dir/password"
    as_owner "$(bin)/pg_ctl" -D "$dir/data" -l "$dir/log" -w -t 60 \
      -o "-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories=$dir -c fsync=$fsync -c max_connections=200" start > /dev/null
  fi
  echo "POSTGRES_CONNECTION=Host=127.0.0.1;Port=$port;Username=fireproof;Password=$password;Database=postgres"
}

stop() {
  [ ! -s "$dir/data/postmaster.pid" ] || as_owner "$(bin)/pg_ctl" -D "$dir/data" -m fast -w stop > /dev/null
  rm -rf "$dir"
}

case ${1:-} in
  start) start ;;
  stop) stop ;;
  *)
    sed -n '2,9p' "${BASH_SOURCE[0]}" >&2
    exit 2
    ;;
esac
