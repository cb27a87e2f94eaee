// SPDX-License-Identifier: Apache-2.0
#include "api/symbolicator_api.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/form_body.h"
#include "api/prefix.h"
#include "api/source_input.h"
#include "api/store_sources.h"
#include "api/store_symbols.h"
#include "api/symbolicator_request.h"
#include "api/symbolicator_response.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "symbolicate/crash_input.h"
#include "symbolicate/source_symbols.h"
#include "symbolicate/symbolicator.h"

namespace sigla::api {

namespace {

constexpr std::uint64_t kTimeoutSecondsMax = 900;

http::Response refuse(int status, std::string_view detail) {
  JsonWriter json;
  json.begin_object().member("detail", detail).end_object();
  return http::Response::json(status, std::move(json).take());
}

http::Response refuse(const Error& error) {
  int status = 500;
  switch (error.code()) {
    case ErrorCode::kMalformed:
      status = 400;
      break;
    case ErrorCode::kInvalidArgument:
      status = 422;
      break;
    case ErrorCode::kUnauthenticated:
      status = 401;
      break;
    case ErrorCode::kNotFound:
      status = 404;
      break;
    case ErrorCode::kLimitExceeded:
      status = 413;
      break;
    case ErrorCode::kUnavailable:
      status = 503;
      break;
    default:
      break;
  }
  return refuse(status, error.message());
}

// Where one request's symbols are; owns what SymbolFinder borrows.
class Places {
 public:
  Places(std::optional<std::vector<Source>> sources,
         const Project& project,
         const Services& services) {
    if (!sources) {
      places_.push_back(
          std::make_unique<StoreSymbols>(services.catalog, services.symcaches, project));
      return;
    }
    for (Source& source : *sources) {
      places_.push_back(std::make_unique<SourceSymbols>(
          std::move(source), services.symbolication.fetcher, services.symbolication.fetched));
    }
  }
  SymbolFinder finder() const {
    std::vector<SymbolPlace*> all;
    all.reserve(places_.size());
    for (const auto& place : places_) all.push_back(place.get());
    return SymbolFinder(std::move(all));
  }

 private:
  std::vector<std::unique_ptr<SymbolPlace>> places_;
};

// Where one request's sources are.
class SourcesOf {
 public:
  // All is borrowed.
  SourcesOf(const std::optional<std::vector<Source>>& sources,
            const Project& project,
            const Services& services)
      : stored_(services, project),
        bundles_(sources ? *sources : none_, services.symbolication.fetcher),
        is_stored_(!sources) {}
  SourcePlace& place() { return is_stored_ ? static_cast<SourcePlace&>(stored_) : bundles_; }

 private:
  const std::vector<Source> none_;
  StoreSources stored_;
  SourceBundles bundles_;
  const bool is_stored_;
};

// A dump to be walked or a report to be read, and with what.
struct CrashJob {
  File crash;
  bool is_dump = true;
  std::optional<std::vector<Source>> sources;
  SymbolicatorOptions options;
};

Result<Report> report_of(const CrashJob& job, const SymbolFinder& finder, WorkerPool& walkers) {
  if (job.is_dump) return Symbolicator(walkers, &finder).symbolicate(job.crash, true);
  SIGLA_TRY_ASSIGN(SymbolicatedCrash read, symbolicate_crash(job.crash, walkers, &finder, true));
  return std::move(read.report);
}

std::string symbolicate_job(const CrashJob& job, const Project& project, const Services& services) {
  const Places places(job.sources, project, services);
  const auto report = report_of(job, places.finder(), services.walkers);
  if (!report.has_value()) return write_failed(report.error().message());
  ReportContexts contexts;
  if (job.options.has_source_context) {
    SourcesOf sources(job.sources, project, services);
    contexts = source_contexts(*report, sources.place(), services.walkers);
  }
  return write_completed(*report, contexts, job.options);
}

class SymbolicatorApi {
 public:
  SymbolicatorApi(Prefix prefix, const Services& services) : prefix_(prefix), services_(services) {}

