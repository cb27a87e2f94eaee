// SPDX-License-Identifier: Apache-2.0
#include "app/data_folder.h"

#include <sys/stat.h>

#include "testing/matchers.h"

namespace sigla::app {
namespace {

TEST(DataFolder, IsForOneServerOnly) {
  ASSERT_OK_AND_ASSIGN(const TempDirectory scratch, TempDirectory::create());
  const std::filesystem::path path = scratch.path() / "a" / "data";
  {
    ASSERT_OK_AND_ASSIGN(const DataFolder folder, DataFolder::open(path));
    struct stat info{};
    ASSERT_EQ(::stat(path.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, 0700u);
    EXPECT_THAT(DataFolder::open(path), IsError(ErrorCode::kUnavailable, "another server"));
  }
  EXPECT_THAT(DataFolder::open(path), IsOk());
}

TEST(TokenFile, HoldsOneToken) {
  ASSERT_OK_AND_ASSIGN(const TempDirectory scratch, TempDirectory::create());
  const std::filesystem::path path = scratch.path() / "token";
  const std::string token(64, 'a');
  ASSERT_THAT(replace_file(path, as_bytes("  " + token + "\nrest")), IsOk());
  EXPECT_THAT(read_token_file(path), IsOkAnd(token));
  ASSERT_THAT(replace_file(path, as_bytes("secret")), IsOk());
  EXPECT_THAT(read_token_file(path), IsError(ErrorCode::kInvalidArgument, "holds no token"));
  EXPECT_THAT(read_token_file(scratch.path() / "none"), IsError(ErrorCode::kNotFound, "none"));
}

}  // namespace
}  // namespace sigla::app
