// SPDX-License-Identifier: Apache-2.0
#include "formats/minidump/code_view.h"

#include <fmt/format.h>

#include "base/text.h"

namespace sigla::minidump {
namespace {

constexpr std::string_view kWhat = "CodeView record";

// The path at the end of a PDB record, which has to end in NUL.
Result<std::string> read_path(ByteReader& reader) {
  const std::string_view text = as_text(reader.rest());
  if (text.empty() || text.back() != '\0') {
    return malformed("CodeView record: the path does not end in NUL");
  }
  return to_utf8(text.substr(0, text.find('\0')));
}

Result<CodeView> read_pdb70(ByteReader reader) {
  CodeView view;
  view.kind = CodeView::Kind::kPdb70;
  std::array<std::uint8_t, 16> guid{};
  const std::uint32_t first = reader.u32();
  const std::uint16_t second = reader.u16();
  const std::uint16_t third = reader.u16();
  for (unsigned i = 0; i < 4; ++i) guid[i] = static_cast<std::uint8_t>(first >> (24U - 8U * i));
  guid[4] = static_cast<std::uint8_t>(second >> 8U);
  guid[5] = static_cast<std::uint8_t>(second);
  guid[6] = static_cast<std::uint8_t>(third >> 8U);
  guid[7] = static_cast<std::uint8_t>(third);
  for (std::size_t i = 8; i < 16; ++i) guid[i] = reader.u8();
  view.debug_id = DebugId{guid, reader.u32()};
  SIGLA_TRY(reader.finish(kWhat));
  SIGLA_TRY_ASSIGN(view.pdb_path, read_path(reader));
  return view;
}

Result<CodeView> read_pdb20(ByteReader reader) {
  CodeView view;
  view.kind = CodeView::Kind::kPdb20;
  reader.skip(4);
  view.signature = reader.u32();
  view.age = reader.u32();
  SIGLA_TRY(reader.finish(kWhat));
  SIGLA_TRY_ASSIGN(view.pdb_path, read_path(reader));
  return view;
}

}  // namespace

std::string CodeView::breakpad_id() const {
  if (kind == Kind::kPdb20) return fmt::format("{:08X}{:x}", signature, age);
  return debug_id ? debug_id->breakpad() : std::string();
}

Result<CodeView> read_code_view(const Image& image, const MINIDUMP_LOCATION_DESCRIPTOR& location) {
  SIGLA_TRY_ASSIGN(const Bytes record, image.at(location, kWhat));
  if (record.size() <= 4) return CodeView();
  ByteReader reader = image.reader(record);
  const std::uint32_t signature = reader.u32();
  if (signature == CV_SIGNATURE_RSDS) return read_pdb70(reader);
  if (signature == CV_SIGNATURE_NB10) return read_pdb20(reader);
  CodeView view;
  if (signature == MD_CVINFOELF_SIGNATURE) {
    view.kind = CodeView::Kind::kElfBuildId;
    view.build_id = reader.rest();
    view.debug_id = DebugId::from_build_id(view.build_id, image.order() == std::endian::little);
  }
  return view;
}

}  // namespace sigla::minidump
