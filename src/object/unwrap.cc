// SPDX-License-Identifier: Apache-2.0
#include "object/unwrap.h"

#include "base/text.h"
#include "codec/decoder.h"

namespace sigla {
namespace {

std::optional<Codec> codec_of(Wrapping wrapping) {
  switch (wrapping) {
    case Wrapping::kGzip:
      return Codec::kGzip;
    case Wrapping::kZstd:
      return Codec::kZstd;
    case Wrapping::kXz:
      return Codec::kXz;
    case Wrapping::kBzip2:
      return Codec::kBzip2;
    case Wrapping::kNone:
    case Wrapping::kCab:
      break;
  }
  return std::nullopt;
}

std::vector<std::string_view> extensions_of(Wrapping wrapping) {
  switch (wrapping) {
    case Wrapping::kGzip:
      return {".gz"};
    case Wrapping::kZstd:
      return {".zst", ".zstd"};
    case Wrapping::kXz:
      return {".xz", ".lzma"};
    case Wrapping::kBzip2:
      return {".bz2"};
    case Wrapping::kNone:
    case Wrapping::kCab:
      break;
  }
  return {};
}

}  // namespace

std::string_view unwrapped_name(std::string_view file_name, Wrapping wrapping) {
  for (const std::string_view extension : extensions_of(wrapping)) {
    if (file_name.size() > extension.size() && ends_with_ignoring_case(file_name, extension)) {
      return file_name.substr(0, file_name.size() - extension.size());
    }
  }
  return file_name;
}

Result<Unwrapped> unwrap(Bytes file, std::string_view file_name, const Limits& limits) {
  Unwrapped result;
  result.wrapping = sniff_wrapping(file);
  result.name = unwrapped_name(file_name, result.wrapping);
  if (const auto codec = codec_of(result.wrapping)) {
    // It is unpacked into memory, of which the job has this much.
    auto content = decode(*codec, file, limits.worker_memory_size_max / 2, limits);
    if (!content.has_value()) return std::move(content).error().in(to_string(*codec));
    result.content = std::move(content).value();
  }
  return result;
}

}  // namespace sigla
