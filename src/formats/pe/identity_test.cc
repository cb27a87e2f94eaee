// SPDX-License-Identifier: Apache-2.0
#include "formats/pe/identity.h"

#include <gmock/gmock.h>

#include "testing/fixture.h"
#include "testing/matchers.h"

namespace sigla::pe {
namespace {

Identity identify_fixture(const std::string& name) {
  const Buffer file = read_fixture("src/formats/pe/testdata/" + name);
  auto identity = identify_pe(file, name, Limits());
  EXPECT_THAT(identity, IsOk());
  return std::move(identity).value();
}

TEST(IdentifyPe, Msvc) {
  const Identity dll = identify_fixture("small64.dll");
  EXPECT_EQ(dll.kind, ObjectKind::kLibrary);
  EXPECT_EQ(dll.arch, Arch::kX86_64);
  EXPECT_EQ(dll.code_id.text(), "5a0000015000");
  EXPECT_EQ(dll.debug_file_name, "small64.pdb");
  EXPECT_EQ(dll.debug_id->dashed(), "38264f90-3140-b8a3-4c4c-44205044422e-1");
  EXPECT_TRUE(dll.has_symbols);
  EXPECT_TRUE(dll.has_unwind_info);
  EXPECT_FALSE(dll.has_debug_info);
  EXPECT_EQ(dll.version, "4.6.25505.0");
  EXPECT_EQ(dll.version_flavor, ".chk");
}

TEST(IdentifyPe, X86HasNoUnwindInformationOfItsOwn) {
  const Identity dll = identify_fixture("small32.dll");
  EXPECT_EQ(dll.arch, Arch::kX86);
  EXPECT_FALSE(dll.has_unwind_info);
}

TEST(IdentifyPe, MingwBuildIdAndDwarf) {
  const Identity exe = identify_fixture("mingw.exe");
  EXPECT_EQ(exe.kind, ObjectKind::kExecutable);
  EXPECT_EQ(exe.debug_id->dashed(), "538e1bcd-e74c-49e4-ab66-cd44f7779270-1");
  EXPECT_EQ(exe.debug_file_name, "");
  EXPECT_TRUE(exe.has_debug_info);
  EXPECT_TRUE(exe.has_unwind_info);
}

TEST(IdentifyPe, DebugHalfKeepsTheIdAndNoCode) {
  const Identity debug = identify_fixture("mingw.debug");
  EXPECT_EQ(debug.kind, ObjectKind::kDebug);
  EXPECT_EQ(debug.debug_id, identify_fixture("mingw.exe").debug_id);
  EXPECT_TRUE(debug.has_debug_info);
  EXPECT_FALSE(debug.has_unwind_info);
  EXPECT_FALSE(debug.has_symbols);
}

}  // namespace
}  // namespace sigla::pe
