// SPDX-License-Identifier: Apache-2.0
// The "crash_info" of rust-minidump's JSON. Private to write_rust_minidump.cc.
#pragma once

#include <optional>

#include "base/json_writer.h"
#include "symbolicate/report.h"

namespace sigla {

// The object itself. `thread` is the number of the thread that crashed or asked for the dump.
void write_rust_minidump_crash(const Report& report,
                               const std::optional<std::uint32_t>& thread,
                               JsonWriter& json);

}  // namespace sigla
