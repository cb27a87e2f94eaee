// SPDX-License-Identifier: Apache-2.0
// A server that is killed at any instant has every file it acknowledged, and shows no other one.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <random>
#include <thread>

#include "codec/archive_testing.h"
#include "ingest/ingest.h"
#include "store/files/files_blob_store.h"
#include "store/sqlite/sqlite_catalog.h"
#include "testing/matchers.h"

namespace sigla {
namespace {

constexpr unsigned kFilesPerUpload = 5;

struct Stores {
  std::unique_ptr<BlobStore> blobs;
  std::unique_ptr<Catalog> catalog;
};

Result<Stores> open_stores(const std::filesystem::path& root) {
  Stores stores;
  SIGLA_TRY_ASSIGN(stores.blobs, open_files_blob_store({.root = root}));
  SIGLA_TRY_ASSIGN(stores.catalog, open_sqlite_catalog(root / "catalog.sqlite"));
  return stores;
}

std::string content_of(unsigned upload, unsigned file) {
  return make_sym(upload * kFilesPerUpload + file, 200);
}

// The child: uploads without end and says of each, after its acknowledgment, that it is there.
[[noreturn]] void upload_until_killed(const std::filesystem::path& root, unsigned first, int pipe) {
  const auto run = [&]() -> Status {
    SIGLA_TRY_ASSIGN(const Stores stores, open_stores(root));
    SIGLA_TRY_ASSIGN(const auto workers,
                     WorkerPool::start({.command = {"/proc/self/exe", "worker"}, .limits = {}}));
    Ingest ingest(
        *stores.catalog, *stores.blobs, *workers, {.spool = root / "spool", .limits = {}});
    SIGLA_TRY(ingest.start());
    for (unsigned number = first;; ++number) {
      std::vector<TestFile> files;
      for (unsigned i = 0; i < kFilesPerUpload; ++i) {
        files.push_back({fmt::format("{}.sym", i), content_of(number, i)});
      }
      UploadRequest request;
      request.body = make_file(make_archive("gnutar", "none", files));
      request.project_id = 1;
      SIGLA_TRY_ASSIGN(const UploadReport report, ingest.run(std::move(request)));
      if (report.upload.state != UploadState::kDone) return malformed("{}", report.upload.error);
      if (::write(pipe, &number, sizeof(number)) != sizeof(number)) return errno_error("write");
    }
  };
  const Status status = run();
  std::fprintf(stderr, "child: %s\n", status.error().message().c_str());
  ::_exit(1);
}

// The uploads that the child acknowledged before it was killed.
std::vector<unsigned> run_and_kill(const std::filesystem::path& root,
                                   unsigned first,
                                   std::chrono::milliseconds after) {
  int ends[2];
  SIGLA_CHECK(::pipe(ends) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    upload_until_killed(root, first, ends[1]);
  }
  ::close(ends[1]);
  std::vector<unsigned> acknowledged;
  unsigned number = 0;
  // The clock starts with the first acknowledgment, however slow this machine is.
  if (::read(ends[0], &number, sizeof(number)) == sizeof(number)) acknowledged.push_back(number);
  std::this_thread::sleep_for(after);
  ::kill(child, SIGKILL);
  while (::read(ends[0], &number, sizeof(number)) == sizeof(number)) acknowledged.push_back(number);
  ::close(ends[0]);
  int status = 0;
  SIGLA_CHECK(::waitpid(child, &status, 0) == child);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the child ended by itself: " << status;
  return acknowledged;
}

TEST(IngestCrash, LosesNothingThatWasAcknowledged) {
  ASSERT_OK_AND_ASSIGN(const TempDirectory directory, TempDirectory::create());
  {
    ASSERT_OK_AND_ASSIGN(const Stores stores, open_stores(directory.path()));
    ASSERT_THAT(stores.catalog->create_project("default", true), IsOk());
  }
  std::mt19937 random(std::random_device{}());
  std::vector<unsigned> acknowledged;
  unsigned next = 0;
  for (int round = 0; round < 6; ++round) {
    const auto wait = std::chrono::milliseconds(random() % 300);
    const auto more = run_and_kill(directory.path(), next, wait);
    ASSERT_FALSE(more.empty());
    acknowledged.insert(acknowledged.end(), more.begin(), more.end());
    next = more.back() + 2;  // the one after the last may be there in part
  }

  ASSERT_OK_AND_ASSIGN(const Stores stores, open_stores(directory.path()));
  for (const unsigned number : acknowledged) {
    for (unsigned i = 0; i < kFilesPerUpload; ++i) {
      const unsigned file = number * kFilesPerUpload + i;
      const auto key = fmt::format("lib{0}.so/{1:032x}0/lib{0}.so.sym", file, file + 1);
      ASSERT_OK_AND_ASSIGN(const auto matches, stores.catalog->find_key(1, key));
      ASSERT_EQ(matches.size(), 1U) << key;
      ASSERT_OK_AND_ASSIGN(const auto content, stores.blobs->open_content(matches[0].blob));
      EXPECT_EQ(read_all_of(*content), content_of(number, i)) << key;
    }
  }
  // Nothing half-visible: every blob that the catalog knows is whole.
  std::vector<BlobHash> known;
  ASSERT_THAT(stores.catalog->for_each_blob(
                  [&](const BlobHash& hash, std::uint64_t) { known.push_back(hash); }),
              IsOk());
  for (const BlobHash& hash : known) EXPECT_THAT(stores.blobs->open_content(hash), IsOk());
  EXPECT_THAT(sweep_orphans(*stores.catalog, *stores.blobs, false), IsOk());
  std::size_t blob_count = 0;
  ASSERT_THAT(stores.blobs->for_each([&](const BlobHash&) { ++blob_count; }), IsOk());
  EXPECT_EQ(blob_count, known.size());
}

// A full disk looks like this to the server and its workers: a write that fails half-way.
TEST(IngestCrash, KeepsWhatCameBeforeTheDiskWasFull) {
  ASSERT_OK_AND_ASSIGN(const TempDirectory directory, TempDirectory::create());
  const std::string archive = make_archive("gnutar",
                                           "none",
                                           {{"good.sym", make_sym(1)},
                                            {"large.sym", make_sym(2, 100'000)},
                                            {"unseen.sym", make_sym(3)}});
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    const auto run = [&]() -> Status {
      SIGLA_TRY_ASSIGN(const Stores stores, open_stores(directory.path()));
      SIGLA_TRY(stores.catalog->create_project("default", true));
      UploadRequest request;
      request.body = make_file(archive);
      request.project_id = 1;
      const rlimit limit{1 << 20, 1 << 20};
      ::setrlimit(RLIMIT_FSIZE, &limit);
      SIGLA_TRY_ASSIGN(const auto workers,
                       WorkerPool::start({.command = {"/proc/self/exe", "worker"}, .limits = {}}));
      Ingest ingest(*stores.catalog,
                    *stores.blobs,
                    *workers,
                    {.spool = directory.path() / "spool", .limits = {}});
      SIGLA_TRY(ingest.run(std::move(request)));
      return {};
    };
    const Status status = run();
    ::_exit(!status.has_value() && status.error().code() == ErrorCode::kNoSpace ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0) << "the upload was not answered with kNoSpace";

  ASSERT_OK_AND_ASSIGN(const Stores stores, open_stores(directory.path()));
  ASSERT_OK_AND_ASSIGN(const Upload upload, stores.catalog->find_upload(1));
  EXPECT_EQ(upload.state, UploadState::kFailed);
  EXPECT_THAT(upload.error, testing::HasSubstr("File too large"));
  EXPECT_EQ(upload.stored_count, 1U);
  std::size_t blob_count = 0;
  ASSERT_THAT(stores.blobs->for_each([&](const BlobHash& hash) {
    ++blob_count;
    const auto content = stores.blobs->open_content(hash);
    ASSERT_THAT(content, IsOk());
    EXPECT_EQ(read_all_of(**content), make_sym(1));
  }),
              IsOk());
  EXPECT_EQ(blob_count, 1U);
}

}  // namespace
}  // namespace sigla
