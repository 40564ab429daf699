#!/usr/bin/env bash
# The conformance suite over every server of tests/servers, and over the project's own endpoint on SQLite and on PostgreSQL: the reports as JSON, and a table of them.
# Starts what it needs and stops it again. Takes --budget quick|standard|thorough (default standard), --only NAME,NAME and --out DIR (default results/conformance). Needs root
# on Debian.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
budget=standard
out=results/conformance
only=
while [ $# -gt 0 ]; do
  case $1 in
    --budget) budget=$2; shift 2 ;;
    --out) out=$2; shift 2 ;;
    --only) only=$2; shift 2 ;;
    *) echo "'$1' is not understood; there are --budget, --only and --out" >&2; exit 2 ;;
  esac
done
mkdir -p "$out"
dotnet build -c Release src/Scenarios >&2
tool=(dotnet "$PWD/src/Scenarios/bin/Release/net10.0/FireproofBench.Scenarios.dll")
scratch=$(mktemp -d)
endpoint=
finish() {
  [ -z "$endpoint" ] || kill "$endpoint" 2>/dev/null || true
  for server in ceph swift postgres nginx-dav rclone-dav apache-dav; do bash "tests/servers/$server.sh" stop >/dev/null || true; done
  rm -rf "$scratch"
}
trap finish EXIT

wants() { # name
  [ -z "$only" ] || [[ ",$only," == *",$1,"* ]]
}

conform() { # name, URL
  echo "== $1" >&2
  local status=0
  "${tool[@]}" conform "$2" --budget "$budget" --seed 7 --json "$out/$1.json" >"$scratch/$1.txt" || status=$?
  # 0 and 1 are verdicts; anything else is no report.
  [ "$status" -le 1 ] || { cat "$scratch/$1.txt" >&2; exit "$status"; }
  tail -n 4 "$scratch/$1.txt" >&2
}

serve() { # heads
  "${tool[@]}" serve --listen http://127.0.0.1:0 --data "$scratch/objects" --meta "$1" >"$scratch/address" 2>"$scratch/log" &
  endpoint=$!
  until [ -s "$scratch/address" ]; do
    sleep 0.1
    kill -0 "$endpoint" || { cat "$scratch/log" >&2; exit 2; }
  done
  address=$(head -n 1 "$scratch/address")
}

unserve() { kill "$endpoint"; wait "$endpoint" || true; endpoint=; rm -rf "$scratch/objects" "$scratch/address"; }

! wants folder || conform folder "$scratch/folder"
! wants memory || conform memory memory:
for server in ceph swift; do
  wants "$server" || continue
  bash "tests/servers/$server.sh" start >"$scratch/$server"
  # shellcheck disable=SC1090
  . "$scratch/$server"
  export AWS_ACCESS_KEY_ID=$S3_ACCESS_KEY AWS_SECRET_ACCESS_KEY=$S3_SECRET_KEY
  conform "$server" "s3://conformance/run?endpoint=$S3_ENDPOINT&region=$S3_REGION&pathStyle=true&create=true"
  bash "tests/servers/$server.sh" stop
done
for server in nginx rclone apache; do
  wants "$server-dav" || continue
  bash "tests/servers/$server-dav.sh" start >"$scratch/$server"
  # shellcheck disable=SC1090
  . "$scratch/$server"
  export FIREPROOFBENCH_DAV_USER=$DAV_USER FIREPROOFBENCH_DAV_PASSWORD=$DAV_PASSWORD
  conform "$server-dav" "dav+${DAV_URL%/}?create=true"
  bash "tests/servers/$server-dav.sh" stop
done
if wants endpoint-sqlite; then
  serve "sqlite:$scratch/heads.sqlite"
  conform endpoint-sqlite "$address"
  unserve
fi
if wants endpoint-postgres; then
  # A password goes by the environment: everybody can read a command line.
  postgres=$(bash tests/servers/postgres.sh start)
  PGPASSWORD=$(sed -nE 's/.*Password=([^;]*).*/\1/p' <<<"$postgres")
  export PGPASSWORD
  serve "postgres:$(sed -E 's/^POSTGRES_CONNECTION=//; s/;?Password=[^;]*//' <<<"$postgres")"
  conform endpoint-postgres "$address"
  unserve
fi
"${tool[@]}" report "$out" --markdown >"$out/README.md"
cat "$out/README.md"
