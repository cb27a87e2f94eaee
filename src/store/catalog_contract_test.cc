// SPDX-License-Identifier: Apache-2.0
// What every catalog promises, run on each of them.
#include <gtest/gtest.h>

#include <thread>

#include "os/file.h"
#include "store/catalog.h"
#include "store/indexed_catalog.h"
#include "store/memory/memory_catalog.h"
#include "store/sqlite/sqlite_catalog.h"
#include "store/token.h"
#include "testing/matchers.h"

namespace sigla {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

BlobHash make_hash(int number) {
  BlobHash hash;
  hash.bytes[0] = static_cast<std::uint8_t>(number);
  hash.bytes[1] = static_cast<std::uint8_t>(number >> 8);
  hash.bytes[31] = 0xff;
  return hash;
}

class CatalogContract : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (GetParam() == std::string_view("memory")) {
      catalog_ = std::make_unique<MemoryCatalog>();
    } else {
      ASSERT_OK_AND_ASSIGN(directory_, TempDirectory::create());
      ASSERT_OK_AND_ASSIGN(catalog_, open_sqlite_catalog(directory_->path() / "catalog.db"));
    }
    if (GetParam() == std::string_view("indexed")) {
      catalog_ = std::make_unique<IndexedCatalog>(std::move(catalog_));
    }
    ASSERT_OK_AND_ASSIGN(project_, catalog_->create_project("default", true));
    upload_ = add_upload("anon");
  }

  Upload add_upload(const std::string& tag) {
    Upload upload;
    upload.project_id = project_.id;
    upload.tag = tag;
    upload.name = "symbols.zip";
    auto created = catalog_->create_upload(upload);
    EXPECT_THAT(created, IsOk());
    return created.has_value() ? *created : Upload();
  }

  StoredObject make_object(int blob, const std::string& name, std::vector<std::string> keys) const {
    StoredObject object;
    object.project_id = project_.id;
    object.blob = make_hash(blob);
    object.size = 100;
    object.identity.format = Format::kPdb;
    object.identity.kind = ObjectKind::kDebug;
    object.identity.arch = Arch::kX86_64;
    object.identity.name = name;
    object.tag = upload_.tag;
    object.upload_id = upload_.id;
    object.keys = std::move(keys);
    return object;
  }

  IngestBatch make_batch(const std::vector<StoredObject>& objects) const {
    IngestBatch batch;
    batch.upload_id = upload_.id;
    for (const StoredObject& object : objects) {
      batch.blobs.push_back({object.blob, 200, 50});
      batch.objects.push_back(object);
    }
    return batch;
  }

  std::vector<std::string> names_of(const Result<std::vector<StoredObject>>& found) const {
    EXPECT_THAT(found, IsOk());
    std::vector<std::string> names;
    if (!found.has_value()) return names;
    for (const StoredObject& object : *found) names.push_back(object.identity.name);
    return names;
  }

  std::vector<std::string> search(const std::string& text, const std::string& tag = "") {
    SymbolQuery query;
    query.project_id = project_.id;
    query.text = text;
    query.tag = tag;
    return names_of(catalog_->search(query));
  }

  std::optional<TempDirectory> directory_;
  std::unique_ptr<Catalog> catalog_;
  Project project_;
  Upload upload_;
};

