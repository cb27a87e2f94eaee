// SPDX-License-Identifier: Apache-2.0
// A text line by line, and a line piece by piece. Both borrow the text.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "formats/trace/trace.h"

namespace sigla::trace {

class Lines {
 public:
  explicit Lines(std::string_view text) : text_(text) { find_end(); }

  bool at_end() const { return begin_ >= text_.size(); }
  // Without its line end ("\n" or "\r\n").
  std::string_view line() const { return text_.substr(begin_, end_ - begin_); }
  // The line after it; empty at the end of the text.
  std::string_view next_line() const;
  void advance();
  // Where a part of the text lies in it. Requires: `part` is a view of line().
  Span span(std::string_view part) const;

 private:
  void find_end();
  std::size_t next_begin() const;

  std::string_view text_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

// Takes things off the start of a line. What could not be taken leaves it as it was.
class Scan {
 public:
  explicit Scan(std::string_view text) : rest_(text) {}

  std::string_view rest() const { return rest_; }
  bool at_end() const { return rest_.empty(); }
  bool take(std::string_view literal);
  // Blanks and tabs; false when there is none.
  bool blanks();
  // 1 to 16 digits with or without "0x"; WinDbg's ` between the halves is skipped.
  std::optional<std::uint64_t> hex();
  std::optional<std::uint64_t> prefixed_hex();  // only with "0x"
  std::optional<std::uint64_t> decimal();
  // Up to the next blank or tab; may be empty.
  std::string_view word();
  // Up to and without `end`, which stays; nothing when it does not come.
  std::optional<std::string_view> until(std::string_view end);
  void drop(std::size_t count) { rest_.remove_prefix(count); }

 private:
  std::string_view rest_;
};

// "(BuildId: 2a3b...)" anywhere in the text; empty when there is none.
std::string_view find_build_id(std::string_view text);
bool is_hex(std::string_view text);  // nothing but digits, and at least one
// "/a/b.so", "C:\a.dll", "b.so.6", "prog.exe": by a separator or an extension of programs.
bool looks_like_module(std::string_view name);

}  // namespace sigla::trace
