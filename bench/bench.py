#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Whole jobs, measured side by side with a peer in one run; prints ratios, because the machine may be shared.

  bench.py --sigla PROGRAM [--rounds N] [--size-gb N] [PART ...]      parts: start serve upload dumps

Everything listens on loopback and stops by itself. Needs nginx, wrk, curl, openssl, and Breakpad's tools under build/npm.
"""
import argparse
import http.client
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

root = pathlib.Path(__file__).resolve().parent.parent
ap = argparse.ArgumentParser()
ap.add_argument("--sigla", default=str(root / "build/release/bin/sigla"))
ap.add_argument("--rounds", type=int, default=3)
ap.add_argument("--seconds", type=int, default=4, help="length of one wrk run")
ap.add_argument("--size-gb", type=float, default=5)
ap.add_argument("parts", nargs="*")
args = ap.parse_args()
scratch = pathlib.Path(tempfile.mkdtemp(prefix="sigla-bench-", dir=os.environ.get("BENCH_DIR")))
breakpad = root / "build/npm/node_modules/minidump/bin/linux-x64"


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


def tree(pid):
    """The process and its descendants."""
    found = [pid]
    for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[1]) in found:
            found.append(int(path.parent.name))
    return found


def rss_mb(pid, field="VmRSS"):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(rf"{field}:\s+(\d+)", text).group(1)) / 1024


def pss_mb(pid):
    rollup = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(next(line for line in rollup.splitlines() if line.startswith("Pss:")).split()[1]) / 1000


class Sigla:
    def __init__(self, data=None):
        self.data = data or scratch / "data"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = open(scratch / "sigla.log", "ab")
        began = time.monotonic()
        self.process = subprocess.Popen([args.sigla, "serve", "--data", str(self.data), "--listen", f"127.0.0.1:{self.port}"],
                                        stdout=self.log, stderr=self.log)
        while True:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=1)
                connection.request("GET", "/healthz")
                if connection.getresponse().status == 200:
                    break
            except OSError:
                if self.process.poll() is not None or time.monotonic() - began > 20:
                    sys.exit(f"bench: the server did not start, see {scratch}/sigla.log")
                time.sleep(0.002)
        self.start_seconds = time.monotonic() - began
        self.token = (self.data / "admin.token").read_text().strip()

    def upload(self, path, tag="bench"):
        out = subprocess.run(["curl", "-sS", "--fail-with-body", "-T", str(path), "-X", "POST", "-H", "Expect:",
                              f"{self.url}/{self.token}/symbols?tag={tag}"], capture_output=True, text=True)
        if out.returncode:
            sys.exit(f"bench: upload of {path}: {out.stdout[:500]} {out.stderr}")
        return json.loads(out.stdout)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)


class Nginx:
    def __init__(self, folder):
        self.port = free_port()
        conf = scratch / "nginx.conf"
        conf.write_text(f"""
worker_processes 2; daemon off; master_process on; pid {scratch}/nginx.pid; error_log {scratch}/nginx.err;
worker_rlimit_nofile 8192;
events {{ worker_connections 4096; multi_accept on; }}
http {{ access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000; default_type application/octet-stream;
  client_body_temp_path {scratch}/nb; proxy_temp_path {scratch}/np; fastcgi_temp_path {scratch}/nf; uwsgi_temp_path {scratch}/nu; scgi_temp_path {scratch}/ns;
  server {{ listen 127.0.0.1:{self.port} backlog=4096 reuseport; root {folder}; }} }}
