// SPDX-License-Identifier: Apache-2.0
// What request handlers work with. app/ owns it all; it outlives the server.
#pragma once

#include <filesystem>

#include "api/access.h"
#include "api/metrics.h"
#include "base/limits.h"
#include "ingest/ingest.h"
#include "ingest/symcache_step.h"
#include "store/blob_store.h"
#include "store/catalog.h"
#include "store/key_index.h"

namespace sigla::api {

class SourceHosts;

struct Services {
  Catalog& catalog;
  BlobStore& blobs;
  Access& access;
  KeyIndex& keys;  // in front of `catalog`
  Ingest& ingest;
  WorkerPool& walkers;  // reads dumps; `symcaches` has another pool
  SymcacheStep& symcaches;
  Metrics& metrics;
  std::filesystem::path spool;  // for uploads on their way
  Limits limits;
  SourceHosts* source_hosts = nullptr;  // null: no source is fetched from its host
};

}  // namespace sigla::api
