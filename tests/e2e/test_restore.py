#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""sigla restore and sigla verify with real assemblies, programs and dumps, and two servers of which neither has everything."""
import http.server
import json
import os
import pathlib
import shutil
import threading
import unittest

from harness import SIGLA, SNAPSHOT, Case, Server, build_program, run, sha256, tar_of
from packages import ASSEMBLIES, assembly, portable_guid, with_source_link, without_checksum

STEMS = ("NSwag.Core", "NSwag.Core.Yaml", "NSwag.Generation", "NSwag.CodeGeneration")


class RestoreCase(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = Server(cls.scratch / "second").start()

    @classmethod
    def tearDownClass(cls):
        cls.second.stop()
        super().tearDownClass()

    def folder(self, name):
        path = self.scratch / name
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(parents=True)
        return path

    def sigla(self, *argv, code=0, env=None):
        done = run(SIGLA, *argv, check=False, env={**os.environ, "HOME": str(self.scratch / "home"), "XDG_CACHE_HOME": str(self.scratch / "cache-home"),
                                                   "SIGLA_TOKEN": "", **(env or {})})
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def restore(self, *argv, code=0, servers=None, **kwargs):
        flags = [x for s in (servers or [self.server, self.second]) for x in ("--server", s if isinstance(s, str) else s.url)]
        return json.loads(self.sigla("restore", "--json", *flags, *argv, code=code, **kwargs).stdout)

    def upload(self, server, *files):
        answer = server.native(tar_of(files))
        self.assertEqual(answer.status, 200, answer.text)

    def key(self, stem):
        name = f"{stem}.pdb".lower()
        return f"{name}/{portable_guid(assembly(stem)[0])}FFFFFFFF/{name}"


class DotnetRestore(RestoreCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # One PDB each, and one that nobody has.
        for server, stem in ((cls.server, STEMS[0]), (cls.second, STEMS[1]), (cls.second, STEMS[2])):
            answer = server.native(assembly(stem)[1], query=f"?name={stem}.pdb")
            assert answer.status == 200, answer.text

    def assertRestored(self, result, cache, code_stems=STEMS[:3], missing=(STEMS[3],)):
        by_key = {f["key"]: f for f in result["files"]}
        for stem in code_stems:
            file = by_key[self.key(stem)]
            self.assertIn(file["result"], ("fetched", "present"))
            self.assertEqual(pathlib.Path(file["path"]), cache / self.key(stem))
            self.assertEqual(pathlib.Path(file["path"]).read_bytes(), assembly(stem)[1])
        for stem in missing:
            file = by_key[self.key(stem)]
            self.assertEqual(file["result"], "missing")
            for server in (self.server, self.second):
                self.assertIn(f"{server.url}/symbols/{self.key(stem)}", file["tried"])

    def test_a_folder_of_assemblies(self):
        folder, cache = self.folder("bin"), self.folder("cache")
        (folder / "sub").mkdir()
        for stem in STEMS:
            (folder / "sub" / f"{stem}.dll").write_bytes(assembly(stem)[0])
        result = self.restore("--cache", cache, folder, code=1)
        self.assertRestored(result, cache)
        self.assertEqual((result["fetched"], result["missing"]), (3, 1))
        # Again: nothing is fetched twice, and what was damaged is.
        broken = cache / self.key(STEMS[0])
        broken.write_bytes(b"damaged")
        result = self.restore("--cache", cache, folder, code=1)
        self.assertRestored(result, cache)
        self.assertEqual((result["fetched"], result["present"]), (1, 2))
        self.assertEqual([p.name for p in cache.rglob("*") if p.is_file() and p.suffix != ".pdb"], [])

    def test_without_a_cache_it_is_dotnet_symbols(self):
        folder = self.folder("bin1")
        (folder / f"{STEMS[0]}.dll").write_bytes(assembly(STEMS[0])[0])
        result = self.restore(folder / f"{STEMS[0]}.dll")
        self.assertEqual(pathlib.Path(result["files"][0]["path"]), self.scratch / "home/.dotnet/symbolcache" / self.key(STEMS[0]))

    def test_what_lies_beside_the_program_is_not_fetched(self):
        folder = self.folder("beside")
        dll, pdb = assembly(STEMS[3])
        (folder / "a.dll").write_bytes(dll)
        (folder / f"{STEMS[3]}.pdb").write_bytes(pdb)
        self.assertEqual(self.restore(folder)["files"][0]["result"], "local")
        (folder / f"{STEMS[3]}.pdb").write_bytes(assembly(STEMS[0])[1])
        self.assertEqual(self.restore(folder, code=1)["files"][0]["result"], "missing")

    def packages(self, name):
        """A package folder as NuGet restores it."""
        folder = self.folder(name)
        for stem in STEMS:
            lib = folder / stem.lower() / "14.6.3/lib/net8.0"
            lib.mkdir(parents=True)
            (lib / f"{stem}.dll").write_bytes(assembly(stem)[0])
        return folder

    def test_project_assets(self):
        packages, cache = self.packages("packages"), self.folder("cache2")
        assets = {"version": 3,
                  "targets": {"net8.0": {f"{s}/14.6.3": {"type": "package", "compile": {f"ref/net8.0/{s}.dll": {}}, "runtime": {f"lib/net8.0/{s}.dll": {}}}
                                         for s in STEMS} | {"Empty/1.0.0": {"type": "package", "runtime": {"lib/net8.0/_._": {}}}}},
                  "libraries": {f"{s}/14.6.3": {"type": "package", "path": f"{s.lower()}/14.6.3", "files": [f"lib/net8.0/{s}.dll"]} for s in STEMS},
                  "packageFolders": {f"{packages}/": {}}}
        path = self.folder("obj") / "project.assets.json"
        path.write_text(json.dumps(assets))
        self.assertRestored(self.restore("--cache", cache, path, code=1), cache)
        assets["targets"]["net8.0"]["Gone/1.0.0"] = {"type": "package", "runtime": {"lib/net8.0/Gone.dll": {}}}
        path.write_text(json.dumps(assets))
        result = self.restore("--cache", cache, path, code=1)
        self.assertEqual([m["what"] for m in result["missing_programs"]], [f"Gone/1.0.0: {packages}/gone/1.0.0/lib/net8.0/Gone.dll"])

    def test_packages_lock(self):
        packages, cache = self.packages("locked"), self.folder("cache3")
        lock = {"version": 1, "dependencies": {"net8.0": {s: {"type": "Transitive", "resolved": "14.6.3", "contentHash": "x"} for s in STEMS}
                                               | {"my.project": {"type": "Project"}}}}
        path = self.folder("lock") / "packages.lock.json"
        path.write_text(json.dumps(lock))
        self.assertRestored(self.restore("--cache", cache, path, code=1, env={"NUGET_PACKAGES": str(packages)}), cache)

    def test_a_real_deps_json(self):
        folder, cache = self.folder("published"), self.folder("cache4")
        real = json.loads((ASSEMBLIES / "NSwag.AspNetCore.Launcher.deps.json").read_text())
        target = next(iter(real["targets"].values()))
        shutil.copy(ASSEMBLIES / "NSwag.AspNetCore.Launcher.deps.json", folder)
        for library in target.values():
            for file in library.get("runtime", {}):
                name = pathlib.PurePosixPath(file).name
                if (ASSEMBLIES / name).exists():
                    shutil.copy(ASSEMBLIES / name, folder)
        result = self.restore("--cache", cache, folder / "NSwag.AspNetCore.Launcher.deps.json", code=1)
        self.assertTrue(any("nswag.aspnetcore.launcher.pdb/" in f["key"] for f in result["files"]), result)

    def test_what_comes_is_verified(self):
        stale = bytearray(assembly("NSwag.Commands")[1])
        stale[-1] ^= 1
        self.upload(self.second, ("NSwag.Commands.pdb", bytes(stale)))
        folder, cache = self.folder("verified"), self.folder("cache5")
        (folder / "NSwag.Commands.dll").write_bytes(assembly("NSwag.Commands")[0])
        result = self.restore("--cache", cache, folder, code=4)
        self.assertEqual(result["files"][0]["result"], "failed")
        self.assertIn("another checksum", result["files"][0]["error"])
        self.assertEqual([p for p in cache.rglob("*") if p.is_file()], [])

    def test_a_server_that_is_away(self):
        folder, cache = self.folder("away"), self.folder("cache6")
        (folder / "a.dll").write_bytes(assembly(STEMS[0])[0])
        result = self.restore("--cache", cache, folder, servers=["http://127.0.0.1:1", self.server])
        self.assertEqual(result["files"][0]["server"], self.server.url)
        result = self.restore("--cache", self.folder("cache7"), folder, code=4, servers=["http://127.0.0.1:1"])
        self.assertEqual(result["files"][0]["result"], "failed")

    def test_bad_arguments(self):
        self.sigla("restore", self.scratch / "nothing", code=1)
        notes = self.scratch / "notes.txt"
        notes.write_text("x")
        self.assertIn("neither a program", self.sigla("restore", notes, code=3).stderr)
        bad = self.folder("bad") / "project.assets.json"
        for text, reason in (("{", "no JSON"), ("[]", "no object"), ("{}", "'targets'")):
            bad.write_text(text)
            self.assertIn(reason, self.sigla("restore", bad, code=3).stderr)

    def test_hostile_paths_stay_in_their_folder(self):
        folder = self.folder("hostile")
        dll = bytearray(assembly(STEMS[0])[0])
        at = dll.rfind(b"RSDS") + 24
        end = dll.index(b"\0", at)
        dll[at:end] = (b"../" * 40 + b"..")[:end - at].ljust(end - at, b"x")[:end - at]
        (folder / "a.dll").write_bytes(dll)
        assets = {"targets": {"t": {"A/1": {"runtime": {"../../../../etc/passwd": {}, "/etc/passwd": {}}}}}, "packageFolders": {str(folder): {}}}
        (folder / "x.deps.json").write_text(json.dumps(assets))
        cache = self.folder("cache8")
        self.restore("--cache", cache, folder, code=1)
        self.assertEqual([p for p in cache.rglob("*") if p.is_file()], [])


class SourceRestore(RestoreCase):
    CONTENT = b"class A {}\n"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                body = cls.CONTENT if cls.is_open else b"<html><form>log in</form></html>"
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args):
                pass

        cls.is_open = True
        cls.host = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=cls.host.serve_forever, daemon=True).start()

    @classmethod
    def tearDownClass(cls):
        cls.host.shutdown()
        cls.host.server_close()
        super().tearDownClass()

    def test_sources_are_fetched_and_verified(self):
        dll, pdb = assembly(STEMS[0])
        pdb = with_source_link(pdb, f"http://127.0.0.1:{self.host.server_address[1]}", self.CONTENT)
        self.upload(self.server, (f"{STEMS[0]}.pdb", pdb))
        folder, cache = self.folder("sources"), self.folder("cache-sources")
        (folder / "a.dll").write_bytes(without_checksum(dll))
        # A page that asks for a login is no source.
        type(self).is_open = False
        result = self.restore("--cache", cache, "--sources", folder, code=1)["sources"]
        self.assertEqual(result["fetched"], 0)
        self.assertGreater(len(result["missing"]), 10)
        self.assertIn("source-link: http://127.0.0.1", result["missing"][0]["tried"][0] + result["missing"][0]["tried"][-1])
        type(self).is_open = True
        result = self.restore("--cache", cache, "--sources", folder)["sources"]
        self.assertGreater(result["fetched"], 10)
        self.assertEqual(result["missing"], [])
        key = f"sha256-{sha256(self.CONTENT)}"
        names = sorted(p.name for p in cache.rglob("*.cs") if p.is_file())
        self.assertEqual(len(names), result["fetched"])
        for name in names:
            self.assertEqual((cache / name / key / name).read_bytes(), self.CONTENT)
        again = self.restore("--cache", cache, "--sources", folder)["sources"]
        self.assertEqual((again["fetched"], again["missing"]), (0, []))
        self.assertGreaterEqual(again["present"], result["fetched"])


