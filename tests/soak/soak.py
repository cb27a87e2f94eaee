#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An hour of what a server lives through: uploads, downloads and kill -9, with every acknowledged file compared byte for byte.

  soak.py SIGLA [MINUTES]

Loopback only; at most four uploads and four downloads at once; stops by itself. Exit status 1 when one byte was lost or memory grew
past its bound.
"""
import hashlib
import http.client
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

RSS_MB_MAX = 150
sigla, minutes = sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 60
scratch = pathlib.Path(tempfile.mkdtemp(prefix="sigla-soak-"))
# Below the range the kernel gives to clients, so that nobody takes it while the server is down.
port = random.SystemRandom().randrange(12_000, 32_000)
acknowledged = {}  # path -> SHA-256
lock = threading.Lock()
stopping = threading.Event()
failures = []
counts = {"uploads": 0, "refused": 0, "cut": 0, "downloads": 0, "kills": 0}


def start():
    process = subprocess.Popen([sigla, "serve", "--data", str(scratch / "data"), "--listen", f"127.0.0.1:{port}"],
                               stdout=subprocess.DEVNULL, stderr=open(scratch / "log", "ab"))
    for _ in range(1000):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return process
        except OSError:
            time.sleep(0.01)
    sys.exit("soak: the server did not start")


def sym(seed):
    rng = random.Random(seed)
    guid = f"{rng.getrandbits(128):032X}"
    name = f"soak{seed}.so"
    lines = [f"MODULE Linux x86_64 {guid}0 {name}"]
    for i in range(rng.randrange(10, 20000)):
        lines.append(f"FUNC {4096 + i * 32:x} 20 0 f{rng.getrandbits(64):x}")
    return f"/symbols/{name}/{guid}0/{name}.sym", ("\n".join(lines) + "\n").encode()


def uploader(base):
    seed = base
    while not stopping.is_set():
        seed += 4
        path, body = sym(seed)
        try:
            token = (scratch / "data/admin.token").read_text().strip()
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            connection.request("POST", f"/{token}/symbols?tag=soak", body=body)
            answer = connection.getresponse()
            answer.read()
            if answer.status == 200:
                with lock:
                    acknowledged[path] = hashlib.sha256(body).hexdigest()
                    counts["uploads"] += 1
            else:
                counts["refused"] += 1
        except (OSError, http.client.HTTPException):
            counts["cut"] += 1
            time.sleep(0.05)


def check(path, digest, patient=False):
    for _ in range(200 if patient else 1):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            connection.request("GET", path)
            answer = connection.getresponse()
            body = answer.read()
            if answer.status != 200 or hashlib.sha256(body).hexdigest() != digest:
                failures.append(f"{path}: status {answer.status}, {len(body)} bytes")
            counts["downloads"] += 1
            return
        except (OSError, http.client.HTTPException):
            time.sleep(0.05)
    if patient:
        failures.append(f"{path}: no answer")


def downloader():
    while not stopping.is_set():
        with lock:
            known = list(acknowledged.items())
        if known:
            check(*random.choice(known))
        else:
            time.sleep(0.05)


def main():
    process = start()
    threads = [threading.Thread(target=uploader, args=(i,)) for i in range(4)] + [threading.Thread(target=downloader) for _ in range(4)]
    for thread in threads:
        thread.start()
    end = time.monotonic() + minutes * 60
    peak = 0
    while time.monotonic() < end and not failures:
        time.sleep(random.uniform(0.2, 3))
        text = pathlib.Path(f"/proc/{process.pid}/status").read_text()
        peak = max(peak, int(re.search(r"VmHWM:\s+(\d+)", text).group(1)) // 1024)
        process.send_signal(signal.SIGKILL)
        process.wait()
        counts["kills"] += 1
        process = start()
    stopping.set()
    for thread in threads:
        thread.join()
    for path, digest in acknowledged.items():
        check(path, digest, patient=True)
    process.send_signal(signal.SIGTERM)
    status = process.wait(60)
    shutil.rmtree(scratch, ignore_errors=True)
    print(json.dumps({**counts, "peak_rss_mb": peak, "lost": len(failures)}))
    for failure in failures[:20]:
        print("LOST", failure)
    return 1 if failures or status != 0 or peak > RSS_MB_MAX else 0


sys.exit(main())
