// SPDX-License-Identifier: Apache-2.0
#include "api/mozilla_api.h"

#include <fmt/format.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/http_status.h"
#include "api/mozilla_request.h"
#include "api/prefix.h"
#include "api/store_symbols.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "symbolicate/address_lookup.h"

namespace sigla::api {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kBodySizeMax = 16ULL << 20;
constexpr std::string_view kUnknownModule = "<unknown>";

std::string key_of(const MozillaJob::Module& module) {
  return fmt::format("{}/{}", module.debug_file, module.debug_id);
}

// All jobs as one look-up: every distinct module once, every frame an address.
class Question {
 public:
  explicit Question(const std::vector<MozillaJob>& jobs) {
    for (const MozillaJob& job : jobs) {
      for (const auto& stack : job.stacks) {
        for (const MozillaJob::Frame& frame : stack) add(job, frame);
      }
    }
  }

  const std::vector<ModuleQuery>& modules() const { return modules_; }
  const std::vector<ModuleAddress>& addresses() const { return addresses_; }
  // Of the i-th frame of all; nothing when it was not asked for.
  std::optional<std::size_t> address_of(std::size_t frame) const { return address_of_[frame]; }
  // Nothing for a module in which no frame lies.
  std::optional<std::size_t> module_of(const MozillaJob::Module& module) const {
    const auto found = by_key_.find(key_of(module));
    if (found == by_key_.end()) return std::nullopt;
    return found->second;
  }

 private:
  void add(const MozillaJob& job, const MozillaJob::Frame& frame) {
    address_of_.emplace_back();
    if (frame.module < 0) return;
    const MozillaJob::Module& module = job.modules[static_cast<std::size_t>(frame.module)];
    if (module.debug_file.empty() || module.debug_id.empty()) return;
    const auto [known, is_new] = by_key_.emplace(key_of(module), modules_.size());
    if (is_new) modules_.push_back(query_for(module));
    address_of_.back() = addresses_.size();
    // An unknown offset, too: its module is looked for.
    addresses_.push_back({static_cast<std::uint32_t>(known->second), frame.offset});
  }

  static ModuleQuery query_for(const MozillaJob::Module& module) {
    ModuleQuery query;
    query.debug_file = module.debug_file;
    query.debug_identifier = upper(module.debug_id);
    const Result<DebugId> id = DebugId::parse(module.debug_id);
    if (id.has_value()) query.debug_id = *id;
    return query;
  }

  std::map<std::string, std::size_t> by_key_;
  std::vector<ModuleQuery> modules_;
  std::vector<ModuleAddress> addresses_;
  std::vector<std::optional<std::size_t>> address_of_;
};

struct Answer {
  const Question& question;
  const AddressLookup& found;

