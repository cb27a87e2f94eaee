#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run-tests.sh BUILD: every test of a finished build, quick ones side by side, whole-program ones one by one;
# ends with a line that counts the test cases.
set -uo pipefail
cd "$(dirname "$0")/.."
build=$1
log=$build/test.log
failed=0
: >"$log"
ctest --test-dir "$build" --output-on-failure -LE e2e -j "$(nproc)" 2>&1 | tee -a "$log"
[ "${PIPESTATUS[0]}" = 0 ] || failed=1
ctest --test-dir "$build" --output-on-failure -L e2e 2>&1 | tee -a "$log"
[ "${PIPESTATUS[0]}" = 0 ] || failed=1
passed_count=$(grep -cE '^ *[0-9]+/[0-9]+ Test +#[0-9]+: .* Passed' "$log")
failed_count=$(grep -cE '^ *[0-9]+/[0-9]+ Test +#[0-9]+: .*(\*\*\*|Failed)' "$log")
# Programs hold many cases; ctest counts programs. Say both.
cases=0
for program in "$build"/bin/*_test; do
  [ -x "$program" ] || continue
  count=$("$program" --gtest_list_tests 2>/dev/null | grep -c '^  ')
  cases=$((cases + count))
done
echo "$cases GoogleTest cases in $(ls "$build"/bin/*_test | wc -l) programs, among them:"
echo "$passed_count passed, $failed_count failed"
[ $failed = 0 ] && [ "$passed_count" -gt 0 ]
