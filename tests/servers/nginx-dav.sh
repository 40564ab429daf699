#!/usr/bin/env bash
# nginx with its WebDAV modules on 127.0.0.1, from Debian's packages, with basic authentication.
#
#   tests/servers/nginx-dav.sh start    starts it unless it runs, waits until it answers, and prints KEY=value lines
#   tests/servers/nginx-dav.sh stop     ends it and throws its data away
#
# Missing packages are installed by apt as root, unless INSTALL=0. NGINX_DAV_DIR, NGINX_DAV_PORT, DAV_USER and DAV_PASSWORD change the rest.
set -euo pipefail

name=nginx-dav process=nginx url_path=/dav/
dir=${NGINX_DAV_DIR:-/var/tmp/fireproofbench-nginx-dav}
port=${NGINX_DAV_PORT:-7580}
module=/usr/lib/nginx/modules/ngx_http_dav_ext_module.so
packages=(nginx nginx $module libnginx-mod-http-dav-ext curl curl openssl openssl)
# shellcheck source=dav.bash
. "$(dirname "${BASH_SOURCE[0]}")/dav.bash"

launch() {
  mkdir -p "$dir/root/dav" "$dir/tmp"
  printf '%s:%s\n' "$user" "$(openssl passwd -apr1 "$password")" >"$dir/users"
  cat >"$dir/nginx.conf" <<CONF
load_module $module;
$([ "$(id -u)" = 0 ] && echo 'user root;')
worker_processes 2;
pid $dir/server.pid;
error_log $dir/log/error.log warn;
events { worker_connections 1024; }
http {
  access_log off;
  default_type application/octet-stream;
  client_max_body_size 0;
  client_body_temp_path $dir/tmp/body;
  proxy_temp_path $dir/tmp/p; fastcgi_temp_path $dir/tmp/f; uwsgi_temp_path $dir/tmp/u; scgi_temp_path $dir/tmp/s;
  keepalive_requests 1000000;
  server {
    listen 127.0.0.1:$port;
    root $dir/root;
    merge_slashes off;
    location /dav/ {
      auth_basic "fireproofbench"; auth_basic_user_file $dir/users;
      dav_methods PUT DELETE MKCOL COPY MOVE;
      dav_ext_methods PROPFIND OPTIONS;
      dav_access user:rw group:r;
    }
  }
}
CONF
  nginx -c "$dir/nginx.conf" -p "$dir" -e "$dir/log/error.log" >&2
}

run "$@"
