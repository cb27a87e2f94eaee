// SPDX-License-Identifier: Apache-2.0
// A server's services in memory, for tests of request handlers: project "default" (public) with one
// token, project "secret" (private), an administrator's token.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "api/services.h"
#include "http/request.h"
#include "http/router.h"
#include "store/indexed_catalog.h"
#include "store/memory/memory_blob_store.h"
#include "store/memory/memory_catalog.h"

namespace sigla::api {

class ApiTest : public testing::Test {
 protected:
  ApiTest();

  // A token of the project (empty: of all) with these capabilities; returns its secret.
  std::string make_token(std::string_view project,
                         std::vector<Capability> capabilities,
                         Token details = {});
  // A request as the server would hand it over; `target` may have a query.
  static http::Request request(std::string method, std::string target, http::Headers headers = {});
  static http::Headers bearer(const std::string& secret) {
    return {{"Authorization", "Bearer " + secret}};
  }
  // Routes it, asks for admission, runs the handler.
  http::Response send(const http::Router& router, http::Request& request);
  http::Response send(const http::Router& router, http::Request&& request) {
    return send(router, request);
  }
  static std::string text_of(const http::Response& response);
  // Stores `content` with one object under these keys, in project "default".
  StoredObject store_object(std::string_view content,
                            Identity identity,
                            std::vector<std::string> keys,
                            std::string_view tag = "anon");

  std::unique_ptr<IndexedCatalog> catalog_;
  std::unique_ptr<BlobStore> blobs_;
  std::unique_ptr<Access> access_;
  TempDirectory spool_;
  std::unique_ptr<WorkerPool> workers_;
  std::unique_ptr<Ingest> ingest_;
  std::unique_ptr<SymcacheStep> symcaches_;
  std::unique_ptr<KeptFiles> downloads_;
  std::unique_ptr<KeptFiles> fetched_symcaches_;
  std::unique_ptr<Fetcher> fetcher_;
  std::unique_ptr<SymbolFiles> fetched_;
  std::unique_ptr<RequestTable> requests_;
  Metrics metrics_;
  Services services_;
  std::string admin_;
};

}  // namespace sigla::api
