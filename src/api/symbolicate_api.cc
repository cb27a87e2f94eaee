// SPDX-License-Identifier: Apache-2.0
#include "api/symbolicate_api.h"

#include <optional>
#include <string>
#include <utility>

#include "api/form_body.h"
#include "api/guard.h"
#include "api/http_status.h"
#include "api/store_symbols.h"
#include "symbolicate/crash_input.h"
#include "symbolicate/managed_trace.h"
#include "symbolicate/write_breakpad.h"
#include "symbolicate/write_json.h"
#include "symbolicate/write_machine.h"
#include "symbolicate/write_rust_minidump.h"
#include "symbolicate/write_text.h"

namespace sigla::api {

namespace {

enum class ReportFormat { kJson, kText, kBreakpad, kBreakpadMachine, kRustMinidump };

Result<ReportFormat> decode_format(const http::Request& request) {
  const std::string_view name = request.query_value("format").value_or("json");
  if (name == "json") return ReportFormat::kJson;
  if (name == "text") return ReportFormat::kText;
  if (name == "breakpad") return ReportFormat::kBreakpad;
  if (name == "breakpad-machine") return ReportFormat::kBreakpadMachine;
  if (name == "rust-minidump") return ReportFormat::kRustMinidump;
  return make_error(ErrorCode::kInvalidArgument,
                    "format: '{}' is none of json, text, breakpad, breakpad-machine, rust-minidump",
                    name);
}

http::Response encode_crash(const SymbolicatedCrash& crash, ReportFormat format) {
  const Report& report = crash.report;
  switch (format) {
    case ReportFormat::kJson:
      return http::Response::json(200, write_json(report));
    case ReportFormat::kText:
      return http::Response::text(200, crash.text ? *crash.text : write_text(report));
    case ReportFormat::kBreakpad:
      return http::Response::text(200, write_breakpad(report));
    case ReportFormat::kBreakpadMachine:
      return http::Response::text(200, write_breakpad_machine(report));
    case ReportFormat::kRustMinidump:
      return http::Response::json(200, write_rust_minidump(report));
  }
  return error_reply(500, "no such format");
}

Result<http::Response> symbolicate(http::Request& request, const Services& services) {
  SIGLA_TRY_ASSIGN(const Project project, project_of(request, services));
  SIGLA_TRY_ASSIGN(const ReportFormat format, decode_format(request));
  SIGLA_TRY_ASSIGN(const FormBody body, take_form_body(request, "upload_file_minidump", services));
  StoreSymbols symbols(services.catalog, services.symcaches, project);
  const SymbolFinder finder({&symbols});
  const bool is_json = format == ReportFormat::kJson;
  ManagedTextOptions managed;
  managed.folds_async = request.query_value("fold_async").value_or("") == "1";
  managed.has_source_links = request.query_value("source_links").value_or("") == "1";
  SIGLA_TRY_ASSIGN(
      auto managed_text,
      symbolicate_managed_trace(body.file, services.walkers, &finder, is_json, managed));
  if (managed_text) {
    return is_json ? http::Response::json(200, *managed_text)
                   : http::Response::text(200, *managed_text);
  }
  SIGLA_TRY_ASSIGN(const SymbolicatedCrash crash,
                   symbolicate_crash(body.file, services.walkers, &finder));
  return encode_crash(crash, format);
}

std::optional<http::Response> admit(const http::Request& request, const http::Admission& reader) {
  if (auto refused = reader(request)) return refused;
  const Result<ReportFormat> format = decode_format(request);
  if (!format.has_value()) return error_reply(format.error());
  return std::nullopt;
}

}  // namespace

void add_symbolicate_routes(http::Router& router, const Services& services) {
  router.add({.method = "POST",
              .pattern = "/api/v1/projects/{project}/symbolicate",
              .body = http::BodyPolicy::kSpool,
              .run_on = http::RunOn::kPoolLong,
              .body_size_max = services.limits.minidump_size_max,
              .admit = [reader = admit_reader(services)](
                           const http::Request& request) { return admit(request, reader); },
              .handler = answer(
                  [&services](http::Request& request) { return symbolicate(request, services); })});
}

}  // namespace sigla::api
