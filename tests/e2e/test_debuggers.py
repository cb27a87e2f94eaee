#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Real debuggers and tools against the real server: gdb, debuginfod-find, eu-stack, llvm-symbolizer, and libc's debug files."""
import io
import json
import os
import pathlib
import re
import struct
import subprocess
import unittest
import zipfile

from harness import Case, build_program, run


class Debuggers(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = cls.scratch / "build"
        cls.full, cls.stripped, cls.debug, cls.build_id = build_program(folder)
        run("tar", "-czf", folder / "symbols.tgz", "-C", folder, "prog.debug", "stripped/prog")
        answer = cls.server.upload((folder / "symbols.tgz").read_bytes(), "?tag=debuggers").json()
        if answer["stored"] != 2:
            raise AssertionError(answer)
        # The sources' folder and the unstripped program are gone where the debugger runs.
        cls.away = cls.scratch / "away"
        cls.away.mkdir()
        (cls.away / "prog").write_bytes(cls.stripped.read_bytes())
        os.chmod(cls.away / "prog", 0o755)

    def environment(self, name):
        return {**os.environ, "DEBUGINFOD_URLS": self.server.url, "DEBUGINFOD_CACHE_PATH": str(self.scratch / f"cache-{name}"),
                "HOME": str(self.scratch), "XDG_CACHE_HOME": str(self.scratch / f"xdg-{name}")}

    def test_debuginfod_find_gets_identical_files(self):
        for what, expected in (("debuginfo", self.debug), ("executable", self.stripped)):
            found = run("debuginfod-find", what, self.build_id, env=self.environment("find")).stdout.strip()
            self.assertEqual(open(found, "rb").read(), expected.read_bytes())
        missing = run("debuginfod-find", "debuginfo", "0" * 40, env=self.environment("find"), check=False)
        self.assertNotEqual(missing.returncode, 0)

    def test_debuginfod_find_gets_sections(self):
        for section, file in ((".text", self.stripped), (".debug_line", self.debug)):
            environment = self.environment(f"section{section}")
            found = run("debuginfod-find", "section", self.build_id, section, env=environment).stdout.strip()
            wanted = self.scratch / f"wanted{section}"
            run("objcopy", "--dump-section", f"{section}={wanted}", file, self.scratch / "unused")
            self.assertEqual(pathlib.Path(found).read_bytes(), wanted.read_bytes())
            # A client that is not given the section fetches whole files and cuts it out itself.
            fetched = {p.name for p in pathlib.Path(environment["DEBUGINFOD_CACHE_PATH"]).glob("*/*")}
            self.assertFalse(fetched & {"debuginfo", "executable"}, fetched)
        missing = run("debuginfod-find", "section", self.build_id, ".nothing", env=self.environment("section"), check=False)
        self.assertNotEqual(missing.returncode, 0)

    def test_debuginfod_find_gets_sources_of_a_bundle(self):
        bundle = io.BytesIO(b"SYSB" + struct.pack("<I", 2))
        bundle.seek(0, io.SEEK_END)
        source = (self.scratch / "build/prog.cc").read_text()
        with zipfile.ZipFile(bundle, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("files/prog.cc", source)
            archive.writestr("manifest.json", json.dumps({"files": {"files/prog.cc": {"type": "source", "path": "/away/src/prog.cc"}}, "code_id": self.build_id}))
        self.assertEqual(self.server.upload(bundle.getvalue()).json()["stored"], 1)
        found = run("debuginfod-find", "source", self.build_id, "/away/src/prog.cc", env=self.environment("source")).stdout.strip()
        self.assertEqual(pathlib.Path(found).read_text(), source)
        missing = run("debuginfod-find", "source", self.build_id, "/etc/passwd", env=self.environment("source"), check=False)
        self.assertNotEqual(missing.returncode, 0)

    def test_debuginfod_headers(self):
        answer = self.server.get(f"/buildid/{self.build_id}/debuginfo")
        self.assertEqual(answer.status, 200)
        self.assertEqual(int(answer.headers["X-DEBUGINFOD-SIZE"]), len(answer.body))
        self.assertEqual(self.server.get(f"/buildid/{self.build_id.upper()}/debuginfo").status, 200)
        self.assertEqual(self.server.get(f"/buildid/{self.build_id}/debuginfo", **{"X-DEBUGINFOD-MAXSIZE": "10"}).status, 406)
        self.assertEqual(self.server.get(f"/p/default/buildid/{self.build_id}/executable").status, 200)

    def test_gdb_names_a_stripped_programs_frames(self):
        out = run("gdb", "-nx", "-batch", "-iex", "set debuginfod enabled on", "-ex", "run", "-ex", "bt", "./prog", cwd=self.away,
                  env=self.environment("gdb"), timeout=180, check=False).stdout
        self.assertRegex(out, r"#0 .*divide.*prog\.cc:3", out)
        self.assertRegex(out, r"#1 .*middle.*prog\.cc:4", out)
        self.assertRegex(out, r"#2 .*main.*prog\.cc:5", out)

    def test_gdb_attached_to_a_running_stripped_program(self):
        source = '#include <unistd.h>\n__attribute__((noinline)) int rest(int n) { while (n) pause(); return n; }\nint main() { return rest(1); }\n'
        full, stripped, debug, build_id = build_program(self.scratch / "sleeper", "sleeper", source)
        self.assertEqual(self.server.upload(debug.read_bytes()).status, 200)
        child = subprocess.Popen([str(stripped)])
        try:
            out = run("gdb", "-nx", "-batch", "-iex", "set debuginfod enabled on", "-p", str(child.pid), "-ex", "bt", env=self.environment("attach"),
                      timeout=180, check=False).stdout
        finally:
            child.kill()
            child.wait()
        self.assertRegex(out, r"rest \(n=.*1\) at .*sleeper\.cc:2", out)
        self.assertRegex(out, r"main \(\) at .*sleeper\.cc:3", out)

    def test_eu_stack_on_a_core(self):
        core = self.away / "core"
        out = run("gdb", "-nx", "-batch", "-iex", "set debuginfod enabled off", "-ex", "run", "-ex", f"generate-core-file {core}", "./prog", cwd=self.away, check=False, timeout=180)
        self.assertTrue(core.exists(), out.stdout + out.stderr)
        text = run("eu-stack", "--core", core, "-e", self.away / "prog", "-s", "-i", env=self.environment("eu"), check=False, timeout=180).stdout
        self.assertRegex(text, r"middle", text)
        self.assertRegex(text, r"prog\.cc:4", text)

    def test_llvm_symbolizer(self):
        address = re.search(r"^([0-9a-f]+) .* _Z6middlei$", run("nm", self.full).stdout, re.M).group(1)
        out = run("llvm-symbolizer-19", "--debuginfod", "--inlines", f"--obj={self.away / 'prog'}", f"0x{address}", env=self.environment("llvm"), timeout=180).stdout
        self.assertIn("middle(int)", out)
        self.assertIn("prog.cc:4", out)

    def test_libc_debug_files(self):
        libc = next(p for p in ("/lib/x86_64-linux-gnu/libc.so.6", "/usr/lib/x86_64-linux-gnu/libc.so.6") if os.path.exists(p))
        build_id = re.search(r"Build ID: ([0-9a-f]+)", run("readelf", "-n", libc).stdout).group(1)
        debug = f"/usr/lib/debug/.build-id/{build_id[:2]}/{build_id[2:]}.debug"
        self.assertTrue(os.path.exists(debug), "libc6-dbg does not match libc6")
        self.assertEqual(self.server.upload(open(debug, "rb").read()).json()["stored"], 1)
        found = run("debuginfod-find", "debuginfo", build_id, env=self.environment("libc")).stdout.strip()
        self.assertEqual(open(found, "rb").read() == open(debug, "rb").read(), True)


if __name__ == "__main__":
    unittest.main()
