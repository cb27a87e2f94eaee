// SPDX-License-Identifier: Apache-2.0
#include "formats/perfmap/methods.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace sigla::perfmap {
namespace {

TEST(PerfMapMethods, AreTheLinesBehindTheHeader) {
  const std::string_view text =
      "FFFFFFFF 00 734D59D6DE0E96AA3C77B3E2ED498097\nFFFFFFFE 00 1\n"
      "000115D0 0D N.C::.ctor()\r\n000115E0 3F System.String N.C::F(System.Int32, N.X)\n"
      "\nnonsense\n12 G x\n000115F0 10 \n123456789 10 N.C::G()\n00011600 7 last";
  std::vector<std::string> found;
  Diagnostics diagnostics;
  read_methods(
      as_bytes(text),
      [&](const Method& method) {
        found.push_back(fmt::format("{:x} {:x} {}", method.rva, method.size, method.name));
      },
      diagnostics);
  EXPECT_THAT(found,
              testing::ElementsAre("115d0 d N.C::.ctor()",
                                   "115e0 3f System.String N.C::F(System.Int32, N.X)",
                                   "11600 7 last"));
  EXPECT_EQ(diagnostics.count(), 4U);
}

}  // namespace
}  // namespace sigla::perfmap
