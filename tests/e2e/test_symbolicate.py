#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A real crash, a real dump, a readable stack: from a folder, from the server, through the API; equal to Breakpad's own stackwalker."""
import json
import os
import pathlib
import random
import re
import unittest

from harness import DUMP_SYMS, SIGLA, SNAPSHOT, STACKWALK, Case, build_program, run

SOURCE = r"""
#include <cstdio>
#include <cstring>
#include <string>
#include <thread>
#include <vector>
#include <algorithm>
#include <mutex>
#include <condition_variable>
static std::mutex mutex; static std::condition_variable never; static int waiting = 0; static std::condition_variable all;
static inline int leaf(volatile int* p, int v) { *p = v; return v; }
static inline int twice(volatile int* p, int v) { return leaf(p, v) * 2; }
__attribute__((noinline)) int recurse(int n, volatile int* p) { if (n == 0) return twice(p, n); return recurse(n - 1, p) + n; }
__attribute__((noinline)) void wait_here() { std::unique_lock<std::mutex> lock(mutex); ++waiting; all.notify_one(); never.wait(lock); }
int main(int argc, char** argv) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) threads.emplace_back(wait_here);
  { std::unique_lock<std::mutex> lock(mutex); all.wait(lock, [] { return waiting == 3; }); }
  std::vector<std::string> names = {"c", "a", "b"};
  if (argc > 1 && !std::strcmp(argv[1], "abort")) std::abort();
  if (argc > 1 && !std::strcmp(argv[1], "divide")) { volatile int zero = 0; return 1 / zero; }
  if (argc > 1 && !std::strcmp(argv[1], "library")) std::memset((void*)8, 1, 4000);
  if (argc > 1 && !std::strcmp(argv[1], "jump")) ((void (*)())0x10)();
  if (argc > 1 && !std::strcmp(argv[1], "sort"))
    std::sort(names.begin(), names.end(), [](const std::string& x, const std::string& y) { if (x == "b") *(volatile int*)16 = 1; return x < y; });
  return recurse(5, (int*)nullptr);
}
"""


