#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Source Link maps of real Git checkouts: every shape a checkout comes in, and maps in the hands of real linkers."""
import base64
import hashlib
import http.server
import json
import os
import pathlib
import shutil
import tempfile
import threading
import unittest

from harness import SIGLA, Case, run

# No configuration of this machine or user counts.
GIT_ENV = {**os.environ, "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
           "GIT_AUTHOR_NAME": "t", "GIT_AUTHOR_EMAIL": "t@example.com", "GIT_COMMITTER_NAME": "t", "GIT_COMMITTER_EMAIL": "t@example.com"}


def git(folder, *argv):
    return run("git", "-C", folder, "-c", "protocol.file.allow=always", *argv, env=GIT_ENV).stdout.strip()


def make_repository(folder, *init, files=("a.c",), remote="https://github.com/o/app.git"):
    """A repository with one commit, which a remote-tracking branch has too."""
    folder.mkdir(parents=True)
    git(folder, "init", "--quiet", "--initial-branch=main", *init)
    for name in files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"int {path.stem};\n")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "first")
    if remote:
        git(folder, "remote", "add", "origin", remote)
        git(folder, "update-ref", "refs/remotes/origin/main", "HEAD")
    return folder


class Sourcelink(Case):
    def setUp(self):
        super().setUp()
        self.scratch = pathlib.Path(tempfile.mkdtemp(prefix="sigla-sourcelink-")).resolve()
        self.addCleanup(shutil.rmtree, self.scratch)

    def sigla(self, *argv, code=0, **kwargs):
        done = run(SIGLA, *argv, check=False, env=GIT_ENV, **kwargs)
        self.assertEqual(done.returncode, code, f"{argv}: {done.stdout}\n{done.stderr}")
        return done

    def generate(self, repo, *argv):
        done = self.sigla("sourcelink", "generate", "--repo", repo, *argv)
        return json.loads(done.stdout)["documents"], done.stderr


