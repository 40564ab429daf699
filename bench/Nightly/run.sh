#!/usr/bin/env bash
# One night: the conformance suite, load and fresh seeds of the simulated world, added to a history, with pages over all nights and a summary of this one.
# Ends with 1 when a clause failed, a threshold broke, load became worse than in the nights before, or a simulation found a violation; with 2 when something could not run.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
url=
out=results/nightly
duration=30s
repeats=3
nights=7
seeds=2000
tolerance=20%
tail_tolerance=50%
budget=standard
usage="--url URL [--out DIR] [--budget quick|standard|thorough] [--duration TIME] [--repeats N] [--nights N] [--seeds N] [--tolerance N%] [--tail-tolerance N%]"
while [ $# -gt 0 ]; do
  [ $# -ge 2 ] || { echo "$usage" >&2; exit 2; }
  case $1 in
    --url) url=$2 ;;
    --out) out=$2 ;;
    --budget) budget=$2 ;;
    --duration) duration=$2 ;;
    --repeats) repeats=$2 ;;
    --nights) nights=$2 ;;
    --seeds) seeds=$2 ;;
    --tolerance) tolerance=$2 ;;
    --tail-tolerance) tail_tolerance=$2 ;;
    *) echo "'$1' is not understood; there are $usage" >&2; exit 2 ;;
  esac
  shift 2
done
[ -n "$url" ] || { echo "the URL of the store is missing: $usage" >&2; exit 2; }

# The installed tool where there is one, else that of the source tree.
if command -v fireproofbench >/dev/null; then
  tool=(fireproofbench)
else
  dotnet build -c Release -v q src/Scenarios >&2 || exit 2
  tool=(dotnet "$PWD/src/Scenarios/bin/Release/net10.0/FireproofBench.Scenarios.dll")
fi

night=$(date -u +%Y-%m-%dT%H%M%SZ)
mkdir -p "$out/conformance" "$out/load"
summary=$out/summary.md
worst=0
printf '# Night of %s\n\n' "$night" >"$summary"

# name, command…: runs a part, and adds how it ended to the summary.
part() {
  local name=$1 status=0
  shift
  "$@" || status=$?
  case $status in
    0) echo "- $name: well" >>"$summary" ;;
    130) exit 130 ;;
    1) echo "- **$name: failed**" >>"$summary" ;;
    *) echo "- **$name: could not run** (exit code $status)" >>"$summary" ;;
  esac
  [ "$status" -le "$worst" ] || worst=$status
}

part conformance "${tool[@]}" conform "$url" --budget "$budget" --report "$out/conformance/$night"

load() { # scenario, options…
  local scenario=$1 number
  shift
  for number in $(seq "$repeats"); do
    part "$scenario, run $number" "${tool[@]}" load "$scenario" "$url" "$@" --warm-up 2s --duration "$duration" --results "$out/load"
  done
}

# One open and one closed model of the store itself, and what devices make of it.
load raw-put --rate 50/s --workers 32 --size 16KiB
load raw-get --writers 4 --size 16KiB
load concurrent-writers --writers 4
load writers-and-compaction --writers 4

# Seeds that nobody ran before: those of this second.
first=$(($(date -u +%s) * 10))

# Hundreds of worlds pay for counting which code is hot and for collecting garbage more rarely, which the tool leaves out for its short runs.
part simulation env DOTNET_TieredPGO=1 DOTNET_GCgen0size=0x8000000 "${tool[@]}" simulate --seeds "$first..$((first + seeds - 1))" --history "$out/simulation.jsonl" --report "$out/simulation"

compare() {
  "${tool[@]}" compare "$out/load" --newest "$repeats" --before $((repeats * nights)) --tolerance "$tolerance" --tail-tolerance "$tail_tolerance" >"$out/comparison.txt"
}
part "load against the nights before" compare
part "pages over all nights" "${tool[@]}" report "$out"

{
  printf '\n## Load against the nights before\n\n```\n'
  cat "$out/comparison.txt"
  printf '```\n\n'
  "${tool[@]}" report "$out" --markdown
} >>"$summary" 2>/dev/null

# Pages and histograms of nights that nothing is compared with any more: what a trend needs is in run.json.
find "$out/load" -mindepth 2 -type f ! -name run.json -mtime +$((nights * 2)) -delete
cat "$summary"
exit "$([ "$worst" -eq 3 ] && echo 1 || echo "$worst")"
