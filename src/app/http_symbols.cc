// SPDX-License-Identifier: Apache-2.0
#include "app/http_symbols.h"

#include <fmt/format.h>

#include "base/text.h"
#include "codec/hash.h"
#include "http/target.h"
#include "ident/breakpad_path.h"

namespace sigla::app {
namespace {

constexpr std::uint64_t kDownloadSizeMax = 4ULL << 30;  // Chrome's largest .sym has 1.5 GB

std::string hash_of(std::string_view text) {
  Hasher<Sha256Digest> hasher;
  hasher.update(as_bytes(text));
  return hex_lower(hasher.finish());
}

}  // namespace

bool is_url(std::string_view place) {
  return place.starts_with("http://") || place.starts_with("https://");
}

HttpSymbols::HttpSymbols(std::string url, std::filesystem::path folder, SymcacheMaker maker)
    : url_(std::move(url)), folder_(std::move(folder)), maker_(std::move(maker)) {
  while (url_.ends_with('/')) url_.pop_back();
}

Result<File> HttpSymbols::fetch(const std::string& url) {
  const std::filesystem::path kept = folder_ / "downloads" / hash_of(url);
  if (!folder_.empty()) {
    if (auto file = File::open_read(kept); file.has_value()) return file;
  }
  const bool can_keep =
      !folder_.empty() && sigla::create_directories(kept.parent_path()).has_value();
  auto output =
      can_keep ? File::create_unnamed(kept.parent_path()) : File::create_in_memory("download");
  if (!output.has_value()) return output;
  http::ClientRequest request;
  request.url = url;
  request.download_file = &*output;
  request.download_size_max = kDownloadSizeMax;
  const std::lock_guard lock(mutex_);
  SIGLA_TRY_ASSIGN(const auto response, client_.send(request));
  if (response.status == 404) return make_error(ErrorCode::kNotFound, "not there (404)");
  if (response.status != 200) {
    return make_error(ErrorCode::kUnavailable, "the server answers {}", response.status);
  }
  // Another process may have been faster, or the disk be full: the answer counts, not the cache.
  if (can_keep) static_cast<void>(output->link_to(kept));
  SIGLA_TRY(output->rewind());
  return output;
}

SymbolAnswer HttpSymbols::find(const ModuleQuery& query) {
  SymbolAnswer answer;
  const std::string name(base_name(query.debug_file));
  if (name.empty() || query.debug_identifier.empty()) {
    answer.explain.push_back(
        fmt::format("{}: the dump gives no id to ask {} for", base_name(query.code_file), url_));
    return answer;
  }
  const std::string file_name = std::string(breakpad_stem(name)) + ".sym";
  const std::string url = fmt::format("{}/{}/{}/{}",
                                      url_,
                                      http::percent_encode(name, false),
                                      http::percent_encode(query.debug_identifier, false),
                                      http::percent_encode(file_name, false));
  const auto file = fetch(url);
  if (!file.has_value()) {
    answer.explain.push_back(fmt::format("{}: {}", url, file.error().message()));
    return answer;
  }
  auto symcache = maker_(*file, file_name);
  if (!symcache.has_value()) {
    answer.explain.push_back(fmt::format("{}: not usable: {}", url, symcache.error().message()));
    return answer;
  }
  answer.explain.push_back(fmt::format("{}: found", url));
  answer.symcache = std::move(symcache).value();
  answer.source = url;
  return answer;
}

}  // namespace sigla::app