""")
        os.chmod(scratch, 0o755)
        self.process = subprocess.Popen(["nginx", "-c", str(conf)], stderr=subprocess.DEVNULL)
        self.url = f"http://127.0.0.1:{self.port}"
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.02)
        sys.exit("bench: nginx did not start")

    def stop(self):
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(20)


def cpu_seconds(pids):
    total = 0
    for pid in pids:
        try:
            fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


def wrk(url, connections, pid, script=None):
    """(requests a second, bytes a second, server CPU microseconds a request)."""
    before = cpu_seconds(tree(pid))
    command = ["wrk", "-t2", f"-c{connections}", f"-d{args.seconds}s", "--timeout", "30s"]
    if script:
        command += ["-s", str(script)]
    out = subprocess.run(command + [url], capture_output=True, text=True).stdout
    requests = int(re.search(r"(\d+) requests in", out).group(1))
    seconds = float(re.search(r"requests in ([\d.]+)s", out).group(1))
    rate = re.search(r"Transfer/sec:\s+([\d.]+)(\w+)", out)
    scale = {"B": 1, "KB": 2**10, "MB": 2**20, "GB": 2**30}[rate.group(2)]
    cpu = (cpu_seconds(tree(pid)) - before) / max(requests, 1) * 1e6
    return requests / seconds, float(rate.group(1)) * scale, cpu


def sym_file(path, name, guid, size):
    """A Breakpad file of about `size` bytes with random, hardly compressible names."""
    random.seed(size)
    with open(path, "w") as out:
        out.write(f"MODULE Linux x86_64 {guid}0 {name}\nFILE 0 /src/{name}.cc\n")
        address = 0x1000
        while out.tell() < size - 80:
            for _ in range(max(1, min(2000, (size - out.tell()) // 100))):
                out.write(f"FUNC {address:x} 20 0 {random.getrandbits(200):x}\n{address:x} 20 {address % 9999} 0\n")
                address += 0x20
    return path


def part_start():
    """Start to first answer, and the idle server's memory."""
    times = []
    for i in range(max(5, args.rounds)):
        server = Sigla(scratch / f"start-{i % 2}")
        times.append(server.start_seconds)
        if i == 1:
            time.sleep(1)
            idle = rss_mb(server.process.pid)
            whole = sum(rss_mb(p) for p in tree(server.process.pid))
        server.stop()
    print(f"\n## start\n\nfirst answer after {statistics.median(times) * 1000:.0f} ms (median of {len(times)}); "
          f"idle server {idle:.1f} MB resident, with its worker processes {whole:.1f} MB")


def part_serve():
    """Downloads and misses against nginx on the same bytes."""
    folder = scratch / "www"
    folder.mkdir()
    os.chmod(folder, 0o755)
    server = Sigla()
    cases = []
    for label, size in (("1 KiB", 1 << 10), ("100 MiB", 100 << 20)):
        guid = f"{size:032X}"
        name = f"bench{size}.so"
        local = sym_file(folder / f"{name}.sym", name, guid, size)
        server.upload(local)
        cases.append((label, f"/symbols/{name}/{guid}0/{name}.sym", f"/{name}.sym"))
    nginx = Nginx(folder)
    missing = scratch / "missing.lua"
    missing.write_text("""local n = 0
function setup(thread) thread:set("id", math.random(1000000)) end
request = function() n = n + 1
  return wrk.format("GET", string.format("%s/m%d.pdb/%032X1/m%d.pdb", wrk.path, id, n, id)) end
""")
    print("\n## serve\n\n| what | connections | sigla | nginx | ratio (median of pairs) | CPU us/request sigla / nginx |\n|---|--:|--:|--:|--:|--:|")
    rows = [(label, ours, theirs, None) for label, ours, theirs in cases] + [("a miss (404)", "/symbols", "/symbols", missing)]
    for label, ours, theirs, script in rows:
        for connections in (64, 1000):
            ratios, a, b = [], [], []
            for i in range(args.rounds + 1):
                x = wrk(server.url + ours, connections, server.process.pid, script)
                y = wrk(nginx.url + theirs, connections, nginx.process.pid, script)
                if i == 0:
                    continue  # the first pair fills caches
                a.append(x), b.append(y)
                ratios.append(x[1 if "100" in label else 0] / y[1 if "100" in label else 0])
            unit = (lambda r: f"{r[1] / 2**30:.2f} GiB/s") if "100" in label else (lambda r: f"{r[0] / 1000:.1f} k/s")
            print(f"| {label} | {connections} | {unit(a[len(a) // 2])} | {unit(b[len(b) // 2])} | {statistics.median(ratios):.2f} "
                  f"({min(ratios):.2f}-{max(ratios):.2f}) | {statistics.median(r[2] for r in a):.1f} / {statistics.median(r[2] for r in b):.1f} |", flush=True)
    nginx.stop()
    server.stop()


