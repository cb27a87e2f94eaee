// SPDX-License-Identifier: Apache-2.0
#include "demangle/demangle.h"

#include <gtest/gtest.h>

#include <string>

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
  // Of GCC 12, which the ABI does not allow; the numbers of substitutions go on behind it.
  EXPECT_EQ(demangle("_ZN3CLI6detail16checked_multiplyIiEENSt9enable_ifIXsrSt11is_integralIT_"
                     "E5valueEbE4typeERS4_S4_"),
            "CLI::detail::checked_multiply<int>(int&, int)");
  EXPECT_EQ(
      demangle(
          "_Z1gIiENSt9enable_ifIXsrN3foo4deep3bazIT_EE5valueEiE4typeES4_PS5_PSt11is_integralIS4_E"),
      "g<int>(int, foo::deep::baz<int>*, std::is_integral<int>*)");
  EXPECT_EQ(demangle("_Z1hIiENSt9enable_ifIXaasrSt11is_integralIT_E5valuesr4globIS2_"
                     "E5valueEiE4typeES2_PS3_PS2_"),
            "h<int>(int, std::is_integral<int>*, int*)");
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

TEST(Demangle, KeepsConstOfFunctionsThatReturnFunctions) {
  EXPECT_EQ(demangle("_ZNK1a4pickIiEEPFviET_"), "a::pick<int>(int) const");
  EXPECT_EQ(demangle("_ZNO1a3getIiEET_v"), "a::get<int>() &&");
}

TEST(Demangle, UnderstandsWhatIsPutBehindNames) {
  EXPECT_EQ(demangle("_Z1fv.constprop.0"), "f() (.constprop.0)");
  EXPECT_EQ(demangle("_Z1fv.isra.0.part.1"), "f() (.isra.0.part.1)");
  EXPECT_EQ(demangle("_Z1fv.llvm.12345"), "f() (.llvm.12345)");
  EXPECT_EQ(demangle("_Z1fv@plt"), "f()@plt");
  EXPECT_EQ(demangle("_Znwm@@GLIBCXX_3.4"), "operator new(unsigned long)@@GLIBCXX_3.4");
  EXPECT_EQ(demangle("memcpy@@GLIBC_2.14"), "memcpy@@GLIBC_2.14");
  EXPECT_EQ(demangle("_ZN3foo3bar17h0123456789abcdefE.llvm.12345"), "foo::bar (.llvm.12345)");
  EXPECT_EQ(demangle("_RNvCs1234_7mycrate3foo.llvm.1"), "mycrate::foo (.llvm.1)");
  EXPECT_EQ(demangle("__RNvCs1234_7mycrate3foo"), "mycrate::foo");
}

std::string base36(std::size_t number) {
  constexpr std::string_view kDigits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  std::string text;
  do {
    text.insert(text.begin(), kDigits[number % 36]);
    number /= 36;
  } while (number > 0);
  return text;
}

// Each would use up a demangler's stack when followed without a limit.
TEST(Demangle, LimitsHowDeepNamesNest) {
  for (const std::string_view part :
       {"P", "PK", "PF", "A1_", "1aI", "N1a", "U1a", "Dp", "DT", "cv"}) {
    std::string name = "_Z1f";
    while (name.size() + part.size() < kMangledNameSizeMax) name += part;
    EXPECT_EQ(demangle(name), name);
  }
  for (const std::string_view start :
       {"_Z1fIX", "_ZNUlTt", "_ZNUlTp", "_Z1fIXtldi", "_ZZ", "_ZTc"}) {
    for (const std::string_view part : {"pl", "Tt", "Tp", "di", "Z", "T_", "GR", "v0_n1_"}) {
      std::string name(start);
      while (name.size() + part.size() < kMangledNameSizeMax) name += part;
      EXPECT_EQ(demangle(name), name);
    }
  }
  EXPECT_EQ(demangle("_Z1f" + std::string(100, 'P') + "i"), "f(int" + std::string(100, '*') + ")");
  // Pointers to the type before: not deep as they are read, but as they are printed.
  std::string chain = "_Z1fPi";
  for (std::size_t i = 0; chain.size() < 16'000; ++i) {
    chain += "PS" + (i == 0 ? std::string() : base36(i - 1)) + "_";
  }
  EXPECT_EQ(demangle(chain), chain);
}

// 250 bytes that stand for half a gigabyte.
TEST(Demangle, LimitsWhatSubstitutionsExpandTo) {
  const auto doubled = [](std::size_t levels) {
    std::string name = "_Z1f1aIiiE";
    for (std::size_t i = 0; i < levels; ++i) {
      const std::string last = "S" + base36(i) + "_";
      name += "S_I" + last + last + "E";
    }
    return name;
  };
  EXPECT_EQ(demangle(doubled(24)), doubled(24));
  EXPECT_EQ(demangle(doubled(14)), doubled(14));  // beyond the limit of a readable name
  EXPECT_EQ(demangle(doubled(1)), "f(a<int, int>, a<a<int, int>, a<int, int>>)");
}

// Pointers to functions that take the parameter before, seven times.
TEST(Demangle, KnowsWhichMsvcNamesMayExplode) {
  std::string name = "?f@@YAXPEAH";
  for (char digit = '0'; digit < '9'; ++digit) {
    EXPECT_EQ(may_explode(name + "@Z"), digit >= '7') << name;
    name += "P6AX" + std::string(7, digit) + "@Z";
  }
  EXPECT_FALSE(may_explode("?f@@YAXPEAHP6AX000@ZP6AX111@Z@Z"));
  EXPECT_FALSE(may_explode("?LoadV8Snapshot@V8Initializer@gin@@SAXXZ"));
  EXPECT_FALSE(may_explode("_Z1fv"));
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
