// SPDX-License-Identifier: Apache-2.0
#include "api/routes.h"

#include <memory>

#include "api/debuginfod.h"
#include "api/health.h"
#include "api/history_api.h"
#include "api/home.h"
#include "api/http_status.h"
#include "api/lookup_api.h"
#include "api/mozilla_api.h"
#include "api/nuget_api.h"
#include "api/openapi.h"
#include "api/project_api.h"
#include "api/source_api.h"
#include "api/symbol_api.h"
#include "api/symbol_paths.h"
#include "api/symbolicate_api.h"
#include "api/symbolicator_api.h"
#include "api/token_api.h"
#include "api/upload_api.h"

namespace sigla::api {

namespace {

// Whatever debugger asks us by a wrong base path is told 404, as for any file that is not there,
// and not 405 because some upload form happens to have a path of that shape.
void add_catch_all(http::Router& router) {
  static const auto kText = std::make_shared<const std::string>("not found\n");
  router.add({.method = "GET",
              .pattern = "/{rest...}",
              .run_on = http::RunOn::kIoThread,
              .handler = [](http::Request&) {
                http::Response response;
                response.status = 404;
                response.headers = {{"Content-Type", "text/plain; charset=utf-8"}};
                response.body = kText;
                return response;
              }});
}

}  // namespace

http::Router make_router(const Services& services, Downloads& downloads) {
  http::Router router;
  add_home_routes(router);
  add_health_routes(router, services);
  add_metrics_routes(router, services.metrics);
  add_symbol_path_routes(router, services, downloads);
  add_debuginfod_routes(router, services, downloads);
  add_upload_routes(router, services);
  add_nuget_routes(router, services);
  add_history_routes(router, services);
  add_symbol_routes(router, services);
  add_symbolicate_routes(router, services);
  add_symbolicator_routes(router, services);
  add_lookup_routes(router, services);
  add_mozilla_routes(router, services);
  add_openapi_routes(router);
  add_project_routes(router, services);
  add_source_routes(router, services, downloads.cache());
  add_token_routes(router, services);
  add_catch_all(router);
  router.set_fallback([](http::Request& request) {
    return error_reply(404, fmt::format("nothing takes {} {}", request.method, request.path));
  });
  return router;
}

}  // namespace sigla::api
