// SPDX-License-Identifier: Apache-2.0
#include "symbolicate/json_text.h"

#include <algorithm>

#include "base/text.h"

namespace sigla {
namespace {

class Checker {
 public:
  explicit Checker(std::string_view text) : rest_(text) {}

  bool whole() { return value(0) && (blanks(), rest_.empty()); }

 private:
  static constexpr unsigned kDepthMax = 64;

  void blanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size())); }
  bool take(std::string_view token) {
    if (!rest_.starts_with(token)) return false;
    rest_.remove_prefix(token.size());
    return true;
  }

  bool value(unsigned depth) {
    if (depth > kDepthMax) return false;
    blanks();
    if (take("{")) return members(depth, true, "}");
    if (take("[")) return members(depth, false, "]");
    if (rest_.starts_with('"')) return string();
    return take("true") || take("false") || take("null") || number();
  }

  bool members(unsigned depth, bool has_keys, std::string_view end) {
    blanks();
    if (take(end)) return true;
    for (;;) {
      blanks();
      if (has_keys && !(string() && (blanks(), take(":")))) return false;
      if (!value(depth + 1)) return false;
      blanks();
      if (take(end)) return true;
      if (!take(",")) return false;
    }
  }

  bool string() {
    if (!take("\"")) return false;
    while (!rest_.empty()) {
      const char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == '"') return true;
      if (static_cast<unsigned char>(c) < 0x20) return false;
      if (c == '\\' && !escape()) return false;
    }
    return false;
  }
  bool escape() {
    if (take("u")) {
      if (rest_.size() < 4 || !parse_hex(rest_.substr(0, 4))) return false;
      rest_.remove_prefix(4);
      return true;
    }
    constexpr std::string_view kEscapes = "\"\\/bfnrt";
    if (rest_.empty() || kEscapes.find(rest_.front()) == std::string_view::npos) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool digits() {
    const std::size_t count = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
    rest_.remove_prefix(count);
    return count > 0;
  }
  bool number() {
    take("-");
    if (!take("0") && !digits()) return false;
    if (take(".") && !digits()) return false;
    if (!take("e") && !take("E")) return true;
    if (!take("+")) take("-");
    return digits();
  }

  std::string_view rest_;
};

}  // namespace

bool is_json(std::string_view text) { return is_utf8(text) && Checker(text).whole(); }

}  // namespace sigla
