#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Structure, tested: layers, banned calls, header comments, fuzz targets, documents that match the code.

  tidy.py [ROOT]      checks the tree at ROOT (default: the one this file is in); exit 1 with a line per finding
  tidy.py --self-test plants one fault of each kind in a copy and expects each to be found

Each check is a function that yields findings "path:line: what is wrong, and what to do instead".
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

BANNED = [
    (r"\breinterpret_cast\b", "view_as or bytes_of of base/view.h", {"src/base/view.h"}),
    (r"\bstd::sto[iuldf]+\b|\bato[ilf]\s*\(|\bstrtou?ll?\s*\(", "parse_decimal or parse_hex of base/text.h", set()),
    (r"\bv?sprintf\s*\(", "fmt::format", set()),
    (r"\bstd::regex\b", "a small parser (std::regex recurses on its input)", set()),
    (r"\busing namespace\b", "a using-declaration", set()),
    (r"(?<![\w_])assert\s*\(", "SIGLA_CHECK", set()),
    (r"\bstd::endl\b", "'\\n'", set()),
    (r"\bstd::views\b|\bstd::ranges::views\b", "a loop (clang 14 cannot compile it)", set()),
    (r"\bTODO\b|\bFIXME\b|\bXXX\b", "an issue", set()),
    # The one skip: a sanitizer cannot run inside the sandbox, so under one there is nothing to test.
    (r"\bDISABLED_|\bGTEST_SKIP\b", "a test that runs", {"src/os/worker_test.cc"}),
]
# Outside libraries and the only places that may know them.
FENCED = [
    (r"boost/(asio|beast)", r"src/http/[^/]+\.cc$"),
    (r"boost/json", r"src/(api|app|upstream|formats/sourcebundle|sourcelink)/[^/]+\.cc$"),
    (r"CLI/", r"src/app/[^/]+\.(cc|h)$"),
    (r"sqlite3\.h", r"src/store/sqlite/"),
    (r"curl/", r"src/http/([^/]+\.cc|curl_library\.h)$"),
    (r"git2\.h", r"src/sourcelink/git2_library\.h$"),
    (r"archive(_entry)?\.h", r"src/codec/[^/]+\.cc$"),
    (r"mspack\.h", r"src/codec/"),
    (r"(seccomp|linux/landlock)\.h", r"src/os/[^/]+\.cc$"),
    (r"capstone/", r"src/stackwalk/instruction\.cc$"),
    (r"prometheus/", r"src/(api|app)/[^/]+\.(cc|h)$"),
    (r"llvm/", r"src/demangle/[^/]+\.cc$"),
]
BLOB_SIZE_MAX = 256 * 1024


def files_of(root):
    """Tracked files where ROOT is a checkout, all files otherwise."""
    listed = subprocess.run(["git", "-C", root, "ls-files", "--cached", "--others", "--exclude-standard"],
                            capture_output=True, text=True)
    if listed.returncode == 0 and os.path.isdir(os.path.join(root, ".git")) or os.path.isfile(os.path.join(root, ".git")):
        names = listed.stdout.splitlines()
    else:
        names = [str(p.relative_to(root)) for p in pathlib.Path(root).rglob("*") if p.is_file()]
    return sorted(n for n in names if os.path.isfile(os.path.join(root, n)) and not n.startswith("build/"))


def read(root, name):
    return pathlib.Path(root, name).read_text(encoding="utf-8", errors="replace")


def code_lines(text):
    """(number, line) without // comments and string contents; good enough for looking for calls."""
    for number, line in enumerate(text.splitlines(), 1):
        line = re.sub(r'"(\\.|[^"\\])*"', '""', line)
        yield number, re.sub(r"//.*", "", line)


def modules(root):
    """Layer name -> set of layers it names as DEPS, from every sigla_module() call."""
    found = {}
    for path in pathlib.Path(root, "src").rglob("CMakeLists.txt"):
        text = re.sub(r"#.*", "", path.read_text())
        for call in re.findall(r"sigla_module\(([^)]*)\)", text):
            words = call.split()
            deps, section = set(), None
            for word in words[1:]:
                if word in ("SOURCES", "TESTS", "FUZZ", "BENCH", "DEPS", "LIBS"):
                    section = word
                elif section == "DEPS":
                    deps.add(word)
            found[words[0]] = deps
    return found


