#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Programs of .NET: traces of Mono become readable as mono-symbolicate makes them, and as the same program prints them with its PDB."""
import glob
import http.server
import json
import os
import pathlib
import re
import threading
import unittest

from harness import NPM, SIGLA, Case, run, tar_of

SOURCES = pathlib.Path(__file__).parent / "dotnet"
FRAME = re.compile(r"^\s*at (?P<method>.*?) \[0x[0-9a-f]+\] in (?P<place>\S+?)\s*$")


def frames(trace):
    """(method, place) of each frame that lies in the program itself."""
    found = [FRAME.match(line) for line in trace.splitlines()]
    return [(m["method"], m["place"]) for m in found if m and m["method"].startswith("Demo.")]


def build_portable(out):
    cecil = sorted(glob.glob("/usr/lib/mono/gac/Mono.Cecil/0.1[1-9]*/Mono.Cecil.dll"))[-1]
    run("mcs", f"-r:{cecil}", "-r:Mono.CompilerServices.SymbolWriter.dll", f"-out:{out}", SOURCES / "portable.cs")


def without_trailing_blanks(text):
    return "\n".join(line.rstrip() for line in text.splitlines())


class DotNet(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.environment = {**os.environ, "XDG_CACHE_HOME": str(cls.scratch / "xdg")}
        build, cls.symbols, cls.bare = (cls.scratch / name for name in ("build", "symbols", "bare"))
        for folder in (build, cls.symbols, cls.bare):
            folder.mkdir()
        run("mcs", "-debug", f"-out:{build}/app.exe", SOURCES / "app.cs")
        build_portable(build / "portable.exe")
        cls.program, cls.pdb = cls.symbols / "app.exe", cls.symbols / "app.pdb"
        run("mono", build / "portable.exe", build / "app.exe", cls.program)
        (cls.bare / "app.exe").write_bytes(cls.program.read_bytes())
        # The JIT makes other code of a program that is debugged: both run as if they were.
        cls.trace = run("mono", "--debug", cls.bare / "app.exe").stdout
        cls.trace_path = cls.scratch / "trace.txt"
        cls.trace_path.write_text(cls.trace)
        cls.readable = run("mono", "--debug", cls.program).stdout

    def sigla(self, *argv, check=True):
        return run(SIGLA, *argv, check=check, env=self.environment)

    def test_trace_equals_mono_symbolicate(self):
        store = self.scratch / "msym"
        run("mono-symbolicate", "store-symbols", store, self.symbols)
        wanted = run("mono-symbolicate", "-q", store, self.trace_path).stdout
        got = self.sigla("symbolicate", self.trace_path, "--symbols", self.symbols).stdout
        self.assertEqual(frames(got), frames(wanted))
        self.assertEqual(without_trailing_blanks(got), without_trailing_blanks(wanted))
        self.assertGreater(len(frames(got)), 10)

    def test_trace_equals_the_program_with_its_pdb(self):
        got = self.sigla("symbolicate", self.trace_path, "--symbols", self.symbols).stdout
        self.assertEqual(frames(got), frames(self.readable))

    def test_json_names_methods_as_the_source_does(self):
        report = json.loads(self.sigla("symbolicate", self.trace_path, "--symbols", self.symbols, "--format", "json").stdout)
        functions = {f["function"] for f in report["frames"]}
        for wanted in ("Demo.Program.Fail(Int32 x)", "Demo.Program.Numbers(Int32 count)", "Demo.Program.RunAsync(Int32 x)",
                       "Demo.Program.Lambda.AnonymousMethod__0(Int32 y)", "Demo.Box`1.Inner.Open[U](U[] items, Int32& count, Dictionary`2 map)"):
            self.assertIn(wanted, functions)
        module = next(m for m in report["modules"] if m["name"] == "app.exe")
        self.assertEqual((module["status"], module["symbol_source"], module["pdb_source"]), ("found", str(self.program), str(self.pdb)))
        line = next(f["line"] for f in report["frames"] if f["function"] == "Demo.Program.Fail(String s)")
        self.assertIn('"string "', (SOURCES / "app.cs").read_text().splitlines()[line - 1])

    def test_folding_leaves_what_the_source_has(self):
        got = self.sigla("symbolicate", self.trace_path, "--symbols", self.symbols, "--fold-async").stdout
        self.assertNotIn("MoveNext", got)
        self.assertNotIn("TaskAwaiter", got)
        self.assertIn("Demo.Program.RunAsync(Int32 x)", got)

    def test_logs_in_json_stay_json(self):
        log = self.scratch / "log.json"
        log.write_text(json.dumps({"Message": "failed", "Exception": self.trace}).replace("<", "\\u003C").replace("`", "\\u0060") + "\n")
        got = json.loads(self.sigla("symbolicate", log, "--symbols", self.symbols).stdout)
        self.assertEqual(frames(got["Exception"]), frames(self.readable))

    def test_native_frames_in_the_same_log_are_named_too(self):
        native = self.scratch / "native"
        (self.scratch / "native.c").write_text("int sink;\nint native_part(int x) {\n  sink = x;\n  return x + 1;\n}\nint main(void) { return native_part(1); }\n")
        run("gcc", "-g", "-O0", "-Wl,--build-id", "-o", native, self.scratch / "native.c")
        address = next(line.split()[0] for line in run("nm", native).stdout.splitlines() if line.endswith(" native_part"))
        log = self.scratch / "mixed.txt"
        log.write_text(f"before\n{native}(+{int(address, 16) + 4:#x}) [0x55550000{address[-4:]}]\n{self.trace}after\n")
        argv = ("symbolicate", log, "--symbols", self.symbols, "--symbols", self.scratch)
        got = self.sigla(*argv).stdout
        self.assertEqual(frames(got), frames(self.readable))
        self.assertRegex(got, r"(?m)^.*native_part.*$")
        self.assertTrue(got.startswith("before\n") and got.endswith("after\n"), got)
        report = json.loads(self.sigla(*argv, "--format", "json").stdout)
        self.assertEqual(report["native"]["threads"][0]["frames"][0]["function"], "native_part")
        self.assertEqual(len(report["native"]["threads"][0]["frames"]), 1)
        self.assertIn("found", {m["status"] for m in report["modules"]})

    def test_server_finds_programs_by_their_mvid(self):
        answer = self.server.native(tar_of([(path.name, path.read_bytes()) for path in (self.program, self.pdb)]))
        self.assertIn(answer.status, (200, 201, 202), answer.text)
        answer = self.server.request("POST", "/api/v1/projects/default/symbolicate?format=text", body=self.trace.encode())
        self.assertEqual(answer.status, 200)
        self.assertEqual(frames(answer.text), frames(self.readable))
        report = self.server.request("POST", "/api/v1/projects/default/symbolicate", body=self.trace.encode()).json()
        self.assertIn("found", {m["status"] for m in report["modules"]})

    def methods(self, path):
        done = self.sigla("inspect", "--json", "--methods", path)
        return json.loads(done.stdout)["objects"]

    def test_lookup_finds_the_companion(self):
        methods = self.methods(self.program)[0]["methods"]
        main = next(m for m in methods if m["name"] == "Demo.Program.Main")
        point = next(p for p in main["sequence_points"] if not p["hidden"])
        where = f"{main['token']}+{point['il_offset']:#x}"
        for path in (self.program, self.pdb):
            frame = json.loads(self.sigla("lookup", path, where, "--json").stdout)[0]["frames"][0]
            self.assertEqual((frame["function"], frame["line"]), ("Demo.Program.Main()", point["line"]))
            self.assertEqual(frame["file"], str(SOURCES / "app.cs"))
        self.assertIn(f"{SOURCES}/app.cs:{point['line']}:", self.sigla("lookup", self.program, where).stdout)
        self.assertEqual(self.methods(self.pdb)[0]["methods"], methods)

    def test_bad_input_is_said_to_be_bad(self):
        def status(*argv):
            done = self.sigla(*argv, check=False)
            if done.returncode not in (0, 1):
                self.assertTrue(done.stderr.startswith("sigla: "), done.stderr)
            return done.returncode
        self.assertEqual(status("lookup", self.program, "0x06ffffff+0x0"), 1)
        self.assertEqual(status("lookup", self.program, "06000001+x"), 2)
        self.assertEqual(status("lookup", SIGLA, "0x06000001+0x0"), 3)
        content = self.pdb.read_bytes()
        for size in range(1, len(content), 37):
            cut = self.scratch / "cut.pdb"
            cut.write_bytes(content[:size])
            self.assertIn(status("lookup", cut, "0x06000001+0x0"), (1, 3), size)
        native = self.scratch / "native.pdb"
        native.write_bytes(b"BSJB" + b"\xff" * 200)
        self.assertEqual(status("inspect", "--methods", native), 3)


class Sources(Case):
    """A program of two sources, one in its PDB and one behind a URL: got back from the PDB, Portable or Windows."""

    class Host(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            content = self.server.files.get(self.path)
            self.send_response(404 if content is None else 200)
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, *_):
            pass

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.environment = {**os.environ, "XDG_CACHE_HOME": str(cls.scratch / "xdg")}
        cls.host = http.server.ThreadingHTTPServer(("127.0.0.1", 0), cls.Host)
        cls.host.files = {}
        threading.Thread(target=cls.host.serve_forever, daemon=True).start()
        cls.addClassCleanup(cls.host.server_close)
        cls.addClassCleanup(cls.host.shutdown)
        source, cls.out = cls.scratch / "src", cls.scratch / "linked"
        source.mkdir()
        cls.out.mkdir()
        cls.contents = {"linked.cs": "static class Linked {\n  public static int Twice(int x) { return 2 * x; }\n}\n",
                        "embedded.cs": "static class Embedded {\n  static int Main() { return Linked.Twice(21); }\n}\n// " + "long enough to be packed " * 20 + "\n"}
        for name, content in cls.contents.items():
            (source / name).write_text(content)
        cls.url = f"http://127.0.0.1:{cls.host.server_address[1]}/raw"
        (cls.scratch / "map.json").write_text(json.dumps({"documents": {f"{source}/*": f"{cls.url}/*"}}))
        build_portable(cls.scratch / "portable.exe")
        run("mcs", "-debug", f"-out:{cls.scratch}/two.exe", source / "embedded.cs", source / "linked.cs")
        run("mono", cls.scratch / "portable.exe", cls.scratch / "two.exe", cls.out / "two.exe", cls.scratch / "map.json")
        cls.pdbs = [cls.out / "two.pdb", cls.scratch / "windows.pdb"]
        run(SIGLA, "convert-pdb", "--to", "windows", "--assembly", cls.out / "two.exe", cls.pdbs[0], "-o", cls.pdbs[1])

    def source(self, *argv, check=True):
        return run(SIGLA, "source", *argv, check=check, env=self.environment)

    def test_embedded_and_linked_sources_come_back(self):
        self.host.files = {"/raw/linked.cs": self.contents["linked.cs"].encode()}
        for pdb in self.pdbs:
            listed = dict((pathlib.PurePath(line.split("\t")[0]).name, line.endswith("\tembedded")) for line in self.source("--list", pdb).stdout.splitlines())
            self.assertEqual(listed, {"linked.cs": False, "embedded.cs": True}, pdb)
            self.assertEqual(self.source(pdb, "embedded.cs").stdout, self.contents["embedded.cs"])
            done = self.source("--origin", pdb, "linked.cs")
            self.assertEqual(done.stdout, self.contents["linked.cs"])
            self.assertRegex(done.stderr, rf"^\S+ {re.escape(self.url)}/linked.cs \(checksum verified\)\n$")

    def test_another_file_is_not_taken_for_the_source(self):
        self.host.files = {"/raw/linked.cs": b"static class Linked {}\n"}
        for pdb in self.pdbs:
            done = self.source(pdb, "linked.cs", check=False)
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertIn("whose SHA-256 is not that of the debug information", done.stderr)

    def test_lookup_gives_the_url(self):
        methods = json.loads(run(SIGLA, "inspect", "--json", "--methods", self.out / "two.exe").stdout)["objects"][0]["methods"]
        token = next(m["token"] for m in methods if m["name"] == "Linked.Twice")
        frame = json.loads(run(SIGLA, "lookup", "--json", self.out / "two.exe", f"{token}+0x0", env=self.environment).stdout)[0]["frames"][0]
        self.assertEqual((frame["line"], frame["source_link"]), (2, f"{self.url}/linked.cs#L2"))


class RealAssemblies(Case):
    """What others ship: NSwag's assemblies with their Portable PDBs, built by Roslyn."""

    def test_every_pdb_is_read_and_every_checksum_verified(self):
        environment = {**os.environ, "XDG_CACHE_HOME": str(self.scratch / "xdg")}
        pdbs = sorted((NPM / "nswag/bin/binaries").rglob("*.pdb"))
        self.assertGreater(len(pdbs), 30)
        programs = [p for pdb in pdbs for p in (pdb.with_suffix(".dll"), pdb.with_suffix(".exe")) if p.exists()]
        done = run(SIGLA, "inspect", "--json", "--methods", *pdbs, env=environment)
        points = 0
        for line, pdb in zip(self.objects(done.stdout), pdbs):
            self.assertEqual((line["format"], bool(line["documents"])), ("portablepdb", True), pdb)
            points += sum(len(m["sequence_points"]) for m in line["methods"])
            self.assertTrue(all(m["name"] for m in line["methods"]), pdb)
        self.assertGreater(points, 20_000)
        checksums = [c for o in self.objects(run(SIGLA, "inspect", "--json", *programs, env=environment).stdout)
                     for c in o.get("pdb_checksums", [])]
        self.assertGreater(len(checksums), 20)
        self.assertEqual({c.get("verified") for c in checksums}, {True})

    @staticmethod
    def objects(text):
        decoder, at, found = json.JSONDecoder(), 0, []
        while at < len(text.rstrip()):
            value, at = decoder.raw_decode(text, at)
            found.append(value["objects"][0])
            while at < len(text) and text[at].isspace():
                at += 1
        return found


if __name__ == "__main__":
    unittest.main()
