// SPDX-License-Identifier: Apache-2.0
#include <cstdint>

#include "stackwalk/process.h"

// Walks every thread of whatever opens, without symbols; frames lie in modules that exist.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  sigla::Limits limits;
  limits.frames_per_thread_max = 200;
  sigla::Diagnostics diagnostics;
  const auto process = sigla::Process::open({data, size}, limits, diagnostics);
  if (!process.has_value()) return 0;
  for (const sigla::ProcessThread& thread : process->threads()) {
    const auto frames = process->walk(thread, nullptr);
    SIGLA_CHECK(frames.size() <= limits.frames_per_thread_max);
    for (const sigla::Frame& frame : frames) {
      SIGLA_CHECK(!frame.module || *frame.module < process->modules()->modules().size());
    }
  }
  return 0;
}