class NativeRestore(RestoreCase):
    def test_elf_programs_and_dumps(self):
        full, stripped, debug, build_id = build_program(self.folder("elf"))
        self.upload(self.server, ("prog.debug", debug.read_bytes()))
        self.upload(self.second, ("prog", stripped.read_bytes()))
        cache = self.folder("cache-elf")
        result = self.restore("--cache", cache, stripped)
        self.assertEqual(pathlib.Path(result["files"][0]["path"]), cache / ".build-id" / build_id[:2] / f"{build_id[2:]}.debug")
        self.assertEqual(pathlib.Path(result["files"][0]["path"]).read_bytes(), debug.read_bytes())
        lines = run("gdb", "-nx", "-batch", "-ex", f"set debug-file-directory {cache}", "-ex", f"file {stripped}", "-ex", "info line middle").stdout
        self.assertIn("prog.cc", lines)
        # Without a folder: debuginfod's own.
        result = self.restore(stripped)
        self.assertEqual(pathlib.Path(result["files"][0]["path"]), self.scratch / "cache-home/debuginfod_client" / build_id / "debuginfo")
        self.assertEqual(self.restore("--cache", cache, full)["files"], [])

    def test_a_minidump(self):
        _, stripped, debug, build_id = build_program(self.folder("minidump"), name="crashed")
        self.upload(self.server, ("crashed.debug", debug.read_bytes()))
        self.upload(self.second, ("crashed", stripped.read_bytes()))
        dump = self.scratch / "minidump/crash.dmp"
        run(SNAPSHOT, dump, stripped)
        cache = self.folder("cache-minidump")
        result = self.restore("--cache", cache, dump, code=1)  # the C library is on no server
        found = {pathlib.Path(f["path"]).relative_to(cache).as_posix() for f in result["files"] if f["result"] == "fetched"}
        self.assertEqual(found, {f".build-id/{build_id[:2]}/{build_id[2:]}.debug", f".build-id/{build_id[:2]}/{build_id[2:]}"})
        missing = next(f for f in result["files"] if f["result"] == "missing")
        self.assertTrue(missing["tried"] and all("://" in url for url in missing["tried"]), missing)

    def test_a_core(self):
        full, stripped, debug, build_id = build_program(self.folder("core"), name="dumped")
        self.upload(self.server, ("dumped.debug", debug.read_bytes()))
        self.upload(self.second, ("dumped", stripped.read_bytes()))
        core = self.scratch / "core/core"
        run("gdb", "-nx", "-batch", "-ex", "starti", "-ex", f"generate-core-file {core}", stripped, env={**os.environ, "DEBUGINFOD_URLS": ""})
        cache = self.folder("cache-core")
        result = self.restore("--cache", cache, core, code=1)  # the C library is on no server
        found = {pathlib.Path(f["path"]).relative_to(cache).as_posix() for f in result["files"] if f["result"] == "fetched"}
        self.assertEqual(found, {f".build-id/{build_id[:2]}/{build_id[2:]}.debug", f".build-id/{build_id[:2]}/{build_id[2:]}"})


