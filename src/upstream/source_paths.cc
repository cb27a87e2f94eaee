// SPDX-License-Identifier: Apache-2.0
#include "upstream/source_paths.h"

#include <algorithm>
#include <optional>

#include "base/text.h"

namespace sigla {
namespace {

// What a server of unknown layout is asked for, of each file.
constexpr Layout kUsualLayouts[] = {Layout::kBreakpad, Layout::kDebuginfod, Layout::kSsqp};

char folded(char c) {
  if (c == '\\') return '/';
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// One element of a pattern that stands for one character, and how long it is.
struct Element {
  std::size_t size = 1;
  bool fits = false;
};

Element match_set(std::string_view pattern, char c) {
  std::size_t at = 1;
  const bool is_negated = at < pattern.size() && pattern[at] == '!';
  if (is_negated) ++at;
  const std::size_t first = at;
  bool is_in = false;
  for (; at < pattern.size() && (pattern[at] != ']' || at == first); ++at) {
    const char low = folded(pattern[at]);
    if (at + 2 < pattern.size() && pattern[at + 1] == '-' && pattern[at + 2] != ']') {
      is_in = is_in || (c >= low && c <= folded(pattern[at + 2]));
      at += 2;
    } else {
      is_in = is_in || c == low;
    }
  }
  if (at >= pattern.size()) return {1, c == '['};  // never closed: a '[' like any character
  return {at + 1, is_in != is_negated};
}

Element match_element(std::string_view pattern, char c) {
  if (pattern[0] == '?') return {1, true};
  if (pattern[0] == '[') return match_set(pattern, c);
  return {1, folded(pattern[0]) == c};
}

bool is_asked_for(const Source& source, const WantedModule& wanted) {
  if (!source.problem.empty()) return false;
  if (source.requires_checksum && wanted.debug_checksum.empty()) return false;
  if (source.path_patterns.empty()) return true;
  return std::ranges::any_of(source.path_patterns, [&](const std::string& pattern) {
    return (!wanted.code_file.empty() && matches_glob(pattern, wanted.code_file)) ||
           (!wanted.debug_file.empty() && matches_glob(pattern, wanted.debug_file));
  });
}

std::string cased(PathCasing casing, std::string path) {
  switch (casing) {
    case PathCasing::kLower:
      return lower(path);
    case PathCasing::kUpper:
      return upper(path);
    case PathCasing::kDefault:
      break;
  }
  return path;
}

}  // namespace

std::vector<Location> locations_of(const Source& source, const WantedModule& wanted) {
  std::vector<Location> found;
  if (!is_asked_for(source, wanted)) return found;
  const auto add = [&](const WantedFile& file, Layout layout, std::string_view folder) {
    for (const std::string& path : layout_paths(layout, file)) {
      Location location;
      location.type = file.type;
      location.layout = layout;
      location.path = cased(source.casing, std::string(folder) + path);
      location.is_packed = path.ends_with('_');
      if (source.requires_checksum) location.checksum = wanted.debug_checksum;
      const bool is_known = std::ranges::any_of(
          found, [&](const Location& other) { return other.path == location.path; });
      if (!is_known) found.push_back(std::move(location));
    }
  };
  for (const WantedFile& file : wanted.files) {
    const bool is_allowed =
        source.file_types.empty() ||
        std::ranges::find(source.file_types, file.type) != source.file_types.end();
    if (!is_allowed) continue;
    if (source.layout) {
      add(file, *source.layout, "");
      continue;
    }
    for (const Layout layout : kUsualLayouts) {
      add(file, layout, layout == Layout::kDebuginfod ? "buildid/" : "");
    }
  }
  return found;
}

// After a '*' that fits, only the last one has to be tried again: linear in the product at worst.
bool matches_glob(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::optional<std::size_t> star;  // behind the last '*'
  std::size_t star_text = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = ++p;
      star_text = t;
      continue;
    }
    const Element element =
        p < pattern.size() ? match_element(pattern.substr(p), folded(text[t])) : Element{};
    if (p < pattern.size() && element.fits) {
      p += element.size;
      ++t;
      continue;
    }
    if (!star) return false;
    p = *star;
    t = ++star_text;
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace sigla
