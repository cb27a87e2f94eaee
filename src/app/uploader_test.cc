// SPDX-License-Identifier: Apache-2.0
#include "app/uploader.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "app/tar_builder.h"
#include "base/text.h"
#include "codec/archive.h"
#include "codec/hash.h"
#include "object/object.h"
#include "testing/matchers.h"

namespace sigla::app {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

// A server in memory, which may be down for a while and may lose answers.
struct FakeServer {
  std::mutex mutex;
  std::map<std::string, std::string> files;  // by hash
  std::set<std::string> recorded;            // hashes that need not be sent
  std::vector<std::size_t> requests;         // how many files were in each
  int refused_connections = 0;               // so many requests from now on
  int lost_answers = 0;                      // so many uploads are stored and not acknowledged
  bool is_token_wrong = false;

  Status connect() {
    if (refused_connections == 0) return {};
    --refused_connections;
    return make_error(ErrorCode::kUnavailable, "connection refused");
  }
  UploadAnswer::Entry store(const std::string& path, const std::string& content) {
    if (!content.starts_with("MODULE ")) {
      return {path, content.size(), "refused", std::string(kNoKnownFormat), ""};
    }
    const std::string hash = hex_lower(sha256(as_bytes(content)));
    const bool is_new = files.emplace(hash, content).second;
    return {path, content.size(), is_new ? "stored" : "duplicate", "", hash};
  }
};

class FakeTarget final : public UploadTarget {
 public:
  explicit FakeTarget(FakeServer& server) : server_(server) {}

  Result<std::vector<std::string>> known(const std::vector<std::string>& hashes) override {
    const std::lock_guard lock(server_.mutex);
    SIGLA_TRY(server_.connect());
    std::vector<std::string> known;
    for (const std::string& hash : hashes) {
      if (server_.files.contains(hash)) known.push_back(hash);
    }
    return known;
  }

  Status record_known(const std::vector<std::string>& hashes) override {
    const std::lock_guard lock(server_.mutex);
    SIGLA_TRY(server_.connect());
    server_.recorded.insert(hashes.begin(), hashes.end());
    return {};
  }

  Result<UploadAnswer> send(const UploadBody& body, const Sent& sent) override {
    const std::lock_guard lock(server_.mutex);
    SIGLA_TRY(server_.connect());
    if (server_.is_token_wrong) return make_error(ErrorCode::kUnauthenticated, "invalid token");
    UploadAnswer answer;
    if (body.file != nullptr && body.size < 512) {
      Buffer content(body.size);
      SIGLA_TRY_ASSIGN(const std::size_t size, body.file->read_at(content, 0));
      EXPECT_EQ(size, body.size);
      answer.entries.push_back(server_.store(body.name, std::string(as_text(content))));
    } else {
      SIGLA_TRY(unpack(body, answer));
    }
    for (const UploadAnswer::Entry& entry : answer.entries) {
      if (entry.result == "stored") ++answer.stored_count;
      if (entry.result == "duplicate") ++answer.duplicate_count;
      if (entry.result == "refused") ++answer.refused_count;
    }
    sent(body.size);
    server_.requests.push_back(answer.entries.size());
    if (server_.lost_answers > 0) {
      --server_.lost_answers;
      return make_error(ErrorCode::kUnavailable, "connection reset");
    }
    return answer;
  }

 private:
  Status unpack(const UploadBody& body, UploadAnswer& answer) {
    SIGLA_TRY_ASSIGN(File copy, File::create_in_memory("test"));
    SIGLA_TRY(copy.write_all(as_bytes(body.archive)));
    const Limits limits;
    UnpackBudget budget;
    const File& archive = body.file != nullptr ? *body.file : copy;
    SIGLA_TRY_ASSIGN(const auto reader, ArchiveReader::open(archive, limits, budget));
    while (true) {
      SIGLA_TRY_ASSIGN(const auto entry, reader->next());
      if (!entry.has_value()) return {};
      BufferSink sink;
      SIGLA_TRY(reader->extract(sink));
      answer.entries.push_back(server_.store(entry->path, std::string(as_text(sink.buffer()))));
    }
  }

  FakeServer& server_;
};

class UploaderTest : public testing::Test {
 protected:
  UploaderTest() : folder_(TempDirectory::create().value()), progress_(false) {
    options_.connection_count = 1;
    options_.now = [this] { return now_; };
    options_.wait = [this](Retry::Milliseconds time) { now_ += time; };
  }

  void write(const std::string& name, const std::string& content) {
    const std::filesystem::path path = folder_.path() / name;
    EXPECT_THAT(sigla::create_directories(path.parent_path()), IsOk());
    EXPECT_THAT(replace_file(path, as_bytes(content)), IsOk());
  }
  void write_syms(int count) {
    for (int i = 0; i < count; ++i) write(fmt::format("s{}.sym", i), fmt::format("MODULE {}\n", i));
  }
  UploadSummary upload(const std::string& below = "") {
    Uploader uploader(
        [this] { return std::make_unique<FakeTarget>(server_); }, progress_, options_);
    return uploader.run(scan_for_upload({(folder_.path() / below).string()},
                                        [](const File&, const std::string&) { return true; }));
  }

