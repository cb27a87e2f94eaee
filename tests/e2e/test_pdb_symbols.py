#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""PDBs that MSVC made, found for the modules of Windows dumps; functions and lines equal llvm-symbolizer's, which shows no inlined calls of PDBs."""
import json
import os
import re
import shutil
import struct
import unittest

from harness import NODE_PTY, SIGLA, Case, run


def plain(name):
    """`Napi::Env::run` of `Napi::Env::run<int>(void) const`."""
    return re.split(r"[(<]", name or "")[0].strip()


def windows_dump(image, base, rva):
    """A minidump of a 64-bit Windows process with one module, that stopped at an address in it."""
    pe = image.read_bytes()
    header = struct.unpack_from("<I", pe, 0x3C)[0]
    time_stamp = struct.unpack_from("<I", pe, header + 8)[0]
    size = struct.unpack_from("<I", pe, header + 24 + 56)[0]
    code_view = pe[pe.index(b"RSDS"):]
    code_view = code_view[:code_view.index(b"\0", 24) + 1]
    name = f"C:\\app\\{image.name}".encode("utf-16-le")
    parts, position = [], 32 + 4 * 12

    def put(part):
        nonlocal position
        part += b"\0" * (-len(part) % 8)
        parts.append(part)
        position += len(part)
        return position - len(part)

    name_at = put(struct.pack("<I", len(name)) + name + b"\0\0")
    code_view_at = put(code_view)
    context = bytearray(1232)
    struct.pack_into("<I", context, 0x30, 0x10000B)
    struct.pack_into("<Q", context, 0x98, 0x7000)  # rsp
    struct.pack_into("<Q", context, 0xF8, base + rva)
    context_at = put(bytes(context))
    stack_at = put(b"\0" * 64)
    streams = {
        7: struct.pack("<HHHBBIIIIIHH24s", 9, 6, 0, 4, 1, 10, 0, 19041, 2, name_at, 0, 0, b"GenuineIntel"),
        4: struct.pack("<IQIIII52sIIII16s", 1, base, size, 0, time_stamp, name_at, b"", len(code_view), code_view_at, 0, 0, b""),
        3: struct.pack("<IIIIIQQIIII", 1, 7, 0, 0, 0, 0, 0x7000, 64, stack_at, 1232, context_at),
        6: struct.pack("<IIIIQQII120sII", 7, 0, 0xC0000005, 0, 0, base + rva, 0, 0, b"", 1232, context_at),
    }
    directory = b"".join(struct.pack("<III", kind, len(stream), put(stream)) for kind, stream in streams.items())
    return struct.pack("<4sIIIIIQ", b"MDMP", 0xA793, len(streams), 32, 0, 0x66000000, 0) + directory + b"".join(parts)


class WindowsSymbols(Case):
    """PDBs that MSVC made, found for the module of a dump."""
    IMAGE = NODE_PTY / "win32-x64/conpty.node"
    PDB = NODE_PTY / "win32-x64/conpty.pdb"
    BASE = 0x7FF600000000

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.environment = {**os.environ, "XDG_CACHE_HOME": str(cls.scratch / "xdg")}
        cls.store = cls.scratch / "store"
        pe = cls.IMAGE.read_bytes()
        rsds = pe.index(b"RSDS")
        guid = "%08X%04X%04X" % struct.unpack_from("<IHH", pe, rsds + 4) + pe[rsds + 12:rsds + 20].hex().upper()
        age = struct.unpack_from("<I", pe, rsds + 20)[0]
        cls.pdb_path = f"conpty.pdb/{guid}{age:X}/conpty.pdb"
        (cls.store / cls.pdb_path).parent.mkdir(parents=True)
        shutil.copy(cls.PDB, cls.store / cls.pdb_path)

    def wanted(self, rva):
        """llvm-symbolizer's answer: (function, file, line)."""
        out = run("llvm-symbolizer-19", "--relative-address", "--inlines", "--output-style=JSON", f"--obj={self.IMAGE}", hex(rva)).stdout
        symbol = json.loads(out)[0]["Symbol"][-1]
        return plain(symbol["FunctionName"]), re.split(r"[\\/]", symbol["FileName"])[-1], symbol["Line"]

    def frames(self, report):
        frame = report["threads"][0]["frames"][0]
        return [(plain(c["function"]), re.split(r"[\\\\/]", c["file"] or "")[-1], c["line"] or 0) for c in frame["inlines"] + [frame]]

    def test_names_and_lines_equal_llvms(self):
        dump = self.scratch / "windows.dmp"
        compared = 0
        for rva in range(0x1010, 0x9000, 0x3F1):
            wanted = self.wanted(rva)
            if not wanted[2]:
                continue
            dump.write_bytes(windows_dump(self.IMAGE, self.BASE, rva))
            report = json.loads(run(SIGLA, "symbolicate", dump, "--symbols", self.store, "--format", "json", env=self.environment).stdout)
            self.assertEqual(self.frames(report)[-1], wanted, hex(rva))
            compared += 1
        self.assertGreater(compared, 10)

    def test_every_way_gives_the_same(self):
        rva = 0x1010
        dump = self.scratch / "one.dmp"
        dump.write_bytes(windows_dump(self.IMAGE, self.BASE, rva))
        from_store = json.loads(run(SIGLA, "symbolicate", dump, "--symbols", self.store, "--symbols", self.IMAGE.parent, "--format", "json", env=self.environment).stdout)
        module = from_store["modules"][0]
        self.assertTrue(module["symbol_source"].endswith(self.pdb_path), module)
        for file in (self.PDB, self.IMAGE):
            self.assertEqual(self.server.native(file.read_bytes(), query=f"?upload_file={file.name}").status, 200)
        answer = self.server.request("POST", "/api/v1/projects/default/symbolicate", body=dump.read_bytes()).json()
        self.assertEqual(self.frames(answer), self.frames(from_store))
        environment = {**self.environment, "XDG_CACHE_HOME": str(self.scratch / "xdg2")}
        fetched = json.loads(run(SIGLA, "symbolicate", dump, "--symbols", self.server.url + "/symbols", "--format", "json", env=environment).stdout)
        self.assertEqual(self.frames(fetched), self.frames(from_store))
        self.assertEqual([m["status"] for m in (answer["modules"][0], fetched["modules"][0])], ["found", "found"])


