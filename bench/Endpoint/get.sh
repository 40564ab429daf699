#!/usr/bin/env bash
# GET of one 4 KB file: the endpoint and nginx, in alternating rounds on one machine, by wrk. Prints both rates and their ratio.
# Needs wrk and nginx (Debian: apt-get install wrk nginx-light) and a Release build of src/Scenarios.
#
#   bench/Endpoint/get.sh [ROUNDS] [SECONDS] [CONNECTIONS]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
rounds=${1:-5} seconds=${2:-5} connections=${3:-32}
tool=${TOOL:-$PWD/src/Scenarios/bin/Release/net10.0/FireproofBench.Scenarios}
scratch=$(mktemp -d /var/tmp/fireproofbench-get-XXXXXX)
key=data/baembeib46dgomg4cbvm2qg746bfzfficnykklgk72wofbimhp3hpuzzwze.car
trap 'kill $(jobs -p) 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$scratch"' EXIT

mkdir -p "$scratch/objects/notes/data" "$scratch/nginx"
head -c 4096 /dev/urandom > "$scratch/objects/notes/$key"
cat > "$scratch/nginx.conf" <<CONF
worker_processes auto;
daemon off;
pid $scratch/nginx.pid;
error_log $scratch/nginx.log;
events { worker_connections 1024; }
http {
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000000;
  client_body_temp_path $scratch/nginx; proxy_temp_path $scratch/nginx; fastcgi_temp_path $scratch/nginx; uwsgi_temp_path $scratch/nginx; scgi_temp_path $scratch/nginx;
  server { listen 127.0.0.1:18080; root $scratch/objects; }
}
CONF
# As root its workers would be nobody, who may not read the folder.
chmod 755 "$scratch"
nginx -c "$scratch/nginx.conf" &
"$tool" serve --listen http://127.0.0.1:18081 --data "$scratch/objects" --meta "sqlite:$scratch/heads.sqlite" > "$scratch/ready" 2> "$scratch/endpoint.log" &
until [ -s "$scratch/ready" ]; do sleep 0.1; done

rate() { wrk -t2 -c"$connections" -d"$2s" "$1" | awk '/Non-2xx/{bad=1} /Requests\/sec/{print bad ? "failed" : $2}'; }
theirs=http://127.0.0.1:18080/notes/$key
ours=http://127.0.0.1:18081/v1/notes/objects/$key
cmp <(curl -s "$theirs") <(curl -s "$ours")

# The first seconds are the compiler's.
rate "$ours" "$seconds" > /dev/null
rate "$ours" "$seconds" > /dev/null
printf '%-6s %12s %12s %7s\n' round nginx endpoint ratio
for ((i = 1; i <= rounds; i++)); do
  a=$(rate "$theirs" "$seconds")
  b=$(rate "$ours" "$seconds")
  awk -v i="$i" -v a="$a" -v b="$b" 'BEGIN{printf "%-6s %12.0f %12.0f %6.1f%%\n", i, a, b, 100 * b / a}' | tee -a "$scratch/rounds"
done
awk '{print $2, $3, $4}' "$scratch/rounds" | sort -n -k3 | awk '{r[NR]=$0} END{split(r[int((NR + 1) / 2)], m, " "); print "median ratio " m[3]}'
