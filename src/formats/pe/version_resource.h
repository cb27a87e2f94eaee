// SPDX-License-Identifier: Apache-2.0
// The fixed part of a PE's version resource (VS_FIXEDFILEINFO): resource type 16, name 1, in
// American English, language-neutral, or whatever language there is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "formats/pe/image.h"

namespace sigla::pe {

struct FileVersion {
  std::uint16_t major = 0;
  std::uint16_t minor = 0;
  std::uint16_t build = 0;
  std::uint16_t revision = 0;
  bool is_debug = false;          // VS_FF_DEBUG
  bool is_special_build = false;  // VS_FF_SPECIALBUILD

  std::string text() const;  // "4.6.25505.0"
};

// Nothing when the image has none, or one that cannot be read.
std::optional<FileVersion> read_file_version(const Image& image);

}  // namespace sigla::pe
