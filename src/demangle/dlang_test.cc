// SPDX-License-Identifier: Apache-2.0
#include "demangle/dlang.h"

#include <gtest/gtest.h>

#include <vector>

#include "demangle/demangle.h"
#include "demangle/testing_cases.h"

namespace sigla {
namespace {

void expect_all(const std::vector<DemangleCase>& cases) {
  expect_demangled([](std::string_view name) { return demangle_dlang(name); }, cases);
}

TEST(Dlang, ReadsFunctionsAndVariables) {
  expect_all({
      {"_Dmain", "D main"},
      {"_D3foo3barFZv", "foo.bar()"},
      {"_D3foo3bari", "foo.bar"},
      {"_D3foo3barFZv.part.0", "foo.bar() (.part.0)"},
      {"_DTi16_D3foo1C3barMxFZi", "non-virtual thunk to foo.C.bar() const"},
      {"_D3foo1S6__initZ.1753", "initializer for foo.S (.1753)"},
      {"_D3foo3barFNaNbNiNfiAyaZi", "foo.bar(int, immutable(char)[])"},
      {"_D3std5stdio4File6__ctorMFAyaZS3std5stdio4File", "std.stdio.File.this(immutable(char)[])"},
      {"_D3foo1S6__dtorMFZv", "foo.S.~this()"},
      {"_D3foo1S10__postblitMFZv", "foo.S.this(this)"},
      {"_D3foo1S3getMxFZi", "foo.S.get() const"},
      {"_D3foo1S3getMOxFZi", "foo.S.get() shared const"},
      {"_D3foo5outerFiZ5innerMFAxaZv", "foo.outer(int).inner(const(char)[])"},
      {"_D3foo4__S13barFZv", "foo.bar()"},
      {"_DThn16_3foo1C3runMFZv", "thunk for foo.C.run()"},
  });
}

TEST(Dlang, ReadsWhatTheCompilerMakes) {
  expect_all({
      {"_D3foo1C6__initZ", "initializer for foo.C"},
      {"_D3foo1C6__vtblZ", "vtable for foo.C"},
      {"_D3foo1C7__ClassZ", "ClassInfo for foo.C"},
      {"_D3foo1I11__InterfaceZ", "Interface for foo.I"},
      {"_D3foo12__ModuleInfoZ", "ModuleInfo for foo"},
  });
}

TEST(Dlang, ReadsTypes) {
  expect_all({
      {"_D1f1gFPxiG4hHmAaZv", "f.g(const(int)*, ubyte[4], char[][ulong])"},
      {"_D1f1gFKiJlLdMPvNkPvIfZv",
       "f.g(ref int, out long, lazy double, scope void*, return void*, in float)"},
      {"_D1f1gFPFiZvDFZaDxFNbZbZv",
       "f.g(void function(int), char delegate(), bool delegate() const)"},
      {"_D1f1gFiXv", "f.g(int...)"},
      {"_D1f1gFiYv", "f.g(int, ...)"},
      {"_D1f1gFS3foo1SYv", "f.g(foo.S, ...)"},
      {"_D1f1gFC3foo1CE3foo1EZv", "f.g(foo.C, foo.E)"},
      {"_D1f1gFB2iaZv", "f.g(Tuple!(int, char))"},
      {"_D1f1gFNgPaNhG4fZv", "f.g(inout(char*), __vector(float[4]))"},
      {"_D1f1gFNnnZv", "f.g(noreturn, typeof(null))"},
      {"_D1f1gFzizkZv", "f.g(cent, ucent)"},
  });
}

TEST(Dlang, ReadsTemplateArguments) {
  expect_all({
      {"_D1f__T1gTiTAaZ1hFZv", "f.g!(int, char[]).h()"},
      {"_D1f8__T1gTiZ1hFZv", "f.g!(int).h()"},
      {"_D1f__T1gVii5Vbi1Vai97VmN3VdeA8P3Z1hFZv", "f.g!(5, true, 'a', -3uL, 0xA.8p3).h()"},
      {"_D1f__T1gVAyaa5_68656c6c6fZ1hFZv", "f.g!(\"hello\").h()"},
      {"_D1f__T1gVAiA3i1i2i3VS1f1SS2i1i2VnnZ1hFZv", "f.g!([1, 2, 3], f.S(1, 2), null).h()"},
      {"_D1f__T1gVHaiA1i97i1Z1hFZv", "f.g!([97:1]).h()"},
      {"_D1f__T1gS3foo3barS_D3foo3bazFiZvZ1hFZv", "f.g!(foo.bar, foo.baz(int)).h()"},
      {"_D1f__T1gX3abcZ1hFZv", "f.g!(abc).h()"},
      {"_D1f__T1gHTiZ1hFZv", "f.g!(int).h()"},
      {"_D1f__T1gVdeNANVdeNINFZ1hFZv", "f.g!(NaN, -Inf).h()"},
  });
}

TEST(Dlang, FollowsBackReferences) {
  expect_all({
      {"_D3foo3barQeFZv", "foo.bar.bar()"},
      {"_D3foo3barFS3foo1SQhZv", "foo.bar(foo.S, foo.S)"},
      {"_D3foo3barFDFiZvDQfZv", "foo.bar(void delegate(int), void delegate(int))"},
      {"_D3foo4wrapFDFZvZ3runMQj", "foo.wrap(void delegate()).run()"},
  });
}

TEST(Dlang, RejectsWhatItIsNot) {
  for (const std::string_view name : {"",
                                      "_D",
                                      "_DQ",
                                      "_D3",
                                      "_D3foo",
                                      "_D9foo",
                                      "_D3fooQz",
                                      "_D3fooFi",
                                      "_D3foo3barFZ",
                                      "_D0v",
                                      "_D3foo3barFZvv",
                                      "_D1f__T1gTiZ",
                                      "_D1f__T1gVii5Zv!",
                                      "_D3foo3barFQaZv",
                                      "_D3foo3barB9iv",
                                      "_D1f__T1gVAyaa9_68Z1hFZv",
                                      "_D99999999999999999999999a"}) {
    EXPECT_EQ(demangle_dlang(name), std::nullopt) << name;
  }
}

TEST(Dlang, SurvivesEveryTruncationAndChangedByte) {
  for (const std::string_view name :
       {"_D3std5stdio4File6__ctorMFAyaZS3std5stdio4File",
        "_D1f__T1gVii5VbiVAyaa5_68656c6c6fS_D3foo3bazFiZvVS1f1SS2i1i2Z1hFDFiZvDQfQBhZv"}) {
    for (std::size_t size = 0; size < name.size(); ++size) demangle_dlang(name.substr(0, size));
    for (std::size_t i = 0; i < name.size(); ++i) {
      std::string changed(name);
      for (int c = 0; c < 256; ++c) {
        changed[i] = static_cast<char>(c);
        EXPECT_LE(demangle_dlang(changed).value_or("").size(), kReadableNameSizeMax);
      }
    }
  }
}

TEST(Dlang, BoundsDepthSizeAndTime) {
  EXPECT_EQ(demangle_dlang("_D1f1gF" + std::string(10'000, 'P') + "iZv"), std::nullopt);
  // A type that refers to itself.
  EXPECT_EQ(demangle_dlang("_D1f1gFPQbZv"), std::nullopt);
  // Each parameter is a tuple of the one before, twice.
  std::string doubled = "_D1f1gFB2ii";
  std::size_t last = doubled.size() - 4;
  for (int i = 0; i < 60; ++i) {
    const std::size_t at = doubled.size();
    doubled += "B2";
    for (int k = 0; k < 2; ++k) {
      const std::size_t distance = doubled.size() - last;
      doubled += 'Q';
      if (distance >= 26) doubled += static_cast<char>('A' + distance / 26);
      doubled += static_cast<char>('a' + distance % 26);
    }
    last = at;
  }
  EXPECT_EQ(demangle_dlang(doubled + "Zv"), std::nullopt);
  EXPECT_NE(demangle_dlang(doubled.substr(0, 35) + "Zv"), std::nullopt);
  EXPECT_EQ(demangle_dlang("_D" + std::string(kMangledNameSizeMax, '0') + "v"), std::nullopt);
}

}  // namespace
}  // namespace sigla
