# SPDX-License-Identifier: Apache-2.0
"""Functions, lines and inlined calls of a PDB, worked out anew from the records that `llvm-pdbutil dump` prints.

LLVM reads the container and the records, this file interprets them: an implementation of the same specification that shares
nothing with the program's. Slow and straightforward.
"""
import bisect
import re
import subprocess

PDBUTIL = "llvm-pdbutil-19"
OPENS = re.compile(r"S_(GPROC32|LPROC32|THUNK32|BLOCK32|INLINESITE|SEPCODE|GPROC32_ID|LPROC32_ID)$")
ANY_FILE = "*"
CLOSES = {"S_END", "S_INLINESITE_END", "S_PROC_ID_END"}


def dump(pdb, *what):
    return subprocess.run([PDBUTIL, "dump", *what, str(pdb)], capture_output=True, text=True, errors="replace", check=True).stdout


class Site:
    def __init__(self, inlinee, name):
        self.inlinee = inlinee
        self.name = name
        self.bytes = bytearray()
        self.inner = []
        self.rows = []  # (low, high, file, line)

    def row_at(self, offset):
        return next((r for r in self.rows if r[0] <= offset < r[1]), None)


class Function:
    def __init__(self, module, name, section, offset, size):
        self.module, self.name, self.section, self.offset, self.size = module, name, section, offset, size
        self.sites = []


def numbers(data):
    """CVUncompressData."""
    at = 0
    while at < len(data):
        first = data[at]
        size = 1 if first < 0x80 else 2 if first < 0xc0 else 4
        if at + size > len(data):
            return
        yield int.from_bytes(data[at:at + size], "big") & {1: 0x7f, 2: 0x3fff, 4: 0x1fffffff}[size]
        at += size


def rows_of(site, definition):
    """The annotations' rows as [low, high, file record or None, line]; a row without a length ends at the next one."""
    signed = lambda v: -(v >> 1) if v & 1 else v >> 1
    offset, line, file = 0, definition[1], None
    rows = []
    stream = numbers(bytes(site.bytes))

    def begin(length=None):
        if rows and rows[-1][1] is None:
            rows[-1][1] = max(offset, rows[-1][0])
        rows.append([offset, None if length is None else offset + length, file, line])

    for op in stream:
        if op == 0:
            break
        a = next(stream, 0)
        if op == 3:
            offset += a
            begin()
        elif op == 4:
            if rows and rows[-1][1] is None:
                rows[-1][1] = rows[-1][0] + a
            offset += a
        elif op == 5:
            file = a
        elif op == 6:
            line += signed(a)
        elif op == 11:
            line += signed(a >> 4)
            offset += a & 15
            begin()
        elif op == 12:
            offset += next(stream, 0)
            begin(a)
        elif op not in (7, 8, 9, 10, 13):
            break
    return [r for r in rows if r[1] is not None and r[1] > r[0]]


