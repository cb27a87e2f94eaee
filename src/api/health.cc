// SPDX-License-Identifier: Apache-2.0
#include "api/health.h"

#include <utility>

#include "base/json_writer.h"

namespace sigla::api {

namespace {

void encode_check(std::string_view name, const Status& status, JsonWriter& json) {
  json.key(name).begin_object().member("ok", status.has_value());
  if (!status.has_value()) json.member("error", status.error().message());
  json.end_object();
}

http::Response readiness(const Services& services) {
  const Status catalog = services.catalog.check();
  const Status blobs = services.blobs.check();
  const bool is_ready = catalog.has_value() && blobs.has_value();
  JsonWriter json;
  json.begin_object().member("ready", is_ready);
  encode_check("catalog", catalog, json);
  encode_check("blobs", blobs, json);
  json.end_object();
  return http::Response::json(is_ready ? 200 : 503, std::move(json).take());
}

}  // namespace

void add_health_routes(http::Router& router, const Services& services) {
  router.add({.method = "GET",
              .pattern = "/healthz",
              .run_on = http::RunOn::kIoThread,
              .handler = [](http::Request&) { return http::Response::text(200, "ok\n"); }});
  router.add({.method = "GET", .pattern = "/readyz", .handler = [&services](http::Request&) {
                return readiness(services);
              }});
}

}  // namespace sigla::api