TEST_P(CatalogContract, KeepsProjects) {
  ASSERT_OK_AND_ASSIGN(Project other, catalog_->create_project("game", false));
  EXPECT_NE(other.id, project_.id);
  EXPECT_GT(other.created_at, 0);
  EXPECT_THAT(catalog_->create_project("game", true), IsError(ErrorCode::kConflict, "game"));
  ASSERT_OK_AND_ASSIGN(Project found, catalog_->find_project("game"));
  EXPECT_EQ(found.id, other.id);
  EXPECT_FALSE(found.is_public);
  EXPECT_THAT(catalog_->find_project("Game"), IsError(ErrorCode::kNotFound, "Game"));

  EXPECT_FALSE(found.has_strict_packages);
  other.is_public = true;
  other.has_strict_packages = true;
  EXPECT_THAT(catalog_->update_project(other), IsOk());
  other.name = "default";
  EXPECT_THAT(catalog_->update_project(other), IsError(ErrorCode::kConflict, ""));
  other.id = 99;
  EXPECT_THAT(catalog_->update_project(other), IsError(ErrorCode::kNotFound, "99"));
  ASSERT_OK_AND_ASSIGN(const auto all, catalog_->list_projects());
  ASSERT_THAT(all, SizeIs(2));
  EXPECT_TRUE(all[1].is_public);
  EXPECT_TRUE(all[1].has_strict_packages);
}

TEST_P(CatalogContract, KeepsTokensByTheirHash) {
  const std::string text = make_token_text();
  ASSERT_EQ(text.size(), 64U);
  Token token;
  token.project_id = project_.id;
  token.name = "ci";
  token.hash = hash_token(text);
  token.hint = hint_of_token(text);
  token.capabilities = static_cast<std::uint32_t>(Capability::kSymbolPost);
  token.expires_at = 1234;
  token.tag_restriction = "release-*";
  token.name_restriction = "*.pdb";
  ASSERT_OK_AND_ASSIGN(const Token created, catalog_->create_token(token));
  EXPECT_THAT(catalog_->create_token(token), IsError(ErrorCode::kConflict, ""));
  Token admin;
  admin.hash = hash_token("other");
  ASSERT_THAT(catalog_->create_token(admin), IsOk());

  ASSERT_OK_AND_ASSIGN(const Token found, catalog_->find_token_by_hash(hash_token(text)));
  EXPECT_EQ(found.id, created.id);
  EXPECT_EQ(found.project_id, project_.id);
  EXPECT_EQ(found.name, "ci");
  EXPECT_EQ(found.hint, text.substr(0, 6));
  EXPECT_EQ(found.capabilities, 1U);
  EXPECT_EQ(found.expires_at, 1234);
  EXPECT_EQ(found.tag_restriction, "release-*");
  EXPECT_EQ(found.name_restriction, "*.pdb");
  EXPECT_THAT(catalog_->find_token_by_hash(text), IsError(ErrorCode::kNotFound, ""));

  EXPECT_THAT(catalog_->list_tokens(0), IsOkAnd(SizeIs(2)));
  EXPECT_THAT(catalog_->list_tokens(project_.id), IsOkAnd(SizeIs(1)));
  EXPECT_THAT(catalog_->delete_token(created.id), IsOk());
  EXPECT_THAT(catalog_->delete_token(created.id), IsError(ErrorCode::kNotFound, ""));
  EXPECT_THAT(catalog_->find_token_by_hash(hash_token(text)), IsError(ErrorCode::kNotFound, ""));
}

TEST_P(CatalogContract, RefusesWhatNamesNoProject) {
  Token token;
  token.project_id = 77;
  token.hash = "h";
  EXPECT_THAT(catalog_->create_token(token), IsError(ErrorCode::kInvalidArgument, ""));
  Upload upload;
  upload.project_id = 77;
  EXPECT_THAT(catalog_->create_upload(upload), IsError(ErrorCode::kInvalidArgument, ""));
}

