// SPDX-License-Identifier: Apache-2.0
#include "ingest/unpack_message.h"

#include <gtest/gtest.h>

#include "testing/matchers.h"

namespace sigla {
namespace {

using testing::ElementsAre;

EntryReport make_report() {
  EntryReport report;
  report.position = {3, 17};
  report.path = "outer.zip!/inner.pdb";
  report.content = EntryReport::Content::kEntryFile;
  report.reason = "why";
  report.objects = std::string("\0\1\2", 3);
  return report;
}

TEST(UnpackMessage, ReadsWhatItWrote) {
  ASSERT_OK_AND_ASSIGN(const auto report, EntryReport::decode(as_bytes(make_report().encode())));
  EXPECT_THAT(report.position, ElementsAre(3U, 17U));
  EXPECT_EQ(report.path, "outer.zip!/inner.pdb");
  EXPECT_EQ(report.content, EntryReport::Content::kEntryFile);
  EXPECT_EQ(report.reason, "why");
  EXPECT_EQ(report.objects.size(), 3U);

  const UnpackRequest request{"symbols.zip", {7}};
  ASSERT_OK_AND_ASSIGN(const auto read, UnpackRequest::decode(as_bytes(request.encode())));
  EXPECT_EQ(read.name, "symbols.zip");
  EXPECT_THAT(read.resume_after, ElementsAre(7U));

  ASSERT_OK_AND_ASSIGN(const auto start,
                       EntryStart::decode(as_bytes(EntryStart{{1, 2}, "a"}.encode())));
  EXPECT_EQ(start.path, "a");
  EXPECT_THAT(start.position, ElementsAre(1U, 2U));
}

TEST(UnpackMessage, CarriesTheEndOfAnArchive) {
  ASSERT_OK_AND_ASSIGN(const auto good, UnpackEnd::decode(as_bytes(UnpackEnd().encode())));
  EXPECT_THAT(good.status, IsOk());
  UnpackEnd end;
  end.status = malformed("tar: truncated at offset 12");
  ASSERT_OK_AND_ASSIGN(const auto bad, UnpackEnd::decode(as_bytes(end.encode())));
  EXPECT_THAT(bad.status, IsError(ErrorCode::kMalformed, "offset 12"));
}

TEST(UnpackMessage, RejectsEveryTruncation) {
  const std::string bytes = make_report().encode();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_THAT(EntryReport::decode(as_bytes(bytes).first(size)),
                IsError(ErrorCode::kMalformed, "entry report"))
        << size;
  }
}

TEST(UnpackMessage, RejectsValuesThatNobodyWrites) {
  const std::string bytes = make_report().encode();
  for (const std::size_t at : {0U, 12U, 36U}) {  // depth, path size, content
    std::string damaged = bytes;
    damaged[at + 3] = '\x7f';
    EXPECT_FALSE(EntryReport::decode(as_bytes(damaged)).has_value()) << at;
  }
  UnpackEnd end;
  end.status = malformed("x");
  std::string damaged = end.encode();
  damaged[0] = 100;
  EXPECT_THAT(UnpackEnd::decode(as_bytes(damaged)), IsError(ErrorCode::kMalformed, "code 100"));
}

TEST(EntryPosition, IsOrderedAsEntriesAreVisited) {
  EXPECT_LT((EntryPosition{3}), (EntryPosition{3, 1}));
  EXPECT_LT((EntryPosition{3, 9}), (EntryPosition{4}));
  EXPECT_TRUE(is_inside({3, 1}, {3}));
  EXPECT_TRUE(is_inside({3}, {}));
  EXPECT_FALSE(is_inside({3}, {3}));
  EXPECT_FALSE(is_inside({4, 1}, {3}));
}

}  // namespace
}  // namespace sigla
