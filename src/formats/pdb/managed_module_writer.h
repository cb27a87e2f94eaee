// SPDX-License-Identifier: Apache-2.0
// Writes the stream of one managed module: the methods of a type with their lines.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/byte_writer.h"
#include "formats/pdb/managed_pdb.h"

namespace sigla::pdb {

// What a symbol record can hold of a name, a constant's text and a blob. The record's size has 16
// bits; .NET's own writer cuts names earlier.
inline constexpr std::size_t kManagedNameSizeMax = 2046;
inline constexpr std::size_t kManagedTextSizeMax = 2032;
inline constexpr std::size_t kManagedBlobSizeMax = 0xff00;
inline constexpr std::uint32_t kManagedLineMax = 0xff'ffff;
inline constexpr std::uint32_t kManagedLineSpanMax = 0x7f;

struct MethodToWrite {
  const ManagedMethod* method = nullptr;
  std::uint32_t start = 0;  // the place that stands for its code, in section 1
};

struct WrittenModule {
  Buffer symbols;  // with the signature
  Buffer lines;
  std::vector<std::uint32_t> method_offsets;  // of each method's record
  std::vector<std::uint32_t> documents;  // that lines refer to, in the order of DEBUG_S_FILECHKSMS
};

// `path_offsets`: where each document's path is in "/names". Documents of `dangling` have no line.
// kInvalidArgument for what is too long for its record, and lines of documents that are not there.
Result<WrittenModule> write_managed_module(std::span<const MethodToWrite> methods,
                                           std::span<const std::uint32_t> dangling,
                                           std::span<const std::uint32_t> path_offsets);

// "* CompilerInfo *"
Buffer write_compiler_symbols(const ManagedPdb::Compiler& compiler);

// One record: size, kind, content, zeros up to a multiple of 4. The size is set by end().
class RecordWriter {
 public:
  explicit RecordWriter(ByteWriter& out) : out_(out) {}
  std::uint32_t begin(std::uint16_t kind) {
    start_ = out_.size();
    out_.u16(0).u16(kind);
    return static_cast<std::uint32_t>(start_);
  }
  void end() {
    out_.align(4);
    const std::size_t size = out_.size() - start_ - 2;
    SIGLA_CHECK(size <= UINT16_MAX);
    out_.set_u16(start_, static_cast<std::uint16_t>(size));
  }

 private:
  ByteWriter& out_;
  std::size_t start_ = 0;
};

}  // namespace sigla::pdb
