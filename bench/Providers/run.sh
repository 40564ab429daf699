#!/usr/bin/env bash
# The conformance suite over every server of tests/servers, and over the project's own endpoint on SQLite and on PostgreSQL, by its own protocol and by the cloud protocol: the reports as JSON, and a table of them.
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
# shellcheck source=bench/Providers/stores.bash
. bench/Providers/stores.bash
finish() {
  close_store
  rm -rf "$scratch"
}
trap finish EXIT

wants() { # name
  [ -z "$only" ] || [[ ",$only," == *",$1,"* ]]
}

conform() { # name, URL
  echo "== $1" >&2
  local status=0
  local options=()
  [ -z "$signer" ] || options=(--cloud-signer "$signer" --restart-command "bash $restart")
  "${tool[@]}" conform "$2" "${options[@]}" --budget "$budget" --seed 7 --json "$out/$1.json" >"$scratch/$1.txt" || status=$?
  # 0 and 1 are verdicts; anything else is no report.
  [ "$status" -le 1 ] || { cat "$scratch/$1.txt" >&2; exit "$status"; }
  tail -n 4 "$scratch/$1.txt" >&2
}

for store in "${all_stores[@]}"; do
  wants "$store" || continue
  open_store "$store"
  conform "$store" "$address"
  close_store
done
"${tool[@]}" report "$out" --markdown >"$out/README.md"
cat "$out/README.md"
