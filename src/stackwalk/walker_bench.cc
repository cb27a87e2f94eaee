// SPDX-License-Identifier: Apache-2.0
// One stack of 1,000 frames of x86-64: by unwind rules, and by frame pointers alone.
#include <benchmark/benchmark.h>

#include "stackwalk/walker.h"
#include "symcache/writer.h"
#include "testing/bytes_builder.h"

namespace sigla {
namespace {

constexpr std::uint64_t kModule = 0x40000000;
constexpr std::uint64_t kStack = 0x80000000;
constexpr std::uint64_t kFunctionSize = 0x100;
constexpr std::size_t kFunctionCount = 5'000;
constexpr std::size_t kFrameCount = 1'000;
constexpr std::size_t kFrameSize = 32;

class OneModule : public SymbolSource {
 public:
  OneModule() {
    const Limits limits;
    SymcacheWriter writer(limits);
    Identity identity;
    identity.arch = Arch::kX86_64;
    writer.set_identity(identity);
    for (std::size_t i = 0; i < kFunctionCount; ++i) {
      const std::uint64_t address = i * kFunctionSize;
      writer.begin_function({.address = address, .size = kFunctionSize, .name = "f"});
      writer.add_cfi_init(address, kFunctionSize, ".cfa: $rsp 8 + .ra: .cfa 8 - ^");
      writer.add_cfi_delta(address + 4, ".cfa: $rsp 32 + $rbp: .cfa 16 - ^");
    }
    file_ = std::move(writer.finish_to_buffer()).value();
    symcache_.emplace(std::move(Symcache::open(file_)).value());
  }
  ModuleSymbols symbols(std::size_t /*module_index*/) override {
    return {.names = &*symcache_, .unwind = &*symcache_};
  }

 private:
  Buffer file_;
  std::optional<Symcache> symcache_;
};

Buffer make_stack() {
  BytesBuilder stack;
  for (std::size_t i = 0; i + 1 < kFrameCount; ++i) {
    const std::uint64_t function = (i * 37) % kFunctionCount;
    stack.u64(0).u64(0).u64(kStack + (i + 1) * kFrameSize + 16);
    stack.u64(kModule + function * kFunctionSize + 0x20);
  }
  return stack.zeros(kFrameSize).build();
}

void walk(benchmark::State& state, SymbolSource* symbols) {
  ProcessModule module;
  module.base = kModule;
  module.size = kFunctionCount * kFunctionSize;
  const auto modules = ModuleMap::make({module}, ModuleRules::kStrict);
  const Buffer bytes = make_stack();
  const MemoryRegion stack{kStack, bytes};
  WalkedProcess process;
  process.modules = &*modules;
  process.symbols = symbols;
  CpuContext context;
  context.arch = Arch::kX86_64;
  context.registers[kRip] = kModule + 0x20;
  context.registers[kRsp] = kStack;
  context.registers[kRbp] = kStack + 16;
  std::size_t count = 0;
  for (auto _ : state) count += walk_stack(process, context, &stack).size();
  if (count < state.iterations() * (kFrameCount - 2)) state.SkipWithError("the walk ended early");
  state.SetItemsProcessed(static_cast<std::int64_t>(count));
}

void BM_WalkByRules(benchmark::State& state) {
  OneModule symbols;
  walk(state, &symbols);
}
BENCHMARK(BM_WalkByRules);

void BM_WalkByFramePointers(benchmark::State& state) { walk(state, nullptr); }
BENCHMARK(BM_WalkByFramePointers);

}  // namespace
}  // namespace sigla
