#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Stack traces as the tools themselves print them: the sanitizers of clang and gcc, Rust's and Go's panics, winedbg and lists of Windows
modules under Wine. Each program crashes twice, once with its symbols, for what its own tool says, and once without, for Sigla to say the same."""
import json
import os
import pathlib
import re
import subprocess
import unittest

from harness import SIGLA, Case, run

SANITIZED = r"""
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
static int shared; static int* volatile kept;
static inline __attribute__((always_inline)) int touch(volatile int* p, int n) { return p[n]; }
__attribute__((noinline)) int deep(volatile int* p, int n) { return touch(p, n) + 1; }
__attribute__((noinline)) int* make(int n) { int* p = (int*)malloc(n * sizeof(int)); if (!p) abort(); return p; }
__attribute__((noinline)) int shift(int n) { int r = 1 << n; return r + shared; }
__attribute__((noinline)) void race(int n) { for (int i = 0; i < 100000; ++i) shared += n; }
static void* run(void* p) { race(*(int*)p); return p; }
__attribute__((noinline)) int branch(int* p) { if (p[1]) puts("set"); return 0; }
int main(int argc, char** argv) {
  switch (argv[1][0]) {
    case 'o': { int* p = make(4); return deep(p, argc + 2); }
    case 'f': { int* p = make(4); free(p); return deep(p, argc - 2); }
    case 't': { pthread_t t; pthread_create(&t, 0, run, &argc); race(2); pthread_join(t, 0); return 0; }
    case 'm': return branch(make(4));
    case 'l': kept = make(100); kept = 0; return 0;
    case 's': return shift(32 + argc);
  }
  return 0;
}
"""

# name -> (compiler, flags, argument, what the tool calls itself)
SANITIZERS = {
    "asan_gcc": ("g++", ("-fsanitize=address",), "o", "AddressSanitizer: heap-buffer-overflow"),
    "asan_free": ("clang++-19", ("-fsanitize=address",), "f", "AddressSanitizer: heap-use-after-free"),
    "tsan_clang": ("clang++-19", ("-fsanitize=thread",), "t", "ThreadSanitizer: data race"),
    "tsan_gcc": ("g++", ("-fsanitize=thread",), "t", "ThreadSanitizer: data race"),
    "msan": ("clang++-19", ("-fsanitize=memory",), "m", "MemorySanitizer: use-of-uninitialized-value"),
    "lsan": ("clang++-19", ("-fsanitize=leak",), "l", "LeakSanitizer: detected memory leaks"),
    "ubsan_gcc": ("g++", ("-fsanitize=undefined",), "s", "shift exponent 34 is too large"),
}
OPTIONS = ("ASAN_OPTIONS", "TSAN_OPTIONS", "MSAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS")

RUST = r"""
#[inline(always)]
fn touch(v: &[i32], n: usize) -> i32 { v[n] }
#[inline(never)]
fn deep(v: &[i32], n: usize) -> i32 {
    touch(v, n) + 1
}
mod shapes {
    pub struct Square { pub side: usize }
    impl Square {
        #[inline(never)]
        pub fn area(&self, v: &[i32]) -> i32 {
            super::deep(v, self.side) * 2
        }
    }
}
fn main() {
    let tell = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        tell(info);
        eprintln!("{}", std::fs::read_to_string("/proc/self/maps").unwrap());
    }));
    let square = shapes::Square { side: std::env::args().count() * 100 };
    println!("{}", square.area(&[1, 2, 3]));
}
"""

GO = """package main

import "os"

type box struct{ lid *int }

//go:noinline
func (b *box) open(n int) int { return *b.lid + n } // opens

func inlined(b *box, n int) int { return b.open(n) } // inlined

//go:noinline
func deep(b *box, n int) int {
	r := inlined(b, n) // calls
	return r + 1
}

func wait(started, c chan int) {
	started <- 1
	c <- <-c // waits
}

