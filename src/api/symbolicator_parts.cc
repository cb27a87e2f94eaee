// SPDX-License-Identifier: Apache-2.0
#include "api/symbolicator_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "base/text.h"

namespace sigla::api {

namespace {

std::string_view status_text(ModuleStatus status) {
  return status == ModuleStatus::kCorrupt ? "malformed" : to_string(status);
}

// By the scheme in which the name is mangled, of .NET by the file; empty when neither says.
std::string_view language_of(std::string_view symbol, std::string_view file) {
  if (ends_with_ignoring_case(file, ".cs")) return "csharp";
  if (ends_with_ignoring_case(file, ".vb")) return "visualbasic";
  if (ends_with_ignoring_case(file, ".fs")) return "fsharp";
  if (symbol.starts_with("_R") || symbol.starts_with("__R")) return "rust";
  if (symbol.starts_with("$s") || symbol.starts_with("_$s")) return "swift";
  if (symbol.starts_with("_Z") || symbol.starts_with("__Z") || symbol.starts_with('?')) {
    return "cpp";
  }
  return {};
}

void write_features(const Identity& identity, JsonWriter& json) {
  json.key("features").begin_object();
  json.member("has_debug_info", identity.has_debug_info);
  json.member("has_unwind_info", identity.has_unwind_info);
  json.member("has_symbols", identity.has_symbols);
  json.member("has_sources", identity.has_sources).end_object();
}

void write_download(const SymbolCandidate& candidate, JsonWriter& json) {
  json.key("download").begin_object().key("status");
  switch (candidate.download) {
    case SymbolCandidate::Download::kOk:
      json.value("ok");
      write_features(candidate.identity.value_or(Identity()), json);
      break;
    case SymbolCandidate::Download::kMissing:
      json.value("notfound");
      break;
    case SymbolCandidate::Download::kMalformed:
      json.value("malformed").member("details", candidate.details);
      break;
    case SymbolCandidate::Download::kRefused:
      json.value("noperm").member("details", candidate.details);
      break;
    case SymbolCandidate::Download::kFailed:
      json.value("error").member("details", "download failed: " + candidate.details);
      break;
  }
  json.end_object();
}

void write_use(std::string_view name,
               SymbolCandidate::Use use,
               const std::string& details,
               JsonWriter& json) {
  if (use == SymbolCandidate::Use::kNone) return;
  const bool is_good = use == SymbolCandidate::Use::kGood;
  json.key(name).begin_object().member("status", is_good ? "ok" : "malformed");
  if (!is_good) json.member("details", details);
  json.end_object();
}

void write_candidates(std::vector<SymbolCandidate> candidates, JsonWriter& json) {
  if (candidates.empty()) return;
  std::ranges::stable_sort(candidates, [](const SymbolCandidate& a, const SymbolCandidate& b) {
    return std::tie(a.source, a.location) < std::tie(b.source, b.location);
  });
  json.key("candidates").begin_array();
  for (const SymbolCandidate& candidate : candidates) {
    json.begin_object().member("source", candidate.source);
    json.member("location", candidate.location);
    write_download(candidate, json);
    write_use("unwind", candidate.unwind, candidate.details, json);
    write_use("debug", candidate.names, candidate.details, json);
    json.end_object();
  }
  json.end_array();
}

void write_lines(std::string_view name, const std::vector<std::string>& lines, JsonWriter& json) {
  if (lines.empty()) return;
  json.key(name).begin_array();
  for (const std::string& line : lines) json.value(line);
  json.end_array();
}

}  // namespace

std::string hex(std::uint64_t value) { return fmt::format("{:#x}", value); }

std::string_view status_text(NamedFrame::Status status) {
  switch (status) {
    case NamedFrame::Status::kNamed:
      return "symbolicated";
    case NamedFrame::Status::kNoSymbol:
      return "missing_symbol";
    case NamedFrame::Status::kNoModule:
      return "unknown_image";
    case NamedFrame::Status::kMissing:
      return "missing";
    case NamedFrame::Status::kMalformed:
      return "malformed";
  }
  return "missing";
}

void write_nonempty(std::string_view name, std::string_view text, JsonWriter& json) {
  if (!text.empty()) json.member(name, text);
}

void write_module(const ShownModule& module, bool has_candidates, JsonWriter& json) {
  json.begin_object().member("debug_status", status_text(module.status));
  write_nonempty("unwind_status", module.unwind_status, json);
  write_features(module.identity, json);
  json.member("arch", to_string(module.identity.arch)).member("type", module.type);
  write_nonempty("code_id", module.query.code_id.text(), json);
  write_nonempty("code_file", module.query.code_file, json);
  write_nonempty("debug_id", module.debug_id, json);
  write_nonempty("debug_file", module.query.debug_file, json);
  write_nonempty("debug_checksum", module.query.debug_checksum, json);
  json.member("image_addr", hex(module.base));
  if (module.size) json.member("image_size", *module.size);
  if (has_candidates) write_candidates(module.candidates, json);
  json.end_object();
}

void write_call(std::string_view symbol,
                std::string_view function,
                std::string_view file,
                std::uint32_t line,
                JsonWriter& json) {
  write_nonempty("lang", language_of(symbol, file), json);
  write_nonempty("symbol", symbol, json);
  json.member("function", function);
  if (!file.empty()) json.member("filename", base_name(file)).member("abs_path", file);
  json.member("lineno", line);
}

void write_source(const std::optional<SourceContext>& context,
                  std::string_view url,
                  JsonWriter& json) {
  if (!context) return write_nonempty("source_link", url, json);
  write_lines("pre_context", context->before, json);
  json.member("context_line", context->line);
  write_lines("post_context", context->after, json);
}

}  // namespace sigla::api
