#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# check-conformance.sh SIGLA FOLDER: replays recorded facts and fails when a suite answers fewer of them
# than tests/conformance.txt says it did before.
set -uo pipefail
cd "$(dirname "$0")/.."
sigla=$1 folder=$2 failed=0
# No symcaches of another build.
XDG_CACHE_HOME=$(mktemp -d) && export XDG_CACHE_HOME && trap 'rm -rf "$XDG_CACHE_HOME"' EXIT
while read -r suite least; do
  [[ -z "$suite" || "$suite" = \#* ]] && continue
  out=$(python3 "$folder/run.py" --sigla "$sigla" "$suite" 2>&1)
  line=$(grep -E "^$suite: " <<<"$out" | head -1)
  echo "conformance $line (at least $least)"
  count=$(sed -nE "s/^$suite: ([0-9]+) of .*/\1/p" <<<"$line")
  if [ -z "$count" ] || [ "$count" -lt "$least" ]; then echo "$out"; failed=1; fi
done <tests/conformance.txt
exit $failed
