// SPDX-License-Identifier: Apache-2.0
#include "upstream/fetcher.h"

#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "base/text.h"
#include "http/server.h"
#include "testing/matchers.h"

namespace sigla {
namespace {

using State = Fetcher::State;
using std::chrono::seconds;

// Answers as its path says: /STATUS/..., and counts what it was asked.
class AnsweringServer {
 public:
  AnsweringServer() : spool_(std::move(TempDirectory::create()).value()) {
    http::Router router;
    router.add({.method = "GET",
                .pattern = "/{status}/{rest...}",
                .handler = [this](http::Request& request) { return answer(request); }});
    http::Server::Options options;
    options.port = 0;
    options.io_thread_count = 1;
    options.pool_thread_count = 4;
    options.spool_directory = spool_.path();
    server_ = std::move(http::Server::start(std::move(options), std::move(router))).value();
    thread_ = std::thread([this] { server_->run(); });
  }
  ~AnsweringServer() {
    server_->stop(0);
    thread_.join();
  }
  AnsweringServer(const AnsweringServer&) = delete;
  AnsweringServer& operator=(const AnsweringServer&) = delete;

  Source source(std::string_view status) const {
    Source source;
    source.url = fmt::format("http://127.0.0.1:{}/{}", server_->port(), status);
    return source;
  }
  std::uint16_t port() const { return server_->port(); }

  std::atomic<int> get_count{0};
  std::atomic<int> head_count{0};
  std::atomic<int> failures_left{0};
  std::string redirect_to;
  std::string seen_authorization;

 private:
  http::Response answer(http::Request& request) {
    ++(request.method == "HEAD" ? head_count : get_count);
    seen_authorization = request.header("Authorization").value_or("");
    const int status = static_cast<int>(parse_decimal(request.captures.at(0)).value_or(500));
    if (failures_left > 0) {
      --failures_left;
      return http::Response::text(503, "busy");
    }
    http::Response response = http::Response::text(status, "content of " + request.path);
    if (status == 302) response.with("Location", redirect_to);
    return response;
  }

