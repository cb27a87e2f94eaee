// SPDX-License-Identifier: Apache-2.0
#include "api/lookup_api.h"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>

#include "api/guard.h"
#include "api/json_input.h"
#include "api/store_symbols.h"
#include "base/json_writer.h"
#include "base/text.h"

namespace sigla::api {

namespace {

constexpr std::size_t kModuleCountMax = 1'000;
constexpr std::size_t kAddressCountMax = 100'000;
constexpr std::uint64_t kBodySizeMax = 16ULL << 20;

Result<ModuleQuery> decode_module(JsonInput& input) {
  ModuleQuery query;
  SIGLA_TRY_ASSIGN(const auto code_file, input.optional_text("code_file"));
  SIGLA_TRY_ASSIGN(const auto debug_file, input.optional_text("debug_file"));
  SIGLA_TRY_ASSIGN(const auto debug_id, input.optional_text("debug_id"));
  SIGLA_TRY_ASSIGN(const auto code_id, input.optional_text("code_id"));
  SIGLA_TRY(input.finish());
  query.code_file = code_file.value_or("");
  query.debug_file = debug_file.value_or("");
  if (debug_id && !debug_id->empty()) {
    auto id = DebugId::parse(*debug_id);
    if (!id.has_value()) {
      return make_error(ErrorCode::kInvalidArgument, "debug_id: '{}' is no debug id", *debug_id);
    }
    query.debug_id = *id;
    query.debug_identifier = id->breakpad();
  }
  query.code_id = CodeId(code_id.value_or(""));
  return query;
}

Result<ModuleAddress> decode_address(JsonInput& input) {
  ModuleAddress address;
  SIGLA_TRY_ASSIGN(const auto module, input.optional_integer("module"));
  SIGLA_TRY_ASSIGN(const std::string text, input.text("address"));
  SIGLA_TRY(input.finish());
  std::string_view digits = text;
  if (digits.starts_with("0x") || digits.starts_with("0X")) digits.remove_prefix(2);
  const auto value = parse_hex(digits);
  if (!value) {
    return make_error(ErrorCode::kInvalidArgument, "address: '{}' is no hexadecimal address", text);
  }
  if (!module || *module < 0 || *module >= static_cast<std::int64_t>(kModuleCountMax)) {
    return make_error(ErrorCode::kInvalidArgument, "module: no index of a module");
  }
  address.module = static_cast<std::uint32_t>(*module);
  address.address = *value;
  return address;
}

void encode_module(const LookedUpModule& module, JsonWriter& json) {
  json.begin_object().member("status", to_string(module.status));
  json.text_or_null("symbol_source", module.symbol_source);
  json.key("explain").begin_array();
  for (const std::string& line : module.explain) json.value(line);
  for (const std::string& line : module.advice) json.value(line);
  json.end_array().end_object();
}

void encode_frame(const AddressFrame& frame, JsonWriter& json) {
  json.begin_object().member("function", frame.function).member("symbol", frame.symbol);
  json.text_or_null("file", frame.file);
  json.number_or_null("line", frame.line);
  json.number_or_null("column", frame.column);
  json.text_or_null("source_link", frame.source_url);
  json.member("inlined", frame.is_inlined).end_object();
}

Result<http::Response> lookup(const http::Request& request, const Services& services) {
  SIGLA_TRY_ASSIGN(const Project project, project_of(request, services));
  SIGLA_TRY_ASSIGN(const LookupRequest wanted, decode_lookup_request(request.body));
  StoreSymbols symbols(services.catalog, services.symcaches, project);
  const SymbolFinder finder({&symbols});
  SIGLA_TRY_ASSIGN(const AddressLookup found,
                   look_up(finder, services.walkers, wanted.modules, wanted.addresses));
  JsonWriter json;
  json.begin_object().key("modules").begin_array();
  for (const LookedUpModule& module : found.modules) encode_module(module, json);
  json.end_array().key("addresses").begin_array();
  for (std::size_t i = 0; i < wanted.addresses.size(); ++i) {
    json.begin_object().member("module", wanted.addresses[i].module);
    json.member("address", fmt::format("{:#x}", wanted.addresses[i].address));
    json.key("frames").begin_array();
    for (const AddressFrame& frame : found.frames[i]) encode_frame(frame, json);
    json.end_array().end_object();
  }
  json.end_array().end_object();
  return http::Response::json(200, std::move(json).take());
}

}  // namespace

Result<LookupRequest> decode_lookup_request(std::string_view body) {
  SIGLA_TRY_ASSIGN(JsonInput input, JsonInput::parse(body));
  SIGLA_TRY_ASSIGN(std::vector<JsonInput> modules, input.objects("modules", kModuleCountMax));
  SIGLA_TRY_ASSIGN(std::vector<JsonInput> addresses, input.objects("addresses", kAddressCountMax));
  SIGLA_TRY(input.finish());
  LookupRequest request;
  for (JsonInput& module : modules) {
    SIGLA_TRY_ASSIGN(request.modules.emplace_back(), decode_module(module));
  }
  for (JsonInput& address : addresses) {
    SIGLA_TRY_ASSIGN(request.addresses.emplace_back(), decode_address(address));
  }
  return request;
}

void add_lookup_routes(http::Router& router, const Services& services) {
  router.add({.method = "POST",
              .pattern = "/api/v1/projects/{project}/lookup",
              .body = http::BodyPolicy::kMemory,
              .body_size_max = kBodySizeMax,
              .admit = admit_reader(services),
              .handler = answer(
                  [&services](http::Request& request) { return lookup(request, services); })});
}

}  // namespace sigla::api
