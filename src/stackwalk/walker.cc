// SPDX-License-Identifier: Apache-2.0
#include "stackwalk/walker.h"

#include "stackwalk/unwinder.h"

namespace sigla {
namespace {

// Frames found by scanning in one stack, before scanning is given up.
constexpr std::uint32_t kScannedFramesMax = 1U << 14U;

bool was_scanned(Trust trust) {
  return trust == Trust::kNone || trust == Trust::kScan || trust == Trust::kCfiScan;
}

}  // namespace

std::vector<Frame> walk_stack(const WalkedProcess& process,
                              const CpuContext& context,
                              const MemoryRegion* stack) {
  StackMemory memory(stack == nullptr ? MemoryRegion() : *stack, process.memory);
  const auto unwinder = Unwinder::make(context.arch, process, memory);
  std::vector<Frame> frames;
  if (unwinder == nullptr) return frames;
  Frame frame;
  frame.trust = Trust::kContext;
  frame.return_address = context.instruction_pointer();
  frame.instruction = frame.return_address;
  frame.registers.values = context.registers;
  frame.registers.valid = ~std::uint64_t{0};
  unwinder->locate(frame);
  frames.push_back(frame);
  std::uint32_t scanned_count = 0;
  const bool has_memory = stack != nullptr || process.memory != nullptr;
  while (has_memory && frames.size() < process.limits.frames_per_thread_max) {
    memory.follow(unwinder->stack_pointer(frames.back()));
    auto caller = unwinder->caller_of(frames, scanned_count < kScannedFramesMax);
    if (unwinder->was_signal_frame()) frames.back().instruction = frames.back().return_address;
    if (!caller) break;
    unwinder->locate(*caller);
    if (was_scanned(caller->trust)) ++scanned_count;
    frames.push_back(*caller);
  }
  return frames;
}

}  // namespace sigla
