#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Stacks through the HTTP API, with symbols from everywhere a request may name: real servers, real buckets' protocols, a real program and its dump."""
import concurrent.futures
import gzip
import io
import json
import os
import re
import struct
import threading
import time
import unittest
import zipfile

from harness import NPM, SIGLA, SNAPSHOT, Case, Server, build_program, guid, run, sym
from symbol_servers import FileServer, GcsServer, Nginx, S3Server, SentryServer

BASE = 0x10000000


def spread(build_id):
    return f"{build_id[:2]}/{build_id[2:]}"


def form(fields, file, name="upload_file_minidump"):
    boundary = "----boundary-of-a-test"
    body = b"".join(f'--{boundary}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n'.encode() for k, v in fields.items())
    body += f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="crash.dmp"\r\n\r\n'.encode() + file + f"\r\n--{boundary}--\r\n".encode()
    return body, {"Content-Type": f"multipart/form-data; boundary={boundary}"}


class SymbolicateApi(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.full, cls.stripped, cls.debug, cls.build_id = build_program(cls.scratch / "prog", "prog")
        cls.debug_id = json.loads(run(SIGLA, "inspect", "--json", cls.full).stdout)["objects"][0]["debug_id"]
        symbols = run("nm", "-S", cls.full).stdout
        cls.middle = int(re.search(r"^([0-9a-f]+) .* _Z6middlei$", symbols, re.M).group(1), 16)
        # A server for what requests name, whose settings let them name this machine.
        cls.gcs = GcsServer("symbols", cls.scratch / "gcs", {f"linux/{spread(cls.build_id)}.debug": cls.debug.read_bytes()})
        cls.folder = cls.scratch / "folder"
        cls.asked = Server(cls.scratch / "asked", "--connect-to-reserved-ips", "true", "--source-folders", str(cls.folder), "--gcs-url", cls.gcs.url).start()

    @classmethod
    def tearDownClass(cls):
        cls.asked.stop()
        cls.gcs.stop()
        super().tearDownClass()

    def module(self, **more):
        return {"type": "elf", "code_id": self.build_id, "debug_id": self.debug_id, "code_file": "/opt/prog", "image_addr": hex(BASE), "image_size": 0x100000,
                **more}

    def ask(self, sources=None, server=None, query="", **more):
        body = {"stacktraces": [{"frames": [{"instruction_addr": hex(BASE + self.middle)}]}], "modules": [self.module()],
                "options": {"dif_candidates": True}, **more}
        if sources is not None:
            body["sources"] = sources
        answer = (server or self.asked).request("POST", f"/symbolicate{query}", body=json.dumps(body), headers={"Content-Type": "application/json"})
        self.assertEqual(answer.status, 200, answer.text)
        return answer.json()

    def assert_named(self, answer):
        self.assertEqual(answer["status"], "completed")
        frames = answer["stacktraces"][0]["frames"]
        self.assertEqual(frames[-1]["status"], "symbolicated", answer["modules"])
        self.assertTrue(frames[-1]["function"].startswith("middle"), frames)
        self.assertEqual(frames[-1]["filename"], "prog.cc")
        self.assertEqual(frames[-1]["sym_addr"], hex(BASE + self.middle))
        self.assertEqual(answer["modules"][0]["debug_status"], "found")
        self.assertTrue(answer["modules"][0]["features"]["has_debug_info"])
        self.assertEqual(answer["modules"][0]["arch"], "x86_64")

    def candidates(self, answer):
        return {c["location"].split("/", 3)[-1]: c for c in answer["modules"][0]["candidates"]}

    def test_a_static_server_in_every_layout(self):
        elf = self.build_id
        layouts = {
            "native": f"{spread(elf)}.debug", "symstore": f"_.debug/elf-buildid-sym-{elf}/_.debug", "symstore_index2": f"_/_.debug/elf-buildid-sym-{elf}/_.debug",
            "ssqp": f"_.debug/elf-buildid-sym-{elf}/_.debug", "debuginfod": f"buildid/{elf}/debuginfo", "unified": f"{spread(elf)}/debuginfo",
            "slashsymbols": f"prog/{elf}/symbols",
        }
        root = self.scratch / "static"
        for layout, path in layouts.items():
            file = root / layout / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(self.debug.read_bytes())
        nginx = Nginx(root)
        try:
            for layout, path in layouts.items():
                url = f"{nginx.url}/{layout}/{'buildid' if layout == 'debuginfod' else ''}"
                with self.subTest(layout=layout):
                    answer = self.ask([{"id": layout, "type": "http", "url": url, "layout": {"type": layout}}])
                    self.assert_named(answer)
                    found = [c for c in answer["modules"][0]["candidates"] if c["download"]["status"] == "ok"]
                    self.assertEqual([(c["source"], c["location"], c["debug"]["status"]) for c in found], [(layout, f"{nginx.url}/{layout}/{path}", "ok")])
            # The path patterns and file types of a source keep it from being asked at all.
            lines = len(nginx.log.read_text().splitlines())
            for filters in ({"filetypes": ["pdb"]}, {"path_patterns": ["*/other/*"]}, {"requires_checksum": True}):
                answer = self.ask([{"id": "x", "type": "http", "url": f"{nginx.url}/none", "filters": filters}])
                self.assertEqual([c["location"] for c in answer["modules"][0]["candidates"]], ["No object files listed on this source"])
                self.assertEqual(answer["stacktraces"][0]["frames"][0]["status"], "missing")
            self.assertEqual(len(nginx.log.read_text().splitlines()), lines)
        finally:
            nginx.stop()

    def test_another_sigla_and_compressed_files(self):
        self.assertEqual(self.server.native(self.debug.read_bytes()).status, 200)
        for layout, path in (("ssqp", "symbols"), ("debuginfod", "buildid")):
            self.assert_named(self.ask([{"id": "sigla", "type": "http", "url": f"{self.server.url}/{path}", "layout": {"type": layout}}]))
        packed = FileServer({f"{spread(self.build_id)}.debug": gzip.compress(self.debug.read_bytes())})
        try:
            self.assert_named(self.ask([{"id": "gz", "type": "http", "url": packed.url}]))
        finally:
            packed.stop()

    def test_the_servers_own_project_without_sources(self):
        self.assertEqual(self.asked.native(self.debug.read_bytes()).status, 200)
        answer = self.ask()
        self.assert_named(answer)
        self.assertEqual(answer["modules"][0]["candidates"][0]["source"], "default")
        self.assertEqual(self.ask([])["stacktraces"][0]["frames"][0]["status"], "missing")

    def test_headers_misses_and_damage(self):
        files = {f"{spread(self.build_id)}.debug": b"\x7fELF but not really"}
        server = FileServer(files)
        seen = []
        plain = server.answer
        server.answer = lambda request: (seen.append(request.headers.get("x-key")), plain(request) if request.headers.get("x-key") == "s3cret" else (403, b""))[1]
        try:
            source = {"id": "s", "type": "http", "url": server.url, "headers": {"x-key": "s3cret"}}
            answer = self.ask([source])
            self.assertEqual(answer["modules"][0]["debug_status"], "malformed")
            self.assertEqual(answer["stacktraces"][0]["frames"][0]["status"], "malformed")
            statuses = {c["download"]["status"] for c in answer["modules"][0]["candidates"]}
            self.assertEqual(statuses, {"malformed", "notfound"})
            self.assertEqual(set(seen), {"s3cret"})
            refused = self.ask([{**source, "headers": {"x-key": "wrong"}}])
            self.assertEqual({c["download"]["status"] for c in refused["modules"][0]["candidates"]}, {"noperm"})
            # Misses are not asked for again at once.
            count = len(server.requests)
            self.ask([source])
            self.assertLess(len(server.requests) - count, count)
            self.assertEqual(server.asked("HEAD", "executable"), [])
        finally:
            server.stop()
        gone = self.ask([{"id": "gone", "type": "http", "url": "http://127.0.0.1:9/"}])
        self.assertEqual({c["download"]["status"] for c in gone["modules"][0]["candidates"]}, {"error"})

    def test_a_bucket_of_s3(self):
        s3 = S3Server("symbols", "AKIATEST", "s3cr3t/key+", "eu-central-1", {f"linux/{spread(self.build_id)}.debug": self.debug.read_bytes()})
        source = {"id": "s3", "type": "s3", "bucket": "symbols", "prefix": "/linux/", "region": ["eu-central-1", s3.url], "access_key": "AKIATEST",
                  "secret_key": "s3cr3t/key+", "layout": {"type": "native"}}
        try:
            answer = self.ask([source])
            self.assert_named(answer)
            self.assertIn(f"s3://symbols/linux/{spread(self.build_id)}.debug", [c["location"] for c in answer["modules"][0]["candidates"]])
            for change, said in (({"secret_key": "other"}, "403"), ({"access_key": "AKIANOBODY"}, "403"), ({"region": ["us-east-1", s3.url]}, "403")):
                refused = self.ask([{**source, **change}])
                downloads = [c["download"] for c in refused["modules"][0]["candidates"]]
                self.assertEqual({d["status"] for d in downloads}, {"noperm"}, change)
                self.assertTrue(all(said in d["details"] for d in downloads), downloads)
        finally:
            s3.stop()

    def test_a_bucket_of_google(self):
        source = {"id": "gcs", "type": "gcs", "bucket": "symbols", "prefix": "linux", **self.gcs.account}
        answer = self.ask([source])
        self.assert_named(answer)
        self.assertIn(f"gs://symbols/linux/{spread(self.build_id)}.debug", [c["location"] for c in answer["modules"][0]["candidates"]])
        granted = self.gcs.token_count
        self.ask([{**source, "prefix": "other"}])
        self.assertEqual(self.gcs.token_count, granted, "a token is used for as long as it lasts")
        self.assert_named(self.ask([{"id": "gcs", "type": "gcs", "bucket": "symbols", "prefix": "linux", "bearer_token": next(iter(self.gcs.tokens))}]))
        run("openssl", "genrsa", "-out", self.scratch / "other.pem", "2048")
        stranger = self.ask([{**source, "private_key": (self.scratch / "other.pem").read_text()}])
        self.assertIn({c["download"]["status"] for c in stranger["modules"][0]["candidates"]}.pop(), ("error", "noperm"))

    def test_a_server_of_sentry(self):
        sentry = SentryServer("tok", {self.debug_id: {"17": self.debug.read_bytes()}})
        source = {"id": "sentry:project", "type": "sentry", "url": sentry.url + "/files/dsyms/", "token": "tok"}
        try:
            answer = self.ask([source])
            self.assert_named(answer)
            refused = self.ask([{**source, "token": "other"}])
            self.assertEqual([c["download"]["status"] for c in refused["modules"][0]["candidates"]], ["noperm"])
        finally:
            sentry.stop()

    def test_folders_that_the_operator_allows(self):
        file = self.folder / f"{spread(self.build_id)}.debug"
        file.parent.mkdir(parents=True)
        file.write_bytes(self.debug.read_bytes())
        self.assert_named(self.ask([{"id": "f", "type": "filesystem", "path": str(self.folder)}]))
        refused = self.ask([{"id": "f", "type": "filesystem", "path": str(self.scratch)}])
        self.assertEqual({c["download"]["status"] for c in refused["modules"][0]["candidates"]}, {"noperm"})

    def test_requests_reach_no_address_inside_by_default(self):
        inside = FileServer({f"{spread(self.build_id)}.debug": self.debug.read_bytes()})
        try:
            for host in ("127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0.0.0.0", "2130706433"):
                answer = self.ask([{"id": "in", "type": "http", "url": f"http://{host}:{inside.port}/"}], server=self.server)
                downloads = [c["download"] for c in answer["modules"][0]["candidates"]]
                self.assertEqual({d["status"] for d in downloads}, {"error"}, host)
                self.assertTrue(all("destination is restricted" in d["details"] or "not asked again" in d["details"] for d in downloads), downloads)
            crash = {"symbolicate": {"type": "minidump", "storage_url": inside.url + "/x"}}
            answer = self.server.request("POST", "/symbolicate-any", body=json.dumps(crash)).json()
            self.assertEqual(answer["status"], "failed")
            self.assertIn("destination is restricted", answer["message"])
            self.assertEqual(inside.requests, [])
        finally:
            inside.stop()

    def test_a_proxy_takes_requests_outside_and_nowhere_else(self):
        """A FileServer as the proxy: what it is asked is the whole URL."""
        outside = "http://symbols.example.invalid"
        proxy = FileServer({f"{spread(self.build_id)}.debug": self.debug.read_bytes()})
        plain = proxy.answer

        def answer(request):
            if not request.path.startswith(outside):
                return 500, b"who let that through?"
            if "/moved/" in request.path:
                return 302, b"", {"Location": "http://10.1.2.3/x"}
            request.path = request.path.removeprefix(outside)
            return plain(request)
        proxy.answer = answer
        server = Server(self.scratch / "proxied", env={"http_proxy": proxy.url, "no_proxy": "exempt.example.invalid"}).start()
        try:
            self.assert_named(self.ask([{"id": "out", "type": "http", "url": outside}], server=server))
            count = len(proxy.requests)
            for url in ("http://127.0.0.1:9/", "http://localhost/", "http://printer/", "http://192.168.0.1/", "http://[::1]/"):
                answer = self.ask([{"id": "in", "type": "http", "url": url}], server=server)
                downloads = [c["download"] for c in answer["modules"][0]["candidates"]]
                self.assertTrue(all("destination is restricted" in d["details"] or "not asked again" in d["details"] for d in downloads), downloads)
            # Exempt from the proxy: asked directly, where nobody knows the name.
            exempt = self.ask([{"id": "no", "type": "http", "url": "http://exempt.example.invalid/"}], server=server)
            self.assertEqual({c["download"]["status"] for c in exempt["modules"][0]["candidates"]}, {"error"})
            self.assertEqual(len(proxy.requests), count)
            moved = self.ask([{"id": "moved", "type": "http", "url": f"{outside}/moved/"}], server=server)
            downloads = [c["download"] for c in moved["modules"][0]["candidates"]]
            self.assertTrue(any("destination is restricted" in d["details"] for d in downloads), downloads)
            self.assertNotIn(500, {status for _, _, status in proxy.requests})
        finally:
            server.stop()
            proxy.stop()

    def test_many_who_want_one_file_fetch_it_once(self):
        server = FileServer({f"{spread(self.build_id)}.debug": self.debug.read_bytes()})
        plain = server.answer

        def slowly(request):
            if request.command == "GET":
                time.sleep(0.5)
            return plain(request)
        server.answer = slowly
        try:
            with concurrent.futures.ThreadPoolExecutor(6) as pool:
                answers = list(pool.map(lambda _: self.ask([{"id": "one", "type": "http", "url": server.url}]), range(6)))
            for answer in answers:
                self.assert_named(answer)
            self.assertEqual(len(server.asked("GET", ".debug")), 1)
        finally:
            server.stop()

    def test_a_slow_answer_is_asked_for_again(self):
        server = FileServer({f"{spread(self.build_id)}.debug": self.debug.read_bytes()})
        plain = server.answer

        def slowly(request):
            time.sleep(1.5)
            return plain(request)
        server.answer = slowly
        try:
            answer = self.ask([{"id": "slow", "type": "http", "url": server.url}], query="?timeout=0")
            self.assertEqual((answer["status"], answer["retry_after"]), ("pending", 30))
            self.assertEqual(self.asked.get(f"/requests/{answer['request_id']}?timeout=0").json()["status"], "pending")
            done = self.asked.get(f"/requests/{answer['request_id']}?timeout=60").json()
            self.assert_named(done)
            self.assertEqual(self.asked.get(f"/requests/{answer['request_id']}").json(), done)
            self.assertEqual(self.asked.get("/requests/0").status, 404)
        finally:
            server.stop()

    def test_those_who_wait_keep_nobody_else_waiting(self):
        server = FileServer({f"{spread(self.build_id)}.debug": self.debug.read_bytes()})
        plain, go = server.answer, threading.Event()

        def when_told(request):
            go.wait(60)
            return plain(request)
        server.answer = when_told
        content, path = sym(guid=guid())
        self.assertEqual(self.asked.native(content).status, 200)
        try:
            started = self.ask([{"id": "held", "type": "http", "url": server.url}], query="?timeout=0")
            with concurrent.futures.ThreadPoolExecutor(100) as pool:
                polls = [pool.submit(self.asked.get, f"/requests/{started['request_id']}?timeout=60") for _ in range(100)]
                time.sleep(1)
                for other in ("/healthz", path, "/healthz"):
                    begin = time.monotonic()
                    self.assertEqual(self.asked.get(other).status, 200)
                    self.assertLess(time.monotonic() - begin, 2, other)
                self.assertFalse(any(poll.done() for poll in polls))
                go.set()
                for poll in polls:
                    self.assert_named(poll.result().json())
        finally:
            go.set()
            server.stop()

    def test_a_program_without_a_build_id(self):
        """Kept and found by the hash of its code, which symbolic and minidump-writer have in a build id's place."""
        full = self.scratch / "prog/no_id"
        run("g++", "-O1", "-g", "-Wl,--build-id=none", "-o", full, self.scratch / "prog/prog.cc")
        found = json.loads(run(SIGLA, "inspect", "--json", full).stdout)["objects"][0]
        self.assertIsNone(found["code_id"])
        answer = self.asked.native(full.read_bytes(), query="?upload_file=no_id")
        self.assertEqual(answer.status, 200, answer.text)
        guid_bytes = bytes.fromhex(found["debug_id"].replace("-", ""))
        code_id = (guid_bytes[3::-1] + guid_bytes[5:3:-1] + guid_bytes[7:5:-1] + guid_bytes[8:]).hex()
        for path in (f"/buildid/{code_id}/executable", f"/buildid/{code_id}/debuginfo", f"/symbols/no_id/elf-buildid-{code_id}/no_id"):
            self.assertEqual(self.asked.get(path).body, full.read_bytes(), path)
        middle = int(re.search(r"^([0-9a-f]+) .* _Z6middlei$", run("nm", "-S", full).stdout, re.M).group(1), 16)
        for ids in ({"debug_id": found["debug_id"]}, {"code_id": code_id}):
            answer = self.ask(stacktraces=[{"frames": [{"instruction_addr": hex(BASE + middle)}]}],
                              modules=[{"type": "elf", "code_file": "/opt/no_id", "image_addr": hex(BASE), "image_size": 0x100000, **ids}])
            self.assertTrue(answer["stacktraces"][0]["frames"][-1]["function"].startswith("middle"), answer)
            self.assertEqual(answer["modules"][0]["debug_status"], "found")

    def test_a_minidump_with_the_sources_of_the_request(self):
        dump = self.scratch / "crash.dmp"
        run(SNAPSHOT, dump, self.full)
        server = FileServer({f"{spread(self.build_id)}.debug": self.debug.read_bytes(), spread(self.build_id): self.stripped.read_bytes()})
        try:
            fields = {"sources": json.dumps([{"id": "local", "type": "http", "url": server.url}]), "options": json.dumps({"dif_candidates": True}), "odd": "x"}
            body, headers = form(fields, dump.read_bytes())
            answer = self.asked.request("POST", "/minidump", body=body, headers=headers).json()
            self.assertEqual(answer["status"], "completed", answer)
            self.assertTrue(answer["crashed"])
            self.assertRegex(answer["crash_reason"], r"^SIGSEGV")
            self.assertEqual(answer["system_info"]["os_name"], "Linux")
            self.assertEqual(answer["system_info"]["cpu_arch"], "x86_64")
            thread = next(t for t in answer["stacktraces"] if t["is_requesting"])
            self.assertIn("rip", thread["registers"])
            names = [f.get("function", "").split("(")[0] for f in thread["frames"]]
            self.assertEqual(names[:3], ["divide", "middle", "main"])
            self.assertEqual(thread["frames"][0]["trust"], "context")
            self.assertEqual([f["original_index"] for f in thread["frames"][:3]], [0, 0, 1])
            module = next(m for m in answer["modules"] if m["code_file"].endswith("/prog"))
            self.assertEqual((module["debug_status"], module["unwind_status"], module["type"]), ("found", "found", "elf"))
            self.assertEqual(sorted(c["download"]["status"] for c in module["candidates"] if c["download"]["status"] == "ok"), ["ok", "ok"])
            # The dump may lie somewhere else, too.
            server.files["dumps/1"] = dump.read_bytes()
            crash = {"symbolicate": {"type": "minidump", "storage_url": server.url + "/dumps/1"}, "sources": json.loads(fields["sources"])}
            stored = self.asked.request("POST", "/symbolicate-any", body=json.dumps(crash)).json()
            self.assertEqual(stored["stacktraces"], answer["stacktraces"])
            body, headers = form({}, b"MDMP but no more")
            failed = self.asked.request("POST", "/minidump", body=body, headers=headers)
            self.assertEqual((failed.status, failed.json()["status"]), (200, "failed"))
        finally:
            server.stop()

    def test_the_lines_around_a_place(self):
        path = str(self.scratch / "prog/prog.cc")
        lines = (self.scratch / "prog/prog.cc").read_text().splitlines()
        bundle = io.BytesIO(b"SYSB" + struct.pack("<I", 2))
        bundle.seek(0, io.SEEK_END)
        with zipfile.ZipFile(bundle, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("files/prog.cc", "\n".join(lines))
            archive.writestr("manifest.json", json.dumps({"files": {"files/prog.cc": {"type": "source", "path": path}}, "code_id": self.build_id,
                                                          "debug_id": self.debug_id}))
        server = FileServer({f"{spread(self.build_id)}.debug": self.debug.read_bytes(), f"{spread(self.build_id)}.src.zip": bundle.getvalue()})
        source = {"id": "s", "type": "http", "url": server.url}
        try:
            frame = self.ask([source])["stacktraces"][0]["frames"][-1]
            line = frame["lineno"]
            self.assertEqual(frame["context_line"], lines[line - 1])
            self.assertEqual(frame["pre_context"], lines[max(line - 6, 0):line - 1])
            self.assertEqual(frame["post_context"], lines[line:line + 5])
            self.assertNotIn("context_line", self.ask([source], options={"apply_source_context": False})["stacktraces"][0]["frames"][-1])
        finally:
            server.stop()
        for content in (self.debug.read_bytes(), bundle.getvalue()):
            self.assertEqual(self.asked.native(content).status, 200)
        self.assertEqual(self.ask()["stacktraces"][0]["frames"][-1]["context_line"], lines[line - 1])

        # Of dumps and reports, too: from the bundle that the request's source has, and from the project's own.
        dump = self.scratch / "around.dmp"
        run(SNAPSHOT, dump, self.full)
        server = FileServer({f"{spread(self.build_id)}.debug": self.debug.read_bytes(), spread(self.build_id): self.stripped.read_bytes(),
                             f"{spread(self.build_id)}.src.zip": bundle.getvalue()})
        try:
            for fields in ({"sources": json.dumps([{"id": "s", "type": "http", "url": server.url}])}, {}):
                body, headers = form(fields, dump.read_bytes())
                answer = self.asked.request("POST", "/minidump", body=body, headers=headers).json()
                frames = next(t for t in answer["stacktraces"] if t["is_requesting"])["frames"]
                ours = [f for f in frames if f.get("filename") == "prog.cc"]
                self.assertGreaterEqual(len(ours), 3, answer)
                for frame in ours:
                    line = frame["lineno"]
                    self.assertEqual(frame["context_line"], lines[line - 1])
                    self.assertEqual(frame["pre_context"], lines[max(line - 6, 0):line - 1])
                body, headers = form({**fields, "options": json.dumps({"apply_source_context": False})}, dump.read_bytes())
                self.assertNotIn("context_line", self.asked.request("POST", "/minidump", body=body, headers=headers).text)
        finally:
            server.stop()

    def test_frames_of_dotnet_by_method_and_il_offset(self):
        """What .NET clients of Sentry send: the row of the method, an offset in its IL, the module by its index; a PDB that Roslyn made."""
        pdb = next((NPM / "nswag/bin/binaries/Net80").glob("NSwag.Core.pdb"))
        found = json.loads(run(SIGLA, "inspect", "--json", "--methods", pdb).stdout)["objects"][0]
        method = next(m for m in found["methods"] if len([p for p in m["sequence_points"] if not p["hidden"]]) > 3)
        points = [p for p in method["sequence_points"] if not p["hidden"]]
        token = int(method["token"], 16)
        ids = found["debug_id"]
        module = {"type": "pe_dotnet", "debug_id": ids, "debug_file": "C:\\build\\NSwag.Core.pdb", "code_file": "NSwag.Core.dll", "image_addr": "0x0", "image_size": 0}

        def frame(offset, row=token & 0xffffff, **more):
            return {"instruction_addr": hex(offset), "addr_mode": "rel:0", "function_id": hex(row), "function": "NSwag.Known()", **more}
        frames = [frame(points[0]["il_offset"]), frame(points[2]["il_offset"]), frame(points[1]["il_offset"], token), frame(0, 0xfffff0), frame(0, 0),
                  {**frame(0), "addr_mode": "rel:7"}]
        guid_digits = ids.replace("-", "")[:32].upper()
        server = FileServer({f"NSwag.Core.pdb/{guid_digits}ffffffff/NSwag.Core.pdb": pdb.read_bytes()})
        self.assertEqual(self.server.native(pdb.read_bytes(), query="?upload_file=NSwag.Core.pdb").status, 200)
        try:
            source = {"id": "nuget", "type": "http", "url": server.url, "layout": {"type": "symstore"}}
            for sources, asked in (([source], self.asked), (None, self.server)):
                answer = self.ask(sources, server=asked, stacktraces=[{"frames": frames}], modules=[module])
                named = answer["stacktraces"][0]["frames"]
                self.assertEqual([f["status"] for f in named], ["symbolicated"] * 3 + ["missing_symbol"] * 2 + ["unknown_image"], answer)
                self.assertEqual([(f["lineno"], f["abs_path"]) for f in named[:3]], [(points[i]["line"], points[i]["document"]) for i in (0, 2, 1)])
                for f in named[:3]:
                    self.assertEqual((f["lang"], f["function"], f["addr_mode"]), ("csharp", "NSwag.Known()", "rel:0"))
                    self.assertIn(f["filename"], points[0]["document"])
                    self.assertTrue(f["source_link"].startswith("https://"), f)
                self.assertEqual(named[0]["function_id"], hex(token & 0xffffff))
                self.assertEqual((answer["modules"][0]["debug_status"], answer["modules"][0]["type"]), ("found", "pe_dotnet"))
                self.assertIn("ok", [c["download"]["status"] for c in answer["modules"][0]["candidates"]])
            missing = self.ask([], stacktraces=[{"frames": frames[:1]}], modules=[module])
            self.assertEqual((missing["stacktraces"][0]["frames"][0]["status"], missing["modules"][0]["debug_status"]), ("missing", "missing"))
        finally:
            server.stop()

    def test_an_apple_crash_report(self):
        uuid = guid()
        content, _ = sym(name="App", guid=uuid, age=0, os_name="mac")
        self.assertEqual(self.asked.native(content).status, 200)
        report = f"""Incident Identifier: 11111111-2222-3333-4444-555555555555
Hardware Model:      MacBookPro14,3
Process:             App [7]
Path:                /Applications/App.app/Contents/MacOS/App
Code Type:           X86-64 (Native)
Date/Time:           2019-01-09 17:44:22.000 +0000
OS Version:          macOS 10.14.0 (18A391)
Report Version:      12

Crashed Thread:        0
Exception Type:        EXC_BAD_ACCESS (SIGSEGV)
Exception Codes:       KERN_INVALID_ADDRESS at 0x0000000000000008

Thread 0 Crashed:
0   App                           \t0x0000000100001008 0x100000000 + 4104
1   App                           \t0x0000000100001011 0x100000000 + 4113

Binary Images:
       0x100000000 -        0x10000ffff +App (1) <{uuid[:8]}-{uuid[8:12]}-{uuid[12:16]}-{uuid[16:20]}-{uuid[20:]}> /Applications/App.app/Contents/MacOS/App
"""
        body, headers = form({"options": json.dumps({"dif_candidates": True})}, report.encode(), "apple_crash_report")
        answer = self.asked.request("POST", "/applecrashreport", body=body, headers=headers).json()
        self.assertEqual(answer["status"], "completed", answer)
        frames = answer["stacktraces"][0]["frames"]
        self.assertEqual([(f["function"], f["lineno"]) for f in frames], [("f0", 1), ("f1", 2)], answer)
        self.assertEqual((answer["modules"][0]["debug_status"], answer["modules"][0]["type"]), ("found", "macho"))
        self.assertEqual(answer["modules"][0]["candidates"][0]["debug"], {"status": "ok"})
        body, headers = form({}, b"nothing of the kind", "apple_crash_report")
        self.assertEqual(self.asked.request("POST", "/applecrashreport", body=body, headers=headers).json()["status"], "failed")

    def test_errors_have_the_statuses_that_clients_know(self):
        post = lambda path, body, **headers: self.asked.request("POST", path, body=body, headers=headers).status
        self.assertEqual(post("/symbolicate", "{"), 400)
        self.assertEqual(post("/symbolicate", '"text"'), 422)
        self.assertEqual(post("/symbolicate", '{"modules":[{"type":"elf"}]}'), 422)
        self.assertEqual(post("/symbolicate", '{"unknown":1}'), 200)
        self.assertEqual(post("/minidump", "x"), 400)
        self.assertEqual(self.asked.request("POST", "/symbolicate", headers={"Content-Length": str(56 << 20)}).status, 413)
        self.assertEqual(self.asked.get("/healthcheck").text, "ok")
        strict = Server(self.scratch / "strict", "--request-sources", "false").start()
        try:
            self.assertEqual(strict.request("POST", "/symbolicate", body='{"sources":[]}').status, 422)
            self.assertEqual(strict.request("POST", "/symbolicate", body="{}").status, 200)
        finally:
            strict.stop()

    def test_symbols_below_proxy(self):
        content, path = sym(guid=guid())
        self.assertEqual(self.asked.native(content).status, 200)
        self.assertEqual(self.asked.get(path.replace("/symbols/", "/proxy/")).body, content)
        self.assertEqual(self.asked.request("HEAD", path.replace("/symbols/", "/proxy/")).status, 200)
        self.assertEqual(self.asked.get("/proxy/foo.pdb/497b72f6390a44fc878e5a2d63b6cc4b1/foo.sym").status, 404)

    def test_mozillas_api(self):
        content, path = sym(guid=guid(), code_id=("5A2D63B61000", "app.exe"))
        self.assertEqual(self.server.native(content).status, 200)
        debug_id = path.split("/")[3]
        body = json.dumps({"stacks": [[[0, 0x1013], [-1, 5]]], "memoryMap": [["app.pdb", debug_id]]})
        answer = self.server.request("POST", "/symbolicate/v5", body=body, headers={"Debug": "1"})
        self.assertEqual(answer.headers["Access-Control-Allow-Origin"], "*")
        self.assertEqual(answer.json()["results"][0]["stacks"][0][0], {"frame": 0, "module": "app.exe", "module_offset": "0x1013", "function": "f1",
                                                                      "function_offset": "0x3", "file": "/src/app.cc", "line": 2})
        self.assertEqual(answer.json()["debug"]["modules"]["count"], 1)
        old = self.server.request("POST", "/symbolicate/v4", body=body).json()
        self.assertEqual(old, {"symbolicatedStacks": [["f1 (in app.exe)", "0x5 (in <unknown>)"]], "knownModules": [True]})
        self.assertEqual(self.server.get("/symbolicate/v5").status, 405)
        self.assertEqual(self.server.request("OPTIONS", "/symbolicate/v5", headers={"Access-Control-Request-Method": "POST"}).status, 200)


if __name__ == "__main__":
    unittest.main(verbosity=2)
