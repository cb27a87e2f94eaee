// SPDX-License-Identifier: Apache-2.0
// Stacks of our own making, one for each processor and method. Modules are at 0x40000000 ("app",
// with symbols where a test gives it some) and 0x50000000 ("lib", never with symbols).
#include "stackwalk/walker.h"

#include <gtest/gtest.h>

#include <map>

#include "stackwalk/process.h"
#include "symcache/writer.h"
#include "testing/bytes_builder.h"
#include "testing/matchers.h"
#include "testing/minidump_builder.h"

namespace sigla {
namespace {

constexpr std::uint64_t kApp = 0x40000000;
constexpr std::uint64_t kLib = 0x50000000;
constexpr std::uint64_t kStack = 0x80000000;

class AppSymbols : public SymbolSource {
 public:
  explicit AppSymbols(SymcacheWriter& writer)
      : file_(std::move(writer.finish_to_buffer()).value()) {
    cache_.emplace(std::move(Symcache::open(Bytes(file_))).value());
  }
  ModuleSymbols symbols(std::size_t module) override {
    if (module != 0) return {};
    return {.names = &*cache_, .unwind = &*cache_};
  }

 private:
  Buffer file_;
  std::optional<Symcache> cache_;
};

class Walker : public testing::Test {
 protected:
  Walker() : writer_(limits_) {}

  // The words of the stack, from its pointer up.
  static Buffer stack32(std::vector<std::uint64_t> words) {
    BytesBuilder b;
    for (const std::uint64_t word : words) b.u32(word);
    return b.build();
  }
  static Buffer stack64(std::vector<std::uint64_t> words) {
    BytesBuilder b;
    for (const std::uint64_t word : words) b.u64(word);
    return b.build();
  }

  std::vector<Frame> walk(std::uint16_t architecture,
                          std::uint32_t platform,
                          Buffer context,
                          Buffer stack,
                          bool with_symbols) {
    MinidumpBuilder dump;
    dump.system(architecture, platform).module(kApp, 0x10000, "app").module(kLib, 0x10000, "lib");
    dump.thread(1, std::move(context), kStack, std::move(stack));
    const Buffer file = dump.build();
    Diagnostics diagnostics;
    auto process = Process::open(file, limits_, diagnostics);
    EXPECT_THAT(process, IsOk());
    if (!process.has_value()) return {};
    std::optional<AppSymbols> symbols;
    if (with_symbols) {
      Identity identity;
      identity.arch = process->arch();
      writer_.set_identity(identity);
      symbols.emplace(writer_);
    }
    return process->walk(process->threads()[0], symbols ? &*symbols : nullptr);
  }

  // "trust:return address" of each frame.
  static std::vector<std::string> shape(const std::vector<Frame>& frames) {
    std::vector<std::string> result;
    for (const Frame& frame : frames) {
      result.push_back(fmt::format("{}:{:x}", to_string(frame.trust), frame.return_address));
    }
    return result;
  }
  using Shape = std::vector<std::string>;

