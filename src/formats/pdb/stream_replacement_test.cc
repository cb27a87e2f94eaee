// SPDX-License-Identifier: Apache-2.0
#include "formats/pdb/stream_replacement.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "formats/pdb/identity.h"
#include "formats/pdb/pdb_for_test.h"
#include "testing/fixture.h"
#include "testing/matchers.h"

namespace sigla::pdb {
namespace {

using testing::HasSubstr;

const std::string kData = "src/formats/pdb/testdata/";

Buffer stream_bytes(const Container& container, std::uint32_t stream) {
  const auto content = container.read(stream, UINT32_MAX);
  if (!content.has_value()) return {};
  return Buffer(content->bytes().begin(), content->bytes().end());
}

Buffer replaced(const Buffer& file, std::string_view name, Bytes content) {
  const auto change = replace_named_stream(file, name, content, Limits());
  EXPECT_TRUE(change.has_value()) << change.error().message();
  return change.has_value() ? apply_change(file, *change) : Buffer();
}

void expect_replaced(const Buffer& before,
                     const Buffer& after,
                     const std::string& name,
                     Bytes content) {
  ASSERT_OK_AND_ASSIGN(const Container old_file, Container::open(before, Limits()));
  ASSERT_OK_AND_ASSIGN(const Container new_file, Container::open(after, Limits()));
  ASSERT_OK_AND_ASSIGN(const InfoStream old_info, read_info_stream(old_file));
  ASSERT_OK_AND_ASSIGN(const InfoStream info, read_info_stream(new_file));
  ASSERT_TRUE(info.find(name).has_value());
  const std::uint32_t stream = *info.find(name);
  EXPECT_TRUE(std::ranges::equal(stream_bytes(new_file, stream), content));
  for (std::uint32_t i = 2; i < old_file.stream_count(); ++i) {
    if (i == stream) continue;
    EXPECT_EQ(stream_bytes(old_file, i), stream_bytes(new_file, i)) << i;
  }
  EXPECT_EQ(info.guid, old_info.guid);
  EXPECT_EQ(info.age, old_info.age);
  EXPECT_EQ(info.signature, old_info.signature);
  EXPECT_EQ(info.behind_names, old_info.behind_names);
  for (const auto& [old_name, number] : old_info.named_streams) {
    EXPECT_EQ(info.find(old_name), number) << old_name;
  }
}

TEST(ReplaceNamedStream, KeepsEverythingElseOfRealFiles) {
  for (const char* name : {"small64.pdb", "small32.pdb"}) {
    const Buffer before = read_fixture(kData + name);
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{1}, std::size_t{4096}, std::size_t{3'000'001}}) {
      const Buffer content(size, 's');
      for (const char* stream : {"srcsrv", "sourcelink", "a new one"}) {
        const Buffer after = replaced(before, stream, content);
        expect_replaced(before, after, stream, content);
        ASSERT_OK_AND_ASSIGN(const IdentifiedPdb was, identify_pdb(before, name, Limits()));
        ASSERT_OK_AND_ASSIGN(const IdentifiedPdb is, identify_pdb(after, name, Limits()));
        EXPECT_EQ(was.identity.debug_id, is.identity.debug_id);
        EXPECT_EQ(replaced(after, stream, content), after) << "written again";
      }
    }
  }
}

// The pages of what was replaced are used again.
TEST(ReplaceNamedStream, DoesNotLetTheFileGrow) {
  Buffer file = read_fixture(kData + "small64.pdb");
  file = replaced(file, "srcsrv", Buffer(100'000, 'a'));
  const std::size_t size = file.size();
  for (const char letter : {'b', 'c', 'd'}) {
    file = replaced(file, "srcsrv", Buffer(100'000, static_cast<std::uint8_t>(letter)));
    EXPECT_EQ(file.size(), size);
  }
  EXPECT_LT(replaced(file, "srcsrv", Buffer(10, 'a')).size(), size);
}

// More than page_size pages: there are several pages of each map, and a directory of many pages.
TEST(ReplaceNamedStream, WritesLargeFilesOfSmallPages) {
  const std::vector<Buffer> streams = {
      {}, build_info_stream(7, 1), Buffer(700'000, 2), {}, {}, Buffer(5, 5)};
  ASSERT_OK_AND_ASSIGN(const Buffer before, write_msf(512, streams));
  const Buffer content(900'000, 'x');
  const Buffer after = replaced(before, "srcsrv", content);
  expect_replaced(before, after, "srcsrv", content);
  EXPECT_EQ(after.size() % 512, 0U);
}

TEST(ReplaceNamedStream, RefusesWhatItCannotKeep) {
  const auto message_of = [](const Buffer& file) {
    const auto change = replace_named_stream(file, "srcsrv", {}, Limits());
    return change.has_value() ? std::string() : change.error().message();
  };
  EXPECT_THAT(message_of(build_msfz({{}, build_info_stream(7, 1)})), HasSubstr("MSFZ"));
  Buffer cut = build_info_stream(7, 1);
  cut.resize(32);
  EXPECT_THAT(message_of(build_msf(512, {{}, cut})), HasSubstr("names"));
  EXPECT_THAT(message_of(build_msf(512, {{}, build_info_stream(7, 1, {{"srcsrv", 1}})})),
              HasSubstr("\"srcsrv\" is stream 1"));
  EXPECT_THAT(message_of(build_msf(512, {{}, build_info_stream(7, 1, {{"srcsrv", 99}})})),
              HasSubstr("\"srcsrv\" is stream 99"));
}

TEST(ReplaceNamedStream, EveryPrefixFailsOrIsKept) {
  const Buffer file = build_msf(512, {{}, build_info_stream(7, 1), {}, {}, {}, Buffer(600, 5)});
  for (std::size_t size = 0; size < file.size(); ++size) {
    const auto change =
        replace_named_stream(Bytes(file).first(size), "srcsrv", as_bytes("x"), Limits());
    EXPECT_TRUE(!change.has_value() || size >= file.size() - 511) << size;
  }
}

TEST(WriteMsf, IsReadBack) {
  for (const std::uint32_t page_size : {512U, 4096U, 65'536U}) {
    std::vector<Buffer> streams;
    for (std::size_t size : {0U, 1U, 511U, 512U, 513U, 70'000U, 300'000U}) {
      streams.emplace_back(size, static_cast<std::uint8_t>(streams.size() + 1));
    }
    ASSERT_OK_AND_ASSIGN(const Buffer file, write_msf(page_size, streams));
    ASSERT_OK_AND_ASSIGN(const Container container, Container::open(file, Limits()));
    ASSERT_EQ(container.stream_count(), streams.size());
    EXPECT_EQ(container.page_size(), page_size);
    for (std::uint32_t i = 0; i < streams.size(); ++i) {
      EXPECT_EQ(stream_bytes(container, i), streams[i]);
    }
  }
}

TEST(WriteMsf, RefusesADirectoryThatHasNoPlace) {
  const std::vector<Buffer> streams(2'000'000);
  const auto file = write_msf(512, streams);
  ASSERT_FALSE(file.has_value());
  EXPECT_EQ(file.error().code(), ErrorCode::kLimitExceeded);
}

}  // namespace
}  // namespace sigla::pdb
