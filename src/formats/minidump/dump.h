// SPDX-License-Identifier: Apache-2.0
// Everything the readers of this folder take from a minidump, as stable text for people and tests.
#pragma once

#include <string>

#include "base/bytes.h"
#include "base/limits.h"

namespace sigla::minidump {

// A stream that cannot be read shows its error in its place. Error only when the directory is
// damaged.
Result<std::string> dump_minidump(Bytes file, const Limits& limits);

}  // namespace sigla::minidump
