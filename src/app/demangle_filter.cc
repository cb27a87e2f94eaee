// SPDX-License-Identifier: Apache-2.0
#include "app/demangle_filter.h"

#include <algorithm>
#include <utility>

#include "demangle/demangle.h"

namespace sigla::app {
namespace {

constexpr std::size_t kKnownCountMax = 1'000'000;

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '$' || c == '.' || c == '@' || c == '?';
}

// The words of `text` that could be mangled names, without the full stop behind.
std::vector<std::string_view> candidates(std::string_view text) {
  std::vector<std::string_view> names;
  auto at = text.begin();
  while (at != text.end()) {
    const auto start = std::find_if(at, text.end(), is_name_character);
    at = std::find_if_not(start, text.end(), is_name_character);
    std::string_view word(start, at);
    const std::size_t last = word.find_last_not_of(".?@");
    word = word.substr(0, last == std::string_view::npos ? 0 : last + 1);
    if (looks_mangled(word)) names.push_back(word);
  }
  return names;
}

}  // namespace

Result<std::string> DemangleFilter::add(std::string_view text) {
  rest_ += text;
  // A name is at its end where something else begins; one that never ends is none.
  const auto last = std::find_if_not(rest_.rbegin(), rest_.rend(), is_name_character);
  auto size = static_cast<std::size_t>(rest_.rend() - last);
  if (rest_.size() - size > kMangledNameSizeMax) size = rest_.size();
  SIGLA_TRY_ASSIGN(auto out, convert(std::string_view(rest_).substr(0, size)));
  rest_.erase(0, size);
  return out;
}

Result<std::string> DemangleFilter::finish() { return convert(std::exchange(rest_, {})); }

Result<std::string> DemangleFilter::convert(std::string_view text) {
  if (known_.size() > kKnownCountMax) known_.clear();
  const std::vector<std::string_view> names = candidates(text);
  std::vector<std::string_view> fresh;
  for (const std::string_view name : names) {
    if (known_.try_emplace(std::string(name)).second) fresh.push_back(name);
  }
  if (!fresh.empty()) {
    SIGLA_TRY_ASSIGN(auto readable, demangle_(fresh));
    for (std::size_t i = 0; i < fresh.size(); ++i) {
      known_[std::string(fresh[i])] = std::move(readable[i]);
    }
  }
  std::string out;
  const char* end = text.data();
  for (const std::string_view name : names) {
    out.append(end, name.data());
    out += known_[std::string(name)];
    end = name.data() + name.size();
  }
  out.append(end, text.data() + text.size());
  return out;
}

}  // namespace sigla::app
