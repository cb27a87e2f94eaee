#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every way clients ask for files: paths, case, escapes, HEAD, Range, validators, encodings, CAB."""
import gzip
import random
import unittest

from harness import Case, build_program, run, sha256, sym

MSVC = ["clang-19", "--target=x86_64-pc-windows-msvc", "-g", "-gcodeview", "-ffreestanding", "-mno-stack-arg-probe", "-c"]


class Downloads(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = cls.scratch / "win"
        folder.mkdir()
        (folder / "app.c").write_text("int twice(int x) { return x * 2; }\nint entry(void) { return twice(21); }\n")
        run(*MSVC, "app.c", "-o", "app.obj", cwd=folder)
        run("lld-link-19", "/debug", "/nodefaultlib", "/entry:entry", "/subsystem:console", "app.obj", "/out:App.exe", "/pdb:App.pdb", cwd=folder)
        run("tar", "-cf", "win.tar", "App.exe", "App.pdb", cwd=folder)
        cls.pdb, cls.exe = (folder / "App.pdb").read_bytes(), (folder / "App.exe").read_bytes()
        cls.server.upload((folder / "win.tar").read_bytes())
        from harness import SIGLA
        keys = run(SIGLA, "keys", "--flags", "IdentityKey", folder / "App.exe", folder / "App.pdb").stdout.split()
        cls.exe_key, cls.pdb_key = keys[0], keys[1]
        cls.pdb_id = cls.pdb_key.split("/")[1]
        cls.content, cls.path = sym("dl.pdb", f"{random.getrandbits(128):032X}", functions=2000, code_id=("5F00000012000", "dl.dll"))
        cls.server.upload(cls.content)

    def assertGets(self, path, content, status=200, **headers):
        answer = self.server.get(path, **headers)
        self.assertEqual(answer.status, status, f"{path}: {answer.text[:200]}")
        if content is not None:
            self.assertEqual(answer.body == content, True, path)
        return answer

    def test_symstore_paths_in_any_case(self):
        for prefix in ("/symbols", "/SYMBOLS", "/p/default/symbols", "/P/Default/Symbols", f"/t/{self.server.token}/symbols"):
            for key in (self.pdb_key, self.pdb_key.upper(), self.pdb_key.replace("app.pdb", "App.PDB")):
                self.assertGets(f"{prefix}/{key}", self.pdb)
        self.assertGets(f"/symbols/{self.exe_key}", self.exe)
        self.assertGets(f"/symbols/{self.exe_key.lower()}", self.exe)

    def test_escaped_slashes_as_old_dotnet_symbol_sends_them(self):
        self.assertGets("/symbols/" + self.pdb_key.replace("/", "%2F"), self.pdb)
        self.assertGets("/symbols/" + self.pdb_key.replace("/", "%2f"), self.pdb)

    def test_two_tier_paths(self):
        self.assertGets(f"/symbols/ap/{self.pdb_key}", self.pdb)
        self.assertEqual(self.server.get("/symbols/index2.txt").status, 200)
        self.assertEqual(self.server.get("/symbols/pingme.txt").status, 200)

    def test_breakpad_paths(self):
        self.assertGets(self.path, self.content)
        self.assertGets(self.path + "?code_file=dl.dll&code_id=X", self.content)

    def test_code_id_of_a_sym_redirects_and_keeps_the_query(self):
        answer = self.server.get("/symbols/dl.dll/5F00000012000/dl.sym?code_file=dl.dll")
        self.assertIn(answer.status, (301, 302))
        self.assertTrue(answer.headers["Location"].endswith(self.path.removeprefix("/symbols") + "?code_file=dl.dll"), answer.headers["Location"])

    def test_cab_on_request(self):
        for key, content in ((self.pdb_key, self.pdb), (self.exe_key, self.exe)):
            answer = self.assertGets("/symbols/" + key[:-1] + "_", None)
            packed = self.scratch / "served.cab"
            packed.write_bytes(answer.body)
            out = self.scratch / "cab"
            run("cabextract", "-q", "-d", out, packed)
            self.assertEqual([p.read_bytes() == content for p in out.iterdir()], [True])
            run("rm", "-r", out)

    def test_misses_are_404_never_403(self):
        for path in ("/symbols/none.pdb/00000000000000000000000000000000F/none.pdb", f"/symbols/{self.pdb_key.rsplit('/', 1)[0]}/file.ptr",
                     "/symbols/x", "/symbols/a/b/c/d/e/f", "/buildid/" + "0" * 40 + "/debuginfo", "/buildid/XYZ/debuginfo", "/symbols/../../etc/passwd",
                     "/symbols/%2e%2e/%2e%2e/etc/passwd", "/nothing/here"):
            self.assertEqual(self.server.get(path).status, 404, path)

    def test_head_says_what_get_would_send(self):
        head = self.server.request("HEAD", self.path)
        get = self.server.get(self.path)
        self.assertEqual((head.status, head.body), (200, b""))
        for name in ("Content-Length", "ETag", "Content-Type", "Last-Modified", "Accept-Ranges"):
            self.assertEqual(head.headers[name], get.headers[name], name)
        self.assertEqual(int(head.headers["Content-Length"]), len(self.content))

    def test_ranges(self):
        size = len(self.content)
        for spec, begin, end in (("bytes=0-9", 0, 10), ("bytes=100-", 100, size), ("bytes=-7", size - 7, size), (f"bytes=5-{size * 2}", 5, size)):
            answer = self.assertGets(self.path, self.content[begin:end], 206, Range=spec)
            self.assertEqual(answer.headers["Content-Range"], f"bytes {begin}-{end - 1}/{size}")
        answer = self.assertGets(self.path, None, 416, Range=f"bytes={size}-")
        self.assertEqual(answer.headers["Content-Range"], f"bytes */{size}")
        self.assertGets(self.path, self.content, 200, Range="bytes=oops")

    def test_validators(self):
        etag = self.server.get(self.path).headers["ETag"]
        self.assertEqual(self.server.get(self.path, If_None_Match=etag).status, 304)
        self.assertEqual(self.server.get(self.path, If_None_Match=f'"x", W/{etag}').status, 304)
        self.assertEqual(self.server.get(self.path, If_None_Match='"other"').status, 200)
        self.assertGets(self.path, self.content, 200, Range="bytes=0-1", If_Range='"other"')
        self.assertGets(self.path, self.content[:2], 206, Range="bytes=0-1", If_Range=etag)

    def test_encodings(self):
        answer = self.server.get(self.path, Accept_Encoding="gzip")
        self.assertEqual(answer.headers["Content-Encoding"], "gzip")
        self.assertEqual(gzip.decompress(answer.body), self.content)
        self.assertIn("Accept-Encoding", answer.headers["Vary"])
        answer = self.server.get(self.path, Accept_Encoding="zstd, gzip;q=0.5")
        self.assertEqual(answer.headers["Content-Encoding"], "zstd")
        packed = self.scratch / "served.zst"
        packed.write_bytes(answer.body)
        run("zstd", "-qdf", packed, "-o", self.scratch / "served")
        self.assertEqual((self.scratch / "served").read_bytes(), self.content)
        self.assertLess(len(answer.body), len(self.content) / 2)
        self.assertNotIn("Content-Encoding", self.server.get(self.path, Accept_Encoding="gzip;q=0").headers)
        self.assertNotIn("Content-Encoding", self.server.get(self.path).headers)

    def test_private_projects_need_a_token(self):
        auth = {"Authorization": f"Bearer {self.server.token}"}
        made = self.server.request("POST", "/api/v1/projects", headers=auth, body='{"name":"secret","public":false}')
        self.assertIn(made.status, (200, 201), made.text)
        content, path = sym("s.pdb", f"{random.getrandbits(128):032X}")
        self.assertIn(self.server.native(content, project="secret").status, (200, 201))
        token = self.server.make_token("symbol:get", project="secret")
        self.assertEqual(self.server.get(path).status, 404)
        self.assertIn(self.server.get("/p/secret" + path).status, (401, 404))
        self.assertGets("/p/secret" + path, content, Authorization=f"Bearer {token}")
        self.assertGets(f"/t/{token}{path}", content)
        useless = self.server.make_token("symbol:post", project="secret")
        self.assertNotEqual(self.server.get(f"/t/{useless}{path}").status, 200)

    def test_portable_pdb_ages(self):
        # A Portable PDB of one method: a metadata root with #Pdb, #~, #Strings, #US, #GUID and #Blob (ECMA-335 II.24, Portable PDB v1.0).
        import struct
        identity = bytes(range(16))
        stamp = struct.pack("<I", 0x11223344)
        pdb_stream = identity + stamp + struct.pack("<IQ", 0, 0)
        tables = struct.pack("<IBBBBQQ", 0, 2, 0, 0, 1, 0, 0)
        streams = [(b"#Pdb", pdb_stream), (b"#~", tables), (b"#Strings", b"\0" * 4), (b"#US", b"\0" * 4), (b"#GUID", b""), (b"#Blob", b"\0" * 4)]
        version = b"PDB v1.0\0\0\0\0"
        head = b"BSJB" + struct.pack("<HHII", 1, 1, 0, len(version)) + version + struct.pack("<HH", 0, len(streams))
        names = [n + b"\0" * (4 - len(n) % 4) for n, _ in streams]
        offset = len(head) + sum(8 + len(n) for n in names)
        directory, body = b"", b""
        for name, (_, data) in zip(names, streams):
            directory += struct.pack("<II", offset + len(body), len(data)) + name
            body += data
        content = head + directory + body
        answer = self.server.native(content, query="?upload_file=lib.pdb")
        self.assertIn(answer.status, (200, 201), answer.text)
        guid = "03020100050407060809" + "0a0b0c0d0e0f"
        for age in ("FFFFFFFF", "ffffffff", "1", "0"):
            self.assertGets(f"/symbols/lib.pdb/{guid}{age}/lib.pdb", content)
            self.assertGets(f"/symbols/lib.pdb/{guid.upper()}{age}/lib.pdb", content)

    def test_served_bytes_survive_a_restart_and_a_cold_cache(self):
        import shutil
        self.server.stop()
        shutil.rmtree(self.server.data / "cache", ignore_errors=True)
        self.server.start()
        self.assertGets(self.path, self.content)
        self.assertGets(self.path, self.content[1000:2000], 206, Range="bytes=1000-1999")

    def test_damage_on_disk_is_never_served(self):
        content, path = sym("damage.pdb", f"{random.getrandbits(128):032X}", functions=3000)
        self.server.upload(content)
        blobs = [p for p in (self.server.data / "blobs").rglob("*") if p.is_file() and sha256(content) in p.name]
        self.assertEqual(len(blobs), 1)
        raw = bytearray(blobs[0].read_bytes())
        raw[len(raw) // 2] ^= 0xFF
        blobs[0].chmod(0o644)
        blobs[0].write_bytes(raw)
        try:
            answer = self.server.get(path)
        except OSError:
            return  # cut off in the middle: the client sees an incomplete body
        except Exception as e:
            self.assertIn("IncompleteRead", type(e).__name__)
            return
        self.assertNotEqual(answer.status, 200)


if __name__ == "__main__":
    unittest.main()
