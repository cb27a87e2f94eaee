// SPDX-License-Identifier: Apache-2.0
#include "api/symbolicator_response.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "api/symbolicator_parts.h"
#include "base/json_writer.h"

namespace sigla::api {

namespace {

constexpr unsigned kRetrySeconds = 30;

class TraceWriter {
 public:
  TraceWriter(const SymbolicatorRequest& request, const NamedTraces& named, JsonWriter& json)
      : request_(request), named_(named), json_(json) {}

  void write() {
    json_.key("stacktraces").begin_array();
    for (std::size_t i = 0; i < named_.traces.size(); ++i) write_trace(i);
    json_.end_array().key("modules").begin_array();
    for (std::size_t i = 0; i < named_.modules.size(); ++i) {
      const LookedUpModule& found = named_.modules[i];
      const TraceModule& module = request_.stacks.modules[i];
      write_module({request_.modules[i].type,
                    module.query,
                    request_.modules[i].debug_id,
                    module.base,
                    request_.modules[i].size,
                    found.status,
                    {},
                    found.identity,
                    found.candidates},
                   request_.options.has_candidates,
                   json_);
    }
    json_.end_array();
  }

 private:
  void write_trace(std::size_t index) {
    const SymbolicatorTrace& trace = request_.traces[index];
    json_.begin_object();
    if (trace.thread_id) json_.member("thread_id", *trace.thread_id);
    write_nonempty("thread_name", trace.thread_name, json_);
    if (trace.is_requesting) json_.member("is_requesting", *trace.is_requesting);
    const auto& registers = request_.stacks.traces[index].registers;
    if (!registers.empty()) {
      json_.key("registers").begin_object();
      for (const auto& [name, value] : registers) json_.member(name, hex(value));
      json_.end_object();
    }
    json_.key("frames").begin_array();
    const std::vector<NamedFrame>& frames = named_.traces[index];
    for (std::size_t i = 0; i < frames.size(); ++i) {
      write_frame(frames[request_.options.is_caller_first ? frames.size() - 1 - i : i],
                  trace.frames);
    }
    json_.end_array().end_object();
  }

  void write_frame(const NamedFrame& frame, const std::vector<SymbolicatorFrame>& asked) {
    const SymbolicatorFrame& original = asked[frame.original];
    json_.begin_object().member("status", status_text(frame.status));
    json_.member("original_index", frame.original);
    if (frame.is_offset && frame.module) {
      json_.member("addr_mode", fmt::format("rel:{}", *frame.module));
    }
    json_.member("instruction_addr", hex(frame.address));
    if (original.method) json_.member("function_id", hex(*original.method));
    if (!original.trust.empty() && original.trust != "none") json_.member("trust", original.trust);
    const std::string_view package =
        frame.module ? std::string_view(request_.stacks.modules[*frame.module].query.code_file)
                     : std::string_view();
    if (frame.status != NamedFrame::Status::kNamed) {
      const bool repeats = original.json.find("\"package\":") != std::string::npos;
      if (!repeats) write_nonempty("package", package, json_);
      if (!original.json.empty()) json_.raw(original.json);
      json_.end_object();
      return;
    }
    write_nonempty("platform", original.platform, json_);
    write_nonempty("package", package, json_);
    const bool has_name = !frame.call.function.empty();
    write_call(frame.call.symbol,
               has_name ? frame.call.function : original.function,
               frame.call.file,
               frame.call.line,
               json_);
    write_source(frame.context, frame.call.source_url, json_);
    if (frame.is_outermost && !original.method) {
      const std::uint64_t base = frame.is_offset ? 0 : request_.stacks.modules[*frame.module].base;
      json_.member("sym_addr", hex(base + frame.call.function_address));
    }
    json_.end_object();
  }

  const SymbolicatorRequest& request_;
  const NamedTraces& named_;
  JsonWriter& json_;
};

}  // namespace

std::string write_completed(const SymbolicatorRequest& request, const NamedTraces& named) {
  JsonWriter json;
  json.begin_object().member("status", "completed");
  if (request.stacks.signal) json.member("signal", *request.stacks.signal);
  TraceWriter(request, named, json).write();
  json.end_object();
  return std::move(json).take();
}

std::string write_failed(std::string_view message) {
  JsonWriter json;
  json.begin_object().member("status", "failed").member("message", message).end_object();
  return std::move(json).take();
}

std::string write_pending(std::string_view id) {
  JsonWriter json;
  json.begin_object().member("status", "pending").member("request_id", id);
  json.member("retry_after", kRetrySeconds).end_object();
  return std::move(json).take();
}

}  // namespace sigla::api
