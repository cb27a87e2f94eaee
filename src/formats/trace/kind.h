// SPDX-License-Identifier: Apache-2.0
// One kind of stack trace: how its lines are told from others and read, and how a frame's names are
// written back. To add one: a file KIND.cc that defines `const Kind kKIND`, its declaration and its
// place in registry.cc. Kinds are asked in that order; the first that takes a line has it.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "formats/trace/builder.h"
#include "formats/trace/lines.h"
#include "formats/trace/trace.h"

namespace sigla::trace {

// A call with its names, as a kind writes it. Views belong to the caller.
struct Call {
  std::string_view function;  // for people; never empty
  std::string_view file;      // empty: not known
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::uint64_t offset = 0;       // from the start of the function; 0 for inlined calls
  std::uint64_t line_offset = 0;  // from the start of the line's code
  bool is_inlined = false;
};
// "/src/app.c:12:3"; empty when the file is not known.
std::string location(const Call& call);
// "func" or, where it is an inlined call, "func (inlined)".
std::string marked(const Call& call);

struct Kind {
  std::string_view name;  // "sanitizer"
  // Takes the current line, and as many as belong to it (Lines::advance past all but the last).
  // Tells the builder about frames, modules and threads in it. False: not a line of this kind.
  bool (*read)(Lines& lines, Builder& builder);
  // What replaces Frame::place, without line ends.
  std::string (*write)(const Frame& frame, const Call& call);
  // What stands between the calls of one frame; empty: each is a line of its own.
  std::string_view between = {};
};
// For those who read a whole file of one kind themselves. Requires: there is one of that name.
std::uint32_t kind_index(std::string_view name);

// Every kind, in the order in which they are asked.
std::span<const Kind* const> kinds();

}  // namespace sigla::trace
