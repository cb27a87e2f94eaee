// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "base/json_writer.h"
#include "base/text.h"
#include "symbolicate/managed_trace.h"
#include "symbolicate/write_json.h"

namespace sigla {
namespace {

using Frame = ResolvedManagedTrace::Frame;

// A line of the result may not become two, nor hold what a terminal obeys.
std::string one_line(std::string_view text) {
  std::string line = to_utf8(text);
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return line;
}

// As it stands in a JSON string, where the frame does.
std::string as_in_text(const Frame& frame, std::string_view text) {
  const std::string line = one_line(text);
  if (!frame.text.is_escaped) return line;
  const std::string quoted = json_quote(line);
  return quoted.substr(1, quoted.size() - 2);
}

std::string location(const Frame& frame, const ManagedTextOptions& options) {
  const std::string link = options.has_source_links ? frame.source_link() : std::string();
  const bool has_line = !frame.source_url.empty() && !link.empty();  // "#L12" is in the URL
  const std::string& path = link.empty() ? frame.found.file : link;
  if (frame.text.style == clr::TraceFrame::Style::kDotNet) {
    return has_line ? " in " + path : fmt::format(" in {}:line {}", path, frame.found.line);
  }
  return has_line ? path : fmt::format("{}:{}", path, frame.found.line);
}

class TextWriter {
 public:
  TextWriter(std::string_view text, const ManagedTextOptions& options)
      : text_(text), options_(options) {}

  std::string write(const ResolvedManagedTrace& trace) {
    auto separator = trace.separators.begin();
    for (const Frame& frame : trace.frames) {
      for (; separator != trace.separators.end() && separator->line < frame.text.line;
           ++separator) {
        if (options_.folds_async) leave_out(separator->line, separator->line_size);
      }
      add(frame);
    }
    for (; separator != trace.separators.end(); ++separator) {
      if (options_.folds_async) leave_out(separator->line, separator->line_size);
    }
    copy_to(text_.size());
    return std::move(out_);
  }

 private:
  void add(const Frame& frame) {
    if (options_.folds_async && frame.text.is_noise) {
      leave_out(frame.text.line, frame.text.line_size);
      return;
    }
    if (options_.folds_async) {
      const std::string& name =
          frame.found.function.empty() ? frame.source_name : frame.found.function;
      if (name != frame.text.method) {
        replace(frame.text.name, frame.text.name_size, as_in_text(frame, name));
      }
    }
    if (frame.found.line == 0 || !frame.text.file.empty()) return;
    replace(frame.text.place, frame.text.place_size, as_in_text(frame, location(frame, options_)));
  }

  void copy_to(std::uint64_t end) {
    if (end <= at_) return;
    out_ += text_.substr(at_, end - at_);
    at_ = end;
  }
  void replace(std::uint64_t begin, std::uint64_t size, std::string_view with) {
    copy_to(begin);
    out_ += with;
    at_ = begin + size;
  }
  // The line and its end, escaped or not.
  void leave_out(std::uint64_t begin, std::uint64_t size) {
    copy_to(begin);
    at_ = begin + size;
    for (const std::string_view end : {"\r", "\n", "\\r", "\\n"}) {
      if (text_.substr(at_).starts_with(end)) at_ += end.size();
    }
  }

  std::string_view text_;
  const ManagedTextOptions& options_;
  std::string out_;
  std::uint64_t at_ = 0;
};

void add_frame(JsonWriter& json, const Frame& frame) {
  const bool is_found = frame.found.is_known();
  json.begin_object();
  json.member("method", frame.text.method);
  json.member("function", frame.found.function.empty() ? frame.source_name : frame.found.function);
  if (!frame.found.symbol.empty()) json.member("symbol", frame.found.symbol);
  if (frame.module) json.member("module", *frame.module);
  const std::uint32_t token = is_found ? frame.found.token : frame.text.token;
  if (token != 0) json.member("token", fmt::format("0x{:08x}", token));
  if (frame.text.il_offset) json.member("il_offset", *frame.text.il_offset);
  const bool has_own_place = !frame.text.file.empty();
  json.text_or_null("file", has_own_place ? frame.text.file : frame.found.file);
  json.number_or_null("line", has_own_place ? frame.text.source_line : frame.found.line);
  json.number_or_null("column", frame.found.column);
  if (!frame.source_url.empty()) json.member("source_link", frame.source_url);
  if (frame.found.is_embedded) json.member("source_embedded", true);
  json.member("async_noise", frame.text.is_noise).end_object();
}

}  // namespace

std::string write_managed_text(std::string_view text,
                               const ResolvedManagedTrace& trace,
                               const ManagedTextOptions& options) {
  return TextWriter(text, options).write(trace);
}

std::string write_managed_json(const ResolvedManagedTrace& trace, const Report* native) {
  JsonWriter json(JsonWriter::Style::kPretty);
  json.begin_object().key("frames").begin_array();
  for (const ResolvedManagedTrace::Frame& frame : trace.frames) add_frame(json, frame);
  json.end_array().key("modules").begin_array();
  for (const ResolvedManagedTrace::Module& module : trace.modules) {
    const bool is_found = !module.symbol_source.empty();
    json.begin_object();
    json.text_or_null("name", module.name.empty() ? module.wanted.name : module.name);
    json.text_or_null("mvid", module.wanted.mvid);
    json.member("status",
                !is_found                 ? "missing"
                : !module.problem.empty() ? "corrupt"
                : module.has_pdb          ? "found"
                                          : "no pdb");
    if (is_found) json.member("symbol_source", module.symbol_source);
    if (!module.pdb_source.empty()) json.member("pdb_source", module.pdb_source);
    if (!module.problem.empty()) json.member("problem", module.problem);
    json.end_object();
  }
  json.end_array();
  if (native != nullptr) {
    json.key("native");
    write_json(*native, json);
  }
  json.end_object();
  return std::move(json).take() + "\n";
}

}  // namespace sigla
