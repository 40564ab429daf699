#!/usr/bin/env bash
# Load on a folder, on the servers of tests/servers and on the project's own endpoint: how cost grows with writers, heads and size. Writes one folder a run below --out, and a
# page and a table over all. Takes --only NAME,NAME, --out DIR (default results/load) and --duration TIME (default 10s). Needs root on Debian; nothing else should run beside it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
out=results/load/stores
only=folder,ceph,swift,endpoint-sqlite
duration=10s
while [ $# -gt 0 ]; do
  case $1 in
    --out) out=$2; shift 2 ;;
    --only) only=$2; shift 2 ;;
    --duration) duration=$2; shift 2 ;;
    *) echo "'$1' is not understood; there are --out, --only and --duration" >&2; exit 2 ;;
  esac
done
mkdir -p "$out"
dotnet build -c Release src/Scenarios >&2
tool=(dotnet "$PWD/src/Scenarios/bin/Release/net10.0/FireproofBench.Scenarios.dll")
scratch=$(mktemp -d)
export CEPH_STORE=bluestore
# shellcheck source=bench/Providers/stores.bash
. bench/Providers/stores.bash
finish() {
  close_store
  rm -rf "$scratch"
}
trap finish EXIT

load() { # scenario, options…
  local status=0
  "${tool[@]}" load "$1" "$address" --results "$out" --seed "$seed" "${@:2}" >>"$out/$store.txt" || status=$?
  seed=$((seed + 1))
  # 0 and 1 are results; anything else is told, and the others go on.
  [ "$status" -le 1 ] || echo "$store: load $* ended with $status" >>"$out/$store.txt"
}

for store in ${only//,/ }; do
  open_store "$store"
  : >"$out/$store.txt"
  seed=1
  for size in 1KiB 64KiB 1MiB; do load raw-put --writers 8 --size "$size" --duration "$duration"; done
  load raw-get --writers 8 --size 64KiB --items 200 --duration "$duration"
  for writers in 1 4 16 64; do load concurrent-writers --writers "$writers" --size 1KiB --duration "$duration"; done
  load concurrent-writers --writers 4 --size 256KiB --duration "$duration"
  load concurrent-writers --writers 4 --size 1KiB --shared --duration "$duration"
  for items in 100 1000; do load compaction --writers 1 --items "$items" --size 1KiB --duration "$duration"; done
  load writers-and-compaction --writers 4 --size 1KiB --duration "$duration"
  load cold-open --writers 1 --items 1000 --size 1KiB --duration "$duration"
  close_store
done
"${tool[@]}" report "$out" >/dev/null
"${tool[@]}" report "$out" --markdown >"$out/table.md"
