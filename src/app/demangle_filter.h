// SPDX-License-Identifier: Apache-2.0
// Makes the mangled names within a text readable and leaves the rest as it is, as c++filt does:
//   "  #3 _ZN1a1bEi+0x12"  becomes  "  #3 a::b(int)+0x12"
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"

namespace sigla::app {

class DemangleFilter {
 public:
  using Demangle =
      std::function<Result<std::vector<std::string>>(std::span<const std::string_view> names)>;

  explicit DemangleFilter(Demangle demangle) : demangle_(std::move(demangle)) {}

  // The next part of the text, which may end anywhere; what comes back ends where no name does.
  Result<std::string> add(std::string_view text);
  // The rest, when the text is at its end.
  Result<std::string> finish();

 private:
  Result<std::string> convert(std::string_view text);

  Demangle demangle_;
  std::string rest_;
  std::unordered_map<std::string, std::string> known_;
};

}  // namespace sigla::app
