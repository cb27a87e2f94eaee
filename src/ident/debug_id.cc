// SPDX-License-Identifier: Apache-2.0
#include "ident/debug_id.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace sigla {

std::string DebugId::guid_lower() const { return hex_lower(guid); }
std::string DebugId::guid_upper() const { return hex_upper(guid); }

std::string DebugId::dashed() const {
  const std::string digits = guid_lower();
  const std::string_view d = digits;
  std::string text = fmt::format("{}-{}-{}-{}-{}",
                                 d.substr(0, 8),
                                 d.substr(8, 4),
                                 d.substr(12, 4),
                                 d.substr(16, 4),
                                 d.substr(20));
  if (age != 0) text += fmt::format("-{:x}", age);
  return text;
}

std::string DebugId::breakpad() const { return fmt::format("{}{:x}", guid_upper(), age); }

Result<DebugId> DebugId::parse(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (c != '-' && c != '{' && c != '}') digits += c;
  }
  const std::string_view d = digits;
  const auto raw = d.size() >= 32 ? parse_hex_bytes(d.substr(0, 32)) : std::nullopt;
  const auto age = d.size() > 32 ? parse_hex(d.substr(32)) : std::optional<std::uint64_t>(0);
  if (!raw || !age || *age > UINT32_MAX || d.size() > 40) {
    return make_error(ErrorCode::kInvalidArgument, "'{}' is no debug id", to_utf8(text));
  }
  DebugId id = from_uuid(*raw);
  id.age = static_cast<std::uint32_t>(*age);
  return id;
}

DebugId DebugId::from_windows_guid(Bytes raw, std::uint32_t age) {
  DebugId id = from_uuid(raw);
  std::reverse(id.guid.begin(), id.guid.begin() + 4);
  std::reverse(id.guid.begin() + 4, id.guid.begin() + 6);
  std::reverse(id.guid.begin() + 6, id.guid.begin() + 8);
  id.age = age;
  return id;
}

DebugId DebugId::from_uuid(Bytes raw) {
  SIGLA_CHECK(raw.size() >= 16);
  DebugId id;
  std::copy_n(raw.begin(), 16, id.guid.begin());
  return id;
}

DebugId DebugId::from_build_id(Bytes build_id, bool little_endian) {
  std::array<std::uint8_t, 16> raw{};
  std::copy_n(build_id.begin(), std::min<std::size_t>(16, build_id.size()), raw.begin());
  return little_endian ? from_windows_guid(raw, 0) : from_uuid(raw);
}

CodeId::CodeId(std::string_view text) : text_(lower(text)) {
  std::erase_if(text_, [](char c) { return !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')); });
}

CodeId CodeId::from_bytes(Bytes raw) { return CodeId(hex_lower(raw)); }

CodeId CodeId::from_pe(std::uint32_t time_date_stamp, std::uint32_t size_of_image) {
  return CodeId(fmt::format("{:08x}{:x}", time_date_stamp, size_of_image));
}

}  // namespace sigla
