// SPDX-License-Identifier: Apache-2.0
#include "codec/hash.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "testing/matchers.h"

namespace sigla {
namespace {

TEST(Hasher, KnowsThePublishedVectors) {
  EXPECT_EQ(hex_lower(md5(as_bytes("abc"))), "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(hex_lower(sha1(as_bytes("abc"))), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(hex_lower(sha384(as_bytes("abc"))),
            "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
            "8086072ba1e7cc2358baeca134c825a7");
  EXPECT_EQ(hex_lower(sha512(as_bytes("abc"))),
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
            "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
  EXPECT_EQ(hex_lower(sha256(as_bytes("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex_lower(sha256(Bytes())),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Hasher, StartsAnewAfterFinish) {
  Sha256 hasher;
  hasher.update(as_bytes("other"));
  static_cast<void>(hasher.finish());
  hasher.update(as_bytes("a"));
  hasher.update(as_bytes("bc"));
  EXPECT_EQ(hasher.finish(), sha256(as_bytes("abc")));
}

TEST(Hasher, ReadsAFileWithoutMovingIt) {
  ASSERT_OK_AND_ASSIGN(const File file, File::create_in_memory("test"));
  const Buffer content(600'000, 7);
  ASSERT_THAT(file.write_all(content), IsOk());
  EXPECT_THAT(sha256(file), IsOkAnd(testing::Eq(sha256(content))));
  Buffer one(1);
  EXPECT_THAT(file.read(one), IsOkAnd(testing::Eq(0U)));
}

}  // namespace
}  // namespace sigla
