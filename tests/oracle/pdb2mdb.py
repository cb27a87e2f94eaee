#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""pdb2mdb.py SIGLA FOLDER...: what Mono's pdb2mdb reads in the Windows PDBs that `sigla convert-pdb` makes.

Every Portable PDB below the folders that lies beside its assembly (X.dll or X.exe with X.pdb, X.dllx with X.pdbx, an embedded one) is converted;
pdb2mdb makes an .mdb of the result, and the IL offsets and lines of each method in it are compared with the sequence points of the Portable PDB.
Prints a line for each PDB and the sums; exit status 1 when anything differs.
"""
import json
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile

HIDDEN = 0xfeefee


class Mdb:
    """Mono.CompilerServices.SymbolWriter's file, version 50.0: the table of methods and their line number programs."""

    def __init__(self, content):
        assert struct.unpack_from("<QII", content) == (0x45e82623fd7fa614, 50, 0), "no .mdb of version 50.0"
        self.content = content
        numbers = struct.unpack_from("<20i", content, 32)
        self.method_count, self.method_table = numbers[9], numbers[10]
        self.line_base, self.line_range, self.opcode_base = numbers[16:19]

    def methods(self):
        """{token: [(IL offset, line or None where it is hidden)]}"""
        found = {}
        for i in range(self.method_count):
            token, _, lines = struct.unpack_from("<iii", self.content, self.method_table + 12 * i)
            found[token] = self.lines_at(lines)
        return found

    def uleb(self, at):
        value = shift = 0
        while True:
            byte = self.content[at]
            value |= (byte & 0x7f) << shift
            at, shift = at + 1, shift + 7
            if byte < 0x80:
                return value, at

    def number(self, at):
        """A signed number of 32 bits: no SLEB128, its bits are stored as if it had no sign."""
        value, end = self.uleb(at)
        return (value ^ 1 << 31) - (1 << 31), end

    def lines_at(self, at):
        rows, offset, line, is_hidden = [], 0, 1, False
        while True:
            opcode = self.content[at]
            at += 1
            if opcode >= self.opcode_base:
                opcode -= self.opcode_base
                offset += opcode // self.line_range
                line += self.line_base + opcode % self.line_range
                rows.append((offset, None if is_hidden else line))
            elif opcode == 0:
                size = self.content[at]
                extended = self.content[at + 1]
                at += 1 + size
                if extended == 1:
                    return rows
                if extended == 0x40:
                    is_hidden = not is_hidden
            elif opcode == 1:
                rows.append((offset, None if is_hidden else line))
            elif opcode == 2:
                delta, at = self.uleb(at)
                offset += delta
            elif opcode == 3:
                delta, at = self.number(at)
                line += delta
            elif opcode == 4:
                _, at = self.uleb(at)
            elif opcode == 8:
                offset += (255 - self.opcode_base) // self.line_range
            else:
                raise ValueError(f"opcode {opcode}")


def run(*command, cwd=None):
    return subprocess.run([str(c) for c in command], cwd=cwd, capture_output=True, text=True)


def points(sigla, pdb):
    """{token: [(IL offset, line or None)]} of a Portable PDB or of the assembly that has it inside; None for what is none."""
    done = run(sigla, "inspect", "--methods", "--json", pdb)
    if done.returncode != 0:
        return None
    for one in json.loads(done.stdout)["objects"]:
        if one["format"] == "portablepdb" and "methods" in one:
            return {int(m["token"], 16): [(p["il_offset"], p.get("line")) for p in m["sequence_points"]] for m in one["methods"] if m["sequence_points"]}
    return None


def pairs(folder):
    for assembly in sorted(p for p in folder.rglob("*") if p.suffix in (".dll", ".exe", ".dllx")):
        pdb = assembly.with_suffix(".pdbx" if assembly.suffix == ".dllx" else ".pdb")
        yield assembly, pdb if pdb.exists() else assembly


def shown(rows):
    """What pdb2mdb keeps: one row for an offset, the last; and none that says again what the row before said."""
    kept = []
    for row in rows:
        if kept and kept[-1][0] == row[0]:
            kept.pop()
        kept.append(row)
    return kept


def compare(sigla, assembly, pdb, scratch):
    wanted = points(sigla, pdb)
    if not wanted:
        return None
    program = scratch / (assembly.stem + (".dll" if assembly.suffix == ".dllx" else assembly.suffix))
    shutil.copyfile(assembly, program)
    argv = ["--assembly", program] if pdb != assembly else []
    done = run(sigla, "convert-pdb", "--to", "windows", *argv, pdb, "-o", program.with_suffix(".pdb"), "-q")
    if done.returncode != 0:
        return f"not converted: {done.stderr.strip()}"
    done = run("pdb2mdb", program.name, cwd=scratch)
    mdb = program.with_name(program.name + ".mdb")
    if done.returncode != 0 or not mdb.exists():
        return f"pdb2mdb: {(done.stderr or done.stdout).strip()[:200]}"
    got = Mdb(mdb.read_bytes()).methods()
    different = [t for t in sorted({*wanted, *got}) if shown(wanted.get(t, [])) != shown(got.get(t, []))]
    if different:
        token = different[0]
        return f"{len(different)} of {len(wanted)} methods differ, the first {token:#010x}: {wanted.get(token)} but {got.get(token)}"
    return len(wanted), sum(map(len, wanted.values()))


def main():
    sigla, *folders = sys.argv[1:]
    failed = count = methods = rows = 0
    seen = set()
    for folder in map(pathlib.Path, folders):
        for assembly, pdb in pairs(folder):
            if pdb.read_bytes() in seen:
                continue
            seen.add(pdb.read_bytes())
            with tempfile.TemporaryDirectory(prefix="sigla-oracle-") as scratch:
                result = compare(sigla, assembly, pdb, pathlib.Path(scratch))
            if result is None:
                continue
            if isinstance(result, str):
                failed += 1
                print(f"{pdb.name}: {result}")
                continue
            count, methods, rows = count + 1, methods + result[0], rows + result[1]
            print(f"{pdb.name}: {result[0]} methods, {result[1]} sequence points equal")
    print(f"{count} PDBs equal: {methods} methods, {rows} sequence points; {failed} not")
    return failed != 0 or count == 0


if __name__ == "__main__":
    sys.exit(main())