  std::optional<bool> has_module(const MozillaJob::Module& module) const {
    const auto index = question.module_of(module);
    if (!index) return std::nullopt;
    return found.modules[*index].status == ModuleStatus::kFound;
  }
  // What the module is called: the program's name where its symbols say it.
  std::string_view name_of(const MozillaJob& job, const MozillaJob::Frame& frame) const {
    if (frame.module < 0) return kUnknownModule;
    const MozillaJob::Module& module = job.modules[static_cast<std::size_t>(frame.module)];
    if (module.debug_file.empty()) return kUnknownModule;
    const auto index = question.module_of(module);
    if (index && !found.modules[*index].code_file_name.empty()) {
      return found.modules[*index].code_file_name;
    }
    return module.debug_file;
  }
  // Of the frame, which is the `index`-th of all, innermost inlined call first; empty when nothing
  // is known.
  std::span<const AddressFrame> calls_of(const MozillaJob::Frame& frame, std::size_t index) const {
    const auto address = question.address_of(index);
    if (!address || !frame.has_offset) return {};
    return found.frames[*address];
  }
};

std::string offset_text(const MozillaJob::Frame& frame) {
  return frame.has_offset ? fmt::format("{:#x}", frame.offset) : "-0x1";
}

void encode_place(const AddressFrame& call, JsonWriter& json) {
  if (call.file.empty()) return;
  json.member("file", call.file);
  if (call.line != 0) json.member("line", call.line);
}

void encode_frame(const Answer& answer,
                  const MozillaJob& job,
                  const MozillaJob::Frame& frame,
                  std::span<const AddressFrame> calls,
                  JsonWriter& json) {
  json.member("module", answer.name_of(job, frame)).member("module_offset", offset_text(frame));
  if (calls.empty()) return;
  const AddressFrame& outer = calls.back();
  json.member("function", outer.function);
  json.member("function_offset", fmt::format("{:#x}", frame.offset - outer.function_address));
  encode_place(outer, json);
  if (calls.size() == 1) return;
  json.key("inlines").begin_array();
  for (const AddressFrame& call : calls.first(calls.size() - 1)) {
    json.begin_object().member("function", call.function);
    encode_place(call, json);
    json.end_object();
  }
  json.end_array();
}

// `frame_index` counts the frames of all jobs.
void encode_job(const Answer& answer,
                const MozillaJob& job,
                std::size_t& frame_index,
                JsonWriter& json) {
  json.begin_object().key("stacks").begin_array();
  for (const auto& stack : job.stacks) {
    json.begin_array();
    for (std::size_t i = 0; i < stack.size(); ++i) {
      json.begin_object().member("frame", i);
      encode_frame(answer, job, stack[i], answer.calls_of(stack[i], frame_index++), json);
      json.end_object();
    }
    json.end_array();
  }
  json.end_array().key("found_modules").begin_object();
  std::map<std::string, std::optional<bool>> found;
  for (const auto& module : job.modules) found.emplace(key_of(module), answer.has_module(module));
  for (const auto& [key, has] : found) {
    json.key(key);
    has ? json.value(*has) : json.null();
  }
  json.end_object().end_object();
}

std::string encode_v4(const Answer& answer, const MozillaJob& job) {
  JsonWriter json;
  json.begin_object().key("symbolicatedStacks").begin_array();
  std::size_t frame_index = 0;
  for (const auto& stack : job.stacks) {
    json.begin_array();
    for (const MozillaJob::Frame& frame : stack) {
      const auto calls = answer.calls_of(frame, frame_index++);
      json.value(fmt::format("{} (in {})",
                             calls.empty() ? offset_text(frame) : calls.back().function,
                             answer.name_of(job, frame)));
    }
    json.end_array();
  }
  json.end_array().key("knownModules").begin_array();
  for (const auto& module : job.modules) {
    const auto has = answer.has_module(module);
    has ? json.value(*has) : json.null();
  }
  json.end_array().end_object();
  return std::move(json).take();
}

// Eliot's statistics. What it downloads and parses lies here already, in the store.
void encode_debug(const Answer& answer,
                  const std::vector<MozillaJob>& jobs,
                  double seconds,
                  JsonWriter& json) {
  std::size_t hit_count = 0;
  for (const LookedUpModule& module : answer.found.modules) {
    if (module.status == ModuleStatus::kFound) ++hit_count;
  }
  std::map<std::string, std::size_t> stacks_per_module;
  std::size_t module_count = 0;
  for (const MozillaJob& job : jobs) {
    std::map<std::string, bool> of_job;
    for (const auto& module : job.modules) {
      if (answer.has_module(module)) of_job.emplace(key_of(module), true);
    }
    module_count += of_job.size();
    for (const auto& [key, unused] : of_job) ++stacks_per_module[key];
  }
  json.key("debug").begin_object().member("time", seconds);
  json.key("cache_lookups").begin_object().member("count", answer.found.modules.size());
  json.member("hits", hit_count).member("time", seconds).end_object();
  json.key("downloads").begin_object().member("count", 0).member("size", 0).member("time", 0);
  for (const std::string_view name :
       {"size_per_module", "time_per_module", "fail_time_per_module"}) {
    json.key(name).begin_object().end_object();
  }
  json.end_object();
  for (const std::string_view name : {"parse_sym", "save_symcache"}) {
    json.key(name).begin_object().member("time", 0);
    json.key("time_per_module").begin_object().end_object().end_object();
  }
  json.key("modules").begin_object().member("count", module_count);
  json.key("stacks_per_module").begin_object();
  for (const auto& [key, count] : stacks_per_module) json.member(key, count);
  json.end_object().end_object().end_object();
}

std::string encode_v5(const Answer& answer,
                      const std::vector<MozillaJob>& jobs,
                      std::optional<double> debug_seconds) {
  JsonWriter json;
  json.begin_object().key("results").begin_array();
  std::size_t frame_index = 0;
  for (const MozillaJob& job : jobs) encode_job(answer, job, frame_index, json);
  json.end_array();
  if (debug_seconds) encode_debug(answer, jobs, *debug_seconds, json);
  json.end_object();
  return std::move(json).take();
}

http::Response open_to_pages(http::Response response) {
  response.with("Access-Control-Allow-Origin", "*");
  return response;
}

http::Response refuse(int status, std::string_view title) {
  JsonWriter json;
  json.begin_object().member("title", title).end_object();
  return open_to_pages(http::Response::json(status, std::move(json).take()));
}

http::Response refuse(const Error& error) {
  return refuse(http_status(error.code()), error.message());
}

Result<http::Response> symbolicate(MozillaVersion version,
                                   Prefix prefix,
                                   const http::Request& request,
                                   const Services& services) {
  const Clock::time_point start = Clock::now();
  SIGLA_TRY_ASSIGN(const Project project, queried_project(prefix, request, services));
  SIGLA_TRY_ASSIGN(const auto jobs, decode_mozilla_request(request.body, version));
  const Question question(jobs);
  StoreSymbols symbols(services.catalog, services.symcaches, project);
  const SymbolFinder finder({&symbols});
  SIGLA_TRY_ASSIGN(const AddressLookup found,
                   look_up(finder, services.walkers, question.modules(), question.addresses()));
  const Answer answer{question, found};
  if (version == MozillaVersion::kV4) {
    return http::Response::json(200, encode_v4(answer, jobs.front()));
  }
  std::optional<double> seconds;
  if (!request.header("Debug").value_or("").empty()) {
    seconds = std::chrono::duration<double>(Clock::now() - start).count();
  }
  return http::Response::json(200, encode_v5(answer, jobs, seconds));
}

// A page of another origin asks so before it may post JSON.
http::Response preflight(const http::Request& request) {
  http::Response response;
  response.headers = {{"Allow", "POST, OPTIONS"},
                      {"Access-Control-Allow-Methods", "POST"},
                      {"Access-Control-Allow-Headers",
                       std::string(request.header("Access-Control-Request-Headers").value_or("*"))},
                      {"Access-Control-Max-Age", "86400"}};
  return open_to_pages(std::move(response));
}

void add_routes(http::Router& router,
                const Services& services,
                Prefix prefix,
                MozillaVersion version) {
  const std::string path = fmt::format(
      "{}/symbolicate/{}", route_prefix(prefix), version == MozillaVersion::kV4 ? "v4" : "v5");
  router.add(
      {.method = "POST",
       .pattern = path,
       .body = http::BodyPolicy::kMemory,
       .run_on = http::RunOn::kPoolLong,
       .body_size_max = kBodySizeMax,
       .admit = [prefix, &services](const http::Request& request) -> std::optional<http::Response> {
         const auto project = queried_project(prefix, request, services);
         if (project.has_value()) return std::nullopt;
         return refuse(project.error());
       },
       .handler =
           [version, prefix, &services](http::Request& request) {
             auto response = symbolicate(version, prefix, request, services);
             if (!response.has_value()) return refuse(response.error());
             return open_to_pages(std::move(response).value());
           }});
  router.add({.method = "OPTIONS",
              .pattern = path,
              .run_on = http::RunOn::kIoThread,
              .handler = [](http::Request& request) { return preflight(request); }});
  router.add({.method = "GET",
              .pattern = path,
              .run_on = http::RunOn::kIoThread,
              .handler = [](http::Request&) {
                return refuse(405, "405 Method Not Allowed").with("Allow", "POST, OPTIONS");
              }});
}

}  // namespace

void add_mozilla_routes(http::Router& router, const Services& services) {
  for (const Prefix prefix : kPrefixes) {
    for (const MozillaVersion version : {MozillaVersion::kV4, MozillaVersion::kV5}) {
      add_routes(router, services, prefix, version);
    }
  }
}

}  // namespace sigla::api
