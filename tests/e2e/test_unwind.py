#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Stacks walked by what programs say themselves (.eh_frame), without symbol files: the same frames as gdb finds."""
import json
import os
import re
import unittest

from harness import SIGLA, SNAPSHOT, Case, run

# No frame pointers; frames of no fixed size, a realigned one, a call through the PLT, and a signal handler that crashes.
SOURCE = r"""
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#define KEEP __attribute__((noinline, noclone))
volatile long sink;
KEEP void use(void *p, long n) { sink += n + *(char *)p; }
KEEP void crash(long n) { *(volatile long *)(n & 8) = n; sink = n; }
KEEP void on_signal(int signal) { char local[100]; memset(local, signal, sizeof local); use(local, 1); crash(signal); use(local, 2); }
KEEP void interrupted(long n) { char many[3000]; memset(many, (int)n, sizeof many); use(many, n); raise(SIGUSR1); use(many, n + 1); }
KEEP void variable(long n) { char *p = __builtin_alloca((unsigned long)n * 17); memset(p, 1, (unsigned long)n); use(p, n); interrupted(n + 1); use(p, n); }
KEEP void aligned(long n) {
  char big[500] __attribute__((aligned(128)));
  char *p = __builtin_alloca((unsigned long)n * 33);
  memset(big, (int)n, sizeof big); use(big, n); use(p, n); variable(n + 3); use(big, n); use(p, n);
}
KEEP long saves(long a, long b, long c, long d) {
  long x = a * b, y = c * d, z = a + d; use(&sink, x);
  aligned(a); use(&sink, y + z); return x + y + z + a + b + c + d;
}
KEEP int compare(const void *a, const void *b) { long x = saves(*(const int *)a, *(const int *)b, 3, 4); return (int)x; }
KEEP void sorts(void) { int numbers[] = {5, 6}; qsort(numbers, 2, sizeof(int), compare); use(numbers, 1); }
int main(int argc, char **argv) { (void)argv; signal(SIGUSR1, on_signal); sorts(); return argc; }
"""


# Inlined calls and calls in place of a return are no frames of the stack.
FRAMES = """exec('f = gdb.newest_frame()\\nwhile f:\\n  if f.type() in (gdb.NORMAL_FRAME, gdb.SIGTRAMP_FRAME): print(\\"FRAME\\", f.name())\\n  f = f.older()')"""


class Unwind(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = cls.scratch / "unwind"
        cls.symbols = cls.folder / "symbols"
        cls.symbols.mkdir(parents=True)
        (cls.folder / "prog.c").write_text(SOURCE)
        cls.environment = {**os.environ, "XDG_CACHE_HOME": str(cls.scratch / "xdg")}

    def walk(self, *flags):
        """The frames of the same crash, innermost first: gdb's names, and what sigla says."""
        program = self.symbols / "prog"
        run("gcc", "-O2", "-fomit-frame-pointer", *flags, "-o", program, self.folder / "prog.c")
        gdb = run("gdb", "-nx", "-batch", "-ex", "set backtrace past-main on", "-ex", "handle SIGUSR1 nostop noprint pass", "-ex", "run",
                  "-ex", f"python {FRAMES}", program).stdout
        expected = re.findall(r"^FRAME (.*)$", gdb, re.M)
        dump = self.folder / "crash.dmp"
        run(SNAPSHOT, dump, program)
        run("cp", os.path.realpath("/lib/x86_64-linux-gnu/libc.so.6"), self.symbols / "libc.so.6")
        report = json.loads(run(SIGLA, "symbolicate", dump, "--symbols", self.symbols, "--format", "json", env=self.environment).stdout)
        thread = next(t for t in report["threads"] if t.get("crashed") or t["frames"])
        return expected, [f for f in thread["frames"] if f.get("trust") != "inline"]

    def check(self, *flags):
        expected, frames = self.walk(*flags)
        ours = ("on_signal", "interrupted", "variable", "aligned", "saves", "compare", "sorts", "main", "crash")
        self.assertGreater(len(expected), 12, expected)
        self.assertEqual([n for n in expected if n in ours], [f.get("function") for f in frames if f.get("function") in ours])
        self.assertEqual({f["trust"] for f in frames[1:]}, {"cfi"}, frames)
        self.assertEqual(len(frames), len(expected), (expected, frames))

    def test_equals_gdb_through_a_signal_handler(self):
        self.check()

    def test_equals_gdb_with_lazy_binding_and_large_code(self):
        self.check("-Wl,-z,lazy", "-fcf-protection=none", "-no-pie")


if __name__ == "__main__":
    unittest.main()
