// SPDX-License-Identifier: Apache-2.0
// Stores the files of one upload and commits them in batches, on a thread of its own with a low
// priority, so that storing and unpacking go on side by side.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <vector>

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
  static constexpr std::size_t kQueueSizeMax = 64;
  static constexpr std::uint64_t kQueueBytesMax = 256ULL << 20;
  static constexpr std::size_t kBatchSizeMax = 500;
  static constexpr std::size_t kUnsyncedMax = 128;  // each is an open file

  void run();
  Status store(UnpackedFile file);
  Result<bool> is_duplicate(const BlobHash& hash);
  void add_objects(const UnpackedFile& file, const BlobHash& hash);
  void add_entry(UploadEntry entry);
  std::uint32_t& count_of(EntryResult result);
  Status sync();
  Status commit();
  void start_batch();

  Catalog& catalog_;
  BlobStore& blobs_;
  Upload upload_;

  // --- shared with the thread ---
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<UnpackedFile> queue_;
  std::uint64_t queue_bytes_ = 0;
  bool is_closed_ = false;
  std::optional<Error> error_;

  // --- the thread's, and finish()'s once the thread is gone ---
  IngestBatch batch_;
  std::set<BlobHash> batch_hashes_;
  std::vector<BlobStore::Stored> unsynced_;
  std::vector<std::shared_ptr<const void>> pins_;
  std::vector<UploadEntry> entries_;

  std::thread thread_;
};

}  // namespace sigla
