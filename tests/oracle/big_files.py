#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""big_files.py --sigla PROGRAM [--addresses N] FILE...: the comparison of test_dwarf.py over debug files of any size.

llvm-symbolizer has no way to name the section of an address, so of a relocatable file (a kernel module) it is asked about what GNU ld
links of it.

For each file: how many of N addresses drawn inside functions (weighted by their size) have the same files and lines, and the same
number of frames, as llvm-symbolizer's; then the first differences.
"""
import argparse
import bisect
import os
import random
import re
import sys
import tempfile

from compare import Agreement, code_ranges, llvm_frames, load_base, run, sigla_frames


def inside_functions(file, count):
    functions = []
    for line in run("nm", "-S", "--defined-only", file).splitlines():
        m = re.match(r"([0-9a-f]+) ([0-9a-f]+) [tTwWiu] ", line)
        if m and int(m.group(2), 16):
            functions.append((int(m.group(1), 16), int(m.group(2), 16)))
    # What the linker removed keeps symbols and debug information at addresses where no code is.
    code = code_ranges(file)
    functions = sorted({f for f in functions if any(low <= f[0] < high for low, high, _ in code)})
    ends, total = [], 0
    for _, size in functions:
        total += size
        ends.append(total)
    generator = random.Random(3)
    chosen = set()
    for _ in range(count):
        at = generator.randrange(total)
        index = bisect.bisect_right(ends, at)
        start, size = functions[index]
        chosen.add(start + size - (ends[index] - at))
    return sorted(chosen)


def code_sections(file):
    """(name, size, where sigla has it) of a relocatable file's code: one behind the other, .init last (formats/elf/layout.h)."""
    rows = re.findall(r"^ +\[ *\d+\] (\S+) +(?:PROGBITS|NOBITS) +[0-9a-f]+ [0-9a-f]+ ([0-9a-f]+) [0-9a-f]+ +\S*X\S* +\d+ +\d+ +(\d+)$", run("readelf", "-SW", file), re.M)
    sections, end = [], 0
    for name, size, alignment in sorted(rows, key=lambda row: row[0].startswith(".init")):
        start = -(-end // max(int(alignment), 1)) * max(int(alignment), 1)
        end = start + int(size, 16)
        sections.append((name, int(size, 16), start))
    return sections


def is_relocatable(file):
    return "REL (" in run("readelf", "-hW", file)


def linked(file, scratch):
    """A relocatable file linked by GNU ld, every code section where sigla has it."""
    script, out = os.path.join(scratch, "script"), os.path.join(scratch, "linked")
    with open(script, "w") as f:
        f.write("SECTIONS {\n")
        for name, _, start in code_sections(file):
            f.write(f"  {name} {start:#x} : {{ *({name}) }}\n")
        f.write("  . = ALIGN(0x1000);\n}\n")
    run("ld", "-T", script, "-e", "0", "--unresolved-symbols=ignore-all", "--no-warnings", "-o", out, file)
    return out


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--sigla", required=True)
    ap.add_argument("--addresses", type=int, default=100_000)
    ap.add_argument("--show", type=int, default=5)
    ap.add_argument("files", nargs="+")
    args = ap.parse_args()
    worst = 100.0
    with tempfile.TemporaryDirectory(prefix="sigla-oracle-") as cache:
        env = {**os.environ, "XDG_CACHE_HOME": cache}
        for file in args.files:
            other = linked(file, cache) if is_relocatable(file) else file
            base = 0 if other is not file else load_base(file)
            addresses = inside_functions(other, args.addresses)
            ours = {a + base: f for a, f in sigla_frames(args.sigla, file, [a - base for a in addresses], env=env).items()}
            theirs = llvm_frames(other, addresses)
            agreement = Agreement().add(ours, theirs)
            frames = sum(len(ours.get(a, [])) == len(f) for a, f in theirs.items())
            functions = sum([f[0] for f in ours.get(a, [])] == [f[0] for f in frames_] for a, frames_ in theirs.items())
            print(f"{file}: files and lines {agreement.percent:.3f} %, frame counts {100 * frames / len(theirs):.3f} %, "
                  f"function names {100 * functions / len(theirs):.3f} % of {len(theirs)} addresses", flush=True)
            print(agreement.explain(args.show), flush=True)
            worst = min(worst, agreement.percent)
    return 0 if worst >= 99.9 else 1


if __name__ == "__main__":
    sys.exit(main())
