// SPDX-License-Identifier: Apache-2.0
// The unwind rows of every function of whatever opens as a PE image: ascending, from offset 0 on.
#include <algorithm>

#include "formats/pe/unwind.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto image = sigla::pe::Image::open({data, size}, sigla::Limits());
  if (!image.has_value()) return 0;
  sigla::Diagnostics diagnostics;
  const auto functions = sigla::pe::unwind_functions(*image, diagnostics);
  if (!functions.has_value()) return 0;
  std::vector<sigla::pe::UnwindRow> rows;
  for (const auto& function : *functions) {
    if (!sigla::pe::read_unwind_rows(*image, function, rows).has_value()) continue;
    SIGLA_CHECK(rows.empty() || rows.front().offset == 0);
    SIGLA_CHECK(std::ranges::is_sorted(rows, {}, &sigla::pe::UnwindRow::offset));
  }
  return 0;
}
