// SPDX-License-Identifier: Apache-2.0
// Puts the sections of a symcache together: offsets, address width, checksum.
#pragma once

#include <deque>
#include <functional>
#include <span>
#include <type_traits>
#include <utility>

#include "base/bytes.h"
#include "symcache/layout.h"

namespace sigla::symcache {

class FileBuilder {
 public:
  // What addresses and sizes a file holds; decides how wide they are stored.
  struct Extent {
    std::uint64_t lowest = UINT64_MAX;
    std::uint64_t highest = 0;
    std::uint64_t size_max = 0;

    void add(std::uint64_t address, std::uint64_t size);
  };
  FileBuilder(const Extent& extent, bool has_columns);

  // Bytes that outlive the builder, or a buffer it keeps.
  void add(Section kind, Bytes bytes) { sections_.push_back({kind, bytes, {}}); }
  void add(Section kind, Buffer&& bytes);
  void add_numbers(Section kind, std::span<const std::uint32_t> numbers);
  void add_addresses(Section kind, std::span<const std::uint64_t> addresses);
  void add_sizes(Section kind, std::span<const std::uint64_t> sizes);

  Status finish(const std::function<Status(Bytes)>& sink);

 private:
  struct Piece {
    Section kind;
    Bytes bytes;
    Buffer owned;
  };
  void add_values(Section kind, std::span<const std::uint64_t> values, std::uint64_t base);

  std::uint64_t base_;
  std::uint8_t address_size_;
  std::uint8_t flags_;
  std::deque<Piece> sections_;
};

}  // namespace sigla::symcache