TEST_P(CatalogContract, KeepsUploadsAndPagesThemBackwards) {
  for (int i = 0; i < 4; ++i) add_upload(i % 2 == 0 ? "even" : "odd");
  Upload upload = upload_;
  upload.state = UploadState::kFailed;
  upload.error = "the archive is truncated";
  upload.size = 17;
  upload.stored_count = 3;
  upload.duplicate_count = 2;
  upload.refused_count = 1;
  upload.finished_at = 99;
  ASSERT_THAT(catalog_->update_upload(upload), IsOk());
  ASSERT_OK_AND_ASSIGN(const Upload found, catalog_->find_upload(upload.id));
  EXPECT_EQ(found.state, UploadState::kFailed);
  EXPECT_EQ(found.error, upload.error);
  EXPECT_EQ(found.size, 17U);
  EXPECT_EQ(found.stored_count, 3U);
  EXPECT_EQ(found.duplicate_count, 2U);
  EXPECT_EQ(found.refused_count, 1U);
  EXPECT_EQ(found.finished_at, 99);
  EXPECT_EQ(found.name, "symbols.zip");
  upload.id = 1000;
  EXPECT_THAT(catalog_->update_upload(upload), IsError(ErrorCode::kNotFound, "1000"));
  EXPECT_THAT(catalog_->find_upload(1000), IsError(ErrorCode::kNotFound, "1000"));

  UploadQuery query;
  query.project_id = project_.id;
  query.limit = 3;
  ASSERT_OK_AND_ASSIGN(const auto first, catalog_->list_uploads(query));
  ASSERT_THAT(first, SizeIs(3));
  EXPECT_GT(first[0].id, first[1].id);
  query.before_id = first.back().id;
  EXPECT_THAT(catalog_->list_uploads(query), IsOkAnd(SizeIs(2)));
  query.before_id = 0;
  query.tag = "odd";
  EXPECT_THAT(catalog_->list_uploads(query), IsOkAnd(SizeIs(2)));
}

TEST_P(CatalogContract, FailsWhatAStoppedServerLeft) {
  Upload done = add_upload("x");
  done.state = UploadState::kDone;
  ASSERT_THAT(catalog_->update_upload(done), IsOk());
  EXPECT_THAT(catalog_->fail_unfinished_uploads("the server stopped"), IsOkAnd(1U));
  ASSERT_OK_AND_ASSIGN(const Upload failed, catalog_->find_upload(upload_.id));
  EXPECT_EQ(failed.state, UploadState::kFailed);
  EXPECT_EQ(failed.error, "the server stopped");
  EXPECT_THAT(catalog_->fail_unfinished_uploads("again"), IsOkAnd(0U));
}

TEST_P(CatalogContract, FindsAnObjectByEveryKeyInAnyCase) {
  StoredObject object = make_object(1, "crash.pdb", {"crash.pdb/ABC1/crash.pdb", "abc1/x"});
  object.offset = 64;
  ASSERT_THAT(catalog_->commit(make_batch({object})), IsOk());
  for (const char* key : {"crash.pdb/abc1/crash.pdb", "Crash.PDB/ABC1/crash.pdb", "ABC1/X"}) {
    ASSERT_OK_AND_ASSIGN(const auto matches, catalog_->find_key(project_.id, key));
    ASSERT_THAT(matches, SizeIs(1)) << key;
    EXPECT_EQ(matches[0].blob, make_hash(1));
    EXPECT_EQ(matches[0].blob_size, 200U);
    EXPECT_EQ(matches[0].offset, 64U);
    EXPECT_EQ(matches[0].size, 100U);
    EXPECT_EQ(matches[0].file_name, "crash.pdb");
    EXPECT_EQ(matches[0].format, Format::kPdb);
    EXPECT_GT(matches[0].created_at, 0);
  }
  EXPECT_THAT(catalog_->find_key(project_.id, "crash.pdb/abc1"), IsOkAnd(IsEmpty()));
  EXPECT_THAT(catalog_->find_key(project_.id + 1, "abc1/x"), IsOkAnd(IsEmpty()));
}

TEST_P(CatalogContract, AnswersAKeyWithTheNewestObjectFirst) {
  ASSERT_THAT(catalog_->commit(make_batch({make_object(1, "old", {"k"})})), IsOk());
  ASSERT_THAT(catalog_->commit(make_batch({make_object(2, "new", {"k"})})), IsOk());
  ASSERT_OK_AND_ASSIGN(const auto matches, catalog_->find_key(project_.id, "k"));
  ASSERT_THAT(matches, SizeIs(2));
  EXPECT_EQ(matches[0].file_name, "new");
  EXPECT_EQ(matches[1].file_name, "old");
}

