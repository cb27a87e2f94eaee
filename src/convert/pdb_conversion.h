// SPDX-License-Identifier: Apache-2.0
// Conversion of managed PDBs between the Windows and the Portable format, both ways
// (managed_to_windows.h, managed_to_portable.h). The formats hold nearly the same; what one cannot
// say is left out and told.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sigla {

// What happened on the way: warnings are of information that was lost or was wrong already, notes
// of information that the other format has no place for.
class ConversionLog {
 public:
  static constexpr std::size_t kMessageCountMax = 1'000;

  void warn(std::uint32_t token, std::string text) { add(warnings_, token, std::move(text)); }
  void warn(std::string text) { add(warnings_, 0, std::move(text)); }
  void note(std::string text) { add(notes_, 0, std::move(text)); }

  const std::vector<std::string>& warnings() const { return warnings_; }
  const std::vector<std::string>& notes() const { return notes_; }

 private:
  static void add(std::vector<std::string>& list, std::uint32_t token, std::string text);

  std::vector<std::string> warnings_;
  std::vector<std::string> notes_;
};

struct PdbConversionOptions {
  bool convert_source_link = true;  // also to srcsrv; Source Link itself is always kept
  // Variables that go into srcsrv's text beside the fixed ones.
  std::vector<std::pair<std::string, std::string>> srcsrv_variables;
};

}  // namespace sigla
