// SPDX-License-Identifier: Apache-2.0
#include "convert/contents_job.h"

#include "testing/fixture.h"
#include "testing/matchers.h"

namespace sigla {
namespace {

using testing::HasSubstr;

TEST(ListSections, NamesThoseOfEveryFormat) {
  const auto sections = [](const std::string& path) {
    const Buffer file = read_fixture("src/formats/" + path);
    const auto list = list_sections(file, Arch::kUnknown, Limits());
    EXPECT_THAT(list, IsOk());
    return list.has_value() ? *list : std::string();
  };
  EXPECT_THAT(sections("elf/testdata/libsmall.so"), HasSubstr(R"({"name":".text","address":"0x)"));
  EXPECT_THAT(sections("elf/testdata/libsmall.zstd.so"),
              HasSubstr(R"("compression":"zstd","unpacked_size":)"));
  EXPECT_THAT(sections("elf/testdata/libsmall.so.debug"), HasSubstr(R"("content":false})"));
  EXPECT_THAT(sections("macho/testdata/small.arm64.dwarf"), HasSubstr("__DWARF,__debug_info"));
  EXPECT_THAT(sections("pe/testdata/mingw.exe"), HasSubstr(R"("name":".debug_info")"));
  EXPECT_THAT(sections("wasm/testdata/small.wasm"), HasSubstr(R"("name":"section 10")"));
}

TEST(ListUnits, TellsWhoMadeThemOfWhat) {
  for (const char* path : {"elf/testdata/libsmall.so",
                           "macho/testdata/small.fat.dwarf",
                           "pe/testdata/mingw.exe",
                           "wasm/testdata/small.wasm"}) {
    const Buffer file = read_fixture(std::string("src/formats/") + path);
    ASSERT_OK_AND_ASSIGN(const std::string list, list_units(file, Arch::kUnknown, Limits()));
    EXPECT_THAT(list, testing::StartsWith(R"([{"offset":"0x0","version":)")) << path;
    EXPECT_THAT(list, HasSubstr(R"("type":"compile","producer":")")) << path;
    EXPECT_THAT(list, HasSubstr("small.c")) << path;
  }
}

TEST(ListUnits, RefusesOtherFormats) {
  EXPECT_THAT(list_units(as_bytes("MDMP"), Arch::kUnknown, Limits()),
              IsError(ErrorCode::kUnsupported, "minidump files have no sections"));
  EXPECT_THAT(list_sections(as_bytes("MODULE "), Arch::kUnknown, Limits()),
              IsError(ErrorCode::kUnsupported, "breakpad"));
}

TEST(ListSections, SurvivesEveryTruncation) {
  const Buffer file = read_fixture("src/formats/elf/testdata/libsmall.so");
  for_every_prefix(file, 31, [](Bytes prefix) {
    static_cast<void>(list_sections(prefix, Arch::kUnknown, Limits()));
    static_cast<void>(list_units(prefix, Arch::kUnknown, Limits()));
  });
}

}  // namespace
}  // namespace sigla
