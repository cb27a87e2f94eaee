// SPDX-License-Identifier: Apache-2.0
// What the server counts, for Prometheus: GET /metrics. Thread-safe; counting takes no lock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "http/request.h"
#include "http/router.h"
#include "store/catalog.h"

namespace sigla::api {

class Metrics {
 public:
  Metrics();
  ~Metrics();

  // For http::Server::Options::on_done.
  void count_request(const http::Request& request,
                     int status,
                     std::uint64_t sent_size,
                     double seconds);
  void count_upload(const Upload& upload);

  // Values read when somebody asks; set before the server runs.
  struct Gauges {
    std::function<std::size_t()> connection_count;
    std::function<std::uint64_t()> data_free_size;
  };
  void set_gauges(Gauges gauges);

  // The text exposition format.
  std::string text();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Which of the server's surfaces a path belongs to: "symbols", "buildid", "api", "backtrace",
// "operations" or "other". Few, and known beforehand: nobody can make a label.
std::string_view surface_of(std::string_view path);

// The request's path without the token it may carry.
std::string path_for_log(const http::Request& request);

void add_metrics_routes(http::Router& router, Metrics& metrics);

}  // namespace sigla::api
