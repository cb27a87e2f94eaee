// SPDX-License-Identifier: Apache-2.0
// One symbol key of each kind, as the Simple Symbol Query Protocol spells it (SSQP Key
// Conventions).
//
//   pe_key("Foo.DLL", 0x542d574e, 0xc2000)      "foo.dll/542D574Ec2000/foo.dll"
//   pdb_key("foo.pdb", id)                      "foo.pdb/497b72f6390a44fc878e5a2d63b6cc4b1/foo.pdb"
//   portable_pdb_key("foo.pdb", id)             "foo.pdb/497b…cc4bFFFFFFFF/foo.pdb"
//   elf_key("libc.so.6", id)                    "libc.so.6/elf-buildid-<40 digits>/libc.so.6"
//
// Names are given as any path and lower-cased; the case of the ids is the conventions' own. Servers
// compare keys without case, so a catalog keeps them through lower().
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ident/debug_id.h"

namespace sigla {

// "name/ID/name", the name being the lower-cased base name of `path`.
std::string ssqp_key(std::string_view path, std::string_view id);

// TimeDateStamp as eight upper-case digits, SizeOfImage in lower case without leading zeros.
std::string pe_id(std::uint32_t time_date_stamp, std::uint32_t size_of_image);
std::string pe_key(std::string_view path,
                   std::uint32_t time_date_stamp,
                   std::uint32_t size_of_image);

std::string pdb_key(std::string_view path, const DebugId& id);
std::string portable_pdb_key(std::string_view path, const DebugId& id);
// Four parts: "foo.pdb/<guid><age>/msfz0/foo.pdb".
std::string msfz_key(std::string_view path, const DebugId& id);

// A build id of 8 to 20 bytes as 40 digits, zeros appended; nothing for any other size.
std::optional<std::string> padded_build_id(const CodeId& build_id);
// Requires for all below: `id` is what padded_build_id() returned, or a UUID of 32 digits.
std::string elf_key(std::string_view path, std::string_view id);
std::string elf_symbol_key(std::string_view id);
std::string macho_key(std::string_view path, std::string_view uuid);
std::string macho_symbol_key(std::string_view uuid);
std::string wasm_key(std::string_view path, const CodeId& build_id);

std::string perfmap_key(std::string_view path, std::string_view signature, std::uint32_t version);

// The digests in hexadecimal. Only the SHA-1 form is in the conventions; PDBs mostly name SHA-256,
// so Sigla answers to both.
std::string source_sha1_key(std::string_view path, std::string_view sha1);
std::string source_sha256_key(std::string_view path, std::string_view sha256);
std::string source_md5_key(std::string_view path, std::string_view md5);

}  // namespace sigla
