#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes prog.exe and prog.pdb, a Portable PDB. Needs mono-mcs, libmono-cecil-cil and mono-runtime; run it in this folder.
set -eu
build=$(mktemp -d)
cecil=$(ls -d /usr/lib/mono/gac/Mono.Cecil/0.1*/Mono.Cecil.dll | tail -n 1)
cp prog.cs "$build"
mcs -r:"$cecil" -r:Mono.CompilerServices.SymbolWriter.dll -out:"$build/portable.exe" ../../../../tests/e2e/dotnet/portable.cs
(cd "$build" && mcs -debug -pathmap:"$build"=/src -out:prog.exe prog.cs)
mkdir "$build/out"
mono "$build/portable.exe" "$build/prog.exe" "$build/out/prog.exe"
cp "$build/out/prog.exe" "$build/out/prog.pdb" .
rm -r "$build"