class Verify(RestoreCase):
    def verify(self, *argv, code=0):
        return json.loads(self.sigla("verify", "--json", "--server", self.server.url, *argv, code=code).stdout)

    def test_assemblies(self):
        folder = self.folder("assemblies")
        for stem in STEMS[:2]:
            (folder / f"{stem}.dll").write_bytes(assembly(stem)[0])
        self.assertEqual(self.verify(folder, code=1)["bad"], 2)
        for stem in STEMS[:2]:
            self.upload(self.server, (f"{stem}.pdb", assembly(stem)[1]))
        result = self.verify(folder)
        self.assertEqual((result["good"], result["bad"]), (2, 0), result)

    def test_sources_that_nobody_will_find(self):
        folder = self.folder("sourceless")
        dll, pdb = assembly("NSwag.Generation")
        (folder / "a.dll").write_bytes(without_checksum(dll))
        self.upload(self.server, ("NSwag.Generation.pdb", pdb.replace(b'{"documents"', b'{"documentz"')))
        problems = self.verify(folder, code=1)["files"][0]["problems"]
        self.assertEqual(len(problems), 1)
        self.assertRegex(problems[0], r"^sources: \d+ of \d+ are neither embedded nor have a URL: ")

    def test_native_programs(self):
        folder = self.folder("native")
        full, stripped, debug, build_id = build_program(self.scratch / "native-build", name="checked")
        shutil.copy(stripped, folder)
        problems = self.verify(folder, code=1)["files"][0]["problems"]
        self.assertEqual([p.split(":")[0] for p in problems], ["symbols", "the program"])
        self.upload(self.server, ("a.debug", debug.read_bytes()), ("a", stripped.read_bytes()))
        self.assertEqual(self.verify(folder)["bad"], 0)
        run("objcopy", "--remove-section=.note.gnu.build-id", stripped, folder / "checked")
        self.assertIn("no debug id", self.verify(folder, code=1)["files"][0]["problems"][0])
        self.assertEqual(self.verify("--exclude", "check*", folder)["files"], [])

    def test_for_people(self):
        folder = self.folder("people")
        (folder / "a.dll").write_bytes(assembly("NSwag.Commands")[0])
        out = self.sigla("verify", "--server", self.server.url, folder, code=1).stdout
        self.assertIn(f"bad  {folder}/a.dll: symbols: no server has nswag.commands.pdb/", out)
        self.assertTrue(out.endswith("0 of 1 files are good\n"), out)


if __name__ == "__main__":
    unittest.main()
