// SPDX-License-Identifier: Apache-2.0
// What request handlers work with. app/ owns it all; it outlives the server.
#pragma once

#include "api/access.h"
#include "base/limits.h"
#include "store/blob_store.h"
#include "store/catalog.h"
#include "store/key_index.h"

namespace sigla::api {

struct Services {
  Catalog& catalog;
  BlobStore& blobs;
  Access& access;
  KeyIndex& keys;  // in front of `catalog`
  Limits limits;
};

}  // namespace sigla::api
