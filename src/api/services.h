// SPDX-License-Identifier: Apache-2.0
// What request handlers work with. app/ owns it all; it outlives the server.
#pragma once

#include <filesystem>

#include "api/access.h"
#include "api/metrics.h"
#include "api/request_table.h"
#include "base/limits.h"
#include "ingest/ingest.h"
#include "ingest/symcache_step.h"
#include "store/blob_store.h"
#include "store/catalog.h"
#include "store/key_index.h"
#include "symbolicate/symbol_files.h"
#include "upstream/fetcher.h"

namespace sigla::api {

class SourceHosts;

// What answers about stacks are made with, besides the store.
struct Symbolication {
  Fetcher& fetcher;        // for sources that requests name
  SymbolFiles& fetched;    // what came from them
  RequestTable& requests;  // answers that take their time
  bool may_name_sources = true;
};

struct Services {
  Catalog& catalog;
  BlobStore& blobs;
  Access& access;
  KeyIndex& keys;  // in front of `catalog`
  Ingest& ingest;
  WorkerPool& walkers;  // reads dumps; `symcaches` has another pool
  SymcacheStep& symcaches;
  Symbolication symbolication;
  Metrics& metrics;
  std::filesystem::path spool;  // for uploads on their way
  Limits limits;
  SourceHosts* source_hosts = nullptr;  // null: no source is fetched from its host
};

}  // namespace sigla::api
