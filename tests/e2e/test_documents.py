#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What README.md and the pages under docs/ tell people to type, typed: every ```sh block of a page runs in order, in one shell, in a
scratch folder with the files that the page speaks of.

Three rules, and no other, stand between a page and the shell:
  1. A block with a line that starts with `make` changes the whole machine, or runs for minutes; continuous integration runs it, this does not.
  2. `sigla serve` at the start of a line goes to the background, and the next line waits until the server answers; it listens on a free
     port (SIGLA_LISTEN), which takes the place of 127.0.0.1:8484 and HOST:8484. A page without that line finds a server running.
  3. An interactive debugger gets its commands from the user; here it gets `run` and `bt`.
"""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import unittest

from harness import DUMP_SYMS, SIGLA, SNAPSHOT, build_program, free_port, run

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]

CRASH = "prog.cc:3]  in prog  (context)\n   1  main ["
WAIT = """
for _ in $(seq 300); do curl -sf "http://$SIGLA_LISTEN/healthz" >/dev/null && break; sleep 0.05; done
curl -sf "http://$SIGLA_LISTEN/healthz" >/dev/null
"""


def blocks_of(text):
    """The ```sh blocks, each as its lines."""
    return [block.splitlines() for block in re.findall(r"^```sh\n(.*?)^```$", text, re.M | re.S)]


def is_excluded(block):
    return any(line.startswith("make") for line in block)


def script_of(blocks, listen):
    """One script of all blocks, and whether it starts a server itself."""
    lines, serves = [], False
    for block in blocks:
        for line in block:
            line = line.replace("127.0.0.1:8484", listen).replace("HOST:8484", listen)
            if line.startswith("sigla serve"):
                serves = True
                command = line.split("#")[0].rstrip(" &")
                lines.append(f"{command} >>server.log 2>&1 & echo $! >server.pid{WAIT}")
            else:
                lines.append(line)
    return "\n".join(lines) + "\n", serves


class Documents(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = pathlib.Path(tempfile.mkdtemp(prefix="sigla-documents-"))
        os.chmod(cls.scratch, 0o755)
        cls.made = cls.scratch / "made"
        full, stripped, debug, _ = build_program(cls.made / "build", "prog", flags=("-O1", "-g", "-gdwarf-4"))
        symbols = cls.made / "symbols"
        symbols.mkdir()
        (symbols / "prog.sym").write_text(run(DUMP_SYMS, full, check=False).stdout)
        shutil.copy(debug, symbols)
        run(SNAPSHOT, cls.made / "crash.dmp", stripped)
        run("tar", "-C", cls.made, "-czf", cls.made / "symbols.tar.gz", "symbols")
        shutil.copy(stripped, cls.made / "stripped")
        (cls.scratch / "bin").mkdir()
        (cls.scratch / "bin/sigla").symlink_to(SIGLA)
        home = cls.scratch / "home"
        home.mkdir()
        (home / ".gdbinit").write_text("set debuginfod enabled on\nset pagination off\nset confirm off\n")

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.scratch, ignore_errors=True)

    def page(self, path):
        """Runs the page; returns what it printed."""
        work = pathlib.Path(tempfile.mkdtemp(prefix="page-", dir=self.scratch))
        for name in ("symbols.tar.gz", "crash.dmp", "stripped"):
            shutil.copy(self.made / name, work)
        for name in ("out", "build"):
            shutil.copytree(self.made / "symbols", work / name)
        listen = f"127.0.0.1:{free_port()}"
        blocks = [block for block in blocks_of(path.read_text()) if not is_excluded(block)]
        script, serves = script_of(blocks, listen)
        if not serves:
            script = script_of([["sigla serve"]], listen)[0] + script
        environment = {**os.environ, "PATH": f"{self.scratch / 'bin'}:{os.environ['PATH']}", "HOME": str(self.scratch / "home"),
                       "SIGLA_LISTEN": listen, "SIGLA_SERVER": f"http://{listen}", "XDG_CACHE_HOME": str(work / "cache"),
                       "DEBUGINFOD_CACHE_PATH": str(work / "debuginfod")}
        try:
            done = subprocess.run(["bash", "-euo", "pipefail", "-x", "-c", script], cwd=work, env=environment, input="run\nbt\n",
                                  capture_output=True, text=True, timeout=300, errors="replace")
        finally:
            pid = work / "server.pid"
            if pid.exists():
                os.kill(int(pid.read_text()), signal.SIGTERM)
        log = work / "server.log"
        self.assertEqual(done.returncode, 0, f"{path.name}: {done.stdout}\n{done.stderr}\n{log.read_text() if log.exists() else ''}")
        return done.stdout

    def test_readme(self):
        out = self.page(ROOT / "README.md")
        self.assertIn('"response":"ok"', out)
        self.assertRegex(out, r"#0 .*\bdivide \(.*\n.*/prog\.cc:3\n#1 .*\bmiddle \(")
        self.assertEqual(out.count(CRASH), 2, out)

    def test_getting_started(self):
        out = self.page(ROOT / "docs/start.md")
        self.assertEqual(out.count(CRASH), 2, out)

    def test_every_other_page(self):
        for path in PAGES:
            if path.name not in ("README.md", "start.md") and blocks_of(path.read_text()):
                with self.subTest(page=path.name):
                    self.page(path)

    def test_the_rules_leave_out_only_what_they_say(self):
        blocks = blocks_of((ROOT / "README.md").read_text())
        self.assertEqual([is_excluded(block) for block in blocks], [True, False])
        self.assertFalse(any(is_excluded(block) for block in blocks_of((ROOT / "docs/start.md").read_text())))
        script, serves = script_of([["sigla serve --data x   # comment"], ["echo http://HOST:8484"]], "127.0.0.1:9")
        self.assertTrue(serves)
        self.assertTrue(script.startswith("sigla serve --data x >>server.log 2>&1 &"), script)
        self.assertIn("echo http://127.0.0.1:9\n", script)


if __name__ == "__main__":
    unittest.main()
