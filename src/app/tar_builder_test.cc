// SPDX-License-Identifier: Apache-2.0
#include "app/tar_builder.h"

#include <gtest/gtest.h>

#include "codec/archive.h"
#include "testing/matchers.h"

namespace sigla::app {
namespace {

TEST(TarBuilder, IsReadBack) {
  const std::string long_name = std::string(150, 'd') + "/" + std::string(150, 'f') + ".sym";
  const std::vector<std::pair<std::string, std::string>> files = {
      {"a/b.sym", "MODULE"},
      {"empty", ""},
      {std::string(100, 'n'), std::string(512, 'x')},
      {long_name, std::string(513, 'y')},
      {"ü.sym", "last"},
  };
  TarBuilder tar;
  for (const auto& [name, content] : files) tar.add(name, as_bytes(content));
  const std::string archive = std::move(tar).take();
  EXPECT_EQ(archive.size() % 512, 0U);
  ASSERT_OK_AND_ASSIGN(const File file, File::create_in_memory("test"));
  ASSERT_THAT(file.write_all(as_bytes(archive)), IsOk());
  const Limits limits;
  UnpackBudget budget;
  ASSERT_OK_AND_ASSIGN(const auto reader, ArchiveReader::open(file, limits, budget));
  for (const auto& [name, content] : files) {
    ASSERT_OK_AND_ASSIGN(const auto entry, reader->next());
    ASSERT_TRUE(entry.has_value());
    EXPECT_EQ(entry->path, name);
    BufferSink sink;
    ASSERT_THAT(reader->extract(sink), IsOk());
    EXPECT_EQ(as_text(sink.buffer()), content);
  }
  ASSERT_OK_AND_ASSIGN(const auto end, reader->next());
  EXPECT_FALSE(end.has_value());
}

}  // namespace
}  // namespace sigla::app
