// SPDX-License-Identifier: Apache-2.0
// What `sigla inspect --sections`, `--units` and `--functions` print of a file.
#pragma once

#include <string>
#include <string_view>

#include "app/local_workers.h"
#include "app/symbol_file_options.h"

namespace sigla::app {

enum class FileContents { kSections, kUnits, kFunctions };

// One JSON object, {"file":...,"sections":[...]} and so on, or columns for people.
Result<std::string> describe_contents(const std::string& path,
                                      FileContents contents,
                                      bool as_json,
                                      const SymbolFileOptions& options,
                                      LazyWorkers& workers);

// What a file says of itself may hold terminal escapes; none is printed.
std::string printable(std::string_view text);

}  // namespace sigla::app
