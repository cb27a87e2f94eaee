// SPDX-License-Identifier: Apache-2.0
#include "ingest/clr_companions.h"

#include <gmock/gmock.h>

namespace sigla {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

Identity pe(std::string name, std::uint32_t stamp) {
  Identity identity;
  identity.format = Format::kPe;
  identity.arch = Arch::kX86_64;
  identity.name = std::move(name);
  identity.time_date_stamp = stamp;
  identity.size_of_image = 0x538000;
  identity.version = "4.6.25505.0";
  return identity;
}

Identity elf(std::string name, std::string_view digit) {
  Identity identity;
  identity.format = Format::kElf;
  identity.kind = ObjectKind::kLibrary;
  identity.name = std::move(name);
  std::string id;
  while (id.size() < 40) id += digit;
  identity.code_id = CodeId(id);
  return identity;
}

// "path: key" of what gains keys by the file at `path`.
std::vector<std::string> add(ClrCompanions& companions, std::string path, Identity identity) {
  StoredObject object;
  object.path = std::move(path);
  object.keys = {"its own"};
  std::vector<std::string> lines;
  for (const StoredObject& gained : companions.add(object, identity)) {
    for (const std::string& key : gained.keys) lines.push_back(gained.path + ": " + key);
  }
  return lines;
}

TEST(ClrCompanions, AreFoundBeforeAndBehindTheirRuntime) {
  ClrCompanions companions;
  EXPECT_THAT(add(companions, "x64/mscordaccore.dll", pe("mscordaccore.dll", 1)), IsEmpty());
  EXPECT_THAT(add(companions, "x64/other.dll", pe("other.dll", 2)), IsEmpty());
  EXPECT_THAT(add(companions, "x64/coreclr.dll", pe("CoreCLR.dll", 0x595ebcd5)),
              ElementsAre("x64/mscordaccore.dll: "
                          "mscordaccore.dll/595ebcd5538000/mscordaccore.dll"));
  EXPECT_THAT(add(companions, "x64/mscordbi.dll", pe("mscordbi.DLL", 3)),
              ElementsAre("x64/mscordbi.dll: mscordbi.dll/595ebcd5538000/mscordbi.dll"));
  const std::string long_name = "mscordaccore_amd64_amd64_4.6.25505.00.dll";
  EXPECT_THAT(add(companions, "x64/" + long_name, pe(long_name, 4)),
              ElementsAre("x64/" + long_name + ": " + long_name + "/595ebcd5538000/" + long_name));
  EXPECT_THAT(add(companions, "x86/mscordbi.dll", pe("mscordbi.dll", 5)), IsEmpty());
  EXPECT_THAT(add(companions, "mscordbi.dll", pe("mscordbi.dll", 5)), IsEmpty());
}

TEST(ClrCompanions, OfUnixRuntimesAndOfSeveral) {
  ClrCompanions companions;
  EXPECT_THAT(add(companions, "libcoreclr.so", elf("libcoreclr.so", "ab")), IsEmpty());
  EXPECT_THAT(add(companions, "libcoreclr.so", elf("libcoreclr.so", "cd")), IsEmpty());
  EXPECT_THAT(add(companions, "libmscordaccore.so", elf("libmscordaccore.so", "01")), SizeIs(2));
  EXPECT_THAT(add(companions, "libsos.so", elf("libsos.so", "02")),
              testing::Contains("libsos.so: libsos.so/elf-buildid-coreclr-"
                                "abababababababababababababababababababab/libsos.so"));
}

TEST(ClrCompanions, StayFew) {
  ClrCompanions companions;
  for (unsigned i = 0; i < 2 * ClrCompanions::kFilesMax; ++i) {
    add(companions, "coreclr.dll", pe("coreclr.dll", i + 1));
  }
  EXPECT_THAT(add(companions, "mscordbi.dll", pe("mscordbi.dll", 1)), IsEmpty());
  ClrCompanions others;
  for (unsigned i = 0; i < 2 * ClrCompanions::kKeysMax; ++i) {
    add(others, "coreclr.dll", pe("coreclr.dll", i + 1));
  }
  EXPECT_THAT(add(others, "mscordbi.dll", pe("mscordbi.dll", 1)), SizeIs(ClrCompanions::kKeysMax));
}

}  // namespace
}  // namespace sigla