class Generate(Sourcelink):
    def test_plain_checkout(self):
        repo = make_repository(self.scratch / "app", files=["src/a.c"])
        head = git(repo, "rev-parse", "HEAD")
        documents, warnings = self.generate(repo / "src")
        self.assertEqual(documents, {f"{repo}/*": f"https://raw.githubusercontent.com/o/app/{head}/*"})
        self.assertEqual(warnings, "")
        documents, _ = self.generate(repo, "--prefix", "/_/")
        self.assertEqual(list(documents), ["/_/*"])

    def test_worktree_and_detached_head(self):
        repo = make_repository(self.scratch / "app")
        (repo / "b.c").write_text("int b;\n")
        git(repo, "add", ".")
        git(repo, "commit", "--quiet", "-m", "second")
        git(repo, "update-ref", "refs/remotes/origin/main", "HEAD")
        tree = self.scratch / "tree"
        git(repo, "worktree", "add", "--quiet", "--detach", tree, "HEAD~1")
        head = git(tree, "rev-parse", "HEAD")
        documents, warnings = self.generate(tree)
        self.assertEqual(documents, {f"{tree}/*": f"https://raw.githubusercontent.com/o/app/{head}/*"})
        self.assertEqual(warnings, "")

    def test_shallow_clone(self):
        repo = make_repository(self.scratch / "app", remote=None)
        for i in range(3):
            git(repo, "commit", "--quiet", "--allow-empty", "-m", str(i))
        clone = self.scratch / "clone"
        run("git", "clone", "--quiet", "--depth=1", f"file://{repo}", clone, env=GIT_ENV)
        git(clone, "remote", "set-url", "origin", "git@gitlab.com:g/sub/app.git")
        head = git(clone, "rev-parse", "HEAD")
        documents, warnings = self.generate(clone)
        self.assertEqual(documents, {f"{clone}/*": f"https://gitlab.com/g/sub/app/-/raw/{head}/*"})
        self.assertEqual(warnings, "")

    def test_nested_submodules_with_relative_urls(self):
        inner = make_repository(self.scratch / "up/inner", remote=None)
        middle = make_repository(self.scratch / "up/middle", remote=None)
        git(middle, "submodule", "--quiet", "add", "../inner", "deep/inner")
        git(middle, "commit", "--quiet", "-m", "inner")
        outer = make_repository(self.scratch / "up/outer", remote=None)
        git(outer, "submodule", "--quiet", "add", "../middle", "lib/middle")
        git(outer, "submodule", "--quiet", "add", "../inner", "never")
        git(outer, "commit", "--quiet", "-m", "middle")
        clone = self.scratch / "clone"
        git(self.scratch, "clone", "--quiet", self.scratch / "up/outer", clone)
        git(clone, "submodule", "--quiet", "update", "--init", "--recursive", "lib/middle")
        # As if all had come from a server.
        git(clone, "remote", "set-url", "origin", "https://github.com/o/outer.git")
        git(clone, "config", "submodule.lib/middle.url", "../middle.git")
        git(clone / "lib/middle", "config", "submodule.deep/inner.url", "../inner.git")
        documents, warnings = self.generate(clone)
        revision = {name: git(clone / name, "rev-parse", "HEAD") for name in (".", "lib/middle", "lib/middle/deep/inner")}
        base = "https://raw.githubusercontent.com/o"
        self.assertEqual(documents, {
            f"{clone}/*": f"{base}/outer/{revision['.']}/*",
            f"{clone}/lib/middle/*": f"{base}/middle/{revision['lib/middle']}/*",
            f"{clone}/lib/middle/deep/inner/*": f"{base}/inner/{revision['lib/middle/deep/inner']}/*"})
        self.assertEqual(warnings, "")
        self.assertTrue(inner.exists())

    def test_instead_of(self):
        repo = make_repository(self.scratch / "app", remote="work:app.git")
        git(repo, "config", "url.https://gitea.corp.example/team/.insteadOf", "work:")
        documents, _ = self.generate(repo)
        self.assertIn("https://gitea.corp.example/team/app/raw/commit/", documents[f"{repo}/*"])

    def test_sha256_repository(self):
        repo = make_repository(self.scratch / "app", "--object-format=sha256")
        head = git(repo, "rev-parse", "HEAD")
        self.assertEqual(len(head), 64)
        documents, warnings = self.generate(repo)
        self.assertEqual(documents, {f"{repo}/*": f"https://raw.githubusercontent.com/o/app/{head}/*"})
        self.assertEqual(warnings, "")
        (repo / "a.c").write_text("changed\n")
        (repo / "new.c").write_text("new\n")
        _, warnings = self.generate(repo)
        self.assertIn("has changes that are not committed", warnings)
        done = self.sigla("sourcelink", "untracked", "--repo", repo, "--why", repo / "a.c", repo / "new.c")
        self.assertEqual(done.stdout, f"{repo}/a.c\tchanged\n{repo}/new.c\tuntracked\n")

    def test_warnings(self):
        repo = make_repository(self.scratch / "app")
        git(repo, "commit", "--quiet", "--allow-empty", "-m", "not pushed")
        (repo / "a.c").write_text("changed\n")
        _, warnings = self.generate(repo)
        self.assertIn("is on no branch of a remote", warnings)
        self.assertIn("has changes that are not committed", warnings)

    def test_written_only_when_changed(self):
        repo = make_repository(self.scratch / "app")
        target = self.scratch / "map.json"
        self.sigla("sourcelink", "generate", "--repo", repo, "-o", target)
        os.utime(target, (1, 1))
        self.sigla("sourcelink", "generate", "--repo", repo, "-o", target)
        self.assertEqual(target.stat().st_mtime, 1)
        git(repo, "commit", "--quiet", "--allow-empty", "-m", "second")
        self.sigla("sourcelink", "generate", "--repo", repo, "-o", target)
        self.assertNotEqual(target.stat().st_mtime, 1)

    def test_errors(self):
        plain = self.scratch / "plain"
        plain.mkdir()
        self.assertIn("is in no Git repository", self.sigla("sourcelink", "generate", "--repo", plain, code=1).stderr)
        lonely = make_repository(self.scratch / "lonely", remote=None)
        self.assertIn("has no remote", self.sigla("sourcelink", "generate", "--repo", lonely, code=1).stderr)
        unknown = make_repository(self.scratch / "unknown", remote="https://code.example/r.git")
        self.assertIn("no provider knows code.example", self.sigla("sourcelink", "generate", "--repo", unknown, code=1).stderr)
        documents, _ = self.generate(unknown, "--template", "https://code.example/raw/{repo}/{revision}/*")
        self.assertEqual(documents[f"{unknown}/*"], f"https://code.example/raw/r/{git(unknown, 'rev-parse', 'HEAD')}/*")
        empty = self.scratch / "empty"
        empty.mkdir()
        git(empty, "init", "--quiet")
        self.assertIn("no commit yet", self.sigla("sourcelink", "generate", "--repo", empty, code=3).stderr)

    def test_untracked(self):
        repo = make_repository(self.scratch / "app", files=["a.c", "b.c", ".gitignore"])
        (repo / ".gitignore").write_text("obj/\n")
        (repo / "obj").mkdir()
        for name in ("obj/version.c", "new.c"):
            (repo / name).write_text("int x;\n")
        (repo / "b.c").write_text("changed\n")
        outside = self.scratch / "outside.c"
        outside.write_text("int o;\n")
        names = [repo / n for n in ("a.c", "b.c", "new.c", "obj/version.c", ".git/config")] + [outside]
        done = self.sigla("sourcelink", "untracked", "--repo", repo, "--why", "-", input="\n".join(map(str, names)) + "\n")
        self.assertEqual(done.stdout.splitlines(), [
            f"{repo}/b.c\tchanged", f"{repo}/new.c\tuntracked", f"{repo}/obj/version.c\tignored",
            f"{repo}/.git/config\toutside", f"{outside}\toutside"])


