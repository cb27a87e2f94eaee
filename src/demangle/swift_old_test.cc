// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "demangle/demangle.h"
#include "demangle/swift.h"
#include "demangle/swift_old_parser.h"
#include "demangle/testing_cases.h"

namespace sigla {
namespace {

void expect_all(const std::vector<DemangleCase>& cases) {
  expect_demangled([](std::string_view name) { return demangle_swift(name); }, cases);
}

TEST(SwiftOld, ReadsTypesOfTheObjectiveCRuntime) {
  expect_all({
      {"_TtC4main3Foo", "Foo"},
      {"__TtC4main3Foo", "Foo"},
      {"_TtCC4main5Outer5Inner", "Outer.Inner"},
      {"_TtP4main3Bar_", "Bar"},
      {"_TtC4mainP33_D41D8CD98F00B204E9800998ECF8427E6Hidden", "Hidden"},
      {"_TtGC4main3BoxSS_", "Box<String>"},
      {"_TtGCC4main5Outer5InnerSi_SS_", "Outer<Int>.Inner<String>"},
      {"_TtSi", "Int"},
      {"_TtGSaSS_", "[String]"},
      {"_TtGSqGSaSi__", "[Int]?"},
      {"_TtSc", "UnicodeScalar"},
      {"_TtFT_T_", "()"},
      {"_TtT1aSi1bSS_", "(a: Int, b: String)"},
      {"_TtP_", "Any"},
      {"_TtP4main1P4main1Q_", "P & Q"},
      {"_TtPMP4main1P_", "P.Type"},
      {"_TtMC4main3Foo", "Foo.Type"},
      {"_TtXwGSqC4main3Foo_", "weak Foo?"},
      {"_TtBi32_", "Builtin.Int32"},
      {"_TtBv4Bf32_", "Builtin.Vec4xFPIEEE32"},
      {"_TtRSi", "inout Int"},
  });
}

TEST(SwiftOld, ReadsDeclarations) {
  expect_all({
      {"_TF4main3fooFT_T_", "foo()"},
      {"_TF4main3fooFSiSS", "foo(Int)"},
      {"_TF4main3fooFT1xSi1ySS_T_", "foo(x: Int, y: String)"},
      {"_TF4main3foofzT_T_", "foo()"},
      {"_TF4main3fooFt1xGSaSi__T_", "foo(x: Int...)"},
      {"_TFC3foo3bar3basfT3zimCS_3zim_T_", "bar.bas(zim: zim)"},
      {"_TZFC4main3Foo4makefT_S0_", "static Foo.make()"},
      {"_TFC4main3FoocfT_S0_", "Foo.init()"},
      {"_TFC4main3FooCfT_S0_", "Foo.__allocating_init()"},
      {"_TFV4main3FooCfT_S0_", "Foo.init()"},
      {"_TFC4main3FooD", "Foo.__deallocating_deinit"},
      {"_TFC4main3Food", "Foo.deinit"},
      {"_TFC4main3Foog5countSi", "Foo.count.getter"},
      {"_TFC4main3Foos5countSi", "Foo.count.setter"},
      {"_TFC4main3Foom5countSi", "Foo.count.materializeForSet"},
      {"_TFC4main3Foog9subscriptFSiSS", "Foo.subscript.getter"},
      {"_TF4mainau5tableGSaSi_", "table.unsafeMutableAddressor"},
      {"_Tv4main5countSi", "count"},
      {"_TF4mainoi1pFTSiSi_Si", "+ infix(Int, Int)"},
      {"_TF4mainop3cccFSbSb", "@@@ prefix(Bool)"},
      {"_TFE4mainSS5shoutfT_SS", "String.shout()"},
      {"_TFF4main3fooFT_T_U_FT_T_", "closure #1 in foo()"},
      {"_TFF4main3fooFT_T_L0_3barFSiT_", "bar #2 (Int) in foo()"},
      {"_TIF4main3fooFT1xSi_T_A_", "default argument 0 of foo(x: Int)"},
      {"_TIvV4main3Foo5stateSbi", "variable initialization expression of Foo.state"},
      {"_TF8manglingX22egbpdajGbuEbxfgehfvwxnFT_T_", "ليهمابتكلموشعربي؟()"},
  });
}

TEST(SwiftOld, ReadsGenerics) {
  expect_all({
      {"_TF4main3foourFxT_", "foo<A>(A)"},
      {"_TF4main3foou0_rFTxq__T_", "foo<A, B>(A, B)"},
      {"_TF4main3foouRxS_1PrFxT_", "foo<A>(A)"},
      {"_TF4main3foouRxs8SequencerFxwx8Iterator", "foo<A>(A)"},
      {"_TF4main3foouRxs8SequencewxPS0_7ElementzSirFxT_", "foo<A>(A)"},
      {"_TFC4main3Box3getfT_x", "Box.get()"},
      {"_TF4main3fooFGVS_3BoxSi_T_", "foo(Box<Int>)"},
  });
}

TEST(SwiftOld, SaysWhatTheCompilerMadeOfADeclaration) {
  expect_all({
      {"_TMC4main3Foo", "type metadata for Foo"},
      {"_TMaC4main3Foo", "type metadata accessor for Foo"},
      {"_TMmC4main3Foo", "metaclass for Foo"},
      {"_TMp4main3Bar", "protocol descriptor for Bar"},
      {"_TWVV4main3Foo", "value witness table for Foo"},
      {"_TwxxV4main3Foo", "destroy for Foo"},
      {"_TWvdvC4main3Foo5countSi", "direct field offset for Foo.count"},
      {"_TWPV4main3FooS_3BarS_", "protocol witness table for Foo"},
      {"_TTWV4main3FooS_3BarS_FS1_3runfT_T_", "protocol witness for Bar.run() in conformance Foo"},
      {"_TToFC4main3Foo3barfT_T_", "@objc Foo.bar()"},
      {"_TTSg5Si___TF4main3foourFxT_", "specialized foo<A>(A)"},
      {"_TTSf4n_dg___TF4main3fooFTSiSi_T_", "specialized foo(Int, Int)"},
      {"_TPA__TF4main3fooFT_T_", "partial apply for foo()"},
  });
}

TEST(SwiftOld, PassesOnWhatItIsNot) {
  for (const std::string name : {"_T",
                                 "_TIFFOpen",
                                 "_TEXT",
                                 "_Timer",
                                 "_Tt",
                                 "_TtC",
                                 "_TtC9main3Foo",
                                 "__TEXT",
                                 "_TtXFo_",
                                 "_TF4main3fooFT_",
                                 "_TtS0_",
                                 "_TtC4main3Foox"}) {
    EXPECT_EQ(demangle(name), name);
  }
}

TEST(SwiftOld, BoundsDepthAndSize) {
  const auto repeated = [](std::string_view part, std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += part;
    return text;
  };
  EXPECT_EQ(demangle_swift("_Tt" + repeated("M", 5'000) + "Si"), std::nullopt);
  EXPECT_EQ(demangle_swift("_Tt" + repeated("GSq", 2'000) + "Si" + repeated("_", 2'000)),
            std::nullopt);
  EXPECT_EQ(demangle_swift("_Tt" + repeated("C", 5'000) + "1a" + repeated("1b", 5'000)),
            std::nullopt);
  EXPECT_EQ(demangle_swift("_TF4main1fu" + repeated("z", 5'000) + "rFxT_"), std::nullopt);
}

TEST(SwiftOld, SurvivesEveryTruncationAndChangedByte) {
  for (const std::string_view name : {"_TFE4mainSS5shoutfT1xGSqGSaSi___SS",
                                      "_TTSg5Si___TF4main3foouRxs8SequencerFxwx8Iterator",
                                      "_TTWV4main3FooS_3BarS_FS1_3runfT_T_"}) {
    for (std::size_t size = 0; size < name.size(); ++size) demangle_swift(name.substr(0, size));
    for (std::size_t i = 2; i < name.size(); ++i) {
      std::string changed(name);
      for (int c = 0; c < 256; ++c) {
        changed[i] = static_cast<char>(c);
        EXPECT_LE(demangle_swift(changed).value_or("").size(), kReadableNameSizeMax);
      }
    }
  }
}

}  // namespace
}  // namespace sigla