def module_of(name, known):
    """The layer a path below src/ belongs to: the longest known prefix, else its first folder."""
    parts = name.split("/")[:-1]
    for size in range(len(parts), 0, -1):
        if "/".join(parts[:size]) in known:
            return "/".join(parts[:size])
    return parts[0] if parts else ""


def check_layers(root, names):
    known = modules(root)
    for name in names:
        if not re.match(r"src/.*\.(h|cc)$", name):
            continue
        own = module_of(name[4:], known)
        allowed = known.get(own, set()) | {own, "base"}
        if re.search(r"(_test|_fuzz|_bench|_testing)\.(cc|h)$|/testing_[^/]+$", name):
            allowed |= {"testing"}
        for number, line in enumerate(read(root, name).splitlines(), 1):
            match = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
            if not match:
                continue
            if "/" not in match.group(1):
                yield f'{name}:{number}: include "{match.group(1)}" by its path from src/'
                continue
            target = module_of(match.group(1), known)
            if target not in allowed:
                yield f"{name}:{number}: layer {own} may not include {match.group(1)}: {target} is not in its DEPS"


# What each layer may name as DEPS at most: ARCHITECTURE.md's table, row by row.
def check_table(root, names):
    if "ARCHITECTURE.md" not in names:
        yield "ARCHITECTURE.md:1: is missing"
        return
    rows = {}
    for number, line in enumerate(read(root, "ARCHITECTURE.md").splitlines(), 1):
        match = re.match(r"\| `([a-z/_]+)/` \|[^|]*\|([^|]*)\|", line)
        if match:
            rows[match.group(1)] = (number, set(re.findall(r"`?([a-z_]+(?:/[a-z0-9_]+)?)`?", match.group(2))))
    folders = {n.split("/")[1] for n in names if re.match(r"src/[^/]+/", n)}
    for folder in sorted(folders - set(rows)):
        yield f"ARCHITECTURE.md:1: the table of folders lacks src/{folder}/"
    for folder in sorted(set(rows) - folders):
        yield f"ARCHITECTURE.md:{rows[folder][0]}: the table names src/{folder}/, which does not exist"
    for module, deps in sorted(modules(root).items()):
        top = module.split("/")[0]
        if top not in rows:
            continue
        number, words = rows[top]
        if "all" in words:
            continue
        for dep in sorted(deps):
            if dep in ("base", module) or dep.split("/")[0] == top and top != "formats":
                continue
            if dep not in words and dep.split("/")[0] not in words:
                yield f"ARCHITECTURE.md:{number}: the row of {top}/ does not allow {dep}, which {module} names in DEPS"


def check_banned(root, names):
    for name in names:
        if not re.match(r"(src|fuzz|tests)/.*\.(h|cc)$", name):
            continue
        for number, line in code_lines(read(root, name)):
            for pattern, instead, exempt in BANNED:
                if name not in exempt and re.search(pattern, line):
                    yield f"{name}:{number}: {re.search(pattern, line).group(0).strip()}: use {instead}"
        for number, line in enumerate(read(root, name).splitlines(), 1):
            if re.search(r"//.*\b(TODO|FIXME|XXX)\b", line):
                yield f"{name}:{number}: an open end in a comment: file an issue instead"
            for pattern, place in FENCED:
                if re.match(rf"\s*#\s*include\s*[<\"]{pattern}", line) and not re.search(place, name):
                    yield f"{name}:{number}: {line.strip()}: only in {place}"


def check_headers(root, names):
    for name in names:
        if not re.match(r"(src|fuzz|tests)/.*\.(h|cc)$", name):
            continue
        lines = read(root, name).splitlines()
        if not lines or "SPDX-License-Identifier: Apache-2.0" not in lines[0]:
            yield f"{name}:1: begin with // SPDX-License-Identifier: Apache-2.0"
        if name.endswith(".h") and name.startswith("src/") and (len(lines) < 3 or not lines[1].startswith("// ")):
            yield f"{name}:2: say in one to ten lines of comment what this header is"
        for number, line in enumerate(lines, 1):
            if len(line) > 100 and name.startswith("src/") and "http" not in line and not line.lstrip().startswith('R"'):
                yield f"{name}:{number}: {len(line)} columns; lines stop at 100"


