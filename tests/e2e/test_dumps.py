#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What is found in crash dumps beyond their stacks, in every form it is printed: findings, the JSON's schema, rust-minidump's JSON, explanations,
microdumps, and damaged dumps by the hundred."""
import json
import os
import pathlib
import re
import socket
import struct
import subprocess
import sys
import unittest

import jsonschema

from harness import DUMP_SYMS, SIGLA, SNAPSHOT, Case, build_program, run

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SOURCE = r"""
#include <cstdlib>
#include <cstring>
#include <cstdio>
struct Node { long padding[3]; Node* next; };
__attribute__((noinline)) long follow(Node* node) { return node->next == nullptr; }
__attribute__((noinline)) long store(volatile int* p) { *p = 7; return 1; }
__attribute__((noinline)) long deeper(volatile char* outer) { volatile char room[4096]; room[0] = outer[0]; return deeper(room) + room[0]; }
int main(int argc, char** argv) {
  const char* what = argc > 1 ? argv[1] : "null";
  char first = 1;
  if (!std::strcmp(what, "null")) return follow(nullptr);
  if (!std::strcmp(what, "wild")) return store((int*)0xe5e5e5e5e5e5e5e5);
  if (!std::strcmp(what, "readonly")) return store((int*)&main);
  if (!std::strcmp(what, "overflow")) return deeper(&first);
  if (!std::strcmp(what, "abort")) std::abort();
  return 0;
}
"""


def streams_of(dump):
    count, directory = struct.unpack_from("<II", dump, 8)
    return {kind: (offset, size) for kind, size, offset in (struct.unpack_from("<III", dump, directory + 12 * i) for i in range(count))}


def microdump_of(dump, report):
    """The crashed thread of a minidump as Breakpad's Android client would have written it to the log."""
    streams = streams_of(dump)
    exception, _ = streams[6]
    thread_id = struct.unpack_from("<I", dump, exception)[0]
    context_size, context = struct.unpack_from("<II", dump, exception + 160)
    threads, size = streams[3]
    count = struct.unpack_from("<I", dump, threads)[0]
    first = threads + (8 if size == 8 + 48 * count else 4)
    record = next(first + 48 * i for i in range(count) if struct.unpack_from("<I", dump, first + 48 * i)[0] == thread_id)
    stack_base, stack_size, stack = struct.unpack_from("<QII", dump, record + 24)
    lines = ["-----BEGIN BREAKPAD MICRODUMP-----", "V App:1.2.3", "O L x86_64 04 x86_64 6.1.0 #1 SMP", "R 0000000B SIGSEGV 0000000000000018",
             "G OpenGL ES 3.1|Maker|Card (TM)", f"S 0 {stack_base:016X} {stack_base:016X} {stack_size:016X}"]
    for at in range(0, stack_size, 384):
        lines.append(f"S {stack_base + at:016X} {dump[stack + at:stack + min(at + 384, stack_size)].hex().upper()}")
    lines.append("C " + dump[context:context + context_size].hex().upper())
    for module in report["modules"]:
        name = pathlib.PurePosixPath(module["code_file"]).name
        lines.append(f"M {int(module['base'], 16):016X} {0:016X} {int(module['size'], 16):016X} {module['breakpad_id'] or '0' * 33} {name}")
    lines.append("-----END BREAKPAD MICRODUMP-----")
    return "--------- beginning of crash\n" + "".join(f"02-25 07:59:17.030  1740  1739 F google-breakpad: {line}\n" for line in lines)


def full_dump_of(dump, path, filler_size):
    """The dump as if all of a large process was in it: memory behind 64-bit offsets, the crashed thread's stack after `filler_size` bytes of other
    memory, which take no room on the disk."""
    streams = streams_of(dump)
    threads, size = streams[3]
    count = struct.unpack_from("<I", dump, threads)[0]
    record = threads + (8 if size == 8 + 48 * count else 4)
    base, stack_size, stack = struct.unpack_from("<QII", dump, record + 24)
    content = bytearray(dump)
    struct.pack_into("<II", content, record + 32, 0, 0)
    memory = len(content)
    list_size = 16 + 2 * 16
    directory = memory + list_size
    data = directory + 12 * (len(streams) + 1)
    content += struct.pack("<QQQQQQ", 2, data, 1 << 44, filler_size, base, stack_size)
    for kind, (offset, length) in [*streams.items(), (9, (memory, list_size))]:
        content += struct.pack("<III", kind, length, offset)
    struct.pack_into("<II", content, 8, len(streams) + 1, directory)
    with open(path, "wb") as file:
        file.write(content)
        file.seek(data + filler_size)
        file.write(dump[stack:stack + stack_size])


