# SPDX-License-Identifier: Apache-2.0
"""Frames of `sigla lookup` against those of llvm-symbolizer or addr2line for the same addresses."""
import json
import posixpath
import random
import re
import subprocess


def run(*command, timeout=1_800, **options):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, errors="replace", timeout=timeout, **options)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))}: {done.stderr.strip()[-2000:]}")
    return done.stdout


def load_base(file):
    """What sigla's addresses count from."""
    starts = [int(m.group(1), 16) for m in re.finditer(r"^ +LOAD +0x[0-9a-f]+ (0x[0-9a-f]+)", run("readelf", "-lW", file), re.M)]
    return min(starts) & ~0xFFF if starts else 0


def code_ranges(file):
    ranges = []
    for m in re.finditer(r"^ +\[ *\d+\] (\S+) +(?:PROGBITS|NOBITS) +([0-9a-f]+) [0-9a-f]+ ([0-9a-f]+) [0-9a-f]+ +(\S*X\S*) ",
                         run("readelf", "-SW", file), re.M):
        ranges.append((int(m.group(2), 16), int(m.group(2), 16) + int(m.group(3), 16), m.group(1)))
    return ranges


def line_row_addresses(file):
    return {int(m.group(1), 16) for m in re.finditer(r"^(0x[0-9a-f]+) +\d+ +\d+ ", run("llvm-dwarfdump-19", "--debug-line", file), re.M)}


def function_addresses(file):
    return {int(m.group(1), 16) for m in re.finditer(r"^([0-9a-f]+) [tTwWiu] ", run("nm", file), re.M)}


def sample(file, with_debug, random_count, seed=1):
    """Every function start, every row of the line table and random addresses, all inside code."""
    ranges = code_ranges(with_debug)
    chosen = line_row_addresses(with_debug) | function_addresses(with_debug)
    generator = random.Random(seed)
    total = sum(high - low for low, high, _ in ranges)
    for _ in range(random_count):
        at = generator.randrange(total)
        for low, high, _ in ranges:
            if at < high - low:
                chosen.add(low + at)
                break
            at -= high - low
    return sorted(a for a in chosen if any(low <= a < high for low, high, _ in ranges))


def tidy(path):
    return posixpath.normpath(path) if path else ""


def sigla_frames(sigla, file, addresses, options=(), env=None):
    """{address: [(function, file, line), ...]}, innermost first."""
    out = run(sigla, "lookup", "--json", *options, file, "-", input=" ".join(map(hex, addresses)), env=env)
    return {int(e["addr"], 16): [(f["symbol"], tidy(f["file"]), f["line"] or 0) for f in e["frames"]] for e in json.loads(out)}


def llvm_frames(file, addresses):
    out = run("llvm-symbolizer-19", "--output-style=JSON", "--functions=linkage", "--inlines", "--no-demangle", f"--obj={file}",
              input="\n".join(map(hex, addresses)) + "\n")
    found = {}
    for line in out.splitlines():
        entry = json.loads(line)
        frames = [(s["FunctionName"], tidy(s["FileName"]), s["Line"]) for s in entry.get("Symbol", [])]
        if len(frames) == 1 and frames[0][2] == 0 and "/" not in frames[0][1]:
            # Where there is no DWARF, LLVM gives the name in the STT_FILE symbol before a local one ("crtstuff.c").
            frames = [(frames[0][0], "", 0)]
        found[int(entry["Address"], 16)] = frames
    return found


def addr2line_frames(file, addresses, section=None):
    options = ["-j", section] if section else []
    out = run("addr2line", "-a", "-i", "-f", *options, "-e", file, input="\n".join(map(hex, addresses)) + "\n")
    found, frames, function = {}, None, None
    for line in out.splitlines():
        if re.fullmatch(r"0x[0-9a-f]{8,16}", line):
            frames = found.setdefault(int(line, 16), [])
        elif function is None:
            function = line
        else:
            path, _, rest = line.rpartition(":")
            number = re.match(r"\d+", rest)
            frames.append(("" if function == "??" else function, "" if path == "??" else tidy(path), int(number.group()) if number else 0))
            function = None
    return found


def places(frames):
    """What two tools must agree on: the file and line of each frame, as far as anything is known."""
    known = [(f[1], f[2]) for f in frames]
    return known if any(file for file, _ in known) else []


class Agreement:
    def __init__(self):
        self.compared = 0
        self.different = []

    def add(self, ours, theirs):
        for address, frames in theirs.items():
            self.compared += 1
            if places(ours.get(address, [])) != places(frames):
                self.different.append((address, ours.get(address, []), frames))
        return self

    @property
    def percent(self):
        return 100.0 * (1 - len(self.different) / self.compared) if self.compared else 0.0

    def explain(self, count=3):
        lines = []
        for address, ours, theirs in self.different[:count]:
            lines += [f"{address:#x}", "  sigla  " + " < ".join(f"{f[0]} {f[1]}:{f[2]}" for f in ours),
                      "  oracle " + " < ".join(f"{f[0]} {f[1]}:{f[2]}" for f in theirs)]
        return "\n".join(lines)


def compare_with_llvm(sigla, file, with_debug=None, random_count=300, options=(), env=None):
    with_debug = with_debug or file
    base = load_base(file)
    addresses = sample(file, with_debug, random_count)
    ours = sigla_frames(sigla, file, [a - base for a in addresses if a >= base], options, env)
    return Agreement().add({a + base: frames for a, frames in ours.items()}, llvm_frames(with_debug, addresses))
