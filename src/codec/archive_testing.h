// SPDX-License-Identifier: Apache-2.0
// Archives for tests, made by libarchive, and the symbol files in them. Compiled into the tests
// that need it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "os/file.h"

namespace sigla {

struct TestFile {
  std::string path;
  std::string content;
};

// `format` and `filter` as libarchive calls them: "zip", "7zip", "gnutar"; "none", "gzip", "zstd",
// "xz", "bzip2", "lz4".
std::string make_archive(const char* format,
                         const char* filter,
                         const std::vector<TestFile>& files);
// A cabinet of one file.
std::string make_cab(const TestFile& file);
// One stream: "gzip" and so on.
std::string compress(const char* filter, std::string_view content);
// Breakpad text with a debug id of its own for every number.
std::string make_sym(unsigned number, std::size_t function_count = 1);
File make_file(std::string_view content);
std::string read_all_of(const File& file);

}  // namespace sigla
