// SPDX-License-Identifier: Apache-2.0
#include "app/restore_sources.h"

#include <filesystem>
#include <mutex>
#include <optional>
#include <set>

#include "app/source_access.h"
#include "base/parallel.h"
#include "base/text.h"
#include "codec/hash.h"
#include "ident/ssqp_key.h"
#include "ident/symbol_request.h"
#include "os/file.h"
#include "sourcelink/lookup.h"

namespace sigla::app {

namespace fs = std::filesystem;

namespace {

constexpr unsigned kThreadCount = 4;

// Nothing for a source without a checksum that keys are made of, or with a name that is no safe
// path.
std::optional<std::string> key_of(const SourceFile& file) {
  std::string key;
  if (file.checksum.size() == sizeof(Sha1Digest)) {
    key = source_sha1_key(file.path, hex_lower(file.checksum));
  } else if (file.checksum.size() == sizeof(Sha256Digest)) {
    key = source_sha256_key(file.path, hex_lower(file.checksum));
  }
  if (key.empty() || !normalise_request(key).has_value()) return std::nullopt;
  return key;
}

class SourceRestorer {
 public:
  SourceRestorer(const SymbolCacheLayout& layout, const sourcelink::FetchOptions& options)
      : layout_(layout), options_(options) {}

  Status add(const SourceObject& object, const std::string& named_by) {
    const std::vector<SourceFile>& files = object.sources().files;
    std::vector<sourcelink::Fetcher> fetchers;
    fetchers.reserve(kThreadCount);
    for (unsigned i = 0; i < kThreadCount; ++i) fetchers.emplace_back(options_);
    parallel_for(kThreadCount, files.size(), [&](unsigned thread, std::size_t i) {
      restore(object, files[i], named_by, fetchers[thread]);
    });
    if (error_.has_value()) return error_->clone();
    return {};
  }

  RestoredSources take() { return std::move(found_); }

 private:
  void restore(const SourceObject& object,
               const SourceFile& file,
               const std::string& named_by,
               sourcelink::Fetcher& fetcher) {
    const std::optional<std::string> key = key_of(file);
    const fs::path path = key ? layout_.path_of_key(*key) : fs::path();
    std::error_code ignored;
    const bool is_there = key && fs::exists(path, ignored);
    {
      const std::lock_guard lock(mutex_);
      if (error_.has_value()) return;
      if (file.is_embedded) {
        ++found_.embedded;
        return;
      }
      if (is_there) {
        ++found_.present;
        return;
      }
    }
    RestoredSources::Missing missing{file.path, named_by, {}};
    if (!key) {
      missing.tried.emplace_back("it has no SHA-1 or SHA-256 by which it could be kept");
    } else {
      auto search = sourcelink::find_source(object.sources(), file.path, object.places(fetcher));
      if (search.found) return keep(path, search.found->content);
      missing.tried = std::move(search.tried);
    }
    const std::lock_guard lock(mutex_);
    found_.missing.push_back(std::move(missing));
  }

  void keep(const fs::path& path, const Buffer& content) {
    Status kept = sigla::create_directories(path.parent_path());
    if (kept.has_value()) kept = replace_file(path, content);
    const std::lock_guard lock(mutex_);
    if (kept.has_value()) {
      ++found_.fetched;
    } else if (!error_.has_value()) {
      error_ = std::move(kept).error();
    }
  }

  const SymbolCacheLayout& layout_;
  const sourcelink::FetchOptions& options_;
  std::mutex mutex_;
  RestoredSources found_;
  std::optional<Error> error_;
};

}  // namespace

Result<RestoredSources> restore_sources(const std::vector<std::string>& files,
                                        const SymbolCacheLayout& layout,
                                        const sourcelink::FetchOptions& options,
                                        WorkerPool& workers) {
  SourceRestorer restorer(layout, options);
  for (const std::string& path : std::set<std::string>(files.begin(), files.end())) {
    const auto object = SourceObject::open(workers, path);
    if (object.has_value()) SIGLA_TRY(restorer.add(*object, path));
  }
  return restorer.take();
}

}  // namespace sigla::app
