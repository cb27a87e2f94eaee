// SPDX-License-Identifier: Apache-2.0
#include "app/crash_annotations.h"

#include <boost/json.hpp>
#include <map>

#include "base/text.h"

namespace sigla::app {
namespace {

namespace json = boost::json;

Result<json::object> parse_object(std::string_view text, std::string_view what) {
  boost::system::error_code failure;
  json::value parsed = json::parse({text.data(), text.size()}, failure);
  if (failure) return malformed("{}: {}", what, failure.message());
  if (!parsed.is_object()) return malformed("{}: not a JSON object", what);
  return std::move(parsed.as_object());
}

Result<json::object> signatures_of(const json::value& value) {
  constexpr std::string_view kWhat = "ModuleSignatureInfo";
  if (value.is_object()) return value.as_object();
  if (value.is_string()) return parse_object(std::string_view(value.as_string()), kWhat);
  return malformed("{}: not a JSON object", kWhat);
}

Result<std::map<std::string, std::string>> subjects_by_module(const json::value& value) {
  SIGLA_TRY_ASSIGN(const json::object signatures, signatures_of(value));
  std::map<std::string, std::string> subjects;
  for (const auto& [subject, modules] : signatures) {
    if (!modules.is_array()) {
      return malformed("ModuleSignatureInfo: '{}' has no list of modules",
                       std::string_view(subject));
    }
    for (const json::value& module : modules.as_array()) {
      if (module.is_string()) subjects[std::string(module.as_string())] = std::string(subject);
    }
  }
  return subjects;
}

}  // namespace

Status apply_crash_annotations(std::string_view text, Report& report) {
  SIGLA_TRY_ASSIGN(const json::object annotations, parse_object(text, "crash annotations"));
  if (const auto* signatures = annotations.if_contains("ModuleSignatureInfo")) {
    report.has_certificates = true;
    SIGLA_TRY_ASSIGN(const auto subjects, subjects_by_module(*signatures));
    for (auto* modules : {&report.modules, &report.unloaded_modules}) {
      for (ReportModule& module : *modules) {
        const auto found = subjects.find(std::string(base_name(module.code_file)));
        if (found != subjects.end()) module.cert_subject = found->second;
      }
    }
  }
  const auto* microcode = annotations.if_contains("CPUMicrocodeVersion");
  if (microcode != nullptr && microcode->is_string() && !report.details.microcode_version) {
    const std::string_view version(microcode->as_string());
    if (version.starts_with("0x")) {
      report.details.microcode_version = parse_hex(version.substr(2));
    }
  }
  return {};
}

}  // namespace sigla::app