TEST_P(CatalogContract, PutsWhatIsStoredAgainInFrontOfWhatCameAfterIt) {
  StoredObject first = make_object(1, "first.pdb", {"k", "only"});
  first.tag = "one";
  ASSERT_THAT(catalog_->commit(make_batch({first})), IsOk());
  ASSERT_THAT(catalog_->commit(make_batch({make_object(2, "second.pdb", {"k"})})), IsOk());
  first.tag = "two";
  ASSERT_THAT(catalog_->commit(make_batch({first})), IsOk());
  ASSERT_OK_AND_ASSIGN(const auto matches, catalog_->find_key(project_.id, "k"));
  ASSERT_THAT(matches, SizeIs(2));
  EXPECT_EQ(matches[0].file_name, "first.pdb");
  EXPECT_GT(matches[0].object_id, matches[1].object_id);
  EXPECT_THAT(catalog_->find_key(project_.id, "only"), IsOkAnd(SizeIs(1)));
  EXPECT_THAT(search("first"), ElementsAre("first.pdb"));
  EXPECT_THAT(search(".pdb"), ElementsAre("first.pdb", "second.pdb"));
  EXPECT_THAT(search("", "one"), ElementsAre("first.pdb"));
  EXPECT_THAT(search("", "two"), ElementsAre("first.pdb"));
  // The newest stays what it is, and new ones come after it.
  ASSERT_THAT(catalog_->commit(make_batch({first})), IsOk());
  ASSERT_OK_AND_ASSIGN(const auto same, catalog_->find_key(project_.id, "k"));
  EXPECT_EQ(same[0].object_id, matches[0].object_id);
  ASSERT_THAT(catalog_->commit(make_batch({make_object(3, "third.pdb", {"k"})})), IsOk());
  ASSERT_OK_AND_ASSIGN(const auto more, catalog_->find_key(project_.id, "k"));
  ASSERT_THAT(more, SizeIs(3));
  EXPECT_EQ(more[0].file_name, "third.pdb");
  EXPECT_GT(more[0].object_id, more[1].object_id);
}

TEST_P(CatalogContract, KeepsTheWholeIdentity) {
  StoredObject object = make_object(1, "libfoo.so", {"k"});
  ASSERT_OK_AND_ASSIGN(const DebugId debug_id,
                       DebugId::parse("3249d99d-0c40-4931-8610-f4e4fb0b6936-a1"));
  object.identity.debug_id = debug_id;
  object.identity.code_id = CodeId("0011aabb");
  object.identity.debug_file_name = "libfoo.so.debug";
  object.identity.version = "1.2.3.4";
  object.identity.has_unwind_info = true;
  object.identity.is_managed = true;
  object.path = "lib/libfoo.so";
  ASSERT_THAT(catalog_->commit(make_batch({object, make_object(2, "plain", {})})), IsOk());

  ASSERT_OK_AND_ASSIGN(const auto found, catalog_->find_by_debug_id(project_.id, debug_id));
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].identity.debug_id, debug_id);
  EXPECT_EQ(found[0].identity.code_id.text(), "0011aabb");
  EXPECT_EQ(found[0].identity.debug_file_name, "libfoo.so.debug");
  EXPECT_EQ(found[0].identity.version, "1.2.3.4");
  EXPECT_EQ(found[0].identity.format, Format::kPdb);
  EXPECT_EQ(found[0].identity.kind, ObjectKind::kDebug);
  EXPECT_EQ(found[0].identity.arch, Arch::kX86_64);
  EXPECT_TRUE(found[0].identity.has_unwind_info);
  EXPECT_TRUE(found[0].identity.is_managed);
  EXPECT_FALSE(found[0].identity.has_sources);
  EXPECT_EQ(found[0].path, "lib/libfoo.so");
  EXPECT_EQ(found[0].tag, "anon");
  EXPECT_EQ(found[0].upload_id, upload_.id);
  EXPECT_THAT(found[0].keys, ElementsAre("k"));

  EXPECT_THAT(names_of(catalog_->find_by_code_id(project_.id, CodeId("0011AABB"))),
              ElementsAre("libfoo.so"));
  EXPECT_THAT(names_of(catalog_->find_by_code_id(project_.id, CodeId())), IsEmpty());
  EXPECT_THAT(names_of(catalog_->find_by_debug_id(project_.id, DebugId())), IsEmpty());
}

