#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes the fixtures again: clang-19 and lld-19 of Debian 12.
set -eu
cd "$(dirname "$0")"
link() { # output, flags
  out=$1
  shift
  clang-19 --target=wasm32-unknown-unknown -O1 -ffile-prefix-map="$PWD"=. -nostdlib \
    -fuse-ld=/usr/bin/wasm-ld-19 -Wl,--no-entry -Wl,--export=answer "$@" -o "$out" small.c
}
link small.wasm -g -Wl,--build-id=sha1
link small.fast.wasm -g -Wl,--build-id=fast
link small.uuid.wasm -Wl,--build-id=0xbda18fd85d4a4eb893022d6bfad846b1
link small.plain.wasm -Wl,--strip-all -Wl,--build-id=none
clang-19 --target=wasm32-unknown-unknown -O1 -g -ffile-prefix-map="$PWD"=. -c -o small.o small.c
chmod 644 small.*
