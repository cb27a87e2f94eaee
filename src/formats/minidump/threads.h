// SPDX-License-Identifier: Apache-2.0
// The thread list and the thread names stream.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "formats/minidump/image.h"
#include "formats/minidump/memory.h"

namespace sigla::minidump {

struct Thread {
  MINIDUMP_THREAD raw;
  // The stack as the thread's own record has it; empty when the record points at no bytes.
  MemoryRegion stack;
};

// Two threads with one id make the whole list malformed: a crash could not be told from them.
Result<std::vector<Thread>> read_threads(const Image& image);
// By thread id; a name that cannot be read is left out.
Result<std::map<std::uint32_t, std::string>> read_thread_names(const Image& image);

}  // namespace sigla::minidump