TEST_P(CatalogContract, FindsWhatItHasOfAContent) {
  StoredObject first = make_object(1, "fat", {"x86"});
  StoredObject second = make_object(1, "fat64", {"arm"});
  second.offset = 4096;
  ASSERT_THAT(catalog_->commit(make_batch({first, second, make_object(2, "other", {"k"})})),
              IsOk());
  EXPECT_THAT(names_of(catalog_->find_by_blob(project_.id, first.blob)),
              testing::UnorderedElementsAre("fat", "fat64"));
  EXPECT_THAT(names_of(catalog_->find_by_blob(project_.id, make_object(3, "", {}).blob)),
              IsEmpty());
  EXPECT_THAT(names_of(catalog_->find_by_blob(project_.id + 1, first.blob)), IsEmpty());
}

TEST_P(CatalogContract, AddsTagAndNewKeysToAnObjectItHas) {
  ASSERT_THAT(catalog_->commit(make_batch({make_object(1, "a.pdb", {"k1"})})), IsOk());
  StoredObject again = make_object(1, "renamed.pdb", {"k1", "K2"});
  again.tag = "nightly";
  ASSERT_THAT(catalog_->commit(make_batch({again})), IsOk());
  EXPECT_THAT(catalog_->find_key(project_.id, "k1"), IsOkAnd(SizeIs(1)));
  EXPECT_THAT(catalog_->find_key(project_.id, "k2"), IsOkAnd(SizeIs(1)));
  EXPECT_THAT(search("", "anon"), ElementsAre("a.pdb"));
  EXPECT_THAT(search("", "nightly"), ElementsAre("a.pdb"));
  EXPECT_THAT(search("nightl"), ElementsAre("a.pdb"));
  ASSERT_OK_AND_ASSIGN(const auto matches, catalog_->find_key(project_.id, "k1"));
  EXPECT_EQ(matches[0].file_name, "a.pdb");
}

TEST_P(CatalogContract, KeepsSlicesOfOneBlobApart) {
  StoredObject first = make_object(1, "fat", {"x86"});
  StoredObject second = make_object(1, "fat", {"arm"});
  second.offset = 4096;
  IngestBatch batch = make_batch({first, second});
  ASSERT_THAT(catalog_->commit(batch), IsOk());
  ASSERT_OK_AND_ASSIGN(const auto matches, catalog_->find_key(project_.id, "arm"));
  ASSERT_THAT(matches, SizeIs(1));
  EXPECT_EQ(matches[0].offset, 4096U);
}

TEST_P(CatalogContract, CommitsAllOrNothing) {
  IngestBatch batch = make_batch({make_object(1, "good", {"k"})});
  StoredObject dangling = make_object(2, "dangling", {"d"});
  batch.objects.push_back(dangling);
  EXPECT_THAT(catalog_->commit(batch), IsError(ErrorCode::kInvalidArgument, ""));
  EXPECT_THAT(catalog_->find_key(project_.id, "k"), IsOkAnd(IsEmpty()));
  EXPECT_THAT(catalog_->has_blob(make_hash(1)), IsOkAnd(false));

  batch.objects.pop_back();
  EXPECT_THAT(catalog_->commit(batch), IsOk());
  EXPECT_THAT(catalog_->has_blob(make_hash(1)), IsOkAnd(true));
}

