// SPDX-License-Identifier: Apache-2.0
// Names and what a demangler is to make of them.
#pragma once

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

namespace sigla {

struct DemangleCase {
  std::string_view mangled;
  std::string_view readable;
};

template <typename Demangle>
void expect_demangled(Demangle demangle, const std::vector<DemangleCase>& cases) {
  for (const auto& [mangled, readable] : cases) {
    EXPECT_EQ(demangle(mangled), readable) << mangled;
  }
}

}  // namespace sigla
