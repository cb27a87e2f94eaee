#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Cores of real crashes: the same functions, files and lines as gdb's backtrace of the same core, and as eu-stack's; with symbols in place, and
with stripped programs and a server that has the rest."""
import json
import os
import pathlib
import re
import resource
import subprocess
import unittest

from harness import SIGLA, Case, run

THREADS = r"""
#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <thread>
#include <vector>
static std::mutex mutex; static std::condition_variable never, all; static int waiting = 0; static volatile int zero = 0;
struct Shape { virtual int area(int) = 0; virtual ~Shape() = default; };
static inline __attribute__((always_inline)) int innermost(const int* p) { return *p; }
static inline __attribute__((always_inline)) int inner(long v) { return innermost(reinterpret_cast<int*>(v)) + 1; }
static inline __attribute__((always_inline)) int middle(long v) { return inner(v) + 2; }
namespace shapes { struct Square : Shape { int area(int v) override { return middle(v) + 3; } }; }
__attribute__((noinline)) int measure(Shape& shape, int v) { int r = shape.area(v); return r + 1; }
__attribute__((noinline)) bool compare(int a, int b) { static shapes::Square square; return measure(square, zero) + a < b; }
template <typename T> __attribute__((noinline)) void order(std::vector<T>& values) { std::sort(values.begin(), values.end(), compare); values.clear(); }
__attribute__((noinline)) void wait_here() { std::unique_lock<std::mutex> lock(mutex); ++waiting; all.notify_one(); never.wait(lock); std::puts("never"); }
int main() {
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) threads.emplace_back(wait_here);
  { std::unique_lock<std::mutex> lock(mutex); all.wait(lock, [] { return waiting == 3; }); }
  std::vector<int> values{3, 1, 2};
  std::thread([&] { order(values); }).join();
  return 0;
}
"""

SIGNAL = r"""
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
static char other[65536];
__attribute__((noinline)) static void give_up(int n) { printf("signal %d\n", n); abort(); }
static void handler(int n, siginfo_t* info, void* context) { (void)info; (void)context; give_up(n); printf("never\n"); }
__attribute__((noinline)) int touch(volatile int* p) { int v = *p; return v + 1; }
__attribute__((noinline)) int work(int n) { volatile int room[64]; room[n] = n; return touch((volatile int*)0) + room[n]; }
int main(int argc, char** argv) {
  (void)argv;
  stack_t stack = {.ss_sp = other, .ss_size = sizeof other};
  sigaltstack(&stack, 0);
  struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  sigaction(SIGSEGV, &action, 0);
  return work(argc) + 1;
}
"""

TAIL = r"""
#include <stdio.h>
__attribute__((noinline)) int last(volatile int* p, int n) { return *p + n; }
__attribute__((noinline)) int second(volatile int* p, int n) { return last(p, n * 2); }
__attribute__((noinline)) int first(int n) { return second((volatile int*)0, n + 1); }
__attribute__((noinline)) int call(int (*f)(int), int n) { int r = f(n); return r + 1; }
int main(int argc, char** argv) { (void)argv; int r = call(first, argc); printf("%d\n", r); return 0; }
"""

OVERFLOW = r"""
#include <stdio.h>
__attribute__((noinline)) int descend(int n, volatile char* above) {
  volatile char room[1000];
  room[n % 1000] = above ? above[0] : 1;
  return descend(n + 1, room) + room[0];
}
int main(void) { int r = descend(0, 0); printf("%d\n", r); return 0; }
"""

ALLOCA = r"""
#include <alloca.h>
#include <stdio.h>
#include <string.h>
__attribute__((noinline)) int fill(char* p, int n, volatile int* where) { memset(p, 1, n); return *where + p[0]; }
__attribute__((noinline)) int grow(int n) {
  char* p = alloca(n * 100 + 1);
  int r = 0;
  for (int i = 1; i < n; ++i) { char* q = alloca(i * 16); q[0] = 1; r += q[0]; }
  r += fill(p, n * 100, (volatile int*)0);
  return r + p[n];
}
int main(int argc, char** argv) { (void)argv; int r = grow(argc + 7); printf("%d\n", r); return 0; }
"""

NOWHERE = r"""
#include <stdio.h>
typedef int (*function)(int);
__attribute__((noinline)) int call(function f, int n) { int r = f(n); return r + 1; }
int main(int argc, char** argv) { (void)argv; int r = call((function)0, argc); printf("%d\n", r); return 0; }
"""

TERMINATE = r"""
#include <stdexcept>
#include <cstdio>
__attribute__((noinline)) void fail(int n) { if (n) throw std::runtime_error("no"); std::puts("never"); }
__attribute__((noinline)) void run(int n) noexcept { fail(n); std::puts("never"); }
int main(int argc, char**) { run(argc); std::puts("never"); return 0; }
"""

VFORK = r"""
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
__attribute__((noinline)) int child_work(volatile int* p) { int v = *p; return v + 1; }
__attribute__((noinline)) int spawn(void) {
  int status = 0;
  pid_t pid = vfork();
  if (pid == 0) _exit(child_work((volatile int*)0));
  waitpid(pid, &status, 0);
  return status;
}
int main(void) { int r = spawn(); printf("%d\n", r); return 0; }
"""

RUST = r"""
mod shapes {
    pub trait Shape { fn area(&self, by: &dyn Fn(usize) -> i32) -> i32; }
    pub struct Square { pub side: usize }
    impl Shape for Square {
        #[inline(never)]
        fn area(&self, by: &dyn Fn(usize) -> i32) -> i32 {
            by(self.side) * 2
        }
    }
}
use shapes::Shape;
#[inline(always)]
fn touch(p: *const i32) -> i32 { unsafe { std::ptr::read_volatile(p) } }
#[inline(never)]
fn deep(p: *const i32, n: usize) -> i32 {
    touch(p) + n as i32
}
#[inline(never)]
fn measure<S: Shape>(shape: &S, p: *const i32) -> i32 {
    shape.area(&|n| deep(p, n) + 1) + 3
}
fn main() {
    let side = std::env::args().count();
    let worker = std::thread::spawn(move || {
        let square = shapes::Square { side };
        measure(&square, std::ptr::null()) + 4
    });
    println!("{}", worker.join().unwrap());
}
"""

# name -> (source, compiler, flags)
PROGRAMS = {
    "threads": (THREADS, "g++", ("-O2", "-g", "-fomit-frame-pointer", "-pthread")),
    "threads_clang": (THREADS, "clang++-19", ("-O2", "-g", "-gdwarf-aranges", "-fomit-frame-pointer", "-pthread", "-Wl,--build-id")),
    "signal": (SIGNAL, "gcc", ("-O2", "-g", "-fomit-frame-pointer")),
    "tail": (TAIL, "gcc", ("-O2", "-g", "-fomit-frame-pointer")),
    "overflow": (OVERFLOW, "gcc", ("-O1", "-g", "-fomit-frame-pointer")),
    "alloca": (ALLOCA, "gcc", ("-O2", "-g", "-fomit-frame-pointer")),
    "nowhere": (NOWHERE, "gcc", ("-O2", "-g", "-fomit-frame-pointer")),
    "terminate": (TERMINATE, "g++", ("-O2", "-g", "-fomit-frame-pointer")),
    "vfork": (VFORK, "gcc", ("-O2", "-g", "-fomit-frame-pointer")),
    "rust": (RUST, "/usr/bin/rustc", ("-O", "-g")),
}
REASONS = {"threads": "SIGSEGV /SEGV_MAPERR", "threads_clang": "SIGSEGV /SEGV_MAPERR", "signal": "SIGABRT", "tail": "SIGSEGV /SEGV_MAPERR", "overflow": "SIGSEGV /SEGV_MAPERR",
           "alloca": "SIGSEGV /SEGV_MAPERR", "nowhere": "SIGSEGV /SEGV_MAPERR", "terminate": "SIGABRT", "vfork": "SIGSEGV /SEGV_MAPERR", "rust": "SIGSEGV /SEGV_MAPERR"}
# Prints which frames gdb made up: it concludes from call sites which functions ended in a tail call and left no frame.
MADE_UP = ("python\nframe, made_up = gdb.newest_frame(), []\nwhile frame:\n  made_up.append(int(frame.type() == gdb.TAILCALL_FRAME))\n  frame = frame.older()\n"
           "print('made up:', made_up)\nend\n")
CALLED_BY_KERNEL = "<signal handler called>"


def plain_name(name):
    """A function's name without its parameters, spaces and the return type of templates, in which the tools differ."""
    if not name or name.startswith("??"):
        return None
    if name in ("__restore_rt", CALLED_BY_KERNEL):
        return CALLED_BY_KERNEL
    name = re.sub(r"@@?[A-Z_]+[0-9.]*$", "", name).replace("(anonymous namespace)", "{anonymous}")
    depth, out = 0, ""
    for i, c in enumerate(name):  # up to the parenthesis of the parameters, which is outside of <>
        if c == "<":
            depth += 1
        elif c == ">":
            depth -= 1
        elif c == "(" and depth == 0 and not name.startswith("operator()", i - 8):
            break
        out += c
    name = re.sub(r"\s*<.*>", "", out).strip().split(" ")[-1]
    return re.sub(r"^_*(GI_+)?|_impl$", "", name) or None  # a function of the C library has several names


