// SPDX-License-Identifier: Apache-2.0
// Stores the files of one upload and commits them in batches, on threads of its own with a low
// priority, so that unpacking, packing and waiting for the disk go on side by side.
//
// The threads pack the queued files, each the first that nobody has begun. Whoever has packed the
// file at the head of the queue records it and those behind it that are ready: entries are recorded
// in the order of the upload, by one thread at a time.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <vector>

#include "ingest/clr_companions.h"
#include "ingest/unpacker.h"
#include "store/blob_store.h"
#include "store/catalog.h"

namespace sigla {

class UploadWriter {
 public:
  // The first this many entries are kept for the sender's answer; the rest is in the catalog.
  static constexpr std::size_t kEntriesKeptMax = 10'000;

  // `upload` is in the catalog already.
  UploadWriter(Catalog& catalog, BlobStore& blobs, Upload upload);
  UploadWriter(const UploadWriter&) = delete;
  UploadWriter& operator=(const UploadWriter&) = delete;
  ~UploadWriter();

  // Takes one file; waits while many are queued. An Error is that of an earlier file or commit and
  // ends the upload.
  Status add(UnpackedFile file);
  // Stores what is queued, then commits the rest of the upload and its end: kFailed for an Error
  // in `status`, kDone otherwise. When this returns OK, all of it is on the disk.
  Status finish(const Status& status);

  // --- after finish() ---
  const Upload& upload() const { return upload_; }
  std::vector<UploadEntry> take_entries() { return std::move(entries_); }

 private:
  static constexpr std::size_t kThreadCount = 2;
  static constexpr std::size_t kQueueSizeMax = 64;
  static constexpr std::uint64_t kQueueBytesMax = 256ULL << 20;
  static constexpr std::size_t kBatchSizeMax = 500;
  static constexpr std::size_t kUnsyncedMax = 128;  // each is an open file

  // A file on its way from add() to record().
  struct Task {
    UnpackedFile file;
    enum class State { kQueued, kPacking, kPacked } state = State::kQueued;
    std::string refusal;                   // why it is not stored; else `stored` is there
    std::vector<std::string> source_keys;  // of a source file
    std::optional<Result<BlobStore::Stored>> stored;
  };

  void run();
  Task* find_queued();
  void pack(Task& task);
  bool is_likely_new(const std::vector<Object>& objects);
  void record_packed(std::unique_lock<std::mutex>& lock);
  Status record(Task task);
  Result<bool> is_duplicate(const BlobHash& hash);
  void add_objects(const Task& task, const BlobHash& hash);
  void add_entry(UploadEntry entry);
  std::uint32_t& count_of(EntryResult result);
  Status sync();
  Status commit();
  void start_batch();

  Catalog& catalog_;
  BlobStore& blobs_;
  Upload upload_;

  // --- shared by the threads ---
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Task> queue_;
  std::uint64_t queue_bytes_ = 0;
  bool is_recording_ = false;
  bool is_closed_ = false;
  std::optional<Error> error_;  // nothing is begun any more

  // --- of the thread that records, and of finish() once the threads are gone ---
  IngestBatch batch_;
  std::set<BlobHash> batch_hashes_;
  std::vector<BlobStore::Stored> unsynced_;
  std::vector<std::shared_ptr<const void>> pins_;
  std::vector<UploadEntry> entries_;
  ClrCompanions companions_;

  std::vector<std::thread> threads_;
};

}  // namespace sigla
