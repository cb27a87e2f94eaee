// SPDX-License-Identifier: Apache-2.0
// Threads that may wait for others.
#pragma once

namespace sigla {

// By so many steps of nice(2), of the calling thread alone, as Linux has it. A system that refuses
// has no lower priority to give, which is no error.
void lower_priority(int steps);

}  // namespace sigla
