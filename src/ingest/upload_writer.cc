// SPDX-License-Identifier: Apache-2.0
#include "ingest/upload_writer.h"

#include "base/text.h"
#include "codec/hash.h"
#include "ident/lookup_keys.h"
#include "ident/ssqp_key.h"
#include "os/priority.h"

namespace sigla {
namespace {

constexpr int kPrioritySteps = 5;

bool is_symbol_file(Format format) {
  switch (format) {
    case Format::kElf:
    case Format::kMacho:
    case Format::kPe:
    case Format::kPdb:
    case Format::kPortablePdb:
    case Format::kBreakpad:
    case Format::kWasm:
    case Format::kSourceBundle:
    case Format::kPerfMap:
    case Format::kBcSymbolMap:
    case Format::kUuidMap:
      return true;
    case Format::kUnknown:
    case Format::kMinidump:
    case Format::kElfCore:
    case Format::kMachoCore:
      return false;
  }
  return false;
}

// What is looked for by an id alone is kept although neither it nor its sender names it.
void name_the_nameless(std::vector<Object>& objects) {
  for (Object& object : objects) {
    switch (object.identity.format) {
      case Format::kElf:
      case Format::kMacho:
      case Format::kWasm:
      case Format::kSourceBundle:
        if (object.identity.name.empty()) object.identity.name = "unnamed";
        break;
      default:
        break;
    }
  }
}

// A source file has no id: it is asked for by what debug information says of its content.
bool is_source(const std::vector<Object>& objects) {
  return objects.size() == 1 && objects[0].identity.format == Format::kUnknown &&
         objects[0].identity.has_sources;
}

Result<std::vector<std::string>> source_keys_of(const File& content, const std::string& path) {
  Md5 md5;
  Sha1 sha1;
  Sha256 sha256;
  Buffer buffer(256U << 10);
  std::uint64_t offset = 0;
  while (true) {
    SIGLA_TRY_ASSIGN(const std::size_t count, content.read_at(buffer, offset));
    if (count == 0) break;
    const Bytes piece = Bytes(buffer).first(count);
    md5.update(piece);
    sha1.update(piece);
    sha256.update(piece);
    offset += count;
  }
  std::vector<std::string> keys =
      source_lookup_keys(path, hex_lower(sha1.finish()), hex_lower(sha256.finish()));
  keys.push_back(lower(source_md5_key(path, hex_lower(md5.finish()))));
  return keys;
}

// Why nobody could ask for the file; empty when somebody can.
std::string refusal_of(const std::vector<Object>& objects) {
  bool has_key = false;
  for (const Object& object : objects) {
    const Format format = object.identity.format;
    if (!is_symbol_file(format)) {
      return fmt::format("a {} is no symbol file", to_string(format));
    }
    has_key = has_key || !lookup_keys(object.identity).empty();
  }
  if (has_key) return {};
  if (objects.front().identity.name.empty()) {
    return fmt::format(
        "this {} does not say its own name: send it in an archive, or with upload_file=NAME",
        to_string(objects.front().identity.format));
  }
  return fmt::format("this {} has neither a debug id nor a code id, so nothing can ask for it",
                     to_string(objects.front().identity.format));
}

}  // namespace

UploadWriter::UploadWriter(Catalog& catalog, BlobStore& blobs, Upload upload)
    : catalog_(catalog), blobs_(blobs), upload_(std::move(upload)) {
  batch_.upload_id = upload_.id;
  for (std::size_t i = 0; i < kThreadCount; ++i) threads_.emplace_back([this] { run(); });
}

UploadWriter::~UploadWriter() {
  {
    const std::lock_guard lock(mutex_);
    if (!error_.has_value()) error_ = Error(ErrorCode::kInternal, "the upload was given up");
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

Status UploadWriter::add(UnpackedFile file) {
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] {
      return error_.has_value() || queue_.empty() ||
             (queue_.size() < kQueueSizeMax && queue_bytes_ < kQueueBytesMax);
    });
    if (error_.has_value()) return error_->clone();
    queue_bytes_ += file.size;
    queue_.emplace_back().file = std::move(file);
  }
  changed_.notify_all();
  return {};
}

void UploadWriter::run() {
  lower_priority(kPrioritySteps);
  std::unique_lock lock(mutex_);
  while (true) {
    Task* task = nullptr;
    changed_.wait(lock, [&] {
      task = find_queued();
      return error_.has_value() || task != nullptr || is_closed_;
    });
    if (error_.has_value() || task == nullptr) return;
    task->state = Task::State::kPacking;
    lock.unlock();
    pack(*task);
    lock.lock();
    task->state = Task::State::kPacked;
    record_packed(lock);
  }
}

UploadWriter::Task* UploadWriter::find_queued() {
  for (Task& task : queue_) {
    if (task.state == Task::State::kQueued) return &task;
  }
  return nullptr;
}

void UploadWriter::pack(Task& task) {
  UnpackedFile& file = task.file;
  name_the_nameless(file.objects);
  if (is_source(file.objects)) {
    auto keys = source_keys_of(file.content, file.path);
    if (keys.has_value()) task.source_keys = std::move(keys).value();
    if (!keys.has_value()) task.refusal = keys.error().message();
  } else {
    task.refusal = file.objects.empty() ? file.reason : refusal_of(file.objects);
  }
  if (!task.refusal.empty()) return;
  task.stored.emplace(blobs_.put_unsynced(
      file.content,
      is_likely_new(file.objects) ? BlobStore::Novelty::kLikelyNew : BlobStore::Novelty::kUnknown));
  // Its content is packed or known; the plain copy would only take room until it is recorded.
  file.content = File();
}

