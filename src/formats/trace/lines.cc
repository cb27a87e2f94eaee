// SPDX-License-Identifier: Apache-2.0
#include "formats/trace/lines.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace sigla::trace {
namespace {

constexpr bool is_hex_digit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
constexpr bool is_blank(char c) { return c == ' ' || c == '\t'; }

}  // namespace

void Lines::find_end() {
  const std::size_t at = text_.find('\n', begin_);
  end_ = at == std::string_view::npos ? text_.size() : at;
  if (end_ > begin_ && text_[end_ - 1] == '\r') --end_;
}

std::size_t Lines::next_begin() const {
  const std::size_t at = text_.find('\n', end_);
  return at == std::string_view::npos ? text_.size() : at + 1;
}

std::string_view Lines::next_line() const {
  const std::size_t begin = next_begin();
  std::string_view line = text_.substr(begin, text_.find('\n', begin) - begin);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

void Lines::advance() {
  begin_ = next_begin();
  end_ = begin_;
  if (begin_ < text_.size()) find_end();
}

Span Lines::span(std::string_view part) const {
  return {static_cast<std::size_t>(part.data() - text_.data()), part.size()};
}

bool Scan::take(std::string_view literal) {
  if (!rest_.starts_with(literal)) return false;
  rest_.remove_prefix(literal.size());
  return true;
}

bool Scan::blanks() {
  std::size_t count = 0;
  while (count < rest_.size() && is_blank(rest_[count])) ++count;
  rest_.remove_prefix(count);
  return count != 0;
}

std::optional<std::uint64_t> Scan::hex() {
  std::size_t at = rest_.starts_with("0x") || rest_.starts_with("0X") ? 2 : 0;
  std::uint64_t value = 0;
  int digits = 0;
  for (; at < rest_.size(); ++at) {
    const char c = rest_[at];
    if (c == '`' && digits == 8) continue;
    if (!is_hex_digit(c)) break;
    if (++digits > 16) return std::nullopt;
    const int digit = c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
    value = (value << 4U) | static_cast<std::uint64_t>(digit);
  }
  if (digits == 0) return std::nullopt;
  rest_.remove_prefix(at);
  return value;
}

std::optional<std::uint64_t> Scan::prefixed_hex() {
  if (!rest_.starts_with("0x") && !rest_.starts_with("0X")) return std::nullopt;
  return hex();
}

std::optional<std::uint64_t> Scan::decimal() {
  std::size_t size = 0;
  while (size < rest_.size() && rest_[size] >= '0' && rest_[size] <= '9') ++size;
  const auto value = parse_decimal(rest_.substr(0, size));
  if (value) rest_.remove_prefix(size);
  return value;
}

std::string_view Scan::word() {
  const std::string_view word = rest_.substr(0, rest_.find_first_of(" \t"));
  rest_.remove_prefix(word.size());
  return word;
}

std::optional<std::string_view> Scan::until(std::string_view end) {
  const std::size_t at = rest_.find(end);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view part = rest_.substr(0, at);
  rest_.remove_prefix(at);
  return part;
}

std::string_view find_build_id(std::string_view text) {
  constexpr std::string_view kBefore = "(BuildId: ";
  const std::size_t at = text.find(kBefore);
  if (at == std::string_view::npos) return {};
  text.remove_prefix(at + kBefore.size());
  const std::string_view id = text.substr(0, text.find(')'));
  return is_hex(id) ? id : std::string_view();
}

bool is_hex(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_hex_digit);
}

bool looks_like_module(std::string_view name) {
  constexpr std::array<std::string_view, 11> kExtensions = {
      ".so", ".dll", ".exe", ".dylib", ".sys", ".ko", ".node", ".ocx", ".bin", ".drv", ".elf"};
  const bool is_path = name.find_first_of("/\\") != std::string_view::npos;
  const std::string_view base = base_name(name);
  if (base.empty() || base.find_first_of("()<>{}*\"'") != std::string_view::npos) return false;
  if (is_path) return true;
  return base.find(".so.") != std::string_view::npos ||
         std::ranges::any_of(kExtensions, [&](std::string_view extension) {
           return base.size() > extension.size() && ends_with_ignoring_case(base, extension);
         });
}

}  // namespace sigla::trace
