#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Damaged crash dumps and stack traces, one after the other, against a running server: none may end it or a worker, none may take long, each is refused or answered.

  mutate.py SIGLA [COUNT] [--seed N] [--corpus FOLDER]... [--keep FOLDER]

Whole dumps come from the fuzz corpora and from --corpus folders; every mutation is told by its number and the seed, so a failure can be
repeated: --keep writes the inputs that failed. Loopback only. Exit status 1 when anything failed.
"""
import argparse
import http.client
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import time

SECONDS_MAX = 30
RSS_MB_MAX = 400
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CORPORA = ("minidump_fuzz", "process_fuzz", "microdump_fuzz", "elf_core_fuzz", "applecrash_report_fuzz", "trace_recognise_fuzz", "trace_json_fuzz")
TELLING = (0, 1, 4, 7, 8, 0x7f, 0x80, 0xff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff, 0x7fffffffffffffff, 0xffffffffffffffff)


def mutate(whole, others, rng):
    """One to eight changes of the kinds that break parsers: wild numbers, cuts, moves, pieces of another file, flipped bits."""
    data = bytearray(whole)
    for _ in range(rng.choice((1, 1, 2, 4, 8))):
        if not data:
            break
        at = rng.randrange(len(data))
        kind = rng.randrange(8)
        if kind == 0:
            data[at] ^= 1 << rng.randrange(8)
        elif kind == 1:
            data[at] = rng.randrange(256)
        elif kind in (2, 3):  # numbers lie at multiples of their width, most of them near the start
            width = rng.choice((2, 4, 8))
            at = min(at, rng.randrange(len(data)), rng.randrange(len(data))) // width * width
            data[at:at + width] = (rng.choice(TELLING) & ((1 << 8 * width) - 1)).to_bytes(width, "little")
        elif kind == 4:
            del data[at:]
        elif kind == 5:
            del data[at:at + rng.randrange(1, 64)]
        elif kind == 6:
            start = rng.randrange(len(data))
            data[at:at] = data[start:start + rng.randrange(1, 256)]
        else:
            other = rng.choice(others)
            start = rng.randrange(len(other)) if other else 0
            piece = other[start:start + rng.randrange(1, 512)]
            data[at:at + len(piece)] = piece
    return bytes(data)


class Server:
    def __init__(self, sigla, scratch):
        self.port = random.SystemRandom().randrange(12_000, 32_000)
        self.log = scratch / "server.log"
        self.process = subprocess.Popen([sigla, "serve", "--data", str(scratch / "data"), "--listen", f"127.0.0.1:{self.port}"],
                                        stdout=subprocess.DEVNULL, stderr=open(self.log, "ab"))
        for _ in range(600):
            try:
                if self.ask("GET", "/healthz", None)[0] == 200:
                    return
            except OSError:
                time.sleep(0.05)
        raise SystemExit(f"the server did not answer: {self.log.read_text()}")

    def ask(self, method, path, body):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS_MAX)
        try:
            connection.request(method, path, body=body)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def rss_mb(self):
        text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", text).group(1)) / 1024

    def stop(self):
        self.process.terminate()
        self.process.wait(40)


def problem_of(server, body, format):
    """What is wrong with how the server took that body; nothing when it was refused or answered."""
    started = time.monotonic()
    try:
        status, text = server.ask("POST", f"/api/v1/projects/default/symbolicate?format={format}", body)
    except (OSError, http.client.HTTPException) as error:
        return f"{type(error).__name__}: {error} after {time.monotonic() - started:.1f} s"
    if server.process.poll() is not None:
        return f"the server ended with {server.process.returncode}"
    if status not in (200, 400, 413, 415, 422):
        return f"status {status}: {text[:200]!r}"
    if b"worker ended" in text or b"worker was killed" in text:
        return f"a worker ended: {text[:200]!r}"
    return None


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("sigla")
    arguments.add_argument("count", nargs="?", type=int, default=20_000)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--corpus", action="append", default=[])
    arguments.add_argument("--keep")
    options = arguments.parse_args()
    folders = [ROOT / "fuzz/corpus" / name for name in CORPORA] + [pathlib.Path(folder) for folder in options.corpus]
    wholes = [p.read_bytes() for folder in folders for p in sorted(folder.iterdir()) if p.is_file()]
    failures = []
    with tempfile.TemporaryDirectory(prefix="sigla-mutate-") as scratch:
        server = Server(options.sigla, pathlib.Path(scratch))
        started = time.monotonic()
        try:
            for number in range(options.count):
                rng = random.Random(options.seed * 1_000_003 + number)
                body = mutate(rng.choice(wholes), wholes, rng)
                format = ("json", "text", "breakpad", "breakpad-machine", "rust-minidump")[number % 5]
                problem = problem_of(server, body, format)
                if problem:
                    failures.append(f"mutation {number} of seed {options.seed} ({format}): {problem}")
                    print(failures[-1], flush=True)
                    if options.keep:
                        pathlib.Path(options.keep).mkdir(parents=True, exist_ok=True)
                        (pathlib.Path(options.keep) / f"{options.seed}-{number}").write_bytes(body)
                if server.process.poll() is not None:
                    break
            rss = server.rss_mb() if server.process.poll() is None else 0
            if rss > RSS_MB_MAX:
                failures.append(f"the server has {rss:.0f} MB, more than {RSS_MB_MAX}")
        finally:
            server.stop()
    print(f"{options.count} mutations of {len(wholes)} dumps and traces in {time.monotonic() - started:.0f} s, server at {rss:.0f} MB, {len(failures)} failed")
    for failure in failures[:20]:
        print("  " + failure)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
