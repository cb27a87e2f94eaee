// SPDX-License-Identifier: Apache-2.0
#include "formats/minidump/linux_maps.h"

#include <optional>

#include "base/text.h"

namespace sigla::minidump {
namespace {

// "7f12-7f34 r-xp 00001000 fd:01 1234  /usr/lib/x.so"
std::optional<LinuxMapping> parse_line(std::string_view line) {
  const std::string_view range = take_word(line, " ");
  const std::string_view access = take_word(line, " ");
  const std::string_view offset = take_word(line, " ");
  take_word(line, " ");  // device
  take_word(line, " ");  // inode
  const std::size_t dash = range.find('-');
  if (dash == std::string_view::npos || access.size() < 3) return std::nullopt;
  const auto begin = parse_hex(range.substr(0, dash));
  const auto end = parse_hex(range.substr(dash + 1));
  const auto file_offset = parse_hex(offset);
  if (!begin || !end || !file_offset || *end < *begin) return std::nullopt;
  LinuxMapping mapping;
  mapping.begin = *begin;
  mapping.end = *end;
  mapping.file_offset = *file_offset;
  mapping.readable = access[0] == 'r';
  mapping.writable = access[1] == 'w';
  mapping.executable = access[2] == 'x';
  mapping.path = std::string(trim(line));
  return mapping;
}

}  // namespace

std::vector<LinuxMapping> parse_linux_maps(std::string_view text) {
  std::vector<LinuxMapping> mappings;
  for (const std::string_view line : split(text, '\n')) {
    if (auto mapping = parse_line(line)) mappings.push_back(std::move(*mapping));
  }
  return mappings;
}

Result<std::vector<LinuxMapping>> read_linux_maps(const Image& image) {
  SIGLA_TRY_ASSIGN(const Bytes stream, image.stream(MD_LINUX_MAPS));
  return parse_linux_maps(as_text(stream));
}

}  // namespace sigla::minidump
