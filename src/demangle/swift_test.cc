// SPDX-License-Identifier: Apache-2.0
#include "demangle/swift.h"

#include <gtest/gtest.h>

#include <vector>

#include "demangle/demangle.h"
#include "demangle/punycode.h"
#include "demangle/testing_cases.h"

namespace sigla {
namespace {

void expect_all(const std::vector<DemangleCase>& cases) {
  expect_demangled([](std::string_view name) { return demangle_swift(name); }, cases);
}

TEST(Swift, ReadsDeclarationsInTheirContexts) {
  expect_all({
      {"$s4Test3FooC", "Foo"},
      {"$s4main3fooyyF", "foo()"},
      {"_$s4main3FooV3bar1xySi_tF", "Foo.bar(x: Int)"},
      {"$s4main3FooC3BarO4make3for_ACSS_SitFZ", "static Foo.Bar.make(for: String, Int)"},
      {"$s4main3FooC5countSivg", "Foo.count.getter"},
      {"$s4main3FooC5countSivsZ", "static Foo.count.setter"},
      {"$s4main3FooC5countSivM", "Foo.count.modify"},
      {"$s4main5tableSaySiGvau", "table.unsafeMutableAddressor"},
      {"$s4main3FooCyS2icig", "Foo.subscript.getter"},
      {"$s4main3FooCyS2icip", "Foo.subscript(Int)"},
      {"$s4main3FooCACycfC", "Foo.__allocating_init()"},
      {"$s4main3FooVACycfC", "Foo.init()"},
      {"$s4main3FooC4nameACSS_tcfc", "Foo.init(name: String)"},
      {"$s4main3FooCfD", "Foo.__deallocating_deinit"},
      {"$s4main3FooCfd", "Foo.deinit"},
      {"$sSS4mainE5shoutSSyF", "String.shout()"},
      {"$s4main1a33_0E4228093681F6920F0AB2E48B4F1C69LLyyF", "a()"},
      {"$sSC9SomeErrorLeV", "related decl 'e' for SomeError"},
  });
}

TEST(Swift, PutsWhatIsNoPrefixBehind) {
  expect_all({
      {"$s4main3fooyyFyycfU_", "closure #1 in foo()"},
      {"$s4main3fooyyFySiXEfU0_", "closure #2 in foo()"},
      {"$s4main3fooyyFyycfU_yycfU_", "closure #1 in closure #1 in foo()"},
      {"$s4main3fooyyF3barL_yySiF", "bar #1 (Int) in foo()"},
      {"$s4main3fooyyF3BarL0_V3runyyF", "run() in Bar #2 in foo()"},
      {"$s4main3FooV5stateSbvpfi", "variable initialization expression of Foo.state"},
      {"$s4main3foo1iySi_tFfA_", "default argument 0 of foo(i: Int)"},
      {"$s4main3foo1iySi_tFfA0_", "default argument 1 of foo(i: Int)"},
      {"$s4main3FooV1xSivpfP", "property wrapper backing initializer of Foo.x"},
      {"$s1a3fooyyF9stringifyfMf_", "freestanding macro expansion #1 of stringify in foo()"},
      {"@__swiftmacro_1a1SV1f3AddfMp_", "peer macro @Add expansion #1 of f in S"},
  });
}

TEST(Swift, ReadsTypes) {
  expect_all({
      {"$sSaySiGD", "[Int]"},
      {"$sSDySSSiGD", "[String : Int]"},
      {"$sSiSgD", "Int?"},
      {"$sSaySiSgGSgD", "[Int?]?"},
      {"$s4main3FooVySSGD", "Foo<String>"},
      {"$s4main5OuterV3Fooayx_SiGD", "Outer<A>.Foo<Int>"},
      {"$sypD", "Any"},
      {"$syXlD", "AnyObject"},
      {"$s4main1P_AA1QpD", "P & Q"},
      {"$s4main1P_AA1CCXcD", "C & P"},
      {"$s4main1P_pmD", "P.Protocol"},
      {"$s4main1P_pXpD", "P.Type"},
      {"$sSimD", "Int.Type"},
      {"$sSi_SStD", "(Int, String)"},
      {"$sSi1a_SS1btD", "(a: Int, b: String)"},
      {"$sxXDD", "A"},
      {"$s4main1CCXwD", "weak C"},
      {"$sBi64_D", "Builtin.Int64"},
      {"$sBi8_Bv4_D", "Builtin.Vec4xInt8"},
      {"$sytD", "()"},
      {"$sScTyyts5NeverOGD", "Task<(), Never>"},
      {"$s4main4SlabVy$1_SiGD", "Slab<2, Int>"},
  });
}

TEST(Swift, ReadsParameters) {
  expect_all({
      {"$s4main1fyySi_SStF", "f(Int, String)"},
      {"$s4main1f1a_ySi_SStF", "f(a: Int, String)"},
      {"$s4main1fyySizF", "f(inout Int)"},
      {"$s4main1fyySihF", "f(__shared Int)"},
      {"$s4main1fyySinF", "f(__owned Int)"},
      {"$s4main1f1aySid_tF", "f(a: Int...)"},
      {"$s4main1fyyyycF", "f(())"},
      {"$s4main1fyyyyXBF", "f(@convention(block) ())"},
      {"$s4main1fyySiSSXCF", "f(@convention(c) (String))"},
      {"$s4main1fyyyyYbcF", "f(@Sendable ())"},
      {"$s4main1fyyyyScMYccF", "f(@MainActor ())"},
      {"$s4main1fyyyyScMYccSgF", "f((@MainActor ())?)"},
      {"$s4main1fyyxlF", "f<A>(A)"},
      {"$s4main1fyyx_q_tr0_lF", "f<A, B>(A, B)"},
      {"$s4main1fyyxxQp_tRvzlF", "f<each A>(repeat A)"},
      {"$s4main1fyy7ElementQzSlRzlF", "f<A>(A.Element)"},
      {"$s4main1fyy4Iter_4ItemQZlF", "f<A>(A.Iter.Item)"},
      {"$s4main3FooV1fyyqd___xtlF", "Foo.f<A>(A1, A)"},
      {"$s4main3FooVyACxcSlRzlufC", "Foo.init<A>(A)"},
      {"$sSl4mainSQ7ElementRpzrlE1fyyF", "Collection<>.f()"},
      {"$s4main2eeoiySbAA3FooV_ADtF", "== infix(Foo, Foo)"},
  });
}

TEST(Swift, SaysWhatTheCompilerMadeOfADeclaration) {
  expect_all({
      {"$s4main3FooCMa", "type metadata accessor for Foo"},
      {"$s4main3FooCN", "type metadata for Foo"},
      {"$s4main3FooCMm", "metaclass for Foo"},
      {"$s4main3FooVMn", "nominal type descriptor for Foo"},
      {"$s4main1PMp", "protocol descriptor for P"},
      {"$s4main3FooVAA1PAAMc", "protocol conformance descriptor for Foo"},
      {"$s4main3FooVAA1PAAWP", "protocol witness table for Foo"},
      {"$s4main3FooVACSQAAWl",
       "lazy protocol witness table accessor for type Foo and conformance Foo"},
      {"$s4main3FooVWV", "value witness table for Foo"},
      {"$s4main3FooVwca", "assignWithCopy for Foo"},
      {"$s4main3FooC1xSivpWvd", "direct field offset for Foo.x"},
      {"$s4main3FooVAA1PA2aDP3baryyFTW", "protocol witness for P.bar() in conformance Foo"},
      {"$s4main3FooC3baryyFTo", "@objc Foo.bar()"},
      {"$s4main3FooC3baryyFTj", "dispatch thunk of Foo.bar()"},
      {"$s4main3FooC3baryyFTq", "method descriptor for Foo.bar()"},
      {"$s4main3fooyyFTA", "partial apply for foo()"},
      {"$s4main3fooyyFTATm", "partial apply for foo()"},
      {"$s4main3fooyyxlFSi_Tg5", "specialized foo<A>(A)"},
      {"$s4main3fooyyxlFSi_Tg5Tf4n_n", "specialized foo<A>(A)"},
      {"$s4main3fooyyxlFSi_SSTt0g5", "specialized foo<A>(A)"},
      {"$s4main3fooyySiF3barTf3pf_n", "specialized foo(Int)"},
      {"$s4main3fooyyYaFTQ0_", "foo()"},
      {"$s4main3fooyyYaFTu", "async function pointer to foo()"},
      {"$sxIegn_SgWOe",
       "outlined consume of (@escaping @callee_guaranteed (@in_guaranteed A) -> "
       "())?"},
      {"$sSSSgIegg_SSSgIegx_TR",
       "thunk for @escaping @callee_guaranteed (@guaranteed String?) -> ()"},
      {"$s4main1a_1b_WZ", "one-time initialization function for a, b"},
      {"$s4main1a_WZ", "one-time initialization function for a"},
      {"$s4main3fooyyF.cold.1", "foo()"},
  });
}

TEST(Swift, UnderstandsWordAndOtherSubstitutions) {
  expect_all({
      {"$s4main9AbcDefGHIV02Mybd1_C0V", "AbcDefGHI.MyAbcGHI_Def"},
      {"$s4main3FooV1fyyAC_ACtF", "Foo.f(Foo, Foo)"},
      {"$s4main1fyS2iF", "f(Int)"},
      {"$s4main1fyS2i_SitF", "f(Int, Int)"},
      {"$s4main3FooV1fyyAC_A2CtF", "Foo.f(Foo, Foo, Foo)"},
  });
}

TEST(Swift, ReadsSwift4NamesWithLabelsInTheirTypes) {
  expect_all({
      {"_T04main3FooV3barySi1x_tF", "Foo.bar(x: Int)"},
      {"__T04main3FooV3barySi1x_SStF", "Foo.bar(x: Int, String)"},
      {"_T04main3fooSiSSF", "foo(String)"},
      {"$S4main3FooV3bar1xySi_tF", "Foo.bar(x: Int)"},
  });
}

TEST(Swift, DecodesPunycode) {
  EXPECT_EQ(decode_punycode("vergenza_JFa", PunycodeDigits::kSwift), "vergüenza");
  EXPECT_EQ(decode_punycode("p_qcaDc", PunycodeDigits::kSwift), "«p»");
  EXPECT_EQ(decode_punycode("a_Z", PunycodeDigits::kSwift), std::nullopt);
  EXPECT_EQ(decode_punycode("a_z", PunycodeDigits::kSwift), std::nullopt);
  EXPECT_EQ(decode_punycode(std::string(2'000, 'a'), PunycodeDigits::kSwift), std::nullopt);
  EXPECT_EQ(demangle_swift("$s4main0012vergenza_JFayyF"), "vergüenza()");
  EXPECT_EQ(demangle_swift("$s4main007p_qcaDcoiyySi_SitF"), "«+» infix(Int, Int)");
}

TEST(Swift, RejectsWhatItIsNot) {
  for (const std::string_view name : {"$s",
                                      "_T0",
                                      "$sTB",
                                      "$sSD1",
                                      "$s4mai",
                                      "$s0",
                                      "$s00",
                                      "$s4main3FooCfQ",
                                      "$sA",
                                      "$sA_",
                                      "$sAA",
                                      "$sS",
                                      "$s99999999999x",
                                      "$s4mainF",
                                      "$sxxxIxzCXxxxesy",
                                      "main",
                                      "",
                                      "$sX",
                                      "$syyF",
                                      "$s\xff",
                                      "$s4main\x01"
                                      "abcd"}) {
    EXPECT_EQ(demangle_swift(name), std::nullopt) << name;
  }
}

TEST(Swift, SurvivesEveryTruncationAndChangedByte) {
  for (const std::string_view name :
       {"$s4main3FooV4make3for_ACSS_SitKcAA1PRzlFyyYaKXEfU_TATm",
        "$s4main9AbcDefGHIV02Myac1_BVySaySiGSgG_AA1P_pXpIegnrzo_SgWOe",
        "$s4main3fooyyxlFAA3BarV_Tg5Tf3npfc_n",
        "_T08mangling0012vergenza_JFa1x_tF"}) {
    for (std::size_t size = 0; size < name.size(); ++size) demangle_swift(name.substr(0, size));
    for (std::size_t i = 0; i < name.size(); ++i) {
      std::string changed(name);
      for (int c = 0; c < 256; ++c) {
        changed[i] = static_cast<char>(c);
        const auto readable = demangle_swift(changed);
        EXPECT_LE(readable.value_or("").size(), kReadableNameSizeMax);
      }
    }
  }
}

// Names that would take for ever, or fill the memory, in a demangler without limits.
TEST(Swift, BoundsDepthSizeAndTime) {
  const auto repeated = [](std::string_view part, std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += part;
    return text;
  };
  // Each tuple holds the one before twice.
  std::string doubled = "$s4main1CC";
  for (int i = 0; i < 40; ++i) doubled += "_" + std::string(i == 0 ? "AC" : "") + "t" + "Sg";
  EXPECT_LE(demangle_swift(doubled).value_or("").size(), kReadableNameSizeMax);
  std::string pairs = "$s4main1VVyxGSg";
  for (char c = 'D'; c < 'Z'; ++c) pairs += std::string("_A") + c + "tSg";
  EXPECT_EQ(demangle_swift(pairs), std::nullopt);
  EXPECT_EQ(demangle_swift("$s" + repeated("Si", 1) + repeated("m", 5'000) + "D"), std::nullopt);
  EXPECT_EQ(demangle_swift("$sSi" + repeated("Sg", 5'000) + "D"), std::nullopt);
  EXPECT_EQ(demangle_swift("$s1a" + repeated("A2048a", 1'000)), std::nullopt);
  EXPECT_EQ(demangle_swift("$s" + repeated("S2048i", 1'000)), std::nullopt);
  EXPECT_EQ(demangle_swift("$s30" + std::string(30, 'w') + "0" + repeated("a", 15'000) + "A"),
            std::nullopt);
  EXPECT_EQ(demangle_swift("$s4main1fyyx" + repeated("r255_", 1) + repeated("255_", 2'000) + "lF"),
            std::nullopt);
  EXPECT_EQ(demangle_swift("$s1a" + repeated("1bC", 5'000)), std::nullopt);
  EXPECT_EQ(demangle_swift("$s4main1VV" + repeated("y", 1) + repeated("_", 5'000) + "GD"),
            std::nullopt);
  EXPECT_EQ(demangle_swift("$s4main1VVy" + std::string(kMangledNameSizeMax, 'x') + "GD"),
            std::nullopt);
}

}  // namespace
}  // namespace sigla
