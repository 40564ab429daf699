#!/usr/bin/env bash
# Brings the history of former nights to results/nightly: a work tree of the branch nightly-results, which the first night begins.
# That there is none yet is answer 2 of git; any other is a failure, and a night without its history would begin a second one. The summary of the night before must not stand for this one's.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
found=0
git ls-remote --exit-code --heads origin refs/heads/nightly-results || found=$?
case $found in
  0)
    git fetch origin nightly-results
    git worktree add results/nightly FETCH_HEAD
    git -C results/nightly checkout -B nightly-results
    rm -f results/nightly/summary.md
    ;;
  2)
    # A branch without a commit: neither the index nor the folder may hold a file of the source.
    git worktree add --no-checkout --detach results/nightly
    git -C results/nightly symbolic-ref HEAD refs/heads/nightly-results
    git -C results/nightly read-tree --empty
    ;;
  *) exit "$found" ;;
esac
