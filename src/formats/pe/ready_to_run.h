// SPDX-License-Identifier: Apache-2.0
// Ready-to-run code of a managed PE (dotnet/runtime, readytorun-format.md): where each method was
// compiled to, and which IL its instructions came from.
//
//   header    "RTR\0", major (2), minor (2), flags (4), section count (4), sections: type, RVA,
//   size 102       runtime functions: begin and unwind RVAs, on x64 end in between; sorted by begin
//   103       by row of MethodDef: index of the first runtime function (a NativeArray)
//   105       by that index: native offsets and the IL offsets they came from (a NativeArray)
//
// A NativeArray (NativeFormat) is a tree of blocks of 16 with offsets as variable-length numbers.
// Borrows the image, which must outlive it. Generic instances, which have a table of their own, are
// not listed; of a composite image neither are the parts.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "formats/pe/cli_header.h"

namespace sigla::pe {

struct IlMapping {
  // Offsets of a prologue, an epilogue, and of code that no IL made.
  static constexpr std::uint32_t kEpilog = 0xffff'fffd;
  static constexpr std::uint32_t kProlog = 0xffff'fffe;
  static constexpr std::uint32_t kNoMapping = 0xffff'ffff;
  std::uint32_t native_offset = 0;  // from the method's first instruction
  std::uint32_t il_offset = 0;
};

struct CompiledMethod {
  std::uint32_t method = 0;            // row of MethodDef
  std::uint32_t runtime_function = 0;  // index of its first one
  struct Piece {
    std::uint32_t begin = 0;  // RVAs
    std::uint32_t end = 0;
  };
  std::vector<Piece> pieces;  // the method itself, then its funclets
};

class ReadyToRun {
 public:
  // kNotFound for an image without such code.
  static Result<ReadyToRun> open(const Image& image, const CliHeader& header, const Limits& limits);

  std::uint16_t major_version() const { return major_version_; }
  // By row. `method_count` rows are asked for.
  std::vector<CompiledMethod> methods(std::uint32_t method_count) const;
  // Ascending by native offset; empty when there are none or they are packed in a newer way.
  std::vector<IlMapping> mappings(const CompiledMethod& method) const;

 private:
  ReadyToRun() = default;
  // A NativeArray lies in a section and points relative to it.
  struct NativeArray {
    Bytes section;
    std::uint32_t base = 0;
    std::uint32_t count = 0;
    unsigned index_width = 1;  // bytes

    static NativeArray open(Bytes section);
    // Where the element lies in the section; nothing when there is none.
    std::optional<std::uint32_t> find(std::uint32_t index) const;
  };
  std::optional<std::uint32_t> runtime_function_of(std::uint32_t entry) const;

  std::uint16_t major_version_ = 0;
  bool is_x64_ = false;
  std::vector<CompiledMethod::Piece> functions_;
  NativeArray entry_points_;
  NativeArray debug_info_;
};

}  // namespace sigla::pe