class Symbolicate(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = cls.scratch / "crash"
        # One program a way of building: Breakpad's dump_syms reads DWARF 4 best.
        cls.programs = {}
        cls.symbols = cls.folder / "symbols"
        for name, flags in {"plain": ("-O0", "-g"), "fast": ("-O2", "-g"), "frames": ("-O2", "-g", "-fno-omit-frame-pointer"),
                            "nocfi": ("-O1", "-g", "-fno-asynchronous-unwind-tables", "-fno-exceptions", "-fno-omit-frame-pointer")}.items():
            source = SOURCE
            full, stripped, debug, build_id = build_program(cls.folder / name, name, source, (*flags, "-gdwarf-4", "-pthread"))
            cls.programs[name] = full
            cls.add_symbols(full)
        libc = next(p for p in ("/lib/x86_64-linux-gnu/libc.so.6", "/usr/lib/x86_64-linux-gnu/libc.so.6") if os.path.exists(p))
        build_id = re.search(r"Build ID: ([0-9a-f]+)", run("readelf", "-n", libc).stdout).group(1)
        cls.add_symbols(libc, f"/usr/lib/debug/.build-id/{build_id[:2]}")
        run("tar", "-czf", cls.folder / "symbols.tgz", "-C", cls.folder, "symbols")
        answer = cls.server.upload((cls.folder / "symbols.tgz").read_bytes())
        if answer.status != 200:
            raise AssertionError(answer.text)
        cls.environment = {**os.environ, "XDG_CACHE_HOME": str(cls.scratch / "xdg")}

    @classmethod
    def add_symbols(cls, *program):
        text = run(DUMP_SYMS, "-d", *program).stdout
        _, _, _, debug_id, name = text.split("\n", 1)[0].split(" ", 4)
        path = cls.symbols / name / debug_id / f"{name}.sym"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def dump(self, program, *argv):
        out = self.folder / f"{program}-{'-'.join(argv) or 'null'}.dmp"
        if not out.exists():
            run(SNAPSHOT, out, self.programs[program], *argv)
        return out

    def test_equal_to_breakpads_stackwalker_line_for_line(self):
        different = []
        for program in self.programs:
            for scenario in ("", "abort", "divide", "library", "jump", "sort"):
                dump = self.dump(program, *([scenario] if scenario else []))
                for symbols in ((), (self.symbols,)):
                    theirs = run(STACKWALK, "-m", dump, *symbols, check=False).stdout
                    ours = run(SIGLA, "symbolicate", dump, "--format", "breakpad-machine", *(["--symbols", symbols[0]] if symbols else []), check=False,
                               env=self.environment).stdout
                    if [l.rstrip() for l in ours.splitlines() if l.strip()] != [l.rstrip() for l in theirs.splitlines() if l.strip()]:
                        first = next(((a, b) for a, b in zip(theirs.splitlines() + [""], ours.splitlines() + [""]) if a.rstrip() != b.rstrip()), ("more lines", ""))
                        different.append(f"{dump.name} {'with' if symbols else 'without'} symbols: wanted {first[0]!r}, got {first[1]!r}")
        self.assertEqual(different, [])

    def test_text_is_readable(self):
        out = run(SIGLA, "symbolicate", self.dump("fast"), "--symbols", self.symbols, env=self.environment).stdout
        self.assertIn("SIGSEGV", out)
        self.assertRegex(out, r"leaf")
        self.assertRegex(out, r"twice")
        self.assertRegex(out, r"recurse.*fast\.cc:1[0-9]")
        self.assertLess(out.index("leaf"), out.index("main"))

    def test_symbols_from_the_server(self):
        dump = self.dump("fast", "sort")
        local = run(SIGLA, "symbolicate", dump, "--symbols", self.symbols, "--format", "breakpad-machine", env=self.environment).stdout
        fetched = run(SIGLA, "symbolicate", dump, "--symbols", f"{self.server.url}/symbols", "--format", "breakpad-machine",
                      env={**self.environment, "XDG_CACHE_HOME": str(self.scratch / "xdg2")}).stdout
        self.assertEqual(local, fetched)

    def test_through_the_api(self):
        dump = self.dump("fast", "abort")
        local = run(SIGLA, "symbolicate", dump, "--symbols", self.symbols, "--format", "breakpad-machine", env=self.environment).stdout
        answer = self.server.request("POST", "/api/v1/projects/default/symbolicate?format=breakpad-machine", body=dump.read_bytes())
        self.assertEqual((answer.status, answer.text), (200, local))
        answer = self.server.request("POST", "/api/v1/projects/default/symbolicate", body=dump.read_bytes()).json()
        self.assertEqual(answer["crash"]["reason"].split(" ")[0], "SIGABRT")
        frames = [f for t in answer["threads"] for f in t["frames"]]
        self.assertTrue(any(f.get("function") and "main" in f["function"] for f in frames))
        self.assertTrue(all("trust" in f for f in frames))
        self.assertTrue(any(m["status"] == "found" for m in answer["modules"]))
        self.assertTrue(all("explain" in m for m in answer["modules"]))

    def test_an_upload_is_used_at_once(self):
        """No negative answer is remembered past the upload that ends it."""
        source = SOURCE.replace("recurse", "unique_" + f"{random.getrandbits(64):x}")
        full, stripped, debug, build_id = build_program(self.folder / "late", "late", source, ("-O1", "-g", "-gdwarf-4", "-pthread"))
        self.programs["late"] = full
        dump = self.dump("late").read_bytes()
        before = self.server.request("POST", "/api/v1/projects/default/symbolicate?format=text", body=dump)
        self.assertNotIn("unique_", before.text)
        self.server.upload(run(DUMP_SYMS, "-d", full).stdout.encode())
        after = self.server.request("POST", "/api/v1/projects/default/symbolicate?format=text", body=dump)
        self.assertIn("unique_", after.text)

    def test_bad_dumps_are_clear_errors(self):
        whole = self.dump("fast").read_bytes()
        cases = {"empty": b"", "text": b"hello\n" * 100, "header only": whole[:32], "directory past the end": whole[:12] + b"\xff\xff\xff\x7f" + whole[16:]}
        for name, content in cases.items():
            with self.subTest(name):
                path = self.scratch / "bad.dmp"
                path.write_bytes(content)
                done = run(SIGLA, "symbolicate", path, check=False)
                self.assertEqual(done.returncode, 3, done.stderr)
                self.assertTrue(done.stderr.startswith("sigla: "), done.stderr)
                answer = self.server.request("POST", "/api/v1/projects/default/symbolicate", body=content)
                self.assertEqual(answer.status // 100, 4, answer.text)
                self.assertTrue(answer.json()["error"]["message"])

    def test_truncated_and_damaged_dumps_never_take_the_server_down(self):
        whole = bytearray(self.dump("fast").read_bytes())
        rng = random.Random(3)
        for i in range(40):
            content = bytearray(whole)
            if i % 2:
                content = content[:rng.randrange(len(content))]
            else:
                for _ in range(50):
                    content[rng.randrange(min(len(content), 40000))] = rng.randrange(256)
            answer = self.server.request("POST", "/api/v1/projects/default/symbolicate", body=bytes(content))
            self.assertIn(answer.status, (200, 400, 413, 415, 422), answer.text[:200])
        self.assertEqual(self.server.get("/healthz").status, 200)


if __name__ == "__main__":
    unittest.main()
