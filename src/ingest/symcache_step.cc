// SPDX-License-Identifier: Apache-2.0
#include "ingest/symcache_step.h"

#include <utility>

#include "base/byte_reader.h"
#include "base/log.h"
#include "codec/stream.h"
#include "convert/symcache_job.h"
#include "symcache/layout.h"

namespace sigla {
namespace {

constexpr std::uint64_t kWantsSizeMax = 16U << 20;
constexpr std::size_t kWantsCountMax = 10'000;

std::filesystem::path wants_of(const std::filesystem::path& path) {
  return path.string() + ".wants";
}

// Encoded requests, each with its size (u32) before it.
void write_wants(const std::filesystem::path& path, const std::vector<std::string>& wants) {
  std::string content;
  for (const std::string& request : wants) {
    for (unsigned shift = 0; shift < 32; shift += 8) {
      content += static_cast<char>(request.size() >> shift);
    }
    content += request;
  }
  const Status written = replace_file(wants_of(path), as_bytes(content));
  if (!written.has_value()) log_warning("wants not kept", {{"why", written.error().message()}});
}

// Whether some companion that was missing when the symcache was made has come since.
bool is_outdated(const std::filesystem::path& path,
                 const SymcacheStep::FindObject& find_companion) {
  if (!find_companion) return false;
  const auto wants = read_file(wants_of(path), kWantsSizeMax);
  if (!wants.has_value()) return false;
  ByteReader reader(*wants);
  while (reader.remaining() != 0) {
    const auto request = decode_companion_request(reader.bytes(reader.u32()));
    if (!reader.ok() || !request.has_value()) return true;
    if (find_companion(*request)) return true;
  }
  return false;
}

}  // namespace

std::filesystem::path SymcacheStep::path_of(const Object& object) const {
  const std::string hash = object.blob.hex();
  return folder_ / fmt::format("v{}.{}", symcache::kVersion, kConversionRevision) /
         hash.substr(0, 2) / fmt::format("{}-{}", hash, object.offset);
}

Result<File> SymcacheStep::get(const Object& object, const FindObject& find_companion) {
  const std::filesystem::path path = path_of(object);
  if (is_outdated(path, find_companion)) forget(object);
  {
    std::unique_lock lock(mutex_);
    made_.wait(lock, [&] { return !in_making_.contains(path.string()); });
    if (auto kept = File::open_read(path); kept.has_value()) return kept;
    if (const auto failure = failures_.find(path.string()); failure != failures_.end()) {
      return failure->second.clone();
    }
    in_making_.insert(path.string());
  }
  auto made = make(object, path, find_companion);
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

Result<File> SymcacheStep::make(const Object& object,
                                const std::filesystem::path& path,
                                const FindObject& find_companion) {
  SIGLA_TRY(sigla::create_directories(path.parent_path()));
  SIGLA_TRY_ASSIGN(File input, open(object));
  SIGLA_TRY_ASSIGN(const File output, File::create_unnamed(path.parent_path()));
  SIGLA_TRY_ASSIGN(File output_copy, output.duplicate());
  std::vector<std::string> wants;
  const auto on_request = [&](std::string_view what, WorkerMessage request) {
    return answer(what, request, find_companion, wants);
  };
  SIGLA_TRY_ASSIGN(
      const WorkerMessage done,
      workers_.run(kSymcacheJob,
                   make_symcache_request(
                       std::move(input), std::move(output_copy), object.name, Arch::kUnknown),
                   on_request));
  if (!done.payload.empty()) {
    log_info("symcache made", {{"blob", object.blob.hex()}, {"details", done.payload}});
  }
  // The worker can still write to its file, and cut it off under whoever maps it.
  SIGLA_TRY_ASSIGN(File made, File::create_unnamed(path.parent_path()));
  FileSource written(output);
  FileSink sink(made);
  SIGLA_TRY(copy(written, sink));
  SIGLA_TRY(made.sync());
  if (!wants.empty()) write_wants(path, wants);
  const Status linked = made.link_to(path);
  // Another process may have been faster; both files say the same.
  if (!linked.has_value() && linked.error().code() != ErrorCode::kConflict) {
    return linked.error().clone();
  }
  return File::open_read(path);  // for reading only: it goes on to other workers
}

Result<WorkerMessage> SymcacheStep::answer(std::string_view what,
                                           const WorkerMessage& request,
                                           const FindObject& find_companion,
                                           std::vector<std::string>& wants) {
  if (what != kAskCompanion) {
    return make_error(ErrorCode::kInvalidArgument, "the symcache job asks for '{}'", what);
  }
  SIGLA_TRY_ASSIGN(const CompanionRequest wanted,
                   decode_companion_request(as_bytes(request.payload)));
  WorkerMessage message;
  const auto found = find_companion ? find_companion(wanted) : std::nullopt;
  if (!found) {
    if (find_companion && wants.size() < kWantsCountMax) wants.push_back(request.payload);
    return message;
  }
  SIGLA_TRY_ASSIGN(message.files.emplace_back(), open(*found));
  message.payload = found->name;
  return message;
}

Result<File> SymcacheStep::open(const Object& object) {
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
  const std::filesystem::path path = path_of(object);
  std::filesystem::remove(path, ignored);
  std::filesystem::remove(wants_of(path), ignored);
}

}  // namespace sigla
