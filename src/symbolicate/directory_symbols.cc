// SPDX-License-Identifier: Apache-2.0
#include "symbolicate/directory_symbols.h"

#include <fmt/format.h>

#include <optional>
#include <system_error>

#include "base/text.h"
#include "ident/breakpad_path.h"

namespace sigla {
namespace {

namespace fs = std::filesystem;

// The path below `folder`, each part as written or, where there is none of that name, in another
// case. Nothing when a part is not there, or is no plain name.
std::optional<fs::path> find_below(const fs::path& folder, const fs::path& relative) {
  fs::path at = folder;
  for (const fs::path& part : relative) {
    if (part == ".." || part == "." || part.empty()) return std::nullopt;
    std::error_code error;
    if (fs::exists(at / part, error)) {
      at /= part;
      continue;
    }
    bool is_found = false;
    for (fs::directory_iterator entry(at, error), end; !error && entry != end;
         entry.increment(error)) {
      if (!equals_ignoring_case(entry->path().filename().string(), part.string())) continue;
      at = entry->path();
      is_found = true;
      break;
    }
    if (!is_found) return std::nullopt;
  }
  std::error_code error;
  if (!fs::is_regular_file(at, error)) return std::nullopt;
  return at;
}

// The id in a MODULE record, the first line of a symbol file.
std::string module_id_of(const File& file) {
  Buffer start(4096);
  const auto size = file.read_at(start, 0);
  if (!size.has_value()) return {};
  const std::string_view text = as_text(Bytes(start).first(*size));
  const auto words = split(text.substr(0, text.find_first_of("\r\n")), ' ');
  return words.size() >= 4 && words[0] == "MODULE" ? std::string(words[3]) : std::string();
}

}  // namespace

bool DirectorySymbols::try_file(const fs::path& relative,
                                const ModuleQuery& query,
                                bool has_to_match,
                                SymbolAnswer& answer) const {
  const auto path = find_below(folder_, relative);
  if (!path) {
    if (!has_to_match) {
      answer.explain.push_back(fmt::format("{}: not there", (folder_ / relative).string()));
    }
    return false;
  }
  const auto file = File::open_read(*path);
  if (!file.has_value()) {
    answer.explain.push_back(file.error().message());
    return false;
  }
  if (has_to_match) {
    const std::string id = module_id_of(*file);
    if (!equals_ignoring_case(id, query.debug_identifier)) {
      answer.explain.push_back(
          fmt::format("{}: has id '{}', wanted '{}'", path->string(), id, query.debug_identifier));
      return false;
    }
  }
  auto symcache = maker_(*file, path->filename().string());
  if (!symcache.has_value()) {
    answer.explain.push_back(
        fmt::format("{}: not usable: {}", path->string(), symcache.error().message()));
    return false;
  }
  answer.explain.push_back(fmt::format("{}: found", path->string()));
  answer.symcache = std::move(symcache).value();
  answer.source = path->string();
  return true;
}

SymbolAnswer DirectorySymbols::find(const ModuleQuery& query) {
  SymbolAnswer answer;
  const std::string debug_file(base_name(query.debug_file));
  const std::string code_file(base_name(query.code_file));
  const std::string stem(breakpad_stem(debug_file));
  if (!debug_file.empty() && !query.debug_identifier.empty() &&
      try_file(
          fs::path(debug_file) / query.debug_identifier / (stem + ".sym"), query, false, answer)) {
    return answer;
  }
  if (debug_file.empty() && !code_file.empty() && !query.code_id.empty() &&
      try_file(fs::path(code_file) / query.code_id.text() /
                   (fs::path(code_file).stem().string() + ".sym"),
               query,
               false,
               answer)) {
    return answer;
  }
  if (debug_file.empty() || query.debug_identifier.empty()) {
    if (answer.explain.empty()) {
      answer.explain.push_back(fmt::format("{}: the dump gives no id to look for",
                                           code_file.empty() ? "module" : code_file));
    }
    return answer;
  }
  if (try_file(stem + ".sym", query, true, answer)) return answer;
  if (stem != debug_file) try_file(debug_file + ".sym", query, true, answer);
  return answer;
}

}  // namespace sigla
