// SPDX-License-Identifier: Apache-2.0
#include "codec/base64.h"

#include <gtest/gtest.h>

namespace sigla {
namespace {

TEST(Base64, IsWhatRfc4648Shows) {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"},
                                                         {"\xff\xfe\xfb", "//77"}};
  for (const auto& [text, encoded] : vectors) {
    EXPECT_EQ(base64_encode(as_bytes(text)), encoded);
    const auto decoded = base64_decode(encoded);
    ASSERT_TRUE(decoded.has_value()) << encoded;
    EXPECT_EQ(as_text(*decoded), text);
  }
}

TEST(Base64, SkipsWhiteSpaceAndNothingElse) {
  EXPECT_EQ(as_text(*base64_decode("Zm9v\r\nYm Fy\n")), "foobar");
  for (const char* wrong : {"Z", "Zg", "Zg=", "Zg==Zg==", "Z===", "====", "Zm9v-", "Zm9!"}) {
    EXPECT_FALSE(base64_decode(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace sigla
