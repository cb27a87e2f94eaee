// SPDX-License-Identifier: Apache-2.0
#include "ingest/ingest.h"

#include <gtest/gtest.h>

#include <thread>

#include "codec/archive_testing.h"
#include "ident/lookup_keys.h"
#include "ident/symbol_keys.h"
#include "object/object.h"
#include "object/pe_with_pdb_for_test.h"
#include "store/files/files_blob_store.h"
#include "store/sqlite/sqlite_catalog.h"
#include "testing/fixture.h"
#include "testing/matchers.h"

namespace sigla {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

auto is_stored(const std::string& path) {
  return AllOf(Field(&UploadEntry::path, path), Field(&UploadEntry::result, EntryResult::kStored));
}
auto is_duplicate(const std::string& path) {
  return AllOf(Field(&UploadEntry::path, path),
               Field(&UploadEntry::result, EntryResult::kDuplicate));
}
auto is_refused(const std::string& path, const std::string& reason) {
  return AllOf(Field(&UploadEntry::path, path),
               Field(&UploadEntry::result, EntryResult::kRefused),
               Field(&UploadEntry::reason, HasSubstr(reason)));
}

}  // namespace

void PrintTo(const UploadEntry& entry, std::ostream* out) {
  *out << entry.path << " " << to_string(entry.result) << " " << entry.reason;
}

namespace {

class IngestTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(directory_, TempDirectory::create());
    ASSERT_OK_AND_ASSIGN(blobs_, open_files_blob_store({.root = directory_->path()}));
    ASSERT_OK_AND_ASSIGN(catalog_, open_sqlite_catalog(directory_->path() / "catalog.sqlite"));
    ASSERT_OK_AND_ASSIGN(project_, catalog_->create_project("default", true));
    ASSERT_NO_FATAL_FAILURE(start({}));
  }

  void start(const Limits& limits) {
    ingest_.reset();
    WorkerPool::Options options;
    options.command = {"/proc/self/exe", "worker"};
    options.limits = limits;
    ASSERT_OK_AND_ASSIGN(workers_, WorkerPool::start(std::move(options)));
    ingest_.emplace(*catalog_,
                    *blobs_,
                    *workers_,
                    Ingest::Options{.spool = directory_->path() / "spool", .limits = limits});
  }

  Result<UploadReport> try_upload(std::string_view body,
                                  const std::string& name = "",
                                  const std::string& name_restriction = "") {
    UploadRequest request;
    request.body = make_file(body);
    request.name = name;
    request.project_id = project_.id;
    request.name_restriction = name_restriction;
    return ingest_->run(std::move(request));
  }
  UploadReport upload(std::string_view body,
                      const std::string& name = "",
                      const std::string& name_restriction = "") {
    auto report = try_upload(body, name, name_restriction);
    EXPECT_THAT(report, IsOk());
    return report.has_value() ? std::move(*report) : UploadReport();
  }

  // What a debugger gets that asks for the symbol file of that number.
  std::string download(unsigned number) {
    const std::string key = fmt::format("lib{0}.so/{1:032x}0/lib{0}.so.sym", number, number + 1);
    const auto matches = catalog_->find_key(project_.id, key);
    EXPECT_THAT(matches, IsOkAnd(SizeIs(1))) << key;
    if (!matches.has_value() || matches->empty()) return "";
    const auto file = blobs_->open_content((*matches)[0].blob);
    EXPECT_THAT(file, IsOk());
    return file.has_value() ? read_all_of(**file) : "";
  }

  std::uint64_t blob_count() {
    std::uint64_t count = 0;
    EXPECT_THAT(blobs_->for_each([&](const BlobHash&) { ++count; }), IsOk());
    return count;
  }

  std::optional<TempDirectory> directory_;
  std::unique_ptr<BlobStore> blobs_;
  std::unique_ptr<Catalog> catalog_;
  Project project_;
  std::unique_ptr<WorkerPool> workers_;
  std::optional<Ingest> ingest_;
};

