// SPDX-License-Identifier: Apache-2.0
#include "ingest/ingest.h"

#include "base/log.h"
#include "base/text.h"
#include "ingest/package_push.h"
#include "ingest/unpacker.h"
#include "ingest/upload_writer.h"
#include "os/priority.h"
#include "store/token.h"

namespace sigla {
namespace {

constexpr std::string_view kDefaultTag = "anon";
constexpr int kSweeperSteps = 19;

Upload make_upload(const UploadRequest& request, std::uint64_t size) {
  Upload upload;
  upload.project_id = request.project_id;
  upload.token_id = request.token_id;
  upload.tag = request.tag.empty() ? kDefaultTag : to_utf8(request.tag);
  upload.name = to_utf8(request.name);
  upload.remote_address = request.remote_address;
  upload.size = size;
  upload.package = request.package;
  upload.state = UploadState::kProcessing;
  return upload;
}

// What a package holds besides programs and PDBs: its manifest, documentation, licences.
bool is_furniture(const UnpackedFile& file) {
  return file.objects.empty() && file.reason == kNoKnownFormat &&
         !ends_with_ignoring_case(file.path, ".pdb");
}

// Whether the failure is that of the upload, and not of the machine we run on.
bool is_senders_fault(const Error& error) {
  return error.code() == ErrorCode::kMalformed || error.code() == ErrorCode::kLimitExceeded ||
         error.code() == ErrorCode::kUnsupported;
}

}  // namespace

// The right to run one upload of a size.
class Ingest::Slot {
 public:
  Slot(Ingest& ingest, std::uint64_t size)
      : ingest_(ingest),
        count_(size <= ingest.options_.small_size_max ? ingest.small_count_ : ingest.large_count_) {
    const std::size_t count_max =
        &count_ == &ingest.small_count_ ? ingest.options_.small_max : ingest.options_.large_max;
    std::unique_lock lock(ingest_.mutex_);
    ingest_.slot_is_free_.wait(lock, [&] { return count_ < count_max; });
    ++count_;
  }
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;
  ~Slot() {
    {
      const std::lock_guard lock(ingest_.mutex_);
      --count_;
    }
    ingest_.slot_is_free_.notify_all();
  }

 private:
  Ingest& ingest_;
  std::size_t& count_;
};

Status Ingest::start() {
  SIGLA_TRY_ASSIGN(const std::uint32_t count,
                   catalog_.fail_unfinished_uploads("the server stopped before it was done"));
  if (count != 0) log_warning("unfinished uploads found", {{"count", count}});
  return {};
}

Result<UploadReport> Ingest::run(UploadRequest request) {
  SIGLA_TRY_ASSIGN(const std::uint64_t size, request.body.size());
  const Slot slot(*this, size);
  return run_now(std::move(request), size);
}

Result<PackageReport> Ingest::push_package(PackageRequest request) {
  SIGLA_TRY_ASSIGN(const std::uint64_t size, request.upload.body.size());
  const Slot slot(*this, size);
  return push_now(std::move(request), size);
}

Result<UploadReport> Ingest::record_refusal(const UploadRequest& request,
                                            std::uint64_t size,
                                            std::string_view reason,
                                            std::vector<UploadEntry> entries) {
  UploadReport report;
  SIGLA_TRY_ASSIGN(report.upload, catalog_.create_upload(make_upload(request, size)));
  report.upload.state = UploadState::kFailed;
  report.upload.error = to_utf8(reason);
  report.upload.finished_at = now_millis();
  report.upload.refused_count = static_cast<std::uint32_t>(entries.size());
  IngestBatch batch;
  batch.upload_id = report.upload.id;
  batch.finished = report.upload;
  batch.entries = std::move(entries);
  SIGLA_TRY(catalog_.commit(batch));
  report.entries = std::move(batch.entries);
  log_info("upload refused", {{"upload", report.upload.id}, {"error", report.upload.error}});
  return report;
}

Result<UploadReport> Ingest::run_now(UploadRequest request, std::uint64_t size) {
  const bool is_package = request.package.kind != PackageKind::kNone;
  SIGLA_TRY_ASSIGN(Upload upload, catalog_.create_upload(make_upload(request, size)));
  UploadWriter writer(catalog_, blobs_, std::move(upload));
  const Status unpacked = Unpacker(workers_, options_.limits, options_.spool, request.keeps_sources)
                              .run(
                                  request.body,
                                  request.name,
                                  [&](std::string_view path) {
                                    const std::string name(base_name(path));
                                    if (matches_restriction(request.name_restriction, name))
                                      return std::string();
                                    return fmt::format("the token is for files named {} only",
                                                       request.name_restriction);
                                  },
                                  [&](UnpackedFile file) -> Status {
                                    if (is_package && is_furniture(file)) return {};
                                    const auto warning = request.warnings.find(file.path);
                                    if (warning != request.warnings.end()) {
                                      file.warning = warning->second;
                                    }
                                    return writer.add(std::move(file));
                                  });
  // On a full disk, what the body and a half unpacked file held is room for the commit.
  request.body = File();
  SIGLA_TRY(writer.finish(unpacked));
  if (!unpacked.has_value() && !is_senders_fault(unpacked.error())) return unpacked.error().clone();

  UploadReport report;
  report.upload = writer.upload();
  report.entries = writer.take_entries();
  if (!unpacked.has_value()) report.error_code = unpacked.error().code();
  log_info("upload finished",
           {{"upload", report.upload.id},
            {"state", to_string(report.upload.state)},
            {"size", size},
            {"stored", report.upload.stored_count},
            {"duplicate", report.upload.duplicate_count},
            {"refused", report.upload.refused_count},
            {"milliseconds", report.upload.finished_at - report.upload.created_at},
            {"error", report.upload.error}});
  return report;
}

Result<std::uint64_t> sweep_orphans(Catalog& catalog,
                                    BlobStore& blobs,
                                    const std::atomic<bool>& is_stopped) {
  std::uint64_t count = 0;
  std::optional<Error> error;
  SIGLA_TRY(blobs.for_each([&](const BlobHash& hash) {
    if (error.has_value() || is_stopped) return;
    const Status removed = blobs.remove(hash, [&] { return catalog.has_blob(hash); });
    if (removed.has_value()) {
      ++count;
    } else if (removed.error().code() != ErrorCode::kConflict &&
               removed.error().code() != ErrorCode::kNotFound) {
      error = removed.error().clone();
    }
  }));
  if (error.has_value()) return std::move(*error);
  if (count != 0) log_warning("orphan blobs removed", {{"count", count}});
  return count;
}

OrphanSweeper::OrphanSweeper(Catalog& catalog, BlobStore& blobs)
    : thread_([this, &catalog, &blobs] {
        lower_priority(kSweeperSteps);
        const auto count = sweep_orphans(catalog, blobs, is_stopped_);
        if (count.has_value()) return;
        log_warning("orphan blobs not removed", {{"error", count.error().message()}});
      }) {}

OrphanSweeper::~OrphanSweeper() {
  is_stopped_ = true;
  thread_.join();
}

}  // namespace sigla