  TempDirectory folder_;
  ProgressBar progress_;
  FakeServer server_;
  Retry::Clock::time_point now_{};
  Uploader::Options options_;
};

TEST_F(UploaderTest, SendsSmallFilesTogetherAndSkipsWhatIsThere) {
  write_syms(5);
  write("notes.txt", "no symbols");
  const UploadSummary first = upload();
  EXPECT_FALSE(first.error.has_value());
  EXPECT_EQ(first.stored_count, 5U);
  EXPECT_EQ(first.ignored_count, 1U);
  EXPECT_THAT(first.files, SizeIs(5));
  EXPECT_EQ(server_.requests, std::vector<std::size_t>{5});
  write("new.sym", "MODULE new\n");
  const UploadSummary second = upload();
  EXPECT_EQ(second.stored_count, 1U);
  EXPECT_EQ(second.skipped_count, 5U);
  EXPECT_EQ(server_.requests, (std::vector<std::size_t>{5, 1}));
  // What is not sent is part of the upload nevertheless.
  EXPECT_THAT(server_.recorded, SizeIs(5));
  EXPECT_TRUE(server_.recorded.contains(hex_lower(sha256(as_bytes("MODULE 3\n")))));
}

TEST_F(UploaderTest, BatchesHaveAtMostSoManyFilesAndBytes) {
  write_syms(7);
  options_.batch_file_count_max = 3;
  EXPECT_EQ(upload().stored_count, 7U);
  EXPECT_EQ(server_.requests, (std::vector<std::size_t>{3, 3, 1}));
  server_.requests.clear();
  server_.files.clear();
  options_.batch_size_max = 20;  // two of 9 bytes
  EXPECT_EQ(upload().stored_count, 7U);
  EXPECT_EQ(server_.requests, (std::vector<std::size_t>{2, 2, 2, 1}));
  server_.requests.clear();
  server_.files.clear();
  options_.batched_file_size_max = 8;
  EXPECT_EQ(upload().stored_count, 7U);
  EXPECT_EQ(server_.requests, std::vector<std::size_t>(7, 1));
}

TEST_F(UploaderTest, GoesOnAfterTheServerWasAway) {
  write_syms(4);
  options_.batch_file_count_max = 2;
  server_.lost_answers = 1;
  const auto forget_connections = options_.wait;
  options_.wait = [&](Retry::Milliseconds time) {
    if (server_.requests.size() == 1 && now_ == Retry::Clock::time_point()) {
      server_.refused_connections = 5;
    }
    forget_connections(time);
  };
  const UploadSummary summary = upload();
  EXPECT_FALSE(summary.error.has_value());
  EXPECT_EQ(summary.stored_count, 4U);
  EXPECT_EQ(summary.duplicate_count, 0U);
  EXPECT_EQ(server_.requests, (std::vector<std::size_t>{2, 2})) << "nothing is sent twice";
  EXPECT_GT(now_ - Retry::Clock::time_point(), std::chrono::seconds(5));
}

TEST_F(UploaderTest, GivesUpAfterAMinuteAndSaysWhatWasDone) {
  write_syms(2);
  options_.batch_file_count_max = 1;
  options_.wait = [this](Retry::Milliseconds time) {
    now_ += time;
    server_.refused_connections = 1'000;
  };
  server_.lost_answers = 1;
  const UploadSummary summary = upload();
  ASSERT_TRUE(summary.error.has_value());
  EXPECT_EQ(summary.error->code(), ErrorCode::kUnavailable);
  EXPECT_GE(now_ - Retry::Clock::time_point(), std::chrono::seconds(60));
}

TEST_F(UploaderTest, GivesUpSoonOnAServerThatNeverAnswered) {
  write_syms(1);
  server_.refused_connections = 1'000;
  EXPECT_TRUE(upload().error.has_value());
  EXPECT_LE(now_ - Retry::Clock::time_point(), std::chrono::seconds(5));
}

TEST_F(UploaderTest, AWrongTokenEndsItAtOnce) {
  write_syms(3);
  server_.is_token_wrong = true;
  const UploadSummary summary = upload();
  ASSERT_TRUE(summary.error.has_value());
  EXPECT_EQ(summary.error->code(), ErrorCode::kUnauthenticated);
  EXPECT_EQ(now_, Retry::Clock::time_point());
}

TEST_F(UploaderTest, LooksIntoArchivesThroughTheServer) {
  TarBuilder tar;
  tar.add("in/a.sym", as_bytes("MODULE a\n"));
  tar.add("readme", as_bytes("text"));
  write("x.tar", std::move(tar).take());
  const UploadSummary summary = upload("x.tar");
  EXPECT_EQ(summary.stored_count, 1U);
  EXPECT_EQ(summary.ignored_count, 1U);
  EXPECT_EQ(summary.refused_count, 0U);
  ASSERT_THAT(summary.files, SizeIs(1));
  EXPECT_THAT(summary.files[0].path, HasSubstr("x.tar!/in/a.sym"));
}

TEST_F(UploaderTest, ANamedArchiveMustHoldSomething) {
  TarBuilder tar;
  tar.add("readme", as_bytes("text"));
  write("d/x.tar", std::move(tar).take());
  EXPECT_EQ(upload("d").refused_count, 0U);
  EXPECT_EQ(upload("d/x.tar").refused_count, 1U);
}

TEST(UploadAnswer, IsDecoded) {
  ASSERT_OK_AND_ASSIGN(
      const UploadAnswer answer,
      decode_upload_answer(R"({"state":"failed","stored":2,"duplicate":1,"refused":1,"files":[)"
                           R"({"path":"a","size":9,"result":"refused","reason":"torn"},7]})"));
  EXPECT_TRUE(answer.is_cut_short);
  EXPECT_EQ(answer.stored_count + answer.duplicate_count + answer.refused_count, 4U);
  ASSERT_THAT(answer.entries, SizeIs(1));
  EXPECT_EQ(answer.entries[0].reason, "torn");
  EXPECT_THAT(decode_upload_answer("<html>"), IsError(ErrorCode::kInternal, "answer"));
}

}  // namespace
}  // namespace sigla::app
