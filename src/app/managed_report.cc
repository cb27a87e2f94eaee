// SPDX-License-Identifier: Apache-2.0
#include "app/managed_report.h"

#include <cstdio>

#include "app/companion_files.h"
#include "app/file_contents.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "sourcelink/map.h"

namespace sigla::app {
namespace {

std::optional<std::uint32_t> parse_number(std::string_view text) {
  if (text.starts_with("0x") || text.starts_with("0X")) text.remove_prefix(2);
  const auto number = parse_hex(text);
  if (!number || *number > 0xffff'ffffU) return std::nullopt;
  return static_cast<std::uint32_t>(*number);
}

WorkerRequestHandler companions_beside(CompanionFiles& files) {
  return [&files](std::string_view what, const WorkerMessage& request) {
    return files.answer(what, request);
  };
}

// Where the source of a frame can be read; empty when the map does not know.
std::string source_url(const ManagedFrame& frame,
                       const std::optional<sourcelink::SourceLinkMap>& map) {
  if (!map || frame.file.empty()) return {};
  const auto url = map->url_of(frame.file);
  if (!url) return {};
  return frame.line == 0 ? *url : fmt::format("{}#L{}", *url, frame.line);
}

void append_json(std::string& out,
                 const ManagedQuery& query,
                 const ManagedFrame& frame,
                 const std::string& url,
                 const std::string& companion) {
  JsonWriter json;
  json.begin_object();
  json.member("addr", fmt::format("{:#x}+{:#x}", query.token, query.il_offset.value_or(0)));
  json.key("frames").begin_array();
  if (frame.is_known()) {
    json.begin_object();
    json.text_or_null("function", frame.function);
    json.text_or_null("symbol", frame.symbol);
    json.text_or_null("file", frame.file);
    json.number_or_null("line", frame.line);
    json.number_or_null("column", frame.column);
    json.number_or_null("end_line", frame.end_line);
    json.number_or_null("end_column", frame.end_column);
    if (!url.empty()) json.member("source_link", url);
    if (frame.is_embedded) json.member("source_embedded", true);
    json.member("inlined", false).end_object();
  }
  json.end_array();
  if (!companion.empty()) json.member("symbol_source", companion);
  json.end_object();
  out += std::move(json).take();
}

void append_text(std::string& out,
                 const ManagedQuery& query,
                 const ManagedFrame& frame,
                 const std::string& url) {
  out += fmt::format("{:#x}+{:#x}\n", query.token, query.il_offset.value_or(0));
  out += "  " + (frame.function.empty() ? std::string("??") : printable(frame.function)) + "\n";
  if (frame.file.empty()) return;
  out += "      " + printable(frame.file);
  if (frame.line != 0) out += fmt::format(":{}:{}", frame.line, frame.column);
  out += '\n';
  if (!url.empty()) out += "      " + printable(url) + "\n";
}

}  // namespace

Result<std::optional<ManagedQuery>> parse_managed_query(std::string_view word) {
  const std::size_t plus = word.find('+');
  if (plus == std::string_view::npos) return std::optional<ManagedQuery>();
  const auto token = parse_number(word.substr(0, plus));
  const auto offset = parse_number(word.substr(plus + 1));
  if (!token || *token == 0 || !offset) {
    return make_error(
        ErrorCode::kInvalidArgument, "'{}' is no token and IL offset, as in 0x06000003+0x1f", word);
  }
  ManagedQuery query;
  query.token = *token;
  query.il_offset = *offset;
  return std::optional<ManagedQuery>(std::move(query));
}

Result<ManagedReport> report_managed(const std::string& path,
                                     const std::vector<std::string>& words,
                                     bool as_json,
                                     bool is_verbose,
                                     LazyWorkers& workers) {
  std::vector<ManagedQuery> queries;
  for (const std::string& word : words) {
    SIGLA_TRY_ASSIGN(const auto query, parse_managed_query(word));
    if (!query) {
      return make_error(ErrorCode::kInvalidArgument, "'{}' is an address among tokens", word);
    }
    queries.push_back(*query);
  }
  SIGLA_TRY_ASSIGN(WorkerPool* const pool, workers.get());
  SIGLA_TRY_ASSIGN(const File file, File::open_read(path));
  CompanionFiles companions(path, CompanionFiles::usual_roots());
  SIGLA_TRY_ASSIGN(
      const ManagedAnswer answer,
      look_up_managed(*pool, file, base_name(path), queries, companions_beside(companions)));
  if (is_verbose && !answer.companion.empty()) {
    std::fputs(fmt::format("sigla: {}: with {}\n", path, answer.companion).c_str(), stderr);
  }
  std::optional<sourcelink::SourceLinkMap> map;
  if (!answer.source_link.empty()) {
    auto parsed = sourcelink::SourceLinkMap::parse(answer.source_link, {});
    if (parsed.has_value()) map = std::move(parsed).value();
  }
  ManagedReport report;
  if (as_json) report.text = "[";
  for (std::size_t i = 0; i < queries.size(); ++i) {
    const ManagedFrame& frame = answer.frames[i];
    const std::string url = source_url(frame, map);
    report.found_any = report.found_any || frame.is_known();
    if (as_json) {
      if (i != 0) report.text += ",\n ";
      append_json(report.text, queries[i], frame, url, answer.companion);
    } else {
      append_text(report.text, queries[i], frame, url);
    }
  }
  if (as_json) report.text += "]\n";
  return report;
}

void verify_pdb_checksums(const std::string& path, WorkerPool& workers, Object& program) {
  const auto file = File::open_read(path);
  if (!file.has_value()) return;
  CompanionFiles companions(path, CompanionFiles::usual_roots());
  const auto answer =
      look_up_managed(workers, file.value(), base_name(path), {}, companions_beside(companions));
  if (!answer.has_value() || answer->checksums.size() != program.pdb_checksums.size()) return;
  for (std::size_t i = 0; i < program.pdb_checksums.size(); ++i) {
    program.pdb_checksums[i].is_right = answer->checksums[i].is_right;
  }
}

Result<std::string> list_methods(const std::string& path, LazyWorkers& workers) {
  SIGLA_TRY_ASSIGN(WorkerPool* const pool, workers.get());
  SIGLA_TRY_ASSIGN(const File file, File::open_read(path));
  SIGLA_TRY_ASSIGN(const File output, File::create_in_memory("methods"));
  CompanionFiles companions(path, CompanionFiles::usual_roots());
  SIGLA_TRY(
      list_managed_methods(*pool, file, base_name(path), output, companions_beside(companions)));
  SIGLA_TRY_ASSIGN(const MappedFile mapped, MappedFile::map(output));
  return std::string(as_text(mapped.bytes()));
}

}  // namespace sigla::app
