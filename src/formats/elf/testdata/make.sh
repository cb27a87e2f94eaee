#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes the fixtures again: gcc 12, binutils 2.40, clang-19 and lld-19 of Debian 12.
set -eu
cd "$(dirname "$0")"
gcc_flags="-O1 -g -ffile-prefix-map=$PWD=. -nostdlib -Wl,-z,norelro -Wl,-z,noseparate-code"

gcc $gcc_flags -fPIC -shared -Wl,--build-id=sha1 -Wl,-soname,libsmall.so.1 -o libsmall.so small.c
objcopy --only-keep-debug libsmall.so libsmall.so.debug
strip -o libsmall.stripped.so libsmall.so
objcopy --add-gnu-debuglink=libsmall.so.debug libsmall.stripped.so
gcc $gcc_flags -DSTART -fPIE -pie -Wl,--build-id=md5 -o small.pie small.c
gcc $gcc_flags -DSTART -fno-pie -no-pie -Wl,--build-id=none -o small.exec small.c
objcopy --only-keep-debug small.exec small.exec.debug
gcc -O1 -g -gz=zlib -ffile-prefix-map="$PWD"=. -c -o small.zlib.o small.c
objcopy --compress-debug-sections=zlib-gnu libsmall.so libsmall.zdebug.so
objcopy --compress-debug-sections=zstd libsmall.so libsmall.zstd.so
gcc -nostdlib -shared -Wl,-z,noseparate-code -Wl,--build-id=none -o names.so names.s
printf 'common.dwz\0000123456789abcdefghij' > alt.tmp
gcc -c -o small.tmp.o small.c
objcopy --add-section .gnu_debugaltlink=alt.tmp small.tmp.o small.dwz.o
rm alt.tmp small.tmp.o

cross() { # name, target triple, further flags
  clang-19 --target="$2" -O1 -g -ffile-prefix-map="$PWD"=. -fPIC -c ${3:-} -o "$1.tmp.o" small.c
  ld.lld-19 -shared --build-id=sha1 -z norelro -z nognustack -o "$1.so" "$1.tmp.o" \
    -z max-page-size=4096
  rm "$1.tmp.o"
}
cross mips mips-linux-gnu
cross ppc64 powerpc64-linux-gnu
cross arm armv7-linux-gnueabihf -mthumb
cross arm64 aarch64-linux-gnu
cross i686 i686-linux-gnu
cross riscv64 riscv64-linux-gnu -mno-relax
clang-19 --target=powerpc64-linux-gnu -O1 -DSTART -c -o ppc64.tmp.o small.c
ld.lld-19 --build-id=none -z norelro -z nognustack -z max-page-size=4096 -o ppc64.exec ppc64.tmp.o
rm ppc64.tmp.o
chmod 644 *.exec *.so *.debug *.o small.pie small.exec
