// SPDX-License-Identifier: Apache-2.0
#include "app/symcache_folder.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <boost/json.hpp>
#include <cstdlib>
#include <ctime>

#include "app/kept_companions.h"
#include "base/text.h"
#include "codec/hash.h"
#include "convert/symcache_job.h"

namespace sigla::app {
namespace {

constexpr std::uint64_t kCompanionsSizeMax = 64ULL << 20U;

Result<OpenSymcache> open_symcache(MappedFile file) {
  SIGLA_TRY_ASSIGN(Symcache cache, Symcache::open(file.bytes()));
  return OpenSymcache{std::move(file), std::move(cache)};
}

// The member "companions" of what the job answers.
std::vector<std::string> companions_of(const std::string& report) {
  std::vector<std::string> companions;
  boost::json::error_code error;
  const boost::json::value parsed = boost::json::parse(report, error);
  if (error || !parsed.is_object()) return companions;
  const boost::json::value* const list = parsed.as_object().if_contains("companions");
  if (list == nullptr || !list->is_array()) return companions;
  for (const boost::json::value& origin : list->as_array()) {
    if (origin.is_string()) companions.emplace_back(origin.as_string());
  }
  return companions;
}

// Where an open file lies; a path that leads nowhere for one without a name.
std::filesystem::path path_of(const File& file) {
  std::error_code ignored;
  return std::filesystem::read_symlink(fmt::format("/proc/self/fd/{}", file.fd()), ignored);
}

// What the symcache of a file is kept under. Its state says as well as its content that it is the
// same file, and needs no reading: hashing a debug file takes as long as converting it.
Result<std::string> key_of(const File& file) {
  if (const auto state = file_state(file)) return hex_lower(sha256(as_bytes(*state)));
  SIGLA_TRY_ASSIGN(const Sha256Digest digest, sha256(file));
  return hex_lower(digest);
}

// Keeps a file if it can: a full disk or a folder that is read-only costs speed, not answers.
void keep(const std::filesystem::path& path, Bytes content) {
  if (!sigla::create_directories(path.parent_path()).has_value()) return;
  static_cast<void>(replace_file(path, content));
}

}  // namespace

std::optional<std::string> file_state(const File& file) {
  struct stat state{};
  if (fstat(file.fd(), &state) != 0 || state.st_nlink == 0) return std::nullopt;
  constexpr std::time_t kSettled = 2;  // seconds
  if (std::time(nullptr) - state.st_ctim.tv_sec < kSettled) return std::nullopt;
  return state_text(state);
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

std::optional<SymcacheFolder::Found> SymcacheFolder::open_kept(const std::filesystem::path& path) {
  auto kept = File::open_read(path);
  if (!kept.has_value()) return std::nullopt;
  auto mapped = MappedFile::map(*kept);
  if (!mapped.has_value()) return std::nullopt;
  auto opened = open_symcache(*std::move(mapped));
  if (!opened.has_value()) return std::nullopt;
  return Found{*std::move(kept), *std::move(opened)};
}

Result<SymcacheFolder::Found> SymcacheFolder::make(const File& input,
                                                   const SymbolFiles::Wanted& wanted,
                                                   LazyWorkers& workers,
                                                   CompanionFiles& companions) const {
  SIGLA_TRY_ASSIGN(WorkerPool* const pool, workers.get());
  SIGLA_TRY_ASSIGN(File output, File::create_in_memory("symcache"));
  SIGLA_TRY_ASSIGN(File input_copy, input.duplicate());
  SIGLA_TRY_ASSIGN(File output_copy, output.duplicate());
  WorkerMessage request = make_symcache_request(
      std::move(input_copy), std::move(output_copy), wanted.name, wanted.arch);
  const auto on_request = [&](std::string_view what, WorkerMessage asked) {
    return companions.answer(what, asked);
  };
  SIGLA_TRY_ASSIGN(const WorkerMessage done,
                   pool->run(kSymcacheJob, std::move(request), on_request));
  SIGLA_TRY_ASSIGN(MappedFile mapped, MappedFile::map(output));
  SIGLA_TRY_ASSIGN(OpenSymcache opened, open_symcache(std::move(mapped)));
  opened.companions = companions_of(done.payload);
  return Found{std::move(output), std::move(opened)};
}

std::optional<SymcacheFolder::Found> SymcacheFolder::find_with_companions(
    const std::filesystem::path& cached, CompanionFiles& companions) const {
  const auto text = read_file(cached.string() + ".from", kCompanionsSizeMax);
  if (!text.has_value()) return std::nullopt;
  const auto kept = KeptCompanions::parse(as_text(*text));
  if (!kept || !kept->is_current(companions)) return std::nullopt;
  auto found = open_kept(fmt::format("{}-{}", cached.string(), kept->digest()));
  if (found) found->opened.companions = kept->used;
  return found;
}

void SymcacheFolder::keep_all(const std::filesystem::path& cached,
                              const OpenSymcache& opened,
                              const CompanionFiles& companions) const {
  if (companions.asked().empty()) return keep(cached, opened.file.bytes());
  const auto kept = KeptCompanions::of(companions, opened.companions);
  if (!kept) return;
  keep(fmt::format("{}-{}", cached.string(), kept->digest()), opened.file.bytes());
  keep(cached.string() + ".from", as_bytes(kept->text()));
}

Result<SymcacheFolder::Found> SymcacheFolder::find_or_make(const File& input,
                                                           const SymbolFiles::Wanted& wanted,
                                                           LazyWorkers& workers) const {
  const std::filesystem::path path = path_of(input);
  std::filesystem::path cached;
  if (path_.has_value()) {
    SIGLA_TRY_ASSIGN(const std::string key, key_of(input));
    const bool is_whole = wanted.arch == Arch::kUnknown;
    cached = *path_ / "symcache" / fmt::format("v{}.{}", symcache::kVersion, kConversionRevision) /
             key.substr(0, 2) /
             (is_whole ? key : fmt::format("{}-{}", key, to_string(wanted.arch)));
    if (auto kept = open_kept(cached)) return *std::move(kept);
    CompanionFiles companions(path, debug_roots_);
    if (auto kept = find_with_companions(cached, companions)) return *std::move(kept);
  }
  CompanionFiles companions(path, debug_roots_);
  SIGLA_TRY_ASSIGN(Found made, make(input, wanted, workers, companions));
  if (path_.has_value()) keep_all(cached, made.opened, companions);
  return made;
}

Result<OpenSymcache> SymcacheFolder::get(const std::filesystem::path& path,
                                         Arch arch,
                                         LazyWorkers& workers) const {
  SIGLA_TRY_ASSIGN(const File input, File::open_read(path));
  SIGLA_TRY_ASSIGN(Found found,
                   find_or_make(input, {.name = path.filename().string(), .arch = arch}, workers));
  return std::move(found.opened);
}

Result<File> SymcacheFolder::get_file(const File& input,
                                      const SymbolFiles::Wanted& wanted,
                                      LazyWorkers& workers) const {
  SIGLA_TRY_ASSIGN(Found found, find_or_make(input, wanted, workers));
  return std::move(found.file);
}

}  // namespace sigla::app
