// SPDX-License-Identifier: Apache-2.0
#include "app/symbol_places.h"

#include <utility>

#include "base/text.h"
#include "symbolicate/directory_symbols.h"
#include "symbolicate/source_symbols.h"

namespace sigla::app {
namespace {

// The first word of an element of _NT_SYMBOL_PATH that names servers or caches.
bool is_symbol_path_word(std::string_view word) {
  return equals_ignoring_case(word, "srv") || equals_ignoring_case(word, "symsrv") ||
         equals_ignoring_case(word, "cache");
}

bool is_symbol_path(std::string_view text) {
  const std::string_view first = text.substr(0, text.find(';'));
  return is_symbol_path_word(first.substr(0, first.find('*')));
}

}  // namespace

bool is_url(std::string_view place) {
  return place.starts_with("http://") || place.starts_with("https://");
}

std::vector<std::string> split_places(std::string_view text) {
  std::vector<std::string> places;
  const auto add_parts = [&](std::string_view list, char separator) {
    for (const std::string_view part : split(list, separator)) {
      // "symsrv*symsrv.dll*...": which library is to fetch the files
      const bool is_place = !is_symbol_path_word(part) && !ends_with_ignoring_case(part, ".dll");
      if (!part.empty() && is_place) places.emplace_back(part);
    }
  };
  if (is_symbol_path(text)) {
    for (const std::string_view element : split(text, ';')) add_parts(element, '*');
  } else if (is_url(text)) {
    add_parts(text, ' ');
  } else {
    places.emplace_back(text);
  }
  return places;
}

SymbolPlaces::SymbolPlaces(const std::vector<std::string>& values) {
  for (const std::string& value : values) {
    for (const std::string& place : split_places(value)) add(place);
  }
}

void SymbolPlaces::add(const std::string& place) {
  if (!is_url(place)) {
    places_.push_back(std::make_unique<DirectorySymbols>(place, files_));
    return;
  }
  if (fetcher_ == nullptr) fetcher_ = make_fetcher();
  Source source;
  source.id = place;
  source.url = place;
  while (source.url.ends_with('/')) source.url.pop_back();
  places_.push_back(std::make_unique<SourceSymbols>(std::move(source), *fetcher_, files_));
}

std::unique_ptr<Fetcher> SymbolPlaces::make_fetcher() {
  const auto folder = SymcacheFolder::user_path();
  if (folder.has_value()) {
    auto kept = KeptFiles::open(*folder / "downloads", kDownloadsSizeMax);
    if (kept.has_value()) downloads_ = std::move(kept).value();
  }
  Fetcher::Options options;
  options.kept = downloads_.get();
  options.connect_timeout_seconds = kConnectSeconds;
  options.down_life = kDownLife;
  return std::make_unique<Fetcher>(std::move(options));
}

std::vector<SymbolPlace*> SymbolPlaces::places() const {
  std::vector<SymbolPlace*> all;
  all.reserve(places_.size());
  for (const auto& place : places_) all.push_back(place.get());
  return all;
}

}  // namespace sigla::app
