// SPDX-License-Identifier: Apache-2.0
// Builds whole PDBs with symbols, lines and types for tests.
//
//   DebugPdb pdb;
//   pdb.types.add(LF_ARGLIST, BytesBuilder().u32(1).u32(0x74));
//   pdb.modules.push_back({.symbols = procedure(S_GPROC32, "f", 0, 0x10, 0x40) + end()});
//   Buffer file = pdb.build();
#pragma once

#include <map>
#include <string>
#include <vector>

#include "formats/pdb/dbi_stream.h"
#include "formats/pdb/pdb_for_test.h"
#include "formats/pdb/raw.h"

namespace sigla::pdb {

inline Buffer operator+(Buffer a, const Buffer& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

// A record of symbols or types: size, kind, data, filled up to a multiple of 4.
inline Buffer record(std::uint16_t kind, BytesBuilder data) {
  while ((data.size() + 4) % 4 != 0) data.u8(0);
  const Buffer content = data.build();
  return BytesBuilder().u16(content.size() + 2).u16(kind).bytes(content).build();
}
inline Buffer end(std::uint16_t kind = S_END) { return record(kind, BytesBuilder()); }
inline Buffer procedure(std::uint16_t kind,
                        std::string_view name,
                        std::uint32_t type,
                        std::uint32_t offset,
                        std::uint32_t size,
                        std::uint16_t section = 1) {
  BytesBuilder b;
  b.zeros(12).u32(size).zeros(8).u32(type).u32(offset).u16(section).u8(0);
  if (kind == S_GPROC32_ST || kind == S_LPROC32_ST) {
    b.u8(name.size()).text(name);
  } else {
    b.cstring(name);
  }
  return record(kind, b);
}
inline Buffer inline_site(std::uint32_t inlinee, const Buffer& annotations) {
  return record(S_INLINESITE, BytesBuilder().zeros(8).u32(inlinee).bytes(annotations));
}
inline Buffer block(std::uint32_t offset, std::uint32_t size, std::uint16_t section = 1) {
  return record(S_BLOCK32, BytesBuilder().zeros(8).u32(size).u32(offset).u16(section).cstring(""));
}
inline Buffer separated_code(std::uint32_t offset, std::uint32_t size, std::uint32_t parent) {
  return record(S_SEPCODE,
                BytesBuilder().zeros(8).u32(size).u32(0).u32(offset).u32(parent).u16(1).u16(1));
}
inline Buffer public_symbol(std::string_view name,
                            std::uint32_t offset,
                            std::uint16_t section = 1,
                            std::uint32_t flags = cvpsfFunction) {
  return record(S_PUB32, BytesBuilder().u32(flags).u32(offset).u16(section).cstring(name));
}

// Subsections of C13 line information.
inline Buffer subsection(std::uint32_t kind, const BytesBuilder& data) {
  BytesBuilder b;
  b.u32(kind).u32(data.size()).bytes(data.build());
  return b.align(4).build();
}
// Files as offsets in the name table; each is known by the offset of its record, a multiple of 8.
inline Buffer checksums(const std::vector<std::uint32_t>& names) {
  BytesBuilder b;
  for (const std::uint32_t name : names) b.u32(name).u8(0).u8(0).u16(0);
  return subsection(DEBUG_S_FILECHKSMS, b);
}
struct LineForTest {
  std::uint32_t offset = 0;
  std::uint32_t line = 0;
};
inline Buffer lines(std::uint32_t offset,
                    std::uint32_t size,
                    std::uint32_t file,
                    const std::vector<LineForTest>& rows,
                    std::uint16_t section = 1) {
  BytesBuilder b;
  b.u32(offset).u16(section).u16(0).u32(size);
  b.u32(file).u32(rows.size()).u32(12 + rows.size() * 8);
  for (const LineForTest& row : rows) b.u32(row.offset).u32(row.line | 0x8000'0000U);
  return subsection(DEBUG_S_LINES, b);
}
inline Buffer inlinee_line(std::uint32_t inlinee, std::uint32_t file, std::uint32_t line) {
  return subsection(DEBUG_S_INLINEELINES, BytesBuilder().u32(0).u32(inlinee).u32(file).u32(line));
}

struct TypesForTest {
  Buffer records;
  std::uint32_t count = 0;

  // The new record's index.
  std::uint32_t add(std::uint16_t kind, const BytesBuilder& data) {
    records = std::move(records) + record(kind, data);
    return 0x1000 + count++;
  }
  Buffer build() const {
    BytesBuilder b;
    b.u32(20'040'203).u32(56).u32(0x1000).u32(0x1000 + count).u32(records.size()).zeros(36);
    return b.bytes(records).build();
  }
};

struct ModuleForTest {
  std::string name = "a.obj";
  Buffer symbols = {};
  Buffer c11 = {};
  Buffer c13 = {};
};
struct SectionForTest {
  std::uint32_t address = 0x1000;
  std::uint32_t size = 0x1000;
  std::uint32_t characteristics = 0x6000'0020;
};
struct ContributionForTest {
  std::uint32_t offset = 0;
  std::uint32_t size = 0;
  std::uint16_t module = 0;
};

struct DebugPdb {
  std::uint16_t machine = 0x8664;
  std::vector<ModuleForTest> modules;
  std::vector<SectionForTest> sections = {{}};
  std::vector<SectionForTest> original_sections;
  std::vector<ContributionForTest> contributions;  // in section 1
  Buffer symbol_records;
  TypesForTest types;
  TypesForTest ids;
  std::string names = std::string(1, '\0');  // texts of /names, each with its NUL
  std::vector<std::pair<std::uint32_t, std::uint32_t>> omap;
  Buffer fpo;
  Buffer frame_data;
  bool is_fastlink = false;

  // Where the text is in the name table.
  std::uint32_t add_name(std::string_view text) {
    const std::size_t offset = names.size();
    names.append(text).push_back('\0');
    return static_cast<std::uint32_t>(offset);
  }
  std::vector<Buffer> streams() const;
  Buffer build(std::uint32_t page_size = 4096) const { return build_msf(page_size, streams()); }
};

inline Buffer section_table(const std::vector<SectionForTest>& sections) {
  BytesBuilder b;
  for (const SectionForTest& section : sections) {
    b.zeros(8).u32(section.size).u32(section.address).u32(section.size).zeros(16);
    b.u32(section.characteristics);
  }
  return b.build();
}

inline std::vector<Buffer> DebugPdb::streams() const {
  std::vector<Buffer> all(5);
  const auto add = [&](Buffer content) -> std::uint16_t {
    if (content.empty()) return kNoStream;
    all.push_back(std::move(content));
    return static_cast<std::uint16_t>(all.size() - 1);
  };
  BytesBuilder name_table;
  name_table.u32(0xeffeeffe).u32(1).u32(names.size()).text(names).align(4).u32(0);
  const std::uint16_t names_stream = add(name_table.build());
  const std::uint16_t records_stream = add(symbol_records);

  BytesBuilder module_infos;
  for (const ModuleForTest& module : modules) {
    const Buffer content = BytesBuilder().u32(CV_SIGNATURE_C13).bytes(module.symbols).build();
    const std::uint16_t stream = add(content + module.c11 + module.c13);
    module_infos.zeros(34).u16(stream).u32(content.size()).u32(module.c11.size());
    module_infos.u32(module.c13.size()).zeros(16).cstring(module.name).cstring(module.name);
    module_infos.align(4);
  }
  BytesBuilder contribution_infos;
  contribution_infos.u32(0xeffe0000U + 19'970'605U);
  for (const ContributionForTest& contribution : contributions) {
    contribution_infos.u16(1).u16(0).u32(contribution.offset).u32(contribution.size).u32(0);
    contribution_infos.u16(contribution.module).u16(0).u32(0).u32(0);
  }
  BytesBuilder pairs;
  for (const auto& [from, to] : omap) pairs.u32(from).u32(to);
  std::vector<std::uint16_t> debug_header(kDebugHeaderCount, kNoStream);
  debug_header[kFpo] = add(fpo);
  debug_header[kOmapFromSource] = add(pairs.build());
  debug_header[kSectionHeaders] = add(section_table(sections));
  debug_header[kNewFpo] = add(frame_data);
  debug_header[kOriginalSectionHeaders] = add(section_table(original_sections));

  BytesBuilder dbi;
  dbi.u32(UINT32_MAX).u32(19'990'903).u32(1).zeros(8).u16(records_stream).u16(0);
  dbi.u32(module_infos.size()).u32(contribution_infos.size()).zeros(16);
  dbi.u32(debug_header.size() * 2).u32(0).u16(0).u16(machine).u32(0);
  dbi.bytes(module_infos.build()).bytes(contribution_infos.build());
  for (const std::uint16_t stream : debug_header) dbi.u16(stream);

  all[kInfoStream] = build_info_stream(7, 1, {{"/names", names_stream}});
  if (is_fastlink) {
    all[kInfoStream] = all[kInfoStream] + BytesBuilder().u32(0).u32(0x494e494d).build();
  }
  all[kTpiStream] = types.build();
  all[kIpiStream] = ids.build();
  all[kDbiStream] = dbi.build();
  return all;
}

}  // namespace sigla::pdb
