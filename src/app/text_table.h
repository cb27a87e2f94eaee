// SPDX-License-Identifier: Apache-2.0
// Rows of text in aligned columns, for people to read.
#pragma once

#include <string>
#include <vector>

namespace sigla::app {

// One line a row, two spaces between columns, none at the end of a line. Control characters, which
// could move a terminal's cursor, become '?'. Rows may be of different lengths.
std::string align_columns(const std::vector<std::vector<std::string>>& rows);

}  // namespace sigla::app
