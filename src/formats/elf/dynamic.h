// SPDX-License-Identifier: Apache-2.0
// The dynamic section (gABI chapter 5): tag and value pairs for the dynamic linker.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "formats/elf/image.h"

namespace sigla::elf {

struct DynamicEntry {
  std::uint64_t d_tag = 0;
  std::uint64_t d_val = 0;
};

// Entries up to DT_NULL, from PT_DYNAMIC or, failing that, the SHT_DYNAMIC section; empty when the
// file has none or does not hold its content.
std::vector<DynamicEntry> dynamic_entries(const Image& image);
std::optional<std::uint64_t> find_dynamic(const std::vector<DynamicEntry>& entries,
                                          std::uint64_t tag);

// DT_SONAME, or empty.
std::string_view soname(const Image& image);

}  // namespace sigla::elf
