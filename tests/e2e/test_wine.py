#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A Windows program that crashes under Wine and writes its own minidump: read with its PDB, which was uploaded with the EXE and nothing else.

Wine's dumps have no CodeView records. The EXE is found by its name and code id, the PDB by what the EXE says of it, and callers by the EXE's .pdata.
"""
import itertools
import json
import os
import re
import subprocess
import unittest

from harness import SIGLA, Case, run, tar_of

SOURCE = r"""
#include <windows.h>
#include <dbghelp.h>
#include <stdio.h>

static LONG WINAPI write_dump(EXCEPTION_POINTERS* pointers) {
  HANDLE file = CreateFileA("crash.dmp", GENERIC_WRITE, 0, nullptr, CREATE_ALWAYS, 0, nullptr);
  MINIDUMP_EXCEPTION_INFORMATION information = {GetCurrentThreadId(), pointers, FALSE};
  BOOL is_done = MiniDumpWriteDump(GetCurrentProcess(), GetCurrentProcessId(), file, MiniDumpNormal, &information, nullptr, nullptr);
  CloseHandle(file);
  TerminateProcess(GetCurrentProcess(), is_done ? 7 : 8);
  return EXCEPTION_EXECUTE_HANDLER;
}

struct Node { Node* next; int values[4]; };
static Node* volatile list = nullptr;
static volatile int rounds = 3;

static inline int take(Node* node, int index) {
  int sum = 0;
  for (int i = 0; i < rounds; ++i) {
    sum += node->values[index + i];  // reads at 8
    node = node->next;
  }
  return sum;
}

__attribute__((noinline)) int total(int depth) {
  volatile char room[300];
  room[depth] = 1;
  int sum = take(list, depth);  // is inlined
  return sum + room[depth];
}

__attribute__((noinline)) int descend(int depth) {
  if (depth == 0) {
    return total(depth) * 2;  // calls total
  }
  int below = descend(depth - 1);  // calls itself
  return below * 3 + rounds;
}

int main() {
  SetUnhandledExceptionFilter(write_dump);
  int result = descend(2);  // calls descend
  printf("%d\n", result);
  return 0;
}
"""


def line_of(comment):
    return next(number for number, line in enumerate(SOURCE.splitlines(), 1) if line.endswith(f"// {comment}"))


EXPECTED = [("take", line_of("reads at 8"), "inline"), ("total", line_of("is inlined"), "context"), ("descend", line_of("calls total"), "cfi"),
            ("descend", line_of("calls itself"), "cfi"), ("descend", line_of("calls itself"), "cfi"), ("main", line_of("calls descend"), "cfi")]


class Wine(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = cls.scratch / "wine"
        cls.folder.mkdir()
        (cls.folder / "crash.cpp").write_text(SOURCE)
        run("clang++-19", "--target=x86_64-w64-windows-gnu", "-O2", "-g", "-gcodeview", "-nostdlib++", "crash.cpp", "-fuse-ld=lld", "-Wl,--pdb=crash.pdb", "-Wl,-S",
            "-o", "crash.exe", "-ldbghelp", cwd=cls.folder)
        environment = {**os.environ, "WINEPREFIX": str(cls.scratch / "prefix"), "WINEDEBUG": "-all", "WINEDLLOVERRIDES": "mscoree,mshtml="}
        done = subprocess.run(["wine", "crash.exe"], cwd=cls.folder, env=environment, capture_output=True, timeout=300, check=False)
        subprocess.run(["wineserver", "-w"], env=environment, check=False, timeout=60)
        if done.returncode != 7:
            raise AssertionError(f"no dump was written ({done.returncode}): {done.stderr.decode(errors='replace')}")
        cls.dump = cls.folder / "crash.dmp"
        archive = tar_of([(name, (cls.folder / name).read_bytes()) for name in ("crash.exe", "crash.pdb")])
        answer = cls.server.upload(archive)
        if answer.status != 200:
            raise AssertionError(answer.text)

    def check(self, report):
        self.assertEqual(report["crash"]["reason"], "EXCEPTION_ACCESS_VIOLATION_READ")
        self.assertEqual(report["crash"]["address"], "0x8")
        rows = []
        for frame in report["threads"][report["crash"]["thread"]]["frames"]:
            rows += [(row, "inline") for row in frame.get("inlines", ())] + [(frame, frame["trust"])]
        found = [(re.sub(r"\(.*", "", row["function"]), row["line"], trust) for row, trust in rows[:len(EXPECTED)]]
        self.assertEqual(found, EXPECTED)
        self.assertTrue(all(os.path.basename(row["file"]) == "crash.cpp" for row, _ in rows[:len(EXPECTED)]))
        # The C library's start of the program has no lines, and is unwound by .pdata like the rest.
        own = list(itertools.takewhile(lambda row: row[0].get("module", "crash.exe") == "crash.exe", rows))
        self.assertEqual({trust for _, trust in own[2:]}, {"cfi"})
        self.assertGreater(len(own), len(EXPECTED))
        module = next(module for module in report["modules"] if module["code_file"].endswith("crash.exe"))
        self.assertEqual(module["debug_file"], "crash.pdb")
        self.assertTrue(module["symbol_source"].endswith("crash.pdb"), module["symbol_source"])
        self.assertTrue(module["unwind_source"].endswith("crash.exe"), module["unwind_source"])

    def test_the_server_reads_it(self):
        answer = self.server.request("POST", "/api/v1/projects/default/symbolicate", body=self.dump.read_bytes(),
                                     headers={"Authorization": f"Bearer {self.server.token}"})
        self.assertEqual(answer.status, 200, answer.text[:300])
        self.check(answer.json())

    def test_the_command_line_asks_the_server_for_both(self):
        done = run(SIGLA, "symbolicate", self.dump, "--symbols", f"{self.server.url}/symbols", "--format", "json",
                   env={**os.environ, "XDG_CACHE_HOME": str(self.scratch / "xdg")})
        self.check(json.loads(done.stdout))


if __name__ == "__main__":
    unittest.main()