TEST_F(IngestTest, StoresASingleFile) {
  const UploadReport report = upload(make_sym(1), "lib1.so.sym");
  EXPECT_EQ(report.upload.state, UploadState::kDone);
  EXPECT_EQ(report.upload.tag, "anon");
  EXPECT_EQ(report.upload.stored_count, 1U);
  EXPECT_THAT(report.entries, ElementsAre(is_stored("lib1.so.sym")));
  EXPECT_EQ(report.entries[0].format, "breakpad");
  EXPECT_EQ(download(1), make_sym(1));
  ASSERT_OK_AND_ASSIGN(const Upload found, catalog_->find_upload(report.upload.id));
  EXPECT_EQ(found.state, UploadState::kDone);
  EXPECT_THAT(catalog_->list_upload_entries(found.id, 0, 10), IsOkAnd(SizeIs(1)));
}

TEST_F(IngestTest, TakesTheCompressionOffASingleFile) {
  unsigned number = 0;
  for (const char* filter : {"gzip", "zstd", "xz", "bzip2"}) {
    ++number;
    const auto report = upload(compress(filter, make_sym(number)), "symbols");
    EXPECT_THAT(report.entries, ElementsAre(is_stored("symbols"))) << filter;
    EXPECT_EQ(download(number), make_sym(number)) << filter;
  }
  const auto report = upload(make_cab({"lib9.so.sym", make_sym(9)}), "lib9.so.sy_");
  EXPECT_THAT(report.entries, ElementsAre(is_stored("lib9.so.sy_")));
  EXPECT_EQ(download(9), make_sym(9));
}

struct ArchiveForm {
  const char* format;
  const char* filter;
};

class IngestArchiveTest : public IngestTest, public testing::WithParamInterface<ArchiveForm> {};

TEST_P(IngestArchiveTest, StoresEveryFile) {
  const std::string archive = make_archive(
      GetParam().format,
      GetParam().filter,
      {{"a/one.sym", make_sym(1)}, {"readme.txt", "no symbols"}, {"two.sym", make_sym(2)}});
  const UploadReport report = upload(archive, "symbols.bin");
  EXPECT_EQ(report.upload.state, UploadState::kDone) << report.upload.error;
  EXPECT_THAT(report.entries,
              testing::UnorderedElementsAre(
                  is_stored("a/one.sym"), is_refused("readme.txt", ""), is_stored("two.sym")));
  EXPECT_EQ(download(1), make_sym(1));
  EXPECT_EQ(download(2), make_sym(2));
}

INSTANTIATE_TEST_SUITE_P(Every,
                         IngestArchiveTest,
                         testing::Values(ArchiveForm{"gnutar", "none"},
                                         ArchiveForm{"gnutar", "gzip"},
                                         ArchiveForm{"gnutar", "zstd"},
                                         ArchiveForm{"gnutar", "xz"},
                                         ArchiveForm{"gnutar", "bzip2"},
                                         ArchiveForm{"gnutar", "lz4"},
                                         ArchiveForm{"zip", "none"},
                                         ArchiveForm{"7zip", "none"},
                                         ArchiveForm{"newc", "none"},
                                         ArchiveForm{"iso9660", "none"}),
                         [](const auto& context) {
                           return std::string(context.param.format) + "_" + context.param.filter;
                         });

