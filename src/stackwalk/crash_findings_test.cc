// SPDX-License-Identifier: Apache-2.0
#include "stackwalk/crash_findings.h"

#include <gmock/gmock.h>

namespace sigla {
namespace {

using testing::ElementsAre;

constexpr std::uint64_t kCode = 0x401000;
constexpr std::uint64_t kStack = 0x7ffe00001000;
constexpr std::uint32_t kAccessViolation = 0xc0000005;

// A crash on amd64 with that code, and what is set on it.
class Crash {
 public:
  Crash(CrashSystem system, std::uint32_t code, std::vector<std::uint8_t> bytes)
      : code_(std::move(bytes)) {
    evidence_.system = system;
    evidence_.stacks.push_back({kCode, code_});
    CrashException& exception = evidence_.exception.emplace();
    exception.code = code;
    CpuContext& context = exception.context.emplace();
    context.arch = Arch::kX86_64;
    context.registers.fill(0x5000000);
    context.registers[kRip] = kCode;
    context.registers[kRsp] = kStack;
  }
  Crash(const Crash&) = delete;
  Crash& operator=(const Crash&) = delete;

  Crash& at(std::uint64_t address) {
    evidence_.exception->address = address;
    return *this;
  }
  Crash& access(std::uint64_t kind, std::uint64_t address) {
    evidence_.exception->parameters = {kind, address};
    return at(address);
  }
  Crash& flags(std::uint32_t value) {
    evidence_.exception->flags = value;
    return *this;
  }
  Crash& set(Amd64Register reg, std::uint64_t value) {
    evidence_.exception->context->registers[reg] = value;
    return *this;
  }
  Crash& map(std::uint64_t begin, std::uint64_t size, std::string_view access) {
    if (!evidence_.mappings) evidence_.mappings.emplace();
    MemoryMapping mapping;
    mapping.begin = begin;
    mapping.end = begin + size;
    mapping.readable = access.find('r') != std::string_view::npos;
    mapping.writable = access.find('w') != std::string_view::npos;
    mapping.executable = access.find('x') != std::string_view::npos;
    evidence_.mappings->push_back(mapping);
    return *this;
  }
  CrashFindings find() const { return find_in_crash(evidence_); }