TEST_P(CatalogContract, FinishesAnUploadTogetherWithWhatItAdds) {
  IngestBatch batch = make_batch({make_object(1, "good", {"k"})});
  batch.finished = upload_;
  batch.finished->id = 1000;
  EXPECT_THAT(catalog_->commit(batch), IsError(ErrorCode::kNotFound, "1000"));
  EXPECT_THAT(catalog_->find_key(project_.id, "k"), IsOkAnd(IsEmpty()));
  batch.finished->id = upload_.id;
  batch.finished->state = UploadState::kDone;
  batch.finished->stored_count = 1;
  ASSERT_THAT(catalog_->commit(batch), IsOk());
  ASSERT_OK_AND_ASSIGN(const Upload found, catalog_->find_upload(upload_.id));
  EXPECT_EQ(found.state, UploadState::kDone);
  EXPECT_EQ(found.stored_count, 1U);
}

TEST_P(CatalogContract, ListsEntriesInTheirOrderAcrossCommits) {
  for (int part = 0; part < 2; ++part) {
    IngestBatch batch = make_batch({make_object(1, "a.pdb", {"k"})});
    for (int i = 0; i < 3; ++i) {
      UploadEntry entry;
      entry.path = "dir/" + std::to_string(part * 3 + i);
      entry.size = 10;
      entry.result = EntryResult::kStored;
      entry.format = "pdb";
      entry.blob = make_hash(1);
      batch.entries.push_back(entry);
    }
    batch.entries[1].result = EntryResult::kRefused;
    batch.entries[1].reason = "no symbol file";
    batch.entries[1].blob = BlobHash();
    ASSERT_THAT(catalog_->commit(batch), IsOk());
  }
  ASSERT_OK_AND_ASSIGN(const auto first, catalog_->list_upload_entries(upload_.id, 0, 4));
  ASSERT_THAT(first, SizeIs(4));
  EXPECT_EQ(first[0].path, "dir/0");
  EXPECT_EQ(first[0].blob, make_hash(1));
  EXPECT_EQ(first[1].reason, "no symbol file");
  EXPECT_EQ(first[1].result, EntryResult::kRefused);
  EXPECT_EQ(first[3].path, "dir/3");
  ASSERT_OK_AND_ASSIGN(const auto rest,
                       catalog_->list_upload_entries(upload_.id, first[3].ordinal, 4));
  ASSERT_THAT(rest, SizeIs(2));
  EXPECT_EQ(rest[0].path, "dir/4");
}

TEST_P(CatalogContract, KnowsWhichBlobsAProjectHas) {
  ASSERT_OK_AND_ASSIGN(const Project other, catalog_->create_project("other", true));
  ASSERT_THAT(catalog_->commit(make_batch({make_object(1, "a", {"k"})})), IsOk());
  const std::vector<BlobHash> asked = {make_hash(2), make_hash(1)};
  EXPECT_THAT(catalog_->known_blobs(project_.id, asked), IsOkAnd(ElementsAre(make_hash(1))));
  EXPECT_THAT(catalog_->known_blobs(other.id, asked), IsOkAnd(IsEmpty()));
}

TEST_P(CatalogContract, SearchesPartsOfNamesAndIds) {
  StoredObject object = make_object(1, "ntdll.pdb", {"k"});
  ASSERT_OK_AND_ASSIGN(object.identity.debug_id,
                       DebugId::parse("3249d99d-0c40-4931-8610-f4e4fb0b6936-1"));
  object.identity.code_id = CodeId("5f3cafe01234");
  object.path = "out/100%_\"done\"/ntdll.pdb";
  ASSERT_THAT(catalog_->commit(make_batch({object, make_object(2, "kernel32.pdb", {})})), IsOk());
  for (const char* text : {"tdll", "TDLL.p", "0c40-4931", "3249D99D0C40", "3CAFE", "0%_\"d"}) {
    EXPECT_THAT(search(text), ElementsAre("ntdll.pdb")) << text;
  }
  EXPECT_THAT(search("nothing like it"), IsEmpty());
  EXPECT_THAT(search(".pdb"), ElementsAre("kernel32.pdb", "ntdll.pdb"));
  EXPECT_THAT(search(""), ElementsAre("kernel32.pdb", "ntdll.pdb"));
  EXPECT_THAT(search(".pdb", "no such tag"), IsEmpty());
  EXPECT_THAT(search(".pdb", "anon"), SizeIs(2));

  SymbolQuery query;
  query.project_id = project_.id;
  query.text = "td";
  EXPECT_THAT(catalog_->search(query), IsError(ErrorCode::kInvalidArgument, "3 characters"));
}

