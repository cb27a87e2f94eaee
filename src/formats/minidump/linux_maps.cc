// SPDX-License-Identifier: Apache-2.0
#include "formats/minidump/linux_maps.h"

#include <optional>

#include "base/text.h"

namespace sigla::minidump {
namespace {

// The next run of non-blanks, taken off the front of `rest`.
std::string_view next_word(std::string_view& rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  const std::size_t end = std::min(rest.find(' '), rest.size());
  const std::string_view word = rest.substr(0, end);
  rest.remove_prefix(end);
  return word;
}

// "7f12-7f34 r-xp 00001000 fd:01 1234  /usr/lib/x.so"
std::optional<LinuxMapping> parse_line(std::string_view line) {
  const std::string_view range = next_word(line);
  const std::string_view access = next_word(line);
  const std::string_view offset = next_word(line);
  next_word(line);  // device
  next_word(line);  // inode
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
