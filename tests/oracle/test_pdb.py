# SPDX-License-Identifier: Apache-2.0
"""`sigla lookup` of PDBs compared with what other tools make of the same files.

Visual C++'s PDBs (node-pty's) are compared with pdb_facts.py. llvm-symbolizer is no measure for them: it takes an inlined call
whose rows have no length of their own ("default next start", cvinfo.h) to be absent there, and crashes on one address in 250.
clang's PDBs, whose rows all have a length, are compared with llvm-symbolizer itself.
"""
import json
import os
import pathlib
import random
import re
import subprocess
import tempfile
import unittest

from pdb_facts import ANY_FILE, PdbFacts

SIGLA = os.environ["SIGLA"]
NODE_PTY = pathlib.Path(os.environ["NPM"]) / "node-pty/prebuilds"
MSVC_PDBS = ["win32-x64/conpty.pdb", "win32-x64/winpty-agent.pdb", "win32-arm64/pty.pdb"]
ADDRESSES_MAX = 4_000

PROGRAM = r"""
namespace geometry {
struct Point { int x, y; };
template <typename T> inline T square(T v) { return v * v; }
__attribute__((always_inline)) inline int length(const Point& p) {
  int sum = square(p.x);
  sum += square(p.y);
  if (sum < 0)
    sum = -sum;
  return sum;
}
struct Shape {
  virtual int area(int scale) const { return scale; }
  Point corner;
  __attribute__((always_inline)) Shape(int x, int y) { corner.x = x; corner.y = y; }
};
struct Square : Shape {
  Square(int x) : Shape(x, x + 1) {}
  int area(int scale) const override { return length(corner) * scale; }
};
}
static __attribute__((noinline)) int sum(const int* values, int count) {
  int total = 0;
  for (int i = 0; i < count; ++i) {
    geometry::Point p{values[i], i};
    total += geometry::length(p);
  }
  return total;
}
extern "C" int table[16];
int table[16] = {1, 2, 3};
extern "C" int _fltused;
int _fltused = 0;
extern "C" void* memset(void* at, int value, unsigned long long size) {
  for (unsigned long long i = 0; i < size; ++i) ((volatile char*)at)[i] = (char)value;
  return at;
}
__attribute__((noinline)) int run(geometry::Shape* shape, int n) {
  return shape->area(n) + sum(table, n);
}
extern "C" int entry() {
  geometry::Square square(table[0]);
  return run(&square, table[1]);
}
"""


def lookup(pdb, addresses, cache):
    done = subprocess.run([SIGLA, "lookup", str(pdb), "-", "--json"], input="\n".join(map(hex, addresses)), capture_output=True, text=True,
                          env={**os.environ, "XDG_CACHE_HOME": str(cache)})
    if done.returncode not in (0, 1):
        raise AssertionError(done.stderr)
    return [answer["frames"] for answer in json.loads(done.stdout)]


def place(frame):
    return (frame["file"], frame["line"]) if frame.get("line") else None


def same_name(wanted, got):
    """An inlinee is printed by llvm-pdbutil without its scope, constructors as {ctor}, a long name cut, another module's as an error."""
    if wanted.endswith("..."):
        return wanted[:-3] in got
    return wanted in ("{ctor}", "{dtor}") or wanted.startswith("<") and got != "" or got.endswith(wanted)


class Msvc(unittest.TestCase):
    def compare(self, pdb):
        facts = PdbFacts(pdb)
        random.seed(1)
        places = facts.places()
        places += [(f.section, f.offset + random.randrange(f.size)) for f in facts.functions if f.size]
        # What the linker threw away has no section.
        places = [p for p in places if 0 < p[0] <= len(facts.sections)]
        places = random.sample(places, min(len(places), ADDRESSES_MAX))
        with tempfile.TemporaryDirectory() as cache:
            answers = lookup(pdb, [facts.rva(*p) for p in places], cache)
        wrong = []
        for (section, offset), got in zip(places, answers):
            wanted = facts.frames(section, offset)
            lines = [line for _, line in wanted]
            got_lines = [place(frame) for frame in got]
            lines = [(g[0], w[1]) if w and g and w[0] == ANY_FILE else w for w, g in zip(lines, got_lines)] + lines[len(got_lines):]
            # Functions of one module that were folded into one have their lines at the same addresses; llvm-pdbutil does not say whose.
            if lines[:-1] == got_lines[:-1] and got_lines and got_lines[-1] in facts.lines_at(section, offset):
                lines = got_lines
            if lines != got_lines or not all(same_name(name, frame["function"]) for (name, _), frame in zip(wanted[:-1], got)):
                wrong.append(f"{section}:{offset:#x} wanted {wanted}\n    got {[(f['function'], place(f)) for f in got]}")
        agreement = 100 * (1 - len(wrong) / len(places))
        print(f"{pdb.parent.name}/{pdb.name}: {len(places)} addresses, {agreement:.3f} % agree")
        self.assertGreaterEqual(agreement, 99.9, "\n".join(wrong[:10]))

    def test_frames(self):
        for name in MSVC_PDBS:
            with self.subTest(name):
                self.compare(NODE_PTY / name)


class Clang(unittest.TestCase):
    def build(self, folder, target, *options):
        (folder / "a.cc").write_text(PROGRAM)
        subprocess.run(["clang++-19", f"--target={target}", "-g", "-gcodeview", "-ffreestanding", "-fno-exceptions", "-fno-rtti",
                        "-Wno-everything", *options, "-c", "a.cc", "-o", "a.obj"], cwd=folder, check=True)
        subprocess.run(["lld-link-19", "/nologo", "/debug:full", "/pdb:a.pdb", "/nodefaultlib", "/entry:entry", "/subsystem:console",
                        "/force:unresolved", "/out:a.exe", "a.obj"], cwd=folder, check=True, capture_output=True)
        return folder / "a.pdb"

    def compare(self, pdb):
        facts = PdbFacts(pdb)
        # llvm-symbolizer takes the first of several rows at one address, which have no code but for the last.
        doubled = facts.doubled_rows()
        addresses = [facts.rva(f.section, f.offset + i) for f in facts.functions for i in range(f.size)
                     if not any(s == f.section and low <= f.offset + i < high for s, low, high in doubled)]
        self.assertGreater(len(addresses), 100)
        answers = lookup(pdb, addresses, pdb.parent)
        done = subprocess.run(["llvm-symbolizer-19", f"--obj={pdb.with_suffix('.exe')}", "--relative-address", "--output-style=JSON"],
                              input="\n".join(map(hex, addresses)), capture_output=True, text=True, check=True)
        inlined = 0
        for address, line, got in zip(addresses, done.stdout.splitlines(), answers):
            wanted = json.loads(line)["Symbol"]
            inlined += len(wanted) - 1
            self.assertEqual([(f["FileName"], f["Line"]) for f in wanted], [(f["file"], f["line"]) for f in got], hex(address))
            for want, frame in zip(wanted, got):
                name = re.sub(r"\b(class|struct|enum|union) ", "", want["FunctionName"]).replace("(void)", "()")
                self.assertEqual(name.split("(")[0], frame["function"].split("(")[0])
        return inlined

    def test_frames(self):
        for target in "x86_64-pc-windows-msvc", "aarch64-pc-windows-msvc":
            for level in "-O0", "-O1", "-O2":
                with self.subTest(f"{target} {level}"), tempfile.TemporaryDirectory() as folder:
                    inlined = self.compare(self.build(pathlib.Path(folder), target, level))
                    self.assertGreater(inlined, 20)


if __name__ == "__main__":
    unittest.main()
