#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the source bundles again: stored, deflated, with offsets that count from the ZIP's own start, and
with a ZIP64 end record."""
import io
import json
import os
import struct
import zipfile

os.chdir(os.path.dirname(os.path.abspath(__file__)))
MANIFEST = json.dumps({
    "files": {"files/src/main.c": {"type": "source", "path": "/src/main.c"}},
    "arch": "x86_64", "code_id": "f1c3bcc0279865fe3058404b2831d9e64135386c",
    "debug_id": "c0bcc3f1-9827-fe65-3058-404b2831d9e6", "object_name": "/usr/bin/app"})
HEADER = b"SYSB" + struct.pack("<I", 2)


def bundle(method, prefix):
    out = io.BytesIO()
    out.write(prefix)
    with zipfile.ZipFile(out, "a", method) as z:
        for name, text in (("files/src/main.c", "int main(void) { return 0; }\n"), ("manifest.json", MANIFEST)):
            info = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            info.compress_type = method
            z.writestr(info, text)
    return out.getvalue()


def with_zip64_end(data):
    end = data.rindex(b"PK\5\6")
    count, size, offset = struct.unpack("<HII", data[end + 10:end + 20])
    record = struct.pack("<IQHHIIQQQQ", 0x06064b50, 44, 45, 45, 0, 0, count, count, size, offset)
    locator = struct.pack("<IIQI", 0x07064b50, 0, end, 1)
    last = struct.pack("<IHHHHIIH", 0x06054b50, 0, 0, 0xffff, 0xffff, 0xffffffff, 0xffffffff, 0)
    return data[:end] + record + locator + last


deflated = bundle(zipfile.ZIP_DEFLATED, HEADER)
for name, data in (("stored", bundle(zipfile.ZIP_STORED, HEADER)), ("deflated", deflated),
                   ("shifted", HEADER + bundle(zipfile.ZIP_STORED, b"")), ("zip64", with_zip64_end(deflated))):
    with open(f"small.{name}.src.zip", "wb") as f:
        f.write(data)
