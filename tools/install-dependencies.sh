#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# install-dependencies.sh run|test: installs what Debian 12 lacks to build and run Sigla, or to test it too.
# Installs nothing, and needs no root, when everything is there.
set -euo pipefail
cd "$(dirname "$0")/.."

build=(g++ cmake ninja-build ccache lld-19 git ca-certificates pkg-config
  libboost1.81-dev libboost-json1.81-dev libboost-url1.81-dev libssl-dev libcurl4-openssl-dev
  libsqlite3-dev libarchive-dev libmspack-dev libzstd-dev zlib1g-dev liblzma-dev libbz2-dev liblz4-dev
  libisal-dev libxxhash-dev libfmt-dev prometheus-cpp-dev libseccomp-dev libcapstone-dev libgit2-dev llvm-19-dev libcli11-dev)
demo=(gdb curl python3 binutils debuginfod elfutils)
test=(mono-devel libgtest-dev libgmock-dev libbenchmark-dev clang-19 clang-format-19 clang-tidy-19
  libclang-rt-19-dev llvm-19 lldb-19 nginx-light wrk gcab cabextract p7zip-full libarchive-tools zip unzip
  gfortran gnat gdc rustc golang-go dwz gcc-mingw-w64-x86-64-posix wine wine64 xz-utils bzip2 zstd lz4 jq openssl python3-jsonschema
  procps libc6-dbg mono-runtime mono-mcs libmono-cecil-private-cil nuget)

wanted=("${build[@]}" "${demo[@]}")
[ "${1:-run}" = test ] && wanted+=("${test[@]}")
# npm's own package only where no npm is installed another way.
command -v npm >/dev/null || wanted+=(nodejs npm)

missing=()
for package in "${wanted[@]}"; do
  status=$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null || true)
  [ "$status" = "install ok installed" ] || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  echo "installing: ${missing[*]}"
  sudo=()
  [ "$(id -u)" = 0 ] || sudo=(sudo)
  "${sudo[@]}" apt-get -o DPkg::Lock::Timeout=900 update -qq
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=900 install -y -qq \
    --no-install-recommends "${missing[@]}" >/dev/null
fi

# Breakpad's own tools (dump_syms, minidump_stackwalk), MSVC-built PDB and PE pairs, NuGet's client, assemblies with
# Portable PDBs.
npm_dir=build/npm
if ! cmp -s tests/npm/package-lock.json $npm_dir/package-lock.json || [ ! -d $npm_dir/node_modules ]; then
  mkdir -p $npm_dir
  cp tests/npm/package.json $npm_dir/
  cp tests/npm/package-lock.json $npm_dir/package-lock.json.new
  mv $npm_dir/package-lock.json.new $npm_dir/package-lock.json
  (cd $npm_dir && npm ci --ignore-scripts --no-audit --no-fund --silent) || { rm -f $npm_dir/package-lock.json; exit 1; }
fi
