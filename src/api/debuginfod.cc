// SPDX-License-Identifier: Apache-2.0
#include "api/debuginfod.h"

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/http_status.h"
#include "api/prefix.h"
#include "api/source_lookup.h"
#include "base/text.h"
#include "ident/debuginfod_path.h"

namespace sigla::api {

namespace {

http::Response not_found() {
  static const auto kText = std::make_shared<const std::string>("not found\n");
  http::Response response;
  response.status = 404;
  response.headers = {{"Content-Type", "text/plain; charset=utf-8"}};
  response.body = kText;
  return response;
}

// What a path below /buildid/ asks for: a file under the first of some keys, or a part of it.
struct Wanted {
  std::vector<std::string> keys;
  std::optional<PartKind> part;
  std::string part_name;
};

// Nothing for what is never there.
std::optional<Wanted> read_path(std::string_view rest) {
  const std::optional<DebuginfodPath> path = parse_debuginfod_path(fmt::format("buildid/{}", rest));
  if (!path) return std::nullopt;
  const auto key = [&](DebuginfodKind kind) { return debuginfod_key(path->build_id, kind); };
  switch (path->kind) {
    case DebuginfodKind::kDebuginfo:
    case DebuginfodKind::kExecutable:
      return Wanted{{key(path->kind)}, std::nullopt, {}};
    case DebuginfodKind::kSection:
      return Wanted{{key(DebuginfodKind::kDebuginfo), key(DebuginfodKind::kExecutable)},
                    PartKind::kSection,
                    path->argument};
    case DebuginfodKind::kSource:  // by a route of its own
      return std::nullopt;
  }
  return std::nullopt;
}

class Debuginfod {
 public:
  Debuginfod(Prefix prefix, const Services& services, Downloads& downloads)
      : prefix_(prefix), services_(services), downloads_(downloads) {}

  http::Response answer_source(const http::Request& request) const {
    const Result<Project> project = readable_project(prefix_, request, services_);
    if (!project.has_value()) return error_reply(project.error());
    const std::size_t id_index = prefix_ == Prefix::kNone ? 0 : 1;
    const auto path = parse_debuginfod_path(fmt::format(
        "buildid/{}/source/{}", request.captures.at(id_index), request.captures.at(id_index + 1)));
    if (!path) return not_found();
    std::vector<std::string> keys = {fmt::format("buildid/{}/sourcebundle", path->build_id.text()),
                                     debuginfod_key(path->build_id, DebuginfodKind::kDebuginfo),
                                     debuginfod_key(path->build_id, DebuginfodKind::kExecutable)};
    // The build id of a PE is its PDB's GUID, which is kept with its age.
    constexpr std::size_t kGuidDigits = 32;
    if (path->build_id.text().size() == kGuidDigits) {
      for (const std::string_view age : {"1", "0", "ffffffff"}) {
        keys.push_back(fmt::format("buildid/{}{}/debuginfo", path->build_id.text(), age));
      }
    }
    if (!downloads_.may_have(*project, keys)) return not_found();
    Result<http::Response> found =
        SourceLookup(services_, downloads_.cache()).find_by_keys(*project, keys, path->argument);
    if (found.has_value()) return finish(request, std::move(found).value());
    if (found.error().code() == ErrorCode::kNotFound) return not_found();
    return error_reply(found.error());
  }

  std::optional<http::Response> answer_from_memory(const http::Request& request) const {
    const Result<Project> project = readable_project(prefix_, request, services_);
    if (!project.has_value()) return error_reply(project.error());
    const std::string path = served_path(request);
    if (const auto served = downloads_.find_served(*project, path, coding_of(request))) {
      return complete(reply_with(*served), request, served->object_size);
    }
    const std::optional<Wanted> wanted = read_path(rest_of_path(prefix_, request));
    if (!wanted || !downloads_.may_have(*project, wanted->keys)) return not_found();
    return std::nullopt;
  }

  http::Response answer(const http::Request& request) const {
    const Result<Project> project = readable_project(prefix_, request, services_);
    if (!project.has_value()) return error_reply(project.error());
    std::optional<Wanted> wanted = read_path(rest_of_path(prefix_, request));
    if (!wanted) return not_found();
    if (wanted->part) return answer_part(request, *project, *wanted);
    const std::string path = served_path(request);
    Ask ask;
    ask.project = &*project;
    ask.path = path;
    ask.wanted.keys = std::move(wanted->keys);
    ask.coding = coding_of(request);
    Result<Downloads::Found> found = downloads_.find(ask);
    if (found.has_value()) {
      return complete(std::move(found->response), request, found->match.size);
    }
    if (found.error().code() == ErrorCode::kNotFound) return not_found();
    return error_reply(found.error());
  }

 private:
  http::Response answer_part(const http::Request& request,
                             const Project& project,
                             const Wanted& wanted) const {
    Result<http::Response> found =
        downloads_.find_part(project, wanted.keys, *wanted.part, wanted.part_name);
    if (found.has_value()) return finish(request, std::move(found).value());
    if (found.error().code() == ErrorCode::kNotFound) return not_found();
    return error_reply(found.error());
  }

  // Told apart from the same text below /symbols/.
  std::string served_path(const http::Request& request) const {
    return fmt::format("buildid:{}", rest_of_path(prefix_, request));
  }

  static http::Response complete(http::Response response,
                                 const http::Request& request,
                                 std::uint64_t object_size) {
    if (const auto text = request.header("X-DEBUGINFOD-MAXSIZE")) {
      const std::optional<std::uint64_t> size_max = parse_decimal(trim(*text));
      if (size_max && *size_max > 0 && object_size > *size_max) {
        return http::Response::text(406, "File too large\n");
      }
    }
    response.with("X-DEBUGINFOD-SIZE", std::to_string(object_size));
    return finish(request, std::move(response));
  }

  const Prefix prefix_;
  const Services& services_;
  Downloads& downloads_;
};

}  // namespace

void add_debuginfod_routes(http::Router& router, const Services& services, Downloads& downloads) {
  for (const Prefix prefix : kPrefixes) {
    const Debuginfod debuginfod(prefix, services, downloads);
    router.add(
        {.method = "GET",
         .pattern = fmt::format("{}/buildid/{{rest...}}", route_prefix(prefix)),
         .admit = [debuginfod](const http::Request& r) { return debuginfod.answer_from_memory(r); },
         .handler = [debuginfod](http::Request& r) { return debuginfod.answer(r); }});
    // Its host may take its time.
    router.add(
        {.method = "GET",
         .pattern = fmt::format("{}/buildid/{{id}}/source/{{rest...}}", route_prefix(prefix)),
         .run_on = http::RunOn::kPoolLong,
         .handler = [debuginfod](http::Request& r) { return debuginfod.answer_source(r); }});
  }
}

}  // namespace sigla::api
