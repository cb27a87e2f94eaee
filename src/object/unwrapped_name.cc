// SPDX-License-Identifier: Apache-2.0
#include "object/unwrapped_name.h"

#include <vector>

#include "base/text.h"

namespace sigla {
namespace {

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
    case Wrapping::kLz4:
      return {".lz4"};
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

}  // namespace sigla