func main() {
	started := make(chan int)
	go wait(started, make(chan int)) // starts
	<-started
	b := &box{}
	if len(os.Args) > 1 {
		panic("boom " + os.Args[1]) // panics
	}
	println(deep(b, 4)) // goes
}
"""

WINDOWS = r"""
#include <windows.h>
#include <stdio.h>
static volatile int rounds = 3;
static inline __attribute__((always_inline)) int take(volatile int* p, int i) { return p[i] + rounds; }  // reads
extern "C" __declspec(dllexport) __attribute__((noinline)) int total(volatile int* p, int depth) {
  volatile char room[300];
  room[depth] = 1;
  return take(p, depth) + room[depth];  // is inlined
}
__attribute__((noinline)) int descend(volatile int* p, int depth) {
  if (depth == 0) return total(p, depth) * 2;  // calls total
  return descend(p, depth - 1) * 3 + rounds;  // calls itself
}
__attribute__((noinline)) int list(int n) {
  void* frames[32];
  unsigned count = CaptureStackBackTrace(0, 32, frames, nullptr);
  for (unsigned i = 0; i < count; ++i) {
    HMODULE module = nullptr;
    char name[MAX_PATH] = "";
    GetModuleHandleExA(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT, (const char*)frames[i], &module);
    if (!module) continue;
    GetModuleFileNameA(module, name, sizeof name);
    printf("%u: %s+0x%llx\n", i, name, (unsigned long long)((char*)frames[i] - (char*)module));
  }
  return n + rounds;
}
__attribute__((noinline)) int show(int n) { return list(n) * 2; }  // calls list
int main(int argc, char**) {
  int result = argc > 1 ? show(argc) : descend(nullptr, 2);  // begins
  printf("%d\n", result);
  return 0;
}
"""


def line_of(source, comment):
    return next(number for number, line in enumerate(source.splitlines(), 1) if line.rstrip().endswith(f"// {comment}"))


class ToolTraces(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = cls.scratch / "traces"
        cls.folder.mkdir()
        cls.environment = {**os.environ, "XDG_CACHE_HOME": str(cls.scratch / "xdg")}

    def strip(self, name, full):
        """(stripped copy that runs under the same name, folder with its debug file)"""
        stripped, symbols = self.folder / name / "run" / full.name, self.folder / name / "symbols"
        for path in (stripped.parent, symbols):
            path.mkdir(parents=True)
        run("objcopy", "--only-keep-debug", full, symbols / f"{full.name}.debug")
        run("strip", "-o", stripped, full)
        return stripped, symbols

    def sigla(self, text, *argv):
        path = self.folder / "trace.txt"
        path.write_text(text)
        return run(SIGLA, "symbolicate", path, *argv, env=self.environment).stdout

    def frames(self, text, symbols):
        return [frame for thread in json.loads(self.sigla(text, "--symbols", symbols, "--format", "json"))["threads"] for frame in thread["frames"]]

    # --- sanitizers ---

    def test_sanitizers_say_what_their_own_symbolizers_say(self):
        for name, (compiler, flags, argument, says) in SANITIZERS.items():
            with self.subTest(name):
                full = self.folder / name / name
                full.parent.mkdir()
                (full.parent / f"{name}.cc").write_text(SANITIZED)
                run(compiler, "-g", "-O1", "-fno-omit-frame-pointer", *flags, "-Wl,--build-id", "-pthread", "-o", full, f"{name}.cc", cwd=full.parent)
                stripped, symbols = self.strip(name, full)

                def crash(program, symbolize):
                    options = f"symbolize={symbolize}:print_stacktrace=1:external_symbolizer_path=/usr/bin/llvm-symbolizer-19"
                    environment = {**os.environ, "ASAN_SYMBOLIZER_PATH": "/usr/bin/llvm-symbolizer-19", **{key: options for key in OPTIONS}}
                    # Addresses that are too random are too much for some releases of the runtime.
                    done = subprocess.run(["setarch", "-R", program, argument], capture_output=True, text=True, errors="replace", env=environment, timeout=120)
                    self.assertIn(says, done.stderr)
                    return done.stderr

                def calls(text):
                    """Every stack with lines of ours, once: which of two threads is told of first differs from run to run."""
                    stacks = [[]]
                    for line in text.splitlines():
                        match = re.match(r" +#(\d+) (?:0x[0-9a-f]+ +in )?(.*)$", line)
                        if not match:
                            stacks.append([])
                            continue
                        place = re.search(rf"^(\w+).* (\S*{name}\.cc):(\d+)", match.group(2))
                        if place:
                            stacks[-1].append((place.group(1), int(place.group(3))))
                    return {tuple(stack) for stack in stacks if stack}
                expected = calls(crash(full, 1))
                self.assertGreaterEqual(max(len(stack) for stack in expected), 2, expected)
                bare = crash(stripped, 0)
                self.assertEqual(calls(bare), set())
                self.assertEqual(calls(self.sigla(bare, "--symbols", symbols)), expected)

    # --- Rust ---

    @staticmethod
    def rust_frames(text):
        """[(address or None, function, file, line)]"""
        found = []
        for line in text.splitlines():
            frame = re.match(r"\s+\d+: +(?:(0x[0-9a-f]+) - )?(.*)$", line)
            place = re.match(r"\s+at (\S+):(\d+):\d+$", line)
            if frame:
                said = re.match(r"(.*?)(?: \(inlined\))?(?: at (\S+?):(\d+)(?::\d+)?)?$", frame.group(2))
                found.append([frame.group(1), re.sub(r"::h[0-9a-f]{16}$", "", said.group(1)), said.group(2), int(said.group(3) or 0)])
            elif place and found:
                found[-1][2:] = [place.group(1), int(place.group(2))]
        return [(address, re.sub(r" \(\.llvm\.\d+\)$", "", function), os.path.basename(file or ""), line) for address, function, file, line in found]

    def test_panics_of_rust(self):
        full = self.folder / "rusty/rusty"
        full.parent.mkdir()
        (full.parent / "rusty.rs").write_text(RUST)
        run("/usr/bin/rustc", "-O", "-g", "-C", "link-arg=-Wl,--build-id", "-o", full, "rusty.rs", cwd=full.parent)
        stripped, symbols = self.strip("rusty", full)

        def panic(program, backtrace):
            done = subprocess.run([program], capture_output=True, text=True, env={**os.environ, "RUST_BACKTRACE": backtrace}, timeout=60)
            self.assertIn("panicked at", done.stderr)
            return done.stderr

        short = panic(full, "1")
        named = self.rust_frames(short)
        self.assertEqual([(f, n) for _, f, file, n in named if file == "rusty.rs"],
                         [("rusty::touch", 3), ("rusty::deep", 6), ("rusty::shapes::Square::area", 13), ("rusty::main", 24)])
        self.assertEqual(self.sigla(short), short, "nothing to add to that")
        self.assertEqual([(f["function"], os.path.basename(f["file"]), f["line"]) for f in self.frames(short, symbols)], [row[1:] for row in named])

        # With addresses and the list of what was mapped a stripped program does as well.
        whole = self.rust_frames(panic(full, "full"))
        bare = panic(stripped, "full")
        self.assertGreater(bare.count("<unknown>"), 10)
        found = self.rust_frames(self.sigla(bare, "--symbols", symbols))
        ours = [row[1:] for row in found if row[2]]
        self.assertEqual(ours, [row[1:] for row in whole if row[2]])
        self.assertIn(("rusty::touch", "rusty.rs", 3), ours)

    # --- Go ---

    def test_panics_of_go(self):
        folder = self.folder / "go"
        folder.mkdir()
        (folder / "main.go").write_text(GO)
        environment = {**os.environ, "GOCACHE": str(self.folder / "gocache"), "GO111MODULE": "off", "GOFLAGS": ""}
        run("/usr/bin/go", "build", "-o", folder / "program", "main.go", cwd=folder, env=environment)

        def panic(*argv, traceback="single"):
            done = subprocess.run([folder / "program", *argv], capture_output=True, text=True, env={**os.environ, "GOTRACEBACK": traceback}, timeout=60)
            self.assertEqual(done.returncode, 2)
            return done.stderr

        def at(comment):
            return line_of(GO, comment)
        text = panic()
        self.assertEqual(self.sigla(text), text)
        report = json.loads(self.sigla(text, "--format", "json"))
        self.assertTrue(report["crash"]["reason"].startswith("panic: runtime error: invalid memory address"), report["crash"])
        self.assertEqual([(f["function"], f["file"], f["line"]) for f in report["threads"][0]["frames"]],
                         [("main.(*box).open", str(folder / "main.go"), at("opens")), ("main.inlined", str(folder / "main.go"), at("inlined")),
                          ("main.deep", str(folder / "main.go"), at("calls")), ("main.main", str(folder / "main.go"), at("goes"))])
        report = json.loads(self.sigla(panic("x"), "--format", "json"))
        self.assertEqual(report["crash"]["reason"], "panic: boom x")
        self.assertEqual([(f["function"], f["line"]) for f in report["threads"][0]["frames"]], [("main.main", at("panics"))])
        # Every goroutine, those of the runtime too, with frame pointers and pcs.
        text = panic(traceback="system")
        self.assertEqual(self.sigla(text), text)
        threads = json.loads(self.sigla(text, "--format", "json"))["threads"]
        self.assertEqual(len(threads), text.count("\ngoroutine "))
        waiting = next(t for t in threads if any(f["function"] == "main.wait" for f in t["frames"]))
        self.assertEqual(next(f["line"] for f in waiting["frames"] if f["function"] == "main.wait"), at("waits"))
        self.assertEqual([(f["function"], f["line"]) for f in waiting["frames"]][-1], ("main.main", at("starts")))
        self.assertEqual(sum(len(t["frames"]) for t in threads), len(re.findall(r"^\t\S+:\d+( |$)", text, re.M)))

    # --- Windows ---

    def wine(self, *argv):
        environment = {**os.environ, "WINEPREFIX": str(self.scratch / "prefix"), "WINEDEBUG": "-all", "WINEDLLOVERRIDES": "mscoree,mshtml="}
        done = subprocess.run(["wine", *argv], cwd=self.folder / "windows/run", env=environment, capture_output=True, timeout=300, check=False)
        subprocess.run(["wineserver", "-w"], env=environment, check=False, timeout=60)
        return done.stdout.decode(errors="replace")

    def build_windows(self):
        """The program without its PDB is in windows/run, both are in windows/symbols."""
        folder = self.folder / "windows"
        if not folder.exists():
            for part in ("run", "symbols", "build"):
                (folder / part).mkdir(parents=True)
            source = folder / "build/game.cpp"
            source.write_text(WINDOWS)
            run("clang++-19", "--target=x86_64-w64-windows-gnu", "-O1", "-g", "-gcodeview", "-nostdlib++", source, "-fuse-ld=lld", "-Wl,--pdb=game.pdb", "-Wl,-S",
                "-o", "game.exe", cwd=folder / "build")
            (folder / "run/game.exe").write_bytes((folder / "build/game.exe").read_bytes())
            for name in ("game.exe", "game.pdb"):  # where the program says that its PDB is, winedbg would find it
                (folder / "build" / name).rename(folder / "symbols" / name)
        return folder / "symbols"

    def test_winedbg(self):
        symbols = self.build_windows()
        text = self.wine("game.exe")
        self.assertRegex(text, r"=>0 0x[0-9a-f]+ \S*.* ?in game \(")
        bare = re.findall(r"^(?:=>|  )\d+ 0x[0-9a-f]+ .* in game .*$|^(?:=>|  )\d+ 0x[0-9a-f]+ in game .*$", text, re.M)
        self.assertGreaterEqual(len(bare), 5, text)
        self.assertFalse(any("game.cpp" in line for line in bare), bare)
        named = self.sigla(text, "--symbols", symbols)
        rows = [re.match(r"(?:=>|  )(\d+) 0x[0-9a-f]+ (\w+)[^\[]*\[\S+game\.cpp:(\d+)\] in game \(", line) for line in named.splitlines()]
        self.assertEqual([(int(row.group(1)), row.group(2), int(row.group(3))) for row in rows if row],
                         [(0, "take", line_of(WINDOWS, "reads")), (0, "total", line_of(WINDOWS, "is inlined")), (1, "descend", line_of(WINDOWS, "calls total")),
                          (2, "descend", line_of(WINDOWS, "calls itself")), (3, "descend", line_of(WINDOWS, "calls itself")), (4, "main", line_of(WINDOWS, "begins"))])
        report = json.loads(self.sigla(text, "--symbols", symbols, "--format", "json"))
        self.assertTrue(report["crash"]["reason"].startswith("page fault on read access to 0x"), report["crash"])
        self.assertEqual(report["system"]["os"], "Windows NT")
        untouched = re.compile(r" in game \(|^(=>|  )\d+ ")
        self.assertEqual([x for x in named.splitlines() if not untouched.search(x)], [x for x in text.splitlines() if not untouched.search(x)])

    def test_lists_of_modules_and_offsets_of_a_windows_program(self):
        symbols = self.build_windows()
        text = self.wine("game.exe", "list").replace("\r\n", "\n")
        self.assertRegex(text, r"(?m)^0: Z:\\\S+\\game\.exe\+0x[0-9a-f]+$")
        named = self.sigla(text, "--symbols", symbols)
        rows = re.findall(r"^\d+: Z:\\\S+\\game\.exe!(\w+)\S* at \S+game\.cpp:(\d+)", re.sub(r"\(\w+\)", "", named), re.M)
        self.assertEqual([(name, int(line)) for name, line in rows][1:], [("show", line_of(WINDOWS, "calls list")), ("main", line_of(WINDOWS, "begins"))])
        self.assertEqual(rows[0][0], "list")
        self.assertIn("kernel32.dll+0x", named)


if __name__ == "__main__":
    unittest.main()
