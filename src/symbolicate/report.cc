// SPDX-License-Identifier: Apache-2.0
#include "symbolicate/report.h"

namespace sigla {

std::string_view to_string(ModuleStatus status) {
  switch (status) {
    case ModuleStatus::kUnused:
      return "unused";
    case ModuleStatus::kFound:
      return "found";
    case ModuleStatus::kMissing:
      return "missing";
    case ModuleStatus::kCorrupt:
      return "corrupt";
  }
  return "unused";
}

const std::string& breakpad_name(const Report& report, const ReportFrame& frame) {
  const bool is_breakpads = frame.module && report.modules[*frame.module].has_breakpad_names;
  return is_breakpads ? frame.symbol : frame.function;
}

std::uint64_t breakpad_address(const Report& report, const ReportFrame& frame) {
  const bool has_return_address = report.arch == Arch::kX86 || report.arch == Arch::kX86_64;
  if (has_return_address) return frame.return_address;
  // There it takes a call and its delay slot for two registers long, not for two instructions.
  const bool is_caller = frame.return_address != frame.instruction;
  return report.arch == Arch::kMips64 && is_caller ? frame.instruction - 8 : frame.instruction;
}

}  // namespace sigla
