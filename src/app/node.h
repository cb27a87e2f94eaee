// SPDX-License-Identifier: Apache-2.0
// One running server, wired from its settings: data folder, catalog, blobs, workers, HTTP.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "app/settings.h"
#include "base/result.h"

namespace sigla::app {

class Node {
 public:
  // Everything is ready and the port is bound when this returns; run() serves.
  static Result<std::unique_ptr<Node>> start(const Settings& settings);
  virtual ~Node() = default;

  virtual std::uint16_t port() const = 0;
  virtual const std::filesystem::path& data_folder() const = 0;
  // Until stop(), and until the requests under way are done.
  virtual void run() = 0;
  virtual void stop() = 0;  // from any thread
};

}  // namespace sigla::app
