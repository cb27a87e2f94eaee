// SPDX-License-Identifier: Apache-2.0
#include "api/api_testing.h"

#include <semaphore>

#include "base/text.h"
#include "convert/symcache_job.h"
#include "http/target.h"
#include "ingest/unpack_job.h"
#include "object/identify_job.h"
#include "store/token.h"
#include "symbolicate/fetched_files.h"
#include "symbolicate/walk_job.h"
#include "testing/in_process_pool.h"
#include "testing/matchers.h"

namespace sigla::api {

namespace {

std::unique_ptr<Access> load_access(Catalog& catalog) {
  SIGLA_CHECK(catalog.create_project("default", true).has_value());
  SIGLA_CHECK(catalog.create_project("secret", false).has_value());
  auto access = Access::load(catalog);
  SIGLA_CHECK(access.has_value());
  return std::move(access).value();
}

std::unique_ptr<Fetcher> make_fetcher(KeptFiles& kept, const std::filesystem::path& folder) {
  Fetcher::Options options;
  options.kept = &kept;
  options.source_folders = {folder};
  return std::make_unique<Fetcher>(std::move(options));
}

// As the server waits, but on this thread.
http::Response wait_for(const http::Later& later) {
  struct Alarm final : http::Waiter {
    void wake() override { is_over.release(); }
    std::counting_semaphore<> is_over{0};
  };
  const auto alarm = std::make_shared<Alarm>();
  later.call(alarm);
  if (later.timeout) {
    static_cast<void>(alarm->is_over.try_acquire_for(*later.timeout));
  } else {
    alarm->is_over.acquire();
  }
  return later.take();
}

}  // namespace

ApiTest::ApiTest()
    : catalog_(std::make_unique<IndexedCatalog>(std::make_unique<MemoryCatalog>())),
      blobs_(std::make_unique<MemoryBlobStore>()),
      access_(load_access(*catalog_)),
      spool_(TempDirectory::create().value()),
      workers_(std::make_unique<InProcessPool>(
          add_ingest_jobs, add_convert_jobs, add_object_jobs, add_symbolicate_jobs)),
      ingest_(std::make_unique<Ingest>(
          *catalog_, *blobs_, *workers_, Ingest::Options{.spool = spool_.path(), .limits = {}})),
      symcaches_(std::make_unique<SymcacheStep>(*blobs_, *workers_, spool_.path() / "symcaches")),
      downloads_(KeptFiles::open(spool_.path() / "downloads", 1U << 30U).value()),
      fetched_symcaches_(KeptFiles::open(spool_.path() / "fetched", 1U << 30U).value()),
      fetcher_(make_fetcher(*downloads_, spool_.path())),
      fetched_(std::make_unique<FetchedFiles>(*fetched_symcaches_, *workers_)),
      requests_(std::make_unique<RequestTable>(RequestTable::Options())),
      services_{*catalog_,
                *blobs_,
                *access_,
                catalog_->key_index(),
                *ingest_,
                *workers_,
                *symcaches_,
                {*fetcher_, *fetched_, *requests_},
                metrics_,
                spool_.path(),
                Limits()} {
  catalog_->key_index().wait_until_loaded();
  admin_ = make_token("", {Capability::kAdmin});
}

std::string ApiTest::make_token(std::string_view project,
                                std::vector<Capability> capabilities,
                                Token details) {
  const std::string secret = make_token_text();
  details.hash = hash_token(secret);
  details.hint = hint_of_token(secret);
  if (!project.empty()) details.project_id = access_->find_project(project)->id;
  for (const Capability capability : capabilities) {
    details.capabilities |= static_cast<std::uint32_t>(capability);
  }
  EXPECT_THAT(catalog_->create_token(details), IsOk());
  EXPECT_THAT(access_->reload(*catalog_), IsOk());
  return secret;
}

http::Request ApiTest::request(std::string method, std::string target, http::Headers headers) {
  http::Request request;
  request.method = std::move(method);
  request.target = std::move(target);
  request.headers = std::move(headers);
  EXPECT_TRUE(http::split_target(request)) << request.target;
  return request;
}

http::Response ApiTest::send(const http::Router& router, http::Request& request) {
  http::Router::Match match = router.match(request.method, request.path);
  if (match.route == nullptr) return http::Response::text(404, "no route");
  request.captures = std::move(match.captures);
  if (match.route->admit) {
    auto refused = match.route->admit(request);
    if (refused) return *std::move(refused);
  }
  http::Response response = match.route->handler(request);
  return response.later == nullptr ? std::move(response) : wait_for(*response.later);
}

std::string ApiTest::text_of(const http::Response& response) {
  if (const auto* text = std::get_if<std::string>(&response.body)) return *text;
  if (const auto* shared = std::get_if<std::shared_ptr<const std::string>>(&response.body)) {
    return **shared;
  }
  if (const auto* file = std::get_if<http::FileBody>(&response.body)) {
    std::string text(file->size, '\0');
    Buffer buffer(file->size);
    EXPECT_THAT(file->file->read_at(buffer, file->offset), IsOkAnd(file->size));
    return std::string(as_text(buffer));
  }
  return "(a stream)";
}

StoredObject ApiTest::store_object(std::string_view content,
                                   Identity identity,
                                   std::vector<std::string> keys,
                                   std::string_view tag) {
  auto file = File::create_in_memory("content");
  SIGLA_CHECK(file.has_value());
  EXPECT_THAT(file->write_all(as_bytes(content)), IsOk());
  auto stored = blobs_->put(*file);
  SIGLA_CHECK(stored.has_value());
  const Id project_id = access_->find_project("default")->id;
  Upload upload;
  upload.project_id = project_id;
  upload.tag = tag;
  upload = catalog_->create_upload(upload).value();
  StoredObject object;
  object.project_id = project_id;
  object.blob = stored->hash;
  object.size = stored->size;
  object.identity = std::move(identity);
  object.path = object.identity.name;
  object.tag = tag;
  object.upload_id = upload.id;
  object.keys = std::move(keys);
  IngestBatch batch;
  batch.upload_id = upload.id;
  batch.blobs = {{stored->hash, stored->size, stored->stored_size}};
  batch.objects = {object};
  UploadEntry entry;
  entry.upload_id = upload.id;
  entry.path = object.path;
  entry.size = stored->size;
  entry.result = EntryResult::kStored;
  entry.format = to_string(object.identity.format);
  entry.blob = stored->hash;
  batch.entries = {entry};
  EXPECT_THAT(catalog_->commit(batch), IsOk());
  return object;
}

}  // namespace sigla::api
