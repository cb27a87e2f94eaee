#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run.sh SIGLA [SNAPSHOT]: the whole job on a real program. Builds a small C++ program with a shared library, uploads its
# symbols, lets a stripped copy crash under gdb and turns a minidump of the same crash into a readable stack.
# On a terminal the server goes on until Ctrl-C, so that the printed URLs can be tried; otherwise it stops at the end.
# KEEP=1 or KEEP=0 decides otherwise; SIGLA_LISTEN (127.0.0.1:8484) and SIGLA_DATA (./sigla-data) say where.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
sigla=$(realpath "$1")
snapshot=$(realpath "${2:-$(dirname "$sigla")/snapshot}")
listen=${SIGLA_LISTEN:-127.0.0.1:8484}
data=${SIGLA_DATA:-$here/../sigla-data}
url=http://$listen
work=$(mktemp -d)
server=

finish() {
  [ -z "$server" ] || { kill "$server" 2>/dev/null && wait "$server" 2>/dev/null; } || true
  rm -rf "$work"
}
trap finish EXIT

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
show() { printf '  $ %s\n' "$*"; }

if curl -sf "$url/healthz" >/dev/null 2>&1; then
  echo "demo: $url is in use already: stop what listens there, or set SIGLA_LISTEN=127.0.0.1:PORT" >&2
  exit 4
fi

say "1. The server: one program, its data in one folder"
show "sigla serve --data ${data/#$HOME/\~} --listen $listen"
"$sigla" serve --data "$data" --listen "$listen" 2>"$work/server.log" &
server=$!
for _ in $(seq 200); do
  curl -sf "$url/healthz" >/dev/null 2>&1 && break
  kill -0 "$server" 2>/dev/null || { cat "$work/server.log" >&2; exit 4; }
  sleep 0.02
done

say "2. A program with a bug, built as a release is: optimised, its symbols split off"
flags=(-O2 -g -Wl,--build-id -ffile-prefix-map="$here"=/src/demo)
mkdir "$work/build" "$work/symbols" "$work/shipped"
g++ "${flags[@]}" -fPIC -shared -o "$work/build/libledger.so" "$here/ledger.cc"
g++ "${flags[@]}" -o "$work/build/shop" "$here/shop.cc" -L"$work/build" -lledger -Wl,-rpath,'$ORIGIN'
for name in shop libledger.so; do
  objcopy --only-keep-debug "$work/build/$name" "$work/symbols/$name.debug"
  strip -o "$work/shipped/$name" "$work/build/$name"
done
echo "  $(cd "$work" && echo shipped/* symbols/*)"

say "3. Upload: any file or archive, no layout to prepare"
show "tar cz symbols shipped | curl --data-binary @- '$url/TOKEN/symbols?tag=demo-1.0'"
token=$(cat "$data/admin.token")
tar -C "$work" -cz symbols shipped | curl -sf --data-binary @- "$url/$token/symbols?tag=demo-1.0" >"$work/upload.json"
python3 - "$work/upload.json" <<'PY'
import json, sys
answer = json.load(open(sys.argv[1]))
for file in answer.get("files", []):
    print("  {result:<9} {format:<9} {path}".format(**{"format": "", **file}))
PY

say "4. gdb on the stripped program gets names and lines from the server"
show "DEBUGINFOD_URLS=$url gdb -batch -ex run -ex bt ./shop"
(cd "$work/shipped" && DEBUGINFOD_URLS=$url DEBUGINFOD_CACHE_PATH=$work/cache timeout 120 \
  gdb -nx -batch -iex 'set debuginfod enabled on' -iex 'set print frame-arguments none' -ex run -ex bt ./shop 2>&1 |
  grep -E '^(Program|#)' | sed 's/^/  /')

say "5. A minidump of the same crash becomes a readable stack; / is this machine, for what is libc's"
(cd "$work/shipped" && "$snapshot" "$work/crash.dmp" ./shop >/dev/null)
show "sigla symbolicate crash.dmp --symbols $url/symbols --symbols /"
"$sigla" symbolicate "$work/crash.dmp" --symbols "$url/symbols" --symbols / | sed 's/^/  /'

keep=${KEEP:-$([ -t 0 ] && echo 1 || echo 0)}
if [ "$keep" = 1 ]; then
  mkdir -p "$data/demo" && cp -r "$work/shipped" "$work/crash.dmp" "$data/demo/"
  build_id=$(readelf -n "$work/shipped/shop" | sed -n 's/.*Build ID: //p')
  say "The server goes on until Ctrl-C. Try:"
  cat <<TXT
  $url/                                                  what runs here
  $url/api/v1/projects/default/uploads                   every upload, newest first
  $url/api/v1/projects/default/symbols?q=ledger          search
  $url/buildid/$build_id/debuginfo
  curl --data-binary @sigla-data/demo/crash.dmp '$url/api/v1/projects/default/symbolicate?format=text'
TXT
  wait "$server"
fi
