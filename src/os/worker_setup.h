// SPDX-License-Identifier: Apache-2.0
// What a pool tells a new child. Both are the same program, so it travels as it lies in memory.
#pragma once

#include <cstring>
#include <string>
#include <type_traits>

#include "base/limits.h"
#include "base/result.h"

namespace sigla {

struct WorkerSetup {
  Limits limits;
  bool sandbox = true;

  std::string payload() const {
    static_assert(std::is_trivially_copyable_v<WorkerSetup>);
    std::string bytes(sizeof(WorkerSetup), '\0');
    std::memcpy(bytes.data(), static_cast<const void*>(this), sizeof(WorkerSetup));
    return bytes;
  }
  static WorkerSetup from_payload(const std::string& bytes) {
    SIGLA_CHECK(bytes.size() == sizeof(WorkerSetup));
    WorkerSetup setup;
    std::memcpy(static_cast<void*>(&setup), bytes.data(), sizeof(WorkerSetup));
    return setup;
  }
};

}  // namespace sigla
