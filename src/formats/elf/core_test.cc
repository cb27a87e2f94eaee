// SPDX-License-Identifier: Apache-2.0
#include "formats/elf/core.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "base/view.h"
#include "formats/elf/dynamic.h"
#include "testing/bytes_builder.h"
#include "testing/fixture.h"
#include "testing/matchers.h"

namespace sigla::elf {
namespace {

const std::string kTestdata = "src/formats/elf/testdata/";
constexpr std::uint64_t kProgram = 0x555500000000;
constexpr std::uint64_t kLinker = 0x600000000000;  // where the dynamic linker keeps its list
constexpr std::uint64_t kLibrary = 0x7f0000000000;

void note(BytesBuilder& b, std::uint32_t type, const Buffer& descriptor) {
  b.u32(5).u32(descriptor.size()).u32(type).cstring("CORE").align(4).bytes(descriptor).align(4);
}

Buffer thread(std::uint32_t id) {
  BytesBuilder b;
  b.zeros(12).u16(11).u16(0).u64(0).u64(0).u32(id).zeros(12).zeros(64).text("registers").zeros(8);
  return b.build();
}

Buffer mapped_files() {
  BytesBuilder b;
  b.u64(4).u64(4096);
  b.u64(kProgram).u64(kProgram + 0x1000).u64(0);
  b.u64(0x5000).u64(0x6000).u64(0);
  b.u64(kLibrary).u64(kLibrary + 0x1000).u64(0);
  b.u64(kLibrary + 0x1000).u64(kLibrary + 0x2000).u64(1);
  b.cstring("/opt/app/small.pie").cstring("/usr/share/locale.archive");
  b.cstring("/opt/app/libsmall.so.1").cstring("/opt/app/libsmall.so.1");
  return b.build();
}

Buffer notes(bool with_files) {
  BytesBuilder b;
  note(b, NT_PRSTATUS, thread(7));
  note(b, NT_PRSTATUS, thread(8));
  BytesBuilder auxiliary;
  auxiliary.u64(AT_PHDR).u64(kProgram + 64).u64(AT_NULL).u64(0);
  note(b, NT_AUXV, auxiliary.build());
  if (with_files) note(b, NT_FILE, mapped_files());
  return b.build();
}

// The program as it is in memory: DT_DEBUG set by the dynamic linker.
Buffer running_program() {
  Buffer file = read_fixture(kTestdata + "small.pie");
  const auto image = Image::open(file, Limits());
  EXPECT_THAT(image, IsOk());
  const Section* dynamic = image->section(".dynamic");
  for (std::size_t at = dynamic->sh_offset; at < dynamic->sh_offset + dynamic->sh_size; at += 16) {
    if (load<std::uint64_t>(Bytes(file).subspan(at)) != DT_DEBUG) continue;
    const std::uint64_t address = kLinker;
    std::copy_n(bytes_of(address).begin(), 8, file.begin() + static_cast<std::ptrdiff_t>(at) + 8);
  }
  return file;
}

Buffer link_maps() {
  BytesBuilder b;
  b.u64(1).u64(kLinker + 64).zeros(48);                                    // r_debug
  b.u64(0).u64(kLinker + 192).u64(0).u64(kLinker + 128).u64(0).zeros(24);  // the program
  b.u64(kLibrary).u64(kLinker + 193).u64(0).u64(0).u64(0).zeros(24);
  b.u8(0).cstring("/opt/app/libsmall.so.1");
  return b.build();
}

Buffer make_core(bool with_files) {
  const Buffer program = running_program();
  const Buffer library = read_fixture(kTestdata + "libsmall.so");
  const Buffer linker = link_maps();
  const Buffer table = notes(with_files);
  BytesBuilder b;
  b.text(
       "\x7f"
       "ELF")
      .u8(ELFCLASS64)
      .u8(ELFDATA2LSB)
      .u8(1)
      .zeros(9);
  b.u16(ET_CORE).u16(EM_X86_64).u32(1).u64(0).u64(64).u64(0).u32(0);
  b.u16(64).u16(56).u16(5).u16(0).u16(0).u16(0);
  const auto segment =
      [&](std::uint32_t type, const char* label, std::uint64_t address, std::size_t size) {
        b.u32(type).u32(PF_X).ref64(label).u64(address).u64(0).u64(size).u64(size).u64(1);
      };
  segment(PT_NOTE, "notes", 0, table.size());
  segment(PT_LOAD, "library", kLibrary, library.size());
  segment(PT_LOAD, "program", kProgram, program.size());
  // The page of the file that its second PT_LOAD maps a page further on.
  segment(PT_LOAD, "program", kProgram + 0x1000, 0x400);
  segment(PT_LOAD, "linker", kLinker, linker.size());
  b.mark("notes").bytes(table).mark("program").bytes(program).mark("linker").bytes(linker);
  b.mark("library").bytes(library);
  return b.build();
}

TEST(ElfCore, ReadsThreadsAndAuxiliaryVector) {
  const Buffer file = make_core(true);
  ASSERT_OK_AND_ASSIGN(const Core core, Core::open(file, Limits()));
  ASSERT_EQ(core.threads().size(), 2U);
  EXPECT_EQ(core.threads()[0].id, 7U);
  EXPECT_EQ(core.threads()[0].signal, 11U);
  EXPECT_EQ(as_text(core.threads()[1].registers), "registers");
  EXPECT_EQ(core.auxiliary(AT_PHDR), kProgram + 64);
  EXPECT_EQ(core.auxiliary(AT_ENTRY), std::nullopt);
  EXPECT_EQ(core.auxiliary().size(), 1U);
}

TEST(ElfCore, MemoryIsWhatWasDumped) {
  const Buffer file = make_core(true);
  ASSERT_OK_AND_ASSIGN(const Core core, Core::open(file, Limits()));
  EXPECT_TRUE(is_elf(core.memory(kLibrary)));
  EXPECT_EQ(core.memory(kLibrary + 1).size() + 1, core.memory(kLibrary).size());
  EXPECT_TRUE(core.memory(kLibrary - 1).empty());
  EXPECT_TRUE(core.memory(0).empty());
  EXPECT_TRUE(core.memory(~std::uint64_t{0}).empty());
}

TEST(ElfCore, FindsTheModulesWithAndWithoutTheListOfFiles) {
  for (const bool with_files : {true, false}) {
    const Buffer file = make_core(with_files);
    ASSERT_OK_AND_ASSIGN(const Core core, Core::open(file, Limits()));
    EXPECT_EQ(core.mappings().size(), with_files ? 4U : 0U);
    const auto modules = core.modules(Limits());
    ASSERT_EQ(modules.size(), 2U);
    EXPECT_EQ(modules[0].path, with_files ? "/opt/app/small.pie" : "");
    EXPECT_EQ(modules[0].base, kProgram);
    EXPECT_EQ(hex_lower(*modules[0].build_id), "51e61a55f081aee8bd6387a48845d013");
    EXPECT_EQ(modules[1].path, "/opt/app/libsmall.so.1");
    EXPECT_EQ(modules[1].base, kLibrary);
    EXPECT_GE(modules[1].end, kLibrary + 0x1000);
    EXPECT_EQ(hex_lower(*modules[1].build_id), "e99b9a95a90b62aa0cc374c2385c37427092c210");
  }
}

TEST(ElfCore, IdentityNamesTheModules) {
  const Buffer file = make_core(true);
  ASSERT_OK_AND_ASSIGN(const Identity identity, identify_core(file, "core.17", Limits()));
  EXPECT_EQ(identity.format, Format::kElfCore);
  EXPECT_EQ(identity.kind, ObjectKind::kCore);
  EXPECT_EQ(identity.arch, Arch::kX86_64);
  EXPECT_FALSE(identity.debug_id.has_value());
  ASSERT_EQ(identity.loaded_modules.size(), 2U);
  EXPECT_EQ(identity.loaded_modules[1].name, "libsmall.so.1");
  EXPECT_EQ(identity.loaded_modules[1].code_id.text(), "e99b9a95a90b62aa0cc374c2385c37427092c210");
}

TEST(ElfCore, IsOfUseWhereverItIsCutOff) {
  const Buffer file = make_core(true);
  const std::size_t end_of_notes = 64 + 5 * 56 + notes(true).size();
  for_every_prefix(file, 13, [&](Bytes prefix) {
    const auto core = Core::open(prefix, Limits());
    if (prefix.size() < end_of_notes) {
      EXPECT_THAT(core, IsError(ErrorCode::kMalformed, "ELF")) << prefix.size();
    } else {
      ASSERT_THAT(core, IsOk()) << prefix.size();
      EXPECT_EQ(core->modules(Limits()).size(), 2U) << prefix.size();
    }
  });
}

TEST(ElfCore, EndsWithALinkMapThatPointsToItself) {
  Buffer file = make_core(false);
  const auto image = Image::open(file, Limits());
  const Segment& linker = image->segments()[4];
  const std::uint64_t self = kLinker + 128;
  std::copy_n(bytes_of(self).begin(),
              8,
              file.begin() + static_cast<std::ptrdiff_t>(linker.p_offset + 128 + 24));
  ASSERT_OK_AND_ASSIGN(const Core core, Core::open(file, Limits()));
  Limits limits;
  limits.minidump_module_count_max = 50;
  EXPECT_EQ(core.modules(limits).size(), 50U);
}

TEST(ElfCore, RejectsMappingsThatDoNotFit) {
  for (const std::uint64_t count :
       {std::uint64_t{100}, std::uint64_t{2'000'000}, ~std::uint64_t{0}}) {
    Buffer file = make_core(true);
    const std::string_view text = as_text(file);
    const std::size_t path = text.find("/opt/app/small.pie");
    ASSERT_NE(path, std::string_view::npos);
    const std::size_t field = path - 4 * 24 - 16;
    std::copy_n(bytes_of(count).begin(), 8, file.begin() + static_cast<std::ptrdiff_t>(field));
    const auto core = Core::open(file, Limits());
    ASSERT_FALSE(core.has_value());
    EXPECT_NE(core.error().message().find("NT_FILE"), std::string::npos);
  }
}

TEST(ElfCore, IsNoProgram) {
  EXPECT_THAT(Core::open(read_fixture(kTestdata + "small.pie"), Limits()),
              IsError(ErrorCode::kMalformed, "e_type is 3"));
}

}  // namespace
}  // namespace sigla::elf
