// SPDX-License-Identifier: Apache-2.0
#include "ingest/symcache_step.h"

#include "base/log.h"
#include "codec/stream.h"
#include "convert/symcache_job.h"
#include "symcache/layout.h"

namespace sigla {

std::filesystem::path SymcacheStep::path_of(const Object& object) const {
  const std::string hash = object.blob.hex();
  return folder_ / fmt::format("v{}", symcache::kVersion) / hash.substr(0, 2) /
         fmt::format("{}-{}", hash, object.offset);
}

Result<File> SymcacheStep::get(const Object& object) {
  const std::filesystem::path path = path_of(object);
  {
    std::unique_lock lock(mutex_);
    made_.wait(lock, [&] { return !in_making_.contains(path.string()); });
    if (auto kept = File::open_read(path); kept.has_value()) return kept;
    if (const auto failure = failures_.find(path.string()); failure != failures_.end()) {
      return failure->second.clone();
    }
    in_making_.insert(path.string());
  }
  auto made = make(object, path);
  {
    const std::lock_guard lock(mutex_);
    in_making_.erase(path.string());
    if (!made.has_value() && !is_environmental(made.error().code()) &&
        made.error().code() != ErrorCode::kNotFound) {
      if (failures_.size() >= kFailuresMax) failures_.erase(failures_.begin());
      failures_.insert_or_assign(path.string(), made.error().clone());
    }
  }
  made_.notify_all();
  return made;
}

Result<File> SymcacheStep::make(const Object& object, const std::filesystem::path& path) {
  SIGLA_TRY(sigla::create_directories(path.parent_path()));
  SIGLA_TRY_ASSIGN(File made, File::create_unnamed(path.parent_path()));
  WorkerMessage request;
  request.payload = object.name;
  SIGLA_TRY_ASSIGN(request.files.emplace_back(), open_slice(object));
  SIGLA_TRY_ASSIGN(request.files.emplace_back(), made.duplicate());
  SIGLA_TRY_ASSIGN(const WorkerMessage done, workers_.run(kSymcacheJob, std::move(request)));
  if (!done.payload.empty()) {
    log_info("symcache made, parts of the file skipped",
             {{"blob", object.blob.hex()}, {"skipped", done.payload}});
  }
  SIGLA_TRY(made.sync());
  const Status linked = made.link_to(path);
  // Another process may have been faster; both files say the same.
  if (!linked.has_value() && linked.error().code() != ErrorCode::kConflict) {
    return linked.error().clone();
  }
  return made;
}

Result<File> SymcacheStep::open_slice(const Object& object) {
  SIGLA_TRY_ASSIGN(const auto content, blobs_.open_content(object.blob));
  SIGLA_TRY_ASSIGN(const std::uint64_t size, content->size());
  if (object.offset == 0 && (object.size == 0 || object.size >= size)) return content->duplicate();
  SIGLA_TRY_ASSIGN(File slice, File::create_unnamed(path_of(object).parent_path()));
  FileSource source(*content, object.offset, object.size);
  FileSink sink(slice);
  SIGLA_TRY(copy(source, sink));
  return slice;
}

void SymcacheStep::forget(const Object& object) {
  std::error_code ignored;
  std::filesystem::remove(path_of(object), ignored);
}

}  // namespace sigla