def check_fuzz(root, names):
    targets = {pathlib.PurePath(n).stem for n in names if n.startswith("src/") and n.endswith("_fuzz.cc")}
    for target in sorted(targets):
        if not any(n.startswith(f"fuzz/corpus/{target}/") for n in names):
            yield f"fuzz/corpus/{target}:1: {target} has no corpus"
    for folder in sorted({n.split("/")[2] for n in names if re.match(r"src/formats/[^/]+/[^/]+\.cc$", n)}):
        if not any(re.match(rf"src/formats/{folder}/[^/]+_fuzz\.cc$", n) for n in names):
            yield f"src/formats/{folder}:1: a reader of hostile input without a fuzz target"
    for corpus in sorted({n.split("/")[2] for n in names if re.match(r"fuzz/corpus/[^/]+/", n)}):
        if corpus not in targets:
            yield f"fuzz/corpus/{corpus}:1: no target reads this corpus"


def check_limits(root, names):
    if "src/base/limits.h" not in names:
        return
    page = read(root, "docs/reference/limits.md") if "docs/reference/limits.md" in names else ""
    for number, line in enumerate(read(root, "src/base/limits.h").splitlines(), 1):
        match = re.match(r"\s+std::uint\d+_t (\w+) =", line)
        if match and f"`{match.group(1)}`" not in page:
            yield f"docs/reference/limits.md:1: lacks `{match.group(1)}` of src/base/limits.h:{number} (run tools/limits_page.py)"


def check_files(root, names):
    for name in names:
        path = pathlib.Path(root, name)
        if path.stat().st_size > BLOB_SIZE_MAX:
            yield f"{name}:1: {path.stat().st_size} bytes; nothing over 256 KiB belongs in the history"
        executable = os.access(path, os.X_OK)
        script = path.open("rb").read(2) == b"#!"
        if executable != script and not path.is_symlink():
            yield f"{name}:1: {'executable, but no script' if executable else 'a script, but not executable'}"


CHECKS = [check_layers, check_table, check_banned, check_headers, check_fuzz, check_limits, check_files]


def findings(root):
    names = files_of(root)
    return [f for check in CHECKS for f in check(root, names)]


def self_test(root):
    """Each planted fault must be found where it was planted."""
    def edit(name, old, new):
        def change(copy):
            path = pathlib.Path(copy, name)
            text = path.read_text()
            path.write_text(text.replace(old, new, 1) if old else text + new)
        return change

    def add(name, text):
        def change(copy):
            pathlib.Path(copy, name).parent.mkdir(parents=True, exist_ok=True)
            pathlib.Path(copy, name).write_text(text)
        return change

    spdx = "// SPDX-License-Identifier: Apache-2.0\n"
    faults = [
        (edit("src/base/text.cc", None, '\n#include "os/file.h"\n'), "layer base may not include os/file.h"),
        (edit("src/ident/debug_id.cc", None, '\n#include "store/catalog.h"\n'), "layer ident may not include store/catalog.h"),
        (edit("src/base/text.cc", None, '\nint f() { return std::stoi("1"); }\n'), "std::stoi"),
        (edit("src/base/text.cc", None, "\n#include <boost/asio.hpp>\n"), "only in src/http"),
        (edit("src/base/text.cc", None, "\n// TODO later\n"), "open end"),
        (add("src/base/new.h", spdx + "#pragma once\n"), "say in one to ten lines"),
        (add("src/base/new_fuzz.cc", spdx), "has no corpus"),
        (add("src/newlayer/x.cc", spdx), "lacks src/newlayer/"),
        (add("docs/big.bin", "x" * (BLOB_SIZE_MAX + 1)), "nothing over 256 KiB"),
        (edit("src/base/limits.h", "struct Limits {", "struct Limits {\n  std::uint32_t planted_max = 1;"), "planted_max"),
    ]
    missed = 0
    for change, expected in faults:
        with tempfile.TemporaryDirectory() as copy:
            tree = os.path.join(copy, "tree")
            os.makedirs(tree)
            for name in files_of(root):
                os.makedirs(os.path.dirname(os.path.join(tree, name)), exist_ok=True)
                shutil.copy2(os.path.join(root, name), os.path.join(tree, name))
            change(tree)
            if not any(expected in f for f in findings(tree)):
                print(f"tidy: a planted fault was not found: {expected}")
                missed += 1
    print(f"tidy: {len(faults) - missed} of {len(faults)} planted faults found")
    return missed


if __name__ == "__main__":
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    if "--self-test" in sys.argv:
        sys.exit(1 if self_test(here) else 0)
    found = findings(sys.argv[1] if len(sys.argv) > 1 else here)
    for finding in found:
        print(finding)
    print(f"tidy: {len(found)} findings")
    sys.exit(1 if found else 0)
