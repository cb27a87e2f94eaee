#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Stack traces that are text: printed by the real tools where a tool prints them, named again from the debug files, and
compared with what the same tool (or addr2line) says of the same addresses with symbols.

Of our own making, since their tools need another system: Android tombstones, kernel oopses, WinDbg's lists, Apple reports. Their addresses are
those of programs built here. test_tool_traces.py has more tools.
"""
import json
import os
import pathlib
import re
import subprocess
import unittest

from harness import DUMP_SYMS, SIGLA, SNAPSHOT, STACKWALK, Case, build_program, run

SOURCE = r"""
#include <cstdio>
#include <cstdlib>
#include <cstring>
#ifdef BACKTRACE
#include <execinfo.h>
#include <unistd.h>
#endif
static inline __attribute__((always_inline)) int touch(volatile int* p, int n) { return p[n]; }
__attribute__((noinline)) int deep(volatile int* p, int n) {
#ifdef BACKTRACE
  void* frames[64];
  const int count = backtrace(frames, 64);
  char** lines = backtrace_symbols(frames, count);
  for (int i = 0; i < count; ++i) std::puts(lines[i]);
  std::puts("and as backtrace_symbols_fd has them:");
  std::fflush(stdout);
  backtrace_symbols_fd(frames, count, STDOUT_FILENO);
  n = 0;
#endif
  return touch(p, n) + 1;
}
namespace box { struct Lid { __attribute__((noinline)) int open(int* p, int n) { return deep(p, n) * 2; } }; }
int main(int argc, char**) {
  int* p = static_cast<int*>(std::malloc(16));
  std::memset(p, 0, 16);
#ifdef NULLED
  p = nullptr;
#endif
  int sum = box::Lid().open(p, argc * 100);
#ifdef BACKTRACE
  sum = 0;
#endif
  return sum;
}
"""


class Traces(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = cls.scratch / "traces"
        cls.folder.mkdir()
        cls.environment = {**os.environ, "XDG_CACHE_HOME": str(cls.scratch / "xdg")}

    def build(self, name, flags, compiler="g++", source=SOURCE):
        """(full program, stripped copy that runs under the same name, folder with its debug file)"""
        folder = self.folder / name
        stripped, symbols = folder / "run" / name, folder / "symbols"
        for path in (stripped.parent, symbols):
            path.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.cc").write_text(source)
        full = folder / name
        run(compiler, *flags, "-Wl,--build-id", "-o", full, folder / f"{name}.cc")
        run("objcopy", "--only-keep-debug", full, symbols / f"{name}.debug")
        run("strip", "-o", stripped, full)
        return full, stripped, symbols

    def sigla(self, text, *argv, check=True):
        path = self.folder / "trace.txt"
        path.write_text(text)
        return run(SIGLA, "symbolicate", path, *argv, check=check, env=self.environment).stdout

    def json_frames(self, text, symbols):
        report = json.loads(self.sigla(text, "--symbols", symbols, "--format", "json"))
        return report, [frame for thread in report["threads"] for frame in thread["frames"]]

    def line_of(self, text):
        return next(i for i, line in enumerate(SOURCE.splitlines(), 1) if text in line)

    def addr2line(self, program, address):
        """Functions and places at an address, innermost inlined call first."""
        lines = run("llvm-addr2line-19", "-f", "-C", "-i", "-e", program, f"{address:#x}").stdout.splitlines()
        return [(lines[i], lines[i + 1]) for i in range(0, len(lines), 2)]

    # --- sanitizers: their addresses are inside the calls ---

    def test_address_sanitizer_equals_its_own_symbolizer(self):
        flags = ("-g", "-O1", "-fsanitize=address", "-fno-omit-frame-pointer")
        full, stripped, symbols = self.build("asan", flags, "clang++-19")

        def crash(program, **options):
            text = ":".join(f"{k}={v}" for k, v in options.items())
            done = subprocess.run([program], capture_output=True, text=True,
                                  env={**os.environ, "ASAN_OPTIONS": text, "ASAN_SYMBOLIZER_PATH": "/usr/bin/llvm-symbolizer-19"})
            self.assertIn("AddressSanitizer", done.stderr)
            return done.stderr

        bare = crash(stripped, symbolize=0)
        self.assertIn("BuildId", bare)
        named = self.sigla(bare, "--symbols", symbols)

        def calls(text):
            found = re.findall(r"^    #\d+ 0x[0-9a-f]+ +in (\S.*?)(?: \(inlined\))? (/\S+asan\.cc:\d+:\d+)$", text, re.M)
            return [(re.sub(r"\(.*", "", name), pathlib.Path(place).name) for name, place in found]

        expected = calls(crash(full, symbolize=1))
        self.assertGreaterEqual(len(expected), 5)
        self.assertEqual(expected[0][0], "touch")
        self.assertEqual(calls(named), expected)
        # Whatever is no frame of ours is as it was.
        frame = re.compile(r"^    #\d+ 0x[0-9a-f]+ +(in |.*/asan\+0x)")
        self.assertEqual([x for x in named.splitlines() if not frame.match(x)], [x for x in bare.splitlines() if not frame.match(x)])
        self.assertIn("/libc.so.6+0x", named)
        report, _ = self.json_frames(bare, symbols)
        self.assertIn("heap-buffer-overflow", report["crash"]["reason"])
        statuses = {m["code_file"].rsplit("/", 1)[1]: m for m in report["modules"]}
        self.assertEqual(statuses["asan"]["status"], "found")
        self.assertEqual(statuses["libc.so.6"]["status"], "missing")
        self.assertTrue(statuses["libc.so.6"]["explain"])

    def test_undefined_behaviour_sanitizer(self):
        flags = ("-g", "-O1", "-fsanitize=null", "-DNULLED", "-fno-omit-frame-pointer")
        full, stripped, symbols = self.build("ubsan", flags, "clang++-19")
        done = subprocess.run([stripped], capture_output=True, text=True, env={**os.environ, "UBSAN_OPTIONS": "print_stacktrace=1:symbolize=0"})
        named = self.sigla(done.stderr, "--symbols", symbols)
        self.assertRegex(named, r"#0 0x[0-9a-f]+ +in touch\(int volatile\*, int\) \(inlined\) \S+ubsan\.cc:%d:" % self.line_of("int touch("))
        self.assertRegex(named, r"in box::Lid::open\(int\*, int\) \S+ubsan\.cc:%d:" % self.line_of("int open("))

    # --- glibc: return addresses, from the first frame on ---

    def check_backtrace_symbols(self, name, *flags):
        full, stripped, symbols = self.build(name, ("-g", "-O1", "-DBACKTRACE", *flags))
        text = run(stripped, cwd=stripped.parent).stdout
        ours = (re.findall(rf"^\S*{name}\(\+0x([0-9a-f]+)\)", text, re.M) or
                re.findall(rf"^\S*{name}(?:\(\))? ?\[0x([0-9a-f]+)\]", text, re.M))
        self.assertGreaterEqual(len(ours), 8, text)
        _, frames = self.json_frames(text, symbols)
        frames = [f for f in frames if f["module"] == name]
        self.assertEqual(len(frames), len(ours))
        for address, frame in zip(ours, frames):
            expected = self.addr2line(full, int(address, 16) - 1)
            if expected[0][0] == "_start":
                continue
            calls = [*frame["inlines"], frame]
            self.assertEqual([(c["function"], f"{c['file']}:{c['line']}") for c in calls], expected)
        named = self.sigla(text, "--symbols", symbols)
        line = self.line_of("int open(")
        self.assertEqual(len(re.findall(rf"{name}\(box::Lid::open\(int\*, int\)\+0x[0-9a-f]+ at \S+{name}\.cc:{line}[:\d]*\) ?\[0x", named)), 2)
        others = re.compile(rf"/{name}[(\[]")
        self.assertEqual([x for x in named.splitlines() if not others.search(x)], [x for x in text.splitlines() if not others.search(x)])

    def test_backtrace_symbols(self):
        self.check_backtrace_symbols("pie", "-pie")

    def test_backtrace_symbols_of_a_program_at_a_fixed_address(self):
        self.check_backtrace_symbols("fixed", "-no-pie")

    def test_backtrace_symbols_of_exported_functions(self):
        full, stripped, symbols = self.build("exported", ("-g", "-O1", "-DBACKTRACE", "-rdynamic"))
        text = run(stripped, cwd=stripped.parent).stdout
        self.assertIn("exported(_ZN3box3Lid4openEPii+0x", text)
        self.assertRegex(self.sigla(text, "--symbols", symbols), r"exported\(box::Lid::open\(int\*, int\)\+0x[0-9a-f]+ at \S+exported\.cc:%d" % self.line_of("int open("))

    # --- debuggers ---

    def test_gdb(self):
        full, stripped, symbols = self.build("gdbbed", ("-g", "-O1", "-DNULLED"))
        script = ["-ex", "set debuginfod enabled off", "-ex", "run", "-ex", "bt"]
        expected = run("gdb", "-batch", "-nx", *script, full).stdout
        for listing in ("info sharedlibrary", "info proc mappings"):
            text = run("gdb", "-batch", "-nx", *script, "-ex", listing, stripped).stdout
            self.assertRegex(text, r"#0  0x[0-9a-f]+ in \?\? \(\)")
            if listing == "info sharedlibrary":  # has no line for the program itself
                continue
            named = self.sigla(text, "--symbols", symbols)
            places = re.findall(r"^#\d+ .* (\w+|box::Lid::open) ?\(.*\) at \S+gdbbed\.cc:(\d+)", expected, re.M)
            self.assertGreaterEqual(len(places), 3)
            _, frames = self.json_frames(text, symbols)
            calls = [c for f in frames if f["module"] == "gdbbed" and f["file"] for c in (*f["inlines"], f)]
            self.assertEqual([(re.sub(r"\(.*", "", c["function"]), str(c["line"])) for c in calls], places)
            self.assertRegex(named, r"#\d+  0x[0-9a-f]+ in box::Lid::open\(int\*, int\) at \S+gdbbed\.cc:%d" % self.line_of("int open("))

    def test_gdb_libraries_by_where_their_code_lies(self):
        folder = self.folder / "shared"
        (folder / "symbols").mkdir(parents=True)
        (folder / "lib.c").write_text("int fall(volatile int *p) { return *p + 1; }\n")
        (folder / "main.c").write_text("int fall(volatile int *p);\nint main(void) { return fall(0) + 1; }\n")
        run("gcc", "-g", "-O1", "-shared", "-fPIC", "-Wl,--build-id", "-o", folder / "libfall.so", folder / "lib.c")
        run("gcc", "-g", "-O1", "-o", folder / "main", folder / "main.c", folder / "libfall.so", f"-Wl,-rpath,{folder}")
        run("objcopy", "--only-keep-debug", folder / "libfall.so", folder / "symbols/libfall.so.debug")
        run("strip", folder / "libfall.so")
        # The function is exported, so gdb names it; the lines come from the debug file.
        text = run("gdb", "-batch", "-nx", "-ex", "set debuginfod enabled off", "-ex", "run", "-ex", "bt", "-ex", "info sharedlibrary", folder / "main").stdout
        self.assertRegex(text, r"#0  0x[0-9a-f]+ in fall \(\) from \S+libfall\.so")
        self.assertRegex(self.sigla(text, "--symbols", folder / "symbols"), r"#0  0x[0-9a-f]+ in fall \(\) at \S+lib\.c:1\S* from \S+libfall\.so")

    def test_lldb(self):
        full, stripped, symbols = self.build("lldbed", ("-g", "-O1", "-DNULLED"))
        core = self.folder / "lldbed.core"
        run("gdb", "-batch", "-nx", "-ex", "set debuginfod enabled off", "-ex", "run", "-ex", f"generate-core-file {core}", stripped)
        text = run("lldb-19", "--no-lldbinit", "--batch", "-o", "bt", "-o", "image list", "--core", core, stripped).stdout
        self.assertIn("frame #0: 0x", text)
        named = self.sigla(text, "--symbols", symbols)
        for number, function, line in (0, "touch(int volatile*, int) (inlined)", "int touch("), (0, "deep(int volatile*, int)", "touch(p, n) + 1"), \
                (1, "box::Lid::open(int*, int)", "int open("), (2, "main", "Lid().open(p"):
            function = re.escape(function).replace(re.escape("(int volatile*, int)"), r"(\(int volatile\*, int\))?")
            self.assertRegex(named, rf"frame #{number}: 0x[0-9a-f]+ lldbed`{function} at \S+lldbed\.cc:{self.line_of(line)}")

    # --- Breakpad ---

    def test_breakpads_machine_output_becomes_what_it_would_have_been(self):
        full, stripped, debug, _ = build_program(self.folder / "machine", "machine", flags=("-O0", "-g", "-gdwarf-4"))
        dump = self.folder / "machine.dmp"
        run(SNAPSHOT, dump, full)
        store = self.folder / "machine" / "store"
        text = run(DUMP_SYMS, full).stdout
        _, _, _, debug_id, name = text.split("\n", 1)[0].split(" ", 4)
        path = store / name / debug_id / f"{name}.sym"
        path.parent.mkdir(parents=True)
        path.write_text(text)
        bare = run(STACKWALK, "-m", dump, check=False).stdout
        # Without symbols the walk finds other frames, so what is compared is the same frames' names.
        named = self.sigla(bare, "--symbols", store)
        expected = run(STACKWALK, "-m", dump, store, check=False).stdout
        first = next(x for x in expected.splitlines() if x.startswith("0|0|machine|"))
        self.assertIn(first, named.splitlines())
        changed = [(a, b) for a, b in zip(bare.splitlines(), named.splitlines()) if a != b]
        self.assertTrue(changed)
        for before, after in changed:
            self.assertEqual(before.split("|")[:3], after.split("|")[:3])

    # --- of our own making ---

    def function(self, program, name):
        """Address and size by the symbol table."""
        for line in run("nm", "-S", "-C", program).stdout.splitlines():
            fields = line.split(" ", 3)
            if len(fields) == 4 and fields[3].split("(")[0] == name:
                return int(fields[0], 16), int(fields[1], 16)
        raise AssertionError(f"{name} is not in {program}")

    def test_android_tombstone(self):
        full, stripped, symbols = self.build("libgame.so", ("-g", "-O1", "-shared", "-fPIC"))
        build_id = re.search(r"Build ID: ([0-9a-f]+)", run("readelf", "-n", full).stdout).group(1)
        address, _ = self.function(full, "box::Lid::open")
        other, _ = self.function(full, "deep")
        text = ("ABI: 'x86_64'\r\npid: 10, tid: 12, name: Render  >>> com.example.game <<<\r\n"
                "signal 11 (SIGSEGV), code 1 (SEGV_MAPERR), fault addr 0x190\r\n    rax 0000000000000000\r\n\r\nbacktrace:\r\n"
                f"      #00 pc {other + 1:016x}  /data/app/~~x==/base.apk!libgame.so (offset 0x1000) (BuildId: {build_id})\r\n"
                f"      #01 pc {address + 1:016x}  /data/app/~~x==/base.apk!libgame.so (offset 0x1000) (_Z1x+4) (BuildId: {build_id})\r\n"
                f"      #02 pc 0000000000001234  /apex/com.android.runtime/lib64/bionic/libc.so (abort+160) (BuildId: 00112233445566778899aabbccddeeff)\r\n")
        path = self.folder / "tombstone"
        path.write_bytes(text.encode())
        named = subprocess.run([SIGLA, "symbolicate", path, "--symbols", symbols], capture_output=True, env=self.environment, check=True).stdout.decode()
        def rest(x): return [line for line in x.split("\r\n") if "libgame" not in line]
        self.assertEqual(rest(named), rest(text))
        ours = [line for line in named.split("\r\n") if "libgame" in line]
        calls = self.addr2line(full, other + 1) + self.addr2line(full, address + 1)
        self.assertEqual(len(ours), len(calls))
        for line, (function, place) in zip(ours, calls):
            self.assertRegex(line, rf"libgame\.so \(offset 0x1000\) \({re.escape(function)}( \(inlined\)|\+1) at {re.escape(place)}[:\d]*\) \(BuildId: {build_id}\)$")
        report, frames = self.json_frames(text, symbols)
        self.assertEqual(report["crash"]["address"], "0x190")
        self.assertEqual(report["threads"][0]["name"], "Render")
        self.assertEqual(frames[1]["line"], self.line_of("int open("))

    def test_kernel_oops_by_function_and_offset(self):
        folder = self.folder / "kernel"
        folder.mkdir()
        (folder / "crasher.c").write_text(
            "static int poke(volatile int *p) { return *p; }\n"
            "__attribute__((noinline)) int crash_write(volatile int *p) {\n  return poke(p) +\n    1;\n}\n"
            "int crash_open(volatile int *p) {\n  return crash_write(p) * 2;\n}\n")
        run("gcc", "-g", "-O1", "-ffunction-sections", "-c", "-o", folder / "crasher.ko", folder / "crasher.c")
        _, size = self.function(folder / "crasher.ko", "crash_write")
        _, open_size = self.function(folder / "crasher.ko", "crash_open")
        call = run("objdump", "-d", "-r", "--no-show-raw-insn", folder / "crasher.ko").stdout
        after_call = re.search(r"call.*\n.*R_X86_64_PLT32\s+crash_write.*\n\s+([0-9a-f]+):", call)
        offset = int(after_call.group(1), 16)
        text = (f"[   12.345678] BUG: kernel NULL pointer dereference, address: 0000000000000000\n"
                f"[   12.345680] RIP: 0010:crash_write+0x0/0x{size:x} [crasher]\n"
                f"[   12.345690] Call Trace:\n[   12.345691]  <TASK>\n"
                f"[   12.345692]  crash_open+0x{offset:x}/0x{open_size:x} [crasher]\n"
                f"[   12.345693]  ? vfs_write+0xb9/0x3e0\n[   12.345694]  </TASK>\n")
        named = self.sigla(text, "--symbols", folder)
        before, after = text.splitlines(), named.splitlines()
        after = [re.sub(r"(crasher\.c:\d+):\d+", r"\1", x) for x in after]  # columns
        self.assertEqual(after, [before[0], f"[   12.345680] RIP: 0010:poke (inlined) ({folder}/crasher.c:1) [crasher]",
                                 f"[   12.345680] RIP: 0010:crash_write+0x0/0x{size:x} ({folder}/crasher.c:3) [crasher]", *before[2:4],
                                 f"[   12.345692]  crash_open+0x{offset:x}/0x{open_size:x} ({folder}/crasher.c:7) [crasher]", *before[5:]])
        report, _ = self.json_frames(text, folder)
        statuses = {m["code_file"]: m["status"] for m in report["modules"]}
        self.assertEqual(statuses, {"crasher.ko": "found", "vmlinux": "missing"})

    def test_windows_lists(self):
        folder = self.folder / "windows"
        folder.mkdir()
        (folder / "game.c").write_text("#include <stdlib.h>\n__attribute__((noinline)) int fall(volatile int *p) { return *p; }\nint main(void) {\n  return fall(0) + 1;\n}\n")
        run("x86_64-w64-mingw32-gcc", "-g", "-O1", "-o", folder / "game.exe", folder / "game.c")
        nm = run("x86_64-w64-mingw32-nm", folder / "game.exe").stdout
        base = int(re.search(r"^ImageBase\s+([0-9a-f]+)", run("objdump", "-p", folder / "game.exe").stdout, re.M).group(1), 16)
        address = int(re.search(r"^([0-9a-f]+) T fall", nm, re.M).group(1), 16) - base
        text = f"game.exe+0x{address:x}\n00 0000001d`2f2ff6a8 00007ff6`5c7f1a2b     game+0x{address:x}\ncrashed in C:\\Games\\game.exe + 0x{address:x}, sorry\n"
        named = self.sigla(text, "--symbols", folder).splitlines()
        self.assertRegex(named[0], r"^game\.exe!fall\+0x0 at \S+game\.c:2")
        self.assertRegex(named[1], r"^00 0000001d`2f2ff6a8 00007ff6`5c7f1a2b     game!fall \[\S+game\.c @ 2\]$")
        self.assertRegex(named[2], r"^crashed in C:\\Games\\game\.exe!fall\+0x0 at \S+game\.c:2\S*, sorry$")

    def test_lists_of_addresses_with_a_map(self):
        full, stripped, symbols = self.build("plain", ("-g", "-O1", "-pie"))
        address, _ = self.function(full, "deep")
        mappings = "5600000000000000"[:12]
        base = int(mappings, 16)
        text = (f"{base:x}-{base + 0x1000:x} r--p 00000000 08:01 12      /opt/app/plain\n{base + 0x1000:x}-{base + 0x4000:x} r-xp 00001000 08:01 12      /opt/app/plain\n\n"
                f"0x{base + address:x}\n#1 0x{base + address:x}\n0x10\n/opt/app/plain 0x{address:x}\nplain.so 0x10\n")
        named = self.sigla(text, "--symbols", symbols)
        function, place = self.addr2line(full, address)[-1]
        said = f" {function} at {place}"
        for before in (f"0x{base + address:x}", f"#1 0x{base + address:x}", f"/opt/app/plain 0x{address:x}"):
            self.assertRegex(named, rf"(?m)^{re.escape(before + said)}[:\d]*$")
        for left in ("0x10", "plain.so 0x10"):
            self.assertIn(left, named.splitlines())

    # --- Apple ---

    def macho(self):
        """(arm64 dylib, folder with its dSYM, UUID, {function: address})"""
        folder = self.folder / "apple"
        if not folder.exists():
            (folder / "symbols").mkdir(parents=True)
            (folder / "app.c").write_text(
                "static inline __attribute__((always_inline)) int inner(volatile int *p) { return *p; }\n"
                "__attribute__((noinline)) int fall(volatile int *p) {\n  return inner(p) + 1;\n}\nint start(void) {\n  return fall(0) * 2;\n}\n")
            run("clang-19", "--target=arm64-apple-macos13", "-O1", "-g", "-c", "app.c", "-o", "app.o", cwd=folder)
            run("ld64.lld-19", "-arch", "arm64", "-platform_version", "macos", "13.0", "13.0", "-dylib", "-o", "App", "app.o", cwd=folder)
            run("dsymutil-19", "App", "-o", "symbols/App.dSYM", cwd=folder)
        uuid = re.search(r"UUID: (\S+)", run("llvm-dwarfdump-19", "--uuid", folder / "App").stdout).group(1)
        symbols = {m[1]: int(m[0], 16) for m in re.findall(r"^([0-9a-f]+) T _(\w+)", run("llvm-nm-19", folder / "App").stdout, re.M)}
        return folder / "App", folder / "symbols", uuid, symbols

    def test_apple_text_report(self):
        _, symbols, uuid, functions = self.macho()
        base = 0x104500000
        digits = uuid.replace("-", "").lower()
        text = ("Incident Identifier: 5C32DF84-31A0-43E7-87D0-239F7F594940\nProcess:             App [42]\nCode Type:           ARM-64 (Native)\n"
                "Date/Time:           2022-02-09 16:11:52.6270 +0100\nOS Version:          macOS 12.1 (21C52)\n"
                "Exception Type:        EXC_BAD_ACCESS (SIGSEGV)\nException Codes:       KERN_INVALID_ADDRESS at 0x0000000000000000\nTriggered by Thread:  0\n\n"
                "Thread 0 Crashed:: Dispatch queue: com.apple.main-thread\n"
                f"0   App                           \t{base + functions['fall']:#018x} {base:#x} + {functions['fall']}\n"
                f"1   App                           \t{base + functions['start'] + 12:#018x} start + 12\n"
                "2   dyld                          \t0x00000001a0001000 start + 520\n\n"
                "Thread 0 crashed with ARM Thread State (64-bit):\n    x0: 0x0000000000000000   x1: 0x0000000000000001\n\n"
                f"Binary Images:\n{base:#x} - {base + 0x7fff:#x} App arm64  <{digits}> /Applications/App.app/Contents/MacOS/App\n"
                "0x1a0000000 - 0x1a00fffff dyld arm64e  <11112222333344445555666677778888> /usr/lib/dyld\n")
        named = self.sigla(text, "--symbols", symbols)
        lines = [x for x in named.splitlines() if re.match(r"\d ", x)]
        self.assertRegex(lines[0], r"^0   App +\t0x\w+ inner \[inlined\] \(\S*app\.c:1\)$")
        self.assertRegex(lines[1], r"^0   App +\t0x\w+ fall \+ 0 \(\S*app\.c:3\)$")
        self.assertRegex(lines[2], r"^1   App +\t0x\w+ start \+ 12 \(\S*app\.c:6\)$")
        self.assertEqual(lines[3], "2   dyld                          \t0x00000001a0001000 start + 520")
        self.assertEqual([x for x in named.splitlines() if not re.match(r"[01]   App", x)], [x for x in text.splitlines() if not re.match(r"[01]   App", x)])
        report, frames = self.json_frames(text, symbols)
        self.assertEqual((report["system"]["os"], report["time"], report["process_id"]), ("Mac OS X", 1644419512, 42))
        self.assertTrue(report["threads"][0]["crashed"])
        self.assertEqual(frames[0]["registers"], {"x0": "0x0", "x1": "0x1"})
        self.assertEqual([m["status"] for m in report["modules"]], ["found", "missing"])

    def test_apple_images_out_of_a_fat_file(self):
        self.macho()
        folder = self.folder / "apple"
        slices, text = [], "Process: App [1]\nOS Version: macOS 13.0\nThread 0:\n"
        images = []
        for number, arch in enumerate(("arm64", "x86_64")):
            run("clang-19", f"--target={arch}-apple-macos13", "-O1", "-g", "-c", "app.c", "-o", f"{arch}.o", cwd=folder)
            run("ld64.lld-19", "-arch", arch, "-platform_version", "macos", "13.0", "13.0", "-dylib", "-o", f"App.{arch}", f"{arch}.o", cwd=folder)
            run("dsymutil-19", "--flat", f"App.{arch}", "-o", f"{arch}.dwarf", cwd=folder)
            slices.append(f"{arch}.dwarf")
            uuid = re.search(r"UUID: (\S+)", run("llvm-dwarfdump-19", "--uuid", folder / f"App.{arch}").stdout).group(1)
            fall = int(re.search(r"^([0-9a-f]+) T _fall", run("llvm-nm-19", folder / f"App.{arch}").stdout, re.M).group(1), 16)
            base = 0x100000000 * (number + 1)
            text += f"{number}   App{number}   {base + fall + number:#018x} {base:#x} + {fall + number}\n"
            images.append(f"{base:#x} - {base + 0xffff:#x} App{number} {arch} <{uuid}> /a/App{number}\n")
        text += "Binary Images:\n" + "".join(images)
        (folder / "fat").mkdir()
        run("llvm-lipo-19", "-create", *slices, "-output", "fat/App", cwd=folder)
        named = self.sigla(text, "--symbols", folder / "fat")
        self.assertRegex(named, r"(?m)^0   App0   0x\w+ fall \+ 0 \(\S*app\.c:3\)$")
        self.assertRegex(named, r"(?m)^1   App1   0x\w+ fall \+ 1 \(\S*app\.c:2\)$")

    def test_apple_json_report(self):
        _, symbols, uuid, functions = self.macho()
        head = {"app_name": "App", "bug_type": "309"}
        frames = [{"imageOffset": functions["fall"], "imageIndex": 0},
                  {"imageOffset": functions["start"] + 12, "symbol": "start", "symbolLocation": 12, "imageIndex": 0},
                  {"imageOffset": 4096, "imageIndex": 1}]
        body = {"pid": 42, "osVersion": {"train": "macOS 13.0", "build": "22A380"}, "exception": {"type": "EXC_BAD_ACCESS", "signal": "SIGSEGV"},
                "faultingThread": 0, "threads": [{"id": 7, "triggered": True, "frames": frames}],
                "usedImages": [{"base": 0x104500000, "size": 0x8000, "uuid": uuid.lower(), "path": "/Applications/App", "name": "App", "arch": "arm64"},
                               {"base": 0x1a0000000, "size": 0x8000, "uuid": "11112222-3333-4444-5555-666677778888", "name": "dyld"}]}
        text = json.dumps(head) + "\n" + json.dumps(body, indent=2) + "\n"
        named = self.sigla(text, "--symbols", symbols)
        self.assertEqual(json.loads(named.split("\n", 1)[0]), head)
        after = json.loads(named.split("\n", 1)[1])
        written = after["threads"][0]["frames"]
        self.assertEqual([(f.get("symbol"), f.get("inline"), f.get("sourceLine")) for f in written],
                         [("inner", True, 1), ("fall", None, 3), ("start", None, 6), (None, None, None)])
        self.assertEqual(written[2]["symbolLocation"], 12)
        self.assertEqual([f["imageOffset"] for f in written], [functions["fall"], functions["fall"], functions["start"] + 12, 4096])
        after["threads"] = body["threads"]
        self.assertEqual(after, body)

    # --- JSON ---

    def test_backtraces_json_report_and_a_look_up(self):
        full, stripped, symbols = self.build("jsoned", ("-g", "-O1", "-pie"))
        build_id = re.search(r"Build ID: ([0-9a-f]+)", run("readelf", "-n", full).stdout).group(1)
        debug_id = run(DUMP_SYMS, "-i", full, check=False).stdout.split("\n", 1)[0].split(" ")[3]
        address, _ = self.function(full, "box::Lid::open")
        base = 0x560000000000
        report = {"uuid": "1", "lang": "c", "symbolication": "minidump", "mainThread": "1", "classifiers": ["SIGSEGV"],
                  "threads": {"1": {"name": "main", "fault": True, "stack": [{"address": str(base + address)}, {"funcName": "known", "address": "1"}]}},
                  "modules": [{"start": str(base), "size": "65536", "code_file": "/opt/jsoned", "debug_file": "jsoned", "debug_identifier": debug_id}]}
        named = json.loads(self.sigla(json.dumps(report), "--symbols", symbols))
        frame = named["threads"]["1"]["stack"][0]
        self.assertEqual((frame["funcName"], frame["line"], frame["address"]), ("box::Lid::open(int*, int)", self.line_of("int open("), str(base + address)))
        self.assertEqual(named["threads"]["1"]["stack"][1], report["threads"]["1"]["stack"][1])
        del frame["funcName"], frame["line"], frame["path"]
        frame.pop("column", None)
        self.assertEqual(named, report)
        shown, frames = self.json_frames(json.dumps(report), symbols)
        self.assertEqual((shown["crash"]["reason"], frames[0]["module_offset"]), ("SIGSEGV", hex(address)))
        wanted = {"modules": [{"code_file": "jsoned", "code_id": build_id}], "addresses": [{"module": 0, "address": hex(address)}]}
        named = json.loads(self.sigla(json.dumps(wanted), "--symbols", symbols))
        self.assertEqual((named["addresses"][0]["function"], named["addresses"][0]["address"]), ("box::Lid::open(int*, int)", hex(address)))

    # --- how they come in ---

    def test_standard_input_and_the_server_say_the_same(self):
        full, stripped, symbols = self.build("served", ("-g", "-O1", "-DBACKTRACE", "-rdynamic"))
        text = run(stripped, cwd=stripped.parent).stdout
        piped = run(SIGLA, "symbolicate", "-", "--symbols", symbols, input=text, env=self.environment).stdout
        self.assertIn("box::Lid::open(int*, int)+0x", piped)
        archive = subprocess.run(["tar", "-c", "-C", symbols, "served.debug"], capture_output=True, check=True).stdout
        self.assertEqual(self.server.upload(archive).status, 200)
        build_id = re.search(r"Build ID: ([0-9a-f]+)", run("readelf", "-n", full).stdout).group(1)
        address, _ = self.function(full, "deep")
        text += f"#00 pc {address + 4:016x}  /data/app/served (BuildId: {build_id})\n"
        headers = {"Authorization": f"Bearer {self.server.token}"}
        answer = self.server.request("POST", "/api/v1/projects/default/symbolicate?format=text", body=text.encode(), headers=headers)
        self.assertEqual(answer.status, 200, answer.text)
        self.assertIn("served(box::Lid::open(int*, int)+0x", answer.text)  # by name: no id in that line
        self.assertRegex(answer.text, r"#00 pc \w+  /data/app/served \(deep\(int volatile\*, int\)\+4 at \S+served\.cc:\d+")
        answer = self.server.request("POST", "/api/v1/projects/default/symbolicate", body=text.encode(), headers=headers)
        self.assertEqual([m["status"] for m in answer.json()["modules"] if m["code_file"] == "/data/app/served"], ["found"])

    def test_text_without_a_trace_is_refused(self):
        done = run(SIGLA, "symbolicate", "-", check=False, input="nothing of the kind\n", env=self.environment)
        self.assertEqual(done.returncode, 3)
        self.assertRegex(done.stderr, r"^sigla: -: neither a crash dump nor a text with a stack trace that is known\n$")
        answer = self.server.request("POST", "/api/v1/projects/default/symbolicate", body=b"nothing of the kind\n",
                                     headers={"Authorization": f"Bearer {self.server.token}"})
        self.assertEqual(answer.status // 100, 4)

    def test_a_trace_without_symbols_comes_back_as_it_was(self):
        text = "    #0 0x55ee5b0dd5b0 (/tmp/app+0xdd5b0) (BuildId: 2e5e8a1c)\r\nno line end"
        path = self.folder / "bare"
        path.write_bytes(text.encode())
        for argv, said in ((), "no place to look for symbols was named (--symbols)"), (("--symbols", self.folder), "no symbols for app; --explain says why"):
            done = subprocess.run([SIGLA, "symbolicate", path, *argv], capture_output=True, env=self.environment, check=True)
            self.assertEqual(done.stdout.decode(), text)
            self.assertEqual(done.stderr.decode(), f"sigla: {path}: {said}\n")
        explained = run(SIGLA, "symbolicate", path, "--symbols", self.folder, "--explain", env=self.environment).stdout
        self.assertTrue(explained.startswith("No crash\n\nThread 0"), explained)
        self.assertIn("not named: needs app", explained)


if __name__ == "__main__":
    unittest.main()
