// SPDX-License-Identifier: Apache-2.0
#include "testing/fixture.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace sigla {

std::string source_path(std::string_view path) {
  return std::string(SIGLA_SOURCE_DIR) + "/" + std::string(path);
}

Buffer read_fixture(std::string_view path) {
  std::ifstream in(source_path(path), std::ios::binary);
  EXPECT_TRUE(in.is_open()) << path;
  const std::string text((std::istreambuf_iterator<char>(in)), {});
  return Buffer(text.begin(), text.end());
}

void expect_golden(std::string_view path, std::string_view text) {
  if (std::getenv("SIGLA_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(source_path(path), std::ios::binary) << text;
    return;
  }
  const Buffer golden = read_fixture(path);
  EXPECT_EQ(text, as_text(golden))
      << "differs from " << path << "; SIGLA_UPDATE_GOLDEN=1 rewrites it";
}

void for_every_prefix(Bytes file, std::size_t step, const std::function<void(Bytes)>& read) {
  for (std::size_t size = 0; size < file.size(); size += step) {
    const Buffer prefix(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size));
    read(prefix);
  }
}

}  // namespace sigla
