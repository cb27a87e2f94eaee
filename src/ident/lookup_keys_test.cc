// SPDX-License-Identifier: Apache-2.0
#include "ident/lookup_keys.h"

#include <gmock/gmock.h>

#include "ident/symbol_request.h"
#include "testing/matchers.h"

namespace sigla {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Identity make(Format format, std::string name) {
  Identity identity;
  identity.format = format;
  identity.name = std::move(name);
  return identity;
}

// Whether a client that asks with `path` is given the file.
bool answers(const Identity& identity, std::string_view path) {
  const auto request = normalise_request(path);
  if (!request.has_value()) return false;
  const auto keys = lookup_keys(identity);
  for (const std::string& key : request.value().keys) {
    if (std::find(keys.begin(), keys.end(), key) != keys.end()) return true;
  }
  return false;
}

TEST(LookupKeys, PeInEveryForm) {
  Identity pe = make(Format::kPe, "Flash.ocx");
  pe.time_date_stamp = 0x00bedc14;
  pe.size_of_image = 0x71c98000;
  EXPECT_THAT(
      lookup_keys(pe),
      ElementsAre("flash.ocx/00bedc1471c98000/flash.ocx", "flash.ocx/bedc1471c98000/flash.ocx"));
  for (const char* path : {"Flash.ocx/00BEDC1471c98000/Flash.ocx",
                           "fl/flash.ocx/00BEDC1471C98000/flash.ocx",
                           "flash.ocx/bedc1471c98000/flash.ocx",
                           "FLASH.OCX/00BEDC1471C98000/FLASH.OC_"}) {
    EXPECT_TRUE(answers(pe, path)) << path;
  }
  EXPECT_FALSE(answers(pe, "flash.ocx/00bedc1471c98001/flash.ocx"));
}

TEST(LookupKeys, PortablePdbUnderAnyAge) {
  Identity pdb = make(Format::kPortablePdb, "TestData.pdb");
  pdb.debug_id = DebugId::parse("16f71ed8dd574aa2ad4a22d29e9c981bdeadbeef").value();
  const std::string guid = "16F71ED8DD574AA2AD4A22D29E9C981B";
  for (const char* age : {"ffffffff", "FFFFFFFF", "1", "0", "", "7"}) {
    EXPECT_TRUE(answers(pdb, "testdata.pdb/" + guid + age + "/testdata.pdb")) << age;
    EXPECT_TRUE(answers(pdb, "te/testdata.pdb/" + guid + age + "/testdata.pd_")) << age;
  }
  EXPECT_TRUE(answers(pdb, "16/f71ed8dd574aa2ad4a22d29e9c981bdeadbeef/debuginfo"));
  EXPECT_FALSE(answers(pdb, "other.pdb/" + guid + "1/other.pdb"));
}

TEST(LookupKeys, WindowsPdbOnlyUnderItsAge) {
  Identity pdb = make(Format::kPdb, "crash.pdb");
  pdb.debug_id = DebugId::parse("3249d99d-0c40-4931-8610-f4e4fb0b6936-1").value();
  const std::string guid = "3249D99D0C4049318610F4E4FB0B6936";
  EXPECT_TRUE(answers(pdb, "crash.pdb/" + guid + "1/crash.pdb"));
  EXPECT_FALSE(answers(pdb, "crash.pdb/" + guid + "2/crash.pdb"));
  EXPECT_FALSE(answers(pdb, "crash.pdb/" + guid + "FFFFFFFF/crash.pdb"));
  EXPECT_FALSE(answers(pdb, "crash.pdb/" + guid + "1/crash.sym"));
}

TEST(LookupKeys, ElfByWhatItHas) {
  Identity elf = make(Format::kElf, "app");
  elf.kind = ObjectKind::kExecutable;
  elf.code_id = CodeId("f1c3bcc0279865fe3058404b2831d9e64135386c");
  const std::string id = elf.code_id.text();
  EXPECT_THAT(lookup_keys(elf),
              ElementsAre("app/elf-buildid-" + id + "/app", "buildid/" + id + "/executable"));
  EXPECT_TRUE(answers(elf, "f1/" + id.substr(2)));
  EXPECT_FALSE(answers(elf, "f1/" + id.substr(2) + ".debug"));
  elf.has_debug_info = true;
  EXPECT_EQ(lookup_keys(elf).size(), 4U);
  EXPECT_TRUE(answers(elf, "f1/" + id.substr(2) + ".debug"));
  elf.kind = ObjectKind::kDebug;
  EXPECT_THAT(
      lookup_keys(elf),
      ElementsAre("_.debug/elf-buildid-sym-" + id + "/_.debug", "buildid/" + id + "/debuginfo"));
}

TEST(LookupKeys, ShortBuildIdsWithAndWithoutPadding) {
  Identity elf = make(Format::kElf, "md5");
  elf.code_id = CodeId("001ba81f23966cf77e40bcbb0701cd34");
  EXPECT_TRUE(answers(elf, "md5/elf-buildid-001ba81f23966cf77e40bcbb0701cd3400000000/md5"));
  EXPECT_TRUE(answers(elf, "md5/elf-buildid-001ba81f23966cf77e40bcbb0701cd34/md5"));
  EXPECT_TRUE(answers(elf, "buildid/001ba81f23966cf77e40bcbb0701cd34/executable"));
}

TEST(LookupKeys, ElfWithoutABuildIdByTheHashInItsPlace) {
  Identity elf = make(Format::kElf, "app");
  elf.kind = ObjectKind::kExecutable;
  EXPECT_THAT(lookup_keys(elf), IsEmpty());
  elf.debug_id = DebugId::parse("36bbf6f5-82a8-f495-38b6-28543ec83368").value();
  const std::string id = "f5f6bb36a88295f438b628543ec83368";
  EXPECT_THAT(
      lookup_keys(elf),
      ElementsAre("app/elf-buildid-" + id + "00000000/app", "buildid/" + id + "/executable"));
  elf.has_debug_info = true;
  EXPECT_TRUE(answers(elf, "f5/" + id.substr(2) + ".debug"));
}

TEST(LookupKeys, BreakpadAndSourceBundle) {
  Identity sym = make(Format::kBreakpad, "crash.pdb");
  sym.debug_id = DebugId::parse("3249d99d-0c40-4931-8610-f4e4fb0b6936-1").value();
  sym.code_id = CodeId("5ab380779000");
  EXPECT_TRUE(answers(sym, "crash.pdb/3249D99D0C4049318610F4E4FB0B69361/crash.sym"));
  EXPECT_TRUE(answers(sym, "32/49d99d0c4049318610f4e4fb0b69361/breakpad"));
  Identity bundle = make(Format::kSourceBundle, "crash.src.zip");
  bundle.debug_id = sym.debug_id;
  EXPECT_TRUE(answers(bundle, "crash.pdb/3249D99D0C4049318610F4E4FB0B69361/crash.src.zip"));
}

TEST(LookupKeys, MachoByUuid) {
  Identity dsym = make(Format::kMacho, "Foo");
  dsym.kind = ObjectKind::kDebug;
  dsym.code_id = CodeId("497b72f6390a44fc878e5a2d63b6cc4b");
  EXPECT_TRUE(answers(dsym, "_.dwarf/mach-uuid-sym-497b72f6390a44fc878e5a2d63b6cc4b/_.dwarf"));
  EXPECT_TRUE(answers(dsym, "497B/72F6/390A/44FC/878E/5A2D63B6CC4B"));
  EXPECT_FALSE(answers(dsym, "497B/72F6/390A/44FC/878E/5A2D63B6CC4B.app"));
}

TEST(LookupKeys, NothingForDumpsAndEmbeddedObjects) {
  Identity dump = make(Format::kMinidump, "a.dmp");
  dump.loaded_modules = {make(Format::kElf, "a")};
  dump.loaded_modules[0].code_id = CodeId("f1c3bcc0279865fe3058404b2831d9e64135386c");
  EXPECT_THAT(lookup_keys(dump), IsEmpty());
  Identity embedded = make(Format::kPortablePdb, "a.pdb");
  embedded.debug_id = DebugId::parse("16f71ed8dd574aa2ad4a22d29e9c981b").value();
  embedded.is_embedded = true;
  EXPECT_THAT(lookup_keys(embedded), IsEmpty());
}

TEST(SourceLookupKeys, BothDigests) {
  EXPECT_THAT(source_lookup_keys("/src/A.cs", "AB", "CD"),
              ElementsAre("a.cs/sha1-ab/a.cs", "a.cs/sha256-cd/a.cs"));
}

}  // namespace
}  // namespace sigla
