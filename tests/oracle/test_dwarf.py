#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`sigla lookup` against llvm-symbolizer (addr2line for relocatable files) over programs of every DWARF version, split mode,
compression and language, built here: each function start, each row of the line table and random addresses must give the same files and lines.
"""
import concurrent.futures
import os
import pathlib
import random
import shutil
import sys
import tempfile
import unittest

from compare import (Agreement, addr2line_frames, code_ranges, compare_with_llvm, function_addresses, line_row_addresses, llvm_frames,
                     load_base, run, sample, sigla_frames)

SIGLA = os.environ["SIGLA"]
SOURCES = pathlib.Path(__file__).resolve().parent / "src"
LANGUAGES = SOURCES.parent / "languages"
AGREEMENT_MIN = 99.9

COMPILERS = {"gcc": ("gcc", "g++"), "clang": ("clang-19", "clang++-19")}
# name: (compilers, flags to compile, flags to link)
PROGRAMS = {
    **{f"dwarf{v}": ("gcc clang", f"-gdwarf-{v}", "") for v in (2, 3, 4, 5)},
    "dwarf64": ("gcc clang", "-gdwarf-5 -gdwarf64", ""),
    "o0": ("gcc clang", "-g -O0", ""),
    "o3": ("gcc clang", "-g -O3 -march=x86-64-v3", ""),
    "lines-only": ("gcc clang", "-g1", ""),
    "types": ("gcc clang", "-gdwarf-4 -fdebug-types-section", ""),
    "types5": ("gcc clang", "-gdwarf-5 -fdebug-types-section", ""),
    "sections": ("gcc clang", "-g -ffunction-sections -fdata-sections", "-Wl,--gc-sections"),
    "sections-lld": ("gcc clang", "-g -ffunction-sections -fdata-sections", "-fuse-ld=lld -Wl,--gc-sections -Wl,--icf=all"),
    "sections-lld4": ("gcc clang", "-gdwarf-4 -ffunction-sections -fdata-sections", "-fuse-ld=lld -Wl,--gc-sections"),
    "static-exec": ("gcc", "-g -fno-pie", "-no-pie"),
    "lto": ("gcc clang", "-g -flto", "-flto -fuse-ld={lto_linker} -g -O2"),
    "split4": ("gcc clang", "-gdwarf-4 -gsplit-dwarf", ""),
    "split5": ("gcc clang", "-gdwarf-5 -gsplit-dwarf", ""),
    "zlib": ("gcc clang", "-g -gz=zlib", "-gz=zlib"),
}

# Each makes "program" of the files in languages/.
OTHER_LANGUAGES = {
    "fortran": ["gfortran -g -O2 {sources}/shapes.f90 -o program"],
    "ada": ["gnatmake -q -g -O2 -gnatn {sources}/main.adb -o program"],
    "d": ["gdc -g -O2 {sources}/shapes.d -o program"],
    "rust": ["rustc -g -C opt-level=2 {sources}/shapes.rs -o program"],
    "go": ["env GO111MODULE=off GOFLAGS= CGO_ENABLED=0 go build -o program {sources}/shapes.go"],
}
# Go and Rust link their whole run-time in.
LANGUAGE_ADDRESSES = 6_000


class Build:
    """The programs, made side by side before the tests look at them."""

    def __init__(self, folder):
        self.folder = folder
        self.failures = {}
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            jobs = {(c, p): pool.submit(self.program, c, p) for p, (compilers, _, _) in PROGRAMS.items() for c in compilers.split()}
        self.programs = {key: job.result() for key, job in jobs.items()}

    def program(self, compiler, name):
        cc, cxx = COMPILERS[compiler]
        _, compile_flags, link_flags = PROGRAMS[name]
        where = self.folder / f"{compiler}-{name}"
        where.mkdir()
        level = [] if "-O" in compile_flags else ["-O2"]
        for source in sorted(SOURCES.glob("*.c*")):
            flags = level + compile_flags.split()
            run(cc if source.suffix == ".c" else cxx, *flags, "-c", source, "-o", where / f"{source.stem}.o", cwd=where)
        linker = "lld" if compiler == "clang" else "bfd"
        run(cxx, *level, *link_flags.format(lto_linker=linker).split(), "-o", where / "program", "-Wl,--build-id",
            *sorted(where.glob("*.o")), cwd=where)
        return where / "program"


class DwarfTest(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="sigla-oracle-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.env = {**os.environ, "XDG_CACHE_HOME": str(cls.folder / "cache")}
        cls.build = Build(cls.folder)

    def check(self, agreement, what):
        print(f"{what}: {agreement.percent:.2f} % of {agreement.compared} addresses", file=sys.stderr)
        self.assertGreater(agreement.compared, 20, what)
        self.assertGreaterEqual(agreement.percent, AGREEMENT_MIN, f"{what}\n{agreement.explain()}")

    def compare(self, what, file, with_debug=None, options=(), random_count=300):
        self.check(compare_with_llvm(SIGLA, file, with_debug, random_count, options, self.env), what)

    def copy(self, program, name):
        target = program.with_name(name)
        shutil.copy(program, target)
        return target

    def test_every_version_and_mode(self):
        for (compiler, name), program in self.build.programs.items():
            with self.subTest(f"{compiler} {name}"):
                self.compare(f"{compiler} {name}", program)

    def test_functions_have_the_names_of_the_symbol_table(self):
        for compiler in COMPILERS:
            program = self.build.programs[compiler, "dwarf5"]
            base = load_base(program)
            names = {}
            for line in run("nm", program).splitlines():
                fields = line.split()
                if len(fields) == 3 and fields[1] in "tTwW" and any(l <= int(fields[0], 16) < h for l, h, _ in code_ranges(program)):
                    names.setdefault(int(fields[0], 16), set()).add(fields[2])
            ours = sigla_frames(SIGLA, program, [a - base for a in names], env=self.env)
            for address, wanted in names.items():
                self.assertIn(ours[address - base][-1][0], wanted)

    def test_other_languages(self):
        for language, commands in OTHER_LANGUAGES.items():
            with self.subTest(language):
                where = self.folder / language
                where.mkdir()
                env = {**os.environ, "GOCACHE": str(where / "cache")}
                for command in commands:
                    run(*command.format(sources=LANGUAGES).split(), cwd=where, env=env)
                program = where / "program"
                base = load_base(program)
                addresses = sample(program, program, 300)
                if len(addresses) > LANGUAGE_ADDRESSES:
                    addresses = sorted(random.Random(4).sample(addresses, LANGUAGE_ADDRESSES))
                ours = {a + base: f for a, f in sigla_frames(SIGLA, program, [a - base for a in addresses], env=self.env).items()}
                theirs = llvm_frames(program, addresses)
                self.check(Agreement().add(ours, theirs), language)
                # Of names at one address either will do. Without lines we name entries of the PLT, and LLVM the section's start.
                symbols = {fields[2]: fields[0] for line in run("nm", program).splitlines() if len(fields := line.split()) == 3}
                for address, frames in theirs.items():
                    if any(line for _, _, line in frames):
                        names = [[symbols.get(f[0], f[0]) for f in either] for either in (ours[address], frames)]
                        self.assertEqual(*names, f"{language} {address:#x}")

    def test_mini_debug_info(self):
        """As Fedora does it: the symbols that .dynsym lacks, in an ELF file inside of .gnu_debugdata."""
        program = self.build.programs["gcc", "dwarf5"]
        base = load_base(program)
        names = {}
        for line in run("nm", program).splitlines():
            fields = line.split()
            if len(fields) == 3 and fields[1] in "tT" and any(l <= int(fields[0], 16) < h for l, h, _ in code_ranges(program)):
                names.setdefault(int(fields[0], 16), set()).add(fields[2])
        where = self.folder / "mini"
        where.mkdir()
        run("objcopy", "--only-keep-debug", program, where / "debug")
        run("objcopy", "-S", "--remove-section", ".comment", *[f"--keep-symbol={n}" for s in names.values() for n in s],
            where / "debug", where / "mini")
        run("xz", where / "mini")
        run("objcopy", "--strip-all", "--add-section", f".gnu_debugdata={where / 'mini.xz'}", program, where / "program")
        ours = sigla_frames(SIGLA, where / "program", [a - base for a in names], env=self.env)
        self.assertGreater(len(names), 10)
        for address, wanted in names.items():
            self.assertIn(ours[address - base][-1][0], wanted)

    def test_recompressed_sections(self):
        for form in ("zlib-gabi", "zlib-gnu", "zstd"):
            for compiler in COMPILERS:
                program = self.copy(self.build.programs[compiler, "dwarf5"], f"program-{form}")
                tool = "llvm-objcopy-19" if form == "zstd" else "objcopy"
                run(tool, f"--compress-debug-sections={form}", program)
                # LLVM reads the old form no more, so the plain program is the oracle.
                self.compare(f"{compiler} {form}", program, self.build.programs[compiler, "dwarf5"])

    def test_a_package_of_split_units(self):
        # Not gcc's DWARF 5: llvm-dwp-19 never ends with it, and dwp of binutils 2.40 leaves the units out.
        for compiler, version in (("gcc", "split4"), ("clang", "split4"), ("clang", "split5")):
            program = self.build.programs[compiler, version]
            where = self.folder / f"{compiler}-{version}-package"
            shutil.copytree(program.parent, where)
            run("llvm-dwp-19", "-e", where / "program", "-o", where / "program.dwp", cwd=program.parent)
            for unit in where.glob("*.dwo"):
                unit.unlink()
            moved = self.copy(program, "moved")
            shutil.move(moved, where / "program")
            self.compare(f"{compiler} {version} dwp", where / "program", program)

    def test_what_dwz_shares(self):
        for compiler in COMPILERS:
            first = self.copy(self.build.programs[compiler, "dwarf4"], "first")
            second = self.copy(self.build.programs[compiler, "dwarf4"], "second")
            # A second program that is not the same, so that there is something to share.
            run("objcopy", "--add-section", f".note.other={SOURCES / 'plain.c'}", second)
            run("dwz", "-m", first.parent / "common.debug", "-M", "common.debug", first, second)
            self.compare(f"{compiler} dwz", first, self.build.programs[compiler, "dwarf4"])
            version = "dwarf5" if compiler == "gcc" else "dwarf4"  # dwz knows no .debug_addr
            single = self.copy(self.build.programs[compiler, version], "single")
            run("dwz", single)
            self.compare(f"{compiler} dwz alone", single, self.build.programs[compiler, version])

    def test_separate_debug_files(self):
        for how in ("beside", "build-id"):
            program = self.build.programs["gcc", "dwarf5"]
            where = self.folder / f"separate-{how}"
            where.mkdir()
            run("objcopy", "--only-keep-debug", program, where / "program.debug")
            run("objcopy", "--strip-all", f"--add-gnu-debuglink={where / 'program.debug'}", program, where / "program")
            options = []
            if how == "build-id":
                identity = run("readelf", "-n", program).split("Build ID: ")[1].split()[0]
                place = where / "root" / ".build-id" / identity[:2]
                place.mkdir(parents=True)
                # Recompressed after the link's CRC was taken, as Debian does it.
                run("objcopy", "--compress-debug-sections=zlib", where / "program.debug")
                shutil.move(where / "program.debug", place / f"{identity[2:]}.debug")
                options = ["--debug-directory", where / "root"]
            self.compare(f"debug file {how}", where / "program", program, options)

    def test_relocatable_files(self):
        for compiler in COMPILERS:
            for name in ("dwarf4", "dwarf5", "sections-lld4", "zlib"):
                for object_file in sorted(self.build.programs[compiler, name].parent.glob("*.o")):
                    agreement = self.relocatable(object_file, "4" in name)
                    if agreement.compared:
                        self.check(agreement, f"{compiler} {name} {object_file.name}")

    def relocatable(self, object_file, is_dwarf4):
        """Section by section, placed as src/formats/elf/layout.h has it.

        addr2line of binutils 2.40 takes the wrong file of DWARF 5 in object files (shapes.cc:229 for stl_heap.h:229), so there
        llvm-symbolizer is asked; but it mixes up sections that all begin at 0 (main() for what lies in .text, where main() is in
        .text.startup), so only about files with code in one section.
        """
        agreement = Agreement()
        address = 0
        sections = []
        for line in run("readelf", "-SW", object_file).replace("[ ", "[").splitlines():
            fields = line.split()
            if len(fields) > 10 and fields[0].startswith("[") and fields[2] == "PROGBITS" and "X" in fields[7]:
                sections.append((fields[1], int(fields[5], 16), int(fields[-1])))
        sections = [s for s in sections if s[1]]
        if not is_dwarf4 and len(sections) != 1:
            return agreement
        for name, size, alignment in sections:
            address = (address + alignment - 1) // alignment * alignment
            offsets = range(0, size, 3)
            ours = sigla_frames(SIGLA, object_file, [address + o for o in offsets], env=self.env)
            theirs = addr2line_frames(object_file, list(offsets), name) if is_dwarf4 else llvm_frames(object_file, list(offsets))
            agreement.add({a - address: frames for a, frames in ours.items()}, theirs)
            address += size
        return agreement

    def test_the_c_library(self):
        library = pathlib.Path("/lib/x86_64-linux-gnu/libc.so.6")
        identity = run("readelf", "-n", library).split("Build ID: ")[1].split()[0]
        debug = pathlib.Path(f"/usr/lib/debug/.build-id/{identity[:2]}/{identity[2:]}.debug")
        ranges = code_ranges(debug)
        generator = random.Random(2)
        low, high, _ = max(ranges, key=lambda r: r[1] - r[0])
        addresses = sorted({generator.randrange(low, high) for _ in range(20_000)} | function_addresses(debug))
        addresses = [a for a in addresses if any(l <= a < h for l, h, _ in ranges)]
        agreement = Agreement().add(sigla_frames(SIGLA, library, addresses, env=self.env), llvm_frames(debug, addresses))
        self.check(agreement, "libc")


if __name__ == "__main__":
    unittest.main(verbosity=1)