def big_archive(size):
    """An uncompressed tar of Breakpad files of 64 MiB each, made once."""
    path = scratch / "big.tar"
    names = []
    count = max(1, int(size // (64 << 20)))
    for i in range(count):
        source = scratch / f"part{i}.so.sym"
        if i == 0:
            sym_file(source, "part0.so", f"{i:032X}", 64 << 20)
            template = source.read_bytes()
        else:
            head = f"MODULE Linux x86_64 {i:032X}0 part{i}.so\n".encode()
            source.write_bytes(head + template[template.index(b"\n") + 1:])
        names.append(source.name)
    subprocess.run(["tar", "-C", str(scratch), "-cf", str(path), *names], check=True)
    for name in names:
        (scratch / name).unlink()
    return path


class Prober(threading.Thread):
    """Asks for misses, hits and pages while other work runs; keeps every latency."""
    def __init__(self, server, paths):
        super().__init__(daemon=True)
        self.server, self.paths, self.latencies, self.done, self.peak = server, paths, [], False, 0

    def run(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        i = 0
        while not self.done:
            began = time.monotonic()
            connection.request("GET", self.paths[i % len(self.paths)])
            connection.getresponse().read()
            self.latencies.append(time.monotonic() - began)
            i += 1
            if i % 20 == 0:
                self.peak = max(self.peak, rss_mb(self.server.process.pid))
            time.sleep(0.005)


def part_upload():
    """A big archive: time against hashing and writing the same bytes, memory, and what others feel meanwhile."""
    archive = big_archive(args.size_gb * 2**30)
    size = archive.stat().st_size
    copy = scratch / "copy"
    began = time.monotonic()
    hashing = subprocess.Popen(["openssl", "dgst", "-sha256", str(archive)], stdout=subprocess.DEVNULL)
    hashing.wait()
    hashed = time.monotonic() - began
    began = time.monotonic()
    subprocess.run(["dd", f"if={archive}", f"of={copy}", "bs=1M", "conv=fdatasync", "status=none"], check=True)
    written = time.monotonic() - began
    copy.unlink()
    server = Sigla(scratch / "upload-data")
    small = sym_file(scratch / "hit.so.sym", "hit.so", "A" * 32, 4096)
    server.upload(small)
    prober = Prober(server, ["/symbols/hit.so/" + "A" * 32 + "0/hit.so.sym", "/symbols/none.pdb/" + "B" * 32 + "1/none.pdb", "/healthz",
                             "/api/v1/projects/default/uploads?limit=5"])
    prober.start()
    began = time.monotonic()
    with open(archive, "rb") as body:
        out = subprocess.run(["curl", "-sS", "--fail-with-body", "-X", "POST", "-H", "Transfer-Encoding: chunked", "-H", "Expect:", "-H",
                              "Content-Type: application/octet-stream", "-T", "-", f"{server.url}/{server.token}/symbols?tag=big"],
                             stdin=body, capture_output=True, text=True)
    took = time.monotonic() - began
    prober.done = True
    prober.join()
    if out.returncode:
        sys.exit(f"bench: upload: {out.stdout[:500]} {out.stderr}")
    answer = json.loads(out.stdout)
    latencies = sorted(prober.latencies)
    server_peak = rss_mb(server.process.pid, "VmHWM")
    server.stop()
    p99 = latencies[int(len(latencies) * 0.99)] * 1000
    print(f"\n## upload\n\n{size / 2**30:.2f} GiB tar of .sym files streamed by curl: {took:.1f} s; hash alone {hashed:.1f} s, write+fdatasync alone {written:.1f} s, "
          f"ratio to hash+write {took / (hashed + written):.2f}\n\nserver peak resident {server_peak:.0f} MB; {len(latencies)} other requests meanwhile: "
          f"p50 {latencies[len(latencies) // 2] * 1000:.1f} ms, p99 {p99:.1f} ms, worst {latencies[-1] * 1000:.0f} ms; answer: "
          f"{ {k: v for k, v in answer.items() if isinstance(v, (int, str))} }")
    archive.unlink()
    shutil.rmtree(scratch / "upload-data")


def part_dumps():
    """Minidumps with a warm symcache, one process a dump and many dumps a process, against Breakpad's stackwalker."""
    work = scratch / "dumps"
    (work / "symbols").mkdir(parents=True)
    inputs = [str(root / "build/bench")] if (root / "build/bench/openjdk-17-jre-headless").is_dir() else []
    subprocess.run([str(root / "bench/make-dumps.sh"), args.sigla, str(work), *inputs], check=True)
    dumps = sorted(work.glob("*.dmp"))
    environment = dict(os.environ, XDG_CACHE_HOME=str(scratch / "cache"))

    def output_of(command):
        return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment).stdout

    def ours(dump):
        return output_of([args.sigla, "symbolicate", str(dump), "--symbols", str(work / "symbols"), "--format", "breakpad-machine"])

    def theirs(dump):
        return output_of([str(breakpad / "minidump_stackwalk"), "-m", str(dump), str(work / "symbols")])

    server = Sigla(scratch / "dump-data")
    subprocess.run(["tar", "-C", str(work), "-cf", str(scratch / "symbols.tar"), "symbols"], check=True)
    server.upload(scratch / "symbols.tar")
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)

    def posted(dump):
        connection.request("POST", "/api/v1/projects/default/symbolicate?format=breakpad-machine", body=dump.read_bytes())
        answer = connection.getresponse()
        if answer.status != 200:
            sys.exit(f"bench: symbolicate: {answer.status} {answer.read()[:300]}")
        answer.read()

    size = sum(f.stat().st_size for f in (work / "symbols").rglob("*.sym")) / 2**20
    print(f"\n## dumps\n\n{size:.0f} MiB of .sym files; medians of {args.rounds * 3} interleaved runs\n\n"
          "| dump | minidump_stackwalk | sigla symbolicate (one process a dump) | ratio | POST to a running server | ratio | same output |\n"
          "|---|--:|--:|--:|--:|--:|---|")
    for dump in dumps:
        for _ in range(2):
            ours(dump), posted(dump)
        times = {"t": [], "o": [], "p": []}
        for _ in range(args.rounds * 3):
            for key, call in (("t", theirs), ("o", ours), ("p", posted)):
                began = time.monotonic()
                call(dump)
                times[key].append(time.monotonic() - began)
        t, o, p = (statistics.median(times[k]) * 1000 for k in "top")
        same = "yes" if theirs(dump) == ours(dump) else "no"
        print(f"| {dump.name} | {t:.1f} ms | {o:.1f} ms | {t / o:.1f} | {p:.1f} ms | {t / p:.1f} | {same} |", flush=True)
    workers = [pid for task in pathlib.Path(f"/proc/{server.process.pid}/task").iterdir() for pid in (task / "children").read_text().split()]
    print(f"\nAfterwards {pss_mb(server.process.pid):.0f} MB are the server's (shared pages by their share) and "
          f"{sum(map(pss_mb, workers)):.0f} MB its {len(workers)} workers'")
    server.stop()


if __name__ == "__main__":
    try:
        for part in args.parts or ["start", "serve", "upload", "dumps"]:
            globals()["part_" + part]()
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