TEST_P(CatalogContract, PagesASearchBackwards) {
  std::vector<StoredObject> objects;
  for (int i = 0; i < 10; ++i) objects.push_back(make_object(i, "lib" + std::to_string(i), {}));
  ASSERT_THAT(catalog_->commit(make_batch(objects)), IsOk());
  for (const char* text : {"", "lib"}) {
    SymbolQuery query;
    query.project_id = project_.id;
    query.text = text;
    query.tag = "anon";
    query.limit = 4;
    std::vector<std::string> all;
    while (true) {
      ASSERT_OK_AND_ASSIGN(const auto page, catalog_->search(query));
      if (page.empty()) break;
      for (const auto& object : page) all.push_back(object.identity.name);
      query.before_id = page.back().id;
    }
    ASSERT_THAT(all, SizeIs(10));
    EXPECT_EQ(all.front(), "lib9");
    EXPECT_EQ(all.back(), "lib0");
  }
}

TEST_P(CatalogContract, VisitsEveryKeyOnceAndEveryBlob) {
  std::vector<StoredObject> objects;
  for (int i = 0; i < 6000; ++i) {
    objects.push_back(make_object(i, "f", {"key" + std::to_string(i), "shared"}));
  }
  ASSERT_THAT(catalog_->commit(make_batch(objects)), IsOk());
  std::map<std::string, int> seen;
  ASSERT_THAT(catalog_->for_each_key([&](Id project_id, std::string_view key) {
    EXPECT_EQ(project_id, project_.id);
    ++seen[std::string(key)];
    return true;
  }),
              IsOk());
  EXPECT_THAT(seen, SizeIs(6001));
  for (const auto& [key, count] : seen) EXPECT_EQ(count, 1) << key;
  int visits = 0;
  ASSERT_THAT(catalog_->for_each_key([&](Id, std::string_view) { return ++visits < 5; }), IsOk());
  EXPECT_EQ(visits, 5);
  std::size_t blob_count = 0;
  ASSERT_THAT(catalog_->for_each_blob([&](const BlobHash&, std::uint64_t size) {
    EXPECT_EQ(size, 200U);
    ++blob_count;
  }),
              IsOk());
  EXPECT_EQ(blob_count, 6000U);
}

