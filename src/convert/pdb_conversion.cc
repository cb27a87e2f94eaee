// SPDX-License-Identifier: Apache-2.0
#include "convert/pdb_conversion.h"

#include <fmt/format.h>

namespace sigla {

void ConversionLog::add(std::vector<std::string>& list, std::uint32_t token, std::string text) {
  if (list.size() > kMessageCountMax) return;
  if (list.size() == kMessageCountMax) {
    list.emplace_back("more like these are left out");
  } else if (token == 0) {
    list.push_back(std::move(text));
  } else {
    list.push_back(fmt::format("{:08x}: {}", token, text));
  }
}

}  // namespace sigla
