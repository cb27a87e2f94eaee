// SPDX-License-Identifier: Apache-2.0
#include "api/symbolicator_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "api/source_input.h"
#include "base/json_writer.h"
#include "base/text.h"

namespace sigla::api {

namespace {

namespace json = boost::json;

constexpr std::size_t kDepthMax = 32;
constexpr std::size_t kModuleCountMax = 100'000;
constexpr std::size_t kFrameCountMax = 1'000'000;

template <typename... Args>
Error wrong(fmt::format_string<Args...> format, Args&&... args) {
  return make_error(
      ErrorCode::kInvalidArgument, "{}", fmt::format(format, std::forward<Args>(args)...));
}

std::string_view view(const json::string& text) { return {text.data(), text.size()}; }

// Null when the member is absent or null.
const json::value* member(const json::object& object, std::string_view name) {
  const json::value* const value = object.if_contains({name.data(), name.size()});
  return value == nullptr || value->is_null() ? nullptr : value;
}

Result<json::value> parse(std::string_view text, std::string_view what) {
  json::error_code error;
  json::parse_options options;
  options.max_depth = kDepthMax;
  json::value value = json::parse({text.data(), text.size()}, error, {}, options);
  if (error) return make_error(ErrorCode::kMalformed, "{}: no JSON: {}", what, error.message());
  return value;
}

Result<json::object> parse_object(std::string_view text, std::string_view what) {
  SIGLA_TRY_ASSIGN(json::value value, parse(text, what));
  if (!value.is_object()) return wrong("{}: not an object", what);
  return std::move(value.get_object());
}

Result<std::string> text_of(const json::object& object, std::string_view name) {
  const json::value* const value = member(object, name);
  if (value == nullptr) return std::string();
  if (!value->is_string()) return wrong("{}: not a string", name);
  return std::string(view(value->get_string()));
}

Result<std::optional<bool>> flag_of(const json::object& object, std::string_view name) {
  const json::value* const value = member(object, name);
  if (value == nullptr) return std::optional<bool>();
  if (!value->is_bool()) return wrong("{}: neither true nor false", name);
  return std::optional<bool>(value->get_bool());
}

// A whole number, or one in a string: "0x1f", "31".
std::optional<std::uint64_t> to_number(const json::value& value) {
  if (value.is_uint64()) return value.get_uint64();
  if (value.is_int64() && value.get_int64() >= 0) {
    return static_cast<std::uint64_t>(value.get_int64());
  }
  if (!value.is_string()) return std::nullopt;
  std::string_view text = view(value.get_string());
  if (!text.starts_with("0x") && !text.starts_with("0X")) return parse_decimal(text);
  return parse_hex(text.substr(2));
}

Result<std::optional<std::uint64_t>> number_of(const json::object& object, std::string_view name) {
  const json::value* const value = member(object, name);
  if (value == nullptr) return std::optional<std::uint64_t>();
  const std::optional<std::uint64_t> number = to_number(*value);
  if (!number) return wrong("{}: no number", name);
  return number;
}

Result<std::uint64_t> needed_number(const json::object& object, std::string_view name) {
  SIGLA_TRY_ASSIGN(const auto number, number_of(object, name));
  if (!number) return wrong("{}: missing", name);
  return *number;
}

Result<const json::array*> list_of(const json::object& object, std::string_view name) {
  static const json::array kNone;
  const json::value* const value = member(object, name);
  if (value == nullptr) return &kNone;
  if (!value->is_array()) return wrong("{}: not a list", name);
  for (const json::value& item : value->get_array()) {
    if (!item.is_object()) return wrong("{}: has a member that is no object", name);
  }
  return &value->get_array();
}

std::optional<ModuleType> module_type_of(std::string_view text) {
  if (text == "elf") return ModuleType::kElf;
  if (text == "macho") return ModuleType::kMacho;
  if (text == "pe") return ModuleType::kPe;
  if (text == "pe_dotnet") return ModuleType::kPortable;
  if (text == "wasm") return ModuleType::kWasm;
  return std::nullopt;
}

// Programs without an id of their own are found by that of their debug file, and the other way
// round.
void complete_ids(ModuleQuery& query) {
  if (!query.debug_id && !query.code_id.empty()) {
    const auto bytes = parse_hex_bytes(query.code_id.text());
    if (bytes && query.type == ModuleType::kElf) query.debug_id = DebugId::from_build_id(*bytes);
    if (bytes && query.type == ModuleType::kMacho && bytes->size() == 16) {
      query.debug_id = DebugId::from_uuid(*bytes);
    }
  }
  if (query.debug_id) query.debug_identifier = query.debug_id->breakpad();
}

Status decode_module(const json::object& object, SymbolicatorRequest& request) {
  TraceModule module;
  SymbolicatorModule shown;
  SIGLA_TRY_ASSIGN(shown.type, text_of(object, "type"));
  if (shown.type.empty()) return wrong("type: missing");
  SIGLA_TRY_ASSIGN(module.base, needed_number(object, "image_addr"));
  SIGLA_TRY_ASSIGN(shown.size, number_of(object, "image_size"));
  module.size = shown.size.value_or(0);
  SIGLA_TRY_ASSIGN(module.query.code_file, text_of(object, "code_file"));
  SIGLA_TRY_ASSIGN(module.query.debug_file, text_of(object, "debug_file"));
  SIGLA_TRY_ASSIGN(module.query.debug_checksum, text_of(object, "debug_checksum"));
  SIGLA_TRY_ASSIGN(const std::string debug_id, text_of(object, "debug_id"));
  SIGLA_TRY_ASSIGN(const std::string code_id, text_of(object, "code_id"));
  module.query.type = module_type_of(shown.type);
  module.query.code_id = CodeId(code_id);
  const Result<DebugId> id = DebugId::parse(debug_id);
  if (id.has_value()) module.query.debug_id = *id;
  if (module.query.debug_id) shown.debug_id = module.query.debug_id->dashed();
  shown.code_id = module.query.code_id.text();
  shown.debug_checksum = module.query.debug_checksum;
  complete_ids(module.query);
  request.stacks.modules.push_back(std::move(module));
  request.modules.push_back(std::move(shown));
  return {};
}

Status decode_address_mode(std::string_view text, TraceFrame& frame) {
  if (text.empty() || text == "abs") return {};
  constexpr std::string_view kRelative = "rel:";
  const auto index =
      text.starts_with(kRelative) ? parse_decimal(text.substr(kRelative.size())) : std::nullopt;
  if (!index) return wrong("addr_mode: '{}' is neither abs nor rel:INDEX", text);
  frame.module = static_cast<std::uint32_t>(std::min<std::uint64_t>(*index, UINT32_MAX));
  return {};
}

// What an answer repeats of a frame that it has no name for.
std::string repeated_members(const json::object& object) {
  JsonWriter writer;
  writer.begin_object();
  for (const std::string_view name :
       {"platform", "package", "lang", "symbol", "function", "filename", "abs_path"}) {
    const json::value* const value = member(object, name);
    if (value != nullptr && value->is_string()) writer.member(name, view(value->get_string()));
  }
  const json::value* const line = member(object, "lineno");
  if (line != nullptr && line->is_int64()) writer.member("lineno", line->get_int64());
  writer.end_object();
  std::string text = std::move(writer).take();
  return text.substr(1, text.size() - 2);
}

Status decode_frame(const json::object& object, Trace& trace, SymbolicatorTrace& shown) {
  TraceFrame frame;
  SymbolicatorFrame repeated;
  SIGLA_TRY_ASSIGN(frame.address, needed_number(object, "instruction_addr"));
  SIGLA_TRY_ASSIGN(const std::string mode, text_of(object, "addr_mode"));
  SIGLA_TRY(decode_address_mode(mode, frame));
  SIGLA_TRY_ASSIGN(repeated.method, number_of(object, "function_id"));
  frame.method =
      static_cast<std::uint32_t>(std::min<std::uint64_t>(repeated.method.value_or(0), UINT32_MAX));
  SIGLA_TRY_ASSIGN(repeated.function, text_of(object, "function"));
  SIGLA_TRY_ASSIGN(frame.is_return_address, flag_of(object, "adjust_instruction_addr"));
  SIGLA_TRY_ASSIGN(repeated.trust, text_of(object, "trust"));
  SIGLA_TRY_ASSIGN(repeated.platform, text_of(object, "platform"));
  repeated.json = repeated_members(object);
  trace.frames.push_back(frame);
  shown.frames.push_back(std::move(repeated));
  return {};
}

Status decode_registers(const json::object& object, Trace& trace) {
  const json::value* const registers = member(object, "registers");
  if (registers == nullptr) return {};
  if (!registers->is_object()) return wrong("registers: not an object");
  for (const auto& entry : registers->get_object()) {
    const std::string name(entry.key().data(), entry.key().size());
    const std::optional<std::uint64_t> value = to_number(entry.value());
    if (!value) return wrong("registers: {} is no number", name);
    trace.registers.emplace(name, *value);
  }
  return {};
}

Status decode_trace(const json::object& object, SymbolicatorRequest& request) {
  Trace& trace = request.stacks.traces.emplace_back();
  SymbolicatorTrace& shown = request.traces.emplace_back();
  SIGLA_TRY_ASSIGN(shown.thread_id, number_of(object, "thread_id"));
  SIGLA_TRY_ASSIGN(shown.thread_name, text_of(object, "thread_name"));
  SIGLA_TRY_ASSIGN(shown.is_requesting, flag_of(object, "is_requesting"));
  SIGLA_TRY(decode_registers(object, trace));
  if (member(object, "frames") == nullptr) return wrong("frames: missing");
  SIGLA_TRY_ASSIGN(const json::array* const frames, list_of(object, "frames"));
  if (frames->size() > kFrameCountMax) return wrong("frames: more than {}", kFrameCountMax);
  for (const json::value& frame : *frames) {
    SIGLA_TRY(decode_frame(frame.get_object(), trace, shown));
  }
  if (request.options.is_caller_first) {
    std::ranges::reverse(trace.frames);
    std::ranges::reverse(shown.frames);
  }
  return {};
}

Result<SymbolicatorOptions> decode_options(const json::value* value) {
  SymbolicatorOptions options;
  if (value == nullptr) return options;
  if (!value->is_object()) return wrong("options: not an object");
  const json::object& object = value->get_object();
  SIGLA_TRY_ASSIGN(const auto candidates, flag_of(object, "dif_candidates"));
  SIGLA_TRY_ASSIGN(const auto context, flag_of(object, "apply_source_context"));
  SIGLA_TRY_ASSIGN(const std::string order, text_of(object, "frame_order"));
  if (!order.empty() && order != "callee_first" && order != "caller_first") {
    return wrong("frame_order: '{}' is neither callee_first nor caller_first", order);
  }
  options.has_candidates = candidates.value_or(false);
  options.has_source_context = context.value_or(true);
  options.is_caller_first = order == "caller_first";
  return options;
}

Result<std::optional<std::vector<Source>>> sources_of(const json::object& object,
                                                      std::string_view scope) {
  const json::value* const value = member(object, "sources");
  if (value == nullptr) return std::optional<std::vector<Source>>();
  SIGLA_TRY_ASSIGN(std::vector<Source> sources, decode_sources(json::serialize(*value), scope));
  return std::optional<std::vector<Source>>(std::move(sources));
}

}  // namespace

Result<SymbolicatorRequest> decode_symbolicator_request(std::string_view body,
                                                        std::string_view scope) {
  SIGLA_TRY_ASSIGN(const json::object object, parse_object(body, "request body"));
  SymbolicatorRequest request;
  SIGLA_TRY_ASSIGN(request.options, decode_options(member(object, "options")));
  SIGLA_TRY_ASSIGN(request.sources, sources_of(object, scope));
  SIGLA_TRY_ASSIGN(const auto signal, number_of(object, "signal"));
  if (signal) request.stacks.signal = static_cast<std::uint32_t>(*signal);
  SIGLA_TRY_ASSIGN(const json::array* const modules, list_of(object, "modules"));
  if (modules->size() > kModuleCountMax) return wrong("modules: more than {}", kModuleCountMax);
  for (std::size_t i = 0; i < modules->size(); ++i) {
    const Status status = decode_module((*modules)[i].get_object(), request);
    if (!status.has_value()) return wrong("modules[{}]: {}", i, status.error().message());
  }
  SIGLA_TRY_ASSIGN(const json::array* const traces, list_of(object, "stacktraces"));
  for (std::size_t i = 0; i < traces->size(); ++i) {
    const Status status = decode_trace((*traces)[i].get_object(), request);
    if (!status.has_value()) return wrong("stacktraces[{}]: {}", i, status.error().message());
  }
  return request;
}

Result<SymbolicatorOptions> decode_symbolicator_options(std::string_view text) {
  SIGLA_TRY_ASSIGN(const json::value value, parse(text, "options"));
  return decode_options(&value);
}

Result<StoredCrash> decode_stored_crash(std::string_view body, std::string_view scope) {
  SIGLA_TRY_ASSIGN(const json::object object, parse_object(body, "request body"));
  StoredCrash crash;
  SIGLA_TRY_ASSIGN(crash.options, decode_options(member(object, "options")));
  SIGLA_TRY_ASSIGN(crash.sources, sources_of(object, scope));
  const json::value* const what = member(object, "symbolicate");
  if (what == nullptr || !what->is_object()) return wrong("symbolicate: missing");
  SIGLA_TRY_ASSIGN(const std::string type, text_of(what->get_object(), "type"));
  if (type != "minidump" && type != "applecrashreport") {
    return wrong("symbolicate: type '{}' is neither minidump nor applecrashreport", type);
  }
  crash.is_apple = type == "applecrashreport";
  SIGLA_TRY_ASSIGN(crash.url, text_of(what->get_object(), "storage_url"));
  SIGLA_TRY_ASSIGN(crash.token, text_of(what->get_object(), "storage_token"));
  if (crash.url.empty()) return wrong("symbolicate: storage_url: missing");
  if (crash.token.find_first_of("\r\n") != std::string::npos) {
    return wrong("symbolicate: storage_token: has a line end in it");
  }
  return crash;
}

}  // namespace sigla::api
