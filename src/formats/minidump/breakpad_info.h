// SPDX-License-Identifier: Apache-2.0
// Breakpad's own small streams: who wrote the dump and who asked for it, and a failed assertion.
#pragma once

#include <optional>
#include <string>

#include "formats/minidump/image.h"

namespace sigla::minidump {

struct BreakpadInfo {
  std::optional<std::uint32_t> dump_thread_id;        // the thread that wrote the dump
  std::optional<std::uint32_t> requesting_thread_id;  // the thread on whose behalf it was written
};

struct Assertion {
  std::string expression;
  std::string function;
  std::string file;
  std::uint32_t line = 0;
  std::uint32_t type = 0;  // MD_ASSERTION_INFO_TYPE_*
};

Result<BreakpadInfo> read_breakpad_info(const Image& image);
Result<Assertion> read_assertion(const Image& image);

}  // namespace sigla::minidump
