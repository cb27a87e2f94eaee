# SPDX-License-Identifier: Apache-2.0
"""Runs the real program for a black-box test: a server on a free loopback port with a data folder of its own, that
stops with the test; small real inputs; and requests that keep every header.

Every test file is a unittest module run as `python3 test_x.py` with SIGLA, SNAPSHOT and NPM in the environment (ctest sets them).
"""
import hashlib
import http.client
import io
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import subprocess
import tarfile
import tempfile
import time
import unittest

SIGLA = os.environ["SIGLA"]
SNAPSHOT = os.environ["SNAPSHOT"]
NPM = pathlib.Path(os.environ["NPM"])
DUMP_SYMS = NPM / "minidump/bin/linux-x64/dump_syms"
STACKWALK = NPM / "minidump/bin/linux-x64/minidump_stackwalk"
NODE_PTY = NPM / "node-pty/prebuilds"


def free_port():
    """A port below the range the kernel gives to clients: one of those could be taken between two starts of a server."""
    while True:
        port = random.SystemRandom().randrange(12_000, 32_000)
        with socket.socket() as s:
            try:
                s.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


def run(*argv, check=True, timeout=120, **kwargs):
    """Runs a command; its output as text. A non-zero status is an error that shows what it printed."""
    done = subprocess.run([str(a) for a in argv], capture_output=True, text=True, timeout=timeout, errors="replace", **kwargs)
    if check and done.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, argv))}: exit {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.reason = response.reason
        self.headers = response.headers
        self.body = response.read()

    @property
    def text(self):
        return self.body.decode("utf-8", "replace")

    def json(self):
        return json.loads(self.body)


class Server:
    """`sigla serve` over `data`; settings are passed as flags. `prefix` is a command that executes the rest of its line."""

    def __init__(self, data, *flags, env=None, port=None, prefix=()):
        self.data, self.flags, self.env, self.prefix = pathlib.Path(data), flags, env, prefix
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log_path = self.data.parent / (self.data.name + ".log")
        self.process = None

    def start(self):
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen([*self.prefix, SIGLA, "serve", "--data", str(self.data), "--listen", f"127.0.0.1:{self.port}", *self.flags],
                                            stdout=log, stderr=log, env={**os.environ, **(self.env or {})})
        end = time.monotonic() + 30
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise AssertionError(f"sigla serve ended with {self.process.returncode}:\n{self.log_path.read_text()}")
            try:
                if self.request("GET", "/healthz").status == 200:
                    return self
            except OSError:
                time.sleep(0.01)
        raise AssertionError("the server did not answer in 30 s")

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(40)
            except subprocess.TimeoutExpired:
                self.kill()
                raise AssertionError("the server did not stop in 40 s")
        return self.process.returncode if self.process else None

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(20)

    @property
    def token(self):
        return (self.data / "admin.token").read_text().strip()

    def request(self, method, path, body=None, headers=None, timeout=120):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def get(self, path, **headers):
        return self.request("GET", path, headers={k.replace("_", "-"): v for k, v in headers.items()})

    def upload(self, body, query="", token=None):
        return self.request("POST", f"/{token or self.token}/symbols{query}", body=body)

    def native(self, body, project="default", query="", token=None):
        return self.request("POST", f"/api/v1/projects/{project}/uploads{query}", body=body,
                            headers={"Authorization": f"Bearer {token or self.token}"})

    def make_token(self, *capabilities, project="default", **fields):
        answer = self.request("POST", "/api/v1/tokens", headers={"Authorization": f"Bearer {self.token}"},
                              body=json.dumps({"project": project, "name": "test", "capabilities": list(capabilities), **fields}))
        if answer.status not in (200, 201):
            raise AssertionError(f"token: {answer.status} {answer.text}")
        return answer.json()["token"]

    def rss_mb(self, field="VmRSS"):
        text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"{field}:\s+(\d+)", text).group(1)) / 1024


class Case(unittest.TestCase):
    """A test class with one scratch folder and one server for all its tests."""
    flags = ()

    @classmethod
    def setUpClass(cls):
        cls.scratch = pathlib.Path(tempfile.mkdtemp(prefix="sigla-e2e-"))
        os.chmod(cls.scratch, 0o755)
        cls.server = Server(cls.scratch / "data", *cls.flags).start()

    @classmethod
    def tearDownClass(cls):
        try:
            cls.server.stop()
        finally:
            shutil.rmtree(cls.scratch, ignore_errors=True)


def sym(name="app.pdb", guid="0123456789ABCDEF0123456789ABCDEF", age=1, functions=3, os_name="windows", code_id=None):
    """A small Breakpad file, and the path it is asked for by."""
    lines = [f"MODULE {os_name} x86_64 {guid}{age:x} {name}"]
    if code_id:
        lines.append(f"INFO CODE_ID {code_id[0]} {code_id[1]}")
    lines.append("FILE 0 /src/app.cc")
    for i in range(functions):
        lines += [f"FUNC {0x1000 + 16 * i:x} 10 0 f{i}", f"{0x1000 + 16 * i:x} 10 {i + 1} 0"]
    stem = name[:-4] if name.lower().endswith(".pdb") else name
    return ("\n".join(lines) + "\n").encode(), f"/symbols/{name}/{guid}{age:x}/{stem}.sym"


def guid():
    return f"{random.getrandbits(128):032X}"


def tar_of(files, mode="w"):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:
        for name, content in files:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


PROGRAM = r"""
#include <cstdio>
static inline int divide(int a, int b) { return *(volatile int*)(long)(a / b); }
__attribute__((noinline)) int middle(int a) { return divide(a, 1000000) + 1; }
int main(int argc, char**) { std::printf("x\n"); return middle(argc); }
"""


def build_program(folder, name="prog", source=PROGRAM, flags=("-O1", "-g")):
    """Compiles a program that crashes in middle(); returns (with debug info, stripped copy, debug file, build id)."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.cc").write_text(source)
    full, stripped, debug = folder / name, folder / "stripped" / name, folder / f"{name}.debug"
    stripped.parent.mkdir(exist_ok=True)
    run("g++", *flags, "-Wl,--build-id", "-o", full, folder / f"{name}.cc")
    run("objcopy", "--only-keep-debug", full, debug)
    run("strip", "-o", stripped, full)
    build_id = re.search(r"Build ID: ([0-9a-f]+)", run("readelf", "-n", full).stdout).group(1)
    return full, stripped, debug, build_id


def sha256(data):
    return hashlib.sha256(data).hexdigest()
