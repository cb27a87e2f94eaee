#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# lint.sh [FILE...]: clang-format and clang-tidy (19) over these files, or over all of ours.
set -euo pipefail
cd "$(dirname "$0")/.."
files=("$@")
[ ${#files[@]} -gt 0 ] || mapfile -t files < <(git ls-files 'src/*.h' 'src/*.cc' 'fuzz/*.cc' 'tests/*.cc' 'tests/*.h')
clang-format-19 --dry-run --Werror "${files[@]}"
cmake --preset tidy >/dev/null
printf '%s\n' "${files[@]}" | grep '^src/.*\.cc$' | xargs -P "$(nproc)" -n 4 clang-tidy-19 --quiet -p build/tidy