  std::optional<http::Response> admit(const http::Request& request) const {
    const auto project = queried_project(prefix_, request, services_);
    if (!project.has_value()) return refuse(project.error());
    const auto timeout = timeout_of(request);
    if (!timeout.has_value()) return refuse(timeout.error());
    return std::nullopt;
  }

  Result<http::Response> symbolicate(http::Request& request) const {
    SIGLA_TRY_ASSIGN(Project project, queried_project(prefix_, request, services_));
    SIGLA_TRY_ASSIGN(SymbolicatorRequest decoded,
                     decode_symbolicator_request(request.body, scope_of(request)));
    SIGLA_TRY(check_sources(decoded.sources));
    std::string().swap(request.body);
    const auto asked = std::make_shared<SymbolicatorRequest>(std::move(decoded));
    return run(request, [asked, project = std::move(project), &services = services_] {
      const Places places(asked->sources, project, services);
      auto named = name_traces(places.finder(), services.walkers, asked->stacks);
      if (!named.has_value()) return write_failed(named.error().message());
      if (asked->options.has_source_context) {
        SourcesOf sources(asked->sources, project, services);
        add_source_context(asked->stacks, sources.place(), services.walkers, *named);
      }
      return write_completed(*asked, *named);
    });
  }

  Result<http::Response> minidump(http::Request& request) const {
    return uploaded_crash(request, "upload_file_minidump", true);
  }

  Result<http::Response> apple_report(http::Request& request) const {
    return uploaded_crash(request, "apple_crash_report", false);
  }

  Result<http::Response> stored_crash(http::Request& request) const {
    SIGLA_TRY_ASSIGN(Project project, queried_project(prefix_, request, services_));
    SIGLA_TRY_ASSIGN(StoredCrash decoded, decode_stored_crash(request.body, scope_of(request)));
    SIGLA_TRY(check_sources(decoded.sources));
    const auto crash = std::make_shared<StoredCrash>(std::move(decoded));
    return run(request, [crash, project = std::move(project), &services = services_] {
      http::Headers headers;
      if (!crash->token.empty()) headers.emplace_back("Authorization", "Bearer " + crash->token);
      auto fetched = services.symbolication.fetcher.fetch_once(crash->url, headers);
      if (!fetched.has_value()) return write_failed(fetched.error().message());
      CrashJob job{
          std::move(fetched).value(), !crash->is_apple, std::move(crash->sources), crash->options};
      return symbolicate_job(job, project, services);
    });
  }

 private:
  Result<http::Response> uploaded_crash(http::Request& request,
                                        std::string_view field,
                                        bool is_dump) const {
    SIGLA_TRY_ASSIGN(Project project, queried_project(prefix_, request, services_));
    if (!http::multipart_boundary(request.header("Content-Type").value_or(""))) {
      return make_error(ErrorCode::kMalformed, "the body is no multipart/form-data");
    }
    auto form = take_form_body(request, field, services_);
    if (!form.has_value()) return make_error(ErrorCode::kMalformed, "{}", form.error().message());
    auto job = std::make_shared<CrashJob>();
    job->is_dump = is_dump;
    job->crash = std::move(form->file);
    SIGLA_TRY(read_fields(form->parts, scope_of(request), *job));
    SIGLA_TRY(check_sources(job->sources));
    return run(request, [job, project = std::move(project), &services = services_] {
      return symbolicate_job(*job, project, services);
    });
  }

  static std::string scope_of(const http::Request& request) {
    return std::string(request.query_value("scope").value_or("global"));
  }

  static Result<std::optional<std::chrono::seconds>> timeout_of(const http::Request& request) {
    using Timeout = std::optional<std::chrono::seconds>;
    const auto text = request.query_value("timeout");
    if (!text) return Timeout();
    const auto seconds = parse_decimal(*text);
    if (!seconds) {
      return make_error(ErrorCode::kMalformed, "timeout: '{}' is no number of seconds", *text);
    }
    return Timeout(std::chrono::seconds(std::min(*seconds, kTimeoutSecondsMax)));
  }

  Status check_sources(const std::optional<std::vector<Source>>& sources) const {
    if (!sources || services_.symbolication.may_name_sources) return {};
    return make_error(ErrorCode::kInvalidArgument,
                      "sources: this server fetches from none that requests name");
  }

