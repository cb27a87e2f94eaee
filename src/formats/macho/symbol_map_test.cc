// SPDX-License-Identifier: Apache-2.0
#include "formats/macho/symbol_map.h"

#include <gtest/gtest.h>

#include <string>

#include "testing/matchers.h"

namespace sigla::macho {
namespace {

constexpr std::string_view kMap =
    "BCSymbolMap Version: 2.0\n-[Message text]\n\1_start\n_main\n/src/app\nlib/a.m\n";
constexpr std::string_view kUuidMap =
    "<?xml version=\"1.0\"?>\n<plist version=\"1.0\"><dict>\n <key>DBGOriginalUUID</key>\n"
    " <string>C8374B6D-6E96-34D8-AE38-EFAA5FEC424F</string>\n</dict></plist>\n";
constexpr const char* kUuid = "c8374b6d-6e96-34d8-ae38-efaa5fec424f";

SymbolMap small_map() { return SymbolMap::open(as_bytes(kMap), Limits()).value(); }

TEST(SymbolMap, GivesHiddenNamesBack) {
  const SymbolMap map = small_map();
  EXPECT_EQ(map.size(), 5U);
  EXPECT_EQ(map.text("__hidden#0_"), "-[Message text]");
  EXPECT_EQ(map.text("_hidden#0_"), "-[Message text]");
  EXPECT_EQ(map.text("__hidden#1_"), "_start");
  EXPECT_EQ(map.text("__hidden#2_"), "_main");
}

TEST(SymbolMap, LeavesOtherNamesAsTheyAre) {
  const SymbolMap map = small_map();
  for (const std::string_view name : {"",
                                      "_",
                                      "__",
                                      "_main",
                                      "hidden#0_",
                                      "__hidden#_",
                                      "__hidden#0",
                                      "__hidden#5_",
                                      "__hidden#99999999999999999999999_",
                                      "__hidden#-1_",
                                      "__hidden#0_x"}) {
    EXPECT_EQ(map.text(name), name);
  }
}

TEST(SymbolMap, ResolvesPathsByTheirParts) {
  const SymbolMap map = small_map();
  EXPECT_EQ(map.path("__hidden#3_/__hidden#4_"), "/src/app/lib/a.m");
  EXPECT_EQ(map.path("__hidden#4_/__hidden#3_"), "/src/app");
  EXPECT_EQ(map.path("/usr/include/stdio.h"), "/usr/include/stdio.h");
  EXPECT_EQ(map.path(""), "");
}

TEST(SymbolMap, TakesBothLineEndsAndAMissingOne) {
  ASSERT_OK_AND_ASSIGN(const auto map,
                       SymbolMap::open(as_bytes("BCSymbolMap Version: 1.0\r\na\r\nb"), Limits()));
  EXPECT_EQ(map.size(), 2U);
  EXPECT_EQ(map.text("__hidden#0_"), "a");
  EXPECT_EQ(map.text("__hidden#1_"), "b");
}

TEST(SymbolMap, RefusesWhatItIsNot) {
  EXPECT_THAT(SymbolMap::open(as_bytes("nothing"), Limits()),
              IsError(ErrorCode::kUnsupported, "no BCSymbolMap"));
  EXPECT_THAT(SymbolMap::open(as_bytes("BCSymbolMap Version: 3.0\n"), Limits()),
              IsError(ErrorCode::kUnsupported, "version '3.0'"));
  Limits limits;
  limits.record_count_max = 4;
  EXPECT_THAT(SymbolMap::open(as_bytes(kMap), limits),
              IsError(ErrorCode::kLimitExceeded, "more than 4 names"));
}

TEST(SymbolMap, EveryPrefixIsAMapOrRefused) {
  for (std::size_t size = 0; size < kMap.size(); ++size) {
    const auto map = SymbolMap::open(as_bytes(kMap.substr(0, size)), Limits());
    EXPECT_EQ(map.has_value(), size >= 24) << size;
  }
}

TEST(SymbolMap, IsKnownByTheNameOfItsFile) {
  const Identity map = identify_symbol_map(std::string(kUuid) + ".bcsymbolmap");
  EXPECT_EQ(map.format, Format::kBcSymbolMap);
  EXPECT_EQ(map.debug_id->dashed(), kUuid);
  EXPECT_FALSE(identify_symbol_map("names.bcsymbolmap").debug_id.has_value());
}

TEST(UuidMap, LeadsToTheOriginal) {
  EXPECT_TRUE(is_uuid_map(as_bytes(kUuidMap)));
  ASSERT_OK_AND_ASSIGN(const auto id, original_uuid(as_bytes(kUuidMap)));
  EXPECT_EQ(id.dashed(), kUuid);
  ASSERT_OK_AND_ASSIGN(
      const Identity map,
      identify_uuid_map(as_bytes(kUuidMap), "2D10C42F-591D-3265-B147-78BA0868073F.plist"));
  EXPECT_EQ(map.format, Format::kUuidMap);
  EXPECT_EQ(map.debug_id->dashed(), "2d10c42f-591d-3265-b147-78ba0868073f");
}

TEST(UuidMap, RefusesWhatHoldsNoUuid) {
  EXPECT_FALSE(is_uuid_map(as_bytes("<plist><key>Other</key></plist>")));
  EXPECT_FALSE(is_uuid_map(as_bytes("<key>DBGOriginalUUID</key>" + std::string(70'000, ' '))));
  EXPECT_THAT(original_uuid(as_bytes("<key>DBGOriginalUUID</key><string>x</string>")),
              IsError(ErrorCode::kMalformed, "'x', which is no UUID"));
  const std::size_t end = kUuidMap.find("424F") + 4;
  for (std::size_t size = 0; size < end; ++size) {
    EXPECT_FALSE(original_uuid(as_bytes(kUuidMap.substr(0, size))).has_value()) << size;
  }
}

}  // namespace
}  // namespace sigla::macho
