// SPDX-License-Identifier: Apache-2.0
#include "formats/ppdb/pdb_checksum.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "codec/hash.h"
#include "formats/ppdb/metadata.h"
#include "formats/ppdb/ppdb_for_test.h"
#include "testing/matchers.h"

namespace sigla::ppdb {
namespace {

TEST(PdbChecksum, IsTheHashWithTheIdTakenOut) {
  Buffer file = typical_ppdb().build();
  ASSERT_OK_AND_ASSIGN(const std::string checksum, pdb_checksum(file, "sha256", Limits()));
  ASSERT_OK_AND_ASSIGN(const Metadata metadata, Metadata::open(file, Limits()));
  const auto id_offset = metadata.id().data() - file.data();
  std::fill_n(file.begin() + id_offset, kIdSize, 0);
  EXPECT_EQ(checksum, hex_lower(sha256(file)));
  // Whatever the id is, the checksum is the same; whatever else changes, it is another.
  EXPECT_THAT(pdb_checksum(file, "SHA256", Limits()), IsOkAnd(checksum));
  file.back() ^= 1;
  EXPECT_THAT(pdb_checksum(file, "SHA256", Limits()), IsOkAnd(testing::Ne(checksum)));
}

TEST(PdbChecksum, KnowsItsAlgorithms) {
  const Buffer file = typical_ppdb().build();
  EXPECT_THAT(pdb_checksum(file, "SHA1", Limits()), IsOkAnd(testing::SizeIs(40)));
  EXPECT_THAT(pdb_checksum(file, "SHA384", Limits()), IsOkAnd(testing::SizeIs(96)));
  EXPECT_THAT(pdb_checksum(file, "SHA512", Limits()), IsOkAnd(testing::SizeIs(128)));
  EXPECT_THAT(pdb_checksum(file, "CRC", Limits()), IsError(ErrorCode::kUnsupported, "CRC"));
  EXPECT_THAT(pdb_checksum(Bytes(file).first(10), "SHA256", Limits()),
              IsError(ErrorCode::kMalformed, ""));
}

}  // namespace
}  // namespace sigla::ppdb
