// SPDX-License-Identifier: Apache-2.0
// Frames of .NET, Mono and Unity in a text: a log, a trace that somebody pasted, JSON with traces
// in its strings.
//
//   at N.C.M(Int32 x)                                            .NET without line numbers
//   at N.C.M(Int32 x) in app.dll:token 0x6000003+0x1f            .NET with IL offsets
//   at N.C.M(Int32 x) in C:\src\a.cs:line 12                     .NET with its PDB
//   at N.C.M (System.Int32 x) [0x0001f] in <0123…cdef>:0         Mono, IL2CPP: MVID and IL offset
//   at N.C.M (System.Int32 x) [0x0001f] in /src/a.cs:12          Mono with its PDB
//   N.C:M (int) (at <0123…cdef>:0)                               Unity's console
//
// The word before a frame is of the runtime's language ("at", "bei", "à", "в", ...). In a JSON
// string the lines end in "\n", and what the string escapes is read as what it stands for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"

namespace sigla::clr {

struct TraceFrame {
  enum class Style : std::uint8_t { kDotNet, kMono, kUnity };
  Style style = Style::kDotNet;
  bool is_escaped = false;  // it stands in a JSON string
  std::uint64_t line = 0;   // where its line begins in the text, and how long it is
  std::uint64_t line_size = 0;
  std::uint64_t place = 0;  // what the location is put in place of; inside the line
  std::uint64_t place_size = 0;
  std::uint64_t name = 0;  // likewise the method
  std::uint64_t name_size = 0;
  std::string method;  // "N.C.M(Int32 x)", unescaped
  std::string module;  // "app.dll"; empty when the text does not say
  std::string mvid;    // 32 lower-case digits; empty when the text does not say
  std::uint32_t token = 0;
  std::optional<std::uint32_t> il_offset;
  std::string file;  // the text itself has the place
  std::uint32_t source_line = 0;
  // Machinery of await and of rethrown exceptions, which no source has.
  bool is_noise = false;
};

struct TraceText {
  std::vector<TraceFrame> frames;  // as they come in the text
  // Lines that say that what follows was thrown earlier; part of the noise.
  struct Separator {
    std::uint64_t line = 0;
    std::uint64_t line_size = 0;
  };
  std::vector<Separator> separators;
};

// Reads at most `kTraceFrameCountMax` frames.
inline constexpr std::size_t kTraceFrameCountMax = 200'000;
TraceText read_stack_traces(std::string_view text, const Limits& limits);

}  // namespace sigla::clr
