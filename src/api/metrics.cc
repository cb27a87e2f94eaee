// SPDX-License-Identifier: Apache-2.0
#include "api/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"

namespace sigla::api {

namespace {

constexpr std::array<std::string_view, 7> kSurfaces = {
    "symbols", "buildid", "api", "backtrace", "symbolicate", "operations", "other"};
// Statuses with a counter of their own; any other counts as "other".
constexpr std::array<int, 16> kStatuses = {
    200, 201, 206, 302, 304, 400, 401, 403, 404, 405, 409, 413, 416, 500, 503, 507};

std::size_t status_index(int status) {
  return static_cast<std::size_t>(std::find(kStatuses.begin(), kStatuses.end(), status) -
                                  kStatuses.begin());
}

std::size_t surface_index(std::string_view surface) {
  return static_cast<std::size_t>(std::find(kSurfaces.begin(), kSurfaces.end(), surface) -
                                  kSurfaces.begin());
}

// The first segment that is not empty, and what follows it.
std::pair<std::string_view, std::string_view> first_segment(std::string_view path) {
  while (path.starts_with('/')) path.remove_prefix(1);
  const std::size_t end = std::min(path.find('/'), path.size());
  return {path.substr(0, end), path.substr(end)};
}

}  // namespace

std::string_view surface_of(std::string_view path) {
  auto [head, rest] = first_segment(path);
  if (head == "p" || head == "t") {
    rest = first_segment(rest).second;  // past the project or the token
    head = first_segment(rest).first;
  }
  if (equals_ignoring_case(head, "symbols")) return "symbols";
  if (equals_ignoring_case(head, "buildid")) return "buildid";
  if (equals_ignoring_case(head, "api")) {
    return equals_ignoring_case(rest, "/post") ? "backtrace" : "api";
  }
  if (equals_ignoring_case(head, "post")) return "backtrace";
  if (equals_ignoring_case(base_name(path), "symbols")) return "backtrace";
  for (const std::string_view name :
       {"symbolicate", "symbolicate-any", "minidump", "applecrashreport", "requests"}) {
    if (equals_ignoring_case(head, name)) return "symbolicate";
  }
  if (head == "metrics" || head == "healthz" || head == "readyz" || head == "healthcheck")
    return "operations";
  return "other";
}

std::string path_for_log(const http::Request& request) {
  std::string path = request.raw_path;
  for (const std::string_view part : split(request.raw_path, '/')) {
    // What a token looks like; its first digits are its hint.
    if (part.size() != 64 || !parse_hex_bytes(part)) continue;
    path.replace(path.find(part) + 6, 58, "...");
  }
  return path;
}

struct Metrics::State {
  struct Surface {
    std::array<prometheus::Counter*, kStatuses.size() + 1> requests{};
    prometheus::Counter* received = nullptr;
    prometheus::Counter* sent = nullptr;
    prometheus::Histogram* seconds = nullptr;
  };

  prometheus::Registry registry;
  std::array<Surface, kSurfaces.size()> surfaces;
  prometheus::Counter* uploads_done = nullptr;
  prometheus::Counter* uploads_failed = nullptr;
  prometheus::Counter* entries_stored = nullptr;
  prometheus::Counter* entries_duplicate = nullptr;
  prometheus::Counter* entries_refused = nullptr;
  prometheus::Gauge* connections = nullptr;
  prometheus::Gauge* data_free_size = nullptr;
  Gauges gauges;
};

Metrics::Metrics() : state_(std::make_unique<State>()) {
  using prometheus::BuildCounter;
  using prometheus::BuildGauge;
  prometheus::Registry& registry = state_->registry;
  auto& requests = BuildCounter()
                       .Name("sigla_http_requests_total")
                       .Help("Requests answered, by surface and status")
                       .Register(registry);
  auto& received = BuildCounter()
                       .Name("sigla_http_received_bytes_total")
                       .Help("Bytes of request bodies")
                       .Register(registry);
  auto& sent = BuildCounter()
                   .Name("sigla_http_sent_bytes_total")
                   .Help("Bytes of responses")
                   .Register(registry);
  auto& seconds = prometheus::BuildHistogram()
                      .Name("sigla_http_request_seconds")
                      .Help("From the end of the request's head to the end of the response")
                      .Register(registry);
  const prometheus::Histogram::BucketBoundaries bounds = {
      0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60, 600};
  for (std::size_t i = 0; i < kSurfaces.size(); ++i) {
    State::Surface& surface = state_->surfaces[i];
    const std::string name(kSurfaces[i]);
    for (std::size_t j = 0; j <= kStatuses.size(); ++j) {
      const std::string status = j < kStatuses.size() ? std::to_string(kStatuses[j]) : "other";
      surface.requests[j] = &requests.Add({{"surface", name}, {"status", status}});
    }
    surface.received = &received.Add({{"surface", name}});
    surface.sent = &sent.Add({{"surface", name}});
    surface.seconds = &seconds.Add({{"surface", name}}, bounds);
  }
  auto& uploads = BuildCounter()
                      .Name("sigla_uploads_total")
                      .Help("Uploads processed, by how they ended")
                      .Register(registry);
  state_->uploads_done = &uploads.Add({{"state", "done"}});
  state_->uploads_failed = &uploads.Add({{"state", "failed"}});
  auto& entries = BuildCounter()
                      .Name("sigla_upload_entries_total")
                      .Help("Files of uploads, by result")
                      .Register(registry);
  state_->entries_stored = &entries.Add({{"result", "stored"}});
  state_->entries_duplicate = &entries.Add({{"result", "duplicate"}});
  state_->entries_refused = &entries.Add({{"result", "refused"}});
  const auto gauge = [&](const char* name, const char* help) {
    return &BuildGauge().Name(name).Help(help).Register(registry).Add({});
  };
  state_->connections = gauge("sigla_http_connections", "Open connections");
  state_->data_free_size = gauge("sigla_data_free_bytes", "Free space in the data folder");
}

Metrics::~Metrics() = default;

void Metrics::count_request(const http::Request& request,
                            int status,
                            std::uint64_t sent_size,
                            double seconds) {
  State::Surface& surface = state_->surfaces[surface_index(surface_of(request.path))];
  surface.requests[status_index(status)]->Increment();
  if (request.body_size > 0) surface.received->Increment(static_cast<double>(request.body_size));
  surface.sent->Increment(static_cast<double>(sent_size));
  surface.seconds->Observe(seconds);
}

void Metrics::count_upload(const Upload& upload) {
  (upload.state == UploadState::kDone ? state_->uploads_done : state_->uploads_failed)->Increment();
  state_->entries_stored->Increment(upload.stored_count);
  state_->entries_duplicate->Increment(upload.duplicate_count);
  state_->entries_refused->Increment(upload.refused_count);
}

void Metrics::set_gauges(Gauges gauges) { state_->gauges = std::move(gauges); }

std::string Metrics::text() {
  const auto read = [](prometheus::Gauge* gauge, const auto& function) {
    if (function) gauge->Set(static_cast<double>(function()));
  };
  read(state_->connections, state_->gauges.connection_count);
  read(state_->data_free_size, state_->gauges.data_free_size);
  return prometheus::TextSerializer().Serialize(state_->registry.Collect());
}

void add_metrics_routes(http::Router& router, Metrics& metrics) {
  router.add({.method = "GET", .pattern = "/metrics", .handler = [&metrics](http::Request&) {
                http::Response response = http::Response::text(200, metrics.text());
                response.headers = {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"}};
                return response;
              }});
}

}  // namespace sigla::api
