// SPDX-License-Identifier: Apache-2.0
// A target with a planted fault, to prove that the fuzzers find faults. `make fuzz` expects it to
// crash.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size >= 3 && data[0] == 'S' && data[1] == 'I' && data[2] == 'G') std::abort();
  return 0;
}
