// SPDX-License-Identifier: Apache-2.0
#include "os/file.h"

#include <gtest/gtest.h>

#include "testing/matchers.h"

namespace sigla {
namespace {

TEST(File, GetsANameOnlyWhenLinkedAndOnlyOnce) {
  ASSERT_OK_AND_ASSIGN(const TempDirectory folder, TempDirectory::create());
  ASSERT_OK_AND_ASSIGN(const File file, File::create_unnamed(folder.path()));
  ASSERT_THAT(file.write_all(as_bytes("content")), IsOk());
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
  EXPECT_THAT(file.link_to(folder.path() / "name"), IsOk());
  EXPECT_THAT(file.link_to(folder.path() / "name"), IsError(ErrorCode::kConflict, "name"));
  ASSERT_OK_AND_ASSIGN(const Buffer content, read_file(folder.path() / "name", 100));
  EXPECT_EQ(as_text(content), "content");
}

TEST(MappedFile, RefusesWhatIsOverTheLimit) {
  ASSERT_OK_AND_ASSIGN(const File file, File::create_in_memory("test"));
  ASSERT_THAT(file.write_all(as_bytes("0123456789")), IsOk());
  EXPECT_THAT(MappedFile::map(file, 9), IsError(ErrorCode::kLimitExceeded, "limit of 9"));
  ASSERT_OK_AND_ASSIGN(MappedFile mapped, MappedFile::map(file, 10));
  const MappedFile moved = std::move(mapped);
  EXPECT_EQ(as_text(moved.bytes()), "0123456789");
}

TEST(ReplaceFile, LeavesNothingElseBehind) {
  ASSERT_OK_AND_ASSIGN(const TempDirectory folder, TempDirectory::create());
  EXPECT_THAT(replace_file(folder.path() / "f", as_bytes("one")), IsOk());
  EXPECT_THAT(replace_file(folder.path() / "f", as_bytes("two")), IsOk());
  ASSERT_OK_AND_ASSIGN(const Buffer content, read_file(folder.path() / "f", 100));
  EXPECT_EQ(as_text(content), "two");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
  EXPECT_THAT(read_file(folder.path() / "f", 2), IsError(ErrorCode::kLimitExceeded, "limit of 2"));
  EXPECT_THAT(read_file(folder.path() / "g", 2), IsError(ErrorCode::kNotFound, "g"));
}

}  // namespace
}  // namespace sigla
