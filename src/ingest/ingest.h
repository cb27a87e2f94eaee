// SPDX-License-Identifier: Apache-2.0
// Uploads: spool -> unpack -> identify -> store -> index -> acknowledge.
//
//   SIGLA_TRY_ASSIGN(const UploadReport report, ingest.run(std::move(request)));
//   answer(report.upload.state, report.entries);   // all of it is on the disk
//
// The body is a single file or an archive (any that codec/archive.h reads, one more level inside).
// Compression is taken off single files: the blob is the plain object file, as debuggers want it.
// What is no symbol file is refused with a reason, the rest is kept. Unpacking and parsing happen
// in worker processes; memory stays flat, whatever the size. Thread-safe.
//
// A process that dies in the middle leaves the files of committed batches, whole and served, an
// upload that start() then marks as failed, and orphan blobs that sweep_orphans() removes; sending
// the upload again completes it.
#pragma once

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/limits.h"
#include "os/worker.h"
#include "store/blob_store.h"
#include "store/catalog.h"

namespace sigla {

struct UploadRequest {
  File body;  // complete; its position does not matter
  Id project_id = 0;
  Id token_id = 0;
  std::string name;              // file name the sender gave; may be empty
  std::string tag;               // empty: "anon"
  bool keeps_sources = false;    // texts are kept, too, to be asked for by their checksums
  std::string name_restriction;  // of the token: a glob that file names must match; empty: any
  std::string remote_address;

  // --- of a NuGet package (ingest/package_push.h) ---
  PackageName package;  // then files of no format we know are left out of the entries
  std::map<std::string, std::string> warnings;  // by path, for the entries
};

struct PackageReport;
struct PackageRequest;

struct UploadReport {
  // kDone: every file was looked at. kFailed: the archive ended early (`upload.error`, `error_code`
  // kMalformed or kLimitExceeded); what came before is kept.
  Upload upload;
  std::optional<ErrorCode> error_code;
  // At most UploadWriter::kEntriesKeptMax; Catalog::list_upload_entries() has all.
  std::vector<UploadEntry> entries;
};

class Ingest {
 public:
  struct Options {
    std::filesystem::path spool;  // for unpacked files, on the disk of the blobs
    Limits limits;
    // How many run at once; further ones wait. Small uploads do not queue behind large ones. The
    // worker pool should have room for both.
    std::size_t small_max = 2;
    std::size_t large_max = 1;
    std::uint64_t small_size_max = 64ULL << 20;
  };
  // All three must outlive it.
  Ingest(Catalog& catalog, BlobStore& blobs, WorkerPool& workers, Options options)
      : catalog_(catalog), blobs_(blobs), workers_(workers), options_(std::move(options)) {}

  // Marks what an earlier process left unfinished as failed. Call it once, before any run().
  Status start();

  // Blocks until the upload is done. An Error means that not all of it could be stored (kNoSpace:
  // the disk is full, kUnavailable: disk, database, workers); the upload is in the history as
  // failed, if that could still be written.
  Result<UploadReport> run(UploadRequest request);
  // The same for a NuGet package, once it was found to be a good one.
  Result<PackageReport> push_package(PackageRequest request);

 private:
  class Slot;
  class PackageTurn;

  Result<UploadReport> run_now(UploadRequest request, std::uint64_t size);
  // Puts an upload that is refused as a whole into the history.
  Result<UploadReport> record_refusal(const UploadRequest& request,
                                      std::uint64_t size,
                                      std::string_view reason,
                                      std::vector<UploadEntry> entries);
  Result<PackageReport> push_now(PackageRequest request, std::uint64_t size);

  Catalog& catalog_;
  BlobStore& blobs_;
  WorkerPool& workers_;
  const Options options_;
  std::mutex mutex_;
  std::condition_variable slot_is_free_;
  std::size_t small_count_ = 0;
  std::size_t large_count_ = 0;
  std::set<std::string> packages_;  // being pushed
};

// Removes the blobs that no catalog entry refers to, left behind by a crash before the commit; the
// number of them. Safe while uploads run. Ends early once `is_stopped`.
Result<std::uint64_t> sweep_orphans(Catalog& catalog,
                                    BlobStore& blobs,
                                    const std::atomic<bool>& is_stopped);

// Does so once, on a thread of low priority.
class OrphanSweeper {
 public:
  // Both must outlive it.
  OrphanSweeper(Catalog& catalog, BlobStore& blobs);
  OrphanSweeper(const OrphanSweeper&) = delete;
  OrphanSweeper& operator=(const OrphanSweeper&) = delete;
  ~OrphanSweeper();  // does not wait for the end of the sweep

 private:
  std::atomic<bool> is_stopped_ = false;
  std::thread thread_;
};

}  // namespace sigla
