#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""PDBs of .NET converted both ways: Mono and LLVM read the Windows PDBs as they read what they came from, and every PDB of real packages comes back."""
import json
import pathlib
import random
import re
import shutil
import sys
import unittest

from harness import NPM, SIGLA, Case, run

FIXTURE = pathlib.Path(__file__).parents[2] / "src/convert/testdata/managed"  # compiled by mcs
FRAME = re.compile(r"^\s*at (?P<method>.*?) \[(?P<il>0x[0-9a-f]+)\] in (?P<place>\S+?)\s*$")


def frames(trace):
    """(method, IL offset, place) of each frame that lies in the program itself."""
    found = [FRAME.match(line) for line in trace.splitlines()]
    return [(m["method"], m["il"], m["place"]) for m in found if m and m["method"].startswith("Demo.")]


class ConvertPdb(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.portable = cls.scratch / "portable"
        cls.portable.mkdir()
        for name in ("prog.exe", "prog.pdb"):
            shutil.copy(FIXTURE / name, cls.portable)
        cls.program, cls.pdb = cls.portable / "prog.exe", cls.portable / "prog.pdb"

    def convert(self, to, assembly, pdb, out, *options):
        return run(SIGLA, "convert-pdb", "--to", to, "--assembly", assembly, pdb, "-o", out, *options)

    def folder(self, name):
        path = self.scratch / name
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir()
        return path

    def test_pdb2mdb_reads_the_same_offsets_and_lines(self):
        windows = self.folder("windows")
        shutil.copy(self.program, windows)
        self.convert("windows", self.program, self.pdb, windows / "prog.pdb")
        run("pdb2mdb", "prog.exe", cwd=windows)
        (windows / "prog.pdb").unlink()
        # The program ends in an exception that nobody catches.
        with_mdb = frames(run("mono", "--debug", windows / "prog.exe", check=False).stderr)
        with_portable = frames(run("mono", "--debug", self.program, check=False).stderr)
        self.assertEqual(with_mdb, with_portable)
        self.assertGreater(len(with_mdb), 4)

    def test_pdb2mdb_agrees_on_every_method_of_real_packages(self):
        oracle = pathlib.Path(__file__).parents[1] / "oracle/pdb2mdb.py"
        done = run(sys.executable, oracle, SIGLA, FIXTURE, NPM / "nswag", check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        count, methods = map(int, re.search(r"(\d+) PDBs equal: (\d+) methods, \d+ sequence points; 0 not", done.stdout).groups())
        self.assertGreater(count, 10)
        self.assertGreater(methods, 2000)

    def test_llvm_reads_what_we_write(self):
        out = self.folder("llvm") / "prog.pdb"
        self.convert("windows", self.program, self.pdb, out)
        dump = run("llvm-pdbutil-19", "dump", "--all", out).stdout
        self.assertNotIn("corrupt", dump.lower())
        self.assertIn("S_GMANPROC", dump)
        self.assertIn("prog.cs", dump)
        injected = run("llvm-pdbutil-19", "pretty", "-native", "-injected-sources", out).stdout
        self.assertIn("prog.cs", injected)

    def test_both_ways_change_nothing(self):
        folder = self.folder("stable")
        log = self.convert("windows", self.program, self.pdb, folder / "1.pdb").stderr
        self.convert("windows", self.program, self.pdb, folder / "again.pdb")
        self.assertEqual((folder / "1.pdb").read_bytes(), (folder / "again.pdb").read_bytes())
        self.convert("portable", self.program, folder / "1.pdb", folder / "2.pdb")
        self.convert("windows", self.program, folder / "2.pdb", folder / "3.pdb")
        self.assertEqual((folder / "1.pdb").read_bytes(), (folder / "3.pdb").read_bytes())
        self.assertEqual(log, "")

    def test_the_id_stays(self):
        out = self.folder("id") / "prog.pdb"
        self.convert("windows", self.program, self.pdb, out)
        key = lambda path: [o["debug_id"].split("-")[:5] for o in json.loads(run(SIGLA, "inspect", "--json", path).stdout)["objects"]]
        self.assertEqual(key(out), key(self.pdb))

    def test_every_pdb_of_nswag_comes_back(self):
        """Nothing is lost that a Windows PDB can hold: the second Windows PDB is the first one."""
        folder = self.folder("nswag")
        count = 0
        seen = set()
        for pdb in sorted((NPM / "nswag").rglob("*.pdb")):
            assembly = next((pdb.with_suffix(s) for s in (".dll", ".exe") if pdb.with_suffix(s).exists()), None)
            content = pdb.read_bytes()
            if assembly is None or content in seen:
                continue
            seen.add(content)
            self.convert("windows", assembly, pdb, folder / "1.pdb", "-q")
            self.convert("portable", assembly, folder / "1.pdb", folder / "2.pdb", "-q")
            self.convert("windows", assembly, folder / "2.pdb", folder / "3.pdb", "-q")
            self.assertEqual((folder / "1.pdb").read_bytes(), (folder / "3.pdb").read_bytes(), pdb)
            count += 1
        self.assertGreater(count, 5)

    def test_source_link_becomes_srcsrv(self):
        folder = self.folder("nswag_srcsrv")
        for pdb in sorted((NPM / "nswag").rglob("NSwag.*.pdb")):
            if not pdb.with_suffix(".dll").exists():
                continue
            self.convert("windows", pdb.with_suffix(".dll"), pdb, folder / "a.pdb", "-q", "--srcsrv-variable", "BUILD=7")
            content = (folder / "a.pdb").read_bytes()
            self.assertIn(b"SRCSRVTRG=%RAWURL%\r\nBUILD=7\r\n", content)
            self.assertIn(b'{"documents"', content)
            self.convert("windows", pdb.with_suffix(".dll"), pdb, folder / "b.pdb", "-q", "--no-srcsrv")
            self.assertNotIn(b"SRCSRVTRG", (folder / "b.pdb").read_bytes())
            return
        self.fail("no PDB of NSwag")

    def test_refuses_what_is_damaged_and_writes_nothing(self):
        folder = self.folder("damaged")
        self.convert("windows", self.program, self.pdb, folder / "windows.pdb")
        rng = random.Random(3)
        refused = 0
        for to, good in (("windows", self.pdb), ("portable", folder / "windows.pdb"), ("windows", self.program)):
            for number in range(40):
                content = bytearray(good.read_bytes())
                if number % 2:
                    del content[rng.randrange(len(content)):]
                else:
                    for _ in range(8):
                        content[rng.randrange(len(content))] = rng.randrange(256)
                damaged = folder / f"damaged{good.suffix}"
                damaged.write_bytes(content)
                out = folder / "out.pdb"
                pdb, assembly = (self.pdb, damaged) if good == self.program else (damaged, self.program)
                done = run(SIGLA, "convert-pdb", "--to", to, "--assembly", assembly, pdb, "-o", out, "-q", check=False)
                self.assertIn(done.returncode, (0, 1, 3), (number, done.stderr))
                self.assertEqual(out.exists(), done.returncode == 0, done.stderr)
                if done.returncode != 0:
                    refused += 1
                    self.assertRegex(done.stderr, r"^sigla: .*\.(pdb|exe): \S+")
                out.unlink(missing_ok=True)
        self.assertGreater(refused, 60)

    def test_refuses_what_is_not_a_pair(self):
        folder = self.folder("refuse")
        attempt = lambda *argv: run(SIGLA, "convert-pdb", *argv, "-o", folder / "out.pdb", check=False)
        done = attempt("--to", "portable", "--assembly", self.program, self.pdb)
        self.assertEqual((done.returncode, "already" in done.stderr), (3, True), done.stderr)
        done = attempt("--to", "windows", self.program)
        self.assertEqual((done.returncode, "no PDB inside" in done.stderr), (1, True), done.stderr)
        other = pathlib.Path("/usr/lib/mono/4.5/mscorlib.dll")
        done = attempt("--to", "windows", "--assembly", other, self.pdb)
        self.assertEqual(done.returncode, 1, done.stderr)
        (folder / "cut.pdb").write_bytes(self.pdb.read_bytes()[:300])
        done = attempt("--to", "windows", "--assembly", self.program, folder / "cut.pdb")
        self.assertEqual(done.returncode, 3, done.stderr)
        done = attempt("--to", "windows", "--assembly", self.program, self.pdb, "--srcsrv-variable", "RAWURL=x")
        self.assertEqual(done.returncode, 2, done.stderr)
        done = attempt("--assembly", self.program, self.pdb)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertFalse((folder / "out.pdb").exists())


if __name__ == "__main__":
    unittest.main(verbosity=2)
