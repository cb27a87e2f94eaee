// SPDX-License-Identifier: Apache-2.0
#include "formats/pdb/function_reader.h"

#include <gmock/gmock.h>

#include "formats/pdb/debug_info.h"
#include "formats/pdb/debug_pdb_for_test.h"
#include "formats/pdb/module_stream.h"
#include "testing/fixture.h"
#include "testing/matchers.h"

namespace sigla::pdb {
namespace {

using testing::ElementsAre;

MATCHER_P2(IsRange, low, high, "is that range of addresses") {
  return arg.low == static_cast<std::uint32_t>(low) && arg.high == static_cast<std::uint32_t>(high);
}

struct FunctionForTest {
  std::string name;
  std::vector<RvaRange> chunks;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> sites;  // parent, inlinee
};

std::vector<FunctionForTest> functions_of(const Buffer& symbols, const Limits& limits = Limits()) {
  DebugPdb pdb;
  pdb.modules.push_back({.symbols = symbols});
  const Buffer file = pdb.build();
  auto container = Container::open(file, limits);
  SIGLA_CHECK(container.has_value());
  auto info = DebugInfo::open(container.value(), limits);
  SIGLA_CHECK(info.has_value());
  auto stream = read_module_stream(container.value(), info.value().dbi().modules.at(0));
  SIGLA_CHECK(stream.has_value());
  FunctionReader reader(stream.value().symbols, info.value().addresses(), limits);
  std::vector<FunctionForTest> functions;
  for (FunctionSymbol function; reader.next(function);) {
    FunctionForTest copy{std::string(function.procedure.name), function.chunks, {}};
    for (const FunctionSymbol::Site& site : function.sites) {
      copy.sites.emplace_back(site.parent, site.symbol.inlinee);
    }
    functions.push_back(copy);
  }
  return functions;
}

TEST(FunctionReader, ReadsEveryKindOfProcedure) {
  Buffer symbols;
  std::uint32_t offset = 0;
  for (const std::uint16_t kind : {S_LPROC32,
                                   S_GPROC32,
                                   S_LPROC32_ID,
                                   S_GPROC32_ID,
                                   S_LPROC32_DPC,
                                   S_LPROC32_DPC_ID,
                                   S_LPROC32_ST,
                                   S_GPROC32_ST}) {
    symbols = symbols + procedure(kind, "ns::f", 0, offset, 0x10);
    symbols = symbols + end(kind == S_GPROC32_ID ? S_PROC_ID_END : S_END);
    offset += 0x10;
  }
  const auto functions = functions_of(symbols);
  ASSERT_EQ(functions.size(), 8U);
  for (std::size_t i = 0; i < functions.size(); ++i) {
    EXPECT_EQ(functions[i].name, "ns::f");
    EXPECT_THAT(functions[i].chunks, ElementsAre(IsRange(0x1000 + i * 0x10, 0x1010 + i * 0x10)));
  }
}

TEST(FunctionReader, ReadsThunks) {
  const Buffer thunk =
      record(S_THUNK32, BytesBuilder().zeros(12).u32(0x20).u16(1).u16(6).u8(0).cstring("malloc"));
  const auto functions = functions_of(thunk + end());
  ASSERT_EQ(functions.size(), 1U);
  EXPECT_EQ(functions[0].name, "malloc");
  EXPECT_THAT(functions[0].chunks, ElementsAre(IsRange(0x1020, 0x1026)));
}

TEST(FunctionReader, LeavesOutCodeThatIsNowhere) {
  const Buffer symbols = procedure(S_GPROC32, "no_section", 0, 0, 4, 0) + end() +
                         procedure(S_GPROC32, "section_2", 0, 0, 4, 2) + end() +
                         procedure(S_GPROC32, "past_the_end", 0, 0x1000, 4) + end() +
                         procedure(S_GPROC32, "empty", 0, 0, 0) + end() +
                         procedure(S_GPROC32, "cut", 0, 0xff0, UINT32_MAX) + end();
  const auto functions = functions_of(symbols);
  ASSERT_EQ(functions.size(), 1U);
  EXPECT_EQ(functions[0].name, "cut");
  EXPECT_THAT(functions[0].chunks, ElementsAre(IsRange(0x1ff0, 0x2000)));
}

TEST(FunctionReader, FindsCodeElsewhere) {
  const Buffer symbols =
      procedure(S_GPROC32, "f", 0, 0, 0x100) + block(0x10, 0x20) + end() + block(0x800, 0x40) +
      block(0x810, 8) + end() + end() + end() + procedure(S_GPROC32, "g", 0, 0x100, 0x10) + end() +
      separated_code(0x900, 0x30, 0x50) + end() + separated_code(0xa00, 0x30, 0x105) + end();
  const auto functions = functions_of(symbols);
  ASSERT_EQ(functions.size(), 2U);
  EXPECT_THAT(
      functions[0].chunks,
      ElementsAre(IsRange(0x1000, 0x1100), IsRange(0x1900, 0x1930), IsRange(0x1800, 0x1840)));
  EXPECT_THAT(functions[1].chunks, ElementsAre(IsRange(0x1100, 0x1110), IsRange(0x1a00, 0x1a30)));
}

TEST(FunctionReader, NestsInlinedCalls) {
  constexpr std::uint32_t kNone = FunctionSymbol::kNoSite;
  const Buffer symbols = procedure(S_GPROC32, "f", 0, 0, 0x100) + inline_site(0x1001, {}) +
                         inline_site(0x1002, {}) + end(S_INLINESITE_END) + block(0x10, 4) +
                         inline_site(0x1003, {}) + end(S_INLINESITE_END) + end() +
                         end(S_INLINESITE_END) + inline_site(0x1004, {}) + end(S_INLINESITE_END) +
                         end() + procedure(S_GPROC32, "g", 0, 0x100, 0x10) + end();
  const auto functions = functions_of(symbols);
  ASSERT_EQ(functions.size(), 2U);
  EXPECT_THAT(functions[0].sites,
              ElementsAre(std::pair(kNone, 0x1001U),
                          std::pair(0U, 0x1002U),
                          std::pair(0U, 0x1003U),
                          std::pair(kNone, 0x1004U)));
  EXPECT_TRUE(functions[1].sites.empty());
}

TEST(FunctionReader, StopsAtTheDepthLimit) {
  Limits limits;
  limits.inline_depth_max = 3;
  Buffer symbols = procedure(S_GPROC32, "f", 0, 0, 0x100);
  for (int i = 0; i < 5; ++i) symbols = symbols + inline_site(0x1001, {});
  for (int i = 0; i < 5; ++i) symbols = symbols + end(S_INLINESITE_END);
  const auto functions =
      functions_of(symbols + inline_site(0x1002, {}) + end(S_INLINESITE_END) + end(), limits);
  ASSERT_EQ(functions.size(), 1U);
  EXPECT_THAT(functions[0].sites,
              ElementsAre(std::pair(FunctionSymbol::kNoSite, 0x1001U),
                          std::pair(0U, 0x1001U),
                          std::pair(1U, 0x1001U),
                          std::pair(FunctionSymbol::kNoSite, 0x1002U)));
}

TEST(FunctionReader, EndsCleanlyAtEveryTruncation) {
  const Buffer symbols = procedure(S_GPROC32, "f", 0, 0, 0x100) +
                         inline_site(0x1001, {0x03, 0x04, 0x04, 0x05}) + end(S_INLINESITE_END) +
                         block(0x800, 0x40) + end() + end() + separated_code(0x900, 0x30, 0x50) +
                         end() + public_symbol("f", 0);
  for (std::size_t size = 0; size <= symbols.size(); ++size) {
    const auto functions =
        functions_of(Buffer(symbols.begin(), symbols.begin() + static_cast<std::ptrdiff_t>(size)));
    EXPECT_LE(functions.size(), 1U);
  }
  for (std::size_t i = 0; i < symbols.size(); ++i) {
    for (const unsigned value : {0x00U, 0x01U, 0xffU}) {
      Buffer damaged = symbols;
      damaged[i] = static_cast<std::uint8_t>(value);
      EXPECT_LE(functions_of(damaged).size(), 2U);
    }
  }
}

}  // namespace
}  // namespace sigla::pdb