// Content that is there already has identities that are there already.
bool UploadWriter::is_likely_new(const std::vector<Object>& objects) {
  for (const Object& object : objects) {
    const std::vector<std::string> keys = lookup_keys(object.identity);
    if (keys.empty()) continue;
    const auto matches = catalog_.find_key(upload_.project_id, keys.front());
    return matches.has_value() && matches->empty();
  }
  return false;
}

// Records what is ready at the head of the queue, without the lock meanwhile.
void UploadWriter::record_packed(std::unique_lock<std::mutex>& lock) {
  if (is_recording_) return;
  is_recording_ = true;
  while (!error_.has_value() && !queue_.empty() && queue_.front().state == Task::State::kPacked) {
    Task task = std::move(queue_.front());
    queue_.pop_front();
    queue_bytes_ -= task.file.size;
    lock.unlock();
    changed_.notify_all();
    Status status = record(std::move(task));
    lock.lock();
    if (!status.has_value() && !error_.has_value()) error_ = std::move(status).error();
  }
  is_recording_ = false;
  if (error_.has_value()) changed_.notify_all();
}

Status UploadWriter::record(Task task) {
  UploadEntry entry;
  entry.path = task.file.path;
  entry.size = task.file.size;
  entry.reason = std::move(task.refusal);
  if (!entry.reason.empty()) {
    add_entry(std::move(entry));
  } else {
    SIGLA_CHECK(task.stored.has_value());
    SIGLA_TRY_ASSIGN(auto stored, std::move(*task.stored));
    SIGLA_TRY_ASSIGN(const bool duplicate, is_duplicate(stored.hash));
    entry.size = stored.size;
    entry.reason = std::move(task.file.warning);
    entry.blob = stored.hash;
    entry.result = duplicate ? EntryResult::kDuplicate : EntryResult::kStored;
    entry.format = task.source_keys.empty() ? to_string(task.file.objects.front().identity.format)
                                            : std::string_view("source");
    batch_.blobs.push_back({stored.hash, stored.size, stored.stored_size});
    batch_hashes_.insert(stored.hash);
    add_objects(task, stored.hash);
    unsynced_.push_back(std::move(stored));
    add_entry(std::move(entry));
  }
  if (unsynced_.size() >= kUnsyncedMax) SIGLA_TRY(sync());
  return batch_.entries.size() < kBatchSizeMax ? Status() : commit();
}

Result<bool> UploadWriter::is_duplicate(const BlobHash& hash) {
  if (batch_hashes_.contains(hash)) return true;
  SIGLA_TRY_ASSIGN(const auto known, catalog_.known_blobs(upload_.project_id, {hash}));
  return !known.empty();
}

void UploadWriter::add_objects(const Task& task, const BlobHash& hash) {
  const UnpackedFile& file = task.file;
  for (const Object& found : file.objects) {
    StoredObject object;
    object.project_id = upload_.project_id;
    object.blob = hash;
    object.offset = found.offset;
    object.size = found.size;
    object.identity = found.identity;
    object.identity.name = to_utf8(found.identity.name);
    object.path = file.path;
    object.tag = upload_.tag;
    object.upload_id = upload_.id;
    object.keys = task.source_keys.empty() ? lookup_keys(found.identity) : task.source_keys;
    std::vector<StoredObject> gained = companions_.add(object, found.identity);
    batch_.objects.push_back(std::move(object));
    for (StoredObject& companion : gained) batch_.objects.push_back(std::move(companion));
  }
}

std::uint32_t& UploadWriter::count_of(EntryResult result) {
  switch (result) {
    case EntryResult::kStored:
      return upload_.stored_count;
    case EntryResult::kDuplicate:
      return upload_.duplicate_count;
    case EntryResult::kRefused:
      return upload_.refused_count;
    case EntryResult::kHidden:
    case EntryResult::kRelisted:
      break;
  }
  SIGLA_CHECK(false);
}

void UploadWriter::add_entry(UploadEntry entry) {
  ++count_of(entry.result);
  if (entries_.size() < kEntriesKeptMax) entries_.push_back(entry);
  batch_.entries.push_back(std::move(entry));
}

// A sync that failed once may succeed the next time although the data is lost, so what it was for
// is given up.
Status UploadWriter::sync() {
  Status synced = blobs_.sync(unsynced_);
  if (!synced.has_value()) {
    for (const UploadEntry& entry : batch_.entries) --count_of(entry.result);
    unsynced_.clear();
    start_batch();
    return synced;
  }
  for (auto& stored : unsynced_) pins_.push_back(std::move(stored.pin));
  unsynced_.clear();
  return {};
}

Status UploadWriter::commit() {
  SIGLA_TRY(sync());
  SIGLA_TRY(catalog_.commit(batch_));
  start_batch();
  return {};
}

void UploadWriter::start_batch() {
  batch_ = IngestBatch();
  batch_.upload_id = upload_.id;
  batch_hashes_.clear();
  pins_.clear();
}

Status UploadWriter::finish(const Status& status) {
  {
    const std::lock_guard lock(mutex_);
    is_closed_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  queue_.clear();  // not empty after an error: what waited in it makes room for the commit
  if (Status synced = sync(); !synced.has_value() && !error_.has_value()) {
    error_ = std::move(synced).error();
  }
  // What was stored before the error is good and stays.
  const Error* error = error_.has_value()   ? &*error_
                       : status.has_value() ? nullptr
                                            : &status.error();
  upload_.state = error == nullptr ? UploadState::kDone : UploadState::kFailed;
  if (error != nullptr) upload_.error = to_utf8(error->message());
  upload_.finished_at = now_millis();
  batch_.finished = upload_;
  SIGLA_TRY(commit());
  if (error_.has_value()) return error_->clone();
  return {};
}

}  // namespace sigla