class RawHost(http.server.ThreadingHTTPServer):
    """A host of raw files below /raw/REPO/COMMIT/: with a token, or else a log-in page that says 200 OK."""

    def __init__(self, repositories, authorization=None):
        self.repositories, self.authorization, self.seen = repositories, authorization, []
        super().__init__(("127.0.0.1", 0), self.Answer)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.server.seen.append((self.path, self.headers.get("Authorization")))
            parts = self.path.split("/", 4)
            if self.path.startswith("/to/"):
                self.send_response(302)
                self.send_header("Location", self.path[4:])
                self.end_headers()
                return
            if self.server.authorization and self.headers.get("Authorization") != self.server.authorization:
                return self.reply(200, b"<!DOCTYPE html><title>Sign in</title>", "text/html; charset=utf-8")
            repository = self.server.repositories.get(parts[2]) if len(parts) == 5 and parts[1] == "raw" else None
            shown = repository and run("git", "-C", repository, "show", f"{parts[3]}:{parts[4]}", check=False, env=GIT_ENV)
            if not shown or shown.returncode != 0:
                return self.reply(404, b"none\n", "text/plain")
            self.reply(200, shown.stdout.encode(), "text/plain")

        def reply(self, status, content, kind):
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            pass


class Debuggers(Sourcelink):
    """A program linked with the map, and its sources got back from its PDB alone."""

    def setUp(self):
        super().setUp()
        self.repo = make_repository(self.scratch / "app", files=["src/main.c", ".gitignore"], remote="https://code.example/o/app.git")
        (self.repo / "src/main.c").write_text("int mainCRTStartup(void) { return 0; }\n")
        git(self.repo, "commit", "--quiet", "-am", "main")
        git(self.repo, "update-ref", "refs/remotes/origin/main", "HEAD")
        self.head = git(self.repo, "rev-parse", "HEAD")
        self.main = f"{self.repo}/src/main.c"

    def host(self, authorization=None):
        host = RawHost({"app": self.repo}, authorization)
        self.addCleanup(host.server_close)
        self.addCleanup(host.shutdown)
        return host

    def link(self, name, template, *, with_map=True):
        source_map = self.scratch / f"{name}.json"
        self.sigla("sourcelink", "generate", "--repo", self.repo, "--template", template, "-o", source_map)
        run("clang-cl-19", "--target=x86_64-pc-windows-msvc", "/c", "/Z7", f"/Fo{self.scratch}/{name}.obj", "--", self.main)
        pdb = self.scratch / f"{name}.pdb"
        run("lld-link-19", "/debug", "/nodefaultlib", "/subsystem:console", f"/out:{self.scratch}/{name}.exe", f"/pdb:{pdb}",
            *([f"/pdbstream:sourcelink={source_map}"] if with_map else []), f"{self.scratch}/{name}.obj")
        return pdb

    def template(self, host, hop=""):
        return f"{host.url}{hop}/raw/{{repo}}/{{revision}}/*"

    def test_map_of_lld_link(self):
        host = self.host()
        pdb = self.link("app", self.template(host))
        url = f"{host.url}/raw/app/{self.head}/src/main.c"
        self.assertEqual(self.sigla("sourcelink", "resolve", pdb, self.main).stdout, url + "\n")
        self.assertEqual(self.sigla("source", "--list", pdb).stdout, self.main + "\n")
        done = self.sigla("source", "--origin", pdb, "src/main.c")
        self.assertEqual(done.stdout, (self.repo / "src/main.c").read_text())
        self.assertEqual(done.stderr, f"source-link {url} (checksum verified)\n")
        self.assertIn("1 of 1 sources can be had", self.sigla("sourcelink", "check", pdb).stdout)
        self.assertEqual(self.sigla("sourcelink", "resolve", pdb, "/other.c", code=1).stdout, "")

    def test_log_in_page_is_no_source(self):
        pair = base64.b64encode(b"me:hunter2").decode()
        host = self.host(f"Basic {pair}")
        pdb = self.link("app", self.template(host))
        done = self.sigla("source", pdb, "main.c", code=1)
        self.assertEqual(done.stdout, "")
        self.assertIn("bytes of text/html; charset=utf-8, whose MD5 is not that of the debug information: it looks like a log-in page", done.stderr)
        checked = self.sigla("sourcelink", "check", pdb, code=1).stdout
        self.assertIn(f"{self.main}: missing", checked)
        self.assertIn("0 of 1 sources can be had", checked)
        self.assertIn("1 of 1", self.sigla("sourcelink", "check", "--offline", pdb).stdout)
        credentials = self.scratch / "credentials"
        credentials.write_text(f"# mine\n{host.url}=basic:me:hunter2\n")
        done = self.sigla("source", "--credentials", credentials, pdb, "main.c")
        self.assertEqual(done.stdout, (self.repo / "src/main.c").read_text())
        credentials.write_text("code.example=digest:hunter2\n")
        refused = self.sigla("source", "--credentials", credentials, pdb, "main.c", code=2).stderr
        self.assertIn(f"{credentials}:1: credential: its kind is none of", refused)
        self.assertNotIn("hunter2", refused)

    def test_credentials_stay_with_their_host(self):
        first, second = self.host(), self.host()
        credentials = self.scratch / "credentials"
        credentials.write_text(f"{first.url}=bearer:hunter2\n")
        pdb = self.link("app", f"{first.url}/to/{second.url}/raw/{{repo}}/{{revision}}/*")
        done = self.sigla("source", "--credentials", credentials, pdb, "main.c")
        self.assertEqual(done.stdout, (self.repo / "src/main.c").read_text())
        self.assertEqual([seen[1] for seen in first.seen], ["Bearer hunter2"])
        self.assertEqual([seen[1] for seen in second.seen], [None])

    def test_another_content_is_refused(self):
        host = self.host()
        (self.repo / "src/main.c").write_text("int mainCRTStartup(void) { return 1; }\n")
        pdb = self.link("app", self.template(host))
        self.assertIn("whose MD5 is not that of the debug information", self.sigla("source", pdb, "main.c", code=1).stderr)

    def test_source_index(self):
        host = self.host()
        pdb = self.link("app", self.template(host), with_map=False)
        self.assertIn("no source server in it", self.sigla("source-index", "--show", pdb, code=1).stderr)
        before = self.sigla("keys", pdb).stdout
        index = ["source-index", "--repo", self.repo, "--template", self.template(host), pdb]
        self.assertIn("1 of 1 sources indexed", self.sigla(*index).stdout)
        self.assertEqual(self.sigla("keys", pdb).stdout, before)
        once = pdb.read_bytes()
        self.sigla(*index)
        self.assertEqual(pdb.read_bytes(), once)
        self.assertIn("SRCSRV: source files", self.sigla("source-index", "--show", pdb).stdout)
        url = f"{host.url}/raw/app/{self.head}/src/main.c"
        self.assertEqual(self.sigla("source-index", "--verify", pdb).stdout, f"{self.main}: {url}\n")
        done = self.sigla("source", "--origin", pdb, "main.c")
        self.assertEqual(done.stdout, (self.repo / "src/main.c").read_text())
        self.assertEqual(done.stderr, f"srcsrv {url} (checksum verified)\n")
        shown = run("llvm-pdbutil-19", "dump", "--streams", pdb).stdout
        self.assertIn("srcsrv", shown)

    def test_server_fetches_with_the_projects_credentials(self):
        host = self.host("Bearer hunter2")
        pdb = self.link("app", self.template(host))
        self.assertEqual(self.server.native(pdb.read_bytes(), query="?upload_file=app.pdb").status, 200)
        debug_id = json.loads(self.sigla("inspect", "--json", pdb).stdout)["objects"][0]["debug_id"]
        target = f"/api/v1/projects/default/source?debug_id={debug_id}&path=src/main.c"
        # A host of this machine is asked only when it is listed.
        answer = self.server.get(target)
        self.assertEqual(answer.status, 403, answer.text)
        self.assertIn("destination is restricted", answer.text)
        access = ["--server", self.server.url, "--token-file", self.server.data / "admin.token"]
        hosts = self.scratch / "hosts"
        hosts.write_text(f"{host.url}=none\n")
        self.sigla("project", "hosts", "default", "--credentials", hosts, *access)
        answer = self.server.get(target)
        self.assertEqual(answer.status, 404, answer.text)
        self.assertIn("it looks like a log-in page", answer.text)
        hosts.write_text(f"{host.url}=bearer:hunter2\n")
        listed = self.sigla("project", "hosts", "default", "--credentials", hosts, *access).stdout
        self.assertIn("Authorization", listed)
        self.assertNotIn("hunter2", listed)
        answer = self.server.get(target)
        self.assertEqual((answer.status, answer.text), (200, (self.repo / "src/main.c").read_text()))
        self.assertRegex(answer.headers["X-Sigla-Source"], r"^source-link http://127.*/src/main.c verified$")
        # The same by debuginfod, and again without asking the host.
        build_id = debug_id.rsplit("-", 1)[0].replace("-", "")
        answer = self.server.get(f"/buildid/{build_id}/source{self.main}")
        self.assertEqual((answer.status, answer.text), (200, (self.repo / "src/main.c").read_text()))
        count = len(host.seen)
        self.assertEqual(self.server.get(target).status, 200)
        self.assertEqual(len(host.seen), count)
        self.assertEqual(self.server.get(f"/buildid/{build_id}/source/none.c").status, 404)
        self.assertEqual((self.server.data / "source-hosts").stat().st_mode & 0o777, 0o600)

    def test_uploaded_sources_are_found_by_checksum(self):
        (self.repo / "src/other.c").write_text("int other;\n")
        (self.repo / "src/notes.txt").write_text("no source\n")
        pdb = self.link("kept", "https://127.0.0.1:9/{revision}/*")
        access = ["--server", self.server.url, "--token-file", self.server.data / "admin.token"]
        self.sigla("project", "create", "kept", *access)
        done = json.loads(self.sigla("upload", "--sources", "--json", "--project", "kept", *access, pdb, self.repo / "src").stdout)
        self.assertEqual(sorted(pathlib.Path(f["path"]).name for f in done["files"] if f["result"] == "stored"), ["kept.pdb", "main.c", "other.c"])
        debug_id = json.loads(self.sigla("inspect", "--json", pdb).stdout)["objects"][0]["debug_id"]
        answer = self.server.get(f"/api/v1/projects/kept/source?debug_id={debug_id}&path=src/main.c")
        self.assertEqual((answer.status, answer.body), (200, (self.repo / "src/main.c").read_bytes()), answer.text)
        self.assertEqual(answer.headers["X-Sigla-Source"], "kept verified")
        # By the keys of SSQP, too.
        content = (self.repo / "src/main.c").read_bytes()
        for name in ("sha1", "sha256"):
            answer = self.server.get(f"/p/kept/symbols/main.c/{name}-{hashlib.new(name, content).hexdigest()}/main.c")
            self.assertEqual((answer.status, answer.body), (200, content))
        # Without being told, sources are no symbol files.
        self.assertEqual(self.server.native(content, query="?upload_file=main.c").status, 415)

    def test_no_debug_information(self):
        self.assertIn("without sources in its line tables", self.sigla("source", SIGLA, "main.c", code=3).stderr)
        text = self.scratch / "text.sym"
        text.write_text("MODULE Linux x86_64 000102030405060708090A0B0C0D0E0F0 x\n")
        self.assertIn("no PDB, no source bundle and no ELF file", self.sigla("source", text, "main.c", code=3).stderr)
        self.assertIn("FILE and PATH are needed", self.sigla("source", SIGLA, code=2).stderr)


