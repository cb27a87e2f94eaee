// SPDX-License-Identifier: Apache-2.0
#include "symbolicate/fetched_files.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <utility>

#include "base/text.h"
#include "codec/hash.h"
#include "codec/stream.h"
#include "convert/symcache_job.h"
#include "object/identify_job.h"
#include "symcache/layout.h"

namespace sigla {
namespace {

// Different for files, and for one that changed. What was fetched never does.
Result<std::string> state_of(const File& file) {
  struct stat state{};
  if (::fstat(file.fd(), &state) != 0) return errno_error("state of a fetched file");
  return state_text(state);
}

}  // namespace

Result<std::vector<Object>> FetchedFiles::identify(const File& file, const std::string& name) {
  SIGLA_TRY_ASSIGN(const std::string state, state_of(file));
  const std::string key = state + '/' + name;
  {
    const std::lock_guard lock(mutex_);
    const auto found = known_.find(key);
    if (found != known_.end()) return found->second;
  }
  SIGLA_TRY_ASSIGN(auto identified, identify_in_worker(workers_, file, name, {}));
  const std::lock_guard lock(mutex_);
  if (known_.size() >= kIdentityCountMax) known_.clear();
  known_.insert_or_assign(key, identified.objects);
  return std::move(identified.objects);
}

Result<File> FetchedFiles::symcache(const File& file, const Wanted& wanted) {
  SIGLA_TRY_ASSIGN(const std::string state, state_of(file));
  const std::string key = fmt::format("v{}.{}-{}-{}",
                                      symcache::kVersion,
                                      kConversionRevision,
                                      hex_lower(sha256(as_bytes(state + '/' + wanted.name))),
                                      to_string(wanted.arch));
  {
    const std::lock_guard lock(mutex_);
    const auto failure = failures_.find(key);
    if (failure != failures_.end()) return failure->second.clone();
  }
  const auto made = symcaches_.get(key, [&](const File& output) -> Status {
    SIGLA_TRY_ASSIGN(File written, File::create_in_memory("symcache"));
    SIGLA_TRY_ASSIGN(File written_copy, written.duplicate());
    SIGLA_TRY_ASSIGN(File input, file.duplicate());
    // The job asks for companions; nobody answers with any.
    const auto on_request = [](std::string_view, const WorkerMessage&) -> Result<WorkerMessage> {
      return WorkerMessage();
    };
    SIGLA_TRY_ASSIGN(
        const WorkerMessage done,
        workers_.run(kSymcacheJob,
                     make_symcache_request(
                         std::move(input), std::move(written_copy), wanted.name, wanted.arch),
                     on_request));
    // The worker can still write to its file: what is kept is a copy.
    FileSource source(written);
    FileSink sink(output);
    SIGLA_TRY(copy(source, sink));
    return {};
  });
  if (made.has_value()) return (*made)->duplicate();
  const std::lock_guard lock(mutex_);
  const ErrorCode code = made.error().code();
  if (code == ErrorCode::kMalformed || code == ErrorCode::kUnsupported) {
    if (failures_.size() >= kIdentityCountMax) failures_.clear();
    failures_.insert_or_assign(key, made.error().clone());
  }
  return made.error().clone();
}

}  // namespace sigla
