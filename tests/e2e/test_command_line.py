#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The command line as people and scripts use it: help, exit statuses, upload with skipping and resuming, tokens and projects."""
import json
import os
import random
import re
import threading
import time
import unittest

from harness import DUMP_SYMS, NODE_PTY, SIGLA, Case, Server, build_program, run, sym

VERBS = ["serve", "upload", "inspect", "keys", "lookup", "symbolicate", "dump-syms", "demangle", "token", "project", "worker"]


class CommandLine(Case):
    def sigla(self, *argv, check=True, **kwargs):
        return run(SIGLA, *argv, check=check, **kwargs)

    def upload(self, *argv, check=True):
        return self.sigla("upload", "--server", self.server.url, "--token-file", self.server.data / "admin.token", *argv, check=check)

    def test_every_verb_explains_itself(self):
        overview = self.sigla("--help").stdout
        for verb in VERBS:
            self.assertIn(verb, overview)
            text = self.sigla(verb, "--help").stdout
            self.assertGreater(len(text.splitlines()), 10, f"{verb} --help")
            self.assertRegex(text, r"(?i)example", f"{verb} --help")
        self.assertRegex(self.sigla("--version").stdout, r"sigla \d+\.\d+\.\d+")

    def test_exit_statuses(self):
        self.assertEqual(self.sigla(check=False).returncode, 2)
        self.assertEqual(self.sigla("nonsense", check=False).returncode, 2)
        self.assertEqual(self.sigla("inspect", "--no-such-flag", "x", check=False).returncode, 2)
        missing = self.sigla("inspect", self.scratch / "no-such-file", check=False)
        self.assertIn(missing.returncode, (1, 4))
        self.assertTrue(missing.stderr.startswith("sigla: "), missing.stderr)
        (self.scratch / "text").write_text("no symbols here\n")
        self.assertEqual(self.sigla("inspect", self.scratch / "text", check=False).returncode, 3)
        self.assertEqual(self.sigla("upload", "--server", "http://127.0.0.1:9", "--token", "0" * 64, self.scratch / "text", check=False).returncode, 4)

    def test_demangle_reads_names_and_texts(self):
        names = {"_ZN1a1bEi": "a::b(int)", "??3@YAXPEAX@Z": "operator delete(void *)", "_RNvC1a1f": "a::f", "_D1a1fFiZv": "a.f(int)",
                 "$s4main3FooV3bar1xySi_tF": "Foo.bar(x: Int)", "main": "main"}
        self.assertEqual(self.sigla("demangle", *names).stdout.splitlines(), list(names.values()))
        text = "  #3 _ZN1a1bEi+0x12 (main) $s4main3FooV3bar1xySi_tF, done.\n"
        self.assertEqual(self.sigla("demangle", "-", input=text).stdout, "  #3 a::b(int)+0x12 (main) Foo.bar(x: Int), done.\n")

    def test_demangle_survives_hostile_names(self):
        hostile = ["_Z1f" + "P" * 16000 + "i", "?x@@YAX" + "PEA" * 100000 + "H@Z", "$sSi" + "Sg" * 8000 + "D",
                   "_Z1f1aIiiE" + "".join(f"S_IS{i:X}_S{i:X}_E" for i in range(16)),
                   "?f@@YAXPEAH" + "".join(f"P6AX{str(i) * 7}@Z" for i in range(9)) + "@Z"]
        names = [*hostile[:2], "_Z1fv", *hostile[2:], "?g@@YAXXZ"]
        # By standard input: an argument cannot be as long as the longest.
        lines = self.sigla("demangle", "-", input="\n".join(names) + "\n").stdout.splitlines()
        self.assertEqual(lines, [*hostile[:2], "f()", *hostile[2:], "g(void)"])

    def test_upload_is_recursive_and_skips_what_is_there(self):
        folder = self.scratch / "tree"
        files = []
        for i in range(5):
            content, path = sym(f"t{i}.pdb", f"{random.getrandbits(128):032X}")
            target = folder / f"a{i}" / "b" / f"t{i}.sym"
            target.parent.mkdir(parents=True)
            target.write_bytes(content)
            files.append((path, content))
        (folder / "readme.txt").write_text("not a symbol file\n")
        first = json.loads(self.upload("--json", "--tag", "cli", folder).stdout)
        self.assertEqual(first["stored"], 5, first)
        for path, content in files:
            self.assertEqual(self.server.get(path).body, content)
        second = json.loads(self.upload("--json", "--tag", "cli-2", folder).stdout)
        self.assertEqual((second["stored"], second["skipped"]), (0, 5), second)
        # What was not sent again is found under the new tag as well.
        for tag in ("cli", "cli-2"):
            found = self.server.request("GET", f"/api/v1/projects/default/symbols?tag={tag}").json()["symbols"]
            self.assertEqual(sorted(s["name"] for s in found), [f"t{i}.pdb" for i in range(5)], tag)
            uploads = self.server.request("GET", f"/api/v1/projects/default/uploads?tag={tag}").json()["uploads"]
            self.assertEqual(sum(u["stored"] + u["duplicate"] for u in uploads), 5, tag)

    def test_upload_resumes_after_a_dropped_connection(self):
        folder = self.scratch / "resume"
        folder.mkdir()
        for i in range(60):
            (folder / f"r{i}.sym").write_bytes(sym(f"r{i}.pdb", f"{random.getrandbits(128):032X}", functions=20000)[0])
        server = Server(self.scratch / "resume-data").start()
        result = {}

        def work():
            result["done"] = run(SIGLA, "upload", "--json", "--server", server.url, "--token-file", server.data / "admin.token", folder, check=False)

        thread = threading.Thread(target=work)
        thread.start()
        time.sleep(0.25)
        server.kill()
        time.sleep(0.5)
        server.start()
        thread.join(120)
        self.assertEqual(result["done"].returncode, 0, result["done"].stderr)
        answer = json.loads(result["done"].stdout)
        self.assertEqual(answer["stored"] + answer.get("skipped", 0) + answer.get("duplicate", 0), 60, answer)
        server.stop()

    def test_projects_and_tokens(self):
        where = ["--server", self.server.url, "--token-file", self.server.data / "admin.token"]
        self.sigla("project", "create", "games", *where)
        self.assertIn("games", self.sigla("project", "list", *where).stdout)
        made = self.sigla("token", "create", "--project", "games", "--capability", "symbol:post", "--name", "ci", *where).stdout
        token = re.search(r"\b[0-9a-f]{64}\b", made).group(0)
        listed = self.sigla("token", "list", *where).stdout
        self.assertIn("ci", listed)
        self.assertNotIn(token, listed)
        content, path = sym("g.pdb", f"{random.getrandbits(128):032X}")
        self.assertEqual(self.server.upload(content, token=token).status, 200)
        self.assertEqual(self.server.get("/p/games" + path).body, content)
        number = re.search(r"^\s*(\d+)\b.*\bci\b", listed, re.M).group(1)
        self.sigla("token", "revoke", number, *where)
        self.assertEqual(self.server.upload(content, token=token).status, 403)

    def test_inspect_keys_and_lookup_of_real_windows_files(self):
        pairs = 0
        for pdb in sorted(NODE_PTY.glob("win32-*/*.pdb")):
            image = next((p for p in (pdb.with_suffix(s) for s in (".node", ".exe", ".dll")) if p.exists()), None)
            if not image:
                continue
            a = json.loads(self.sigla("inspect", "--json", pdb).stdout)["objects"][0]
            b = json.loads(self.sigla("inspect", "--json", image).stdout)["objects"][0]
            self.assertEqual((a["format"], b["format"]), ("pdb", "pe"))
            self.assertEqual((a["debug_id"], a["arch"]), (b["debug_id"], b["arch"]), pdb.name)
            self.assertEqual(a["arch"], {"win32-x64": "x86_64", "win32-arm64": "arm64"}[pdb.parent.name])
            wanted = self.sigla("keys", "--flags", "SymbolKey", image).stdout
            own = self.sigla("keys", pdb).stdout
            self.assertEqual(wanted, own)
            pairs += 1
        self.assertGreaterEqual(pairs, 8)

    def test_a_real_build_as_one_archive(self):
        """node-pty's ten PDBs and their programs, uploaded as they lie, found by every debugger's path."""
        archive = self.scratch / "node-pty.zip"
        run("zip", "-qr", archive, ".", "-i", "win32-*", cwd=NODE_PTY)
        answer = self.server.native(archive.read_bytes(), query="?tag=node-pty")
        self.assertIn(answer.status, (200, 201), answer.text[:300])
        files = answer.json()["files"]
        kept = [f for f in files if f["result"] in ("stored", "duplicate")]
        self.assertGreaterEqual(len([f for f in kept if f["path"].endswith(".pdb")]), 10)
        for pdb in sorted(NODE_PTY.glob("win32-*/*.pdb")):
            key = self.sigla("keys", pdb).stdout.split()[0]
            served = self.server.get(f"/symbols/{key}")
            self.assertEqual((served.status, served.body == pdb.read_bytes()), (200, True), key)

    def test_dump_syms_of_a_program_says_what_breakpads_says(self):
        """Beside Breakpad's own dump_syms: functions, lines and unwind rules; names apart, of which linkers and demanglers have several."""
        full, _, _, _ = build_program(self.scratch / "dump", "dump", flags=("-O2", "-g", "-gdwarf-4"))

        def facts(text):
            files = dict(re.findall(r"^FILE (\d+) (.*)$", text, re.M))
            functions = re.findall(r"^FUNC (?:m )?([0-9a-f]+ [0-9a-f]+)", text, re.M)
            rows = {}
            for address, size, line, file in re.findall(r"^([0-9a-f]+) ([0-9a-f]+) (\d+) (\d+)$", text, re.M):
                for at in range(int(address, 16), int(address, 16) + int(size, 16)):
                    rows[at] = (files[file], line)
            # The entry function has no caller, which Breakpad's text cannot say.
            rules = {(m[0], frozenset(re.findall(r"\S+: [^:]*?(?= \S+:|$)", m[1])))
                     for m in re.findall(r"^STACK CFI (?:INIT )?([0-9a-f]+(?: [0-9a-f]+)?) (.*)$", text, re.M)}
            return functions, rows, rules

        ours, theirs = self.sigla("dump-syms", full).stdout, run(DUMP_SYMS, full).stdout
        self.assertEqual(ours.splitlines()[0], theirs.splitlines()[0])
        (functions, rows, rules), (their_functions, their_rows, their_rules) = facts(ours), facts(theirs)
        self.assertEqual(functions, their_functions)
        self.assertEqual(rows, their_rows)
        self.assertLessEqual(len(rules ^ their_rules), 2)
        self.assertNotIn("INLINE", ours)
        with_inlines = self.sigla("dump-syms", "--inlines", full).stdout
        self.assertRegex(with_inlines, r"(?m)^INLINE_ORIGIN \d+ divide")
        self.assertRegex(with_inlines, r"(?m)^INLINE 0 \d+ ")

    def test_dump_syms_and_lookup_of_a_sym(self):
        full, _, _, _ = build_program(self.scratch / "look", "look", flags=("-O1", "-g", "-gdwarf-4"))
        text = run(DUMP_SYMS, "-d", full).stdout
        path = self.scratch / "look.sym"
        path.write_text(text)
        again = self.scratch / "again.sym"
        again.write_text(self.sigla("dump-syms", path).stdout)
        self.assertEqual(self.sigla("dump-syms", again).stdout, again.read_text())
        function = re.search(r"^FUNC (?:m )?([0-9a-f]+) [0-9a-f]+ 0 middle", text, re.M).group(1)
        frames = json.loads(self.sigla("lookup", path, function, "--json").stdout)[0]["frames"]
        self.assertIn("middle", frames[-1]["function"])
        self.assertEqual(frames[-1]["line"], 4)
        with open(path) as _:
            piped = run(SIGLA, "lookup", path, "-", input=f"0x{function}\n").stdout
        self.assertIn("middle", piped)


if __name__ == "__main__":
    unittest.main()
