#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""kill -9 at any instant loses no acknowledged upload and leaves nothing half visible; SIGTERM drains."""
import http.client
import io
import os
import random
import socket
import tarfile
import threading
import time
import unittest

from harness import Case, run, sha256, sym


class KillLoop(Case):
    ROUNDS = int(os.environ.get("SIGLA_KILL_ROUNDS", "12"))

    def test_every_acknowledged_file_is_there_byte_for_byte(self):
        acknowledged, half_visible, stop, lock = {}, [], threading.Event(), threading.Lock()
        sent = {}

        def upload_loop(number):
            rng = random.Random(number)
            while not stop.is_set():
                files = [sym(f"k{number}.pdb", f"{rng.getrandbits(128):032X}", functions=rng.randrange(1, 3000)) for _ in range(rng.choice((1, 1, 5)))]
                body = files[0][0]
                if len(files) > 1:
                    out = io.BytesIO()
                    with tarfile.open(fileobj=out, mode="w") as archive:
                        for i, (content, _) in enumerate(files):
                            info = tarfile.TarInfo(f"{i}.sym")
                            info.size = len(content)
                            archive.addfile(info, io.BytesIO(content))
                    body = out.getvalue()
                with lock:
                    sent.update({path: sha256(content) for content, path in files})
                try:
                    if self.server.upload(body).status == 200:
                        with lock:
                            acknowledged.update({path: sha256(content) for content, path in files})
                except (OSError, http.client.HTTPException):
                    time.sleep(0.02)

        threads = [threading.Thread(target=upload_loop, args=(i,)) for i in range(3)]
        for thread in threads:
            thread.start()
        rng = random.Random(7)
        try:
            for _ in range(self.ROUNDS):
                time.sleep(rng.uniform(0.05, 0.7))
                self.server.kill()
                self.server.start()
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        self.assertGreater(len(acknowledged), self.ROUNDS)
        for path, digest in sent.items():
            answer = self.server.get(path)
            if path in acknowledged:
                self.assertEqual((answer.status, sha256(answer.body)), (200, digest), path)
            elif answer.status == 200 and sha256(answer.body) != digest:
                half_visible.append(path)
        self.assertEqual(half_visible, [])
        # Nothing of the unfinished uploads stays behind in the spool.
        self.server.stop()
        self.server.start()
        spool = self.server.data / "spool"
        self.assertEqual([p for p in spool.rglob("*") if p.is_file()] if spool.exists() else [], [])
        unfinished = [u for u in self.server.request("GET", "/api/v1/projects/default/uploads?limit=1000", headers={"Authorization": f"Bearer {self.server.token}"}).json()["uploads"]
                      if u["state"] not in ("done", "failed")]
        self.assertEqual(unfinished, [])
        print(f"{self.ROUNDS} kills, {len(acknowledged)} of {len(sent)} files acknowledged, none lost")


class Drain(Case):
    def test_sigterm_finishes_what_is_under_way(self):
        content, path = sym("drain.pdb", f"{random.getrandbits(128):032X}", functions=20000)
        with socket.create_connection(("127.0.0.1", self.server.port), 20) as s:
            s.sendall(f"POST /{self.server.token}/symbols HTTP/1.1\r\nHost: x\r\nContent-Length: {len(content)}\r\n\r\n".encode() + content[:100_000])
            time.sleep(0.2)
            self.server.process.terminate()
            time.sleep(0.3)
            self.assertIsNone(self.server.process.poll())
            with self.assertRaises(OSError):
                socket.create_connection(("127.0.0.1", self.server.port), 1).close()
            s.sendall(content[100_000:])
            s.settimeout(20)
            self.assertIn(b"200", s.recv(4096).split(b"\r\n")[0])
        self.assertEqual(self.server.process.wait(20), 0)
        self.server.start()
        self.assertEqual(self.server.get(path).body, content)

    def test_idle_connections_do_not_hold_it_up(self):
        idle = [socket.create_connection(("127.0.0.1", self.server.port)) for _ in range(50)]
        began = time.monotonic()
        self.assertEqual(self.server.stop(), 0)
        self.assertLess(time.monotonic() - began, 5)
        for s in idle:
            s.close()
        self.server.start()


if __name__ == "__main__":
    unittest.main()