  TempDirectory spool_;
  std::unique_ptr<http::Server> server_;
  std::thread thread_;
};

Location at(std::string path) {
  Location location;
  location.path = std::move(path);
  return location;
}

std::string text_of(const File& file) {
  const auto mapped = MappedFile::map(file);
  return mapped.has_value() ? std::string(as_text(mapped->bytes())) : "not mapped";
}

class FetcherTest : public testing::Test {
 protected:
  FetcherTest()
      : folder_(std::move(TempDirectory::create()).value()),
        kept_(std::move(KeptFiles::open(folder_.path() / "kept", 1U << 20U)).value()) {}
  Fetcher::Options options() const {
    Fetcher::Options options;
    options.kept = kept_.get();
    options.miss_life = seconds(60);
    return options;
  }
  AnsweringServer server_;
  TempDirectory folder_;
  std::unique_ptr<KeptFiles> kept_;
};

TEST_F(FetcherTest, FetchesAFileOnce) {
  Fetcher fetcher(options());
  const Source source = server_.source("200");
  EXPECT_EQ(fetcher.probe(source, at("a/b")).state, State::kThere);
  ASSERT_OK_AND_ASSIGN(const File file, fetcher.fetch(source, at("a/b")));
  EXPECT_EQ(text_of(file), "content of /200/a/b");
  ASSERT_OK_AND_ASSIGN(const File again, fetcher.fetch(source, at("a/b")));
  EXPECT_EQ(text_of(again), "content of /200/a/b");
  EXPECT_EQ(fetcher.probe(source, at("a/b")).state, State::kThere);
  EXPECT_EQ(server_.get_count, 1);
  EXPECT_EQ(server_.head_count, 1);
}

TEST_F(FetcherTest, TellsMissesFromRefusals) {
  Fetcher fetcher(options());
  EXPECT_EQ(fetcher.probe(server_.source("404"), at("x")).state, State::kMissing);
  EXPECT_EQ(fetcher.probe(server_.source("410"), at("x")).state, State::kMissing);
  EXPECT_EQ(fetcher.probe(server_.source("401"), at("x")).state, State::kRefused);
  EXPECT_EQ(fetcher.probe(server_.source("403"), at("x")).state, State::kRefused);
  EXPECT_EQ(fetcher.probe(server_.source("405"), at("x")).state, State::kUnknown);
  EXPECT_THAT(fetcher.fetch(server_.source("403"), at("x")),
              IsError(ErrorCode::kPermissionDenied, "403"));
  EXPECT_THAT(fetcher.fetch(server_.source("404"), at("x")),
              IsError(ErrorCode::kNotFound, "not there"));
}

TEST_F(FetcherTest, RemembersMissesForAWhile) {
  Fetcher fetcher(options());
  const Source source = server_.source("404");
  EXPECT_EQ(fetcher.probe(source, at("x")).state, State::kMissing);
  EXPECT_EQ(fetcher.probe(source, at("x")).state, State::kMissing);
  EXPECT_EQ(server_.head_count, 1);
}

TEST_F(FetcherTest, TriesAgainWhenTheServerIsBusy) {
  Fetcher fetcher(options());
  server_.failures_left = 2;
  ASSERT_OK_AND_ASSIGN(const File file, fetcher.fetch(server_.source("200"), at("a")));
  EXPECT_EQ(text_of(file), "content of /200/a");
  server_.failures_left = 3;
  EXPECT_THAT(fetcher.fetch(server_.source("200"), at("b")),
              IsError(ErrorCode::kUnavailable, "answers 503"));
}

TEST_F(FetcherTest, DoesNotAskADeadServerAgain) {
  Fetcher::Options wanted = options();
  wanted.try_count_max = 1;
  Fetcher fetcher(wanted);
  Source source;
  source.url = "http://127.0.0.1:1/";
  EXPECT_EQ(fetcher.probe(source, at("a")).state, State::kFailed);
  EXPECT_THAT(fetcher.probe(source, at("b")).details, testing::HasSubstr("not asked again"));
}

TEST_F(FetcherTest, ConnectsToPublicAddressesOnlyWhenToldSo) {
  Fetcher::Options wanted = options();
  wanted.public_addresses_only = true;
  Fetcher fetcher(wanted);
  Source source = server_.source("200");
  EXPECT_EQ(fetcher.probe(source, at("a")).state, State::kFailed);
  EXPECT_THAT(fetcher.fetch(source, at("a")),
              IsError(ErrorCode::kUnavailable, "destination is restricted"));
  source.url = fmt::format("http://localhost:{}/200", server_.port());
  EXPECT_THAT(fetcher.fetch(source, at("a")),
              IsError(ErrorCode::kUnavailable, "destination is restricted"));
  EXPECT_EQ(server_.get_count + server_.head_count, 0);
}

TEST_F(FetcherTest, ShowsHeadersToTheirOwnOriginOnly) {
  Fetcher fetcher(options());
  AnsweringServer other;
  Source source = server_.source("302");
  source.headers = {{"Authorization", "Bearer secret"}};
  server_.redirect_to = "/200/there";
  ASSERT_OK_AND_ASSIGN(const File own, fetcher.fetch(source, at("a")));
  EXPECT_EQ(text_of(own), "content of /200/there");
  EXPECT_EQ(server_.seen_authorization, "Bearer secret");
  server_.redirect_to = other.source("200").url + "/elsewhere";
  ASSERT_OK_AND_ASSIGN(const File moved, fetcher.fetch(source, at("b")));
  EXPECT_EQ(text_of(moved), "content of /200/elsewhere");
  EXPECT_EQ(other.seen_authorization, "");
  server_.redirect_to = "/302/round";
  EXPECT_THAT(fetcher.fetch(source, at("c")),
              IsError(ErrorCode::kUnavailable, "too many redirects"));
}

TEST_F(FetcherTest, ReadsOnlyFoldersThatAreAllowed) {
  namespace fs = std::filesystem;
  fs::create_directories(folder_.path() / "ok/a");
  fs::create_directories(folder_.path() / "secret");
  ASSERT_THAT(replace_file(folder_.path() / "ok/a/b", as_bytes("found")), IsOk());
  ASSERT_THAT(replace_file(folder_.path() / "secret/b", as_bytes("hidden")), IsOk());
  fs::create_symlink(folder_.path() / "secret", folder_.path() / "ok/link");
  Fetcher::Options wanted = options();
  wanted.source_folders = {folder_.path() / "ok"};
  Fetcher fetcher(wanted);
  Source source;
  source.type = SourceType::kFilesystem;
  source.folder = folder_.path() / "ok";
  ASSERT_OK_AND_ASSIGN(const File file, fetcher.fetch(source, at("a/b")));
  EXPECT_EQ(text_of(file), "found");
  EXPECT_EQ(fetcher.probe(source, at("a/c")).state, State::kMissing);
  EXPECT_EQ(fetcher.probe(source, at("link/b")).state, State::kRefused);
  EXPECT_EQ(fetcher.probe(source, at("../secret/b")).state, State::kRefused);
  source.folder = folder_.path() / "secret";
  EXPECT_THAT(fetcher.fetch(source, at("b")), IsError(ErrorCode::kPermissionDenied, "folder"));
}

}  // namespace
}  // namespace sigla
