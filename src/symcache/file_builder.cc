// SPDX-License-Identifier: Apache-2.0
#include "symcache/file_builder.h"

#include <xxhash.h>

#include <algorithm>
#include <memory>

#include "base/view.h"

namespace sigla::symcache {
namespace {

constexpr std::array<std::uint8_t, kSectionAlignment> kZeros = {};

std::uint64_t padding(std::uint64_t size) {
  return (kSectionAlignment - size % kSectionAlignment) % kSectionAlignment;
}

template <typename T>
void append_value(Buffer& out, T value) {
  const Bytes raw = bytes_of(value);
  out.insert(out.end(), raw.begin(), raw.end());
}

}  // namespace

void FileBuilder::Extent::add(std::uint64_t address, std::uint64_t size) {
  lowest = std::min(lowest, address);
  highest = std::max(highest, address);
  size_max = std::max(size_max, size);
}

FileBuilder::FileBuilder(const Extent& extent, bool has_columns)
    : base_(extent.lowest == UINT64_MAX ? 0 : extent.lowest),
      flags_(static_cast<std::uint8_t>(has_columns ? kFlagColumns : 0)) {
  const bool is_wide = extent.highest - base_ > UINT32_MAX || extent.size_max > UINT32_MAX;
  address_size_ = is_wide ? 8 : 4;
}

void FileBuilder::add(Section kind, Buffer&& bytes) {
  sections_.push_back({kind, {}, std::move(bytes)});
  sections_.back().bytes = sections_.back().owned;
}

void FileBuilder::add_numbers(Section kind, std::span<const std::uint32_t> numbers) {
  Buffer out;
  out.reserve(numbers.size() * 4);
  for (const std::uint32_t number : numbers) append_value(out, number);
  add(kind, std::move(out));
}

void FileBuilder::add_addresses(Section kind, std::span<const std::uint64_t> addresses) {
  add_values(kind, addresses, base_);
}
void FileBuilder::add_sizes(Section kind, std::span<const std::uint64_t> sizes) {
  add_values(kind, sizes, 0);
}

void FileBuilder::add_values(Section kind,
                             std::span<const std::uint64_t> values,
                             std::uint64_t base) {
  Buffer out;
  out.reserve(values.size() * address_size_);
  for (const std::uint64_t value : values) {
    if (address_size_ == 8) {
      append_value(out, value - base);
    } else {
      append_value(out, static_cast<std::uint32_t>(value - base));
    }
  }
  add(kind, std::move(out));
}

Status FileBuilder::finish(const std::function<Status(Bytes)>& sink) {
  RawHeader header{};
  header.magic = kMagic;
  header.version = kVersion;
  header.section_count = static_cast<std::uint32_t>(sections_.size());
  header.base = base_;
  header.address_size = address_size_;
  header.flags = flags_;
  Buffer table;
  std::uint64_t offset = sizeof(RawHeader) + sections_.size() * sizeof(RawSection);
  for (const Piece& piece : sections_) {
    offset += padding(offset);
    append_value(table,
                 RawSection{static_cast<std::uint32_t>(piece.kind), 0, offset, piece.bytes.size()});
    offset += piece.bytes.size();
  }
  header.file_size = offset;

  // The pieces are walked twice: once for the checksum, which stands in the header, once to write.
  const std::unique_ptr<XXH3_state_t, XXH_errorcode (*)(XXH3_state_t*)> state(XXH3_createState(),
                                                                              XXH3_freeState);
  SIGLA_CHECK(state != nullptr);
  XXH3_64bits_reset(state.get());
  const auto walk = [&](const std::function<Status(Bytes)>& visit) -> Status {
    SIGLA_TRY(visit(bytes_of(header)));
    SIGLA_TRY(visit(table));
    std::uint64_t at = sizeof(RawHeader) + table.size();
    for (const Piece& piece : sections_) {
      SIGLA_TRY(visit(Bytes(kZeros).first(padding(at))));
      at += padding(at) + piece.bytes.size();
      SIGLA_TRY(visit(piece.bytes));
    }
    return {};
  };
  SIGLA_TRY(walk([&](Bytes bytes) -> Status {
    XXH3_64bits_update(state.get(), bytes.data(), bytes.size());
    return {};
  }));
  header.checksum = XXH3_64bits_digest(state.get());
  return walk(sink);
}

}  // namespace sigla::symcache
