// SPDX-License-Identifier: Apache-2.0
// Builds .NET metadata for tests: heaps that grow as texts are added, tables row by row, a Portable
// PDB's #Pdb stream when wanted.
//
//   ClrMetadataForTest metadata;
//   metadata.add(ClrTable::kTypeDef, {0, metadata.string("C"), 0, 0, 1, 1});
//   const Buffer content = metadata.build();
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "codec/clr_tables.h"
#include "testing/bytes_builder.h"

namespace sigla {

inline void append_clr_compressed(BytesBuilder& b, std::uint32_t value) {
  if (value < 0x80) {
    b.u8(value);
  } else if (value < 0x4000) {
    b.u8(0x80 | value >> 8U).u8(value & 0xffU);
  } else {
    b.u8(0xc0 | value >> 24U).u8(value >> 16U & 0xffU).u8(value >> 8U & 0xffU).u8(value & 0xffU);
  }
}

inline void append_clr_signed(BytesBuilder& b, std::int32_t value) {
  const std::uint32_t sign = value < 0 ? 1 : 0;
  const std::int32_t limit = value < -0x40 || value > 0x3f
                                 ? value < -0x2000 || value > 0x1fff ? 0x1000'0000 : 0x2000
                                 : 0x40;
  const auto raw = static_cast<std::uint32_t>(value + (sign != 0 ? limit : 0)) << 1U | sign;
  // The width follows from the magnitude, not from the rotated value.
  if (limit == 0x40) {
    b.u8(raw);
  } else if (limit == 0x2000) {
    b.u8(0x80 | raw >> 8U).u8(raw & 0xffU);
  } else {
    b.u8(0xc0 | raw >> 24U).u8(raw >> 16U & 0xffU).u8(raw >> 8U & 0xffU).u8(raw & 0xffU);
  }
}

// What makes metadata a PDB's.
struct ClrPdbForTest {
  Buffer id = Buffer(20);
  std::uint32_t entry_point = 0;
  std::map<ClrTable, std::uint32_t> referenced;  // row counts of the program's tables
};

struct ClrMetadataForTest {
  std::string version = "v4.0.30319";
  std::string table_stream = "#~";
  std::uint8_t heap_sizes = 0;
  bool has_wide_indexes = false;  // adds "#JTD"
  std::optional<ClrPdbForTest> pdb;
  std::map<ClrTable, std::vector<std::vector<std::uint32_t>>> tables;

  std::uint32_t string(std::string_view text) {
    if (text.empty()) return 0;
    const auto index = static_cast<std::uint32_t>(strings_.size());
    strings_.cstring(text);
    return index;
  }
  std::uint32_t blob(Bytes content) {
    const auto index = static_cast<std::uint32_t>(blobs_.size());
    append_clr_compressed(blobs_, static_cast<std::uint32_t>(content.size()));
    blobs_.bytes(content);
    return index;
  }
  std::uint32_t blob(std::string_view text) { return blob(as_bytes(text)); }
  // As it is written: the first three fields are turned round.
  std::uint32_t guid(std::string_view digits) {
    const Buffer raw = *parse_hex_bytes(digits);
    for (const int i : {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15}) guids_.u8(raw[i]);
    return static_cast<std::uint32_t>(guids_.size() / 16);
  }
  // The row's number.
  std::uint32_t add(ClrTable table, std::vector<std::uint32_t> cells) {
    tables[table].push_back(std::move(cells));
    return static_cast<std::uint32_t>(tables[table].size());
  }
  static std::uint32_t coded(ClrCodedIndex index, ClrTable table, std::uint32_t row) {
    const auto tables = clr_coded_tables(index);
    const auto tag = std::find(tables.begin(), tables.end(), table) - tables.begin();
    return row << clr_tag_bits(index) | static_cast<std::uint32_t>(tag);
  }

  Buffer build() const {
    std::vector<std::pair<std::string, Buffer>> streams;
    if (pdb) streams.emplace_back("#Pdb", build_pdb());
    streams.emplace_back(table_stream, build_tables());
    streams.emplace_back("#Strings", strings_.build());
    streams.emplace_back("#US", Buffer{0});
    streams.emplace_back("#GUID", guids_.build());
    streams.emplace_back("#Blob", blobs_.build());
    if (has_wide_indexes) streams.emplace_back("#JTD", Buffer());
    BytesBuilder file;
    const std::size_t version_size = (version.size() + 4) / 4 * 4;
    file.text("BSJB").u16(1).u16(1).u32(0).u32(version_size).text(version);
    file.zeros(version_size - version.size()).u16(0).u16(streams.size());
    for (const auto& [name, content] : streams) {
      file.ref32(name).u32(content.size()).cstring(name).align(4);
    }
    for (const auto& [name, content] : streams) file.mark(name).bytes(content).align(4);
    return file.build();
  }

 private:
  std::size_t rows_of(ClrTable table) const {
    const auto here = tables.find(table);
    if (here != tables.end()) return here->second.size();
    if (!pdb) return 0;
    const auto there = pdb->referenced.find(table);
    return there == pdb->referenced.end() ? 0 : there->second;
  }

  std::size_t width_of(const ClrColumn& column) const {
    const auto width = [&](bool wide) { return wide || has_wide_indexes ? 4 : 2; };
    switch (column.kind) {
      case ClrColumn::Kind::kU16:
        return 2;
      case ClrColumn::Kind::kU32:
        return 4;
      case ClrColumn::Kind::kString:
        return width((heap_sizes & 1) != 0);
      case ClrColumn::Kind::kGuid:
        return width((heap_sizes & 2) != 0);
      case ClrColumn::Kind::kBlob:
        return width((heap_sizes & 4) != 0);
      case ClrColumn::Kind::kRow:
        return width(rows_of(column.table) > 0xffff);
      case ClrColumn::Kind::kCoded:
        break;
    }
    bool is_wide = false;
    for (const ClrTable table : clr_coded_tables(column.coded)) {
      is_wide |= rows_of(table) << clr_tag_bits(column.coded) > 0xffff;
    }
    return width(is_wide);
  }

  Buffer build_pdb() const {
    BytesBuilder b;
    std::uint64_t mask = 0;
    for (const auto& [table, count] : pdb->referenced) mask |= 1ULL << static_cast<unsigned>(table);
    b.bytes(pdb->id).u32(pdb->entry_point).u64(mask);
    for (const auto& [table, count] : pdb->referenced) b.u32(count);
    return b.build();
  }

  Buffer build_tables() const {
    BytesBuilder b;
    std::uint64_t mask = 0;
    for (const auto& [table, rows] : tables) mask |= 1ULL << static_cast<unsigned>(table);
    b.u32(0).u8(2).u8(0).u8(heap_sizes).u8(1).u64(mask).u64(0);
    for (const auto& [table, rows] : tables) b.u32(rows.size());
    for (const auto& [table, rows] : tables) {
      const auto columns = clr_columns(table);
      for (const auto& row : rows) {
        for (std::size_t i = 0; i < columns.size(); ++i) {
          width_of(columns[i]) == 2 ? b.u16(row[i]) : b.u32(row[i]);
        }
      }
    }
    return b.build();
  }

  BytesBuilder strings_ = std::move(BytesBuilder().u8(0));
  BytesBuilder blobs_ = std::move(BytesBuilder().u8(0));
  BytesBuilder guids_;
};

}  // namespace sigla
