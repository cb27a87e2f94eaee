// SPDX-License-Identifier: Apache-2.0
#include "formats/pdb/dbi_writer.h"

#include <map>
#include <utility>

#include "base/byte_writer.h"
#include "codec/hash.h"
#include "formats/pdb/dbi_stream.h"

namespace sigla::pdb {
namespace {

constexpr std::uint16_t kManagedMachine = 0xc0ee;

ByteWriter module_list(const DbiToWrite& dbi) {
  ByteWriter out;
  for (const DbiModuleToWrite& module : dbi.modules) {
    out.u32(0);
    out.u16(UINT16_MAX).u16(0).u32(0).u32(UINT32_MAX).u32(0);  // no contribution of its own
    out.u16(UINT16_MAX).u16(0).u32(0).u32(0);
    out.u16(0).u16(module.stream).u32(module.symbols_size).u32(0).u32(module.lines_size);
    out.u16(static_cast<std::uint16_t>(module.files.size())).u16(0).u32(0).u32(0).u32(0);
    out.cstring(module.name).cstring(fmt::format("{:08X}", crc32(as_bytes(module.name))));
    out.align(4);
  }
  return out;
}

ByteWriter contribution_list(const DbiToWrite& dbi) {
  constexpr std::uint32_t kVersion = 0xeffe'0000 + 19'970'605;
  ByteWriter out;
  out.u32(kVersion);
  for (const Contribution& contribution : dbi.contributions) {
    out.u16(1).u16(0).u32(contribution.start).u32(contribution.size).u32(0);
    out.u16(contribution.module).u16(0).u32(0).u32(0);
  }
  return out;
}

ByteWriter section_map(const DbiToWrite& dbi) {
  constexpr std::uint16_t kCode = 0x10d;      // selector, 32 bits, readable, executable
  constexpr std::uint16_t kAbsolute = 0x208;  // addresses that lie in no section
  ByteWriter out;
  out.u16(2).u16(2);
  const auto add = [&](std::uint16_t flags, std::uint16_t frame, std::uint32_t size) {
    out.u16(flags).u16(0).u16(0).u16(frame).u16(UINT16_MAX).u16(UINT16_MAX).u32(0).u32(size);
  };
  add(kCode, 1, dbi.code_size);
  add(kAbsolute, 0, UINT32_MAX);
  return out;
}

Result<ByteWriter> file_list(const DbiToWrite& dbi) {
  ByteWriter counts;
  ByteWriter firsts;
  ByteWriter offsets;
  ByteWriter names;
  std::map<std::string_view, std::uint32_t> known;
  std::size_t total = 0;
  for (const DbiModuleToWrite& module : dbi.modules) {
    if (module.files.size() > UINT16_MAX) {
      return make_error(ErrorCode::kLimitExceeded,
                        "Windows PDB: {} documents in one module cannot be written",
                        module.files.size());
    }
    firsts.u16(static_cast<std::uint16_t>(total));
    counts.u16(static_cast<std::uint16_t>(module.files.size()));
    total += module.files.size();
    for (const std::string& file : module.files) {
      const auto [found, is_new] = known.emplace(file, static_cast<std::uint32_t>(names.size()));
      if (is_new) names.cstring(file);
      offsets.u32(found->second);
    }
  }
  ByteWriter out;
  out.u16(static_cast<std::uint16_t>(dbi.modules.size())).u16(static_cast<std::uint16_t>(total));
  out.bytes(firsts.data()).bytes(counts.data()).bytes(offsets.data()).bytes(names.data());
  out.align(4);
  return out;
}

// A table of names for edit and continue, with none in it.
ByteWriter edit_and_continue_names() {
  ByteWriter out;
  out.u32(0xeffe'effe).u32(1).u32(1).u8(0).u32(1).u32(0).u32(0);
  return out;
}

}  // namespace

Result<Buffer> write_dbi_stream(const DbiToWrite& dbi) {
  const ByteWriter modules = module_list(dbi);
  const ByteWriter contributions = contribution_list(dbi);
  const ByteWriter sections = section_map(dbi);
  SIGLA_TRY_ASSIGN(const ByteWriter files, file_list(dbi));
  const ByteWriter names = edit_and_continue_names();
  const auto size_of = [](const ByteWriter& part) {
    return static_cast<std::uint32_t>(part.size());
  };

  ByteWriter out;
  out.u32(UINT32_MAX).u32(19'990'903).u32(dbi.age);
  out.u16(dbi.globals_stream).u16(0x8e00).u16(dbi.publics_stream).u16(0x5f05);  // mspdb 14
  out.u16(dbi.symbol_records_stream).u16(0);
  out.u32(size_of(modules)).u32(size_of(contributions)).u32(size_of(sections));
  out.u32(size_of(files)).u32(0).u32(0).u32(kDebugHeaderCount * 2).u32(size_of(names));
  out.u16(0).u16(kManagedMachine).u32(0);
  out.bytes(modules.data()).bytes(contributions.data()).bytes(sections.data());
  out.bytes(files.data()).bytes(names.data());
  for (std::size_t i = 0; i < kDebugHeaderCount; ++i) {
    out.u16(i == kSectionHeaders ? dbi.section_headers_stream : kNoStream);
  }
  return std::move(out).take();
}

Buffer section_headers(std::uint32_t code_size) {
  ByteWriter out;
  out.zeros(8).u32(code_size).u32(0).u32(code_size).zeros(20);
  return std::move(out).take();
}

}  // namespace sigla::pdb
