#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What becomes of pushed NuGet packages: indexed, replaced, chosen by checksum, deleted and listed again; large ones, and servers that die."""
import os
import threading
import time
import unittest
import zipfile

from harness import NODE_PTY, run
from packages import DLL, KEY, LIB, PDB, STEM, SYMBOLS, PackageCase, nupkg, snupkg


class Contents(PackageCase):
    def test_what_is_in_a_package_is_indexed(self):
        self.make_project("inside")
        exe = NODE_PTY / "win32-x64/conpty.pdb"
        answer = self.push_package(nupkg("Inside", "1.0.0", [(f"{LIB}.dll", DLL), (f"{LIB}.pdb", PDB), (f"runtimes/{exe.name}", exe.read_bytes()),
                                                             ("README.md", b"# x"), ("src/a.cs", b"class A {}")]), "inside")
        self.assertEqual(answer.status, 201, answer.text)
        self.assertEqual(sorted(f["path"] for f in answer.json()["files"]), sorted([f"{LIB}.dll", f"{LIB}.pdb", f"runtimes/{exe.name}"]))
        self.assertEqual((answer.json()["stored"], answer.json()["refused"]), (3, 0))
        self.assertEqual(self.server.get(f"/p/inside/symbols/{STEM}.pdb/{KEY}1/{STEM}.pdb").body, PDB)

    def test_a_package_without_programs_is_a_good_one(self):
        self.assertEqual(self.push_package(nupkg("Empty", "1.0.0", [("content/a.txt", b"x")])).status, 201)

    def test_a_push_again_replaces(self):
        self.make_project("again")
        stale = bytearray(PDB)
        stale[-1] ^= 1
        path = f"/p/again/symbols/{STEM}.pdb/{KEY}FFFFFFFF/{STEM}.pdb"
        for content in (bytes(stale), PDB, bytes(stale)):
            self.assertEqual(self.push_symbols(snupkg("Again", "1.0.0", [(f"{LIB}.pdb", content)]), "again").status, 201)
            self.assertEqual(self.server.get(path).body, content)

    def test_a_checksum_chooses_and_never_refuses(self):
        self.make_project("checksums")
        stale = bytearray(PDB)
        stale[-1] ^= 1
        for content in (PDB, bytes(stale)):
            self.push_symbols(snupkg("Sums", "1.0.0", [(f"{LIB}.pdb", content)]), "checksums")
        path = f"/p/checksums/symbols/{STEM}.pdb/{KEY}FFFFFFFF/{STEM}.pdb"
        at = DLL.rfind(b"SHA256\0") + 7
        wanted = DLL[at:at + 32].hex()
        self.assertEqual(self.server.get(path).body, bytes(stale))
        for header in (f"SHA256:{wanted}", f"SHA256:{wanted.upper()}", f"SHA256:{'0' * 64};SHA256:{wanted}", f"SHA256:{'0' * 64}, SHA256:{wanted}"):
            with self.subTest(header):
                self.assertEqual(self.server.get(path, SymbolChecksum=header).body, PDB)
        for header in (f"SHA256:{'0' * 64}", "CRC:12", "nonsense", ""):
            self.assertEqual(self.server.get(path, SymbolChecksum=header).body, bytes(stale))

    def test_delete_and_relist(self):
        self.make_project("listing")
        headers = {"X-NuGet-ApiKey": self.server.token}
        self.push_package(nupkg("Listed", "1.0", [(f"{LIB}.dll", DLL)]), "listing")
        self.push_symbols(snupkg("Listed", "1.0", SYMBOLS), "listing")
        path = f"/p/listing/symbols/{STEM}.pdb/{KEY}FFFFFFFF/{STEM}.pdb"
        self.assertEqual(self.server.get(path).status, 200)
        self.assertEqual(self.server.request("DELETE", "/p/listing/api/v2/package/listed/1.0.0", headers=headers).status, 204)
        self.assertEqual(self.server.get(path).status, 404)
        audit = self.history("listing")
        self.assertEqual((audit["action"], audit["package"]["id"], audit["state"]), ("delete", "listed", "done"))
        self.assertEqual({(f["path"], f["result"]) for f in self.entries(audit["id"], "listing")}, {(f"{LIB}.dll", "hidden"), (f"{LIB}.pdb", "hidden")})
        # Neither a restart nor the index of keys brings it back.
        self.server.stop()
        self.server.start()
        self.assertEqual(self.server.get(path).status, 404)
        self.assertEqual(self.server.request("POST", "/p/listing/api/v2/package/Listed/1.0.0", headers=headers).status, 200)
        self.assertEqual(self.server.get(path).body, PDB)
        self.assertEqual(self.history("listing")["action"], "relist")
        missing = self.server.request("DELETE", "/p/listing/api/v2/package/Listed/3.0.0", headers=headers)
        self.assertEqual((missing.status, missing.reason), (404, "no package Listed 3.0.0 was pushed here"))
        # A push brings a deleted package back.
        self.server.request("DELETE", "/p/listing/api/v2/package/Listed/1.0.0", headers=headers)
        self.push_symbols(snupkg("Listed", "1.0", SYMBOLS), "listing")
        self.assertEqual(self.server.get(path).body, PDB)

    def test_a_package_larger_than_nuget_org_takes(self):
        path = self.file("large/Large.snupkg", snupkg("Large", "1.0.0", SYMBOLS))
        with zipfile.ZipFile(path, "a", zipfile.ZIP_STORED) as archive, archive.open("content/large.bin", "w", force_zip64=True) as out:
            piece = os.urandom(1 << 20)
            for _ in range(260):
                out.write(piece)
        before = self.server.rss_mb("VmHWM")
        url = f"{self.server.url}/api/v2/symbol"
        done = run("curl", "-sS", "-w", "%{http_code}", "-o", self.scratch / "answer", "-T", path, "-H", f"X-NuGet-ApiKey: {self.server.token}", url,
                   timeout=300)
        self.assertEqual(done.stdout, "201", (self.scratch / "answer").read_text())
        self.assertLess(self.server.rss_mb("VmHWM") - before, 100)
        self.make_project("small", strict=True)
        done = run("curl", "-sS", "-w", "%{http_code}", "-o", self.scratch / "answer", "-T", path, "-H", f"X-NuGet-ApiKey: {self.server.token}",
                   f"{self.server.url}/p/small/api/v2/symbol", timeout=300)
        self.assertIn("has at most 262144000 bytes", (self.scratch / "answer").read_text())
        path.unlink()

    def test_a_push_while_another_is_under_way(self):
        self.make_project("busy")
        large = nupkg("Busy", "1.0.0", [(f"{LIB}{i}/{STEM}.dll", DLL + i.to_bytes(2, "big") * 4) for i in range(400)])
        first = threading.Thread(target=self.push_package, args=(large, "busy"))
        first.start()
        end = time.monotonic() + 60
        auth = {"Authorization": f"Bearer {self.server.token}"}
        while time.monotonic() < end:
            uploads = self.server.request("GET", "/api/v1/projects/busy/uploads", headers=auth).json()["uploads"]
            if uploads:
                break
            time.sleep(0.01)
        self.assertEqual(uploads[0]["state"], "processing")
        answer = self.push_package(nupkg("Busy", "1.0", [(f"{LIB}.dll", DLL)]), "busy")
        first.join()
        self.assertEqual(answer.status, 409, answer.text)
        self.assertIn("another push of Busy 1.0 is under way", answer.reason)
        self.assertEqual(self.push_package(nupkg("Busy", "1.0", [(f"{LIB}.dll", DLL)]), "busy").status, 201)

    def test_kill_in_the_middle_of_a_push(self):
        self.make_project("killed")
        content = nupkg("Killed", "1.0.0", [(f"{LIB}{i}/{STEM}.dll", DLL + bytes([i])) for i in range(100)] + [(f"{LIB}.pdb", PDB)])
        path = f"/p/killed/symbols/{STEM}.pdb/{KEY}FFFFFFFF/{STEM}.pdb"
        for delay in (0.05, 0.3, 0.8):
            answers = []

            def push():
                try:
                    answers.append(self.push_package(content, "killed").status)
                except OSError:
                    pass

            thread = threading.Thread(target=push)
            thread.start()
            time.sleep(delay)
            self.server.kill()
            thread.join()
            self.server.start()
            acknowledged = answers == [201]
            answer = self.server.get(path)
            self.assertIn(answer.status, (200,) if acknowledged else (200, 404))
            if answer.status == 200:
                self.assertEqual(answer.body, PDB)
        self.assertEqual(self.push_package(content, "killed").status, 201)
        self.assertEqual(self.server.get(path).body, PDB)

    def test_tokens(self):
        content = nupkg("Tokens", "1.0.0", [(f"{LIB}.dll", DLL)])
        reader = self.server.make_token("symbol:get")
        tagged = self.server.make_token("symbol:post", tags="nightly/*")
        writer = self.server.make_token("symbol:post")
        self.assertEqual(self.put("/api/v2/package", content, **{"X-NuGet-ApiKey": ""}).status, 401)
        for token, status, reason in ((reader, 403, "token lacks symbol:post"), (tagged, 403, "limited to tags like 'nightly/*'"), (writer, 201, "")):
            answer = self.put("/api/v2/package", content, **{"X-NuGet-ApiKey": token})
            self.assertEqual(answer.status, status, answer.text)
            self.assertIn(reason, answer.reason)
        self.assertEqual(self.put(f"/t/{writer}/api/v2/package", content, **{"X-NuGet-ApiKey": ""}).status, 201)
        self.assertEqual(self.put("/api/v2/package?tag=nightly/1", content, **{"X-NuGet-ApiKey": tagged}).status, 201)
        self.assertEqual(self.put("/api/v2/package", content, **{"X-NuGet-ApiKey": "", "Authorization": f"Bearer {writer}"}).status, 201)
        for path in ("/", "/p/default", f"/t/{writer}"):
            self.assertEqual(self.put(path, content).status, 201, path)


if __name__ == "__main__":
    unittest.main()
