#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""NuGet packages: pushed by NuGet's own clients, refused as NuGet.org would, served to debuggers."""
import pathlib
import socket
import unittest

from harness import NODE_PTY, sha256
from packages import DLL, KEY, LIB, OTHER_PDB, PDB, STEM, SYMBOLS, Nuget, PackageCase, nupkg, package, snupkg, without_checksum


class RealClients(PackageCase):
    def source(self, project=None):
        return f"{self.server.url}{'/p/' + project if project else ''}/v3/index.json"

    def test_a_pair_is_pushed_and_served_under_every_key(self):
        pkg = self.file("pair/Demo.Pair.1.0.0.nupkg", nupkg("Demo.Pair", "1.0.0", [(f"{LIB}.dll", DLL)]))
        self.file("pair/Demo.Pair.1.0.0.snupkg", snupkg("Demo.Pair", "1.0.0", SYMBOLS))
        done = self.nuget.run("push", pkg, "-Source", self.source(), "-ApiKey", self.server.token, "-SymbolApiKey", self.server.token,
                              "-ForceEnglishOutput")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(done.stdout.count("Created"), 2, done.stdout)
        name = f"{STEM}.pdb"
        for file in (name, name.lower(), name.upper()):
            for age in ("FFFFFFFF", "ffffffff", "1", "0", ""):
                for guid in (KEY, KEY.upper()):
                    for path in (f"/symbols/{file}/{guid}{age}/{file}", f"/symbols/{file}%2F{guid}{age}%2F{file}"):
                        with self.subTest(path):
                            answer = self.server.get(path)
                            self.assertEqual(answer.status, 200)
                            self.assertEqual(sha256(answer.body), sha256(PDB))
        self.assertEqual(self.server.get(f"/t/{self.server.token}/symbols/{name}/{KEY}FFFFFFFF/{name}").body, PDB)
        self.assertEqual(self.server.get(f"/api/download/symbols/{name}/{KEY}ffffffff/{name}").body, PDB)  # BaGetter's address
        self.assertEqual(self.server.get(f"/symbols/{name}/{KEY[:-1]}0FFFFFFFF/{name}").status, 404)
        self.assertEqual(self.history()["tag"], "Demo.Pair/1.0.0")
        self.assertEqual(self.history()["package"], {"id": "demo.pair", "version": "1.0.0", "kind": "symbols"})

    def test_refusals_are_shown(self):
        self.make_project("refusing", strict=True)
        path = self.file("alone/Alone.1.0.0.snupkg", snupkg("Alone", "1.0.0", SYMBOLS))
        done = self.nuget.run("push", path, "-Source", self.source("refusing"), "-ApiKey", self.server.token, "-ForceEnglishOutput")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("404", done.stdout + done.stderr)
        self.assertIn("package Alone 1.0.0 is not here: push the .nupkg before its symbols", done.stdout + done.stderr)

    def test_warnings_are_shown(self):
        path = self.file("warned/Warned.1.0.0.snupkg", snupkg("Warned", "1.0.0", SYMBOLS))
        done = self.nuget.run("push", path, "-Source", self.source(), "-ApiKey", self.server.token, "-ForceEnglishOutput")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("WARNING: package Warned 1.0.0 is not here", done.stdout)

    def test_a_wrong_key_is_refused(self):
        path = self.file("wrong/Wrong.1.0.0.nupkg", nupkg("Wrong", "1.0.0", [(f"{LIB}.dll", DLL)]))
        done = self.nuget.run("push", path, "-Source", self.source(), "-ApiKey", "0" * 64, "-NonInteractive", "-ForceEnglishOutput")
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn("401", done.stdout + done.stderr)

    def test_delete_hides(self):
        pkg = self.file("gone/Gone.1.0.0.nupkg", nupkg("Gone", "1.0.0", [(f"{LIB}.dll", DLL)]))
        self.make_project("deleting")
        source = self.source("deleting")
        done = self.nuget.run("push", pkg, "-Source", source, "-ApiKey", self.server.token)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        done = self.nuget.run("delete", "Gone", "1.0", "-Source", source, "-ApiKey", self.server.token, "-NonInteractive", "-ForceEnglishOutput")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(self.history("deleting")["action"], "delete")
        done = self.nuget.run("delete", "Never", "1.0.0", "-Source", source, "-ApiKey", self.server.token, "-NonInteractive", "-ForceEnglishOutput")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("no package Never 1.0.0 was pushed here", done.stdout + done.stderr)

    def test_nuget_2_pushes(self):
        old = Nuget(self.scratch / "home2", pathlib.Path("/usr/lib/nuget/NuGet.exe"))
        self.make_project("old")
        pkg = self.file("old/Old.1.0.0.symbols.nupkg", nupkg("Old", "1.0.0", [(f"{LIB}.dll", DLL), (f"{LIB}.pdb", PDB)]))
        # It takes every path for a relative one.
        done = old.run("push", pkg.name, self.server.token, "-Source", f"{self.server.url}/p/old/api/v2/package", cwd=pkg.parent)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(self.server.get(f"/p/old/symbols/{STEM}.pdb/{KEY}1/{STEM}.pdb").body, PDB)

    def test_nuget_2_on_the_wire(self):
        content = nupkg("Wire", "1.0.0", [(f"{LIB}.dll", DLL)])
        body = (b'--b\nContent-Disposition: form-data; name="package"; filename="package"\nContent-Type: application/octet-stream\n\n'
                + content + b"\n--b--")
        head = (f"PUT /api/v2/package/ HTTP/1.0\r\nX-NuGet-ApiKey: {self.server.token}\r\nContent-Type: multipart/form-data; boundary=b\r\n"
                f"Content-Length: {len(body)}\r\n\r\n").encode()
        with socket.create_connection(("127.0.0.1", self.server.port), 60) as s:
            s.sendall(head + body)
            self.assertIn(b" 201 ", s.recv(100))


