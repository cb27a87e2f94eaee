#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""native.py --sigla PROGRAM [--rounds N] FILE...: debug files to symcaches beside llvm-gsymutil, look-ups beside llvm-symbolizer.

A FILE is an ELF file with DWARF, or a PDB beside the image that names it (.exe, .dll or .node). gsymutil reads no PDB: its conversion stands
beside llvm-symbolizer's first answer. llvm-symbolizer may crash at an address, and is started again behind it.

Each round runs both sides one after the other; medians and their ratio are printed, because the machine may be shared.
"""
import argparse
import os
import pathlib
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests/oracle"))
sys.dont_write_bytecode = True
from big_files import inside_functions  # noqa: E402
from compare import load_base, run  # noqa: E402


def timed(command, env=None, stdin=None):
    """Seconds of wall time, and the largest resident size of the process and its children in MiB."""
    start = time.monotonic()
    child = subprocess.Popen([str(c) for c in command], env=env, stdin=open(stdin) if stdin else subprocess.DEVNULL,
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    peak = 0
    while child.poll() is None:
        peak = max(peak, resident(child.pid))
        time.sleep(0.01)
    return time.monotonic() - start, peak


def resident(pid):
    total = 0
    pids = [str(pid)]
    for at in pids:
        try:
            with open(f"/proc/{at}/status") as status:
                total += sum(int(line.split()[1]) for line in status if line.startswith("VmHWM:")) / 1024
            for thread in os.listdir(f"/proc/{at}/task"):
                with open(f"/proc/{at}/task/{thread}/children") as children:
                    pids += children.read().split()
        except OSError:
            pass
    return total


def sigla_size(cache):
    return sum(p.stat().st_size for p in pathlib.Path(cache).glob("sigla/symcache/**/*") if p.is_file() and p.suffix != ".from")


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--sigla", required=True)
    ap.add_argument("--rounds", type=int, default=3)
    ap.add_argument("--addresses", type=int, default=100_000)
    ap.add_argument("--pdb-addresses", type=int, default=10_000)
    ap.add_argument("files", nargs="+")
    args = ap.parse_args()
    print("| file | | Sigla | peer | peer / Sigla |\n|---|---|---:|---:|---:|")
    for file in args.files:
        with tempfile.TemporaryDirectory(prefix="sigla-bench-") as scratch:
            bench = bench_pdb if file.endswith(".pdb") else bench_file
            bench(args, file, pathlib.Path(scratch))


def image_of(pdb):
    return next(p for p in (pathlib.Path(pdb).with_suffix(s) for s in (".exe", ".dll", ".node")) if p.exists())


def code_addresses(image, count):
    """Random addresses of the image's code, relative to its base."""
    generator = random.Random(5)
    sections = run("llvm-readobj-19", "--sections", image)
    ranges = [(int(m.group(2), 16), int(m.group(1), 16)) for m in re.finditer(
        r"VirtualSize: (0x[0-9A-F]+)\s+VirtualAddress: (0x[0-9A-F]+)(?:(?!Section \{).)*?IMAGE_SCN_MEM_EXECUTE", sections, re.S)]
    start, size = max(ranges, key=lambda r: r[1])
    return sorted(start + generator.randrange(size) for _ in range(count))


def llvm_pdb_seconds(image, addresses):
    """All addresses through llvm-symbolizer, and how often it crashed over one."""
    crashes, rest = 0, addresses
    began = time.monotonic()
    while rest:
        done = subprocess.run(["llvm-symbolizer-19", "--inlines", "--output-style=JSON", f"--obj={image}", "--relative-address"],
                              input="\n".join(map(hex, rest)) + "\n", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        if done.returncode == 0:
            break
        crashes += 1
        rest = rest[done.stdout.count("\n") + 1:]
    return time.monotonic() - began, crashes


def bench_pdb(args, pdb, scratch):
    image = image_of(pdb)
    addresses = code_addresses(image, args.pdb_addresses)
    (scratch / "addresses").write_text("\n".join(map(hex, addresses)) + "\n")
    cache = scratch / "cache"
    env = {**os.environ, "XDG_CACHE_HOME": str(cache)}
    sigla, first, warm, llvm, crashes = [], [], [], [], 0
    for _ in range(args.rounds):
        shutil.rmtree(cache, ignore_errors=True)
        sigla.append(timed([args.sigla, "lookup", pdb, hex(addresses[0])], env))
        first.append(timed(["llvm-symbolizer-19", "--inlines", f"--obj={image}", "--relative-address", hex(addresses[0])]))
        warm.append(timed([args.sigla, "lookup", pdb, "-"], env, scratch / "addresses"))
        seconds, crashes = llvm_pdb_seconds(image, addresses)
        llvm.append((seconds, 0))
    row(pdb, "conversion and an answer; llvm-symbolizer's first answer", median(sigla, 0), median(first, 0), "s")
    row(pdb, "its memory", median(sigla, 1), median(first, 1), "MiB")
    row(pdb, f"{len(addresses)} look-ups; llvm-symbolizer, which crashed {crashes} times", median(warm, 0), median(llvm, 0), "s")


def row(file, what, ours, theirs, unit):
    print(f"| {pathlib.Path(file).name} | {what} | {ours:.2f} {unit} | {theirs:.2f} {unit} | {theirs / ours:.1f} |", flush=True)


def median(runs, part):
    return statistics.median(one[part] for one in runs)


def bench_file(args, file, scratch):
    base = load_base(file)
    addresses = inside_functions(file, args.addresses)
    (scratch / "relative").write_text("\n".join(hex(a - base) for a in addresses) + "\n")
    (scratch / "absolute").write_text("\n".join(map(hex, addresses)) + "\n")
    cache = scratch / "cache"
    env = {**os.environ, "XDG_CACHE_HOME": str(cache)}
    sigla, gsym, warm, llvm = [], [], [], []
    for _ in range(args.rounds):
        shutil.rmtree(cache, ignore_errors=True)
        sigla.append(timed([args.sigla, "lookup", file, hex(addresses[0] - base)], env))
        gsym.append(timed(["llvm-gsymutil-19", "--convert", file, "--num-threads", os.cpu_count(), "-o", scratch / "out.gsym"]))
        warm.append(timed([args.sigla, "lookup", file, "-"], env, scratch / "relative"))
        llvm.append(timed(["llvm-symbolizer-19", "--inlines", f"--obj={file}"], None, scratch / "absolute"))
    row(file, "conversion (llvm-gsymutil-19)", median(sigla, 0), median(gsym, 0), "s")
    row(file, "its memory", median(sigla, 1), median(gsym, 1), "MiB")
    row(file, "its size", sigla_size(cache) / 1e6, (scratch / "out.gsym").stat().st_size / 1e6, "MB")
    row(file, f"{len(addresses)} look-ups (llvm-symbolizer-19)", median(warm, 0), median(llvm, 0), "s")


if __name__ == "__main__":
    main()