class Embedded(Case):
    """Sources in DWARF line tables, as clang puts them there."""
    MAIN = '#include "inc/twice.h"\nint main(int argc, char** argv) {\n  (void)argv;\n  return twice(argc) - 2;  // \u00e4\n}\n'
    HEADER = "static volatile int last;\nstatic inline int twice(int v) {\n  last = v;\n  return 2 * v;\n}\n"

    def build(self, name, *flags):
        folder = self.scratch / name
        (folder / "inc").mkdir(parents=True, exist_ok=True)
        (folder / "main.c").write_text(self.MAIN)
        (folder / "inc/twice.h").write_text(self.HEADER)
        run("clang-19", "-O1", "-gdwarf-5", "-gembed-source", "-Wl,--build-id", *flags, folder / "main.c", "-o", folder / "prog")
        run("objcopy", "--only-keep-debug", folder / "prog", folder / "prog.debug")
        run("strip", "-o", folder / "prog.stripped", folder / "prog")
        identity = json.loads(run(SIGLA, "inspect", "--json", folder / "prog.debug").stdout)
        (folder / "main.c").unlink()
        (folder / "inc/twice.h").unlink()
        return folder, identity["objects"][0] if "objects" in identity else identity

    def test_command_line(self):
        for name, flags in (("plain", ()), ("packed", ("-gz=zlib",)), ("thin", ("-ffile-prefix-map=%s=." % self.scratch,))):
            with self.subTest(name):
                folder, identity = self.build(name, *flags)
                self.assertTrue(identity["has_sources"])
                stripped = json.loads(run(SIGLA, "inspect", "--json", folder / "prog.stripped").stdout)
                self.assertFalse((stripped["objects"][0] if "objects" in stripped else stripped)["has_sources"])
                listed = run(SIGLA, "source", "--list", folder / "prog.debug").stdout.splitlines()
                self.assertTrue(all(line.endswith("\tembedded") for line in listed if "main.c" in line or "twice.h" in line), listed)
                self.assertTrue(any("twice.h" in line for line in listed), listed)
                for wanted, content in (("main.c", self.MAIN), ("inc/twice.h", self.HEADER)):
                    found = run(SIGLA, "source", "--origin", folder / "prog.debug", wanted)
                    self.assertEqual(found.stdout, content)
                    self.assertIn("embedded", found.stderr)
                missing = run(SIGLA, "source", folder / "prog.debug", "none.c", check=False)
                self.assertEqual((missing.returncode, missing.stdout), (1, ""), missing.stderr)

    def test_server(self):
        folder, identity = self.build("served")
        for name in ("prog.stripped", "prog.debug"):
            self.assertEqual(self.server.upload((folder / name).read_bytes()).status, 200)
        answer = self.server.get(f"/api/v1/projects/default/source?debug_id={identity['debug_id']}&path={folder}/main.c")
        self.assertEqual((answer.status, answer.text), (200, self.MAIN), answer.text)
        self.assertEqual(answer.headers["X-Sigla-Source"], "embedded")
        # A debugger names files as the debug information does, or tidied up.
        for path in (f"{folder}/inc/twice.h", f"{folder}/./inc/twice.h"):
            answer = self.server.get(f"/buildid/{identity['code_id']}/source{path}")
            self.assertEqual((answer.status, answer.text), (200, self.HEADER), answer.text)
        self.assertEqual(self.server.get(f"/buildid/{identity['code_id']}/source/etc/passwd").status, 404)
        found = run("debuginfod-find", "source", identity["code_id"], folder / "main.c",
                    env={**os.environ, "DEBUGINFOD_URLS": self.server.url, "DEBUGINFOD_CACHE_PATH": str(self.scratch / "cache")}).stdout.strip()
        self.assertEqual(pathlib.Path(found).read_text(), self.MAIN)


if __name__ == "__main__":
    unittest.main()
