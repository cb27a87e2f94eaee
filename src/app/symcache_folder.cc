// SPDX-License-Identifier: Apache-2.0
#include "app/symcache_folder.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cstdlib>
#include <ctime>

#include "base/text.h"
#include "codec/hash.h"
#include "convert/symcache_job.h"

namespace sigla::app {
namespace {

constexpr std::size_t kHashSize = 64;  // digits

Result<OpenSymcache> open_symcache(MappedFile file) {
  SIGLA_TRY_ASSIGN(Symcache cache, Symcache::open(file.bytes()));
  return OpenSymcache{std::move(file), std::move(cache)};
}

Result<File> make_symcache(const File& input,
                           const SymbolFiles::Wanted& wanted,
                           LazyWorkers& workers) {
  SIGLA_TRY_ASSIGN(WorkerPool* const pool, workers.get());
  SIGLA_TRY_ASSIGN(File output, File::create_in_memory("symcache"));
  SIGLA_TRY_ASSIGN(File input_copy, input.duplicate());
  SIGLA_TRY_ASSIGN(File output_copy, output.duplicate());
  WorkerMessage request = make_symcache_request(
      std::move(input_copy), std::move(output_copy), wanted.name, wanted.arch);
  SIGLA_TRY_ASSIGN(const WorkerMessage done, pool->run(kSymcacheJob, std::move(request)));
  return output;
}

// Keeps a file if it can: a full disk or a folder that is read-only costs speed, not answers.
void keep(const std::filesystem::path& path, Bytes content) {
  if (!sigla::create_directories(path.parent_path()).has_value()) return;
  static_cast<void>(replace_file(path, content));
}

}  // namespace

std::optional<std::string> file_state(const File& file) {
  struct stat state{};
  if (fstat(file.fd(), &state) != 0) return std::nullopt;
  constexpr std::time_t kSettled = 2;  // seconds
  if (std::time(nullptr) - state.st_ctim.tv_sec < kSettled) return std::nullopt;
  return fmt::format("{:x}-{:x}-{}-{}.{:09}-{}.{:09}",
                     state.st_dev,
                     state.st_ino,
                     state.st_size,
                     state.st_mtim.tv_sec,
                     state.st_mtim.tv_nsec,
                     state.st_ctim.tv_sec,
                     state.st_ctim.tv_nsec);
}

std::optional<std::filesystem::path> SymcacheFolder::user_path() {
  const char* const cache_home = std::getenv("XDG_CACHE_HOME");
  if (cache_home != nullptr && cache_home[0] == '/') {
    return std::filesystem::path(cache_home) / "sigla";
  }
  const char* const home = std::getenv("HOME");
  if (home != nullptr && home[0] == '/') return std::filesystem::path(home) / ".cache" / "sigla";
  return std::nullopt;
}

Result<std::string> SymcacheFolder::content_hash(const File& file) const {
  const auto state = file_state(file);
  if (state.has_value()) {
    const auto known = read_file(*path_ / "known" / *state, kHashSize);
    if (known.has_value() && known->size() == kHashSize && parse_hex_bytes(as_text(*known))) {
      return std::string(as_text(*known));
    }
  }
  SIGLA_TRY_ASSIGN(const Sha256Digest digest, sha256(file));
  std::string hash = hex_lower(digest);
  if (state.has_value()) keep(*path_ / "known" / *state, as_bytes(hash));
  return hash;
}

Result<SymcacheFolder::Found> SymcacheFolder::find_or_make(const File& input,
                                                           const SymbolFiles::Wanted& wanted,
                                                           LazyWorkers& workers) const {
  std::filesystem::path cached;
  if (path_.has_value()) {
    SIGLA_TRY_ASSIGN(const std::string hash, content_hash(input));
    const bool is_whole = wanted.arch == Arch::kUnknown;
    cached = *path_ / "symcache" / fmt::format("v{}.{}", symcache::kVersion, kConversionRevision) /
             hash.substr(0, 2) /
             (is_whole ? hash : fmt::format("{}-{}", hash, to_string(wanted.arch)));
    if (auto kept = File::open_read(cached); kept.has_value()) {
      auto mapped = MappedFile::map(*kept);
      if (mapped.has_value()) {
        auto opened = open_symcache(*std::move(mapped));
        if (opened.has_value()) return Found{*std::move(kept), *std::move(opened)};
      }
    }
  }
  SIGLA_TRY_ASSIGN(File made, make_symcache(input, wanted, workers));
  SIGLA_TRY_ASSIGN(MappedFile mapped, MappedFile::map(made));
  SIGLA_TRY_ASSIGN(OpenSymcache opened, open_symcache(std::move(mapped)));
  if (path_.has_value()) keep(cached, opened.file.bytes());
  return Found{std::move(made), std::move(opened)};
}

Result<OpenSymcache> SymcacheFolder::get(const std::filesystem::path& path,
                                         LazyWorkers& workers) const {
  SIGLA_TRY_ASSIGN(const File input, File::open_read(path));
  SIGLA_TRY_ASSIGN(Found found, find_or_make(input, {.name = path.filename().string()}, workers));
  return std::move(found.opened);
}

Result<File> SymcacheFolder::get_file(const File& input,
                                      const SymbolFiles::Wanted& wanted,
                                      LazyWorkers& workers) const {
  SIGLA_TRY_ASSIGN(Found found, find_or_make(input, wanted, workers));
  return std::move(found.file);
}

}  // namespace sigla::app
