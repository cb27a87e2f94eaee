#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes the fixtures again: clang-19, lld-19 and llvm-19 of Debian 12.
set -eu
cd "$(dirname "$0")"
library() { # arch, target triple
  clang-19 --target="$2" -O1 -g -funwind-tables -ffile-prefix-map="$PWD"=. -c -o "small.$1.o" small.c
  ld64.lld-19 -arch "$1" -platform_version macos 13.0 13.0 -dylib -install_name /usr/lib/libsmall.dylib \
    -o "small.$1.dylib" "small.$1.o"
  dsymutil-19 --flat "small.$1.dylib" -o "small.$1.dwarf"
  llvm-strip-19 -x "small.$1.dylib" # drops the debug map, which holds build paths
}
library arm64 arm64-apple-macos13
library x86_64 x86_64-apple-macos13
llvm-lipo-19 -create small.arm64.dwarf small.x86_64.dwarf -output small.fat.dwarf
llvm-lipo-19 -create -fat64 small.arm64.dwarf small.x86_64.dwarf -output small.fat64.dwarf
clang-19 --target=i386-apple-macos10.6 -O1 -g -ffile-prefix-map="$PWD"=. -c -o small.i386.o small.c
rm -f small.x86_64.o small.x86_64.dwarf
chmod 644 small.*
