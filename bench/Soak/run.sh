#!/usr/bin/env bash
# Devices that are killed at random share one database over a folder, Ceph, Swift and the endpoint at the same time: bench/Soak with the servers of tests/servers, started and
# stopped here. Every argument goes to the run, for example --minutes 30 --pace 500 --seed 7. Needs root on Debian.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
dotnet build -c Release src/Scenarios >&2
dotnet build -c Release bench/Soak >&2
scratch=$(mktemp -d --tmpdir="${SCRATCH:-/dev/shm}")
endpoint=
finish() {
  [ -z "$endpoint" ] || kill "$endpoint" 2>/dev/null || true
  for server in ceph swift; do bash "tests/servers/$server.sh" stop >/dev/null || true; done
  rm -rf "$scratch"
}
trap finish EXIT

remotes=("$scratch/remote")
for server in ceph swift; do
  bash "tests/servers/$server.sh" start >"$scratch/$server"
  # shellcheck disable=SC1090
  . "$scratch/$server"
  # Each server has keys of its own: a profile of its own tells them apart.
  printf '[%s]\naws_access_key_id=%s\naws_secret_access_key=%s\n' "$server" "$S3_ACCESS_KEY" "$S3_SECRET_KEY" >>"$scratch/credentials"
  remotes+=("s3://soak/run-$$?endpoint=$S3_ENDPOINT&region=$S3_REGION&pathStyle=true&create=true&profile=$server")
done
export AWS_SHARED_CREDENTIALS_FILE=$scratch/credentials
dotnet src/Scenarios/bin/Release/net10.0/FireproofBench.Scenarios.dll serve --listen http://127.0.0.1:0 --data "$scratch/objects" --meta "sqlite:$scratch/heads.sqlite" \
  >"$scratch/address" 2>"$scratch/log" &
endpoint=$!
until [ -s "$scratch/address" ]; do
  sleep 0.1
  kill -0 "$endpoint" || { cat "$scratch/log" >&2; exit 2; }
done
remotes+=("$(head -n 1 "$scratch/address")")
dotnet bench/Soak/bin/Release/net10.0/FireproofBench.Soak.dll "${remotes[@]}" --folder "$scratch/devices" "$@"
