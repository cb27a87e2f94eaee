// SPDX-License-Identifier: Apache-2.0
// A minidump's header, stream directory and strings: the entry point of this folder.
//
//   SIGLA_TRY_ASSIGN(const auto image, minidump::Image::open(file, limits));
//   SIGLA_TRY_ASSIGN(const auto threads, minidump::read_threads(image));
//
// Borrows the file's bytes; every other reader of the folder takes an Image. A stream is read all
// or not at all: its reader returns kNotFound when the dump has no such stream, kMalformed when it
// is damaged, and the caller decides whether it can go on without.
#pragma once

#include <bit>
#include <string>
#include <vector>

#include "base/byte_reader.h"
#include "base/limits.h"
#include "formats/minidump/raw.h"

namespace sigla::minidump {

class Image {
 public:
  // Checks signature, version and directory. A directory that names one of the streams twice of
  // which only one can be is malformed: it cannot be told which of them is meant.
  static Result<Image> open(Bytes file, const Limits& limits);

  // One little-endian record that came another way than in a minidump: no header, no streams.
  static Image of_record(Bytes record, const Limits& limits) { return Image(record, limits); }

  const MINIDUMP_HEADER& header() const { return header_; }
  const std::vector<MINIDUMP_DIRECTORY>& directory() const { return directory_; }
  std::endian order() const { return order_; }
  Bytes file() const { return file_; }
  const Limits& limits() const { return limits_; }

  // The last stream of that type; kNotFound when there is none. `type` may be any number.
  Result<Bytes> stream(std::uint32_t type) const;
  Result<Bytes> at(const MINIDUMP_LOCATION_DESCRIPTOR& location, std::string_view what) const;
  Result<Bytes> at(std::uint64_t offset, std::uint64_t size, std::string_view what) const;
  // Everything from `offset` on, for records that carry their own size.
  Result<ByteReader> reader_from(std::uint64_t offset, std::string_view what) const;
  ByteReader reader(Bytes bytes) const { return ByteReader(bytes, order_); }

  // A MINIDUMP_STRING (UTF-16) or MinidumpUTF8String at `offset`, as UTF-8 up to its first NUL.
  Result<std::string> utf16_string(std::uint64_t offset) const;
  Result<std::string> utf8_string(std::uint64_t offset) const;

 private:
  Image(Bytes file, const Limits& limits) : file_(file), limits_(limits) {}

  Bytes file_;
  Limits limits_;
  std::endian order_ = std::endian::little;
  MINIDUMP_HEADER header_;
  std::vector<MINIDUMP_DIRECTORY> directory_;
};

}  // namespace sigla::minidump
