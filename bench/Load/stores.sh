#!/usr/bin/env bash
# Load on a folder, on the servers of tests/servers and on the project's own endpoint: how cost grows with writers, heads and size. Writes one folder a run below --out, and a
# page and a table over all. Takes --only NAME,NAME, --parts raw,writers,heads,compaction,open, --out DIR (default results/load/stores), --duration TIME (default 10s) and --long TIME (default
# 60s, for compactions and storms of heads, of which some take seconds each). Needs root on Debian; nothing else should run beside it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
out=results/load/stores
only=folder,ceph,swift,endpoint-sqlite
duration=10s
long=60s
parts=raw,writers,heads,compaction,open
while [ $# -gt 0 ]; do
  case $1 in
    --out) out=$2; shift 2 ;;
    --only) only=$2; shift 2 ;;
    --duration) duration=$2; shift 2 ;;
    --long) long=$2; shift 2 ;;
    --parts) parts=$2; shift 2 ;;
    *) echo "'$1' is not understood; there are --out, --only, --parts, --duration and --long" >&2; exit 2 ;;
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

raw() {
  for size in 1KiB 64KiB 1MiB; do load raw-put --writers 8 --size "$size" --duration "$duration"; done
  load raw-get --writers 8 --size 64KiB --items 200 --duration "$duration"
}

writers() {
  for writers in 1 4 16 64; do load concurrent-writers --writers "$writers" --size 1KiB --duration "$duration"; done
  load concurrent-writers --writers 4 --size 256KiB --duration "$duration"
  load concurrent-writers --writers 4 --size 1KiB --shared --duration "$duration"
}

# So many devices come back at once, each with a head of its own and the same work in all.
heads() {
  for heads in 2 8 32; do load merge-storm --writers "$heads" --items 64 --size 1KiB --duration "$long"; done
}

compaction() {
  for items in 100 1000; do load compaction --writers 1 --items "$items" --size 1KiB --duration "$long"; done
  load writers-and-compaction --writers 4 --size 1KiB --duration "$long"
}

open() { load cold-open --writers 1 --items 1000 --size 1KiB --duration "$duration"; }

for store in ${only//,/ }; do
  open_store "$store"
  : >"$out/$store.txt"
  seed=1
  for part in ${parts//,/ }; do "$part"; done
  close_store
done
"${tool[@]}" report "$out" >/dev/null
"${tool[@]}" report "$out" --markdown >"$out/table.md"
