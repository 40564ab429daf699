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

# Whatever happens from here on, the summary is that of this night. Run folders are named by the time at which they begin, so that names tell this night's from those before.
began=$(date -u +%Y-%m-%dT%H:%M:%SZ)
night=${began//:/}
first_run=${night//-/}
mkdir -p "$out/conformance" "$out/load"
summary=$out/summary.md
worst=0
printf '# Night of %s\n\n' "$night" >"$summary"
rm -f "$out/comparison.txt" "$out/trend.txt" "$out/simulation.txt"

# The installed tool where there is one, else that of the source tree.
if command -v fireproofbench >/dev/null; then
  tool=(fireproofbench)
else
  dotnet build -c Release -v q src/Scenarios >&2 || { echo '- **build: could not run**; nothing was measured' >>"$summary"; exit 2; }
  tool=(dotnet "$PWD/src/Scenarios/bin/Release/net10.0/FireproofBench.Scenarios.dll")
fi

# name, command…: runs a part, and adds how it ended to the summary.
part() {
  local name=$1 status=0
  shift
  "$@" || status=$?
  case $status in
    0) echo "- $name: well" >>"$summary" ;;
    130) echo "- **$name: interrupted**" >>"$summary"; exit 130 ;;
    1 | 3) echo "- **$name: failed**" >>"$summary"; status=1 ;;
    *) echo "- **$name: could not run** (exit code $status)" >>"$summary"; status=2 ;;
  esac
  [ "$status" -le "$worst" ] || worst=$status
}

part conformance "${tool[@]}" conform "$url" --budget "$budget" --report "$out/conformance/$night"

# A store that answers fast because it refuses keeps every latency: what is lost has a threshold of its own.
load() { # scenario, options…
  local scenario=$1 number
  shift
  for number in $(seq "$repeats"); do
    part "$scenario, run $number" "${tool[@]}" load "$scenario" "$url" "$@" --warm-up 2s --duration "$duration" --results "$out/load" \
      --threshold 'errors < 1%' --threshold 'dropped == 0' --threshold 'unfinished == 0'
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
simulate() {
  env DOTNET_TieredPGO=1 DOTNET_GCgen0size=0x8000000 "${tool[@]}" simulate --seeds "$first..$((first + seeds - 1))" --history "$out/simulation.jsonl" --report "$out/simulation" | tee "$out/simulation.txt"
}
part simulation simulate

compare() {
  "${tool[@]}" compare "$out/load" --newest "$repeats" --since "$began" --before $((repeats * nights)) --tolerance "$tolerance" --tail-tolerance "$tail_tolerance" >"$out/comparison.txt"
}
part "load against the nights before" compare
pages() {
  "${tool[@]}" report "$out" | tee "$out/trend.txt"
}
part "pages over all nights" pages

# title, command…: adds what a command tells to the summary, as it is.
told() {
  printf '\n## %s\n\n```text\n' "$1"
  shift
  "$@" | tail -n 100
  printf '```\n'
}

worse() {
  grep ^WORSE "$out/trend.txt" || echo none
}

# Of this night alone: all nights are in the pages.
{
  told "Load against the nights before" cat "$out/comparison.txt"
  told "Figures that became worse and still are" worse
  told "Simulation" cat "$out/simulation.txt"
  printf '\n'
  "${tool[@]}" report "$out/conformance/$night" --markdown
  for run in "$out/load"/*/; do
    name=$(basename "$run")
    [[ $name < $first_run ]] || { printf '\n'; cat "$run/summary.md"; }
  done
} >>"$summary" 2>/dev/null

# Pages and histograms of nights that nothing is compared with any more: what a trend needs is in run.json. By the day in a folder's name: in a fresh checkout all files are of today.
days=$((nights * 2))
oldest=$(date -u -d "-$days days" +%Y%m%d 2>/dev/null || date -u -v "-${days}d" +%Y%m%d)
for run in "$out/load"/*/; do
  day=$(basename "$run")
  day=${day%%T*}
  if [[ $day =~ ^[0-9]{8}$ && $day -lt $oldest ]]; then find "$run" -type f ! -name run.json -delete; fi
done
cat "$summary"
exit "$worst"
