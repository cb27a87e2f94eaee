// SPDX-License-Identifier: Apache-2.0
#include "demangle/demangle.h"

#include <gtest/gtest.h>

#include "demangle/rust_legacy.h"

namespace sigla {
namespace {

TEST(Demangle, ReadsItaniumNamesWithoutReturnTypes) {
  EXPECT_EQ(demangle("_ZN1a1bEi"), "a::b(int)");
  EXPECT_EQ(demangle("_Z3maxIiET_S0_S0_"), "max<int>(int, int)");  // returns int
  EXPECT_EQ(demangle("_ZNK1a4sizeEv"), "a::size() const");
  EXPECT_EQ(demangle("_ZNK1a3getIiEET_v"), "a::get<int>() const");
  EXPECT_EQ(demangle("_Z4pickIiEPFviET_"), "pick<int>(int)");  // returns a pointer to function
  EXPECT_EQ(demangle("_ZTV3Foo"), "vtable for Foo");
  EXPECT_EQ(demangle("_ZN3foo3barE"), "foo::bar");
  EXPECT_EQ(demangle("__ZN12_GLOBAL__N_15startEv"), "(anonymous namespace)::start()");
  EXPECT_EQ(demangle("_ZL5localv"), "local()");
  EXPECT_EQ(demangle("_Z1fv.cold"), "f() (.cold)");
  EXPECT_EQ(demangle("_Z1fv$57c34bde3fedbd1a4bf6fbbe5453ff24"), "f()");
}

TEST(Demangle, ReadsMsvcNamesWithoutDecoration) {
  EXPECT_EQ(demangle("??3@YAXPEAX@Z"), "operator delete(void *)");
  EXPECT_EQ(demangle("?LoadV8Snapshot@V8Initializer@gin@@SAXXZ"),
            "gin::V8Initializer::LoadV8Snapshot(void)");
  EXPECT_EQ(demangle("??_GA@b@@UEAAPEAXI@Z"), "b::A::`scalar deleting destructor'(unsigned int)");
}

TEST(Demangle, ReadsBothRustSchemes) {
  EXPECT_EQ(demangle("_RNvCs1234_7mycrate3foo"), "mycrate::foo");
  EXPECT_EQ(demangle("_ZN4core3fmt9Formatter3pad17h0123456789abcdefE"),
            "core::fmt::Formatter::pad");
  EXPECT_EQ(demangle("_ZN60_$LT$alloc..vec..Vec$LT$T$GT$$u20$as$u20$core..ops..Drop$GT$4drop"
                     "17h0123456789abcdefE"),
            "<alloc::vec::Vec<T> as core::ops::Drop>::drop");
}

TEST(Demangle, PassesOnWhatIsNoMangledName) {
  for (const char* name : {"",
                           "main",
                           "_Z",
                           "_Znonsense",
                           "?",
                           "?garbage",
                           "_R",
                           "_D",
                           "+[Foo bar:]",
                           "_ZN",
                           "___Z",
                           "operator delete",
                           "$s4main"}) {
    EXPECT_EQ(demangle(name), name);
  }
}

TEST(Demangle, PassesOnNamesBeyondTheLimit) {
  const std::string name = "_Z1f" + std::string(kMangledNameSizeMax, 'P') + "i";
  EXPECT_EQ(demangle(name), name);
}

TEST(RustLegacy, DecodesEscapesAndDropsTheHash) {
  EXPECT_EQ(decode_rust_legacy("a::_$u7b$$u7b$closure$u7d$$u7d$::h0123456789abcdef"),
            "a::{{closure}}");
  EXPECT_EQ(decode_rust_legacy("a::b$X$c::h0123456789abcdef"), "a::b$X$c");
  EXPECT_EQ(decode_rust_legacy("a::$u110000$::h0123456789abcdef"), "a::$u110000$");
  EXPECT_EQ(decode_rust_legacy("a::b"), std::nullopt);
  EXPECT_EQ(decode_rust_legacy("a::b::h0123456789abcdeg"), std::nullopt);
}

}  // namespace
}  // namespace sigla
