// SPDX-License-Identifier: Apache-2.0
#include "ingest/unpacker.h"

#include "base/log.h"
#include "base/text.h"
#include "object/object_codec.h"

namespace sigla {
namespace {

// The slowest archives there are unpack at some MB/s; a worker that is slower than this hangs.
constexpr std::uint64_t kBytesPerMillisecondMin = 2'000;

std::string tidy_path(std::string_view path, const Limits& limits) {
  return to_utf8(path.substr(0, limits.entry_name_size_max));
}

}  // namespace

std::chrono::milliseconds Unpacker::time_max(std::uint64_t body_size) const {
  return std::chrono::seconds(limits_.worker_wall_seconds_max) +
         std::chrono::milliseconds(body_size / kBytesPerMillisecondMin);
}

Status Unpacker::run(const File& body,
                     std::string_view name,
                     const Filter& filter,
                     const Sink& sink) {
  body_ = &body;
  name_ = tidy_path(name, limits_);
  filter_ = &filter;
  sink_ = &sink;
  SIGLA_TRY_ASSIGN(const std::uint64_t body_size, body.size());
  UnpackRequest request;
  request.name = name_;
  request.keeps_sources = keeps_sources_;
  for (int crashes = 0;; ++crashes) {
    WorkerMessage message;
    message.payload = request.encode();
    SIGLA_TRY_ASSIGN(message.files.emplace_back(), body.duplicate());
    auto result = workers_.run(
        kUnpackJob,
        std::move(message),
        [this](std::string_view what, const WorkerMessage& question) {
          return answer(what, question);
        },
        time_max(body_size));
    if (abort_.has_value()) return std::move(*abort_);
    if (result.has_value()) {
      SIGLA_TRY_ASSIGN(UnpackEnd end, UnpackEnd::decode(as_bytes(result->payload)));
      return std::move(end.status);
    }
    if (is_environmental(result.error().code())) return std::move(result).error();
    SIGLA_TRY_ASSIGN(request.resume_after, blame(result.error()));
    if (request.resume_after.empty()) return {};
    if (crashes == kCrashesMax) {
      return std::move(result).error().in("giving up on the rest of the upload");
    }
  }
}

// Refuses what the worker was at when it died, and says where to go on; {} is the end.
Result<EntryPosition> Unpacker::blame(const Error& error) {
  log_warning("upload entry ended a worker",
              {{"path", entry_.has_value() ? entry_->path : name_}, {"error", error.message()}});
  const bool is_whole_upload = !entry_.has_value() && archives_.size() == 1;
  if (is_whole_upload) return error.clone();
  Place place{{}, name_};
  if (entry_.has_value()) {
    place = std::move(*entry_);
  } else if (!archives_.empty()) {
    place = std::move(archives_.back());
  }
  entry_.reset();
  entry_file_ = File();
  archives_.clear();
  UnpackedFile refused;
  refused.path = place.path;
  refused.reason = error.message();
  SIGLA_TRY(deliver(std::move(refused)));
  return place.position;
}

Result<WorkerMessage> Unpacker::answer(std::string_view what, const WorkerMessage& request) {
  if (abort_.has_value()) return abort_->clone();
  const auto handle = [&]() -> Result<WorkerMessage> {
    const Bytes payload = as_bytes(request.payload);
    if (what == "entry") {
      SIGLA_TRY_ASSIGN(EntryStart start, EntryStart::decode(payload));
      return start_entry(std::move(start));
    }
    if (what == "archive") {
      SIGLA_TRY_ASSIGN(EntryStart start, EntryStart::decode(payload));
      SIGLA_TRY(open_archive(std::move(start)));
      return WorkerMessage();
    }
    if (what != "report") return malformed("unpacking worker: unknown question '{}'", what);
    SIGLA_TRY_ASSIGN(const EntryReport report, EntryReport::decode(payload));
    SIGLA_TRY(take_report(report));
    return WorkerMessage();
  };
  auto result = handle();
  if (!result.has_value()) abort_ = result.error().clone();
  return result;
}

Result<WorkerMessage> Unpacker::start_entry(EntryStart start) {
  // The worker counts too; this holds when it no longer does what we wrote. A resumed archive and a
  // compressed entry start twice, and a PDB embedded in it once more.
  if (++start_count_ > 3 * limits_.entry_count_max + kCrashesMax) {
    return make_error(ErrorCode::kLimitExceeded, "more than {} entries", limits_.entry_count_max);
  }
  start.path = tidy_path(start.path, limits_);
  WorkerMessage message;
  const std::string reason = (*filter_)(start.path);
  if (!reason.empty()) {
    UnpackedFile refused;
    refused.path = start.path;
    refused.reason = reason;
    SIGLA_TRY(deliver(std::move(refused)));
    return message;
  }
  while (!archives_.empty() && !archives_.back().position.empty() &&
         !is_inside(start.position, archives_.back().position)) {
    archives_.pop_back();
  }
  SIGLA_TRY_ASSIGN(entry_file_, File::create_unnamed(spool_));
  SIGLA_TRY_ASSIGN(message.files.emplace_back(), entry_file_.duplicate());
  entry_ = Place{std::move(start.position), std::move(start.path)};
  return message;
}

Status Unpacker::open_archive(EntryStart start) {
  if (archives_.size() >= limits_.archive_depth_max) {
    return make_error(
        ErrorCode::kLimitExceeded, "archives nested deeper than {}", limits_.archive_depth_max);
  }
  archives_.push_back({std::move(start.position), tidy_path(start.path, limits_)});
  entry_.reset();
  entry_file_ = File();
  return {};
}

Status Unpacker::take_report(const EntryReport& report) {
  entry_.reset();
  UnpackedFile file;
  file.path = tidy_path(report.path, limits_);
  file.reason = to_utf8(report.reason);
  // The upload itself starts without a question, so it is filtered only here.
  if (report.content == EntryReport::Content::kBody) file.reason = (*filter_)(file.path);
  if (report.content == EntryReport::Content::kNone || !file.reason.empty()) {
    entry_file_ = File();
    return deliver(std::move(file));
  }
  if (report.content == EntryReport::Content::kBody) {
    SIGLA_TRY_ASSIGN(file.content, body_->duplicate());
  } else {
    if (!entry_file_.is_open()) return malformed("unpacking worker: a report without an entry");
    file.content = std::move(entry_file_);
  }
  SIGLA_TRY_ASSIGN(file.size, file.content.size());
  unpacked_size_ += file.size;
  if (unpacked_size_ > limits_.unpacked_size_max) {
    return make_error(ErrorCode::kLimitExceeded,
                      "the upload unpacks to more than {} bytes",
                      limits_.unpacked_size_max);
  }
  SIGLA_TRY_ASSIGN(file.objects, read_objects(report, file.size));
  return deliver(std::move(file));
}

Result<std::vector<Object>> Unpacker::read_objects(const EntryReport& report,
                                                   std::uint64_t size) const {
  SIGLA_TRY_ASSIGN(auto objects, decode_objects(as_bytes(report.objects), limits_));
  if (objects.empty()) return malformed("unpacking worker: a report without objects");
  for (const Object& object : objects) {
    if (object.offset > size || object.size > size - object.offset) {
      return malformed("unpacking worker: an object of {} bytes at offset {} in {}",
                       object.size,
                       object.offset,
                       size);
    }
  }
  return objects;
}

Status Unpacker::deliver(UnpackedFile file) {
  if (++report_count_ > 2 * limits_.entry_count_max + kCrashesMax) {
    return make_error(ErrorCode::kLimitExceeded, "more than {} entries", limits_.entry_count_max);
  }
  return (*sink_)(std::move(file));
}

}  // namespace sigla