class PdbFacts:
    def __init__(self, pdb):
        self.sections = [(int(size, 16), int(address, 16)) for size, address in
                         re.findall(r"([0-9A-F]+) virtual size\s+([0-9A-F]+) virtual address", dump(pdb, "--section-headers"))]
        self.functions = []
        self.lines = {}       # module -> sorted [(section, low, high, [(offset, line)], file)]
        self.definitions = {}  # module -> {inlinee: (file, line)}
        self.owners = []      # (section, low, high, module), ascending
        self.read_symbols(dump(pdb, "--symbols"))
        self.read_lines(dump(pdb, "--l"))
        self.read_inlinees(dump(pdb, "--il"))
        self.read_contributions(dump(pdb, "--section-contribs"))
        for function in self.functions:
            self.place_sites(function.module, function.sites)
        self.functions.sort(key=lambda f: (f.section, f.offset))
        self.starts = [(f.section, f.offset) for f in self.functions]

    def read_symbols(self, text):
        module, stack, site, pending = -1, [], None, None
        for line in text.splitlines():
            if match := re.match(r"\s*Mod (\d+) \|", line):
                module, stack, pending = int(match[1]), [], None
            elif match := re.match(r"\s*\d+ \| (S_\w+) \[size = \d+\](?: `(.*)`)?", line):
                kind, name = match[1], match[2]
                site = pending = None
                if kind in CLOSES:
                    if stack:
                        stack.pop()
                elif OPENS.match(kind):
                    stack.append(kind)
                    pending = (kind, name)
                    if kind.endswith(("PROC32", "PROC32_ID", "THUNK32")):
                        stack[-1] = None
            elif pending and (match := re.search(r"addr = (\d+):(\d+), code size = (\d+)", line)):
                if pending[0].endswith(("PROC32", "PROC32_ID")):
                    function = Function(module, pending[1], int(match[1]), int(match[2]), int(match[3]))
                    self.functions.append(function)
                    stack[-1] = function
                pending = None
            elif pending and pending[0] == "S_INLINESITE" and (match := re.search(r"inlinee = 0x([0-9A-F]+)(?: \((.*)\))?, parent", line)):
                site = Site(int(match[1], 16), match[2] or "<of another module>")
                outer = next((s for s in reversed(stack[:-1]) if isinstance(s, (Site, Function))), None)
                if isinstance(outer, Site):
                    outer.inner.append(site)
                elif outer:
                    outer.sites.append(site)
                stack[-1] = site
                pending = None
            elif site and (match := re.match(r"\s+([0-9A-F]{2,})\s+", line + " ")):
                site.bytes += bytes.fromhex(match[1])

    def read_lines(self, text):
        module, file, run = -1, None, None
        for line in text.splitlines():
            if match := re.match(r"\s*Mod (\d+) \|", line):
                module, run = int(match[1]), None
            elif match := re.match(r"(\S.*?) \((?:SHA-256|SHA-1|MD5|no checksum)", line):
                file = match[1]
            elif match := re.match(r"\s+(\d+):([0-9A-F]+)-([0-9A-F]+), line", line):
                run = (int(match[1]), int(match[2], 16), int(match[3], 16), [], file)
                self.lines.setdefault(module, []).append(run)
            elif run:
                for number, offset in re.findall(r"(\d+)!? ([0-9A-F]{8})", line):
                    if int(number) not in (0xf00f00, 0xfeefee):
                        run[3].append((int(offset, 16), int(number)))

    def read_inlinees(self, text):
        module = -1
        for line in text.splitlines():
            if match := re.match(r"\s*Mod (\d+) \|", line):
                module = int(match[1])
            elif match := re.match(r"\s*0x([0-9A-F]+) \|\s*(\d+) \| (.*?)(?: \((?:SHA-256|SHA-1|MD5|no checksum).*)?$", line):
                self.definitions.setdefault(module, {})[int(match[1], 16)] = (match[3], int(match[2]))

    def read_contributions(self, text):
        for module, section, low, size in re.findall(r"mod = (\d+), (\d+):(\d+), size = (\d+)", text):
            self.owners.append((int(section), int(low), int(low) + int(size), int(module)))
        self.owners.sort()

    def place_sites(self, module, sites):
        for site in sites:
            definition = self.definitions.get(module, {}).get(site.inlinee)
            # Without a definition there is code, but no line.
            site.rows = rows_of(site, definition or (None, 0))
            site.definition = definition
            self.place_sites(module, site.inner)

    def rva(self, section, offset):
        return self.sections[section - 1][1] + offset

    def owner(self, section, offset):
        at = bisect.bisect_right(self.owners, (section, offset, float("inf"))) - 1
        if at < 0:
            return None
        s, low, high, module = self.owners[at]
        return module if s == section and low <= offset < high else None

    def function_at(self, section, offset):
        """Of functions that were folded into one, that of the module whose code was kept."""
        at = bisect.bisect_right(self.starts, (section, offset))
        found = []
        while at > 0:
            at -= 1
            function = self.functions[at]
            if function.section != section or offset - function.offset > 0x100000:
                break
            if offset < function.offset + function.size:
                found.append(function)
                if at and self.starts[at - 1] != self.starts[at]:
                    break
        found.reverse()
        owner = self.owner(section, found[0].offset) if found else None
        return next((f for f in found if f.module == owner), found[0] if found else None)

    def lines_at(self, section, offset):
        """One answer for each run that may be the function's, where several begin with the code."""
        function = self.function_at(section, offset)
        if function is None:
            return []
        runs = [r for r in self.lines.get(function.module, []) if r[0] == section and r[1] <= offset < r[2]]
        beginning = [r for r in runs if r[3] and r[3][0][0] == r[1]]
        if len(beginning) < 2:
            return []
        return [self.line_of([r], offset) for r in beginning] + [self.line_of([r, *(o for o in runs if o not in beginning)], offset) for r in beginning]

    def line_at(self, module, section, offset):
        runs = [r for r in self.lines.get(module, []) if r[0] == section and r[1] <= offset < r[2]]
        return self.line_of([r for r in runs if r[1:3] == runs[0][1:3]], offset)

    def line_of(self, runs, offset):
        rows = [(at, number, run[4]) for run in runs for at, number in run[3] if at <= offset]
        # Stable: of rows at one address the last one counts.
        rows.sort(key=lambda row: row[0])
        return (rows[-1][2], rows[-1][1]) if rows else None

    def frames(self, section, offset):
        """Innermost first: (name, (file, line) or None)."""
        function = self.function_at(section, offset)
        if function is None:
            return []
        frames = [(function.name, self.line_at(function.module, section, offset))]
        sites = function.sites
        while True:
            for site in sites:
                if row := site.row_at(offset - function.offset):
                    file = site.definition and site.definition[0]
                    # llvm-pdbutil does not print what BA_OP_ChangeFile refers to.
                    frames.append((site.name, (ANY_FILE if row[2] else file, row[3]) if file else None))
                    sites = site.inner
                    break
            else:
                return frames[::-1]

    def places(self):
        """Where functions, lines and inlined calls begin."""
        found = set()
        for function in self.functions:
            found.add((function.section, function.offset))
            pending = list(function.sites)
            while pending:
                site = pending.pop()
                pending += site.inner
                found |= {(function.section, function.offset + row[0]) for row in site.rows if row[0] < function.size}
        for runs in self.lines.values():
            found |= {(run[0], at) for run in runs for at, _ in run[3]}
        return sorted(found)

    def doubled_rows(self):
        """(section, low, high) of code that several rows of one run stand for."""
        found = []
        for runs in self.lines.values():
            for section, _, high, rows, _ in runs:
                ends = [at for at, _ in rows[1:]] + [high]
                for i, (at, _) in enumerate(rows):
                    if i and rows[i - 1][0] == at:
                        found.append((section, at, max(ends[i], at + 1)))
        return found
