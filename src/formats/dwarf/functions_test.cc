// SPDX-License-Identifier: Apache-2.0
#include "formats/dwarf/functions.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <thread>

#include "formats/dwarf/testing_builder.h"
#include "testing/fixture.h"
#include "testing/matchers.h"

namespace sigla::dwarf {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const CodeFilter kAnywhere({}, true);

// Functions and calls of all units: "name [low,high) { name [low,high) from 1:2:3 }".
struct Listing {
  std::vector<std::string> functions;
  std::vector<std::string> errors;
};

std::string ranges_of(const FunctionReader& reader, std::uint32_t first, std::uint32_t count) {
  std::string text;
  for (const AddressRange& range : reader.ranges().subspan(first, count)) {
    text += fmt::format(" [{:x},{:x})", range.low, range.high);
  }
  return text;
}

Listing list(const Sections& sections,
             const DebugInfo* supplementary = nullptr,
             const Limits& limits = Limits()) {
  Diagnostics diagnostics;
  DebugInfo info = DebugInfo::open(sections, limits, diagnostics);
  info.set_supplementary(supplementary);
  Listing listing;
  FunctionReader reader;
  for (const Unit& unit : info.units()) {
    if (unit.abbrevs == nullptr) continue;
    const Status status = reader.read({&info, &unit, &info, &unit}, kAnywhere);
    if (!status.has_value()) listing.errors.push_back(status.error().message());
    for (const Function& function : reader.functions()) {
      std::string text = std::string(reader.names()[function.name]) +
                         ranges_of(reader, function.first_range, function.range_count);
      for (std::uint32_t i = 0; i < function.call_count; ++i) {
        const Call& call = reader.calls()[function.first_call + i];
        text += fmt::format(" {}{}{} from {}:{}:{}",
                            call.parent == Call::kFunctionItself
                                ? "+"
                                : std::string(call.parent - function.first_call + 2, '+'),
                            reader.names()[call.name],
                            ranges_of(reader, call.first_range, call.range_count),
                            call.call_file,
                            call.call_line,
                            call.call_column);
      }
      listing.functions.push_back(text);
    }
  }
  for (const auto& [category, found] : diagnostics.categories()) listing.errors.push_back(category);
  return listing;
}

enum Code : std::uint64_t {
  kCompileUnit = 1,
  kPlain,       // name, low_pc, high_pc
  kOriginOf,    // a function of another entry's name
  kDeclared,    // linkage name
  kInlined,     // abstract_origin, low_pc, high_pc, call line
  kLocalType,   // with children and a sibling
  kEverywhere,  // reference to another unit
  kInSupplement,
  kNamespace,
  kDefinition,     // specification
  kInlinedOrigin,  // an origin with children
};

InfoBuilder builder(Encoding encoding, std::endian order = std::endian::little) {
  InfoBuilder b(encoding, order);
  b.abbrev(kCompileUnit, DW_TAG_compile_unit, true, {{DW_AT_name, DW_FORM_string}});
  b.abbrev(
      kPlain,
      DW_TAG_subprogram,
      true,
      {{DW_AT_name, DW_FORM_string}, {DW_AT_low_pc, DW_FORM_addr}, {DW_AT_high_pc, DW_FORM_data4}});
  b.abbrev(kOriginOf,
           DW_TAG_subprogram,
           false,
           {{DW_AT_abstract_origin, DW_FORM_ref4},
            {DW_AT_low_pc, DW_FORM_addr},
            {DW_AT_high_pc, DW_FORM_addr}});
  b.abbrev(kDeclared,
           DW_TAG_subprogram,
           false,
           {{DW_AT_declaration, DW_FORM_flag_present},
            {DW_AT_name, DW_FORM_string},
            {DW_AT_linkage_name, DW_FORM_string}});
  b.abbrev(kInlined,
           DW_TAG_inlined_subroutine,
           true,
           {{DW_AT_abstract_origin, DW_FORM_ref4},
            {DW_AT_low_pc, DW_FORM_addr},
            {DW_AT_high_pc, DW_FORM_data1},
            {DW_AT_call_file, DW_FORM_data1},
            {DW_AT_call_line, DW_FORM_data2},
            {DW_AT_call_column, DW_FORM_udata}});
  b.abbrev(kLocalType, DW_TAG_class_type, true, {{DW_AT_sibling, DW_FORM_ref4}});
  b.abbrev(kEverywhere,
           DW_TAG_subprogram,
           false,
           {{DW_AT_abstract_origin, DW_FORM_ref_addr},
            {DW_AT_low_pc, DW_FORM_addr},
            {DW_AT_high_pc, DW_FORM_data4}});
  b.abbrev(kInSupplement,
           DW_TAG_subprogram,
           false,
           {{DW_AT_abstract_origin, DW_FORM_GNU_ref_alt},
            {DW_AT_low_pc, DW_FORM_addr},
            {DW_AT_high_pc, DW_FORM_data4}});
  b.abbrev(kNamespace, static_cast<Tag>(0x39), true, {});
  b.abbrev(kDefinition, DW_TAG_subprogram, false, {{DW_AT_specification, DW_FORM_ref4}});
  b.abbrev(kInlinedOrigin, DW_TAG_subprogram, true, {{DW_AT_name, DW_FORM_string}});
  return b;
}

void plain(InfoBuilder& b, const char* name, std::uint64_t low, std::uint32_t size) {
  b.entry(kPlain).info().cstring(name);
  b.address(low).info().u32(size);
}
void inlined(InfoBuilder& b, const char* origin, std::uint64_t low, std::uint8_t size) {
  b.entry(kInlined).ref4(origin).address(low).info().u8(size).u8(1).u16(77).uleb(300);
}

InfoBuilder two_functions(Encoding encoding, std::endian order = std::endian::little) {
  InfoBuilder b = builder(encoding, order);
  b.begin_unit().entry(kCompileUnit).info().cstring("a.cc").mark("decl");
  b.entry(kDeclared).info().cstring("f").cstring("_Z1fv");
  plain(b, "main", 0x1000, 0x40);
  inlined(b, "decl", 0x1010, 0x20);
  inlined(b, "decl", 0x1018, 8);
  b.end_children().end_children();
  inlined(b, "decl", 0x1030, 4);
  b.end_children().end_children();
  b.entry(kOriginOf).ref4("decl").address(0x2000).address(0x2008);
  b.end_children().end_unit();
  return b;
}

const char* const kMain =
    "main [1000,1040) +_Z1fv [1010,1030) from 1:77:300 ++_Z1fv [1018,1020) from 1:77:300 "
    "+_Z1fv [1030,1034) from 1:77:300";

TEST(FunctionReader, ReadsTreesInEveryVersionWidthAndByteOrder) {
  for (const std::uint16_t version : std::initializer_list<std::uint16_t>{2, 3, 4, 5}) {
    for (const std::uint8_t address_size : std::initializer_list<std::uint8_t>{4, 8}) {
      for (const std::uint8_t offset_size : std::initializer_list<std::uint8_t>{4, 8}) {
        for (const std::endian order : {std::endian::little, std::endian::big}) {
          const BuiltInfo built =
              two_functions({version, address_size, offset_size}, order).build();
          const Listing listing = list(built.sections());
          EXPECT_THAT(listing.functions, ElementsAre(kMain, "_Z1fv [2000,2008)")) << version;
          EXPECT_THAT(listing.errors, IsEmpty());
        }
      }
    }
  }
}

TEST(FunctionReader, SurvivesEveryTruncation) {
  const BuiltInfo built = two_functions(Encoding()).build();
  for_every_prefix(built.info, 1, [&](Bytes prefix) {
    Sections sections = built.sections();
    sections.info = prefix;
    const Listing listing = list(sections);
    EXPECT_THAT(listing.functions, IsEmpty());
    EXPECT_EQ(listing.errors.empty(), prefix.empty());
  });
  for_every_prefix(built.abbrev, 1, [&](Bytes prefix) {
    Sections sections = built.sections();
    sections.abbrev = prefix;
    const Listing listing = list(sections);
    EXPECT_LE(listing.functions.size(), 2U);
  });
  // A unit that ends in the middle of an entry keeps what came before.
  Buffer info = built.info;
  info[0] = static_cast<std::uint8_t>(info[0] - 6);
  Sections sections = built.sections();
  sections.info = Bytes(info).first(info.size() - 6);
  const Listing listing = list(sections);
  EXPECT_THAT(listing.functions, ElementsAre(kMain));
  EXPECT_THAT(listing.errors, ElementsAre(testing::HasSubstr("cannot be read")));
}

TEST(FunctionReader, SurvivesEveryByteChanged) {
  const BuiltInfo built = two_functions({5, 8, 4}).build();
  for (std::size_t i = 0; i < built.info.size(); ++i) {
    for (const int value : {0, 1, 0x7f, 0x80, 0xff}) {
      Buffer info = built.info;
      info[i] = static_cast<std::uint8_t>(value);
      Sections sections = built.sections();
      sections.info = info;
      EXPECT_LE(list(sections).functions.size(), 12U);
    }
  }
}

TEST(FunctionReader, LooksIntoClassesOnlyInsideOfFunctions) {
  InfoBuilder b = builder(Encoding());
  b.begin_unit().entry(kCompileUnit).info().cstring("a.cc");
  b.entry(kLocalType).ref4("behind");  // what it skips is no entry at all
  b.info().u8(0xff).u8(0xff).mark("behind");
  plain(b, "outer", 0x1000, 0x10);
  b.entry(kLocalType).ref4("inside_end");
  plain(b, "method", 0x2000, 0x10);
  b.end_children().end_children().info().mark("inside_end");
  b.end_children().end_children().end_unit();
  const Listing listing = list(b.build().sections());
  EXPECT_THAT(listing.functions, ElementsAre("outer [1000,1010)", "method [2000,2010)"));
  EXPECT_THAT(listing.errors, IsEmpty());
}

TEST(FunctionReader, KeepsTheCallsOfNestedFunctionsApart) {
  InfoBuilder b = builder(Encoding());
  b.begin_unit().entry(kCompileUnit).info().cstring("a.ada").mark("decl");
  b.entry(kDeclared).info().cstring("f").cstring("f1");
  plain(b, "outer", 0x1000, 0x100);
  inlined(b, "decl", 0x1010, 8);
  b.end_children();
  plain(b, "inner", 0x2000, 0x100);
  inlined(b, "decl", 0x2010, 8);
  inlined(b, "decl", 0x2010, 4);
  b.end_children().end_children().end_children();
  inlined(b, "decl", 0x1020, 8);
  inlined(b, "decl", 0x1022, 1);
  b.end_children().end_children();
  b.end_children().end_children().end_unit();
  const Listing listing = list(b.build().sections());
  EXPECT_THAT(listing.functions,
              ElementsAre("outer [1000,1100) +f1 [1010,1018) from 1:77:300 "
                          "+f1 [1020,1028) from 1:77:300 +++f1 [1022,1023) from 1:77:300",
                          "inner [2000,2100) +f1 [2010,2018) from 1:77:300 "
                          "++f1 [2010,2014) from 1:77:300"));
}

TEST(FunctionReader, FollowsNamesToOtherUnitsAndFiles) {
  InfoBuilder other = builder(Encoding());
  other.begin_unit().entry(kCompileUnit).info().cstring("alt").mark("alt");
  const std::size_t alt = other.info().size();
  other.entry(kDeclared).info().cstring("g").cstring("_Z1gv");
  other.end_children().end_unit();
  const BuiltInfo supplement = other.build();
  Diagnostics diagnostics;
  const DebugInfo supplementary = DebugInfo::open(supplement.sections(), Limits(), diagnostics);
  InfoBuilder b = builder(Encoding());
  b.begin_unit().entry(kCompileUnit).info().cstring("a.cc");
  const std::size_t first = b.info().size();
  b.entry(kDeclared).info().cstring("f").cstring("_Z1fv");
  b.end_children().end_unit();
  b.begin_unit().entry(kCompileUnit).info().cstring("b.cc");
  b.entry(kEverywhere).info().u32(first);
  b.address(0x1000).info().u32(4);
  b.entry(kInSupplement).info().u32(alt);
  b.address(0x2000).info().u32(4);
  b.entry(kEverywhere).info().u32(5);  // a header
  b.address(0x3000).info().u32(4);
  b.entry(kEverywhere).info().u32(0xffffffff);
  b.address(0x4000).info().u32(4);
  b.end_children().end_unit();
  const BuiltInfo built = b.build();
  EXPECT_THAT(
      list(built.sections(), &supplementary).functions,
      ElementsAre("_Z1fv [1000,1004)", "_Z1gv [2000,2004)", " [3000,3004)", " [4000,4004)"));
  EXPECT_THAT(list(built.sections()).functions, testing::Contains(" [2000,2004)"));
}

TEST(FunctionReader, EndsAChainOfOriginsThatIsALoop) {
  InfoBuilder b = builder(Encoding());
  b.begin_unit().entry(kCompileUnit).info().cstring("a.cc").mark("one");
  b.entry(kDefinition).ref4("two").info().mark("two");
  b.entry(kDefinition).ref4("one");
  b.entry(kOriginOf).ref4("one").address(0x1000).address(0x1004);
  b.end_children().end_unit();
  const Listing listing = list(b.build().sections());
  EXPECT_THAT(listing.functions, ElementsAre(" [1000,1004)"));
}

TEST(FunctionReader, LeavesOutCallsNestedTooDeeply) {
  InfoBuilder b = builder(Encoding());
  b.begin_unit().entry(kCompileUnit).info().cstring("a.cc").mark("decl");
  b.entry(kDeclared).info().cstring("f").cstring("f1");
  plain(b, "deep", 0x1000, 0x100);
  for (int i = 0; i < 10; ++i) inlined(b, "decl", 0x1000, 0x80);
  for (int i = 0; i < 10; ++i) b.end_children();
  b.end_children().end_children().end_unit();
  Limits limits;
  limits.inline_depth_max = 3;
  const BuiltInfo built = b.build();
  const Listing listing = list(built.sections(), nullptr, limits);
  ASSERT_EQ(listing.functions.size(), 1U);
  EXPECT_THAT(listing.functions[0], testing::EndsWith("+++f1 [1000,1080) from 1:77:300"));
  EXPECT_THAT(listing.functions[0], testing::Not(testing::HasSubstr("++++")));
  limits.record_count_max = 2;
  EXPECT_THAT(list(built.sections(), nullptr, limits).errors,
              ElementsAre(testing::HasSubstr("more than 2 functions")));
}

// Three units; functions of the first and second one are copies of something in the last.
BuiltInfo three_units(std::vector<std::size_t>& ends) {
  ends.clear();
  std::size_t origin = 0;
  BuiltInfo built;
  for (int pass = 0; pass < 2; ++pass) {  // the first one finds out where it lies
    InfoBuilder b = builder(Encoding());
    ends.clear();
    for (int i = 0; i < 2; ++i) {
      b.begin_unit().entry(kCompileUnit).info().cstring("a.cc");
      b.entry(kEverywhere).info().u32(static_cast<std::uint32_t>(origin));
      b.address(0x1000 * static_cast<std::uint64_t>(i + 1)).info().u32(4);
      b.end_children().end_unit();
      ends.push_back(b.info().size());
    }
    b.begin_unit().entry(kCompileUnit).info().cstring("c.cc");
    origin = b.info().size();
    b.entry(kDeclared).info().cstring("f").cstring("_Z1fv");
    b.end_children().end_unit();
    ends.push_back(b.info().size());
    built = b.build();
  }
  return built;
}

TEST(DebugInfo, ReadsUnitsAsTheirBytesGetReady) {
  std::vector<std::size_t> ends;
  const BuiltInfo built = three_units(ends);
  Diagnostics diagnostics;
  DebugInfo info(built.sections(), Limits(), diagnostics);
  for (std::size_t ready = 0; ready <= ends[2]; ++ready) {
    const auto count = static_cast<std::size_t>(
        std::ranges::count_if(ends, [&](std::size_t end) { return end <= ready; }));
    while (info.read_units(ready, false, 1, diagnostics) != 0) {
    }
    ASSERT_EQ(info.units().size(), count) << ready;
  }
  EXPECT_EQ(info.read_units(ends[2], true, 1, diagnostics), 0U);
  EXPECT_EQ(info.unit_at(UINT64_MAX), nullptr);
  EXPECT_TRUE(diagnostics.empty()) << diagnostics.summary();
}

TEST(DebugInfo, WaitsForAUnitThatAnotherOneNeeds) {
  std::vector<std::size_t> ends;
  const BuiltInfo built = three_units(ends);
  Diagnostics diagnostics;
  DebugInfo info(built.sections(), Limits(), diagnostics);
  ASSERT_EQ(info.read_units(ends[0], false, SIZE_MAX, diagnostics), 1U);
  std::string name;
  std::jthread reader([&] {
    FunctionReader functions;
    const Unit& unit = info.units()[0];
    EXPECT_THAT(functions.read({&info, &unit, &info, &unit}, kAnywhere), IsOk());
    ASSERT_EQ(functions.functions().size(), 1U);
    name = functions.names()[functions.functions()[0].name];
  });
  EXPECT_EQ(info.read_units(ends[1], false, SIZE_MAX, diagnostics), 1U);
  EXPECT_EQ(info.read_units(ends[2], true, SIZE_MAX, diagnostics), 1U);
  reader.join();
  EXPECT_EQ(name, "_Z1fv");
}

TEST(DebugInfo, LetsNobodyWaitForWhatWillNotCome) {
  std::vector<std::size_t> ends;
  const BuiltInfo built = three_units(ends);
  Diagnostics diagnostics;
  DebugInfo info(built.sections(), Limits(), diagnostics);
  ASSERT_EQ(info.read_units(ends[0], false, SIZE_MAX, diagnostics), 1U);
  std::jthread reader([&] { EXPECT_EQ(info.unit_at(ends[1]), nullptr); });
  info.end_units();
  reader.join();
  EXPECT_EQ(info.read_units(ends[2], true, SIZE_MAX, diagnostics), 0U);
}

TEST(DebugInfo, ReadsNoAbbreviationsWithoutEnd) {
  constexpr std::size_t kUnitCount = 40;
  InfoBuilder b = builder({.version = 4});
  for (std::size_t i = 0; i < kUnitCount; ++i) {
    b.begin_unit().entry(kCompileUnit).info().cstring("a.cc");
    b.end_children().end_unit();
  }
  BuiltInfo built = b.build();
  built.abbrev.insert(built.abbrev.begin(), kUnitCount, 0x81);  // a code that goes on and on
  constexpr std::size_t kAbbrevOffset = 6;                      // in a unit's header
  for (std::size_t i = 0; i < kUnitCount; ++i) {
    built.info[i * built.info.size() / kUnitCount + kAbbrevOffset] = static_cast<std::uint8_t>(i);
  }
  Diagnostics diagnostics;
  static_cast<void>(DebugInfo::open(built.sections(), Limits(), diagnostics));
  EXPECT_THAT(diagnostics.summary(), testing::HasSubstr("overlap too often"));
}

TEST(DebugInfo, StopsAtTheUnitLimit) {
  InfoBuilder b = builder(Encoding());
  for (int i = 0; i < 5; ++i) {
    b.begin_unit().entry(kCompileUnit).info().cstring("a.cc");
    b.end_children().end_unit();
  }
  Limits limits;
  limits.dwarf_unit_count_max = 3;
  Diagnostics diagnostics;
  const BuiltInfo built = b.build();
  EXPECT_EQ(DebugInfo::open(built.sections(), limits, diagnostics).units().size(), 3U);
  EXPECT_THAT(diagnostics.summary(), testing::HasSubstr("more units than allowed"));
}

TEST(DebugInfo, LeavesOutUnitsItDoesNotKnow) {
  for (const auto& [at, value] : std::initializer_list<std::pair<std::size_t, int>>{
           {4, 1}, {4, 6}, {10, 3}, {10, 0}}) {  // version, address size
    InfoBuilder b = two_functions({4, 8, 4});
    Buffer info = b.build().info;
    const std::size_t size = info.size();
    info.insert(info.end(), info.begin(), info.begin() + static_cast<std::ptrdiff_t>(size));
    info[at] = static_cast<std::uint8_t>(value);
    BuiltInfo built = b.build();
    built.info = info;
    const Listing listing = list(built.sections());
    EXPECT_EQ(listing.functions.size(), 2U);
    EXPECT_THAT(listing.errors, ElementsAre("unreadable unit"));
  }
}

TEST(DebugInfo, EndsAtALengthThatIsReservedOrTooLong) {
  for (const std::uint32_t length :
       std::initializer_list<std::uint32_t>{0xfffffff0, 0xfffffffe, 0xffffffff, 0x7fffffff}) {
    const Buffer info = BytesBuilder().u32(length).u64(UINT64_MAX).zeros(40).build();
    Sections sections;
    sections.info = info;
    const Listing listing = list(sections);
    EXPECT_THAT(listing.functions, IsEmpty());
    EXPECT_THAT(listing.errors, ElementsAre("unreadable unit"));
  }
}

}  // namespace
}  // namespace sigla::dwarf
