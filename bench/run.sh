#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run.sh SIGLA [ARGUMENTS of bench.py]: machine, commit, then every measurement, as Markdown. Native debug files are measured when nothing
# is asked for in particular, or `native` alone; they are 3 GB that are fetched and built once, in build/bench.
set -euo pipefail
cd "$(dirname "$0")/.."
echo "# Measured $(date -u +%Y-%m-%d) on $(nproc) cores, $(sed -n 's/^model name\s*: //p' /proc/cpuinfo | head -1), commit $(git rev-parse --short HEAD)"
if [ $# = 1 ] || [ "$2" = native ]; then
  bench/inputs.sh build/bench >build/bench-inputs
fi
if [ "${2:-}" != native ]; then
  bench/bench.py --sigla "$1" "${@:2}"
fi
if [ $# = 1 ] || [ "$2" = native ]; then
  mapfile -t files < <(sed "s|^[^/]|build/bench/&|" build/bench-inputs)
  bench/native.py --sigla "$1" "${files[@]}"
fi