  static Status read_fields(const std::vector<http::FormPart>& parts,
                            const std::string& scope,
                            CrashJob& job) {
    if (const http::FormPart* part = http::find_part(parts, "sources")) {
      SIGLA_TRY_ASSIGN(job.sources, decode_sources(part->value, scope));
    }
    if (const http::FormPart* part = http::find_part(parts, "options")) {
      SIGLA_TRY_ASSIGN(job.options, decode_symbolicator_options(part->value));
    }
    return {};
  }

  Result<http::Response> run(const http::Request& request, RequestTable::Work work) const {
    RequestTable& requests = services_.symbolication.requests;
    SIGLA_TRY_ASSIGN(const std::string id, requests.start(std::move(work)));
    return answer_of(request, id, services_);
  }

 public:
  static Result<http::Response> answer_of(const http::Request& request,
                                          const std::string& id,
                                          const Services& services) {
    SIGLA_TRY_ASSIGN(const auto timeout, timeout_of(request));
    RequestTable& requests = services.symbolication.requests;
    auto later = std::make_shared<http::Later>();
    later->call = [&requests, id](const std::shared_ptr<http::Waiter>& waiter) {
      requests.call_when_done(id, waiter);
    };
    later->timeout = timeout;
    later->take = [&requests, id] { return answer_of(requests.state(id), id); };
    http::Response response;
    response.later = std::move(later);
    return response;
  }

 private:
  static http::Response answer_of(const RequestTable::State& state, const std::string& id) {
    if (!state.is_known) return refuse(404, "no request with this id, or its answer is too old");
    if (state.result == nullptr) return http::Response::json(200, write_pending(id));
    http::Response response;
    response.headers = {{"Content-Type", "application/json"}};
    response.body = state.result;
    return response;
  }

  const Prefix prefix_;
  const Services& services_;
};

http::Handler answer_with(std::function<Result<http::Response>(http::Request&)> function) {
  return [function = std::move(function)](http::Request& request) {
    auto response = function(request);
    return response.has_value() ? std::move(response).value() : refuse(response.error());
  };
}

void add_posts(http::Router& router, const Services& services, Prefix prefix) {
  const SymbolicatorApi api(prefix, services);
  const auto add = [&](std::string_view path,
                       http::BodyPolicy body,
                       std::uint64_t size_max,
                       Result<http::Response> (SymbolicatorApi::*handler)(http::Request&) const) {
    router.add({.method = "POST",
                .pattern = fmt::format("{}{}", route_prefix(prefix), path),
                .body = body,
                // Takes the body apart; the work is done by threads of the request table.
                .run_on = http::RunOn::kPoolBulk,
                .body_size_max = size_max,
                .admit = [api](const http::Request& request) { return api.admit(request); },
                .handler = answer_with(
                    [api, handler](http::Request& request) { return (api.*handler)(request); })});
  };
  const std::uint64_t json_max = services.limits.http_json_body_size_max;
  add("/symbolicate", http::BodyPolicy::kMemory, json_max, &SymbolicatorApi::symbolicate);
  add("/symbolicate-any", http::BodyPolicy::kMemory, json_max, &SymbolicatorApi::stored_crash);
  add("/minidump",
      http::BodyPolicy::kSpool,
      services.limits.minidump_size_max,
      &SymbolicatorApi::minidump);
  add("/applecrashreport",
      http::BodyPolicy::kSpool,
      services.limits.minidump_size_max,
      &SymbolicatorApi::apple_report);
}

}  // namespace

void add_symbolicator_routes(http::Router& router, const Services& services) {
  for (const Prefix prefix : kPrefixes) add_posts(router, services, prefix);
  router.add({.method = "GET",
              .pattern = "/requests/{id}",
              .run_on = http::RunOn::kIoThread,
              .handler = answer_with([&services](http::Request& request) {
                return SymbolicatorApi::answer_of(request, request.captures.at(0), services);
              })});
  router.add({.method = "GET",
              .pattern = "/healthcheck",
              .run_on = http::RunOn::kIoThread,
              .handler = [](http::Request&) { return http::Response::text(200, "ok"); }});
}

}  // namespace sigla::api
