// SPDX-License-Identifier: Apache-2.0
// One loop, several threads.
//
//   parallel_for(units.size(), processor_count(), [&](std::size_t i) { read(units[i]); });
#pragma once

#include <cstddef>
#include <functional>

namespace sigla {

// How many threads of this process can run at once; at least 1.
unsigned processor_count();

// Calls body(0) to body(count - 1), each once, from at most `thread_count` threads (the caller's
// among them), and returns when all are done. Lower indexes begin earlier. Where the system gives
// fewer threads, fewer do the work. After an exception no further call begins; the first one is
// thrown again here.
void parallel_for(std::size_t count,
                  unsigned thread_count,
                  const std::function<void(std::size_t)>& body);

}  // namespace sigla
