#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Cuts the metadata out of a managed PE: extract.py sample.dll sample.metadata"""
import struct
import sys

image = open(sys.argv[1], "rb").read()
pe = struct.unpack_from("<I", image, 0x3C)[0]
section_count, optional_size = struct.unpack_from("<H", image, pe + 6)[0], struct.unpack_from("<H", image, pe + 20)[0]
is_wide = struct.unpack_from("<H", image, pe + 24)[0] == 0x20B
directories = pe + 24 + (112 if is_wide else 96)


def offset_of(rva):
    for i in range(section_count):
        size, address, raw_size, raw = struct.unpack_from("<IIII", image, pe + 24 + optional_size + 40 * i + 8)
        if address <= rva < address + max(size, raw_size):
            return raw + rva - address
    raise SystemExit(f"no section has {rva:#x}")


cli = offset_of(struct.unpack_from("<I", image, directories + 14 * 8)[0])
rva, size = struct.unpack_from("<II", image, cli + 8)
start = offset_of(rva)
open(sys.argv[2], "wb").write(image[start : start + size])