 private:
  std::vector<std::uint8_t> code_;
  CrashEvidence evidence_;
};

using Kind = MemoryAccess::Kind;
using Adjustment = CrashFindings::Adjustment;

TEST(FindInCrash, TellsTheInstructionAndItsAccesses) {
  // push qword ptr [rax + 8]
  const auto findings = Crash(CrashSystem::kLinux, 11, {0xff, 0x70, 0x08}).set(kRax, 0x1000).find();
  EXPECT_EQ(findings.instruction, "push qword ptr [rax + 8]");
  EXPECT_EQ(findings.rust_instruction, "push qword [rax + 0x8]");
  ASSERT_TRUE(findings.effects && findings.effects->accesses);
  const auto& accesses = *findings.effects->accesses;
  ASSERT_EQ(accesses.size(), 2U);
  EXPECT_EQ(accesses[0].address, 0x1008U);
  EXPECT_EQ(accesses[0].kind, Kind::kRead);
  EXPECT_EQ(accesses[1].address, kStack - 8);
  EXPECT_EQ(accesses[1].kind, Kind::kWrite);
  EXPECT_THAT(findings.effects->address_registers, ElementsAre("rax"));
}

TEST(FindInCrash, PrintsInstructionsAsRustMinidump) {
  const auto text = [](std::vector<std::uint8_t> code) {
    return Crash(CrashSystem::kLinux, 11, std::move(code)).find().rust_instruction;
  };
  EXPECT_EQ(text({0xc7, 0x04, 0x25, 0x45, 0, 0, 0, 5, 0, 0, 0}), "mov dword [0x45], 0x5");
  EXPECT_EQ(text({0xc6, 0x04, 0x25, 0x42, 0, 0, 0x80, 1}), "mov byte [0x80000042], 0x1");
  EXPECT_EQ(text({0x48, 0x8b, 0x44, 0xc8, 0xf0}), "mov rax, qword [rax + rcx * 8 - 0x10]");
  EXPECT_EQ(text({0xe8, 0x10, 0, 0, 0}), "call $+0x10");
}

TEST(FindInCrash, SeesNullPointersInDisguise) {
  // mov eax, dword ptr [rax + 0x18]
  const auto findings =
      Crash(CrashSystem::kWindows, kAccessViolation, {0x8b, 0x40, 0x18}).set(kRax, 0).find();
  EXPECT_EQ(findings.adjustment, Adjustment::kNullPointer);
  EXPECT_EQ(findings.adjusted_address, 0x18U);
}

TEST(FindInCrash, RecoversNonCanonicalAddresses) {
  const std::vector<std::uint8_t> kLoad = {0x8b, 0x00};  // mov eax, dword ptr [rax]
  constexpr std::uint64_t kBad = 0xe5e5e5e5e5e5e5e5;
  EXPECT_EQ(
      Crash(CrashSystem::kLinux, 11, kLoad).flags(0x80).set(kRax, kBad).find().adjusted_address,
      kBad);
  EXPECT_EQ(Crash(CrashSystem::kMac, 1, kLoad).flags(13).set(kRax, kBad).find().adjusted_address,
            kBad);
  const auto windows = Crash(CrashSystem::kWindows, kAccessViolation, kLoad)
                           .access(0, UINT64_MAX)
                           .set(kRax, kBad)
                           .find();
  EXPECT_EQ(windows.adjustment, Adjustment::kNonCanonical);
  EXPECT_EQ(windows.adjusted_address, kBad);
  EXPECT_TRUE(windows.inconsistencies.empty());
  const auto other = Crash(CrashSystem::kLinux, 11, kLoad).flags(1).set(kRax, kBad).find();
  EXPECT_EQ(other.adjustment, Adjustment::kNone) << "no protection fault";
}

TEST(FindInCrash, FollowsCallsThroughMemory) {
  const auto findings =
      Crash(CrashSystem::kLinux, 11, {0xff, 0xd0}).set(kRax, 0).find();  // call rax
  EXPECT_EQ(findings.effects->flow, InstructionEffects::Flow::kGoesTo);
  EXPECT_EQ(findings.adjustment, Adjustment::kNullPointer);
  EXPECT_EQ(Crash(CrashSystem::kLinux, 11, {0x90}).find().effects->flow,
            InstructionEffects::Flow::kGoesOn);
}

TEST(FindInCrash, KnowsGuardPages) {
  // mov dword ptr [rax], ecx
  const auto is_guard = [](std::uint64_t size, std::string_view neighbour) {
    return Crash(CrashSystem::kLinux, 11, {0x89, 0x08})
        .set(kRax, 0x10000)
        .map(0x10000, size, "---")
        .map(0x10000 + size, 0x1000, neighbour)
        .find()
        .effects->accesses->at(0)
        .is_likely_guard_page;
  };
  EXPECT_TRUE(is_guard(0x1000, "rw-"));
  EXPECT_FALSE(is_guard(0x1000, "---"));
  EXPECT_FALSE(is_guard(0x10000, "rw-"));
}

TEST(FindInCrash, KnowsStackOverflows) {
  EXPECT_TRUE(Crash(CrashSystem::kWindows, 0xc00000fd, {}).find().is_stack_overflow);
  const auto overflows = [](std::uint64_t address, std::string_view access) {
    return Crash(CrashSystem::kLinux, 11, {0x50})
        .at(address)
        .map(kStack - 0x20000, 0x20000, access)
        .find()
        .is_stack_overflow;
  };
  EXPECT_TRUE(overflows(kStack - 8, "---"));
  EXPECT_FALSE(overflows(kStack - 8, "rw-"));
  EXPECT_FALSE(overflows(kStack - 0x18000, "---")) << "too far away";
  EXPECT_FALSE(overflows(0, "---"));
}

TEST(FindInCrash, LooksForFlippedBitsInRegisters) {
  constexpr std::uint64_t kData = 0x600000000000;
  // mov eax, dword ptr [rax + 8]
  const auto findings = Crash(CrashSystem::kLinux, 11, {0x8b, 0x40, 0x08})
                            .flags(1)
                            .set(kRax, kData ^ (1ULL << 41U))
                            .at((kData ^ (1ULL << 41U)) + 8)
                            .map(kData, 0x1000, "rw-")
                            .find();
  ASSERT_EQ(findings.bit_flips.size(), 2U);
  EXPECT_EQ(findings.bit_flips[0].address, kData + 8);
  EXPECT_EQ(findings.bit_flips[0].source_register, "");
  EXPECT_EQ(findings.bit_flips[1].address, kData);
  EXPECT_EQ(findings.bit_flips[1].source_register, "rax");
}

TEST(FindInCrash, FindsWhatCannotBe) {
  const std::vector<std::uint8_t> kStore = {0x89, 0x08};  // mov dword ptr [rax], ecx
  EXPECT_THAT(Crash(CrashSystem::kWindows, 0xc0000094, kStore).find().inconsistencies,
              ElementsAre(CrashInconsistency::kIntDivByZeroNotPossible));
  EXPECT_TRUE(
      Crash(CrashSystem::kWindows, 0xc0000094, {0xf7, 0xf1}).find().inconsistencies.empty());
  EXPECT_THAT(Crash(CrashSystem::kWindows, 0xc0000096, {0x90}).find().inconsistencies,
              ElementsAre(CrashInconsistency::kPrivInstructionCrashWithoutPrivInstruction));
  EXPECT_THAT(Crash(CrashSystem::kWindows, kAccessViolation, kStore)
                  .set(kRax, 0x7000)
                  .access(1, 0x9000)
                  .map(0x9000, 0x1000, "rw-")
                  .find()
                  .inconsistencies,
              ElementsAre(CrashInconsistency::kCrashingAccessNotFoundInMemoryAccesses,
                          CrashInconsistency::kAccessViolationWhenAccessAllowed));
  EXPECT_TRUE(Crash(CrashSystem::kWindows, kAccessViolation, kStore)
                  .set(kRax, 0x7000)
                  .access(1, 0x7000)
                  .find()
                  .inconsistencies.empty());
  EXPECT_THAT(Crash(CrashSystem::kWindows, kAccessViolation, {0x8b, 0x00})
                  .set(kRax, 0x7000)
                  .access(0, UINT64_MAX)
                  .find()
                  .inconsistencies,
              ElementsAre(CrashInconsistency::kNonCanonicalAddressFalselyReported));
}

TEST(FindInCrash, FindsNothingWithoutEvidence) {
  EXPECT_EQ(find_in_crash(CrashEvidence()).instruction, "");
  const auto findings = Crash(CrashSystem::kLinux, 11, {}).find();
  EXPECT_EQ(findings.instruction, "");
  EXPECT_FALSE(findings.effects);
}

}  // namespace
}  // namespace sigla