TEST_F(IngestTest, UnpacksArchivesInsideArchivesOnce) {
  const std::string innermost = make_archive("zip", "none", {{"deep.sym", make_sym(3)}});
  const std::string inner =
      make_archive("gnutar",
                   "gzip",
                   {{"in.sym", make_sym(2)}, {"third.zip", innermost}, {"z.sym", make_sym(4)}});
  const std::string outer = make_archive("zip",
                                         "none",
                                         {{"out.sym", make_sym(1)},
                                          {"dir/inner.tgz", inner},
                                          {"packed.sym.gz", compress("gzip", make_sym(5))},
                                          {"lib6.so.sy_", make_cab({"lib6.so.sym", make_sym(6)})},
                                          {"last.sym", make_sym(7)}});
  const UploadReport report = upload(outer, "outer.zip");
  EXPECT_EQ(report.upload.state, UploadState::kDone) << report.upload.error;
  EXPECT_THAT(report.entries,
              ElementsAre(is_stored("out.sym"),
                          is_stored("dir/inner.tgz!/in.sym"),
                          is_refused("dir/inner.tgz!/third.zip", "at most 2"),
                          is_stored("dir/inner.tgz!/z.sym"),
                          is_stored("packed.sym.gz"),
                          is_stored("lib6.so.sy_"),
                          is_stored("last.sym")));
  for (const unsigned number : {1U, 2U, 4U, 5U, 6U, 7U}) {
    EXPECT_EQ(download(number), make_sym(number));
  }
}

