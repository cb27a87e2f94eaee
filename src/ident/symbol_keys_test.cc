// SPDX-License-Identifier: Apache-2.0
#include "ident/symbol_keys.h"

#include <gmock/gmock.h>

#include "testing/matchers.h"

namespace sigla {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Identity pe(std::string name) {
  Identity identity;
  identity.format = Format::kPe;
  identity.kind = ObjectKind::kLibrary;
  identity.arch = Arch::kX86_64;
  identity.name = std::move(name);
  identity.time_date_stamp = 0x595ebcd5;
  identity.size_of_image = 0x538000;
  return identity;
}

Identity elf(std::string name, std::string_view build_id) {
  Identity identity;
  identity.format = Format::kElf;
  identity.kind = ObjectKind::kLibrary;
  identity.name = std::move(name);
  identity.code_id = CodeId(build_id);
  return identity;
}

TEST(SymbolKeys, NamesAPeByTimeStampAndSize) {
  EXPECT_THAT(symbol_keys(pe("CoreCLR.dll"), kIdentityKey),
              ElementsAre("coreclr.dll/595EBCD5538000/coreclr.dll"));
  Identity old = pe("a.exe");
  old.time_date_stamp = 0x1a;
  EXPECT_THAT(symbol_keys(old, kIdentityKey), ElementsAre("a.exe/0000001A538000/a.exe"));
  old.size_of_image.reset();
  EXPECT_THAT(symbol_keys(old, kAllKeys), IsEmpty());
}

TEST(SymbolKeys, NamesEveryPdbOfAPe) {
  Identity image = pe("crossgen.dll");
  const DebugId id = DebugId::parse("3f3d5a3258e64ae8b86b31ff7769493514").value();
  image.pdbs = {{"C:\\b\\Crossgen.ni.pdb", id, false}, {"/src/crossgen.pdb", id, true}};
  EXPECT_THAT(symbol_keys(image, kSymbolKey),
              ElementsAre("crossgen.ni.pdb/3f3d5a3258e64ae8b86b31ff7769493514/crossgen.ni.pdb",
                          "crossgen.pdb/3f3d5a3258e64ae8b86b31ff77694935FFFFFFFF/crossgen.pdb"));
  image.pdbs.erase(image.pdbs.begin());
  image.pdbs[0].debug_id.age = 1;
  EXPECT_THAT(symbol_keys(image, kSymbolKey | kForceWindowsPdbs),
              ElementsAre("crossgen.pdb/3f3d5a3258e64ae8b86b31ff776949351/crossgen.pdb"));
}

TEST(SymbolKeys, NamesTheDacOfARuntime) {
  Identity clr = pe("coreclr.dll");
  clr.version = "4.6.25505.0";
  EXPECT_THAT(symbol_keys(clr, kDacDbiKeys),
              ElementsAre("mscordaccore.dll/595EBCD5538000/mscordaccore.dll",
                          "mscordbi.dll/595EBCD5538000/mscordbi.dll",
                          "mscordaccore_amd64_amd64_4.6.25505.00.dll/595EBCD5538000/"
                          "mscordaccore_amd64_amd64_4.6.25505.00.dll"));
  clr.name = "clr.dll";
  clr.arch = Arch::kArm64;
  clr.version = "4.8.4200.17";
  clr.version_flavor = ".dbg";
  EXPECT_THAT(symbol_keys(clr, kClrKeys),
              ElementsAre("sos_amd64_arm64_4.8.4200.17.dbg.dll/595EBCD5538000/"
                          "sos_amd64_arm64_4.8.4200.17.dbg.dll",
                          "sos_arm64_arm64_4.8.4200.17.dbg.dll/595EBCD5538000/"
                          "sos_arm64_arm64_4.8.4200.17.dbg.dll",
                          "mscordacwks.dll/595EBCD5538000/mscordacwks.dll",
                          "mscordbi.dll/595EBCD5538000/mscordbi.dll",
                          "mscordacwks_amd64_arm64_4.8.4200.17.dbg.dll/595EBCD5538000/"
                          "mscordacwks_amd64_arm64_4.8.4200.17.dbg.dll",
                          "mscordacwks_arm64_arm64_4.8.4200.17.dbg.dll/595EBCD5538000/"
                          "mscordacwks_arm64_arm64_4.8.4200.17.dbg.dll"));
  EXPECT_THAT(symbol_keys(pe("other.dll"), kClrKeys | kRuntimeKeys | kHostKeys), IsEmpty());
}

TEST(SymbolKeys, NamesHostsAndRuntimes) {
  Identity dotnet = pe("dotnet.exe");
  dotnet.kind = ObjectKind::kExecutable;
  EXPECT_THAT(symbol_keys(dotnet, kHostKeys),
              ElementsAre("dotnet.exe/595EBCD5538000/dotnet.exe",
                          "apphost.exe/595EBCD5538000/apphost.exe"));
  dotnet.is_managed = true;
  EXPECT_THAT(symbol_keys(dotnet, kHostKeys), IsEmpty());
  EXPECT_THAT(symbol_keys(pe("coreclr.dll"), kRuntimeKeys | kIdentityKey),
              ElementsAre("coreclr.dll/595EBCD5538000/coreclr.dll"));
}

TEST(SymbolKeys, ElfSymbolFilesHaveNoOtherKey) {
  const std::string id = "ce4ce0558d878a05754dff246ccea2a70a1db3a8";
  Identity debug = elf("libfoo.so.dbg", id);
  debug.has_debug_info = true;
  EXPECT_THAT(symbol_keys(debug, kIdentityKey),
              ElementsAre("_.debug/elf-buildid-sym-" + id + "/_.debug"));
  EXPECT_THAT(symbol_keys(debug, kSymbolKey | kClrKeys), IsEmpty());
}

TEST(SymbolKeys, ElfImagesNameTheirSymbolsAndRuntimeFiles) {
  const std::string id = "ef8f58a0b402d11c68f78342ef4fcc7d23798d4c";
  const Identity clr = elf("/usr/lib/libcoreclr.so", id);
  EXPECT_THAT(symbol_keys(clr, kIdentityKey),
              ElementsAre("libcoreclr.so/elf-buildid-" + id + "/libcoreclr.so"));
  EXPECT_THAT(symbol_keys(clr, kSymbolKey),
              ElementsAre("_.debug/elf-buildid-sym-" + id + "/_.debug"));
  const auto special = [&](const std::string& name) {
    return name + "/elf-buildid-coreclr-" + id + "/" + name;
  };
  EXPECT_THAT(symbol_keys(clr, kClrKeys),
              ElementsAre(special("libmscordaccore.so"),
                          special("libmscordbi.so"),
                          special("mscordaccore.dll"),
                          special("mscordbi.dll"),
                          special("libsos.so"),
                          special("sos.netcore.dll")));
  EXPECT_EQ(symbol_keys(clr, kDacDbiKeys).size(), 4U);
}

TEST(SymbolKeys, PadsShortBuildIdsAndRefusesOthers) {
  EXPECT_THAT(symbol_keys(elf("a", "001ba81f23966cf77e40bcbb0701cd34"), kIdentityKey),
              ElementsAre("a/elf-buildid-001ba81f23966cf77e40bcbb0701cd3400000000/a"));
  EXPECT_THAT(symbol_keys(elf("a", "001ba81f23966c"), kIdentityKey), IsEmpty());
  EXPECT_THAT(symbol_keys(elf("a", std::string(42, 'a')), kIdentityKey), IsEmpty());
}

TEST(SymbolKeys, NamesDebugFilesOfEveryFormat) {
  Identity file;
  file.name = "HelloWorld.pdb";
  file.format = Format::kPdb;
  file.debug_id = DebugId::parse("99891b3ed7ae4c3babff8a2b4a9b0c431").value();
  const std::string guid = "99891b3ed7ae4c3babff8a2b4a9b0c43";
  EXPECT_THAT(symbol_keys(file, kIdentityKey),
              ElementsAre("helloworld.pdb/" + guid + "1/helloworld.pdb"));
  file.is_msfz = true;
  EXPECT_THAT(symbol_keys(file, kIdentityKey),
              ElementsAre("helloworld.pdb/" + guid + "1/msfz0/helloworld.pdb"));
  file.format = Format::kPortablePdb;
  EXPECT_THAT(symbol_keys(file, kIdentityKey),
              ElementsAre("helloworld.pdb/" + guid + "FFFFFFFF/helloworld.pdb"));
  EXPECT_THAT(symbol_keys(file, kIdentityKey | kForceWindowsPdbs),
              ElementsAre("helloworld.pdb/" + guid + "1/helloworld.pdb"));
  EXPECT_THAT(symbol_keys(file, kAllKeys & ~kIdentityKey), IsEmpty());
  file.is_embedded = true;
  EXPECT_THAT(symbol_keys(file, kAllKeys), IsEmpty());
}

TEST(SymbolKeys, NamesPerfMapsBothWays) {
  const std::string key = "a.ni.r2rmap/r2rmap-v1-734d59d6de0e96aa3c77b3e2ed498097/a.ni.r2rmap";
  Identity map;
  map.format = Format::kPerfMap;
  map.name = "A.ni.r2rmap";
  map.perfmap_signature = "734d59d6de0e96aa3c77b3e2ed498097";
  map.perfmap_version = 1;
  EXPECT_THAT(symbol_keys(map, kIdentityKey), ElementsAre(key));
  EXPECT_THAT(symbol_keys(map, kPerfMapKeys), IsEmpty());
  Identity image = pe("a.dll");
  image.perfmaps = {{"obj/A.ni.r2rmap", map.perfmap_signature, 1}};
  EXPECT_THAT(symbol_keys(image, kPerfMapKeys), ElementsAre(key));
}

TEST(SymbolKeys, DumpsYieldTheKeysOfTheirModules) {
  Identity dump;
  dump.format = Format::kElfCore;
  dump.loaded_modules = {
      elf("libcoreclr.so", "ef8f58a0b402d11c68f78342ef4fcc7d23798d4c"), pe("a.dll"), pe("a.dll")};
  EXPECT_EQ(symbol_keys(dump, kIdentityKey).size(), 2U);
}

TEST(KeyFlags, ReadsNames) {
  EXPECT_THAT(parse_key_flags("IdentityKey,symbolkey"), IsOkAnd(kIdentityKey | kSymbolKey));
  EXPECT_THAT(parse_key_flags("NoneKeys"), IsOkAnd(0U));
  EXPECT_THAT(parse_key_flags("Bogus"), IsError(ErrorCode::kInvalidArgument, "Bogus"));
}

}  // namespace
}  // namespace sigla
