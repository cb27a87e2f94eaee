// SPDX-License-Identifier: Apache-2.0
#include "sourcelink/lookup.h"

#include "base/text.h"
#include "http/target.h"
#include "sourcelink/map.h"
#include "sourcelink/srcsrv.h"

namespace sigla::sourcelink {
namespace {

class Search {
 public:
  Search(const SourceFiles& sources, const SourceFile& file, const SourcePlaces& places)
      : sources_(sources), file_(file), places_(places) {}

  SourceSearch run() {
    if (!embedded() && !source_link() && !srcsrv() && !kept()) tag();
    return std::move(search_);
  }

 private:
  void failed(SourceOrigin origin, const Error& error) {
    search_.tried.push_back(fmt::format("{}: {}", to_string(origin), error.message()));
    const bool is_plain = error.code() == ErrorCode::kNotFound;
    if (!is_plain && search_.worst == ErrorCode::kNotFound) search_.worst = error.code();
  }
  void absent(SourceOrigin origin, std::string_view why) {
    search_.tried.push_back(fmt::format("{}: {}", to_string(origin), why));
  }
  bool found(SourceOrigin origin, Buffer content, std::string url, bool is_verified) {
    search_.found =
        FoundSource{std::move(content), origin, std::move(url), file_.path, is_verified};
    return true;
  }

  bool embedded() {
    if (!file_.is_embedded || !places_.embedded) {
      absent(SourceOrigin::kEmbedded, "it is not");
      return false;
    }
    auto content = places_.embedded(file_.path);
    if (content.has_value()) {
      return found(SourceOrigin::kEmbedded, std::move(content).value(), {}, false);
    }
    failed(SourceOrigin::kEmbedded, content.error());
    return false;
  }

  bool fetch(SourceOrigin origin, const std::string& url) {
    if (!places_.fetch) {
      absent(origin, url + ": nothing is fetched here");
      return false;
    }
    auto fetched = places_.fetch(url);
    if (!fetched.has_value()) {
      failed(origin, fetched.error());
      return false;
    }
    auto content = verify_source(file_, std::move(fetched).value());
    if (content.has_value()) {
      return found(origin, std::move(content).value(), url, can_verify(file_));
    }
    failed(origin, content.error());
    return false;
  }

  bool source_link() {
    if (sources_.source_link.empty()) {
      absent(SourceOrigin::kSourceLink, "the debug information has none");
      return false;
    }
    const auto map = SourceLinkMap::parse(sources_.source_link, Limits());
    if (!map.has_value()) {
      failed(SourceOrigin::kSourceLink, map.error());
      return false;
    }
    const auto url = map->url_of(file_.path);
    if (url) return fetch(SourceOrigin::kSourceLink, *url);
    absent(SourceOrigin::kSourceLink, "the map has no entry for it");
    return false;
  }

  bool srcsrv() {
    if (sources_.srcsrv.empty()) return false;
    const auto stream = Srcsrv::parse(sources_.srcsrv, Limits());
    if (!stream.has_value()) {
      failed(SourceOrigin::kSrcsrv, stream.error());
      return false;
    }
    const auto target = stream->evaluate(file_.path, "");
    if (!target.has_value()) {
      failed(SourceOrigin::kSrcsrv, target.error());
      return false;
    }
    if (target->is_url()) return fetch(SourceOrigin::kSrcsrv, target->path);
    absent(SourceOrigin::kSrcsrv,
           fmt::format("a command, which is not run: {}", to_utf8(target->command)));
    return false;
  }

  bool kept() {
    if (!places_.kept || !can_verify(file_)) return false;
    auto content = places_.kept(file_);
    if (content.has_value()) {
      content = verify_source(file_, {std::move(content).value(), {}, "what was uploaded"});
    }
    if (content.has_value()) {
      return found(SourceOrigin::kKept, std::move(content).value(), {}, true);
    }
    failed(SourceOrigin::kKept, content.error());
    return false;
  }

  bool tag() {
    const std::size_t star = places_.tag_url.find('*');
    if (star == std::string::npos) return false;
    std::string path = comparable_path(file_.path);
    if (path.starts_with('/')) path.erase(0, 1);
    std::string url = places_.tag_url;
    return fetch(SourceOrigin::kTag, url.replace(star, 1, http::percent_encode(path, true)));
  }

  const SourceFiles& sources_;
  const SourceFile& file_;
  const SourcePlaces& places_;
  SourceSearch search_;
};

bool ends_like(std::string_view path, std::string_view end) {
  return path.size() > end.size() && path.ends_with(end) &&
         path[path.size() - end.size() - 1] == '/';
}

}  // namespace

std::string_view to_string(SourceOrigin origin) {
  switch (origin) {
    case SourceOrigin::kEmbedded:
      return "embedded";
    case SourceOrigin::kSourceLink:
      return "source-link";
    case SourceOrigin::kSrcsrv:
      return "srcsrv";
    case SourceOrigin::kKept:
      return "kept";
    case SourceOrigin::kTag:
      return "tag";
  }
  return "";
}

const SourceFile* find_source_file(const SourceFiles& sources, std::string_view path) {
  for (const SourceFile& file : sources.files) {
    if (file.path == path) return &file;
  }
  std::string wanted = comparable_path(path);
  // debuginfod's paths begin with '/', those of Windows too.
  if (wanted.size() > 3 && wanted[0] == '/' && wanted[2] == ':') wanted.erase(0, 1);
  const SourceFile* found = nullptr;
  bool is_only = true;
  for (const SourceFile& file : sources.files) {
    const std::string own = comparable_path(file.path);
    if (own == wanted) return &file;
    if (!ends_like(own, wanted)) continue;
    is_only = found == nullptr;
    found = &file;
  }
  return is_only ? found : nullptr;
}

SourceSearch find_source(const SourceFiles& sources,
                         std::string_view path,
                         const SourcePlaces& places) {
  const SourceFile* named = find_source_file(sources, path);
  SourceFile unnamed;
  unnamed.path = path;
  return Search(sources, named == nullptr ? unnamed : *named, places).run();
}

}  // namespace sigla::sourcelink