def last_names(frames):
    """Of Rust, whose paths gdb takes from DWARF ("m::{impl#0}::f", "{closure#0}") and others from mangled names ("<m::S as m::T>::f", "{{closure}}")."""
    def last(name):
        name = re.sub(r"::h[0-9a-f]{16}$", "", name or "").replace("{{closure}}", "{closure#0}").replace("{{vtable.shim}}", "").split("::")[-1]
        return re.sub(r"#\d+", "", name)
    return [(last(name), file, line) for name, file, line in frames]


def parse_gdb(text):
    """[(function, file, line)] of `bt`."""
    frames = []
    for line in text.splitlines():
        found = re.match(r"#\d+\s+(?:0x[0-9a-f]+ in )?(.*)$", line)
        if not found:
            continue
        rest = found.group(1)
        where = re.search(r" at (\S+):(\d+)$", rest)
        name = CALLED_BY_KERNEL if rest.startswith("<signal") else rest
        frames.append((plain_name(name), os.path.basename(where.group(1)) if where else None, int(where.group(2)) if where else None))
    return frames


def parse_eu_stack(text):
    """{thread: [(function, file, line)]}."""
    threads, frames = {}, None
    for line in text.splitlines():
        if line.startswith("TID "):
            frames = threads.setdefault(int(line[4:].rstrip(":")), [])
        elif line.startswith("#"):
            parts = line.split(None, 2)
            frames.append([plain_name(re.sub(r"^- \d+ ?", "", parts[2])) if len(parts) > 2 else None, None, None])
        elif line.startswith("    ") and frames:
            found = re.match(r"\s+(\S+?):(\d+)(?::\d+)?$", line)
            if found:
                frames[-1][1:] = [os.path.basename(found.group(1)), int(found.group(2))]
    return {thread: [tuple(frame) for frame in frames] for thread, frames in threads.items()}


