#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Crashes of stripped programs, made readable by native debug files alone: from folders, from a server, through the API. Frames equal gdb's."""
import io
import json
import os
import pathlib
import re
import shutil
import subprocess
import tarfile
import unittest

from harness import DUMP_SYMS, SIGLA, SNAPSHOT, STACKWALK, Case, Server, run

LIBRARY = r"""
#include "work.h"
namespace work {
static volatile int factor = 3;
// Not its first instruction crashes: gdb hides an inlined call that it stops at the beginning of.
static inline int read_one(const int* where) {
  int before = factor;
  factor = before + 1;
  return *where * before;
}
static inline int read_twice(const int* where) { return read_one(where) * 2; }
__attribute__((noinline)) int total(const Job* first, int count) {
  int sum = 0;
  for (int i = 0; i < count; ++i) {
    sum += read_twice(first[i].cost);
  }
  return sum;
}
template <typename T>
__attribute__((noinline)) int Runner<T>::run(const Job* jobs, int count) {
  depth_ += 1;
  int result = total(jobs, count);
  depth_ -= 1;
  return result + depth_;
}
template struct Runner<long>;
}
"""
HEADER = r"""
#pragma once
namespace work {
struct Job { const int* cost; };
int total(const Job* first, int count);
template <typename T> struct Runner {
  int run(const Job* jobs, int count);
  T depth_ = 0;
};
}
"""
PROGRAM = r"""
#include <cstdio>
#include "work.h"
static int cost = 3;
static const work::Job jobs[] = {{&cost}, {&cost}, {nullptr}};
static inline int start_runner(int count) {
  work::Runner<long> runner;
  return runner.run(jobs, count) + 1;
}
__attribute__((noinline)) int recurse(int depth, int count) {
  if (depth == 0) return start_runner(count);
  return recurse(depth - 1, count) + depth;
}
int main(int argc, char**) {
  std::printf("start\n");
  std::fflush(stdout);
  return recurse(2, argc + 2) + 1;
}
"""

# name: flags of the compiler, and whether the library is linked into the program.
PROGRAMS = {
    "pie": (("-O2", "-g", "-pie", "-fPIE"), False),
    "fixed": (("-O2", "-g", "-no-pie"), False),
    "static": (("-O2", "-g", "-static"), True),
    "dwarf4": (("-O1", "-g", "-gdwarf-4", "-fno-inline"), False),
}


def without_parameters(name):
    """`work::Runner<long>::run(work::Job const*, int)` as gdb shows it in a backtrace, less the namespace, which DWARF names without a linkage name lack."""
    name = re.sub(r"\s*\[.*\]$", "", name)
    depth = 0
    for i in range(len(name) - 1, -1, -1):
        depth += {")": 1, "(": -1}.get(name[i], 0)
        if depth == 0 and name.endswith(")"):
            name = name[:i].strip()
            break
    return name.split("::")[-1]


def gdb_frames(program, debug):
    """(function, file, line) of the crashed thread, down to main."""
    out = run("gdb", "-nx", "-batch", "-iex", "set debuginfod enabled off", "-iex", "set print frame-arguments none", "-iex", "set width 0",
              "-iex", f"set debug-file-directory {debug}", "-ex", "run", "-ex", "bt", f"./{program.name}", cwd=program.parent).stdout
    frames = []
    for line in out.splitlines():
        match = re.match(r"#\d+\s+(?:0x[0-9a-f]+ in )?(.+?) \([^()]*\)(?: at (.+):(\d+))?", line)
        if match:
            frames.append((without_parameters(match.group(1)), os.path.basename(match.group(2) or ""), int(match.group(3) or 0)))
            if frames[-1][0] == "main":
                return frames
    raise AssertionError(f"gdb shows no main:\n{out}")


def json_frames(report):
    """The same of a report, inlined calls as frames of their own."""
    thread = next(t for t in report["threads"] if t["crashed"])
    frames = []
    for frame in thread["frames"]:
        for call in frame["inlines"] + [frame]:
            frames.append((without_parameters(call["function"] or ""), os.path.basename(call["file"] or ""), call["line"] or 0))
        if frames[-1][0] == "main":
            break
    return frames


