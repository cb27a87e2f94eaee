// SPDX-License-Identifier: Apache-2.0
#include "formats/trace/json_trace.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/json_reader.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "formats/trace/kind.h"

namespace sigla::trace {
namespace {

constexpr std::string_view kWhat = "stack trace in JSON";

class JsonReader {
 public:
  explicit JsonReader(const JsonValue& root) : root_(root) {}

  Trace run() {
    for (const JsonValue module : root_["modules"]) read_module(module);
    if (root_["addresses"]) {
      kind_ = kind_index("lookup_json");
      trace_.threads.emplace_back();
      for (const JsonValue address : root_["addresses"]) read_address(address);
    } else {
      kind_ = kind_index("backtrace_json");
      read_head();
      const std::string main_thread = root_["mainThread"].text_or("");
      for (const JsonValue thread : root_["threads"]) read_thread(thread, main_thread);
    }
    return std::move(trace_);
  }

 private:
  void read_head() {
    trace_.arch = parse_arch(root_["arch"]["name"].text_or(""));
    trace_.time =
        static_cast<std::uint32_t>(root_["timestamp"].any_integer().value_or(0) & UINT32_MAX);
    const JsonValue attributes = root_["attributes"];
    trace_.os = attributes["uname.sysname"].text_or("");
    trace_.os_version = attributes["uname.version"].text_or("");
    trace_.reason = attributes["error.message"].text_or("");
    for (const JsonValue classifier : root_["classifiers"]) {
      if (trace_.reason.empty()) trace_.reason = classifier.text_or("");
    }
    for (const JsonValue attribute : attributes) {
      if (const auto text = attribute.text()) trace_.notes.push_back({attribute.key(), *text});
    }
  }

  void read_module(const JsonValue& value) {
    Module module;
    module.name = value["code_file"].text_or("");
    module.debug_file = value["debug_file"].text_or("");
    module.debug_id = value["debug_identifier"].text_or(value["debug_id"].text_or(""));
    module.build_id = value["code_id"].text_or("");
    module.version = value["version"].text_or("");
    module.arch = trace_.arch;
    if (const auto start = value["start"].any_integer()) {
      module.base_of = BaseOf::kImage;
      module.base = *start;
      module.size = value["size"].any_integer().value_or(0);
    }
    trace_.modules.push_back(std::move(module));  // even one without a name: others are counted
  }

  void add(Frame frame, const JsonValue& value) {
    if (trace_.frames.size() >= kFrameCountMax || value.type() != JsonType::kObject) return;
    frame.kind = kind_;
    frame.thread = static_cast<std::uint32_t>(trace_.threads.size() - 1);
    frame.line = {value.offset(), value.size()};
    frame.place = {value.offset() + 1, 0};
    trace_.frames.push_back(std::move(frame));
  }

  void read_address(const JsonValue& value) {
    const auto module = value["module"].integer();
    const auto address = value["address"].any_integer();
    if (!module || *module >= trace_.modules.size() || !address) return;
    Frame frame;
    frame.module = static_cast<std::uint32_t>(*module);
    frame.addressing = Addressing::kRelative;
    frame.address = *address;
    add(std::move(frame), value);
  }

  void read_thread(const JsonValue& value, std::string_view main_thread) {
    Thread thread;
    const std::string key = value.key();
    thread.name = value["name"].text_or(key);
    thread.id = static_cast<std::uint32_t>(parse_decimal(key).value_or(0) & UINT32_MAX);
    const bool is_main = !main_thread.empty() && key == main_thread;
    thread.has_crashed = value["fault"].flag().value_or(is_main);
    trace_.threads.push_back(std::move(thread));
    bool is_first = true;
    for (const JsonValue frame : value["stack"]) read_frame(frame, std::exchange(is_first, false));
  }

  void read_frame(const JsonValue& value, bool is_first) {
    Frame frame;
    frame.function = value["funcName"].text_or("");
    frame.source_line =
        static_cast<std::uint32_t>(value["line"].any_integer().value_or(0) & UINT32_MAX);
    const std::string source = value["sourceCode"].text_or("");
    if (!source.empty()) frame.file = root_["sourceCode"][source]["path"].text_or(source);
    frame.is_return_address = !is_first;
    if (const auto address = value["address"].any_integer()) {
      frame.absolute = frame.address = *address;
      if (frame.function.empty()) frame.addressing = Addressing::kAbsolute;
    }
    add(std::move(frame), value);
  }

  const JsonValue root_;
  Trace trace_;
  std::uint32_t kind_ = 0;
};

bool read(Lines&, Builder&) { return false; }

std::string write_backtrace(const Frame&, const Call& call) {
  std::string members = fmt::format("\"funcName\":{},", json_quote(call.function));
  if (!call.file.empty()) {
    members += fmt::format("\"path\":{},\"line\":{},", json_quote(call.file), call.line);
    if (call.column != 0) members += fmt::format("\"column\":{},", call.column);
  }
  if (call.is_inlined) members += "\"inlined\":true,";
  return members;
}

std::string write_lookup(const Frame&, const Call& call) {
  std::string members = fmt::format("\"function\":{},", json_quote(call.function));
  if (!call.file.empty()) {
    members += fmt::format("\"file\":{},\"line\":{},", json_quote(call.file), call.line);
    if (call.column != 0) members += fmt::format("\"column\":{},", call.column);
  }
  return members + fmt::format("\"inlined\":{},", call.is_inlined);
}

}  // namespace

bool is_json_trace(std::string_view text) {
  constexpr std::size_t kLookedAt = 64 << 10;
  if (!trim(text.substr(0, 256)).starts_with('{')) return false;
  const std::string_view start = text.substr(0, kLookedAt);
  const auto has = [&](std::string_view name) {
    return start.find(name) != std::string_view::npos;
  };
  return (has("\"modules\"") && has("\"addresses\"")) || has("\"symbolication\"") ||
         (has("\"threads\"") && has("\"stack\""));
}

Result<Trace> read_json_trace(std::string_view text) {
  SIGLA_TRY_ASSIGN(const JsonDocument document, JsonDocument::parse(text, kWhat));
  return JsonReader(document.root()).run();
}

extern const Kind kBacktraceJson;
const Kind kBacktraceJson = {"backtrace_json", read, write_backtrace, ","};
extern const Kind kLookupJson;
const Kind kLookupJson = {"lookup_json", read, write_lookup, ","};

}  // namespace sigla::trace
