// SPDX-License-Identifier: Apache-2.0
#include "app/identity_cache.h"

#include <gtest/gtest.h>

#include "os/file.h"
#include "testing/matchers.h"

namespace sigla::app {
namespace {

std::vector<Object> one_object(std::string name) {
  Object object;
  object.identity.format = Format::kElf;
  object.identity.name = std::move(name);
  object.identity.code_id = CodeId("abcd");
  object.size = 7;
  return {object};
}

class IdentityCacheTest : public testing::Test {
 protected:
  IdentityCacheTest() : folder_(std::move(TempDirectory::create()).value()) {}
  std::filesystem::path path() const { return folder_.path() / "sigla" / "identities"; }
  TempDirectory folder_;
};

TEST_F(IdentityCacheTest, RemembersFromOneRunToTheNext) {
  {
    IdentityCache cache(path());
    EXPECT_FALSE(cache.find("state"));
    cache.insert("state", one_object("lib.so"));
    cache.insert("nothing", {});
  }
  const IdentityCache cache(path());
  const auto found = cache.find("state");
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 1U);
  EXPECT_EQ(found->front().identity.name, "lib.so");
  EXPECT_EQ(found->front().identity.code_id, CodeId("abcd"));
  ASSERT_TRUE(cache.find("nothing"));
  EXPECT_TRUE(cache.find("nothing")->empty());
  EXPECT_FALSE(cache.find("other"));
}

TEST_F(IdentityCacheTest, ReadsADamagedFileAsFarAsItGoes) {
  {
    IdentityCache cache(path());
    cache.insert("a", one_object("a.so"));
    cache.insert("b", one_object("b.so"));
  }
  ASSERT_OK_AND_ASSIGN(const Buffer whole, read_file(path(), 1U << 20));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    ASSERT_THAT(replace_file(path(), Bytes(whole).first(size)), IsOk());
    const IdentityCache cache(path());
    EXPECT_FALSE(cache.find("b")) << size;
  }
  ASSERT_THAT(replace_file(path(), as_bytes("sigla identities of another version\n")), IsOk());
  EXPECT_FALSE(IdentityCache(path()).find("a"));
}

TEST_F(IdentityCacheTest, KeepsNothingWithoutAPath) {
  IdentityCache cache(std::nullopt);
  cache.insert("a", one_object("a.so"));
  EXPECT_TRUE(cache.find("a"));
}

}  // namespace
}  // namespace sigla::app
