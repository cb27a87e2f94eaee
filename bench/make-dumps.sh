#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# make-dumps.sh SIGLA OUT: crashes two programs of ours and keeps their dumps and Breakpad symbols (Breakpad's own layout) in OUT:
# one thread in small libraries, and many threads deep in the C++ library and libc.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
snapshot=$(dirname "$1")/snapshot
out=$2
dump_syms=$here/../build/npm/node_modules/minidump/bin/linux-x64/dump_syms
g++ -O2 -g -gdwarf-4 -pthread -o "$out/threads" "$here/threads.cc"
g++ -O2 -g -gdwarf-4 -o "$out/recurse" "$here/threads.cc" -DDEEP -pthread
add() {
  local sym id name
  sym=$(mktemp)
  "$dump_syms" -d "$@" >"$sym" 2>/dev/null || { rm -f "$sym"; return; }
  read -r _ _ _ id name <"$sym"
  mkdir -p "$out/symbols/$name/$id"
  mv "$sym" "$out/symbols/$name/$id/${name}.sym"
}
add "$out/threads"; add "$out/recurse"
for library in $(ldd "$out/threads" | grep -oE '/[^ ]+'); do
  build_id=$(readelf -n "$library" 2>/dev/null | sed -n 's/.*Build ID: //p')
  debug=/usr/lib/debug/.build-id/${build_id:0:2}/${build_id:2}.debug
  if [ -e "$debug" ]; then add "$library" "$(dirname "$debug")"; else add "$library"; fi
done
# A large module of a real C++ program: our own.
cp "$1" "$out/sigla-copy" && add "$out/sigla-copy"
"$snapshot" "$out/threads.dmp" "$out/threads" >/dev/null
"$snapshot" "$out/recurse.dmp" "$out/recurse" >/dev/null
rm -f "$out/sigla-copy" "$out/threads" "$out/recurse"