class ServiceIndex(PackageCase):
    def resources(self, path):
        answer = self.server.get(path)
        self.assertEqual(answer.status, 200, answer.text)
        index = answer.json()
        self.assertEqual(index["version"], "3.0.0")
        return {r["@type"]: r["@id"] for r in index["resources"]}

    def test_it_names_what_the_client_reaches(self):
        for prefix in ("", "/p/default", f"/t/{self.server.token}"):
            with self.subTest(prefix):
                found = self.resources(f"{prefix}/v3/index.json")
                self.assertEqual(found["PackagePublish/2.0.0"], f"{self.server.url}{prefix}/api/v2/package")
                self.assertEqual(found["SymbolPackagePublish/4.9.0"], f"{self.server.url}{prefix}/api/v2/symbol")
        self.assertEqual(self.server.get("/p/nobody/v3/index.json").status, 404)

    def test_behind_a_proxy_it_is_https(self):
        answer = self.server.get("/v3/index.json", X_Forwarded_Proto="https", Host="symbols.example")
        self.assertIn("https://symbols.example/api/v2/symbol", answer.text)


class Rules(PackageCase):
    """Every rule of NuGet.org: a refusal where the project is strict, and else what a private server does of it."""
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.count = 0

    def fresh(self, files=((f"{LIB}.dll", DLL),)):
        """A strict project and a lenient one with a new package."""
        type(self).count += 1
        id = f"Rule{self.count}"
        for project in (f"strict{self.count}", f"lenient{self.count}"):
            self.make_project(project, strict=project.startswith("strict"))
            if files:
                answer = self.push_package(nupkg(id, "1.0.0", list(files)), project)
                self.assertEqual(answer.status, 201, answer.text)
        return id

    def check(self, content, strict_status, reason, lenient_status):
        strict = self.push_symbols(content, f"strict{self.count}")
        self.assertEqual(strict.status, strict_status, strict.text)
        self.assertIn(reason, strict.reason)
        self.assertIn(reason, strict.json()["error"]["message"])
        self.assertEqual(self.history(f"strict{self.count}")["state"], "failed")
        self.assertIn(reason, self.history(f"strict{self.count}")["error"])
        lenient = self.push_symbols(content, f"lenient{self.count}")
        self.assertEqual(lenient.status, lenient_status, lenient.text)
        if lenient_status == 201:
            self.assertIn(reason, lenient.headers["X-NuGet-Warning"])
            self.assertTrue(any(reason in w for w in lenient.json()["warnings"]))
        else:
            self.assertIn(reason, lenient.reason)
        return strict.json(), lenient.json()

    def test_a_good_package_is_taken_by_all(self):
        id = self.fresh()
        for project in (f"strict{self.count}", f"lenient{self.count}"):
            answer = self.push_symbols(snupkg(id, "1.0.0", SYMBOLS), project)
            self.assertEqual(answer.status, 201, answer.text)
            self.assertNotIn("X-NuGet-Warning", answer.headers)
            self.assertEqual([f["path"] for f in answer.json()["files"]], [f"{LIB}.pdb"])

    def test_dated_in_the_future(self):
        id = self.fresh()
        self.check(snupkg(id, "1.0.0", SYMBOLS, dates={f"{LIB}.pdb": (2099, 1, 1, 0, 0, 0)}), 400, "is dated in the future", 201)

    def test_untidy_paths(self):
        id = self.fresh()
        self.check(snupkg(id, "1.0.0", SYMBOLS + [("lib//a.xml", b"<a/>")]), 400, "neither '\\' nor '//'", 201)

    def test_paths_that_lead_out(self):
        id = self.fresh()
        self.check(snupkg(id, "1.0.0", SYMBOLS + [("../../a.pdb", OTHER_PDB)]), 400, "leads out of the package", 400)

    def test_no_package(self):
        self.fresh(files=())
        strict, _ = self.check(snupkg("Never", "1.0.0", SYMBOLS), 404, "package Never 1.0.0 is not here", 201)
        self.assertEqual(strict["files"][0]["reason"], "its package was refused")

    def test_duplicate_entries(self):
        id = self.fresh()
        self.check(snupkg(id, "1.0.0", SYMBOLS + SYMBOLS), 400, "is in it twice", 400)

    def test_metadata_of_packages(self):
        id = self.fresh()
        self.check(snupkg(id, "1.0.0", SYMBOLS, more="<authors>we</authors><owners>we</owners>"), 400, "does not hold authors, owners", 201)

    def test_foreign_files(self):
        id = self.fresh()
        self.check(snupkg(id, "1.0.0", SYMBOLS + [("lib/net8.0/readme.txt", b"x")]), 400, "holds .pdb files only", 201)

    def test_no_pdb(self):
        id = self.fresh()
        self.check(snupkg(id, "1.0.0", []), 400, "there is no .pdb file", 400)

    def test_no_matching_assembly(self):
        id = self.fresh()
        self.check(snupkg(id, "1.0.0", SYMBOLS + [("lib/net8.0/Other.pdb", OTHER_PDB)]), 400, "has no .dll or .exe of this path", 201)

    def test_the_path_of_an_assembly_is_compared_without_case(self):
        id = self.fresh()
        answer = self.push_symbols(snupkg(id, "1.0.0", [(f"{LIB.upper()}.PDB", PDB)]), f"strict{self.count}")
        self.assertEqual(answer.status, 201, answer.text)

    def test_windows_pdbs(self):
        exe = NODE_PTY / "win32-x64/conpty.pdb"
        program = exe.with_suffix(".node")
        id = self.fresh([(f"lib/{exe.stem}.dll", program.read_bytes())])
        _, lenient = self.check(snupkg(id, "1.0.0", [(f"lib/{exe.name}", exe.read_bytes())]), 400, "is a Windows PDB", 201)
        self.assertIn("Windows PDB", lenient["files"][0]["warning"])

    def test_what_is_no_pdb(self):
        id = self.fresh()
        self.check(snupkg(id, "1.0.0", [(f"{LIB}.pdb", b"hello")]), 400, "is no PDB", 400)

    def test_the_pdb_of_another_assembly(self):
        id = self.fresh()
        self.check(snupkg(id, "1.0.0", [(f"{LIB}.pdb", OTHER_PDB)]), 400, "is not the PDB of", 400)

    def test_assemblies_without_a_checksum(self):
        id = self.fresh([(f"{LIB}.dll", without_checksum(DLL))])
        self.check(snupkg(id, "1.0.0", SYMBOLS), 400, "does not say the checksum", 201)

    def test_a_wrong_checksum(self):
        changed = bytearray(PDB)
        changed[-1] ^= 1
        id = self.fresh()
        self.check(snupkg(id, "1.0.0", [(f"{LIB}.pdb", bytes(changed))]), 400, "has not the checksum", 400)
        self.assertEqual(self.server.get(f"/p/strict{self.count}/symbols/{STEM}.pdb/{KEY}FFFFFFFF/{STEM}.pdb").status, 404)

    def test_a_package_of_another_type(self):
        id = self.fresh()
        self.check(package(id, "1.0.0", SYMBOLS), 400, "has the packageType SymbolsPackage", 201)

    def test_symbols_sent_to_the_packages(self):
        id = self.fresh()
        answer = self.push_package(snupkg(id, "1.0.0", SYMBOLS), f"strict{self.count}")
        self.assertEqual((answer.status, "belongs to /api/v2/symbol" in answer.reason), (400, True), answer.text)
        self.assertEqual(self.push_package(snupkg(id, "1.0.0", SYMBOLS), f"lenient{self.count}").status, 201)

    def test_what_is_no_package(self):
        for content, reason in ((b"hello", "this is no NuGet package"), (package("a", "1.0.0", [])[:-30], "no NuGet package"),
                                (package("a", "one", []), "'one' is none"), (package("a b", "1.0", []), "'a b' is none"),
                                (package("a", "1.0", [("b.nuspec", b"<a/>")]), "several .nuspec")):
            with self.subTest(reason):
                for answer in (self.push_package(content), self.push_symbols(content)):
                    self.assertEqual(answer.status, 400, answer.text)
                    self.assertIn(reason, answer.reason)


if __name__ == "__main__":
    unittest.main()