// Files are packed by several threads; large ones take longer than the small ones behind them.
TEST_F(IngestTest, RecordsFilesInTheOrderOfTheUpload) {
  std::vector<TestFile> files;
  std::vector<std::string> paths;
  for (unsigned i = 0; i < 90; ++i) {
    paths.push_back(fmt::format("f{}.sym", i));
    files.push_back({paths.back(), make_sym(i, i % 7 == 0 ? 60'000 : 3)});
    if (i % 10 == 9) files.back().content = "no symbol file";
    if (i % 10 == 8) files.back().content = files[i - 1].content;
  }
  const UploadReport report = upload(make_archive("gnutar", "none", files));
  EXPECT_EQ(report.upload.stored_count, 72U);
  EXPECT_EQ(report.upload.duplicate_count, 9U);
  EXPECT_EQ(report.upload.refused_count, 9U);
  std::vector<std::string> reported;
  for (const UploadEntry& entry : report.entries) reported.push_back(entry.path);
  EXPECT_EQ(reported, paths);
  ASSERT_OK_AND_ASSIGN(const auto entries,
                       catalog_->list_upload_entries(report.upload.id, 0, 1000));
  reported.clear();
  for (const UploadEntry& entry : entries) reported.push_back(entry.path);
  EXPECT_EQ(reported, paths);
  for (unsigned i = 0; i < 90; i += 10) EXPECT_EQ(download(i), files[i].content);
}

// A PDB that packs to less than a hundredth: it is larger than the PE around it.
TEST_F(IngestTest, MakesAFileOfAnEmbeddedPdb) {
  Buffer pdb = read_fixture("fuzz/corpus/ppdb_metadata_fuzz/small.pdb");
  pdb.resize(pdb.size() + 1'000'000);
  const Buffer pe = pe_with_embedded_pdb(pdb);
  ASSERT_LT(pe.size(), 20'000U);
  const std::string_view content = as_text(pe);
  EXPECT_THAT(upload(content, "app.dll").entries,
              ElementsAre(is_stored("app.dll"), is_stored("app.dll!/a.pdb")));
  const std::string archive = make_archive(
      "zip", "none", {{"x/app.dll", std::string(content)}, {"x/good.sym", make_sym(1)}});
  EXPECT_THAT(
      upload(archive).entries,
      ElementsAre(
          is_duplicate("x/app.dll"), is_duplicate("x/app.dll!/a.pdb"), is_stored("x/good.sym")));
  ASSERT_OK_AND_ASSIGN(const auto objects, identify(pdb, "a.pdb", Limits()));
  const std::string key = symbol_keys(objects[0].identity, kIdentityKey).front();
  EXPECT_TRUE(key.ends_with("FFFFFFFF/a.pdb")) << key;
  ASSERT_OK_AND_ASSIGN(const auto matches, catalog_->find_key(project_.id, key));
  ASSERT_THAT(matches, SizeIs(1));
  ASSERT_OK_AND_ASSIGN(const auto file, blobs_->open_content(matches[0].blob));
  EXPECT_EQ(read_all_of(*file), as_text(pdb));
  EXPECT_THAT(upload(archive, "", "*.dll").entries,
              ElementsAre(is_duplicate("x/app.dll"),
                          is_refused("x/app.dll!/a.pdb", "*.dll"),
                          is_refused("x/good.sym", "*.dll")));
}

TEST_F(IngestTest, GoesOnBehindACrashInAnEmbeddedPdb) {
  const Buffer pe = pe_with_embedded_pdb(read_fixture("fuzz/corpus/ppdb_metadata_fuzz/small.pdb"));
  const std::string archive =
      make_archive("gnutar",
                   "none",
                   {{"crash-inside.dll", std::string(as_text(pe))}, {"good.sym", make_sym(1)}});
  EXPECT_THAT(upload(archive).entries,
              ElementsAre(is_stored("crash-inside.dll"),
                          is_refused("crash-inside.dll!/a.pdb", "worker crashed (SIGABRT)"),
                          is_stored("good.sym")));
}

TEST_F(IngestTest, TellsDuplicatesFromNewFiles) {
  const std::string archive =
      make_archive("gnutar", "none", {{"a.sym", make_sym(1)}, {"again.sym", make_sym(1)}});
  EXPECT_THAT(upload(archive).entries, ElementsAre(is_stored("a.sym"), is_duplicate("again.sym")));
  const UploadReport second = upload(archive);
  EXPECT_THAT(second.entries, ElementsAre(is_duplicate("a.sym"), is_duplicate("again.sym")));
  EXPECT_EQ(second.upload.duplicate_count, 2U);
  EXPECT_EQ(blob_count(), 1U);

  // Another project has the file for the first time.
  ASSERT_OK_AND_ASSIGN(project_, catalog_->create_project("other", true));
  EXPECT_THAT(upload(archive).entries, ElementsAre(is_stored("a.sym"), is_duplicate("again.sym")));
  EXPECT_EQ(download(1), make_sym(1));
}

TEST_F(IngestTest, RefusesWhatIsNoSymbolFile) {
  const UploadReport report = upload("just text", "notes.txt");
  EXPECT_EQ(report.upload.state, UploadState::kDone);
  EXPECT_THAT(report.entries, ElementsAre(is_refused("notes.txt", "")));
  EXPECT_FALSE(report.entries[0].reason.empty());
  EXPECT_THAT(upload("", "empty").entries, ElementsAre(is_refused("empty", "")));
  EXPECT_EQ(blob_count(), 0U);
}

TEST_F(IngestTest, NeverUsesNamesOfEntriesAsFileNames) {
  const auto outside = directory_->path().parent_path() / "sigla-escaped.sym";
  const std::string archive = make_archive("gnutar",
                                           "none",
                                           {{"../../sigla-escaped.sym", make_sym(1)},
                                            {outside.string(), make_sym(2)},
                                            {"a\nb\xff.sym", make_sym(3)}});
  const UploadReport report = upload(archive);
  ASSERT_THAT(report.entries, SizeIs(3));
  EXPECT_EQ(report.upload.stored_count, 3U);
  EXPECT_EQ(report.entries[0].path, "../../sigla-escaped.sym");
  EXPECT_FALSE(std::filesystem::exists(outside));
  EXPECT_TRUE(std::filesystem::is_empty(directory_->path() / "spool"));
}

TEST_F(IngestTest, KeepsWhatComesBeforeTheDamage) {
  std::vector<TestFile> files;
  for (unsigned i = 0; i < 10; ++i) {
    files.push_back({"f" + std::to_string(i), make_sym(i, 1'000)});
  }
  for (const char* filter : {"none", "gzip", "zstd", "xz"}) {
    std::string archive = make_archive("gnutar", filter, files);
    archive.resize(archive.size() * 2 / 3);
    const UploadReport report = upload(archive);
    EXPECT_EQ(report.upload.state, UploadState::kFailed)
        << filter << ": " << testing::PrintToString(report.entries);
    EXPECT_EQ(report.error_code, ErrorCode::kMalformed) << filter;
    EXPECT_THAT(report.upload.error, HasSubstr("runcated")) << filter;
    ASSERT_OK_AND_ASSIGN(const Upload found, catalog_->find_upload(report.upload.id));
    EXPECT_EQ(found.state, UploadState::kFailed);
    EXPECT_EQ(found.error, report.upload.error);
  }
  EXPECT_EQ(download(0), files[0].content);
  EXPECT_EQ(download(4), files[4].content);
}

TEST_F(IngestTest, GoesOnBehindADamagedInnerArchive) {
  std::string inner = make_archive("gnutar", "gzip", {{"in.sym", make_sym(1, 5'000)}});
  inner.resize(inner.size() / 2);
  const std::string outer =
      make_archive("zip", "none", {{"inner.tgz", inner}, {"good.sym", make_sym(2)}});
  const UploadReport report = upload(outer);
  EXPECT_EQ(report.upload.state, UploadState::kDone);
  ASSERT_FALSE(report.entries.empty());
  EXPECT_THAT(report.entries.back(), is_stored("good.sym"));
  EXPECT_GE(report.upload.refused_count, 1U);
}

TEST_F(IngestTest, StopsBombs) {
  Limits limits;
  limits.ratio_grace_size = 1 << 20;
  limits.compression_ratio_max = 100;
  ASSERT_NO_FATAL_FAILURE(start(limits));
  const std::string zeros(32 << 20, '\0');
  const std::string archive =
      make_archive("zip", "none", {{"good.sym", make_sym(1)}, {"bomb", zeros}});
  const UploadReport report = upload(archive);
  EXPECT_EQ(download(1), make_sym(1));
  const bool is_refused_entry =
      report.entries.size() > 1 && report.entries[1].reason.find("limit") != std::string::npos;
  EXPECT_TRUE(is_refused_entry || report.error_code == ErrorCode::kLimitExceeded)
      << report.upload.error;
  EXPECT_EQ(upload(compress("gzip", zeros), "bomb.gz").upload.refused_count, 1U);
  EXPECT_EQ(blob_count(), 1U);
}

TEST_F(IngestTest, StopsAtTheLimitsOfAnUpload) {
  Limits limits;
  limits.entry_count_max = 3;
  ASSERT_NO_FATAL_FAILURE(start(limits));
  std::vector<TestFile> files;
  for (unsigned i = 0; i < 5; ++i) files.push_back({"f" + std::to_string(i), make_sym(i)});
  const UploadReport many = upload(make_archive("gnutar", "none", files));
  EXPECT_EQ(many.error_code, ErrorCode::kLimitExceeded);
  EXPECT_EQ(many.upload.stored_count, 3U);

  limits = Limits();
  limits.unpacked_size_max = 100'000;
  ASSERT_NO_FATAL_FAILURE(start(limits));
  files = {{"small", make_sym(10)}, {"large", make_sym(11, 10'000)}, {"more", make_sym(12)}};
  const UploadReport large = upload(make_archive("gnutar", "none", files));
  EXPECT_EQ(large.error_code, ErrorCode::kLimitExceeded);
  EXPECT_EQ(download(10), make_sym(10));
}

TEST_F(IngestTest, LosesOneEntryToACrash) {
  const std::string inner = make_archive(
      "gnutar",
      "none",
      {{"in1.sym", make_sym(4)}, {"crash-me-inside.sym", make_sym(5)}, {"in2.sym", make_sym(6)}});
  const std::string archive = make_archive("gnutar",
                                           "gzip",
                                           {{"one.sym", make_sym(1)},
                                            {"crash-me.sym", make_sym(2)},
                                            {"inner.tar", inner},
                                            {"two.sym", make_sym(3)}});
  const UploadReport report = upload(archive);
  EXPECT_EQ(report.upload.state, UploadState::kDone) << report.upload.error;
  EXPECT_THAT(report.entries,
              ElementsAre(is_stored("one.sym"),
                          is_refused("crash-me.sym", "worker crashed (SIGABRT)"),
                          is_stored("inner.tar!/in1.sym"),
                          is_refused("inner.tar!/crash-me-inside.sym", "worker crashed"),
                          is_stored("inner.tar!/in2.sym"),
                          is_stored("two.sym")));
  EXPECT_THAT(upload(make_sym(8), "crash-me").entries,
              ElementsAre(is_refused("crash-me", "worker crashed (SIGABRT)")));
}

TEST_F(IngestTest, GivesUpOnAnUploadThatKeepsCrashing) {
  std::vector<TestFile> files = {{"good.sym", make_sym(1)}};
  for (unsigned i = 0; i < 40; ++i) files.push_back({fmt::format("crash-me-{}", i), make_sym(2)});
  const UploadReport report = upload(make_archive("gnutar", "none", files));
  EXPECT_EQ(report.upload.state, UploadState::kFailed);
  EXPECT_THAT(report.upload.error, HasSubstr("giving up"));
  EXPECT_EQ(download(1), make_sym(1));
}

TEST_F(IngestTest, LosesOneEntryToAHang) {
  Limits limits;
  limits.worker_cpu_seconds_max = 1;
  ASSERT_NO_FATAL_FAILURE(start(limits));
  const std::string archive =
      make_archive("gnutar", "none", {{"hang-me.sym", make_sym(1)}, {"good.sym", make_sym(2)}});
  EXPECT_THAT(upload(archive).entries,
              ElementsAre(is_refused("hang-me.sym", "limit of 1 s"), is_stored("good.sym")));
}

TEST_F(IngestTest, HeedsTheNamesATokenMaySend) {
  const std::string archive =
      make_archive("zip", "none", {{"dir/Good.sym", make_sym(1)}, {"bad.sym", make_sym(2)}});
  EXPECT_THAT(upload(archive, "", "good.*").entries,
              ElementsAre(is_stored("dir/Good.sym"), is_refused("bad.sym", "good.*")));
  EXPECT_THAT(upload(make_sym(3), "bad.sym", "good.*").entries,
              ElementsAre(is_refused("bad.sym", "good.*")));
  EXPECT_EQ(blob_count(), 1U);
}

TEST_F(IngestTest, TakesTheSameUploadTwiceAtOnce) {
  std::vector<TestFile> files;
  for (unsigned i = 0; i < 50; ++i) files.push_back({"f" + std::to_string(i), make_sym(i, 500)});
  const std::string archive = make_archive("gnutar", "none", files);
  std::vector<std::thread> threads;
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([&] {
      const UploadReport report = upload(archive);
      EXPECT_EQ(report.upload.stored_count + report.upload.duplicate_count, 50U);
      EXPECT_EQ(report.upload.state, UploadState::kDone);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(blob_count(), 50U);
  for (unsigned i = 0; i < 50; i += 7) EXPECT_EQ(download(i), files[i].content);
}

TEST_F(IngestTest, MarksWhatAStoppedServerLeft) {
  Upload unfinished;
  unfinished.project_id = project_.id;
  ASSERT_OK_AND_ASSIGN(unfinished, catalog_->create_upload(unfinished));
  ASSERT_THAT(ingest_->start(), IsOk());
  ASSERT_OK_AND_ASSIGN(const Upload found, catalog_->find_upload(unfinished.id));
  EXPECT_EQ(found.state, UploadState::kFailed);
  EXPECT_THAT(found.error, HasSubstr("stopped"));
}

TEST_F(IngestTest, SweepsWhatNothingRefersTo) {
  upload(make_sym(1));
  ASSERT_THAT(blobs_->put(make_file("an orphan")), IsOk());
  EXPECT_EQ(blob_count(), 2U);
  EXPECT_THAT(sweep_orphans(*catalog_, *blobs_, false), IsOkAnd(1U));
  EXPECT_EQ(blob_count(), 1U);
  EXPECT_EQ(download(1), make_sym(1));
}

}  // namespace
}  // namespace sigla
