// SPDX-License-Identifier: Apache-2.0
// What the tests of this folder share: the files of testdata/, and bytes as Files.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "codec/stream.h"
#include "testing/fixture.h"
#include "testing/matchers.h"

namespace sigla {

inline Buffer load_sample(std::string_view name) {
  auto bytes = read_file(source_path(fmt::format("src/codec/testdata/{}", name)), 1U << 20U);
  EXPECT_THAT(bytes, IsOk());
  return std::move(bytes).value();
}

// The output of `seq 1 4000`, which most samples hold.
inline Buffer sequence() {
  std::string text;
  for (int i = 1; i <= 4000; ++i) text += std::to_string(i) + "\n";
  return {text.begin(), text.end()};
}

inline File file_of(Bytes bytes) {
  File file = File::create_in_memory("test").value();
  EXPECT_THAT(file.write_all(bytes), IsOk());
  return file;
}

inline Buffer content_of(const File& file) {
  FileSource source(file);
  return read_all(source, UINT64_MAX).value();
}

}  // namespace sigla
