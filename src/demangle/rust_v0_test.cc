// SPDX-License-Identifier: Apache-2.0
#include "demangle/rust_v0.h"

#include <gtest/gtest.h>

#include <vector>

#include "demangle/demangle.h"
#include "demangle/testing_cases.h"

namespace sigla {
namespace {

void expect_all(const std::vector<DemangleCase>& cases) {
  expect_demangled([](std::string_view name) { return demangle_rust_v0(name); }, cases);
}

TEST(RustV0, ReadsPaths) {
  expect_all({
      {"_RC3foo", "foo"},
      {"_RNvCs1234_7mycrate3foo", "mycrate::foo"},
      {"__RNvCs1234_7mycrate3foo", "mycrate::foo"},
      {"_RNvC1a1f.llvm.12345", "a::f (.llvm.12345)"},
      {"_RNvNtCslNYArtu3iFV_5alloc5boxed14box_new_uninit", "alloc::boxed::box_new_uninit"},
      {"_RNvC1a1fC1b", "a::f"},  // an instance that crate b made
      {"_RNvNvC1a1fs0_3bar", "a::f::bar"},
      {"_RNCNCNgCs6DXkGYLi8lr_2cc5spawn00B5_", "cc::spawn::{closure#0}::{closure#0}"},
      {"_RNSNvC1a1fs_4shim", "a::f::{shim:shim#1}"},
      {"_RNvMs_C1aINtB4_1SpE1f", "<a::S<_>>::f"},
      {"_RNvXs0_C1aNtB5_1SNtB5_1T1m", "<a::S as a::T>::m"},
      {"_RNvYhNtC1a1T1m", "<u8 as a::T>::m"},
      {"_RINvNtC3std3mem8align_ofNtNtC3std3mem12DiscriminantE",
       "std::mem::align_of::<std::mem::Discriminant>"},
      {"_RNvNtC1au12vergenza_95a1f", "a::vergüenza::f"},
  });
}

TEST(RustV0, ReadsTypes) {
  expect_all({
      {"_RINvC1a1fOhPhzuvpE", "a::f::<*mut u8, *const u8, !, (), ..., _>"},
      {"_RINvC1a1fTlETlmEE", "a::f::<(i32,), (i32, u32)>"},
      {"_RINvC1a1fAhj5_SmReQbE", "a::f::<[u8; 5], [u32], &str, &mut bool>"},
      {"_RINvC1a1fL_E", "a::f::<'_>"},
      {"_RINvC1a1fFUKChEuE", "a::f::<unsafe extern \"C\" fn(u8)>"},
      {"_RINvC1a1fFK7stdcalllEmE", "a::f::<extern \"stdcall\" fn(i32) -> u32>"},
      {"_RINvC1a1fFG0_RL0_hRL1_hEuE", "a::f::<for<'a, 'b> fn(&'b u8, &'a u8)>"},
      {"_RINvC1a1fDNtC3foo3Barp3AsslEL_E", "a::f::<dyn foo::Bar<Ass = i32>>"},
      {"_RINvC1a1fDINtC3foo3BarhEp3AsslNtC1b1QEL_E", "a::f::<dyn foo::Bar<u8, Ass = i32> + b::Q>"},
      {"_RINvC1a1fDG_INtC1b1TRL0_hEEL_E", "a::f::<dyn for<'a> b::T<&'a u8>>"},
  });
}

TEST(RustV0, ReadsConstants) {
  expect_all({
      {"_RINvC1a1fKh5_Kln5_Kb1_Kb0_KpE", "a::f::<5, -5, true, false, _>"},
      {"_RINvC1a1fKc41_Kca_Kc27_Kc1f600_E", "a::f::<'A', '\\n', '\\'', '\\u{1f600}'>"},
      {"_RINvC1a1fKo123456789abcdef0123456789abcdef_E",
       "a::f::<0x123456789abcdef0123456789abcdef>"},
  });
}

TEST(RustV0, RejectsWhatItIsNot) {
  for (const std::string_view name : {"",
                                      "_R",
                                      "_RN",
                                      "_R0C1a",
                                      "_RB_",
                                      "_RNvC1a",
                                      "_RNvC9a1f",
                                      "_RINvC1a1f",
                                      "_RINvC1a1fB_E",
                                      "_RINvC1a1fB9_E",
                                      "_RINvC1a1fKb2_E",
                                      "_RINvC1a1fKcd800_E",
                                      "_RINvC1a1fKc110000_E",
                                      "_RINvC1a1fRL0_hE",
                                      "_RINvC1a1fDC1bEE",
                                      "_RNvC1a1f!",
                                      "_RN1C1a1f",
                                      "_RINvC1a1fGzzzzzzzz_E",
                                      "_RNvC99999999999999999999a1f",
                                      "_RNvCszzzzzzzzzzzzzzzzz_1a1f"}) {
    EXPECT_EQ(demangle_rust_v0(name), std::nullopt) << name;
  }
}

TEST(RustV0, SurvivesEveryTruncationAndChangedByte) {
  for (const std::string_view name :
       {"_RNvXs0_C1aNtB5_1SNtB5_1T1m", "_RINvC1a1fDG_INtC1b1TRL0_hEp3AsslEL_Kh5_Kc1f600_TlBc_EE"}) {
    for (std::size_t size = 0; size < name.size(); ++size) demangle_rust_v0(name.substr(0, size));
    for (std::size_t i = 0; i < name.size(); ++i) {
      std::string changed(name);
      for (int c = 0; c < 256; ++c) {
        changed[i] = static_cast<char>(c);
        EXPECT_LE(demangle_rust_v0(changed).value_or("").size(), kReadableNameSizeMax);
      }
    }
  }
}

std::string base_62(std::size_t number) {
  constexpr std::string_view kDigits =
      "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  std::string text = "_";
  if (number == 0) return text;
  --number;
  do {
    text.insert(text.begin(), kDigits[number % 62]);
    number /= 62;
  } while (number > 0);
  return text;
}

// Tuples, each of the one before, twice.
std::string doubled(std::size_t levels) {
  std::string name = "INvC1a1fTlmE";
  std::size_t last = name.find('T');
  for (std::size_t i = 0; i < levels; ++i) {
    const std::string reference = "B" + base_62(last);
    last = name.size();
    name += "T" + reference + reference + "E";
  }
  return "_R" + name + "E";
}

TEST(RustV0, BoundsDepthSizeAndTime) {
  EXPECT_EQ(demangle_rust_v0(doubled(1)), "a::f::<(i32, u32), ((i32, u32), (i32, u32))>");
  EXPECT_NE(demangle_rust_v0(doubled(8)), std::nullopt);
  EXPECT_EQ(demangle_rust_v0(doubled(16)), std::nullopt);
  EXPECT_EQ(demangle_rust_v0(doubled(200)), std::nullopt);
  EXPECT_EQ(demangle_rust_v0("_RINvC1a1f" + std::string(16'000, 'S') + "hE"), std::nullopt);
  EXPECT_EQ(demangle_rust_v0("_RINvC1a1f" + std::string(16'000, 'T')), std::nullopt);
  EXPECT_EQ(demangle_rust_v0("_R" + std::string(16'000, 'I')), std::nullopt);
  EXPECT_EQ(demangle_rust_v0("_RNvC1a1f" + std::string(kMangledNameSizeMax, '0')), std::nullopt);
}

}  // namespace
}  // namespace sigla
