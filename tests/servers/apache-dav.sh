#!/usr/bin/env bash
# Apache httpd with mod_dav on 127.0.0.1, from Debian's package, with basic authentication.
#
#   tests/servers/apache-dav.sh start    starts it unless it runs, waits until it answers, and prints KEY=value lines
#   tests/servers/apache-dav.sh stop     ends it and throws its data away
#
# Missing packages are installed by apt as root, unless INSTALL=0. APACHE_DAV_DIR, APACHE_DAV_PORT, DAV_USER and DAV_PASSWORD change the rest.
set -euo pipefail

name=apache-dav process=apache2 url_path=/dav/
dir=${APACHE_DAV_DIR:-/var/tmp/fireproofbench-apache-dav}
port=${APACHE_DAV_PORT:-7585}
packages=(apache2 apache2 curl curl openssl openssl)
# shellcheck source=dav.bash
. "$(dirname "${BASH_SOURCE[0]}")/dav.bash"

launch() {
  mkdir -p "$dir/root/dav"
  printf '%s:%s\n' "$user" "$(openssl passwd -apr1 "$password")" >"$dir/users"
  if [ "$(id -u)" = 0 ]; then chown -R www-data "$dir/root" "$dir/log"; fi
  {
    printf '%s\n' "ServerRoot $dir" 'ServerName 127.0.0.1' "PidFile $dir/server.pid" "ErrorLog $dir/log/error.log" "DefaultRuntimeDir $dir/log" \
      'User www-data' 'Group www-data' "Listen 127.0.0.1:$port" "DavLockDB $dir/log/locks" "DocumentRoot $dir/root" \
      'KeepAlive On' 'MaxKeepAliveRequests 0' 'AllowEncodedSlashes NoDecode'
    for module in mpm_event authn_core authn_file authz_core authz_user auth_basic dav dav_fs; do
      echo "LoadModule ${module}_module /usr/lib/apache2/modules/mod_$module.so"
    done
    printf '%s\n' "<Directory $dir/root>" 'Dav On' 'AuthType Basic' 'AuthName fireproofbench' "AuthUserFile $dir/users" 'Require valid-user' '</Directory>'
  } >"$dir/apache.conf"
  apache2 -f "$dir/apache.conf" -k start >&2
}

run "$@"
