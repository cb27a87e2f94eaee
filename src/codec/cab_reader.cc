// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <vector>

#include "base/text.h"
#include "codec/archive_meter.h"
#include "codec/cab.h"
#include "codec/mspack_system.h"

namespace sigla {
namespace {

class MeteredSink final : public ByteSink {
 public:
  MeteredSink(ArchiveMeter& meter, ByteSink& sink) : meter_(meter), sink_(sink) {}
  Status write(Bytes bytes) override { return meter_.write(bytes, sink_); }

 private:
  ArchiveMeter& meter_;
  ByteSink& sink_;
};

class CabReader final : public ArchiveReader {
 public:
  CabReader(const File& file, std::uint64_t file_size, const Limits& limits, UnpackBudget& budget)
      : limits_(limits), meter_(file_size, limits, budget), system_(file) {}
  CabReader(const CabReader&) = delete;
  CabReader& operator=(const CabReader&) = delete;
  ~CabReader() override {
    if (cabinet_ != nullptr) library_->close(library_, cabinet_);
    if (library_ != nullptr) mspack_destroy_cab_decompressor(library_);
  }

  Status start() {
    library_ = mspack_create_cab_decompressor(&system_);
    if (library_ == nullptr) return make_error(ErrorCode::kUnavailable, "cab: out of memory");
    cabinet_ = library_->open(library_, "input");
    if (cabinet_ == nullptr) {
      return mspack_failure(library_->last_error(library_), system_).in("cab");
    }
    for (mscabd_file* file = cabinet_->files; file != nullptr; file = file->next) {
      files_.push_back(file);
    }
    // In the order of their content. The library would start a folder again for one that lies
    // behind, so that many small files could cost a full pass each.
    std::map<const mscabd_folder*, std::size_t> folder_index;
    for (const mscabd_folder* folder = cabinet_->folders; folder != nullptr;
         folder = folder->next) {
      folder_index.emplace(folder, folder_index.size());
    }
    std::sort(files_.begin(), files_.end(), [&](const mscabd_file* a, const mscabd_file* b) {
      return std::pair(folder_index[a->folder], a->offset) <
             std::pair(folder_index[b->folder], b->offset);
    });
    return {};
  }

  std::optional<std::uint64_t> entry_count() const override { return files_.size(); }

  Result<std::optional<ArchiveEntry>> next() override {
    if (end_.has_value()) return end_->clone();
    current_ = nullptr;
    if (next_index_ == files_.size()) return std::optional<ArchiveEntry>();
    if (Status status = meter_.begin_entry(); !status.has_value()) {
      end_ = status.error().clone();
      return std::move(status).error();
    }
    current_ = files_[next_index_++];
    // Forced to UTF-8 by the library; other writers' code pages become U+FFFD.
    const std::string_view name = current_->filename;
    path_ = to_utf8(name.substr(0, limits_.entry_name_size_max));
    return std::optional<ArchiveEntry>(ArchiveEntry{.path = path_, .size = current_->length});
  }

  Result<std::uint64_t> extract(ByteSink& sink) override {
    SIGLA_CHECK(current_ != nullptr);
    Status status = extract_current(sink);
    if (status.has_value()) return meter_.entry_size();
    if (meter_.is_exhausted()) end_ = status.error().clone();
    return std::move(status).error().in(fmt::format("archive entry '{}'", path_));
  }

 private:
  Status extract_current(ByteSink& sink) {
    SIGLA_TRY(meter_.check_declared_size(current_->length));
    if (current_->folder == last_folder_ && current_->offset < last_end_) {
      return malformed("overlaps the entry before it");
    }
    last_folder_ = current_->folder;
    last_end_ = std::uint64_t{current_->offset} + current_->length;
    MeteredSink metered(meter_, sink);
    system_.output = &metered;
    system_.error.reset();
    const int code = library_->extract(library_, current_, "output");
    system_.output = nullptr;
    if (code != MSPACK_ERR_OK) return mspack_failure(code, system_);
    if (meter_.entry_size() != current_->length) return malformed("truncated");
    return {};
  }

  const Limits& limits_;
  ArchiveMeter meter_;
  MspackSystem system_;
  mscab_decompressor* library_ = nullptr;
  mscabd_cabinet* cabinet_ = nullptr;
  std::vector<mscabd_file*> files_;  // the library's
  std::size_t next_index_ = 0;
  mscabd_file* current_ = nullptr;
  mscabd_folder* last_folder_ = nullptr;
  std::uint64_t last_end_ = 0;
  std::string path_;
  std::optional<Error> end_;
};

}  // namespace

Result<std::unique_ptr<ArchiveReader>> open_cab(const File& file,
                                                const Limits& limits,
                                                UnpackBudget& budget) {
  SIGLA_TRY_ASSIGN(const std::uint64_t size, file.size());
  auto reader = std::make_unique<CabReader>(file, size, limits, budget);
  SIGLA_TRY(reader->start());
  return std::unique_ptr<ArchiveReader>(std::move(reader));
}

}  // namespace sigla