  Limits limits_;
  SymcacheWriter writer_;
  MinidumpBuilder contexts_;
};

TEST_F(Walker, Amd64FollowsFramePointers) {
  const auto frames =
      walk(9,
           minidump::MD_OS_LINUX,
           contexts_.amd64_context(kApp + 0x10, kStack, kStack + 16),
           stack64({1, 2, kStack + 48, kLib + 0x20, 3, 4, kStack + 64, kApp + 0x30, 0, 0}),
           false);
  EXPECT_EQ(shape(frames),
            (Shape{"context:40000010", "frame_pointer:50000020", "frame_pointer:40000030"}));
  EXPECT_EQ(frames[1].instruction, kLib + 0x1f);
  EXPECT_EQ(frames[1].module, 1U);
}

TEST_F(Walker, Amd64OfWindowsReturnsFromALeafThenScans) {
  const auto frames = walk(9,
                           minidump::VER_PLATFORM_WIN32_NT,
                           contexts_.amd64_context(kApp + 0x10, kStack, kStack + 16),
                           stack64({kLib + 0x20, 5, kStack + 40, kLib + 0x40, 0, 0, 0}),
                           false);
  EXPECT_EQ(shape(frames), (Shape{"context:40000010", "leaf:50000020", "scan:50000040"}));
}

TEST_F(Walker, Amd64AppliesCfi) {
  writer_.begin_function({.address = 0x1000, .size = 0x100, .name = "f"});
  writer_.add_cfi_init(0x1000, 0x100, ".cfa: $rsp 8 + .ra: .cfa 8 - ^");
  writer_.add_cfi_delta(0x1001, ".cfa: $rsp 24 + $rbx: .cfa 16 - ^");
  const auto frames = walk(9,
                           minidump::MD_OS_LINUX,
                           contexts_.amd64_context(kApp + 0x1010, kStack, 7),
                           stack64({1, 0xb0b, kLib + 0x20, 0}),
                           true);
  ASSERT_EQ(shape(frames), (Shape{"context:40001010", "cfi:50000020"}));
  EXPECT_EQ(frames[1].registers.values[kRbx], 0xb0bU);
  EXPECT_EQ(frames[1].registers.values[kRsp], kStack + 24);
  EXPECT_EQ(frames[1].registers.values[kRbp], 7U) << "callee-saved";
  EXPECT_FALSE(frames[1].registers.is_valid(kRax));
}

TEST_F(Walker, AScanTakesOnlyAddressesInsideFunctions) {
  writer_.begin_function({.address = 0x1000, .size = 0x100, .name = "f"});
  const auto frames = walk(9,
                           minidump::MD_OS_LINUX,
                           contexts_.amd64_context(kApp + 0x1010, kStack, 1),
                           stack64({0, kApp + 0x500, kApp + 0x1020, 0}),
                           true);
  EXPECT_EQ(shape(frames), (Shape{"context:40001010", "scan:40001020"}));
}

TEST_F(Walker, AScanLooksFourTimesAsFarBelowTheFirstFrame) {
  std::vector<std::uint64_t> words(202, 0);
  words[160] = kLib + 0x20;  // the 161st is the last one
  words[160 + 1 + 41] = 0;
  words.push_back(kLib + 0x40);
  const auto frames = walk(
      9, minidump::MD_OS_LINUX, contexts_.amd64_context(kApp, kStack, 1), stack64(words), false);
  EXPECT_EQ(shape(frames), (Shape{"context:40000000", "scan:50000020"}));
}

TEST_F(Walker, X86FollowsEbpThenScans) {
  const auto frames = walk(0,
                           minidump::MD_OS_LINUX,
                           contexts_.x86_context(kApp + 0x10, kStack, kStack + 8),
                           stack32({1, 2, 0x99, kLib + 0x20, 7, kLib + 0x40, 0, 0}),
                           false);
  EXPECT_EQ(shape(frames), (Shape{"context:40000010", "frame_pointer:50000020", "scan:50000040"}));
}

TEST_F(Walker, X86RunsStackWinPrograms) {
  writer_.begin_function({.address = 0x1000, .size = 0x100, .name = "f"});
  StackWin record;
  record.type = StackWin::Type::kFrameData;
  record.address = 0x1000;
  record.size = 0x100;
  record.parameter_size = 4;
  record.saved_register_size = 4;
  record.program_string = "$T0 .raSearch = $eip $T0 ^ = $esp $T0 4 + = $ebx $T0 4 - ^ =";
  writer_.add_stack_win(record);
  const auto frames = walk(0,
                           minidump::VER_PLATFORM_WIN32_NT,
                           contexts_.x86_context(kApp + 0x1010, kStack, kStack + 16),
                           stack32({0xb0b, kLib + 0x20, 1, 2, kStack + 24, 0, 0}),
                           true);
  ASSERT_GE(frames.size(), 2U);
  EXPECT_EQ(frames[1].trust, Trust::kCfi);
  EXPECT_EQ(frames[1].return_address, kLib + 0x20);
  EXPECT_EQ(frames[1].registers.values[kEbx], 0xb0bU);
  EXPECT_EQ(frames[1].registers.values[kEsp], kStack + 8);
}

TEST_F(Walker, X86TellsCallersHowManyParametersWerePushed) {
  writer_.begin_function({.address = 0x1000, .size = 0x100, .parameter_size = 8, .name = "callee"});
  writer_.begin_function({.address = 0x2000, .size = 0x100, .name = "caller"});
  for (const std::uint64_t address : {0x1000, 0x2000}) {
    StackWin record;
    record.type = StackWin::Type::kFpo;
    record.address = address;
    record.size = 0x100;
    record.parameter_size = address == 0x1000 ? 8 : 0;
    writer_.add_stack_win(record);
  }
  // callee: return address at once. caller: below its return address lie the two parameters, which
  // look like return addresses themselves.
  const auto frames = walk(0,
                           minidump::VER_PLATFORM_WIN32_NT,
                           contexts_.x86_context(kApp + 0x1010, kStack, kStack + 16),
                           stack32({kApp + 0x2010, kLib + 0x70, kLib + 0x80, kLib + 0x20, 0, 0}),
                           true);
  ASSERT_GE(frames.size(), 3U);
  EXPECT_EQ(frames[1].return_address, kApp + 0x2010);
  EXPECT_EQ(frames[2].return_address, kLib + 0x20);
}

TEST_F(Walker, ArmAppliesCfiAndScans) {
  writer_.begin_function({.address = 0x1000, .size = 0x100, .name = "f"});
  writer_.add_cfi_init(0x1000, 0x100, ".cfa: sp 8 + .ra: .cfa 4 - ^ r4: .cfa 8 - ^");
  const auto frames = walk(5,
                           minidump::MD_OS_ANDROID,
                           contexts_.arm_context({{13, kStack}, {15, kApp + 0x1010}}),
                           stack32({0x44, kLib + 0x20, 1, kLib + 0x40, 0}),
                           true);
  ASSERT_EQ(shape(frames), (Shape{"context:40001010", "cfi:50000020", "scan:50000040"}));
  EXPECT_EQ(frames[1].registers.values[4], 0x44U);
  EXPECT_EQ(frames[1].instruction, kLib + 0x1e);
}

TEST_F(Walker, MipsAppliesCfi) {
  writer_.begin_function({.address = 0x1000, .size = 0x100, .name = "f"});
  writer_.add_cfi_init(0x1000, 0x100, ".cfa: $sp 16 + .ra: .cfa 4 - ^ $s0: .cfa 8 - ^");
  const auto context = contexts_.context(
      600, 0, minidump::CONTEXT_MIPS, 8, {{8 + 29 * 8, kStack}, {312, kApp + 0x1010}});
  const auto frames = walk(minidump::PROCESSOR_ARCHITECTURE_MIPS,
                           minidump::MD_OS_LINUX,
                           context,
                           stack32({0, 0, 0x44, kLib + 0x20, 0, 0, 0, 0}),
                           true);
  ASSERT_GE(frames.size(), 2U);
  EXPECT_EQ(shape({frames[0], frames[1]}), (Shape{"context:40001010", "cfi:50000020"}));
  EXPECT_EQ(frames[1].registers.values[16], 0x44U);
}

TEST_F(Walker, RiscvAppliesCfi) {
  writer_.begin_function({.address = 0x1000, .size = 0x100, .name = "f"});
  writer_.add_cfi_init(0x1000, 0x100, ".cfa: sp 32 + .ra: .cfa 8 - ^ s1: .cfa 16 - ^");
  const auto context = contexts_.context(
      528, 0, minidump::CONTEXT_RISCV64, 8, {{8, kApp + 0x1010}, {8 + 16, kStack}});
  const auto frames = walk(minidump::MD_CPU_ARCHITECTURE_RISCV64,
                           minidump::MD_OS_LINUX,
                           context,
                           stack64({0, 0, 0x44, kLib + 0x20, 0, 0, 0, 0}),
                           true);
  ASSERT_GE(frames.size(), 2U);
  EXPECT_EQ(shape({frames[0], frames[1]}), (Shape{"context:40001010", "cfi:50000020"}));
  EXPECT_EQ(frames[1].registers.values[9], 0x44U);
}

TEST_F(Walker, ArmOfIosFollowsR7) {
  const auto frames = walk(
      5,
      minidump::MD_OS_IOS,
      contexts_.arm_context({{7, kStack + 8}, {13, kStack}, {14, kLib + 0x20}, {15, kApp + 0x10}}),
      stack32({1, 2, kStack + 16, kApp + 0x30, 0, 0}),
      false);
  EXPECT_EQ(shape(frames),
            (Shape{"context:40000010", "frame_pointer:50000020", "frame_pointer:40000030"}));
}

TEST_F(Walker, Arm64FollowsX29AndStripsPointerAuthentication) {
  const std::uint64_t kSignature = 0x3a00'0000'0000'0000;
  const auto frames = walk(
      12,
      minidump::MD_OS_IOS,
      contexts_.arm64_context(
          {{29, kStack + 16}, {30, (kLib + 0x20) | kSignature}, {31, kStack}, {32, kApp + 0x10}}),
      stack64({1, 2, kStack + 32, (kApp + 0x30) | kSignature, 0, 0}),
      false);
  EXPECT_EQ(shape(frames),
            (Shape{"context:40000010", "frame_pointer:50000020", "frame_pointer:40000030"}));
  EXPECT_EQ(frames[1].instruction, kLib + 0x1c);
}

TEST_F(Walker, EndsWhereTheStackDoesNotGrow) {
  // A frame pointer that leads back to itself.
  const auto frames =
      walk(12,
           minidump::MD_OS_LINUX,
           contexts_.arm64_context({{29, kStack}, {30, kLib + 0x20}, {31, kStack}, {32, kApp}}),
           stack64({kStack, kLib + 0x20, 0}),
           false);
  EXPECT_EQ(frames.size(), 2U);
}

TEST_F(Walker, StopsAtTheFrameLimit) {
  limits_.frames_per_thread_max = 3;
  std::vector<std::uint64_t> words(50, kLib + 0x20);
  const auto frames = walk(
      9, minidump::MD_OS_LINUX, contexts_.amd64_context(kApp, kStack, 1), stack64(words), false);
  EXPECT_EQ(frames.size(), 3U);
}

TEST_F(Walker, KnowsOnlyTheContextWithoutAStack) {
  const auto frames =
      walk(9, minidump::MD_OS_LINUX, contexts_.amd64_context(kApp, kStack, 1), {}, false);
  EXPECT_EQ(shape(frames), (Shape{"context:40000000"}));
}

TEST_F(Walker, SurvivesRulesThatMakeNoSense) {
  writer_.begin_function({.address = 0x1000, .size = 0x100, .name = "f"});
  for (const std::string_view rules :
       {".cfa: .ra:", ".cfa: $rsp 8 +", ": 5", ".cfa: $rsp ^ ^ .ra: 1 2", ".cfa: 1 0 / .ra: 5"}) {
    SymcacheWriter writer(limits_);
    Identity identity;
    identity.arch = Arch::kX86_64;
    writer.set_identity(identity);
    writer.begin_function({.address = 0x1000, .size = 0x100, .name = "f"});
    writer.add_cfi_init(0x1000, 0x100, rules);
    AppSymbols symbols(writer);
    MinidumpBuilder dump;
    dump.system(9, minidump::MD_OS_LINUX).module(kApp, 0x10000, "app");
    dump.thread(1,
                contexts_.amd64_context(kApp + 0x1010, kStack, 1),
                kStack,
                stack64({0, kApp + 0x1020, 0}));
    const Buffer file = dump.build();
    Diagnostics diagnostics;
    ASSERT_OK_AND_ASSIGN(const auto process, Process::open(file, limits_, diagnostics));
    const auto frames = process.walk(process.threads()[0], &symbols);
    EXPECT_EQ(shape(frames), (Shape{"context:40001010", "scan:40001020"})) << rules;
  }
}

TEST(Process, LeavesOutTheThreadThatWroteTheDump) {
  MinidumpBuilder dump;
  dump.system(9, minidump::MD_OS_LINUX)
      .thread(1, dump.amd64_context(1, 2, 3), 0, {})
      .thread(2, dump.amd64_context(1, 2, 3), 0, {})
      .thread_name(2, "worker")
      .exception(2, 11, 1, 0x45, {}, dump.amd64_context(0x99, 2, 3))
      .stream(minidump::MD_BREAKPAD_INFO_STREAM, BytesBuilder().u32(1).u32(1).u32(0).build());
  const Buffer file = dump.build();
  Diagnostics diagnostics;
  ASSERT_OK_AND_ASSIGN(const auto process, Process::open(file, Limits(), diagnostics));
  ASSERT_EQ(process.threads().size(), 1U);
  EXPECT_EQ(process.threads()[0].name, "worker");
  EXPECT_EQ(process.requesting_thread(), 0U);
  EXPECT_EQ(process.crash()->reason.text, "SIGSEGV /SEGV_MAPERR");
  EXPECT_EQ(process.threads()[0].context->instruction_pointer(), 0x99U) << "that of the exception";
}

TEST(Process, NeedsAThreadList) {
  Diagnostics diagnostics;
  const Buffer file = MinidumpBuilder().system(9, minidump::MD_OS_LINUX).build();
  EXPECT_THAT(Process::open(file, Limits(), diagnostics),
              IsError(ErrorCode::kMalformed, "no thread list"));
}

TEST(Process, GoesOnWithoutADamagedStream) {
  MinidumpBuilder dump;
  dump.thread(1, {}, 0, {}).stream(minidump::ModuleListStream, {9, 0, 0, 0});
  const Buffer file = dump.build();
  Diagnostics diagnostics;
  ASSERT_OK_AND_ASSIGN(const auto process, Process::open(file, Limits(), diagnostics));
  EXPECT_EQ(process.modules(), nullptr);
  EXPECT_THAT(diagnostics.summary(), testing::HasSubstr("module list"));
}

TEST(Process, WalksAFullDumpByItsOwnMemoryList) {
  MinidumpBuilder dump;
  dump.system(9, minidump::MD_OS_LINUX).module(kLib, 0x10000, "lib");
  dump.thread(1, dump.amd64_context(kLib, kStack, 1), kStack, {});
  BytesBuilder memory;  // the 64-bit list's bytes lie behind it in the stream, whose offset is 32
  memory.u64(1).u64(0).u64(kStack).u64(32).u64(0).u64(kLib + 0x20).u64(0).u64(0);
  dump.stream(minidump::Memory64ListStream, memory.build());
  Buffer file = dump.build();
  // BaseRva: 32 bytes into the stream, wherever that lies.
  const auto image = minidump::Image::open(file, Limits());
  ASSERT_THAT(image, IsOk());
  for (const auto& entry : image->directory()) {
    if (entry.StreamType != minidump::Memory64ListStream) continue;
    const std::uint32_t base = entry.Location.Rva + 32;
    for (unsigned i = 0; i < 4; ++i)
      file[entry.Location.Rva + 8 + i] = static_cast<std::uint8_t>(base >> (8 * i));
  }
  Diagnostics diagnostics;
  ASSERT_OK_AND_ASSIGN(const auto process, Process::open(file, Limits(), diagnostics));
  EXPECT_EQ(process.walk(process.threads()[0], nullptr).size(), 2U);
}

// MIPS leaves room for four arguments above every stack pointer but the first frame's.
TEST_F(Walker, MipsScansForAReturnAddressWithAFramePointerBelowIt) {
  const auto context = contexts_.context(
      600, 0, minidump::CONTEXT_MIPS, 8, {{8 + 29 * 8, kStack}, {312, kApp + 0x10}});
  const auto frames = walk(minidump::PROCESSOR_ARCHITECTURE_MIPS,
                           minidump::MD_OS_LINUX,
                           context,
                           stack32({5,
                                    kStack + 16,
                                    kLib + 0x20,
                                    kLib + 0x30,
                                    0,
                                    0,
                                    0,
                                    0,
                                    kStack + 60,
                                    kLib + 0x40,
                                    0,
                                    0,
                                    0,
                                    0,
                                    0,
                                    0}),
                           false);
  EXPECT_EQ(shape(frames), (Shape{"context:40000010", "scan:50000020", "scan:50000040"}));
  EXPECT_EQ(frames[1].instruction, kLib + 0x18);
}

TEST_F(Walker, PpcFollowsTheChainOfFrames) {
  const auto context =
      contexts_.context(1004, 0, minidump::CONTEXT_PPC, 4, {{12 + 4, kStack}, {4, kApp + 0x10}});
  const auto frames =
      walk(minidump::PROCESSOR_ARCHITECTURE_PPC,
           minidump::MD_OS_MAC_OS_X,
           context,
           stack32({kStack + 16, 0, 0, 0, kStack + 32, 0, kLib + 0x20, 0, 0, 0, kLib + 0x30, 0}),
           false);
  EXPECT_EQ(shape(frames),
            (Shape{"context:40000010", "frame_pointer:50000020", "frame_pointer:50000030"}));
  EXPECT_EQ(frames[1].instruction, kLib + 0x1c);
}

TEST_F(Walker, PpcOfSystemVKeepsTheReturnAddressANextWord) {
  const auto context =
      contexts_.context(1004, 0, minidump::CONTEXT_PPC, 4, {{12 + 4, kStack}, {4, kApp + 0x10}});
  const auto frames = walk(minidump::PROCESSOR_ARCHITECTURE_PPC,
                           minidump::MD_OS_LINUX,
                           context,
                           stack32({kStack + 16, 0, 0, 0, 0, kLib + 0x20, 0, 0}),
                           false);
  EXPECT_EQ(shape(frames), (Shape{"context:40000010", "frame_pointer:50000020"}));
}

TEST_F(Walker, Ppc64FollowsTheChainOfFrames) {
  const auto context =
      contexts_.context(1160, 0, minidump::CONTEXT_PPC64, 8, {{24 + 8, kStack}, {8, kApp + 0x10}});
  const auto frames = walk(minidump::MD_CPU_ARCHITECTURE_PPC64,
                           minidump::MD_OS_LINUX,
                           context,
                           stack64({kStack + 32, 0, 0, 0, 0, 0, kLib + 0x20, 0}),
                           false);
  EXPECT_EQ(shape(frames), (Shape{"context:40000010", "frame_pointer:50000020"}));
}

TEST_F(Walker, SparcReadsTheSavedWindows) {
  const auto context =
      contexts_.context(584,
                        0,
                        minidump::CONTEXT_SPARC,
                        8,
                        {{8 + 14 * 8, kStack}, {8 + 30 * 8, kStack + 64}, {272, kApp + 0x10}});
  std::vector<std::uint64_t> words(48, 0);
  words[16 + 14] = kStack + 128;
  words[16 + 15] = kLib + 0x20;
  const auto frames = walk(
      minidump::MD_CPU_ARCHITECTURE_SPARC, minidump::MD_OS_SOLARIS, context, stack32(words), false);
  EXPECT_EQ(shape(frames), (Shape{"context:40000010", "frame_pointer:50000020"}));
  EXPECT_EQ(frames[1].instruction, kLib + 0x18);
}

TEST_F(Walker, RiscvFollowsFramePointersThenScans) {
  const auto context64 =
      contexts_.context(528,
                        0,
                        minidump::CONTEXT_RISCV64,
                        8,
                        {{8, kApp + 0x10}, {8 + 16, kStack}, {8 + 64, kStack + 32}});
  auto frames = walk(minidump::MD_CPU_ARCHITECTURE_RISCV64,
                     minidump::MD_OS_LINUX,
                     context64,
                     stack64({0, 0, 7, kLib + 0x20, 0, kLib + 0x30, 0, 0}),
                     false);
  EXPECT_EQ(shape(frames), (Shape{"context:40000010", "frame_pointer:50000020", "scan:50000030"}));
  const auto context32 =
      contexts_.context(268,
                        0,
                        minidump::CONTEXT_RISCV,
                        4,
                        {{8, kApp + 0x10}, {8 + 8, kStack}, {8 + 32, kStack + 16}});
  frames = walk(minidump::MD_CPU_ARCHITECTURE_RISCV,
                minidump::MD_OS_LINUX,
                context32,
                stack32({0, 0, 7, kLib + 0x20, 0, 0}),
                false);
  EXPECT_EQ(shape(frames), (Shape{"context:40000010", "frame_pointer:50000020"}));
}

}  // namespace
}  // namespace sigla
