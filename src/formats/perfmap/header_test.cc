// SPDX-License-Identifier: Apache-2.0
#include "formats/perfmap/header.h"

#include <gmock/gmock.h>

#include "testing/fixture.h"
#include "testing/matchers.h"

namespace sigla::perfmap {
namespace {

constexpr std::string_view kMap =
    "FFFFFFFF 00 734D59D6DE0E96AA3C77B3E2ED498097\n"
    "FFFFFFFE 00 1\n"
    "FFFFFFFD 00 2\n"
    "FFFFFFFC 00 3\n"
    "FFFFFFFB 00 1\n"
    "000011c0 0d System.Void Some::Method()\n";

TEST(PerfMap, ReadsItsHeader) {
  ASSERT_OK_AND_ASSIGN(const Header header, read_header(as_bytes(kMap)));
  EXPECT_EQ(header.signature, "734d59d6de0e96aa3c77b3e2ed498097");
  EXPECT_EQ(header.version, 1U);
  EXPECT_EQ(header.operating_system, 2U);
  EXPECT_EQ(header.architecture, 3U);
  EXPECT_EQ(header.abi, 1U);
}

TEST(PerfMap, ReadsWindowsLineEnds) {
  std::string text;
  for (const char c : kMap) {
    if (c == '\n') text += '\r';
    text += c;
  }
  EXPECT_TRUE(is_perfmap(as_bytes(text)));
  EXPECT_THAT(read_header(as_bytes(text)), IsOk());
}

TEST(PerfMap, IsIdentified) {
  ASSERT_OK_AND_ASSIGN(const Identity map, identify_perfmap(as_bytes(kMap), "/b/A.ni.r2rmap"));
  EXPECT_EQ(map.format, Format::kPerfMap);
  EXPECT_EQ(map.arch, Arch::kX86_64);
  EXPECT_EQ(map.name, "A.ni.r2rmap");
  EXPECT_EQ(map.perfmap_signature, "734d59d6de0e96aa3c77b3e2ed498097");
}

TEST(PerfMap, FailsCleanlyOnEveryPrefix) {
  const std::size_t header_size = kMap.find("000011c0");
  for_every_prefix(as_bytes(kMap), 1, [&](Bytes prefix) {
    if (prefix.size() + 2 < header_size) {
      EXPECT_THAT(read_header(prefix), IsError(ErrorCode::kMalformed, "perf map"));
    }
  });
}

TEST(PerfMap, RejectsOtherText) {
  for (const std::string_view text : {"",
                                      "FFFFFFFF 00 12",
                                      "FFFFFFFF 00\n",
                                      "MODULE Linux x86_64 0 a\n",
                                      "FFFFFFFF 01 734D59D6DE0E96AA3C77B3E2ED498097\n"}) {
    EXPECT_FALSE(is_perfmap(as_bytes(text))) << text;
  }
  const std::string bad_version =
      std::string(kMap).replace(kMap.find("FFFFFFFE 00 1") + 12, 1, "99999999999");
  EXPECT_THAT(read_header(as_bytes(bad_version)), IsError(ErrorCode::kMalformed, "line 2"));
}

}  // namespace
}  // namespace sigla::perfmap