TEST_P(CatalogContract, HidesWhatOnlyHiddenUploadsBrought) {
  Upload package;
  package.project_id = project_.id;
  package.tag = "demo.lib/1.0.0";
  package.state = UploadState::kDone;
  package.package = {"demo.lib", "1.0.0", PackageKind::kSymbols};
  ASSERT_OK_AND_ASSIGN(package, catalog_->create_upload(package));
  const auto bring = [&](const Upload& upload, int blob, const std::string& key) {
    IngestBatch batch = make_batch({make_object(blob, "f", {key})});
    batch.upload_id = upload.id;
    batch.objects[0].upload_id = upload.id;
    UploadEntry entry;
    entry.path = "lib/" + key;
    entry.result = EntryResult::kStored;
    entry.blob = make_hash(blob);
    batch.entries.push_back(entry);
    EXPECT_THAT(catalog_->commit(batch), IsOk());
  };
  bring(package, 1, "own");
  bring(package, 2, "shared");
  bring(upload_, 2, "shared");
  ASSERT_OK_AND_ASSIGN(const auto uploads,
                       catalog_->list_package_uploads(project_.id, "demo.lib", "1.0.0"));
  ASSERT_THAT(uploads, SizeIs(1));
  EXPECT_EQ(uploads[0].package.kind, PackageKind::kSymbols);
  EXPECT_THAT(catalog_->list_package_uploads(project_.id, "demo.lib", "2.0.0"), IsOkAnd(IsEmpty()));

  const auto hide = [&](bool is_hidden) {
    Upload audit;
    audit.project_id = project_.id;
    audit.action = is_hidden ? UploadAction::kDelete : UploadAction::kRelist;
    audit.state = UploadState::kDone;
    EXPECT_THAT(catalog_->set_uploads_hidden({package.id}, is_hidden, audit),
                IsOkAnd(ElementsAre("own")));
    ASSERT_OK_AND_ASSIGN(const auto entries, catalog_->list_upload_entries(audit.id, 0, 10));
    ASSERT_THAT(entries, SizeIs(1));
    EXPECT_EQ(entries[0].path, "lib/own");
    EXPECT_EQ(entries[0].result, is_hidden ? EntryResult::kHidden : EntryResult::kRelisted);
    ASSERT_OK_AND_ASSIGN(const Upload found, catalog_->find_upload(audit.id));
    EXPECT_EQ(found.action, audit.action);
    ASSERT_OK_AND_ASSIGN(const Upload changed, catalog_->find_upload(package.id));
    EXPECT_EQ(changed.is_hidden, is_hidden);
  };
  hide(true);
  EXPECT_THAT(catalog_->find_key(project_.id, "own"), IsOkAnd(IsEmpty()));
  EXPECT_THAT(catalog_->find_key(project_.id, "shared"), IsOkAnd(SizeIs(1)));
  EXPECT_THAT(catalog_->known_blobs(project_.id, {make_hash(1), make_hash(2)}),
              IsOkAnd(ElementsAre(make_hash(2))));
  EXPECT_THAT(search("", "anon"), SizeIs(1));
  hide(false);
  EXPECT_THAT(catalog_->find_key(project_.id, "own"), IsOkAnd(SizeIs(1)));
  // Sent again, it is there again.
  hide(true);
  bring(upload_, 1, "own");
  EXPECT_THAT(catalog_->find_key(project_.id, "own"), IsOkAnd(SizeIs(1)));
  EXPECT_THAT(catalog_->known_blobs(project_.id, {make_hash(1)}), IsOkAnd(SizeIs(1)));
}

TEST_P(CatalogContract, SurvivesThreadsThatReadAndWrite) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 25; ++i) {
        const int number = t * 100 + i;
        const std::string key = "key" + std::to_string(number);
        EXPECT_THAT(catalog_->commit(make_batch({make_object(number, "f", {key})})), IsOk());
        // An acknowledged commit is seen by every later read.
        EXPECT_THAT(catalog_->find_key(project_.id, key), IsOkAnd(SizeIs(1)));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(search("", "anon"), SizeIs(50));
}

TEST_P(CatalogContract, SaysItWorks) { EXPECT_THAT(catalog_->check(), IsOk()); }

INSTANTIATE_TEST_SUITE_P(Every,
                         CatalogContract,
                         testing::Values("memory", "sqlite", "indexed"),
                         [](const auto& context) { return std::string(context.param); });

TEST(Capability, HasANameThatReadsBack) {
  for (const auto capability : {Capability::kSymbolPost,
                                Capability::kErrorPost,
                                Capability::kObjectGet,
                                Capability::kQueryPost,
                                Capability::kSyncPost,
                                Capability::kSymbolGet,
                                Capability::kAdmin}) {
    EXPECT_EQ(parse_capability(to_string(capability)), capability);
  }
  EXPECT_EQ(parse_capability("symbol:eat"), std::nullopt);
}

}  // namespace
}  // namespace sigla
