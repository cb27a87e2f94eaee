#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes docs/reference/limits.md from the comments of src/base/limits.h."""
import pathlib
import re

root = pathlib.Path(__file__).resolve().parent.parent
out = ["# Limits", "",
       "Every ceiling Sigla puts on what it is given, from `src/base/limits.h` (`tools/limits_page.py` writes this page).",
       "Crossing one is an error that names it; nothing that was accepted before is lost.", ""]
group = None
for line in (root / "src/base/limits.h").read_text().splitlines():
    heading = re.match(r"\s+// --- (.*) ---", line)
    if heading:
        out += ["", f"## {heading.group(1).capitalize() if heading.group(1) != 'HTTP' else 'HTTP'}", "", "| limit | default | what it bounds |", "|---|---|---|"]
        continue
    field = re.match(r"\s+std::uint\d+_t (\w+) = ([^;]+);\s*(?://\s*(.*))?", line)
    if field:
        value = field.group(2).replace("'", "")
        shift = re.match(r"(\d+)U*L*\s*<<\s*(\d+)", value)
        if shift:
            number, bits = int(shift.group(1)), int(shift.group(2))
            value = f"{number} {({10: 'KiB', 20: 'MiB', 30: 'GiB'})[bits]}"
        out.append(f"| `{field.group(1)}` | {value} | {field.group(3) or ''} |")
        continue
    more = re.match(r"\s+// (.*)", line)
    if more and out[-1].startswith("|") and not out[-1].startswith("|---"):
        out[-1] = out[-1][:-2].rstrip() + " " + more.group(1) + " |"
(root / "docs/reference/limits.md").write_text("\n".join(out) + "\n")
