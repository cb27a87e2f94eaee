// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "base/text.h"
#include "formats/minidump/breakpad_info.h"
#include "formats/minidump/context.h"
#include "formats/minidump/crashpad_info.h"
#include "formats/minidump/dump.h"
#include "formats/minidump/exception.h"
#include "formats/minidump/identify.h"
#include "formats/minidump/linux_maps.h"
#include "formats/minidump/memory.h"
#include "formats/minidump/misc_info.h"
#include "formats/minidump/modules.h"
#include "formats/minidump/threads.h"
#include "testing/bytes_builder.h"
#include "testing/matchers.h"
#include "testing/minidump_builder.h"

namespace sigla::minidump {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const Buffer kGuid = {
    0x32, 0x49, 0xd9, 0x9d, 0x0c, 0x40, 0x49, 0x31, 0x86, 0x10, 0xf4, 0xe4, 0xfb, 0x0b, 0x69, 0x36};

Buffer crashpad_stream(std::endian order, std::uint32_t base) {
  // Offsets are in the file, where the stream lies at `base`.
  return BytesBuilder(order)
      .u32(1)
      .zeros(32)  // version, report and client id
      .u32(1)
      .ref32("dictionary", base)  // simple annotations
      .u32(1)
      .ref32("modules", base)  // module list
      .mark("dictionary")
      .u32(1)
      .ref32("key", base)
      .ref32("value", base)
      .mark("key")
      .u32(3)
      .cstring("ver")
      .mark("value")
      .u32(3)
      .cstring("1.2")
      .mark("modules")
      .u32(1)
      .u32(7)
      .u32(28)
      .ref32("module", base)
      .mark("module")
      .u32(1)
      .u32(1)
      .ref32("list", base)
      .u32(0)
      .u32(0)
      .u32(1)
      .ref32("objects", base)
      .mark("list")
      .u32(1)
      .ref32("key", base)
      .mark("objects")
      .u32(1)
      .ref32("key", base)
      .u16(1)
      .u16(0)
      .ref32("value", base)
      .build();
}

MinidumpBuilder example(std::endian order) {
  MinidumpBuilder dump(order);
  dump.system(9, 2, "Service Pack 2")
      .module(0x10000, 0x1000, "C:\\a\\app.exe", dump.pdb_code_view(kGuid, 1, "D:\\out\\app.pdb"))
      .module(0x20000, 0x2000, "C:\\a\\lib.dll")
      .unloaded_module(0x40000, 0x1000, "gone.dll")
      .thread(7, dump.amd64_context(0x10010, 0x7000, 0x7010), 0x7000, Buffer(64, 0xab))
      .thread(8, dump.amd64_context(0x20010, 0x9000, 0), 0x9000, {})
      .thread_name(7, "main")
      .exception(7, 0xc0000005, 0, 0x10010, {1, 0x45}, dump.amd64_context(0x10020, 0x7008, 0x7010))
      .memory(0x5000, {1, 2, 3, 4, 5, 6, 7, 8})
      .stream(MD_BREAKPAD_INFO_STREAM, BytesBuilder(order).u32(3).u32(8).u32(7).build());
  return dump;
}

class MinidumpReaders : public testing::TestWithParam<std::endian> {
 protected:
  Limits limits_;
};

TEST_P(MinidumpReaders, ReadSystemThreadsAndException) {
  const Buffer file = example(GetParam()).build();
  ASSERT_OK_AND_ASSIGN(const auto image, Image::open(file, limits_));
  EXPECT_EQ(image.order(), GetParam());
  ASSERT_OK_AND_ASSIGN(const auto system, read_system_info(image));
  EXPECT_EQ(system.arch(), Arch::kX86_64);
  EXPECT_EQ(system.csd_version, "Service Pack 2");
  EXPECT_TRUE(system.is_windows());
  ASSERT_OK_AND_ASSIGN(const auto threads, read_threads(image));
  ASSERT_EQ(threads.size(), 2U);
  EXPECT_EQ(threads[0].raw.ThreadId, 7U);
  EXPECT_EQ(threads[0].stack.base, 0x7000U);
  EXPECT_EQ(threads[0].stack.read(0x7038, 8), 0xababababababababU);
  EXPECT_EQ(threads[0].stack.read(0x7039, 8), std::nullopt);
  EXPECT_EQ(threads[0].stack.read(0x6fff, 1), std::nullopt);
  EXPECT_TRUE(threads[1].stack.empty());
  ASSERT_OK_AND_ASSIGN(const auto names, read_thread_names(image));
  EXPECT_EQ(names.at(7), "main");
  ASSERT_OK_AND_ASSIGN(const auto context,
                       read_context(image, threads[0].raw.ThreadContext, &system));
  EXPECT_EQ(context.instruction_pointer(), 0x10010U);
  EXPECT_EQ(context.stack_pointer(), 0x7000U);
  EXPECT_EQ(context.registers[kRbp], 0x7010U);
  ASSERT_OK_AND_ASSIGN(const auto exception, read_exception(image));
  EXPECT_EQ(exception.ExceptionCode, 0xc0000005U);
  EXPECT_EQ(exception.NumberParameters, 2U);
  EXPECT_EQ(exception.ExceptionInformation[1], 0x45U);
  ASSERT_OK_AND_ASSIGN(const auto info, read_breakpad_info(image));
  EXPECT_EQ(info.dump_thread_id, 8U);
  EXPECT_EQ(info.requesting_thread_id, 7U);
  ASSERT_OK_AND_ASSIGN(const auto memory, read_memory(image));
  ASSERT_NE(memory.find(0x5007), nullptr);
  EXPECT_EQ(memory.find(0x5008), nullptr);
  EXPECT_EQ(memory.find(0x4fff), nullptr);
}

TEST_P(MinidumpReaders, ReadModules) {
  MinidumpBuilder dump(GetParam());
  dump.system(PROCESSOR_ARCHITECTURE_ARM64, MD_OS_LINUX)
      .module(0x1000, 0x1000, "/bin/a", dump.pdb_code_view(kGuid, 0x2a, "x/a.pdb"))
      .module(0x3000, 0x1000, "/lib/b.so", dump.elf_code_view({1, 2, 3, 4, 5, 6}))
      .module(0x5000,
              0x1000,
              "/lib/c.so",
              BytesBuilder(GetParam())
                  .u32(CV_SIGNATURE_NB10)
                  .u32(0)
                  .u32(0x1a2b)
                  .u32(0xc)
                  .cstring("c.pdb")
                  .build())
      .module(0x7000,
              0x1000,
              "/lib/d.so",
              BytesBuilder(GetParam()).u32(CV_SIGNATURE_RSDS).u8(1).build());
  const Buffer file = dump.build();
  ASSERT_OK_AND_ASSIGN(const auto image, Image::open(file, limits_));
  ASSERT_OK_AND_ASSIGN(const auto system, read_system_info(image));
  ASSERT_OK_AND_ASSIGN(const auto modules, read_modules(image, &system));
  ASSERT_EQ(modules.size(), 4U);
  EXPECT_EQ(modules[0].debug_file, "x/a.pdb");
  EXPECT_EQ(modules[0].debug_identifier, "3249D99D0C4049318610F4E4FB0B69362a");
  EXPECT_EQ(modules[0].version, "1.2.3.4");
  EXPECT_EQ(modules[1].debug_file, "/lib/b.so");
  const bool little = GetParam() == std::endian::little;
  EXPECT_EQ(modules[1].debug_identifier,
            little ? "040302010605000000000000000000000" : "010203040506000000000000000000000");
  EXPECT_EQ(modules[1].code_id.text(), "010203040506");
  EXPECT_EQ(modules[2].debug_identifier, "00001A2Bc");
  EXPECT_EQ(modules[2].debug_id, std::nullopt);
  EXPECT_EQ(modules[3].debug_identifier, "") << "a damaged record says nothing";
}

TEST_P(MinidumpReaders, ReadContextsOfEveryProcessor) {
  MinidumpBuilder dump(GetParam());
  dump.system(PROCESSOR_ARCHITECTURE_ARM, MD_OS_ANDROID)
      .thread(1, dump.arm_context({{0, 5}, {13, 0x100}, {15, 0x200}}), 0, {});
  Buffer file = dump.build();
  ASSERT_OK_AND_ASSIGN(auto image, Image::open(file, limits_));
  ASSERT_OK_AND_ASSIGN(auto system, read_system_info(image));
  ASSERT_OK_AND_ASSIGN(auto threads, read_threads(image));
  ASSERT_OK_AND_ASSIGN(auto arm, read_context(image, threads[0].raw.ThreadContext, &system));
  EXPECT_EQ(arm.arch, Arch::kArm);
  EXPECT_EQ(arm.instruction_pointer(), 0x200U);
  EXPECT_EQ(arm.stack_pointer(), 0x100U);
  EXPECT_EQ(arm.registers[0], 5U);

  for (const bool old_layout : {false, true}) {
    MinidumpBuilder arm64(GetParam());
    arm64
        .system(old_layout ? MD_CPU_ARCHITECTURE_ARM64_OLD : PROCESSOR_ARCHITECTURE_ARM64,
                MD_OS_IOS)
        .thread(
            1, arm64.arm64_context({{29, 3}, {31, 0x100}, {32, 0x1'0000'0200}}, old_layout), 0, {});
    const Buffer bytes = arm64.build();
    ASSERT_OK_AND_ASSIGN(const auto view, Image::open(bytes, limits_));
    ASSERT_OK_AND_ASSIGN(const auto info, read_system_info(view));
    ASSERT_OK_AND_ASSIGN(const auto list, read_threads(view));
    ASSERT_OK_AND_ASSIGN(const auto context, read_context(view, list[0].raw.ThreadContext, &info));
    EXPECT_EQ(context.arch, Arch::kArm64);
    EXPECT_EQ(context.instruction_pointer(), 0x1'0000'0200U);
    EXPECT_EQ(context.registers[kArm64Fp], 3U);
    EXPECT_EQ(context.stack_pointer(), 0x100U);
  }
}

TEST_P(MinidumpReaders, ReadCrashpadAnnotations) {
  MinidumpBuilder dump(GetParam());
  dump.stream(MD_CRASHPAD_INFO_STREAM, crashpad_stream(GetParam(), 32));
  const Buffer file = dump.build();
  ASSERT_OK_AND_ASSIGN(const auto image, Image::open(file, limits_));
  ASSERT_OK_AND_ASSIGN(const auto info, read_crashpad_info(image));
  EXPECT_EQ(info.simple_annotations.at("ver"), "1.2");
  ASSERT_EQ(info.modules.size(), 1U);
  EXPECT_EQ(info.modules[0].module_index, 7U);
  EXPECT_THAT(info.modules[0].list_annotations, ElementsAre("ver"));
  EXPECT_EQ(info.modules[0].annotations.at("ver"), "1.2");
}

TEST_P(MinidumpReaders, SurviveEveryTruncation) {
  MinidumpBuilder dump = example(GetParam());
  dump.stream(MD_CRASHPAD_INFO_STREAM, crashpad_stream(GetParam(), 0));
  const Buffer file = dump.build();
  for (std::size_t size = 0; size < file.size(); ++size) {
    const Buffer prefix(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_THAT(dump_minidump(prefix, limits_), IsError(ErrorCode::kMalformed, "")) << size;
  }
  EXPECT_THAT(dump_minidump(file, limits_), IsOk());
}

TEST_P(MinidumpReaders, SurviveEveryWordSetToItsExtremes) {
  const Buffer file = example(GetParam()).build();
  for (std::size_t at = 0; at + 4 <= file.size(); at += 4) {
    for (const std::uint8_t byte : Buffer{0x00, 0x01, 0xff}) {
      Buffer damaged = file;
      std::fill_n(damaged.begin() + static_cast<std::ptrdiff_t>(at), 4, byte);
      const auto text = dump_minidump(damaged, limits_);
      EXPECT_TRUE(!text.has_value() || !text->empty());
    }
  }
}

INSTANTIATE_TEST_SUITE_P(ByteOrders,
                         MinidumpReaders,
                         testing::Values(std::endian::little, std::endian::big));

TEST(MinidumpImage, RejectsWhatIsNoMinidump) {
  const Limits limits;
  EXPECT_THAT(Image::open({}, limits), IsError(ErrorCode::kMalformed, "truncated"));
  EXPECT_THAT(Image::open(Buffer(32), limits), IsError(ErrorCode::kMalformed, "signature"));
  const Buffer wrong_version = BytesBuilder().text("MDMP").u32(0xa794).zeros(24).build();
  EXPECT_THAT(Image::open(wrong_version, limits), IsError(ErrorCode::kUnsupported, "version"));
}

TEST(MinidumpImage, RejectsAStreamThatIsThereTwice) {
  MinidumpBuilder dump;
  dump.exception(1, 11, 0, 0).exception(2, 11, 0, 0);
  EXPECT_THAT(Image::open(dump.build(), Limits()), IsError(ErrorCode::kMalformed, "twice"));
}

TEST(MinidumpImage, StopsAtItsLimits) {
  const Buffer file = example(std::endian::little).build();
  Limits limits;
  limits.minidump_size_max = file.size() - 1;
  EXPECT_THAT(Image::open(file, limits), IsError(ErrorCode::kLimitExceeded, "bytes"));
  limits = Limits();
  limits.minidump_stream_count_max = 2;
  EXPECT_THAT(Image::open(file, limits), IsError(ErrorCode::kLimitExceeded, "streams"));
  limits = Limits();
  limits.minidump_thread_count_max = 1;
  limits.minidump_module_count_max = 1;
  limits.minidump_memory_region_count_max = 0;
  limits.minidump_string_size_max = 4;
  ASSERT_OK_AND_ASSIGN(const auto image, Image::open(file, limits));
  EXPECT_THAT(read_threads(image), IsError(ErrorCode::kLimitExceeded, "thread"));
  EXPECT_THAT(read_modules(image, nullptr), IsError(ErrorCode::kLimitExceeded, "module"));
  EXPECT_THAT(read_unloaded_modules(image, nullptr), IsError(ErrorCode::kLimitExceeded, "string"));
  EXPECT_THAT(read_memory(image), IsError(ErrorCode::kLimitExceeded, "memory"));
}

TEST(MinidumpThreads, RejectTwoThreadsOfOneId) {
  MinidumpBuilder dump;
  dump.thread(1, {}, 0, {}).thread(1, {}, 0, {});
  const Buffer file = dump.build();
  ASSERT_OK_AND_ASSIGN(const auto image, Image::open(file, Limits()));
  EXPECT_THAT(read_threads(image), IsError(ErrorCode::kMalformed, "twice"));
}

TEST(MinidumpModules, RejectOneThatWrapsAround) {
  MinidumpBuilder dump;
  dump.module(0xffffffffffff0000, 0x20000, "a");
  const Buffer file = dump.build();
  ASSERT_OK_AND_ASSIGN(const auto image, Image::open(file, Limits()));
  EXPECT_THAT(read_modules(image, nullptr), IsError(ErrorCode::kMalformed, "out of range"));
}

TEST(MinidumpMemory, RejectsOverlap) {
  MinidumpBuilder dump;
  dump.memory(0x1000, Buffer(16)).memory(0x1008, Buffer(16));
  const Buffer file = dump.build();
  ASSERT_OK_AND_ASSIGN(const auto image, Image::open(file, Limits()));
  EXPECT_THAT(read_memory(image), IsError(ErrorCode::kMalformed, "overlap"));
}

TEST(MinidumpMemory, Reads64BitList) {
  MinidumpBuilder dump;
  dump.stream(Memory64ListStream,
              BytesBuilder()
                  .u64(2)
                  .u64(32 + 48)
                  .u64(0x1000)
                  .u64(4)
                  .u64(0x8000)
                  .u64(4)
                  .u32(0x11111111)
                  .u32(0x22222222)
                  .build());
  const Buffer file = dump.build();
  ASSERT_OK_AND_ASSIGN(const auto image, Image::open(file, Limits()));
  ASSERT_OK_AND_ASSIGN(const auto memory, read_memory64(image));
  ASSERT_NE(memory.find(0x8001), nullptr);
  EXPECT_EQ(memory.find(0x8000)->read(0x8000, 4), 0x22222222U);
}

TEST(MinidumpMemory, ReadsRegionInformation) {
  MinidumpBuilder dump;
  BytesBuilder stream;
  stream.u32(16)
      .u32(48)
      .u64(1)
      .u64(0x1000)
      .u64(0x1000)
      .u32(4)
      .u32(0)
      .u64(0x2000)
      .u32(0x1000)
      .u32(4)
      .u32(0x20000)
      .u32(0);
  dump.stream(MemoryInfoListStream, stream.build());
  const Buffer file = dump.build();
  ASSERT_OK_AND_ASSIGN(const auto image, Image::open(file, Limits()));
  ASSERT_OK_AND_ASSIGN(const auto infos, read_memory_info(image));
  ASSERT_EQ(infos.size(), 1U);
  EXPECT_EQ(infos[0].RegionSize, 0x2000U);
  EXPECT_EQ(infos[0].Protect, 4U);
}

TEST(MinidumpContext, RefusesAnotherProcessorThanTheSystems) {
  MinidumpBuilder dump;
  dump.system(PROCESSOR_ARCHITECTURE_ARM, MD_OS_LINUX)
      .thread(1, dump.x86_context(1, 2, 3), 0, {})
      .thread(2, Buffer(12), 0, {});
  const Buffer file = dump.build();
  ASSERT_OK_AND_ASSIGN(const auto image, Image::open(file, Limits()));
  ASSERT_OK_AND_ASSIGN(const auto system, read_system_info(image));
  ASSERT_OK_AND_ASSIGN(const auto threads, read_threads(image));
  EXPECT_THAT(read_context(image, threads[0].raw.ThreadContext, &system),
              IsError(ErrorCode::kMalformed, "of x86, on a system of arm"));
  ASSERT_OK_AND_ASSIGN(const auto x86, read_context(image, threads[0].raw.ThreadContext, nullptr));
  EXPECT_EQ(x86.registers[kEbp], 3U);
  EXPECT_THAT(read_context(image, threads[1].raw.ThreadContext, &system),
              IsError(ErrorCode::kMalformed, "12 bytes"));
}

TEST(MinidumpMiscInfo, ReadsProcessIdAndTime) {
  MinidumpBuilder dump;
  dump.stream(MiscInfoStream, BytesBuilder().u32(24).u32(3).u32(1234).u32(99).u64(0).build());
  const Buffer file = dump.build();
  ASSERT_OK_AND_ASSIGN(const auto image, Image::open(file, Limits()));
  ASSERT_OK_AND_ASSIGN(const auto info, read_misc_info(image));
  EXPECT_EQ(info.process_id, 1234U);
  EXPECT_EQ(info.process_create_time, 99U);
}

TEST(MinidumpAssertion, ReadsItsTexts) {
  BytesBuilder stream;
  stream.utf16("x > 0").zeros(256 - 10).utf16("f").zeros(254).utf16("a.cc").zeros(248).u32(12).u32(
      1);
  MinidumpBuilder dump;
  dump.stream(MD_ASSERTION_INFO_STREAM, stream.build());
  const Buffer file = dump.build();
  ASSERT_OK_AND_ASSIGN(const auto image, Image::open(file, Limits()));
  ASSERT_OK_AND_ASSIGN(const auto assertion, read_assertion(image));
  EXPECT_EQ(assertion.expression, "x > 0");
  EXPECT_EQ(assertion.function, "f");
  EXPECT_EQ(assertion.file, "a.cc");
  EXPECT_EQ(assertion.line, 12U);
  EXPECT_EQ(assertion.type, MD_ASSERTION_INFO_TYPE_INVALID_PARAMETER);
}

TEST(MinidumpLinuxMaps, ReadsLinesAndSkipsOthers) {
  const auto maps = parse_linux_maps(
      "00400000-0040b000 r-xp 00001000 fd:01 1234  /usr/bin/a b\n"
      "garbage\n"
      "7ffc0000-7ffd0000 rw-p 00000000 00:00 0\n");
  ASSERT_EQ(maps.size(), 2U);
  EXPECT_EQ(maps[0].path, "/usr/bin/a b");
  EXPECT_EQ(maps[0].file_offset, 0x1000U);
  EXPECT_TRUE(maps[0].executable);
  EXPECT_FALSE(maps[0].writable);
  EXPECT_EQ(maps[1].path, "");
}

TEST(IdentifyMinidump, NamesEveryLoadedModule) {
  ASSERT_OK_AND_ASSIGN(
      const auto identity,
      identify_minidump(example(std::endian::little).build(), "dir/crash.dmp", Limits()));
  EXPECT_EQ(identity.format, Format::kMinidump);
  EXPECT_EQ(identity.kind, ObjectKind::kCore);
  EXPECT_EQ(identity.arch, Arch::kX86_64);
  EXPECT_EQ(identity.name, "crash.dmp");
  ASSERT_EQ(identity.loaded_modules.size(), 2U);
  EXPECT_EQ(identity.loaded_modules[0].name, "app.exe");
  EXPECT_EQ(identity.loaded_modules[0].debug_file_name, "app.pdb");
  EXPECT_EQ(identity.loaded_modules[0].debug_id->breakpad(), "3249D99D0C4049318610F4E4FB0B69361");
  EXPECT_EQ(identity.loaded_modules[0].code_id.text(), "5f0000001000");
  EXPECT_EQ(identity.loaded_modules[0].format, Format::kPe);
  EXPECT_EQ(identity.loaded_modules[0].time_date_stamp, 0x5f000000U);
  EXPECT_EQ(identity.loaded_modules[0].size_of_image, 0x1000U);
  ASSERT_EQ(identity.loaded_modules[0].pdbs.size(), 1U);
  EXPECT_EQ(identity.loaded_modules[0].pdbs[0].debug_id, *identity.loaded_modules[0].debug_id);
  EXPECT_EQ(identity.loaded_modules[1].debug_id, std::nullopt);
}

TEST(IdentifyMinidump, TellsTheFormatOfModulesByTheSystem) {
  const Buffer id = *parse_hex_bytes("36bbf6f582a8f49538b628543ec83368aabbccdd");
  const auto module_of = [&](std::uint32_t platform, Buffer code_view) {
    MinidumpBuilder dump;
    dump.system(9, platform).module(0x1000, 0x1000, "/usr/lib/x", std::move(code_view));
    auto identity = identify_minidump(dump.build(), "x.dmp", Limits());
    EXPECT_THAT(identity, IsOk());
    return identity->loaded_modules.at(0);
  };
  const Identity elf = module_of(MD_OS_LINUX, MinidumpBuilder().elf_code_view(id));
  EXPECT_EQ(elf.format, Format::kElf);
  EXPECT_EQ(elf.code_id.text(), "36bbf6f582a8f49538b628543ec83368aabbccdd");
  EXPECT_EQ(module_of(MD_OS_LINUX, {}).format, Format::kUnknown);
  EXPECT_EQ(module_of(MD_OS_MAC_OS_X, {}).format, Format::kMacho);
}

TEST(DumpMinidump, ShowsADamagedStreamInItsPlace) {
  MinidumpBuilder dump;
  dump.system(0, 2).stream(ThreadListStream, {9, 0, 0, 0});
  ASSERT_OK_AND_ASSIGN(const auto text, dump_minidump(dump.build(), Limits()));
  EXPECT_THAT(text, HasSubstr("threads: minidump thread list: 9 entries do not make 4 bytes"));
  EXPECT_THAT(text, HasSubstr("processor 0x0 (x86) x 4 level 6"));
}

}  // namespace
}  // namespace sigla::minidump
