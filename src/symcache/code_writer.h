// SPDX-License-Identifier: Apache-2.0
// Writes records of section kCode: docs/formats/symcache.md, "Code". A record needs nothing outside
// itself but the numbers of names and files, so records are written side by side by several
// threads.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "symcache/function_tree.h"
#include "symcache/rows.h"

namespace sigla::symcache {

struct CodeHead {
  std::uint32_t info = 0;  // as RawAlias::info
  std::uint32_t name = 0;
  std::uint64_t size = 0;            // of the whole function; 0: a symbol without one
  std::uint64_t start_distance = 0;  // how far before the record's address the function begins
};

// What a run's numbers stand for in the file.
struct NumberMap {
  std::span<const std::uint32_t> names;
  std::span<const std::uint32_t> files;
};

class CodeWriter {
 public:
  explicit CodeWriter(bool has_columns) : has_columns_(has_columns) {}

  // A record without lines and calls.
  void add(const CodeHead& head, Buffer& out);
  // Rows are those of FunctionRows, the first one at the record's address.
  void add(const CodeHead& head,
           std::span<const Row> rows,
           std::span<const InlinedCall> calls,
           const NumberMap& map,
           Buffer& out);

 private:
  struct Scope {  // of the function itself, then of each call
    bool is_used = false;
    std::uint32_t number = 0;     // in the record
    std::uint32_t body_file = 0;  // of the record
  };
  struct Block {
    std::uint64_t offset;  // of its first row from the record's address
    std::size_t start;     // in row_bytes_
  };
  void write_head(const CodeHead& head, std::uint32_t flags, Buffer& out) const;
  std::uint32_t local_file(std::uint32_t file, const NumberMap& map);
  void plan_scopes(std::span<const Row> rows,
                   std::span<const InlinedCall> calls,
                   const NumberMap& map);
  void write_scopes(std::span<const InlinedCall> calls, const NumberMap& map);
  void write_rows(std::span<const Row> rows, const NumberMap& map);
  void write_row(const Row& row, bool is_first, bool same_line, const NumberMap& map);

  bool has_columns_;
  std::vector<std::uint32_t> local_files_;  // by the run's number: that of the record, 0: none yet
  std::vector<std::uint32_t> used_files_;   // run's numbers, in the record's order
  std::vector<Scope> scopes_;
  Buffer scope_bytes_;
  Buffer row_bytes_;
  std::vector<Block> blocks_;
  // What a reader holds at this point of the block.
  std::uint32_t scope_ = 0;
  std::uint32_t line_ = 0;
  std::uint32_t base_line_ = 0;
};

}  // namespace sigla::symcache
