#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What is wrong with an upload is said clearly and with a proper status; the rest of it is kept; nothing is half there."""
import gzip
import io
import json
import os
import pathlib
import random
import shutil
import socket
import tempfile
import time
import unittest
import zipfile

from harness import Case, Server, guid, sym, tar_of


class BadInput(Case):
    def assertServed(self, path, content):
        answer = self.server.get(path)
        self.assertEqual((answer.status, answer.body == content), (200, True), path)

    def spool_is_empty(self):
        spool = self.server.data / "spool"
        return not spool.exists() or not any(p.is_file() for p in spool.rglob("*"))

    def test_truncated_archive_keeps_what_came_before(self):
        members = [sym("a.pdb", guid(), functions=3000), sym("b.pdb", guid(), functions=3000)]
        # Random text, so that half of the archive holds the first file and not the second.
        members = [(content + "".join(f"PUBLIC {i:x} 0 p{random.getrandbits(256):x}\n" for i in range(4000)).encode(), path) for content, path in members]
        whole = tar_of([("a.sym", members[0][0]), ("b.sym", members[1][0])], "w:gz")
        answer = self.server.native(whole[:len(whole) * 3 // 4])
        self.assertIn(answer.status, (200, 400, 422), answer.text[:300])
        self.assertRegex(answer.text, r"(?i)trunc|damaged|ends|unexpected")
        self.assertServed(members[0][1], members[0][0])
        self.assertEqual(self.server.get(members[1][1]).status, 404)

    def test_zip_bomb_is_refused_and_the_rest_kept(self):
        content, path = sym("good.pdb", guid())
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("good.sym", content)
            with archive.open("bomb.sym", "w", force_zip64=True) as bomb:
                chunk = b"MODULE Linux x86_64 " + b"\0" * (1 << 20)
                for _ in range(1100):
                    bomb.write(chunk)
        self.assertLess(len(out.getvalue()), 2 << 20)
        began = time.monotonic()
        answer = self.server.native(out.getvalue())
        self.assertLess(time.monotonic() - began, 60)
        self.assertRegex(answer.text, r"(?i)ratio|limit|expand")
        self.assertServed(path, content)
        self.assertLess(self.server.rss_mb("VmHWM"), 150)
        self.assertTrue(self.spool_is_empty())

    def test_names_that_climb_are_only_labels(self):
        members = [sym("a.pdb", guid()), sym("b.pdb", guid()), sym("c.pdb", guid())]
        names = ["../../../../tmp/sigla-escape.sym", "/tmp/sigla-absolute.sym", "C:\\..\\sigla.sym"]
        answer = self.server.native(tar_of([(n, m[0]) for n, m in zip(names, members)]))
        self.assertEqual(answer.json()["stored"], 3, answer.text)
        for content, path in members:
            self.assertServed(path, content)
        self.assertFalse(os.path.exists("/tmp/sigla-escape.sym") or os.path.exists("/tmp/sigla-absolute.sym"))

    def test_a_file_that_is_no_symbol_file(self):
        answer = self.server.native(b"just some text, nothing that a debugger would want\n" * 50)
        self.assertEqual(answer.status // 100, 4, answer.text)
        self.assertRegex(answer.text, r"(?i)not (a|any)|no format|recogni[sz]ed|no symbol|unsupported")
        self.assertTrue(self.spool_is_empty())

    def test_damaged_files_name_format_and_place(self):
        answer = self.server.native(tar_of([("x.so", b"\x7fELF\x02\x01\x01" + b"\0" * 9 + b"\x03\0\x3e\0\x01\0\0\0" + b"\xff" * 200), ("y.pdb", b"Microsoft C/C++ MSF 7.00\r\n\x1aDS\0\0\0" + b"\xff" * 4096)]))
        files = {f["path"]: f for f in answer.json()["files"]}
        self.assertIn("ELF", files["x.so"]["reason"])
        self.assertRegex(files["y.pdb"]["reason"], r"PDB|MSF")

    def test_unknown_token(self):
        content, path = sym("t.pdb", guid())
        answer = self.server.upload(content, token="0" * 64)
        self.assertEqual(answer.status, 403)
        self.assertEqual(answer.json()["error"]["message"], "invalid token")
        self.assertIsInstance(answer.json()["error"]["code"], int)
        self.assertEqual(self.server.get(path).status, 404)

    def test_token_without_the_capability(self):
        content, path = sym("t.pdb", guid())
        token = self.server.make_token("error:post")
        answer = self.server.upload(content, token=token)
        self.assertEqual(answer.status, 403)
        self.assertEqual(answer.json()["error"]["message"], "token lacks symbol:post")
        self.assertEqual(self.server.get(path).status, 404)

    def test_expired_token(self):
        token = self.server.make_token("symbol:post", expires_at=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 2)))
        self.assertEqual(self.server.upload(sym("t.pdb", guid())[0], token=token).status, 200)
        time.sleep(2.1)
        answer = self.server.upload(sym("t.pdb", guid())[0], token=token)
        self.assertEqual(answer.status, 403)
        self.assertIn("expired", answer.json()["error"]["message"])

    def test_token_restricted_to_a_tag(self):
        token = self.server.make_token("symbol:post", tags="release-*")
        self.assertEqual(self.server.upload(sym("t.pdb", guid())[0], "?tag=release-1", token=token).status, 200)
        answer = self.server.upload(sym("t.pdb", guid())[0], "?tag=nightly", token=token)
        self.assertEqual(answer.status, 403)
        self.assertIn("tag", answer.json()["error"]["message"])

    def test_refused_before_the_body_is_sent(self):
        with socket.create_connection(("127.0.0.1", self.server.port), 10) as s:
            s.sendall(b"POST /" + b"0" * 64 + b"/symbols HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\nExpect: 100-continue\r\n\r\n")
            self.assertIn(b"403", s.recv(4096).split(b"\r\n")[0])

    def test_body_cut_off_half_way(self):
        content, path = sym("cut.pdb", guid(), functions=5000)
        before = self.server.request("GET", "/api/v1/projects/default/symbols?q=cut.pdb", headers={"Authorization": f"Bearer {self.server.token}"}).json()
        with socket.create_connection(("127.0.0.1", self.server.port), 10) as s:
            head = f"POST /{self.server.token}/symbols HTTP/1.1\r\nHost: x\r\nContent-Length: {len(content)}\r\n\r\n"
            s.sendall(head.encode() + content[:len(content) // 2])
        time.sleep(0.5)
        self.assertEqual(self.server.get(path).status, 404)
        after = self.server.request("GET", "/api/v1/projects/default/symbols?q=cut.pdb", headers={"Authorization": f"Bearer {self.server.token}"}).json()
        self.assertEqual(before, after)
        self.assertTrue(self.spool_is_empty())
        self.assertEqual(self.server.upload(content).status, 200)
        self.assertServed(path, content)

    def test_a_body_that_is_no_gzip_though_it_says_so(self):
        answer = self.server.request("POST", f"/{self.server.token}/symbols", body=b"not gzip at all", headers={"Content-Encoding": "gzip"})
        self.assertEqual(answer.status, 400, answer.text)
        self.assertIn("gzip", answer.text)


class NoRoom:
    """What has no room is answered with 507; what was stored stays, and the server goes on."""
    limit = 48 << 20

    def tearDown(self):
        self.server.stop()
        shutil.rmtree(self.scratch, ignore_errors=True)

    def assertAlive(self):
        again, again_path = sym("again.pdb", guid())
        self.assertEqual(self.server.upload(again).status, 200)
        self.assertEqual(self.server.get(again_path).body, again)

    def test_while_the_body_arrives(self):
        small, small_path = sym("small.pdb", guid())
        self.assertEqual(self.server.upload(small).status, 200)
        noise = b"".join(b"PUBLIC %x 0 %x\n" % (i, random.getrandbits(600)) for i in range(500_000))
        big, big_path = sym("big.pdb", guid())
        answer = self.server.upload(big + noise)
        self.assertEqual(answer.status, 507, answer.text[:300])
        self.assertRegex(answer.text, self.reason)
        self.assertEqual(self.server.get(big_path).status, 404)
        self.assertEqual(self.server.get(small_path).body, small)
        self.assertAlive()

    def test_while_an_archive_is_unpacked(self):
        first, first_path = sym("first.pdb", guid())
        big, big_path = sym("big.pdb", guid())
        last, last_path = sym("last.pdb", guid())
        big += b"".join(b"PUBLIC %x 0 the_same_name_again_and_again_so_that_it_packs_well\n" % i for i in range(self.limit // 60))
        archive = tar_of([("first.sym", first), ("big.sym", big), ("last.sym", last)], "w:gz")
        self.assertLess(len(archive), self.limit // 4)
        answer = self.server.native(archive)
        self.assertEqual(answer.status, 507, answer.text[:300])
        self.assertRegex(answer.json()["error"]["message"], self.reason)
        self.assertEqual(self.server.get(first_path).body, first)
        for path in (big_path, last_path):
            self.assertEqual(self.server.get(path).status, 404)
        headers = {"Authorization": f"Bearer {self.server.token}"}
        uploads = self.server.request("GET", "/api/v1/projects/default/uploads", headers=headers).json()["uploads"]
        self.assertEqual([(u["state"], u["stored"], u["refused"]) for u in uploads], [("failed", 1, 0)])
        self.assertRegex(uploads[0]["error"], self.reason)
        entries = self.server.request("GET", f"/api/v1/projects/default/uploads/{uploads[0]['id']}/entries", headers=headers).json()["files"]
        self.assertEqual([(e["path"], e["result"]) for e in entries], [("first.sym", "stored")])
        self.assertFalse([p for p in (self.server.data / "spool").rglob("*") if p.is_file()])
        self.assertEqual(len(list((self.server.data / "blobs").rglob("*.zst"))), 1)
        self.assertAlive()


class FullDisk(NoRoom, unittest.TestCase):
    """The data folder on a file system of 48 MiB, mounted in a namespace that ends with the server: no privilege is needed."""
    reason = r"No space left on device|bytes free"

    def setUp(self):
        self.scratch = pathlib.Path(tempfile.mkdtemp(prefix="sigla-full-"))
        data = self.scratch / "small" / "data"
        data.parent.mkdir()
        mount = f'mount -t tmpfs -o size={self.limit} tmpfs {data.parent} && exec "$@"'
        self.server = Server(data, prefix=("unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mount, "sh")).start()
        self.server.data = pathlib.Path(f"/proc/{self.server.process.pid}/root{data}")


class FileSizeLimit(NoRoom, unittest.TestCase):
    """A disk that lets no file grow past 48 MiB, as a quota does."""
    reason = "File too large"

    def setUp(self):
        self.scratch = pathlib.Path(tempfile.mkdtemp(prefix="sigla-full-"))
        os.chmod(self.scratch, 0o755)
        self.server = Server(self.scratch / "data", prefix=("prlimit", f"--fsize={self.limit}")).start()


if __name__ == "__main__":
    unittest.main()
