// SPDX-License-Identifier: Apache-2.0
// Builds Portable PDBs for tests: documents, embedded sources and a Source Link map.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "codec/encoder.h"
#include "testing/bytes_builder.h"

namespace sigla::ppdb {

struct PpdbForTest {
  struct Source {
    std::string path;  // "C:\\a\\b.cs"
    std::string text;
    bool is_embedded = true;
    bool is_packed = false;
  };
  std::vector<Source> documents;
  std::string source_link;
  std::uint32_t method_count = 1;
  bool wide_blobs = false;

  Buffer build() const {
    BytesBuilder blobs;
    blobs.u8(0);  // index 0 is the empty blob
    const auto compressed = [](BytesBuilder& b, std::size_t value) {
      if (value >= 0x80) b.u8(0x80 | value >> 8U);
      b.u8(value & 0xffU);
    };
    const auto add_blob = [&](Bytes content) {
      const std::size_t index = blobs.size();
      compressed(blobs, content.size());
      blobs.bytes(content);
      return index;
    };
    BytesBuilder documents_rows;
    BytesBuilder debug_info_rows;
    const auto index = [&](BytesBuilder& b, std::size_t value) {
      wide_blobs ? b.u32(value) : b.u16(value);
    };
    std::uint32_t debug_info_count = 0;
    std::uint32_t row = 0;
    for (const Source& source : documents) {
      ++row;
      BytesBuilder name;
      name.u8('\\');
      for (const std::string_view part : split(source.path, '\\'))
        compressed(name, add_blob(as_bytes(part)));
      index(documents_rows, add_blob(name.build()));
      documents_rows.u16(0);
      index(documents_rows, 0);
      documents_rows.u16(0);
      if (!source.is_embedded) continue;
      BytesBuilder value;
      value.u32(source.is_packed ? source.text.size() : 0);
      value.bytes(source.is_packed ? Bytes(encode(Codec::kDeflate, as_bytes(source.text)))
                                   : as_bytes(source.text));
      debug_info_rows.u16(row << 5U | 22).u16(1);
      index(debug_info_rows, add_blob(value.build()));
      ++debug_info_count;
    }
    if (!source_link.empty()) {
      debug_info_rows.u16(1 << 5U | 7).u16(2);
      index(debug_info_rows, add_blob(as_bytes(source_link)));
      ++debug_info_count;
    }
    BytesBuilder guids;
    guids.bytes(*parse_hex_bytes("1b578a0e26696e46b4ad8ab04611f5fe"));  // EmbeddedSource
    guids.bytes(*parse_hex_bytes("560511cc91a0384d9fec25ab9a351a6a"));  // SourceLink

    BytesBuilder tables;
    tables.u32(0).u8(2).u8(0).u8(wide_blobs ? 4 : 0).u8(1);
    tables.u64(1ULL << 0x30 | 1ULL << 0x31 | 1ULL << 0x37).u64(0);
    tables.u32(documents.size()).u32(method_count).u32(debug_info_count);
    tables.bytes(documents_rows.build());
    for (std::uint32_t i = 0; i < method_count; ++i) {
      tables.u16(0);
      index(tables, 0);
    }
    tables.bytes(debug_info_rows.build());

    BytesBuilder pdb;
    for (std::uint8_t i = 0; i < 16; ++i) pdb.u8(i);
    pdb.u32(0xa596286e).u32(0).u64(1ULL << 0x06).u32(method_count);

    BytesBuilder file;
    file.text("BSJB").u16(1).u16(1).u32(0).u32(12).text("PDB v1.0").zeros(4).u16(0).u16(4);
    const auto stream = [&](const std::string& name, std::size_t size) {
      file.ref32(name).u32(size).cstring(name).align(4);
    };
    stream("#Pdb", pdb.size());
    stream("#~", tables.size());
    stream("#GUID", guids.size());
    stream("#Blob", blobs.size());
    file.mark("#Pdb").bytes(pdb.build()).mark("#~").bytes(tables.build());
    file.mark("#GUID").bytes(guids.build()).mark("#Blob").bytes(blobs.build());
    return file.build();
  }
};

// One document each way, and a map.
inline PpdbForTest typical_ppdb() {
  PpdbForTest pdb;
  pdb.documents = {{"C:\\a\\plain.cs", "class A {}", true, false},
                   {"C:\\a\\packed.cs", std::string(100, 'x'), true, true},
                   {"C:\\a\\outside.cs", "", false, false}};
  pdb.source_link = R"({"documents":{"C:\\a\\*":"https://example.org/*"}})";
  return pdb;
}

}  // namespace sigla::ppdb
