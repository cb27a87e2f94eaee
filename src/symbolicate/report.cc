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

}  // namespace sigla
