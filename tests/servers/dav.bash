# What the scripts of the three WebDAV servers share. Sourced, not run: they set name, port, url_path, process and packages before.
user=${DAV_USER:-fireproofbench}
password=${DAV_PASSWORD:-fireproofbench-secret}

note() { echo "$name: $*" >&2; }
alive() { [ -s "$dir/server.pid" ] && [ "$(cat "/proc/$(cat "$dir/server.pid")/comm" 2>/dev/null)" = "$process" ]; }
answers() { [ "$(curl -s -o /dev/null -w '%{http_code}' --max-time 2 -u "$user:$password" "http://127.0.0.1:$port$url_path.nothing")" = 404 ]; }

tell() {
  cat <<LINES
DAV_URL=http://127.0.0.1:$port$url_path
DAV_USER=$user
DAV_PASSWORD=$password
DAV_STARTED=$1
LINES
}

# Arguments: command package command package…
install_missing() {
  local need=()
  while [ $# -gt 0 ]; do
    command -v "$1" >/dev/null || [ -e "$1" ] || need+=("$2")
    shift 2
  done
  [ ${#need[@]} -eq 0 ] && return
  [ "${INSTALL:-1}" = 1 ] || { note "not installed: ${need[*]}"; exit 3; }
  [ "$(id -u)" = 0 ] || { note "installing ${need[*]} needs root"; exit 3; }
  note "installing ${need[*]}"
  export DEBIAN_FRONTEND=noninteractive
  local apt=(apt-get -o DPkg::Lock::Timeout=120 -q)
  "${apt[@]}" install -y --no-install-recommends "${need[@]}" >/dev/null 2>&1 ||
    { "${apt[@]}" update >/dev/null && "${apt[@]}" install -y --no-install-recommends "${need[@]}" >/dev/null; }
}

stop() {
  if alive; then
    local pid
    pid=$(cat "$dir/server.pid")
    kill "$pid"
    for _ in $(seq 1 100); do kill -0 "$pid" 2>/dev/null || break; sleep 0.05; done
    kill -9 "$pid" 2>/dev/null || true
  fi
  rm -rf "$dir"
}

wait_until_ready() {
  for _ in $(seq 1 200); do answers && return; sleep 0.05; done
  note "does not answer; its last words:"
  tail -n 5 "$dir"/log/* >&2 || true
  exit 1
}

run() {
  case "${1:-}" in
    start)
      install_missing "${packages[@]}"
      if alive && answers; then tell before; exit 0; fi
      stop
      mkdir -p "$dir/root" "$dir/log"
      launch
      wait_until_ready
      tell now
      ;;
    stop) stop ;;
    *) echo "usage: $0 start|stop" >&2; exit 2 ;;
  esac
}
