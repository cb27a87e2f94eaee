// SPDX-License-Identifier: Apache-2.0
// The members of our JSON that tell what the system said of a thread and to a program.
#pragma once

#include <optional>
#include <vector>

#include "base/json_writer.h"
#include "stackwalk/process_details.h"

namespace sigla {

// "info", null for nothing.
void write_thread_info(const std::optional<minidump::ThreadInfo>& info, JsonWriter& json);
// "auxv", likewise.
void write_auxv(const std::optional<std::vector<minidump::AuxvEntry>>& auxv, JsonWriter& json);

}  // namespace sigla
