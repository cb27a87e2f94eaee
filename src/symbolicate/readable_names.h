// SPDX-License-Identifier: Apache-2.0
// The names of many frames made readable at once, each distinct one once, in a worker.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "os/worker.h"

namespace sigla {

class ReadableNames {
 public:
  void add(const std::string& symbol);
  // A name as its file has it is better than none, so a missing worker is no error here.
  void demangle(WorkerPool& workers);
  // The symbol itself when it is not mangled, or was not added.
  const std::string& of(const std::string& symbol) const;

 private:
  std::map<std::string, std::string, std::less<>> names_;
};

}  // namespace sigla
