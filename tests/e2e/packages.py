# SPDX-License-Identifier: Apache-2.0
"""NuGet packages made of real assemblies with Portable PDBs (npm's nswag), and NuGet's own clients under mono."""
import hashlib
import io
import json
import os
import re
import struct
import subprocess
import time
import warnings
import zipfile

from harness import NPM, Case

NUGET = NPM / "nuget-exe/nuget-5.8.0.exe"
ASSEMBLIES = NPM / "nswag/bin/binaries/Net80"

NUSPEC = """<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://schemas.microsoft.com/packaging/2012/06/nuspec.xsd">
  <metadata>
    <id>{id}</id>
    <version>{version}</version>
    <description>made for a test</description>
    {more}
  </metadata>
</package>
"""
SYMBOLS_TYPE = '<packageTypes><packageType name="SymbolsPackage" /></packageTypes>'
RELATIONS = ('<?xml version="1.0" encoding="utf-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
             '<Relationship Type="http://schemas.microsoft.com/packaging/2010/07/manifest" Target="/{id}.nuspec" Id="R1" /></Relationships>')
TYPES = ('<?xml version="1.0" encoding="utf-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
         + "".join(f'<Default Extension="{e}" ContentType="application/octet" />' for e in ("nuspec", "dll", "pdb", "psmdcp", "txt", "xml"))
         + '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml" /></Types>')


def assembly(stem):
    """A real assembly and its Portable PDB."""
    return (ASSEMBLIES / f"{stem}.dll").read_bytes(), (ASSEMBLIES / f"{stem}.pdb").read_bytes()


def package(id, version, files, more="", dates=None):
    """The bytes of a package; `files` is a list of (path, content), so a path may be there twice."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        def add(name, content):
            info = zipfile.ZipInfo(name, (dates or {}).get(name, time.gmtime()[:6]))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.filename = name  # ZipInfo turns '\\' into '/' only where that is the system's
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # some packages have a path twice on purpose
                archive.writestr(info, content)
        add("_rels/.rels", RELATIONS.format(id=id))
        add(f"{id}.nuspec", NUSPEC.format(id=id, version=version, more=more))
        for name, content in files:
            add(name, content)
        add("[Content_Types].xml", TYPES)
        add("package/services/metadata/core-properties/1.psmdcp", "<a/>")
    return out.getvalue()


def nupkg(id, version, files):
    return package(id, version, files, "<authors>we</authors>")


def snupkg(id, version, files, more="", dates=None):
    return package(id, version, files, SYMBOLS_TYPE + more, dates)


def portable_guid(dll):
    """The GUID of the last CodeView entry, as symbol keys have it."""
    at = dll.rfind(b"RSDS") + 4
    a, b, c = struct.unpack_from("<IHH", dll, at)
    return f"{a:08x}{b:04x}{c:04x}{dll[at + 8:at + 16].hex()}"


def without_checksum(dll):
    """The assembly with the type of its PDB checksum entry (19, of 39 bytes) set to 0, as obfuscators leave it."""
    changed = re.sub(rb"\x13\0\0\0\x27\0\0\0", b"\0\0\0\0\x27\0\0\0", dll)
    assert changed != dll
    return changed


def blobs_of(pdb):
    """(offset, size) of each blob of a Portable PDB."""
    at = 16 + struct.unpack_from("<I", pdb, 12)[0]
    count = struct.unpack_from("<H", pdb, at + 2)[0]
    at += 4
    for _ in range(count):
        offset, size = struct.unpack_from("<II", pdb, at)
        end = pdb.index(b"\0", at + 8)
        name = pdb[at + 8:end]
        at += 8 + (len(name) // 4 + 1) * 4
        if name == b"#Blob":
            break
    end, at, found = offset + size, offset, []
    while at < end:
        lead = pdb[at]
        width, length = (1, lead) if lead < 0x80 else (2, (lead & 0x3f) << 8 | pdb[at + 1]) if lead < 0xc0 else \
            (4, struct.unpack_from(">I", pdb, at)[0] & 0x1fffffff)
        found.append((at + width, length))
        at += width + length
    return found


def with_source_link(pdb, base, content):
    """The PDB as if all its sources were `content` and lay below the URL `base`, which is shorter than the real one."""
    changed = bytearray(pdb)
    for offset, size in blobs_of(pdb):
        blob = pdb[offset:offset + size]
        if size == 32 and not blob.isascii():  # else a part of a path
            changed[offset:offset + size] = hashlib.sha256(content).digest()
        elif blob.startswith(b'{"documents"'):
            url = re.search(rb'"(https://[^"*]*)\*', blob).group(1)
            new = base.encode() + b"/"
            changed[offset:offset + size] = blob.replace(url, new + b"x" * (len(url) - len(new) - 1) + b"/")
    return bytes(changed)


class Nuget:
    """nuget.exe with a home of its own."""

    def __init__(self, home, program=NUGET):
        self.home, self.program = home, program
        home.mkdir(parents=True, exist_ok=True)

    def run(self, *argv, cwd=None):
        env = {**os.environ, "HOME": str(self.home), "XDG_DATA_HOME": str(self.home / "data"), "XDG_CONFIG_HOME": str(self.home / "config"),
               "TERM": "dumb"}
        return subprocess.run(["mono", str(self.program), *map(str, argv)], capture_output=True, text=True, errors="replace",
                              timeout=180, env=env, cwd=cwd or self.home)


STEM = "NSwag.Core"
LIB = f"lib/net8.0/{STEM}"
DLL, PDB = assembly(STEM)
OTHER_DLL, OTHER_PDB = assembly("NSwag.Core.Yaml")
KEY = portable_guid(DLL)
SYMBOLS = [(f"{LIB}.pdb", PDB)]


class PackageCase(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.nuget = Nuget(cls.scratch / "home")

    def put(self, path, content, project=None, **headers):
        boundary = "b-o-u-n-d"
        body = (f"--{boundary}\r\nContent-Type: application/octet-stream\r\nContent-Disposition: form-data; name=package; "
                f"filename=package.nupkg\r\n\r\n").encode() + content + f"\r\n--{boundary}--\r\n".encode()
        prefix = f"/p/{project}" if project else ""
        return self.server.request("PUT", prefix + path, body=body,
                                   headers={"X-NuGet-ApiKey": self.server.token, "Content-Type": f'multipart/form-data; boundary="{boundary}"', **headers})

    def push_package(self, content, project=None):
        return self.put("/api/v2/package/", content, project)

    def push_symbols(self, content, project=None):
        return self.put("/api/v2/symbol/", content, project)

    def make_project(self, name, strict=False):
        auth = {"Authorization": f"Bearer {self.server.token}"}
        answer = self.server.request("POST", "/api/v1/projects", headers=auth, body=json.dumps({"name": name}))
        self.assertEqual(answer.status, 201, answer.text)
        if strict:
            answer = self.server.request("PUT", f"/api/v1/projects/{name}", headers=auth, body='{"strict_packages":true}')
            self.assertEqual(answer.status, 200, answer.text)

    def history(self, project="default"):
        auth = {"Authorization": f"Bearer {self.server.token}"}
        return self.server.request("GET", f"/api/v1/projects/{project}/uploads?limit=1", headers=auth).json()["uploads"][0]

    def entries(self, upload, project="default"):
        auth = {"Authorization": f"Bearer {self.server.token}"}
        return self.server.request("GET", f"/api/v1/projects/{project}/uploads/{upload}/entries", headers=auth).json()["files"]

    def file(self, name, content):
        path = self.scratch / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path
