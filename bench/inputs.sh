#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# inputs.sh DIR: fetches and builds the big debug files that bench/native.py measures, 3 GB in all; prints their paths. What is there
# already stays. Debian's -dbg packages (vmlinux, libjvm, ceph-osd), Java itself, cppcheck (DWARF 5 and PDB) and SQLite's shell (PDB) built here.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$1"
cd "$1"

# What a command prints would be taken for a path.
{
  package() { # NAME: its files in ./NAME
    [ -d "$1" ] && return
    rm -rf "$1.part"; mkdir "$1.part"
    (cd "$1.part" && apt-get download "$1" && dpkg-deb -x ./*.deb . && rm ./*.deb)
    mv "$1.part" "$1"
  }
  kernel=$(apt-cache depends linux-image-cloud-amd64 | sed -n 's/.*Depends: \(linux-image-[0-9].*\)/\1/p' | head -1)
  package "${kernel%-unsigned}-dbg"
  package openjdk-17-dbg
  package openjdk-17-jre-headless
  package ceph-osd-dbg

  dpkg -s g++-mingw-w64-x86-64-posix >/dev/null 2>&1 || apt-get install -y --no-install-recommends g++-mingw-w64-x86-64-posix

  # Sources, from a list of its own: this machine may have none for them.
  source_of() { # NAME: unpacked in ./NAME-VERSION
    compgen -G "$1-*/" >/dev/null && return
    mkdir -p lists/partial
    echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian bookworm main" >sources.list
    local own=(-o "Dir::Etc::SourceList=$PWD/sources.list" -o Dir::Etc::SourceParts=/dev/null -o "Dir::State::Lists=$PWD/lists")
    apt-get "${own[@]}" update
    apt-get "${own[@]}" source --download-only "$1"
    tar xf "$1"_*.orig.tar.?z
  }
  source_of cppcheck
  source_of sqlite3

  includes="-Ilib -Icli -Iexternals/simplecpp -Iexternals/tinyxml2 -Iexternals/picojson -DNDEBUG -w"
  sources="lib/*.cpp cli/*.cpp externals/simplecpp/simplecpp.cpp externals/tinyxml2/tinyxml2.cpp"
  mingw=x86_64-w64-windows-gnu
  pushd cppcheck-*/
  if [ ! -e cppcheck.elf ]; then
    mkdir -p elf
    ls $sources | xargs -P"$(nproc)" -I{} sh -c "g++ -std=c++17 -O2 -g -gdwarf-5 $includes -c {} -o elf/\$(basename {} .cpp).o"
    g++ -o cppcheck.elf elf/*.o -lpthread -Wl,--build-id=sha1
  fi
  if [ ! -e cppcheck.exe ]; then
    mkdir -p pe
    compile="clang++-19 --target=$mingw -std=c++17 -O1 -g -gcodeview $includes"
    ls $sources | grep -v threadexecutor | xargs -P"$(nproc)" -I{} sh -c "$compile -c {} -o pe/\$(basename {} .cpp).o"
    # The C++ library's call_once wants emulated thread-local storage; with it elsewhere clang loses a variable.
    $compile -femulated-tls -c cli/threadexecutor.cpp -o pe/threadexecutor.o
    clang++-19 --target=$mingw -fuse-ld=lld pe/*.o -Wl,--pdb=cppcheck.pdb -Wl,-S -o cppcheck.exe -lshlwapi -lpthread
  fi
  popd
  mkdir -p sqlite && cd sqlite
  if [ ! -e sqlite3.exe ]; then
    ../sqlite3-*/configure && make sqlite3.c shell.c
    clang-19 --target=$mingw -O2 -g -gcodeview -DSQLITE_ENABLE_FTS5 -DSQLITE_ENABLE_RTREE sqlite3.c shell.c -fuse-ld=lld \
      -Wl,--pdb=sqlite3.pdb -Wl,-S -o sqlite3.exe -Wno-everything
  fi
  cd ..
} >&2

biggest() { find "$1" -name "$2" -size +1M -printf '%s %p\n' | sort -rn | head -1 | cut -d' ' -f2-; }
biggest linux-image-*-dbg 'vmlinux*'
biggest openjdk-17-dbg '*.debug'
biggest ceph-osd-dbg '*.debug'
ls cppcheck-*/cppcheck.elf "$root"/build/npm/node_modules/node-pty/prebuilds/win32-x64/conpty.pdb cppcheck-*/cppcheck.pdb sqlite/sqlite3.pdb
