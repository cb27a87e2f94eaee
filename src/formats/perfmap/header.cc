// SPDX-License-Identifier: Apache-2.0
#include "formats/perfmap/header.h"

#include <array>
#include <optional>

#include "base/text.h"

namespace sigla::perfmap {
namespace {

constexpr std::string_view kFirstToken = "FFFFFFFF";
constexpr std::size_t kLineSizeMax = 256;
constexpr std::size_t kSignatureDigits = 32;

// The rest of a line "TOKEN 00 VALUE", which is taken off `text`.
std::optional<std::string_view> take_value(std::string_view& text, std::string_view token) {
  const std::size_t end = text.substr(0, kLineSizeMax).find('\n');
  const std::string_view line = trim(text.substr(0, end));
  if (end == std::string_view::npos && text.size() > kLineSizeMax) return std::nullopt;
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  const auto words = split(line, ' ');
  if (words.size() != 3 || !equals_ignoring_case(words[0], token)) return std::nullopt;
  const auto length = parse_hex(words[1]);
  if (!length || *length != 0) return std::nullopt;
  return words[2];
}

Arch arch_of(std::uint32_t architecture) {
  switch (architecture) {
    case 1:
      return Arch::kArm;
    case 2:
      return Arch::kArm64;
    case 3:
      return Arch::kX86_64;
    case 4:
      return Arch::kX86;
    default:
      return Arch::kUnknown;
  }
}

}  // namespace

bool is_perfmap(Bytes file) {
  std::string_view start = as_text(file);
  const auto signature = take_value(start, kFirstToken);
  return signature && signature->size() == kSignatureDigits;
}

Result<Header> read_header(Bytes file) {
  constexpr std::array<std::string_view, 4> kTokens = {
      "FFFFFFFE", "FFFFFFFD", "FFFFFFFC", "FFFFFFFB"};
  Header header;
  std::string_view text = as_text(file);
  const auto signature = take_value(text, kFirstToken);
  if (!signature || signature->size() != kSignatureDigits || !parse_hex_bytes(*signature)) {
    return malformed("R2R perf map: no signature in line 1");
  }
  header.signature = lower(*signature);
  const std::array<std::uint32_t*, 4> fields = {
      &header.version, &header.operating_system, &header.architecture, &header.abi};
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const auto word = take_value(text, kTokens[i]);
    const auto number = word ? parse_decimal(*word) : std::nullopt;
    if (!number || *number > UINT32_MAX) {
      return malformed("R2R perf map: line {} is not '{} 00 NUMBER'", i + 2, kTokens[i]);
    }
    *fields[i] = static_cast<std::uint32_t>(*number);
  }
  return header;
}

Result<Identity> identify_perfmap(Bytes file, std::string_view name) {
  SIGLA_TRY_ASSIGN(const Header header, read_header(file));
  Identity identity;
  identity.format = Format::kPerfMap;
  identity.kind = ObjectKind::kDebug;
  identity.arch = arch_of(header.architecture);
  identity.name = base_name(name);
  identity.perfmap_signature = header.signature;
  identity.perfmap_version = header.version;
  identity.is_managed = true;
  identity.has_symbols = true;
  return identity;
}

}  // namespace sigla::perfmap
