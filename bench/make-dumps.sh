#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# make-dumps.sh SIGLA OUT [INPUTS]: crashes two programs of ours and keeps their dumps and Breakpad symbols (Breakpad's own layout) in
# OUT: one thread in small libraries, and many threads deep in the C++ library and libc. With INPUTS, what inputs.sh made, also a Java
# virtual machine whose main thread sleeps, with all the others that it starts.
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

[ $# -gt 2 ] || exit 0
home=$(echo "$3"/openjdk-17-jre-headless/usr/lib/jvm/java-17-openjdk-*)
# The debug file was compressed after the checksum in .gnu_debuglink was taken, and dump_syms would not have it; put together they are one.
id=$(readelf -n "$home/lib/server/libjvm.so" | sed -n 's/.*Build ID: //p')
eu-unstrip -F -o "$out/libjvm.so" "$home/lib/server/libjvm.so" "$3/openjdk-17-dbg/usr/lib/debug/.build-id/${id:0:2}/${id:2}.debug"
add "$out/libjvm.so"
rm "$out/libjvm.so"
# class Sleep { public static void main(String[] words) { Thread.sleep(60000); } }, of Java 6, which needs no frame tables.
python3 - "$out/Sleep.class" <<'END'
import struct
import sys
text = lambda s: b"\x01" + struct.pack(">H", len(s)) + s.encode()
pool = [b"\x0a\x00\x02\x00\x03", b"\x07\x00\x04", b"\x0c\x00\x05\x00\x06", text("java/lang/Thread"), text("sleep"), text("(J)V"), b"\x07\x00\x08",
        text("Sleep"), b"\x07\x00\x0a", text("java/lang/Object"), text("main"), text("([Ljava/lang/String;)V"), text("Code"), b"\x05" + struct.pack(">q", 60000)]
code = struct.pack(">HHI", 2, 1, 7) + b"\x14\x00\x0e\xb8\x00\x01\xb1" + bytes(4)  # ldc2_w 14, invokestatic 1, return
main = struct.pack(">HHHHHI", 9, 11, 12, 1, 13, len(code)) + code
open(sys.argv[1], "wb").write(struct.pack(">IHHH", 0xcafebabe, 0, 50, 16) + b"".join(pool) + struct.pack(">HHHHHH", 0x21, 7, 9, 0, 0, 1) + main + bytes(2))
END
"$snapshot" "$out/jvm.dmp" "$home/bin/java" -Xmx256m -cp "$out" Sleep >/dev/null &
sleep 5
kill -ABRT "$(pgrep -P $! java)"  # not of those that it handles itself
wait $!
rm -f "$out/Sleep.class"