class SourceLinks(Case):
    """Frames lead to the revision of their source that the linker was told of."""
    BASE = 0x140000000
    SOURCE = """extern "C" int value;
int value = 3;
static __attribute__((always_inline)) int twice(int x) {
  return x * 2 + value;
}
extern "C" int entry() {
  int sum = twice(value);
  return sum + twice(sum);
}
"""

    def test_of_dumps_and_addresses(self):
        source = self.scratch / "src" / "a b.cc"
        source.parent.mkdir()
        source.write_text(self.SOURCE)
        revision = "https://host.example/raw/0123abcd"
        (self.scratch / "map.json").write_text(json.dumps({"documents": {f"{self.scratch}/src/*": f"{revision}/src/*"}}))
        run("clang++-19", "--target=x86_64-pc-windows-msvc", "-O1", "-g", "-gcodeview", "-ffreestanding", "-c", source, "-o", "a.obj", cwd=self.scratch)
        run("lld-link-19", "/nologo", "/debug:full", "/pdb:a.pdb", "/nodefaultlib", "/entry:entry", "/subsystem:console", "/pdbstream:sourcelink=map.json",
            "/out:a.exe", "a.obj", cwd=self.scratch)
        pdb, image = self.scratch / "a.pdb", self.scratch / "a.exe"
        environment = {**os.environ, "XDG_CACHE_HOME": str(self.scratch / "xdg-links")}
        rva = next(int(m.group(1), 16) for m in re.finditer(r"AddressOfEntryPoint: (0x[0-9A-F]+)", run("llvm-readobj-19", "--file-headers", image).stdout))
        frames = json.loads(run(SIGLA, "lookup", pdb, hex(rva), "--json", env=environment).stdout)[0]["frames"]
        self.assertGreaterEqual(len(frames), 1)
        for frame in frames:
            self.assertEqual(frame["source_link"], f"{revision}/src/a%20b.cc#L{frame['line']}")

        dump = self.scratch / "links.dmp"
        dump.write_bytes(windows_dump(image, self.BASE, rva))
        report = json.loads(run(SIGLA, "symbolicate", dump, "--symbols", self.scratch, "--format", "json", env=environment).stdout)
        frame = report["threads"][0]["frames"][0]
        self.assertEqual([f["source_link"] for f in frame["inlines"] + [frame]], [f["source_link"] for f in frames])

        self.assertEqual(self.server.native(pdb.read_bytes(), query="?upload_file=a.pdb").status, 200)
        module = next(m for m in report["modules"] if m["main"])
        answer = self.server.request("POST", "/api/v1/projects/default/lookup", body=json.dumps({
            "modules": [{"debug_file": "a.pdb", "debug_id": module["breakpad_id"]}], "addresses": [{"module": 0, "address": hex(rva)}]}))
        self.assertEqual(answer.status, 200, answer.text)
        self.assertEqual([f["source_link"] for f in answer.json()["addresses"][0]["frames"]], [f["source_link"] for f in frames])


if __name__ == "__main__":
    unittest.main()
