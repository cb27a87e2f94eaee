# SPDX-License-Identifier: Apache-2.0
"""NuGet packages made of real assemblies with Portable PDBs (npm's nswag), and NuGet's own clients under mono."""
import io
import os
import re
import struct
import subprocess
import time
import zipfile

from harness import NPM

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
