// SPDX-License-Identifier: Apache-2.0
#include "api/symbol_paths.h"

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "api/http_status.h"
#include "api/prefix.h"
#include "http/target.h"
#include "ident/breakpad_path.h"

namespace sigla::api {

namespace {

// Mozilla's dump_syms knows a miss by this text.
http::Response not_found() {
  static const auto kText = std::make_shared<const std::string>("Symbol Not Found\n");
  http::Response response;
  response.status = 404;
  response.headers = {{"Content-Type", "text/plain; charset=utf-8"}};
  response.body = kText;
  return response;
}

std::string code_id_key(const CodeId& code_id) {
  return fmt::format("buildid/{}/breakpad", code_id.text());
}

std::string_view checksums_of(const http::Request& request) {
  return request.header("SymbolChecksum").value_or("");
}

class SymbolPaths {
 public:
  SymbolPaths(Prefix prefix, const Services& services, Downloads& downloads)
      : prefix_(prefix), services_(services), downloads_(downloads) {}

  std::optional<http::Response> answer_from_memory(const http::Request& request) const {
    const Result<Project> project = readable_project(prefix_, request, services_);
    if (!project.has_value()) return error_reply(project.error());
    const std::string_view path = rest_of_path(prefix_, request);
    if (const auto served =
            downloads_.find_served(*project, path, coding_of(request), checksums_of(request))) {
      return finish(request, reply_with(*served));
    }
    if (is_store_marker(path)) return http::Response::text(200, "");
    const Result<SymbolRequest> wanted = normalise_request(path);
    if (!wanted.has_value()) return not_found();
    if (downloads_.may_have(*project, wanted->keys)) return std::nullopt;
    if (wanted->breakpad_code_id &&
        services_.keys.may_contain(project->id, code_id_key(*wanted->breakpad_code_id))) {
      return std::nullopt;
    }
    return not_found();
  }

  http::Response answer(const http::Request& request) const {
    Result<http::Response> response = find(request);
    if (response.has_value()) return std::move(response).value();
    if (response.error().code() == ErrorCode::kNotFound) return not_found();
    return error_reply(response.error());
  }

 private:
  Result<http::Response> find(const http::Request& request) const {
    SIGLA_TRY_ASSIGN(const Project project, readable_project(prefix_, request, services_));
    Ask ask;
    ask.project = &project;
    ask.path = rest_of_path(prefix_, request);
    ask.coding = coding_of(request);
    ask.checksums = checksums_of(request);
    SIGLA_TRY_ASSIGN(ask.wanted, normalise_request(ask.path));
    Result<Downloads::Found> found = downloads_.find(ask);
    if (found.has_value()) return finish(request, std::move(found->response));
    if (found.error().code() != ErrorCode::kNotFound || !ask.wanted.breakpad_code_id) {
      return std::move(found).error();
    }
    return redirect_to_debug_id(request, project, *ask.wanted.breakpad_code_id);
  }

  Result<http::Response> redirect_to_debug_id(const http::Request& request,
                                              const Project& project,
                                              const CodeId& code_id) const {
    SIGLA_TRY_ASSIGN(const std::vector<StoredObject> objects,
                     services_.catalog.find_by_code_id(project.id, code_id));
    for (const StoredObject& object : objects) {
      const Identity& identity = object.identity;
      if (identity.format != Format::kBreakpad || !identity.debug_id) continue;
      std::string location = fmt::format(
          "{}/symbols/{}",
          request_prefix(prefix_, request),
          http::percent_encode(breakpad_sym_path(identity.name, *identity.debug_id), true));
      const std::size_t query = request.target.find('?');
      if (query != std::string::npos) location += request.target.substr(query);
      return http::Response::text(302, "").with("Location", std::move(location));
    }
    return make_error(ErrorCode::kNotFound, "no symbols with this code id");
  }

  const Prefix prefix_;
  const Services& services_;
  Downloads& downloads_;
};

}  // namespace

void add_symbol_path_routes(http::Router& router, const Services& services, Downloads& downloads) {
  for (const Prefix prefix : kPrefixes) {
    const SymbolPaths paths(prefix, services, downloads);
    // The second is BaGet's and BaGetter's: who moves from there need not tell every debugger.
    for (const std::string_view path : {"/symbols/{rest...}", "/api/download/symbols/{rest...}"}) {
      router.add({.method = "GET",
                  .pattern = fmt::format("{}{}", route_prefix(prefix), path),
                  .admit = [paths](const http::Request& r) { return paths.answer_from_memory(r); },
                  .handler = [paths](http::Request& r) { return paths.answer(r); }});
    }
  }
  // Symbolicator's place for the same.
  const SymbolPaths paths(Prefix::kNone, services, downloads);
  router.add({.method = "GET",
              .pattern = "/proxy/{rest...}",
              .admit = [paths](const http::Request& r) { return paths.answer_from_memory(r); },
              .handler = [paths](http::Request& r) { return paths.answer(r); }});
}

}  // namespace sigla::api
