#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every form of upload, with the real curl, and what the server says of each file."""
import gzip
import io
import json
import random
import re
import tarfile
import unittest
import zipfile

from harness import Case, guid, run, sym, tar_of


def zip_of(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return out.getvalue()


class Uploads(Case):
    def fresh(self, name="app.pdb"):
        return sym(name, guid())

    def assertServed(self, path, content):
        answer = self.server.get(path)
        self.assertEqual(answer.status, 200, path)
        self.assertEqual(answer.body, content)

    def curl(self, url, *argv, stdin=None):
        done = run("curl", "-sS", "-w", "\n%{http_code}", *argv, url, input=stdin, check=False) if stdin is None else \
            run("curl", "-sS", "-w", "\n%{http_code}", *argv, url, check=False, stdin=stdin)
        text, _, status = done.stdout.rpartition("\n")
        self.assertEqual(done.returncode, 0, done.stderr)
        return int(status), json.loads(text)

    def local(self, content, name="file"):
        path = self.scratch / name
        path.write_bytes(content)
        return path

    def forms(self):
        token = self.server.token
        return {"token": f"/{token}/symbols?tag=a", "universe": f"/universe/{token}/symbols?tag=a", "tag without ?": f"/{token}/symbols&tag=a",
                "post": f"/post?format=symbols&token={token}&tag=a", "double slash": f"//post?format=symbols&token={token}&tag=a",
                "api/post": f"/api/post?format=symbols&token={token}&universe=u&project=default&tag=a"}

    def test_every_backtrace_form_takes_a_raw_body(self):
        for name, form in self.forms().items():
            with self.subTest(name):
                content, path = self.fresh()
                status, answer = self.curl(self.server.url + form, "--path-as-is", "--data-binary", f"@{self.local(content)}")
                self.assertEqual((status, answer["response"]), (200, "ok"))
                self.assertIn("_rxid", answer)
                self.assertServed(path, content)

    def test_every_backtrace_form_takes_multipart(self):
        for name, form in self.forms().items():
            with self.subTest(name):
                content, path = self.fresh()
                status, answer = self.curl(self.server.url + form, "--path-as-is", "-F", f"upload_file=@{self.local(content)}")
                self.assertEqual((status, answer["response"]), (200, "ok"))
                self.assertServed(path, content)

    def test_tag_may_be_a_form_field(self):
        content, _ = self.fresh()
        self.curl(f"{self.server.url}/{self.server.token}/symbols", "-F", "tag=from-form", "-F", f"upload_file=@{self.local(content)}")
        newest = self.server.request("GET", "/api/v1/projects/default/uploads?limit=1", headers={"Authorization": f"Bearer {self.server.token}"}).json()
        self.assertEqual(newest["uploads"][0]["tag"], "from-form")

    def test_tag_is_anon_when_none_is_given(self):
        content, _ = self.fresh()
        self.assertEqual(self.server.upload(content).status, 200)
        newest = self.server.request("GET", "/api/v1/projects/default/uploads?limit=1", headers={"Authorization": f"Bearer {self.server.token}"}).json()
        self.assertEqual(newest["uploads"][0]["tag"], "anon")

    def test_gzip_content_encoding_and_odd_expectations(self):
        content, path = self.fresh()
        zipped = self.local(gzip.compress(content))
        status, _ = self.curl(f"{self.server.url}/{self.server.token}/symbols", "-H", "Content-Encoding: gzip", "-H", "Expect: gzip", "--data-binary", f"@{zipped}")
        self.assertEqual(status, 200)
        self.assertServed(path, content)

    def test_gzip_encoded_multipart_body(self):
        content, path = self.fresh()
        body = b"--B\r\nContent-Disposition: form-data; name=upload_file; filename=x.sym\r\n\r\n" + content + b"\r\n--B--\n"
        answer = self.server.request("POST", f"/{self.server.token}/symbols", body=gzip.compress(body),
                                     headers={"Content-Type": "multipart/form-data; boundary=B", "Content-Encoding": "gzip"})
        self.assertEqual(answer.status, 200, answer.text)
        self.assertServed(path, content)

    def test_expect_100_continue_and_chunked(self):
        content, path = self.fresh()
        with open(self.local(content), "rb") as body:
            status, _ = self.curl(f"{self.server.url}/{self.server.token}/symbols", "-X", "POST", "-H", "Expect: 100-continue", "-H", "Transfer-Encoding: chunked",
                                  "-T", "-", stdin=body)
        self.assertEqual(status, 200)
        self.assertServed(path, content)

    def test_archives_of_every_kind(self):
        folder = self.scratch / "kinds"
        folder.mkdir(exist_ok=True)
        makers = {"tar": ["tar", "-cf"], "tar.gz": ["tar", "-czf"], "tar.xz": ["tar", "-cJf"], "tar.bz2": ["tar", "-cjf"], "tar.zst": ["tar", "--zstd", "-cf"],
                  "7z": ["7z", "a", "-bso0"], "zip": ["zip", "-q"], "cab": ["gcab", "-c", "-z"], "cpio": None}
        for kind, maker in makers.items():
            with self.subTest(kind):
                members = []
                for i in range(3):
                    content, path = self.fresh(f"lib{i}.pdb")
                    (folder / f"lib{i}.sym").write_bytes(content)
                    members.append((path, content))
                archive = folder / f"archive.{kind}"
                archive.unlink(missing_ok=True)
                names = [f"lib{i}.sym" for i in range(3)]
                if maker:
                    run(*maker, archive, *names, cwd=folder)
                else:
                    run("bsdtar", "--format=newc", "-cf", archive, *names, cwd=folder)
                answer = self.server.upload(archive.read_bytes())
                self.assertEqual(answer.status, 200, answer.text)
                self.assertEqual(answer.json()["stored"], 3, answer.text)
                for path, content in members:
                    self.assertServed(path, content)

    def test_archive_in_an_archive_and_no_deeper(self):
        content, path = self.fresh()
        deeper, deeper_path = self.fresh()
        inner = zip_of([("a/b.sym", content), ("c.zip", zip_of([("d.sym", deeper)]))])
        answer = self.server.upload(tar_of([("inner.zip", inner)], "w:gz")).json()
        self.assertEqual((answer["stored"], answer["refused"]), (1, 1), answer)
        self.assertServed(path, content)
        self.assertEqual(self.server.get(deeper_path).status, 404)
        refused = [f for f in answer["files"] if f["result"] == "refused"][0]
        self.assertIn("c.zip", refused["path"])
        self.assertTrue(refused["reason"])

    def test_compressed_single_files_are_unwrapped(self):
        folder = self.scratch / "single"
        folder.mkdir(exist_ok=True)
        for command in (["gzip", "-kf"], ["zstd", "-qkf"], ["xz", "-kf"], ["bzip2", "-kf"], None):
            with self.subTest(command):
                content, path = self.fresh()
                (folder / "x.sym").write_bytes(content)
                if command:
                    run(*command, "x.sym", cwd=folder)
                    packed = folder / ("x.sym" + {"gzip": ".gz", "zstd": ".zst", "xz": ".xz", "bzip2": ".bz2"}[command[0]])
                else:
                    packed = folder / "x.sy_"
                    run("gcab", "-c", "-z", packed, "x.sym", cwd=folder)
                answer = self.server.upload(packed.read_bytes())
                self.assertEqual(answer.status, 200, answer.text)
                self.assertServed(path, content)

    def test_duplicates_are_said_and_not_stored_twice(self):
        content, _ = self.fresh()
        first = self.server.upload(content).json()
        second = self.server.upload(tar_of([("again.sym", content), ("once-more.sym", content)])).json()
        self.assertEqual((first["stored"], first["duplicate"]), (1, 0))
        self.assertEqual((second["stored"], second["duplicate"]), (0, 2), second)

    def test_duplicates_are_found_under_every_tag_they_were_sent_with(self):
        content, path = self.fresh()
        for tag in ("first-tag", "second-tag"):
            self.assertEqual(self.server.upload(content, f"?tag={tag}").status, 200)
        for tag in ("first-tag", "second-tag"):
            found = self.server.request("GET", f"/api/v1/projects/default/symbols?tag={tag}").json()["symbols"]
            self.assertEqual([s["name"] for s in found], [path.split("/")[2]])

    def test_debugging_libraries_of_a_net_runtime(self):
        """mscordaccore is asked for by the id of the runtime beside it, which it does not hold itself."""
        folder = self.scratch / "runtime"
        folder.mkdir()
        for name in ("libcoreclr.so", "libmscordaccore.so"):
            (folder / "source.c").write_text(f"const char* name() {{ return \"{name}\"; }}\n")
            run("gcc", "-shared", "-fPIC", "-Wl,--build-id", f"-Wl,-soname,{name}", "-o", folder / name, folder / "source.c")
        build_id = re.search(r"Build ID: ([0-9a-f]+)", run("readelf", "-n", folder / "libcoreclr.so").stdout).group(1)
        files = [(f"native/{name}", (folder / name).read_bytes()) for name in ("libmscordaccore.so", "libcoreclr.so")]
        self.assertEqual(self.server.upload(tar_of(files)).json()["stored"], 2)
        answer = self.server.get(f"/symbols/libmscordaccore.so/elf-buildid-coreclr-{build_id}/libmscordaccore.so")
        self.assertEqual((answer.status, answer.body == files[0][1]), (200, True))

    def test_native_form_says_what_became_of_each_file(self):
        content, _ = self.fresh()
        answer = self.server.native(tar_of([("good.sym", content), ("notes.txt", b"hello\n")]), query="?tag=v1")
        self.assertIn(answer.status, (200, 201), answer.text)
        files = {f["path"]: f for f in answer.json()["files"]}
        self.assertEqual(files["good.sym"]["result"], "stored")
        self.assertEqual(files["good.sym"]["format"], "breakpad")
        self.assertEqual(files["notes.txt"]["result"], "refused")
        self.assertTrue(files["notes.txt"]["reason"])

    def test_history_entries_and_search(self):
        content, _ = self.fresh("findme-unique.pdb")
        upload = self.server.native(tar_of([("x/findme.sym", content)]), query="?tag=history").json()
        auth = {"Authorization": f"Bearer {self.server.token}"}
        uploads = self.server.request("GET", "/api/v1/projects/default/uploads?tag=history", headers=auth).json()["uploads"]
        self.assertEqual([u["id"] for u in uploads], [upload["upload"]])
        entries = self.server.request("GET", f"/api/v1/projects/default/uploads/{upload['upload']}/entries", headers=auth).json()["files"]
        self.assertEqual([e["path"] for e in entries], ["x/findme.sym"])
        found = self.server.request("GET", "/api/v1/projects/default/symbols?q=dme-uni", headers=auth).json()["symbols"]
        self.assertEqual([s["name"] for s in found], ["findme-unique.pdb"])

    def test_twenty_thousand_entries(self):
        out = io.BytesIO()
        paths = []
        with tarfile.open(fileobj=out, mode="w:gz", compresslevel=1) as archive:
            for i in range(20_000):
                content, path = sym(f"m{i}.pdb", guid(), functions=1)
                info = tarfile.TarInfo(f"d{i % 100}/m{i}.sym")
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
                if i % 4_000 == 0:
                    paths.append((path, content))
        answer = self.server.upload(out.getvalue())
        self.assertEqual(answer.status, 200, answer.text[:500])
        self.assertEqual(answer.json()["stored"], 20_000)
        for path, content in paths:
            self.assertServed(path, content)
        self.assertLess(self.server.rss_mb("VmHWM"), 150)


if __name__ == "__main__":
    unittest.main()
