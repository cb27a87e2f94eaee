#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What an operator relies on: start-up time, memory, health, metrics, slow clients, one server a folder, files' modes."""
import http.client
import os
import random
import re
import socket
import stat
import subprocess
import threading
import time
import unittest

from harness import SIGLA, Case, Server, free_port, run, sym


class Operate(Case):
    def test_starts_fast_and_small(self):
        server = Server(self.scratch / "fast")
        times = []
        for _ in range(3):
            began = time.monotonic()
            server.start()
            times.append(time.monotonic() - began)
            time.sleep(0.3)
            idle = server.rss_mb()
            server.stop()
        self.assertLess(min(times), 0.3)
        self.assertLess(idle, 40)

    def test_health_readiness_and_metrics(self):
        self.assertEqual(self.server.get("/healthz").status, 200)
        self.assertEqual(self.server.get("/readyz").status, 200)
        self.server.upload(sym("m.pdb", f"{random.getrandbits(128):032X}")[0])
        self.server.get("/symbols/none/0/none")
        text = self.server.get("/metrics").text
        for line in text.splitlines():
            self.assertRegex(line, r'^(#.*|[a-zA-Z_:][a-zA-Z0-9_:]*(\{.*\})? [-+0-9.eEinfNa]+)$')
        self.assertRegex(text, r"sigla_\w*requests\w*\{[^}]*404")
        self.assertRegex(text, r"sigla_\w*upload")

    def test_administrator_token_is_private(self):
        mode = stat.S_IMODE(os.stat(self.server.data / "admin.token").st_mode)
        self.assertEqual(mode, 0o600)
        self.assertRegex(self.server.token, r"^[0-9a-f]{64}$")
        for path in self.server.data.rglob("*"):
            if path.is_file() and path.name != "admin.token" and path.stat().st_size < 10_000_000:
                self.assertNotIn(self.server.token.encode(), path.read_bytes(), f"the token stands in {path}")
        self.assertNotIn(self.server.token, self.server.log_path.read_text())

    def test_a_start_that_fails_half_way_locks_nobody_out(self):
        """The first start cannot write the administrator's token; the next one can."""
        data = self.scratch / "half"
        (data / "admin.token").mkdir(parents=True)
        done = run(SIGLA, "serve", "--data", data, "--listen", f"127.0.0.1:{free_port()}", check=False, timeout=20)
        self.assertEqual(done.returncode, 4, done.stderr)
        (data / "admin.token").rmdir()
        server = Server(data).start()
        self.assertEqual(server.upload(sym("half.pdb", f"{random.getrandbits(128):032X}")[0]).status, 200)
        server.stop()

    def test_blobs_that_nothing_refers_to_are_swept(self):
        """What a crash between storing and indexing leaves; files that are indexed stay."""
        server = Server(self.scratch / "sweep").start()
        content, path = sym("kept.pdb", f"{random.getrandbits(128):032X}")
        self.assertEqual(server.upload(content).status, 200)
        server.kill()
        kept = list(server.data.glob("blobs/*/*.zst"))
        orphan = server.data / "blobs/ab" / ("ab" * 32 + ".zst")
        orphan.parent.mkdir(exist_ok=True)
        orphan.write_bytes(kept[0].read_bytes())
        server.start()
        end = time.monotonic() + 20
        while orphan.exists() and time.monotonic() < end:
            time.sleep(0.05)
        self.assertEqual(list(server.data.glob("blobs/*/*.zst")), kept)
        self.assertEqual(server.get(path).body, content)
        server.stop()

    def test_a_second_server_on_the_same_data_is_refused(self):
        second = run(SIGLA, "serve", "--data", self.server.data, "--listen", f"127.0.0.1:{free_port()}", check=False, timeout=20)
        self.assertEqual(second.returncode, 4)
        self.assertRegex(second.stderr, r"sigla: ")

    def test_a_taken_port_is_an_error_that_names_it(self):
        done = run(SIGLA, "serve", "--data", self.scratch / "other", "--listen", f"127.0.0.1:{self.server.port}", check=False, timeout=20)
        self.assertEqual(done.returncode, 4)
        self.assertIn(str(self.server.port), done.stderr)

    def test_half_open_and_slow_clients_do_not_starve_others(self):
        slow = []
        for i in range(300):
            s = socket.create_connection(("127.0.0.1", self.server.port))
            s.sendall(b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n" + (b"\r\nabc" if i % 2 else b""))
            slow.append(s)
        began = time.monotonic()
        self.assertEqual(self.server.get("/healthz").status, 200)
        self.assertLess(time.monotonic() - began, 0.5)
        for s in slow:
            s.close()

    def test_print_config_names_origins(self):
        done = run(SIGLA, "serve", "--print-config", "--listen", "127.0.0.1:9", env={**os.environ, "SIGLA_DATA": "/nowhere"})
        self.assertRegex(done.stdout, r"listen.*127\.0\.0\.1:9.*--listen")
        self.assertRegex(done.stdout, r"data.*nowhere.*SIGLA_DATA")

    def test_memory_stays_flat_for_a_streamed_upload(self):
        """600 MB through chunked encoding; the 5 GB run is in `make bench`."""
        rng = random.Random(1)
        block = b"".join(b"PUBLIC %x 0 %x\n" % (i, rng.getrandbits(400)) for i in range(9000))
        guid = f"{random.getrandbits(128):032X}"

        def body():
            yield f"MODULE Linux x86_64 {guid}0 huge.so\n".encode()
            for _ in range(600_000_000 // len(block)):
                yield block

        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=300)
        latencies, done = [], threading.Event()

        def probe():
            while not done.is_set():
                began = time.monotonic()
                self.server.get("/symbols/none.pdb/" + "0" * 33 + "/none.pdb")
                latencies.append(time.monotonic() - began)
                time.sleep(0.01)

        thread = threading.Thread(target=probe)
        thread.start()
        try:
            connection.request("POST", f"/{self.server.token}/symbols?tag=huge", body=body(), encode_chunked=True, headers={"Transfer-Encoding": "chunked"})
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            done.set()
            thread.join()
        self.assertEqual(answer.status, 200, text[:300])
        self.assertLess(self.server.rss_mb("VmHWM"), 150)
        latencies.sort()
        print(f"peak {self.server.rss_mb('VmHWM'):.0f} MB; other requests p99 {latencies[int(len(latencies) * 0.99)] * 1000:.1f} ms of {len(latencies)}")
        head = self.server.request("HEAD", f"/symbols/huge.so/{guid}0/huge.so.sym")
        self.assertEqual(head.status, 200)


if __name__ == "__main__":
    unittest.main()
