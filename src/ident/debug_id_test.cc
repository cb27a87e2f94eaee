// SPDX-License-Identifier: Apache-2.0
#include "ident/debug_id.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "testing/matchers.h"

namespace sigla {
namespace {

TEST(DebugId, ReadsAndWritesBothForms) {
  ASSERT_OK_AND_ASSIGN(const DebugId id, DebugId::parse("DFB8E43AF2423D73A453AEB6A777EF75a"));
  EXPECT_EQ(id.dashed(), "dfb8e43a-f242-3d73-a453-aeb6a777ef75-a");
  EXPECT_EQ(id.breakpad(), "DFB8E43AF2423D73A453AEB6A777EF75a");
  EXPECT_THAT(DebugId::parse(id.dashed()), IsOkAnd(id));
  EXPECT_THAT(DebugId::parse("{dfb8e43a-f242-3d73-a453-aeb6a777ef75}"),
              IsOkAnd(DebugId{id.guid, 0}));
  EXPECT_THAT(DebugId::parse("DFB8E43AF2423D73A453AEB6A777EF75feedface"),
              IsOkAnd(DebugId{id.guid, 0xfeedface}));
}

TEST(DebugId, RejectsWhatIsNone) {
  for (const char* text : {"",
                           "dfb8",
                           "DFB8E43AF2423D73A453AEB6A777EF7",
                           "xx",
                           "DFB8E43AF2423D73A453AEB6A777EF75112345678"}) {
    EXPECT_THAT(DebugId::parse(text), IsError(ErrorCode::kInvalidArgument, "debug id")) << text;
  }
}

TEST(DebugId, SwapsTheFirstFieldsOfABuildId) {
  const auto raw = parse_hex_bytes("f1c3bcc0279865fe3058404b2831d9e64135386c");
  EXPECT_EQ(DebugId::from_build_id(*raw).dashed(), "c0bcc3f1-9827-fe65-3058-404b2831d9e6");
  EXPECT_EQ(DebugId::from_build_id(*raw, false).dashed(), "f1c3bcc0-2798-65fe-3058-404b2831d9e6");
  EXPECT_EQ(DebugId::from_build_id(Bytes(*raw).first(4)).dashed(),
            "c0bcc3f1-0000-0000-0000-000000000000");
}

TEST(CodeId, KeepsDigitsInLowerCase) {
  EXPECT_EQ(CodeId("5AB380779000").text(), "5ab380779000");
  EXPECT_EQ(CodeId("{5AB3-8077}").text(), "5ab38077");
  EXPECT_EQ(CodeId::from_pe(0x77, 0x1000).text(), "000000771000");
}

}  // namespace
}  // namespace sigla
