// SPDX-License-Identifier: Apache-2.0
// Cores of our own making: an x86-64 process of two threads whose stacks are chains of rbp.
#include <gtest/gtest.h>

#include "formats/elf/raw.h"
#include "stackwalk/process.h"
#include "testing/bytes_builder.h"
#include "testing/matchers.h"

namespace sigla {
namespace {

constexpr std::uint64_t kProgram = 0x555500000000;
constexpr std::uint64_t kStack = 0x7ff000000000;
constexpr std::size_t kStackSize = 0x100;

struct Options {
  std::uint16_t signal = 11;
  std::int32_t code = 1;
  std::uint32_t second_thread = 8;
  std::uint64_t rip = kProgram + 0x1234;
};

void note(BytesBuilder& b, std::uint32_t type, const Buffer& descriptor) {
  b.u32(5).u32(descriptor.size()).u32(type).cstring("CORE").align(4).bytes(descriptor).align(4);
}

// elf_prstatus: pr_cursig at 12, pr_pid at 32, pr_reg at 112.
Buffer thread(std::uint32_t id, std::uint16_t signal, std::uint64_t rip) {
  BytesBuilder b;
  b.zeros(12).u16(signal).zeros(18).u32(id).zeros(76);
  for (std::uint64_t word = 0; word < 27; ++word) {
    b.u64(word == 4 ? kStack + 0x20 : word == 16 ? rip : word == 19 ? kStack : 0x1000 + word);
  }
  return b.zeros(8).build();
}

Buffer make_core(const Options& options = {}) {
  BytesBuilder signal;
  signal.u32(options.signal).u32(0).u32(static_cast<std::uint32_t>(options.code)).u32(0);
  signal.u64(0xdead0000).zeros(104);
  BytesBuilder process;
  process.zeros(24).u32(7).zeros(12).text("program").zeros(9).text("./program -x").zeros(68);
  BytesBuilder files;
  files.u64(1).u64(4096).u64(kProgram).u64(kProgram + 0x4000).u64(0).cstring("/opt/program");
  BytesBuilder auxiliary;
  auxiliary.u64(elf::AT_ENTRY).u64(kProgram + 0x1000).u64(elf::AT_NULL).u64(0);
  BytesBuilder notes;
  note(notes, elf::NT_PRSTATUS, thread(7, options.signal, options.rip));
  note(notes, elf::NT_PRPSINFO, process.build());
  note(notes, elf::NT_SIGINFO, signal.build());
  note(notes, elf::NT_AUXV, auxiliary.build());
  note(notes, elf::NT_FILE, files.build());
  note(notes, elf::NT_PRSTATUS, thread(options.second_thread, 0, kProgram + 0x1300));
  const Buffer table = notes.build();
  BytesBuilder stack;
  stack.u64(0).u64(0).u64(0).u64(0).u64(kStack + 0x40).u64(kProgram + 0x2000).u64(0).u64(0);
  stack.u64(0).u64(0).zeros(kStackSize - 80);

  BytesBuilder b;
  b.text(
       "\x7f"
       "ELF")
      .u8(elf::ELFCLASS64)
      .u8(elf::ELFDATA2LSB)
      .u8(1)
      .zeros(9);
  b.u16(elf::ET_CORE).u16(elf::EM_X86_64).u32(1).u64(0).u64(64).u64(0).u32(0);
  b.u16(64).u16(56).u16(3).u16(0).u16(0).u16(0);
  const auto segment = [&](std::uint32_t type,
                           std::uint32_t flags,
                           const char* label,
                           std::uint64_t address,
                           std::size_t size) {
    b.u32(type).u32(flags).ref64(label).u64(address).u64(0).u64(size).u64(size).u64(1);
  };
  segment(elf::PT_NOTE, 0, "notes", 0, table.size());
  segment(elf::PT_LOAD, elf::PF_R | elf::PF_X, "stack", kProgram, 0);
  segment(elf::PT_LOAD, elf::PF_R | elf::PF_W, "stack", kStack, kStackSize);
  b.mark("notes").bytes(table).mark("stack").bytes(stack.build());
  return b.build();
}

TEST(CoreProcess, TellsOfCrashThreadsAndModules) {
  const Buffer file = make_core();
  Diagnostics diagnostics;
  ASSERT_OK_AND_ASSIGN(const Process process, Process::open(file, Limits(), diagnostics));
  ASSERT_EQ(diagnostics.categories().size(), 1U);
  EXPECT_EQ(diagnostics.categories().begin()->first, "ELF core has not the headers of all modules");
  EXPECT_TRUE(process.modules()->modules()[0].is_known_by_name);
  ASSERT_TRUE(process.crash());
  EXPECT_EQ(process.crash()->reason.text, "SIGSEGV /SEGV_MAPERR");
  EXPECT_EQ(process.crash()->reason.address, 0xdead0000U);
  EXPECT_EQ(process.requesting_thread(), 0U);
  EXPECT_EQ(process.process_id(), 7U);
  EXPECT_EQ(process.system()->os, "Linux");
  ASSERT_TRUE(process.details().auxv);
  ASSERT_EQ(process.details().auxv->size(), 1U);
  EXPECT_EQ(process.details().auxv->front().type, elf::AT_ENTRY);
  EXPECT_EQ(process.details().auxv->front().value, kProgram + 0x1000);
  ASSERT_EQ(process.annotations().size(), 1U);
  EXPECT_EQ(process.annotations()[0].second, "./program -x");
  ASSERT_EQ(process.threads().size(), 2U);
  EXPECT_EQ(process.threads()[0].name, "program");
  EXPECT_EQ(process.threads()[0].context->registers[kRbx], 0x1005U);
  EXPECT_EQ(process.threads()[0].context->registers[kR15], 0x1000U);
  EXPECT_EQ(process.threads()[1].id, 8U);
  EXPECT_EQ(process.threads()[1].name, "");
}

TEST(CoreProcess, WalksAStack) {
  const Buffer file = make_core();
  Diagnostics diagnostics;
  ASSERT_OK_AND_ASSIGN(const Process process, Process::open(file, Limits(), diagnostics));
  const auto frames = process.walk(process.threads()[0], nullptr);
  ASSERT_EQ(frames.size(), 2U);
  EXPECT_EQ(frames[0].return_address, kProgram + 0x1234);
  EXPECT_EQ(frames[1].return_address, kProgram + 0x2000);
  EXPECT_EQ(frames[1].trust, Trust::kFramePointer);
}

TEST(CoreProcess, ASignalThatSomebodySentHasNoAddress) {
  const Buffer file = make_core({.signal = 11, .code = 0});
  Diagnostics diagnostics;
  ASSERT_OK_AND_ASSIGN(const Process process, Process::open(file, Limits(), diagnostics));
  EXPECT_EQ(process.crash()->reason.address, kProgram + 0x1234);
}

TEST(CoreProcess, APictureOfALivingProcessIsNoCrash) {
  for (const std::uint16_t signal : {std::uint16_t{0}, std::uint16_t{19}}) {
    const Buffer file = make_core({.signal = signal, .code = 0});
    Diagnostics diagnostics;
    ASSERT_OK_AND_ASSIGN(const Process process, Process::open(file, Limits(), diagnostics));
    EXPECT_FALSE(process.crash()) << signal;
    EXPECT_EQ(process.requesting_thread(), 0U);
  }
}

TEST(CoreProcess, RefusesAThreadThatIsThereTwice) {
  const Buffer file = make_core({.second_thread = 7});
  Diagnostics diagnostics;
  EXPECT_THAT(Process::open(file, Limits(), diagnostics),
              IsError(ErrorCode::kMalformed, "thread 7 is there twice"));
}

TEST(CoreProcess, SaysThatItIsCutOffAndGivesWhatThereIs) {
  const Buffer file = make_core();
  for (std::size_t size = 0; size < file.size(); ++size) {
    Diagnostics diagnostics;
    const auto process = Process::open(Bytes(file).first(size), Limits(), diagnostics);
    if (size < file.size() - kStackSize) {
      ASSERT_FALSE(process.has_value()) << size;
      continue;
    }
    ASSERT_THAT(process, IsOk()) << size;
    EXPECT_EQ(process->threads().size(), 2U);
    EXPECT_EQ(diagnostics.categories().count("ELF core is cut off"), 1U);
    EXPECT_LE(process->walk(process->threads()[0], nullptr).size(), 2U);
  }
}

TEST(CoreProcess, KeepsToTheLimitOfThreads) {
  const Buffer file = make_core();
  Limits limits;
  limits.minidump_thread_count_max = 1;
  Diagnostics diagnostics;
  EXPECT_THAT(Process::open(file, limits, diagnostics),
              IsError(ErrorCode::kLimitExceeded, "more than 1 threads"));
}

}  // namespace
}  // namespace sigla