def frames_of(thread):
    rows = [row for frame in thread["frames"] for row in (*frame.get("inlines", ()), frame)]
    return [(plain_name(row["function"]), os.path.basename(row["file"]) if row["file"] else None, row["line"] or None) for row in rows]


class Cores(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = cls.scratch / "cores"
        cls.folder.mkdir()
        cls.environment = {**os.environ, "XDG_CACHE_HOME": str(cls.scratch / "xdg"), "DEBUGINFOD_URLS": ""}
        cls.cores = {}

    def program(self, name):
        path = self.folder / name / name
        if not path.exists():
            source, compiler, flags = PROGRAMS[name]
            path.parent.mkdir()
            file = path.parent / f"{name}.{'cc' if '++' in compiler else 'rs' if 'rustc' in compiler else 'c'}"
            file.write_text(source)
            run(compiler, *flags, "-o", path, file)
        return path

    def core(self, name):
        """The core of the program's crash, from the kernel where it writes them to the folder, else from gdb."""
        if name not in self.cores:
            program = self.program(name)
            small_stack = ("sh", "-c", 'ulimit -s 256; exec "$@"', "sh") if name == "overflow" else ()
            if pathlib.Path("/proc/sys/kernel/core_pattern").read_text().strip() == "core":
                limit = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
                subprocess.run([*small_stack, program], cwd=program.parent, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, limit),
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
                cores = sorted(program.parent.glob("core*"))
                self.assertTrue(cores, f"{name}: the kernel wrote no core")
                self.cores[name] = cores[0]
            else:
                self.cores[name] = self.gdb_core(name, small_stack)
        return self.cores[name]

    def gdb_core(self, name, prefix=()):
        program, core = self.program(name), self.folder / name / "gdb.core"
        child = ("-ex", "set follow-fork-mode child") if name == "vfork" else ()
        handle = ("-ex", "handle SIGSEGV nostop noprint pass") if name == "signal" else ()
        run(*prefix, "gdb", "-nx", "-batch", *child, *handle, "-ex", "run", "-ex", f"generate-core-file {core}", program, env=self.environment)
        return core

    def gdb(self, program, core, command="bt"):
        done = run("gdb", "-nx", "-batch", "-ex", "set print frame-arguments none", "-ex", "set width 0", "-ex", "set backtrace past-main on",
                   "-ex", command, program, core, env=self.environment)
        return done.stdout

    def gdb_frames(self, program, core):
        script = self.folder / "made_up.gdb"
        script.write_text(MADE_UP)
        text = self.gdb(program, core)
        frames = parse_gdb(text[text.rindex("\n#0 "):])  # it shows the innermost frame when it starts, too
        made_up = json.loads(re.search(r"made up: (.*)", self.gdb(program, core, f"source {script}")).group(1))
        self.assertEqual(len(frames), len(made_up))
        return [frame for frame, is_made_up in zip(frames, made_up) if not is_made_up]

    def sigla(self, core, *symbols, format="json", check=True):
        places = [word for place in symbols for word in ("--symbols", place)]
        done = run(SIGLA, "symbolicate", core, *places, "--format", format, env=self.environment, check=check)
        return json.loads(done.stdout) if format == "json" else done.stdout

    def crashed(self, report):
        return report["threads"][report["crash"]["thread"]]

    def test_the_crashed_stack_equals_gdbs(self):
        for name in PROGRAMS:
            with self.subTest(name):
                program, core = self.program(name), self.core(name)
                report = self.sigla(core, "/")
                self.assertEqual(report["crash"]["reason"], REASONS[name])
                mine, theirs = frames_of(self.crashed(report)), self.gdb_frames(program, core)
                if name == "rust":
                    mine, theirs = last_names(mine), last_names(theirs)
                self.assertEqual(mine, theirs)
                self.assertEqual([frame["trust"] for frame in self.crashed(report)["frames"] if frame["trust"] in ("scan", "cfi_scan")], [])

    def test_every_thread_equals_eu_stacks(self):
        for name in PROGRAMS:
            if name in ("nowhere", "threads_clang", "rust"):
                continue  # eu-stack gives up at an address that nothing is mapped at, and loses inlined calls that clang and rustc describe
            with self.subTest(name):
                program, core = self.program(name), self.core(name)
                theirs = parse_eu_stack(run("eu-stack", "-n", "0", "-i", "-s", "--core", core, "-e", program, env=self.environment, check=False).stdout)
                mine = {thread["id"]: frames_of(thread) for thread in self.sigla(core, "/")["threads"]}
                self.assertEqual(mine.keys(), theirs.keys())
                for thread in mine:
                    self.assertEqual(mine[thread], theirs[thread])

    def test_cores_of_gdb_and_gcore(self):
        core = self.gdb_core("threads")
        report = self.sigla(core, "/")
        self.assertEqual(report["crash"]["reason"], REASONS["threads"])
        self.assertEqual(frames_of(self.crashed(report)), self.gdb_frames(self.program("threads"), core))
        sleeper = subprocess.Popen(["sleep", "1000"])
        try:
            while "nanosleep" not in pathlib.Path(f"/proc/{sleeper.pid}/wchan").read_text():
                if sleeper.poll() is not None:
                    self.fail("sleep ended")
            run("gcore", "-o", self.folder / "sleep", str(sleeper.pid))
        finally:
            sleeper.kill()
            sleeper.wait()
        report = self.sigla(self.folder / f"sleep.{sleeper.pid}", "/")
        self.assertIsNone(report["crash"])
        self.assertEqual(report["process_id"], sleeper.pid)
        self.assertIn("clock_nanosleep", [row[0] for row in frames_of(report["threads"][0])])

    def test_stripped_programs_and_a_server_that_has_the_rest(self):
        folder = self.folder / "stripped"
        for name in ("threads", "signal", "tail", "overflow", "alloca"):
            with self.subTest(name):
                program, core = self.program(name), self.core(name)
                expected = frames_of(self.crashed(self.sigla(core, "/")))
                upload = folder / name
                upload.mkdir(parents=True)
                run("objcopy", "--only-keep-debug", program, upload / f"{name}.debug")
                run("strip", "-o", upload / name, program)
                libraries = {line.split()[2] for line in run("ldd", program).stdout.splitlines() if "=> /" in line}
                for library in libraries:
                    library = pathlib.Path(library).resolve()
                    (upload / library.name).write_bytes(library.read_bytes())
                    build_id = re.search(r"Build ID: ([0-9a-f]+)", run("readelf", "-n", library).stdout).group(1)
                    debug = pathlib.Path(f"/usr/lib/debug/.build-id/{build_id[:2]}/{build_id[2:]}.debug")
                    if debug.exists():
                        (upload / f"{library.name}.debug").write_bytes(debug.read_bytes())
                run("tar", "-cf", folder / f"{name}.tar", "-C", folder, name)
                self.assertEqual(self.server.upload((folder / f"{name}.tar").read_bytes()).status, 200)
                answer = self.server.request("POST", "/api/v1/projects/default/symbolicate", body=core.read_bytes(),
                                             headers={"Authorization": f"Bearer {self.server.token}"})
                self.assertEqual(answer.status, 200, answer.text[:300])
                self.assertEqual(frames_of(self.crashed(answer.json())), expected)
                report = self.sigla(core, f"{self.server.url}/symbols")
                self.assertEqual(frames_of(self.crashed(report)), expected)

    def test_programs_without_a_build_id_are_taken_by_name_and_content(self):
        folder = self.scratch / "no_id"
        (folder / "symbols").mkdir(parents=True)
        (folder / "other").mkdir()
        program = self.folder / "anonymous/anonymous"
        program.parent.mkdir()
        (folder / "anonymous.c").write_text(SIGNAL)
        flags = ("-O2", "-g", "-Wl,--build-id=none")
        run("gcc", *flags, folder / "anonymous.c", "-o", folder / "symbols/anonymous")
        run("gcc", *flags, "-O0", "-fno-pie", "-no-pie", folder / "anonymous.c", "-o", folder / "other/anonymous")
        run("strip", "-o", program, folder / "symbols/anonymous")
        core = self.core("anonymous")

        def module(report):
            return next(m for m in report["modules"] if m["code_file"].endswith("/anonymous"))
        report = self.sigla(core, folder / "symbols")
        names = [row[0] for row in frames_of(self.crashed(report))]
        for function in ("give_up", "handler"):
            self.assertIn(function, names)
        self.assertTrue(any("begins as anonymous did in memory" in line for line in module(report)["explain"]), module(report)["explain"])
        report = self.sigla(core, folder / "other")
        self.assertEqual(module(report)["status"], "missing")
        self.assertTrue(any("another build" in line for line in module(report)["explain"]), module(report)["explain"])

    # What the kernel is told to leave out of a core (core(5)): without bit 4 the first pages of programs and libraries, too, and so their build ids.
    def filtered_core(self, name, bits):
        folder = self.folder / f"{name}-{bits:x}"
        folder.mkdir()
        program = self.program(name)

        def prepare():
            resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            pathlib.Path("/proc/self/coredump_filter").write_text(f"{bits:#x}")
        if pathlib.Path("/proc/sys/kernel/core_pattern").read_text().strip() == "core":
            subprocess.run([program], cwd=folder, preexec_fn=prepare, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
            return next(iter(sorted(folder.glob("core*"))))
        core = folder / "core"
        run("gdb", "-nx", "-batch", "-ex", "handle SIGSEGV stop print", "-ex", "run", "-ex", "set use-coredump-filter on", "-ex",
            f"python open(f'/proc/{{gdb.selected_inferior().pid}}/coredump_filter', 'w').write('{bits:#x}')",
            "-ex", f"generate-core-file {core}", program, env=self.environment, cwd=folder)
        return core

    def test_the_code_that_crashed_comes_from_the_programs_own_file(self):
        program, core = self.program("tail"), self.core("tail")
        shown = self.gdb(program, core, "x/i $pc").splitlines()[-1]
        mnemonic = re.search(r">:\s+(\w+)", shown).group(1)
        report = self.sigla(core, "/")
        self.assertTrue(report["crash"]["instruction"].startswith(mnemonic), (report["crash"], shown))
        self.assertIn("exploitability", report["crash"])
        # The kernel left the code out, so nobody knows it without the program.
        self.assertFalse(self.sigla(core).get("crash", {}).get("instruction"))
        # From a server that has the program, too.
        self.assertEqual(self.server.native(program.read_bytes(), query="?upload_file=tail").status, 200)
        answer = self.server.request("POST", "/api/v1/projects/default/symbolicate", body=core.read_bytes(), headers={"Authorization": f"Bearer {self.server.token}"})
        self.assertEqual(answer.json()["crash"]["instruction"], report["crash"]["instruction"])

    def test_the_auxiliary_vector_equals_gdbs(self):
        shown = self.gdb(self.program("tail"), self.core("tail"), "info auxv")
        entries = re.findall(r"^(\d+)\s+(\S+)\s.*?\s(0x[0-9a-f]+|\d+)(?:\s+\".*\")?$", shown, re.MULTILINE)
        wanted = [(int(kind), name, int(value, 0)) for kind, name, value in entries if kind != "0"]
        self.assertIn("AT_SYSINFO_EHDR", [name for _, name, _ in wanted], shown)
        ours = self.sigla(self.core("tail"))["details"]["auxv"]
        self.assertEqual([(entry["type"], int(entry["value"], 16)) for entry in ours], [(kind, value) for kind, _, value in wanted])
        for entry, (_, name, _) in zip(ours, wanted):
            if name != "???":  # gdb is older than some
                self.assertEqual(entry["name"], name)

    def test_cores_without_the_pages_of_files_give_the_same_stacks(self):
        for name in ("threads", "tail", "alloca"):
            expected = frames_of(self.crashed(self.sigla(self.core(name), "/")))
            for bits in (0x3, 0x33, 0x7f):
                with self.subTest(name, bits=hex(bits)):
                    report = self.sigla(self.filtered_core(name, bits), "/")
                    self.assertEqual(frames_of(self.crashed(report)), expected)
                    unseen = [line for line in report["warnings"] if "known by name" in line]
                    self.assertEqual(len(unseen), 1 if bits == 0x3 else 0, report["warnings"])
                    self.assertTrue(report["crash"]["instruction"])

    def test_compressed_cores(self):
        core = self.core("signal")
        expected = frames_of(self.crashed(self.sigla(core, "/")))
        for command, extension in ((("zstd", "-q", "-k"), "zst"), (("lz4", "-q", "-k"), "lz4"), (("xz", "-k", "-0"), "xz"), (("gzip", "-k"), "gz")):
            with self.subTest(extension):
                run(*command, core, *((f"{core}.lz4",) if extension == "lz4" else ()))  # which would write to the pipe it prints to
                self.assertEqual(frames_of(self.crashed(self.sigla(f"{core}.{extension}", "/"))), expected)
                self.assertEqual(json.loads(run(SIGLA, "inspect", "--json", f"{core}.{extension}").stdout)["objects"][0]["format"], "core")

    def test_a_core_that_was_cut_off_says_so_and_gives_what_it_has(self):
        core = self.core("signal")
        whole = core.read_bytes()
        stack_kept = self.folder / "cut.core"
        stack_kept.write_bytes(whole[:len(whole) - 4096])
        report = self.sigla(stack_kept, "/")
        self.assertIn("cut off", " ".join(report["warnings"]))
        self.assertIn(f"{len(whole) - 4096} of {len(whole)} bytes", " ".join(report["warnings"]))
        self.assertEqual(report["crash"]["reason"], "SIGABRT")
        stack_kept.write_bytes(whole[:16384])
        report = self.sigla(stack_kept, "/")
        self.assertEqual(frames_of(self.crashed(report))[:1], frames_of(self.crashed(self.sigla(core, "/")))[:1])
        self.assertEqual(report["crash"]["reason"], "SIGABRT")
        self.assertEqual(len(report["threads"]), 1)
        stack_kept.write_bytes(whole[:100])
        refused = run(SIGLA, "symbolicate", stack_kept, check=False)
        self.assertEqual(refused.returncode, 3)
        self.assertIn("ELF", refused.stderr)

    def test_a_program_is_no_core(self):
        refused = run(SIGLA, "symbolicate", self.program("signal"), check=False)
        self.assertEqual(refused.returncode, 3)
        self.assertIn("e_type is 3, not 4", refused.stderr)

    def test_the_other_forms_tell_the_same(self):
        core = self.core("threads")
        text = self.sigla(core, "/", format="text")
        self.assertIn("SIGSEGV /SEGV_MAPERR at 0x0, in thread 0\n", text)
        self.assertIn("\n  instruction: ", text)
        self.assertIn("\nLinux, amd64\ncommand: ", text)
        self.assertIn("shapes::Square::area(int)", text)
        breakpad = self.sigla(core, "/", format="breakpad")
        self.assertIn("Crash reason:  SIGSEGV /SEGV_MAPERR", breakpad)
        self.assertIn("Found by: call frame info", breakpad)
        self.assertRegex(breakpad, r"rip = 0x[0-9a-f]{16}")
        machine = self.sigla(core, "/", format="breakpad-machine")
        self.assertIn("Crash|SIGSEGV /SEGV_MAPERR|0x0|0", machine)
        self.assertIn("|measure(Shape&, int)|", machine)

    def test_inspect_names_the_modules(self):
        found = json.loads(run(SIGLA, "inspect", "--json", self.core("signal")).stdout)["objects"][0]
        self.assertEqual(found["format"], "core")
        build_id = re.search(r"Build ID: ([0-9a-f]+)", run("readelf", "-n", self.program("signal")).stdout).group(1)
        self.assertIn(("signal", build_id), [(module["name"], module["code_id"]) for module in found["modules"]])


if __name__ == "__main__":
    unittest.main()
