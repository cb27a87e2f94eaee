#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run.sh SIGLA [ARGUMENTS of bench.py]: machine, commit, then every measurement, as Markdown.
set -euo pipefail
cd "$(dirname "$0")/.."
echo "# Measured $(date -u +%Y-%m-%d) on $(nproc) cores, $(sed -n 's/^model name\s*: //p' /proc/cpuinfo | head -1), commit $(git rev-parse --short HEAD)"
exec bench/bench.py --sigla "$1" "${@:2}"
