#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run-fuzzers.sh BUILD SECONDS: runs every fuzz target under libFuzzer for SECONDS each, starting from its corpus.
# First the canary, which must crash: a set-up that finds nothing would otherwise look like success.
set -uo pipefail
cd "$(dirname "$0")/.."
build=$1 seconds=$2 failed=0
found=$build/fuzz-findings
mkdir -p "$found"
if "$build"/bin/canary_fuzz -runs=200000 -artifact_prefix="$found/" >"$found/canary.log" 2>&1; then
  echo "canary_fuzz did not crash: the fuzzers find nothing"; exit 1
fi
for target in "$build"/bin/*_fuzz; do
  name=$(basename "$target")
  [ "$name" = canary_fuzz ] && continue
  mkdir -p "$found/$name"
  if "$target" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=4096 -artifact_prefix="$found/$name." \
      "$found/$name" "fuzz/corpus/$name" >"$found/$name.log" 2>&1; then
    echo "$name: $(grep -oE 'stat::number_of_executed_units: *[0-9]+|Done [0-9]+ runs' "$found/$name.log" | tail -1)"
  else
    echo "$name: FOUND SOMETHING, see $found/$name.log"; tail -5 "$found/$name.log"; failed=1
  fi
done
exit $failed
