// SPDX-License-Identifier: Apache-2.0
#include "app/file_contents.h"

#include <boost/json.hpp>
#include <iterator>
#include <utility>

#include "base/json_writer.h"
#include "base/text.h"
#include "convert/contents_job.h"

namespace sigla::app {
namespace {

// The array that the job writes.
Result<std::string> ask_worker(const std::string& path,
                               Contents contents,
                               const std::string& arch,
                               LazyWorkers& workers) {
  SIGLA_TRY_ASSIGN(WorkerPool* const pool, workers.get());
  SIGLA_TRY_ASSIGN(File input, File::open_read(path));
  SIGLA_TRY_ASSIGN(File output, File::create_in_memory("contents"));
  SIGLA_TRY_ASSIGN(File copy, output.duplicate());
  SIGLA_TRY(pool->run(
      kContentsJob,
      make_contents_request(std::move(input), std::move(copy), contents, parse_arch(arch))));
  SIGLA_TRY_ASSIGN(const MappedFile mapped, MappedFile::map(output));
  return std::string(as_text(mapped.bytes()));
}

class Columns {
 public:
  Columns(const boost::json::object& object, std::string& out) : object_(object), out_(out) {}

  Columns& text(std::string_view name, int width) { return put(string(name), width); }
  Columns& number(std::string_view name, int width) {
    const boost::json::value* const value = find(name);
    return put(value == nullptr ? std::string() : boost::json::serialize(*value), width);
  }
  Columns& pair(std::string_view label, std::string_view name) {
    if (const std::string value = string(name); !value.empty()) {
      out_ += fmt::format("  {} {}", label, value);
    }
    return *this;
  }
  bool has(std::string_view name) const { return find(name) != nullptr; }

 private:
  const boost::json::value* find(std::string_view name) const {
    return object_.if_contains({name.data(), name.size()});
  }
  std::string string(std::string_view name) const {
    const boost::json::value* const value = find(name);
    if (value == nullptr || !value->is_string()) return {};
    return printable(std::string_view(value->as_string()));
  }
  Columns& put(const std::string& value, int width) {
    fmt::format_to(std::back_inserter(out_), "  {:<{}}", value, width);
    return *this;
  }

  const boost::json::object& object_;
  std::string& out_;
};

// A job may have been taken over by the file it looked at, so what it wrote is read with care.
Result<std::string> as_columns(const std::string& json, FileContents contents) {
  boost::json::error_code error;
  const boost::json::value list = boost::json::parse(json, error);
  if (error || !list.is_array()) return malformed("the worker's list is none");
  std::string out;
  for (const boost::json::value& entry : list.as_array()) {
    if (!entry.is_object()) return malformed("the worker's list is none");
    Columns columns(entry.as_object(), out);
    if (contents == FileContents::kSections) {
      columns.text("name", 24).text("address", 18).number("size", 12).text("compression", 0);
      if (columns.has("unpacked_size")) columns.number("unpacked_size", 0);
    } else {
      columns.text("offset", 12).number("version", 2).text("type", 12).text("name", 0);
      columns.pair("in", "comp_dir").pair("by", "producer").pair("split to", "dwo_name");
    }
    out += '\n';
  }
  return out;
}

std::string functions_of(const Symcache& cache, bool as_json) {
  std::string out;
  for (std::size_t i = 0; i < cache.function_count(); ++i) {
    const SymcacheFunction function = cache.function(i);
    if (as_json) {
      JsonWriter json;
      json.begin_object().member("address", fmt::format("{:#x}", function.address));
      if (function.size != 0) json.member("size", function.size);
      json.member("name", function.name).end_object();
      out += out.empty() ? "[" : ",\n";
      out += std::move(json).take();
    } else {
      fmt::format_to(std::back_inserter(out),
                     "  {:<#18x}{:>10}  {}\n",
                     function.address,
                     function.size,
                     printable(function.name));
    }
  }
  if (as_json) out += out.empty() ? "[]" : "]";
  return out;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string clean = to_utf8(text);
  for (char& c : clean) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return clean;
}

Result<std::string> describe_contents(const std::string& path,
                                      FileContents contents,
                                      bool as_json,
                                      const SymbolFileOptions& options,
                                      LazyWorkers& workers) {
  std::string list;
  std::string_view name = "functions";
  if (contents == FileContents::kFunctions) {
    SIGLA_TRY_ASSIGN(const OpenSymcache opened, options.open(path, workers));
    list = functions_of(opened.cache, as_json);
  } else {
    const bool is_units = contents == FileContents::kUnits;
    name = is_units ? "units" : "sections";
    SIGLA_TRY_ASSIGN(
        list,
        ask_worker(path, is_units ? Contents::kUnits : Contents::kSections, options.arch, workers));
    if (!as_json) {
      SIGLA_TRY_ASSIGN(list, as_columns(list, contents));
    }
  }
  if (!as_json) return fmt::format("{}\n{}", path, list);
  return fmt::format("{{\"file\":{},\"{}\":{}}}\n", json_quote(path), name, list);
}

}  // namespace sigla::app
