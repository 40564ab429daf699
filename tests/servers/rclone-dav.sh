#!/usr/bin/env bash
# rclone's WebDAV server over a folder on 127.0.0.1, from Debian's package, with basic authentication.
#
#   tests/servers/rclone-dav.sh start    starts it unless it runs, waits until it answers, and prints KEY=value lines
#   tests/servers/rclone-dav.sh stop     ends it and throws its data away
#
# Missing packages are installed by apt as root, unless INSTALL=0. RCLONE_DAV_DIR, RCLONE_DAV_PORT, DAV_USER and DAV_PASSWORD change the rest.
set -euo pipefail

name=rclone-dav process=rclone url_path=/
dir=${RCLONE_DAV_DIR:-/var/tmp/fireproofbench-rclone-dav}
port=${RCLONE_DAV_PORT:-7581}
packages=(rclone rclone curl curl)
# shellcheck source=dav.bash
. "$(dirname "${BASH_SOURCE[0]}")/dav.bash"

launch() {
  # The password goes by the environment: arguments are for everybody to see.
  RCLONE_USER=$user RCLONE_PASS=$password setsid rclone serve webdav "$dir/root" --addr "127.0.0.1:$port" --etag-hash MD5 \
    --vfs-cache-mode off --config /dev/null >"$dir/log/rclone.log" 2>&1 </dev/null &
  echo $! >"$dir/server.pid"
}

run "$@"
