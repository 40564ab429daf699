#!/usr/bin/env bash
# This engine and the reference engine side by side, in alternating rounds. Takes the arguments of Program.cs; the full run takes about half an
# hour, nearly all of it the reference engine's. Writes results/peers/ratios.md and results/peers/raw.json unless --out names another folder.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
reference=tests/Properties/Reference
[ -e "$reference/node_modules/.package-lock.json" ] || (cd "$reference" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
# A file system in memory where there is one, for both sides: ext4 looks for a free inode among all that were deleted in the last seconds, so whoever creates files right after
# a round was cleaned away pays for it. Neither side syncs in any case.
[ -n "${TMPDIR:-}" ] || [ ! -d /dev/shm ] || export TMPDIR=/dev/shm
exec dotnet run -c Release --project bench/Peers -- "$@"
