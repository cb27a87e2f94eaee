// SPDX-License-Identifier: Apache-2.0
#include "store/key_index.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "store/memory/memory_catalog.h"
#include "testing/matchers.h"

namespace sigla {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

class KeyIndexTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_THAT(catalog_.create_project("default", true), IsOk());
    Upload upload;
    upload.project_id = 1;
    ASSERT_THAT(catalog_.create_upload(upload), IsOk());
  }

  static IngestBatch make_batch(std::uint32_t blob, const std::string& key) {
    IngestBatch batch;
    batch.upload_id = 1;
    StoredObject object;
    object.project_id = 1;
    object.upload_id = 1;
    object.keys = {key};
    std::memcpy(object.blob.bytes.data(), &blob, sizeof(blob));
    batch.blobs.push_back({object.blob, 1, 1});
    batch.objects.push_back(object);
    return batch;
  }

  MemoryCatalog catalog_;
};

TEST_F(KeyIndexTest, AnswersMissesWithoutTheCatalog) {
  ASSERT_THAT(catalog_.commit(make_batch(1, "there")), IsOk());
  KeyIndex index(catalog_);
  index.wait_until_loaded();
  ASSERT_TRUE(index.is_loaded());
  for (int i = 0; i < 1000; ++i) {
    EXPECT_THAT(index.find(1, "missing" + std::to_string(i)), IsOkAnd(IsEmpty()));
  }
  EXPECT_LT(index.catalog_lookups(), 5U);
}

TEST_F(KeyIndexTest, AsksTheCatalogOnceForAHotKey) {
  ASSERT_THAT(catalog_.commit(make_batch(1, "there")), IsOk());
  KeyIndex index(catalog_);
  index.wait_until_loaded();
  for (const char* key : {"there", "THERE", "There"}) {
    EXPECT_THAT(index.find(1, key), IsOkAnd(SizeIs(1)));
  }
  EXPECT_EQ(index.catalog_lookups(), 1U);
  EXPECT_THAT(index.find(2, "there"), IsOkAnd(IsEmpty()));
}

TEST_F(KeyIndexTest, SeesACommitAtOnce) {
  KeyIndex index(catalog_);
  index.wait_until_loaded();
  EXPECT_THAT(index.find(1, "key"), IsOkAnd(IsEmpty()));
  ASSERT_THAT(index.commit(make_batch(1, "KEY")), IsOk());
  EXPECT_THAT(index.find(1, "key"), IsOkAnd(SizeIs(1)));
  ASSERT_THAT(index.commit(make_batch(2, "key")), IsOk());
  EXPECT_THAT(index.find(1, "key"), IsOkAnd(SizeIs(2)));
}

TEST_F(KeyIndexTest, StaysBounded) {
  for (std::uint32_t i = 0; i < 500; ++i) {
    ASSERT_THAT(catalog_.commit(make_batch(i, "key" + std::to_string(i))), IsOk());
  }
  KeyIndex index(catalog_);
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 500; ++i) {
      EXPECT_THAT(index.find(1, "key" + std::to_string(i)), IsOkAnd(SizeIs(1)));
    }
  }
  EXPECT_EQ(index.catalog_lookups(), 500U);
}

// Writers look for what they committed, while readers keep the cache full of older answers and the
// first keys are still being loaded.
TEST_F(KeyIndexTest, NeverDeniesWhatWasAcknowledged) {
  for (std::uint32_t i = 0; i < 300; ++i) {
    ASSERT_THAT(catalog_.commit(make_batch(i, "early" + std::to_string(i))), IsOk());
  }
  KeyIndex index(catalog_);
  std::atomic<std::uint32_t> acknowledged = 0;
  std::atomic<bool> done = false;
  std::atomic<int> wrong = 0;
  std::vector<std::thread> readers;
  for (int t = 0; t < 2; ++t) {
    readers.emplace_back([&, t] {
      for (std::uint32_t i = 0; !done; ++i) {
        const auto early = index.find(1, "early" + std::to_string(i % 300));
        if (!early.has_value() || early->size() != 1) ++wrong;
        const std::uint32_t before = acknowledged;
        const auto shared = index.find(1, "shared");
        if (!shared.has_value() || shared->size() < std::min(before, 64U)) ++wrong;
        const auto missing = index.find(1, "missing" + std::to_string(t));
        if (!missing.has_value() || !missing->empty()) ++wrong;
      }
    });
  }
  for (std::uint32_t i = 1; i <= 300; ++i) {
    IngestBatch batch = make_batch(1000 + i, "late" + std::to_string(i));
    batch.objects[0].keys.push_back("shared");
    ASSERT_THAT(index.commit(batch), IsOk());
    acknowledged = i;
    EXPECT_THAT(index.find(1, "late" + std::to_string(i)), IsOkAnd(SizeIs(1)));
  }
  done = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(wrong, 0);
}

TEST(KeyFilter, ContainsWhatWasAddedAndLittleElse) {
  KeyFilter filter;
  constexpr std::uint64_t kCount = 300'000;  // three layers
  for (std::uint64_t i = 0; i < kCount; ++i) filter.add(KeyFilter::hash(1, std::to_string(i)));
  std::uint64_t false_positives = 0;
  for (std::uint64_t i = 0; i < kCount; ++i) {
    ASSERT_TRUE(filter.may_contain(KeyFilter::hash(1, std::to_string(i)))) << i;
    if (filter.may_contain(KeyFilter::hash(2, std::to_string(i)))) ++false_positives;
  }
  EXPECT_LT(false_positives, kCount / 200);
  EXPECT_GT(filter.count(), kCount - kCount / 200);
  const std::uint64_t count = filter.count();
  filter.add(KeyFilter::hash(1, "17"));
  EXPECT_EQ(filter.count(), count);
}

}  // namespace
}  // namespace sigla