class NativeSymbols(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.environment = {**os.environ, "XDG_CACHE_HOME": str(cls.scratch / "xdg")}
        cls.dumps = {}
        for name, (flags, is_one) in PROGRAMS.items():
            cls.build(name, flags, is_one)

    @classmethod
    def build(cls, name, flags, is_one):
        folder = cls.scratch / name
        for part in ("build", "shipped", "debug"):
            (folder / part).mkdir(parents=True)
        build = folder / "build"
        for file, text in (("work.h", HEADER), ("work.cc", LIBRARY), ("main.cc", PROGRAM)):
            (build / file).write_text(text)
        if is_one:
            run("g++", *flags, "-Wl,--build-id", "-o", name, "main.cc", "work.cc", cwd=build)
            files = [name]
        else:
            run("g++", *[f for f in flags if f not in ("-pie", "-fPIE", "-no-pie")], "-fPIC", "-shared", "-Wl,--build-id", "-o", f"libwork_{name}.so", "work.cc", cwd=build)
            run("g++", *flags, "-Wl,--build-id", "-o", name, "main.cc", "-L.", f"-lwork_{name}", "-Wl,-rpath,$ORIGIN", cwd=build)
            files = [name, f"libwork_{name}.so"]
        for file in files:
            build_id = re.search(r"Build ID: ([0-9a-f]+)", run("readelf", "-n", build / file).stdout).group(1)
            debug = folder / "debug" / ".build-id" / build_id[:2] / f"{build_id[2:]}.debug"
            debug.parent.mkdir(parents=True, exist_ok=True)
            run("objcopy", "--only-keep-debug", build / file, debug)
            run("strip", "-o", folder / "shipped" / file, build / file)
            (folder / "full").mkdir(exist_ok=True)
            (build / file).rename(folder / "full" / file)
        cls.dumps[name] = folder / "crash.dmp"
        run(SNAPSHOT, cls.dumps[name], f"./{name}", cwd=folder / "shipped")

    def symbolicate(self, name, *places, form="json", env=None):
        arguments = [a for place in places for a in ("--symbols", place)]
        out = run(SIGLA, "symbolicate", self.dumps[name], *arguments, "--format", form, env=env or self.environment).stdout
        return json.loads(out) if form == "json" else out

    def folder(self, name, part):
        return self.scratch / name / part

    def expected(self, name):
        return gdb_frames(self.folder(name, "shipped") / name, self.folder(name, "debug"))

    def test_frames_equal_gdbs(self):
        for name in PROGRAMS:
            with self.subTest(name):
                report = self.symbolicate(name, self.folder(name, "debug"), self.folder(name, "shipped"))
                self.assertEqual(json_frames(report), self.expected(name))
                used = [m for m in report["modules"] if "libwork" in m["code_file"] or m["main"]]
                for module in used:
                    self.assertEqual(module["status"], "found")
                    self.assertTrue(module["symbol_source"].endswith(".debug"), module)
                    self.assertIn("/shipped/", module["unwind_source"])

    def test_a_folder_needs_no_layout_and_no_names(self):
        heap = self.scratch / "heap"
        for number, name in enumerate(PROGRAMS):
            for part in ("debug", "shipped"):
                for file in sorted(p for p in self.folder(name, part).rglob("*") if p.is_file()):
                    target = heap / f"{number}{part}" / f"{len(list(heap.rglob('*')))}.bin"
                    target.parent.mkdir(parents=True, exist_ok=True)
                    if number % 2:
                        subprocess.run(["gzip", "-c", file], stdout=open(target, "wb"), check=True)
                    else:
                        shutil.copy(file, target)
        for name in PROGRAMS:
            with self.subTest(name):
                self.assertEqual(json_frames(self.symbolicate(name, heap)), self.expected(name))

    def upload(self, name, *parts, server=None):
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w") as archive:
            for part in parts:
                archive.add(self.folder(name, part), part)
        answer = (server or self.server).native(out.getvalue())
        self.assertEqual(answer.status, 200, answer.text)

    def test_from_a_server_and_through_the_api(self):
        for name in PROGRAMS:
            with self.subTest(name):
                self.upload(name, "debug", "shipped")
                expected = self.expected(name)
                environment = {**self.environment, "XDG_CACHE_HOME": str(self.scratch / f"xdg-{name}")}
                url = self.server.url + "/symbols"
                report = self.symbolicate(name, url, env=environment)
                self.assertEqual(json_frames(report), expected)
                module = next(m for m in report["modules"] if m["main"])
                self.assertIn("/debuginfo", module["symbol_source"])
                self.assertIn("/executable", module["unwind_source"])
                answer = self.server.request("POST", "/api/v1/projects/default/symbolicate", body=self.dumps[name].read_bytes())
                self.assertEqual(answer.status, 200, answer.text)
                self.assertEqual(json_frames(answer.json()), expected)

    def test_companions_come_from_the_project(self):
        """What dwz moved out of both debug files, and uploaded after them."""
        name = "dwarf4"
        folder = self.scratch / "dwz"
        folder.mkdir()
        files = sorted(self.folder(name, "debug").rglob("*.debug"))
        copies = [shutil.copy(file, folder / file.name) for file in files]
        run("dwz", "-m", folder / "common.dwz", "-M", "/usr/lib/debug/.dwz/common.dwz", *copies)
        made = self.server.request("POST", "/api/v1/projects", body=json.dumps({"name": "companions"}), headers={"Authorization": f"Bearer {self.server.token}"})
        self.assertIn(made.status, (200, 201), made.text)

        def symbolicate():
            answer = self.server.request("POST", "/api/v1/projects/companions/symbolicate", body=self.dumps[name].read_bytes())
            self.assertEqual(answer.status, 200, answer.text)
            return json_frames(answer.json())
        for file in [*copies, *self.folder(name, "shipped").iterdir()]:
            self.assertEqual(self.server.native(pathlib.Path(file).read_bytes(), project="companions", query=f"?upload_file={pathlib.Path(file).name}").status, 200)
        symbolicate()
        self.assertEqual(self.server.native((folder / "common.dwz").read_bytes(), project="companions", query="?upload_file=common.dwz").status, 200)
        self.assertEqual(symbolicate(), self.expected(name))

    def test_names_that_apples_compiler_hid(self):
        """A dSYM with hidden names, the UUID map that leads from it to the BCSymbolMap, and the map, uploaded after it."""
        folder = self.scratch / "hidden"
        folder.mkdir()
        (folder / "a.c").write_text('int f(int x) __asm__("__hidden#0_");\n__attribute__((noinline)) int f(int x) {\n  return x * 3;\n}\n')
        run("clang-19", "--target=arm64-apple-macos13", "-O1", "-g", "-c", "a.c", "-o", "a.o", cwd=folder)
        run("ld64.lld-19", "-arch", "arm64", "-platform_version", "macos", "13.0", "13.0", "-dylib", "-o", "liba.dylib", "a.o", cwd=folder)
        run("dsymutil-19", "-f", "liba.dylib", "-o", "liba.dwarf", cwd=folder)
        dwarf = folder / "liba.dwarf"
        built = json.loads(run(SIGLA, "inspect", "--json", dwarf).stdout)["objects"][0]["debug_id"]
        original = "c8374b6d-6e96-34d8-ae38-efaa5fec424f"
        uuid_map = folder / f"{built.upper()}.plist"
        uuid_map.write_text(f"<plist version=\"1.0\"><dict>\n<key>DBGOriginalUUID</key>\n<string>{original.upper()}</string>\n</dict></plist>\n")
        symbol_map = folder / f"{original.upper()}.bcsymbolmap"
        symbol_map.write_text("BCSymbolMap Version: 2.0\n_three_times\n")
        address = next(line.split()[0] for line in run("llvm-nm-19", dwarf).stdout.splitlines() if "hidden" in line)
        environment = {**os.environ, "XDG_CACHE_HOME": str(self.scratch / "xdg-hidden")}
        local = json.loads(run(SIGLA, "lookup", dwarf, address, "--json", env=environment).stdout)[0]["frames"][0]
        self.assertEqual((local["function"], pathlib.Path(local["file"]).name, local["line"]), ("three_times", "a.c", 3))

        def function_on_the_server():
            answer = self.server.request("POST", "/api/v1/projects/default/lookup", body=json.dumps({
                "modules": [{"debug_id": built, "debug_file": "liba.dylib"}], "addresses": [{"module": 0, "address": "0x" + address}]}))
            self.assertEqual(answer.status, 200, answer.text)
            return answer.json()["addresses"][0]["frames"][0]["function"]
        for file, function in [(dwarf, "_hidden#0_"), (uuid_map, "_hidden#0_"), (symbol_map, "three_times")]:
            self.assertEqual(self.server.native(file.read_bytes(), query=f"?upload_file={file.name}").status, 200)
            self.assertEqual(function_on_the_server(), function)

    def test_what_was_fetched_is_kept(self):
        environment = {**self.environment, "XDG_CACHE_HOME": str(self.scratch / "xdg-kept")}
        server = Server(self.scratch / "data-kept").start()
        try:
            self.upload("pie", "debug", "shipped", server=server)
            first = self.symbolicate("pie", server.url, env=environment)
        finally:
            server.stop()
        self.assertEqual(json_frames(first), self.expected("pie"))
        self.assertEqual(len(list((self.scratch / "xdg-kept/sigla/downloads").iterdir())), 4, "two files of two modules")
        second = self.symbolicate("pie", server.url, env=environment)
        self.assertEqual(json_frames(second), json_frames(first))
        self.assertTrue(any(server.url in line for m in second["modules"] for line in m["explain"]))

    def test_breakpads_form_equals_breakpads_own_tools(self):
        """dump_syms, which reads DWARF 4 best and few inlined calls, and minidump_stackwalk, on the same files."""
        symbols = self.scratch / "breakpad-symbols"
        for file in sorted((self.scratch / "dwarf4/full").iterdir()):
            text = run(DUMP_SYMS, file).stdout
            _, _, _, debug_id, name = text.split("\n", 1)[0].split(" ", 4)
            path = symbols / name / debug_id / f"{name}.sym"
            path.parent.mkdir(parents=True)
            path.write_text(text)
        theirs = run(STACKWALK, "-m", self.dumps["dwarf4"], symbols, check=False).stdout
        ours = self.symbolicate("dwarf4", self.folder("dwarf4", "debug"), self.folder("dwarf4", "shipped"), form="breakpad-machine")

        def until_main(text):
            lines = text.splitlines()
            end = next(i for i, line in enumerate(lines) if re.match(r"0\|\d+\|dwarf4\|main\|", line))
            return [frame(line) for line in lines[:end + 1]]

        def frame(line):
            """Without what the two know better or worse: parameters of local functions, and the offset from a line record, of which dump_syms writes several for one line."""
            fields = line.split("|")
            if not fields[0].isdigit():
                return line
            return [*fields[:3], without_parameters(fields[3]), *fields[4:6]]
        self.assertEqual(until_main(ours), until_main(theirs))

    def test_says_what_would_show_more(self):
        only_debug = self.symbolicate("pie", self.folder("pie", "debug"), form="text")
        self.assertRegex(only_debug, r"pie \(id [0-9a-f]{40}\) itself would tell how to unwind it")
        only_program = self.symbolicate("pie", self.folder("pie", "shipped"))
        library = next(m for m in only_program["modules"] if "libwork" in m["code_file"])
        self.assertTrue(any("the debug file of libwork_pie.so" in line for line in library["explain"]), library["explain"])
        nothing = self.symbolicate("pie", self.scratch / "xdg")
        self.assertTrue(all(m["status"] in ("missing", "unused") for m in nothing["modules"]))

    def test_this_machine(self):
        report = self.symbolicate("pie", self.folder("pie", "debug"), "/")
        thread = next(t for t in report["threads"] if t["crashed"])
        self.assertIn("__libc_start_main", " ".join(f["function"] or "" for f in thread["frames"]))
        self.assertEqual(json_frames(report), self.expected("pie"))

    def test_addresses_without_a_dump(self):
        self.upload("pie", "debug")
        report = self.symbolicate("pie", self.folder("pie", "debug"), self.folder("pie", "shipped"))
        thread = next(t for t in report["threads"] if t["crashed"])
        frame = thread["frames"][0]
        module = next(m for m in report["modules"] if m["code_file"].endswith(frame["module"]))
        offset = int(frame["instruction"], 16) - int(module["base"], 16)
        answer = self.server.request("POST", "/api/v1/projects/default/lookup", body=json.dumps({
            "modules": [{"code_id": module["code_id"]}, {"debug_id": module["breakpad_id"], "debug_file": "x"}],
            "addresses": [{"module": 0, "address": hex(offset)}, {"module": 1, "address": hex(offset)}]}))
        self.assertEqual(answer.status, 200, answer.text)
        found = answer.json()
        self.assertEqual([m["status"] for m in found["modules"]], ["found", "found"])
        wanted = [(c["function"], c["file"], c["line"], i < len(frame["inlines"])) for i, c in enumerate(frame["inlines"] + [frame])]
        for address in found["addresses"]:
            self.assertEqual([(f["function"], f["file"], f["line"], f["inlined"]) for f in address["frames"]], wanted)


if __name__ == "__main__":
    unittest.main()