def dump_with(dump, path, more, state=b"", trailer=b""):
    """The dump with `more` streams by type, `trailer` behind them, and `state` behind the registers of the crash."""
    streams = streams_of(dump)
    content = bytearray(dump)
    if state:
        exception, _ = streams[6]
        size, context = struct.unpack_from("<II", dump, exception + 160)
        struct.pack_into("<II", content, exception + 160, size + len(state), len(content))
        content += dump[context:context + size] + state
        flags = len(content) - len(state) - size + 48
        struct.pack_into("<I", content, flags, struct.unpack_from("<I", content, flags)[0] | 0x40)
    for kind, data in more.items():
        streams[kind] = (len(content), len(data))
        content += data
    content += trailer
    struct.pack_into("<II", content, 8, len(streams), len(content))
    for kind, (offset, length) in streams.items():
        content += struct.pack("<III", kind, length, offset)
    path.write_bytes(content)


class Dumps(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = cls.scratch / "crash"
        cls.program, _, _, cls.build_id = build_program(cls.folder, "prog", SOURCE, ("-O1", "-g", "-gdwarf-4", "-fno-optimize-sibling-calls"))
        text = run(DUMP_SYMS, "-d", cls.program).stdout
        _, _, _, debug_id, name = text.split("\n", 1)[0].split(" ", 4)
        cls.symbols = cls.folder / "symbols"
        path = cls.symbols / name / debug_id / f"{name}.sym"
        path.parent.mkdir(parents=True)
        path.write_text(text)
        cls.environment = {**os.environ, "XDG_CACHE_HOME": str(cls.scratch / "xdg")}
        cls.schema = json.loads((ROOT / "docs/reference/symbolicate.schema.json").read_text())

    def dump(self, scenario):
        out = self.folder / f"{scenario}.dmp"
        if not out.exists():
            run(SNAPSHOT, out, self.program, scenario)
        return out

    def sigla(self, *argv):
        return run(SIGLA, "symbolicate", *argv, "--symbols", self.symbols, env=self.environment).stdout

    def report(self, path):
        report = json.loads(self.sigla(path, "--format", "json"))
        jsonschema.Draft202012Validator(self.schema).validate(report)
        return report

    def test_the_schema_describes_real_output_and_nothing_else(self):
        jsonschema.Draft202012Validator.check_schema(self.schema)
        report = self.report(self.dump("null"))
        validator = jsonschema.Draft202012Validator(self.schema)
        for change in (lambda r: r.update(more=1), lambda r: r["crash"].pop("reason"), lambda r: r["threads"][0]["frames"][0].update(trust="sure"),
                       lambda r: r["crash"].update(address="12")):
            damaged = json.loads(json.dumps(report))
            change(damaged)
            self.assertFalse(validator.is_valid(damaged))
        answer = self.server.request("POST", "/api/v1/projects/default/symbolicate", body=self.dump("abort").read_bytes()).json()
        validator.validate(answer)

    def test_findings(self):
        self.assertEqual(self.report(self.dump("abort"))["crash"]["exploitability"], "NONE")
        null = self.report(self.dump("null"))["crash"]
        self.assertRegex(null["instruction"], r"\[rdi \+ 0x18\]")
        self.assertEqual([(m["address"], m["size"]) for m in null["memory_accesses"]], [("0x18", 8)])
        self.assertEqual(null["adjusted_address"], {"kind": "null-pointer", "offset": "0x18"})
        self.assertEqual(null["exploitability"], "INTERESTING")
        wild = self.report(self.dump("wild"))["crash"]
        self.assertEqual(wild["adjusted_address"], {"kind": "non-canonical", "address": "0xe5e5e5e5e5e5e5e5"})
        self.assertEqual([(m["address"], m["size"], m["access"]) for m in wild["memory_accesses"]], [("0xe5e5e5e5e5e5e5e5", 4, "write")])
        overflow = self.report(self.dump("overflow"))
        self.assertTrue(overflow["crash"]["stack_overflow"])
        self.assertGreater(len(overflow["threads"][0]["frames"]), 1000)
        readonly = self.report(self.dump("readonly"))["crash"]
        self.assertEqual((readonly["reason"], readonly["exploitability"]), ("SIGSEGV /SEGV_ACCERR", "HIGH"))
        self.assertFalse(readonly["stack_overflow"])

    def test_the_json_of_rust_minidump(self):
        path = self.dump("null")
        ours, theirs = self.report(path), json.loads(self.sigla(path, "--format", "rust-minidump"))
        self.assertEqual(list(theirs), sorted(theirs))
        self.assertEqual(theirs["status"], "OK")
        self.assertEqual(theirs["crash_info"]["type"], "SIGSEGV / SEGV_MAPERR")
        self.assertEqual(theirs["crash_info"]["address"], "0x0000000000000018")
        crashed = theirs["crashing_thread"]
        self.assertEqual([f["function"] for f in crashed["frames"]], [f["function"] for f in ours["threads"][ours["crash"]["thread"]]["frames"]])
        self.assertEqual(crashed["frames"][0]["function"], "follow(Node*)")
        self.assertEqual(int(crashed["frames"][0]["registers"]["rip"], 16), int(crashed["frames"][0]["offset"], 16))
        self.assertEqual(theirs["thread_count"], len(theirs["threads"]))
        self.assertTrue(any(m["loaded_symbols"] for m in theirs["modules"]))
        answer = self.server.request("POST", "/api/v1/projects/default/symbolicate?format=rust-minidump", body=path.read_bytes())
        self.assertEqual(answer.json()["crashing_thread"]["frames"][0]["offset"], crashed["frames"][0]["offset"])

    def test_who_signed_the_modules(self):
        annotations = self.scratch / "crash.extra"
        annotations.write_text(json.dumps({"ModuleSignatureInfo": json.dumps({"Example Corp": ["prog"]}), "CPUMicrocodeVersion": "0xf0"}))
        ours, theirs = (json.loads(self.sigla(self.dump("null"), "--format", form, "--evil-json", annotations)) for form in ("json", "rust-minidump"))
        jsonschema.Draft202012Validator(self.schema).validate(ours)
        self.assertEqual({m["code_file"].rsplit("/", 1)[-1]: m["cert_subject"] for m in ours["modules"] if m["cert_subject"]}, {"prog": "Example Corp"})
        self.assertTrue(theirs["modules_contains_cert_info"])
        self.assertEqual([m["cert_subject"] for m in theirs["modules"] if m["filename"] == "prog"], ["Example Corp"])
        self.assertEqual(theirs["system_info"]["cpu_microcode_version"], "0xf0")
        annotations.write_text('{"ModuleSignatureInfo": 1}')
        done = run(SIGLA, "symbolicate", self.dump("null"), "--evil-json", annotations, env=self.environment, check=False)
        self.assertEqual((done.returncode, "crash.extra: ModuleSignatureInfo: not a JSON object" in done.stderr), (3, True), done.stderr)

    def test_what_the_system_said_of_threads_and_program(self):
        path = self.dump("null")
        before = self.report(path)
        thread = before["threads"][before["crash"]["thread"]]
        self.assertEqual((thread["info"], thread["shadow_stack_pointer"], before["details"]["auxv"]), (None, None, None))
        epoch = 116444736 * 10**9
        info = struct.pack("<7I6Q", 12, 64, 1, thread["id"], 2, 0, 0x103, epoch + 17 * 10**15, 0, 25_000_000, 5_000_000, 0x401000, 1)
        auxv = struct.pack("<QQQQQQ", 6, 4096, 9, 0x401000, 0, 0)
        extended = struct.pack("<iIiIiI", -1232, 0x560, -1232, 1232, 0x40, 0x50).ljust(0x40, b"\0")
        extended += struct.pack("<QQ", 1 << 11, 1 << 63 | 1 << 11).ljust(64, b"\0") + struct.pack("<QQ", 1, 0x7ff812345678)
        told = self.scratch / "told.dmp"
        dump_with(path.read_bytes(), told, {17: info, 0x47670008: auxv}, extended)
        report = self.report(told)
        self.assertEqual(report["details"]["auxv"], [{"type": 6, "name": "AT_PAGESZ", "value": "0x1000"}, {"type": 9, "name": "AT_ENTRY", "value": "0x401000"}])
        crashed = report["threads"][report["crash"]["thread"]]
        self.assertEqual(crashed["info"], {"start_address": "0x401000", "created": 1.7e9, "exited": None, "exit_status": None, "kernel_seconds": 2.5,
                                           "user_seconds": 0.5, "flags": ["wrote_dump"]})
        self.assertEqual(crashed["shadow_stack_pointer"], "0x7ff812345678")
        self.assertEqual(crashed["frames"], thread["frames"])
        answer = self.server.request("POST", "/api/v1/projects/default/symbolicate", body=told.read_bytes()).json()
        self.assertEqual([answer["threads"][answer["crash"]["thread"]][key] for key in ("info", "shadow_stack_pointer")],
                         [crashed[key] for key in ("info", "shadow_stack_pointer")])

    def test_every_unloaded_module_is_told_of(self):
        """Libraries that were loaded at the same address one after another, and one twice."""
        path = self.dump("null")
        dump = path.read_bytes()
        names = ["first.dll", "below.dll", "second.dll", "first.dll"]
        bases = [0x20000, 0x1F000, 0x20000, 0x20000]
        strings, at = b"", []
        for name in names:
            at.append(len(dump) + 12 + 24 * len(names) + len(strings))
            strings += struct.pack("<I", 2 * len(name)) + name.encode("utf-16le") + b"\0\0"
        entries = b"".join(struct.pack("<QIIII", base, 0x1800, 0, 0, rva) for base, rva in zip(bases, at))
        told = self.scratch / "unloaded.dmp"
        dump_with(dump, told, {14: struct.pack("<III", 12, 24, len(names)) + entries}, trailer=strings)
        ours = self.report(told)["unloaded_modules"]
        self.assertEqual([(m["code_file"], int(m["base"], 16)) for m in ours],
                         [("below.dll", 0x1F000), ("first.dll", 0x20000), ("second.dll", 0x20000), ("first.dll", 0x20000)])
        theirs = json.loads(self.sigla(told, "--format", "rust-minidump"))["unloaded_modules"]
        self.assertEqual([(m["filename"], int(m["base_addr"], 16)) for m in theirs], list(zip(names, bases)))

    def test_explanations(self):
        text = self.sigla(self.dump("null"), "--explain")
        self.assertRegex(text, r"follow\(Node\*\).*\n +found by given as instruction pointer in context\n +named by .*prog\.sym")
        self.assertRegex(text, r"\n  prog [0-9A-F]{33}: symbols found in .*prog\.sym")
        libc = next(m for m in self.report(self.dump("null"))["modules"] if "libc" in m["code_file"])
        self.assertIn(f"needs {pathlib.PurePosixPath(libc['debug_file']).name} {libc['breakpad_id']}: upload it", text)

    def test_a_dump_of_many_gigabytes(self):
        path = self.dump("null")
        full = self.scratch / "full.dmp"
        full_dump_of(path.read_bytes(), full, 6 << 30)
        self.assertLess(full.stat().st_blocks * 512, 10 << 20)
        frames = [[(f["address"], f["function"], f["line"]) for f in self.report(p)["threads"][0]["frames"]] for p in (path, full)]
        self.assertEqual(frames[1], frames[0])
        self.assertEqual(frames[1][0][1], "follow(Node*)")
        process = subprocess.Popen([SIGLA, "symbolicate", full, "--symbols", self.symbols], env=self.environment, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(process.returncode, 0)
        self.assertLess(usage.ru_maxrss, 100_000, "KB resident")

    def test_a_server_takes_dumps_as_large_as_the_program_does(self):
        for path in ("/minidump", "/api/v1/projects/default/symbolicate"):
            for size, status in ((20 << 30, b"100"), (65 << 30, b"413")):
                with socket.create_connection(("127.0.0.1", self.server.port), timeout=20) as connection:
                    connection.sendall(f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\nExpect: 100-continue\r\n\r\n".encode())
                    self.assertEqual(connection.recv(4096).split(b" ")[1], status, (path, size))

    def test_a_microdump_gives_the_same_stack(self):
        path = self.dump("null")
        report = self.report(path)
        log = self.scratch / "logcat.txt"
        log.write_text(microdump_of(path.read_bytes(), report))
        from_log = self.report(log)
        crashed = report["threads"][report["crash"]["thread"]]["frames"]
        wanted = [(f["address"], f["function"], f["line"]) for f in crashed]
        self.assertEqual([(f["address"], f["function"], f["line"]) for f in from_log["threads"][0]["frames"]], wanted)
        self.assertEqual(from_log["system"]["gpu"], {"version": "OpenGL ES 3.1", "vendor": "Maker", "renderer": "Card (TM)"})
        self.assertEqual(from_log["crash"]["reason"], "SIGSEGV")
        self.assertIn({"key": "product", "value": "App:1.2.3"}, from_log["annotations"])
        self.assertIn("GPU|OpenGL ES 3.1|Maker|Card (TM)", self.sigla(log, "--format", "breakpad-machine"))
        sent = [self.server.request("POST", "/api/v1/projects/default/symbolicate", body=p.read_bytes()).json() for p in (log, path)]
        stacks = [[f["address"] for f in answer["threads"][answer["crash"]["thread"]]["frames"]] for answer in sent]
        self.assertEqual(stacks[0], stacks[1])

    def test_damaged_dumps_are_refused_or_answered(self):
        corpus = self.scratch / "whole"
        corpus.mkdir()
        (corpus / "real.dmp").write_bytes(self.dump("null").read_bytes())
        done = run(sys.executable, ROOT / "tests/soak/mutate.py", SIGLA, 200, "--corpus", corpus, "--seed", 7, check=False, timeout=500)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"200 mutations of \d+ dumps .* 0 failed")


if __name__ == "__main__":
    unittest.main()
