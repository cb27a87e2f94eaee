// SPDX-License-Identifier: Apache-2.0
// That texts come out of bundles is tested with servers (tests/e2e).
#include "symbolicate/source_context.h"

#include <gmock/gmock.h>

namespace sigla {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(SourceContext, TakesFiveLinesAround) {
  const auto context = source_context("1\n2\n3\n4\n5\n6\n7\n8\r\n9\n10\n11\n12\n13\n14", 8);
  ASSERT_TRUE(context);
  EXPECT_THAT(context->before, ElementsAre("3", "4", "5", "6", "7"));
  EXPECT_EQ(context->line, "8");
  EXPECT_THAT(context->after, ElementsAre("9", "10", "11", "12", "13"));
}

TEST(SourceContext, StopsAtTheEndsOfTheText) {
  const auto first = source_context("1\n2\n", 1);
  ASSERT_TRUE(first);
  EXPECT_THAT(first->before, IsEmpty());
  EXPECT_THAT(first->after, ElementsAre("2"));
  EXPECT_TRUE(source_context("1\n2\n", 2));
  EXPECT_FALSE(source_context("1\n2\n", 3));
  EXPECT_FALSE(source_context("1\n", 0));
  EXPECT_FALSE(source_context("1\n", UINT32_MAX));
  EXPECT_FALSE(source_context("", 1));
}

TEST(SourceContext, CutsLongLines) {
  const auto context = source_context(std::string(5'000, 'x'), 1);
  ASSERT_TRUE(context);
  EXPECT_EQ(context->line.size(), 512U);
}

}  // namespace
}  // namespace sigla
