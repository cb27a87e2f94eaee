// SPDX-License-Identifier: Apache-2.0
// A stack trace that somebody printed: which bytes of a text are frames, and what they say.
//
//   const Trace trace = recognise(text, limits);
//   for (const Frame& frame : trace.frames) text.substr(frame.place.offset, frame.place.size)
//
// Nothing in here points into the text. A kind of trace (AddressSanitizer's, gdb's, ...) is one
// file and its line in registry.cc; kind.h says what it has to do.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "ident/identity.h"

namespace sigla::trace {

struct Span {
  std::size_t offset = 0;
  std::size_t size = 0;
  std::size_t end() const { return offset + size; }
};

// What Module::base is the address of.
enum class BaseOf : std::uint8_t {
  kNothing,  // not known
  kImage,    // where the module is mapped
  kText,     // its section .text
  kZero,     // address 0 of its file's own numbering
};

struct Module {
  std::string name;      // path or name as the text has it; empty: only ids are known
  std::string build_id;  // hexadecimal: an ELF build id, a Mach-O UUID, a PE's code id; or empty
  std::string debug_file;
  std::string debug_id;  // Breakpad's form or dashed; or empty
  std::string version;
  Arch arch = Arch::kUnknown;
  BaseOf base_of = BaseOf::kNothing;
  std::uint64_t base = 0;
  std::uint64_t size = 0;  // 0: not known
};

enum class Addressing : std::uint8_t {
  kNone,        // the text names no address
  kAbsolute,    // in the process; the modules' bases tell which one it lies in
  kRelative,    // to where its module is mapped
  kLinked,      // as the module's file numbers it: an ELF virtual address
  kInFunction,  // to the start of Frame::function
};

struct Frame {
  std::uint32_t kind = 0;    // index of kinds()
  std::uint32_t thread = 0;  // index of Trace::threads
  Span line;                 // all of its line, without the line end
  Span place;                // what names are put in place of; inside `line`, may be empty
  std::optional<std::uint32_t> module;  // index of Trace::modules
  Addressing addressing = Addressing::kNone;
  std::uint64_t address = 0;
  std::uint64_t absolute = 0;  // the address in the process where the text has that too, or 0
  // The address follows the call instead of lying in it.
  bool is_return_address = false;
  // What the text itself says; empty or 0 where it does not.
  std::string function;
  std::uint64_t function_size = 0;
  std::string file;
  std::uint32_t source_line = 0;
  std::string module_text;  // the module as it stands in `place`, where that has it
};

struct Register {
  std::string name;
  std::uint64_t value = 0;
};

struct Thread {
  std::string name;
  std::uint32_t id = 0;
  bool has_crashed = false;
  std::vector<Register> registers;  // of its first frame
};

struct Note {
  std::string key;  // may be empty
  std::string value;
};

struct Trace {
  // --- what is said of the crash; empty or 0 where it is not ---
  std::string os;  // "Linux", "Android", "Windows NT", "Mac OS X"
  std::string os_version;
  Arch arch = Arch::kUnknown;
  std::string reason;  // in the text's own words
  std::uint64_t crash_address = 0;
  std::string assertion;
  std::optional<std::uint32_t> process_id;
  std::uint32_t time = 0;  // seconds since 1970
  std::vector<Note> notes;

  std::vector<Module> modules;
  std::vector<Thread> threads;
  std::vector<Frame> frames;  // as they come in the text
};

inline constexpr std::uint64_t kTextSizeMax = 64ULL << 20;  // a log with traces in it
inline constexpr std::size_t kFrameCountMax = 200'000;      // the frames behind are not read

// Of the first kFrameCountMax frames; a line longer than limits.line_size_max is no frame.
Trace recognise(std::string_view text, const Limits& limits);

}  // namespace sigla::trace
