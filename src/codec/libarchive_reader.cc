// SPDX-License-Identifier: Apache-2.0
#include "codec/libarchive_reader.h"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <cerrno>
#include <clocale>

#include "base/text.h"
#include "codec/archive_meter.h"

namespace sigla {
namespace {

constexpr std::size_t kReadSize = 256U << 10U;

struct FreeArchive {
  void operator()(archive* handle) const { archive_read_free(handle); }
};

// libarchive turns names into the locale's character set. This one is built into the C library,
// so that it is there in the sandbox too.
class Utf8Locale {
 public:
  Utf8Locale() : previous_(::uselocale(shared())) {}
  Utf8Locale(const Utf8Locale&) = delete;
  Utf8Locale& operator=(const Utf8Locale&) = delete;
  ~Utf8Locale() { ::uselocale(previous_); }

 private:
  static locale_t shared() {
    static const locale_t kLocale = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    return kLocale;
  }
  locale_t previous_;
};

class LibarchiveReader final : public ArchiveReader {
 public:
  LibarchiveReader(const File& file,
                   std::uint64_t file_size,
                   const Limits& limits,
                   UnpackBudget& budget)
      : file_(file),
        file_size_(file_size),
        limits_(limits),
        meter_(file_size, limits, budget),
        buffer_(kReadSize),
        archive_(archive_read_new()) {
    SIGLA_CHECK(archive_ != nullptr);
  }

  // Reads the first header, since only that tells whether this is an archive at all.
  Status start() {
    enable_formats();
    archive_read_set_read_callback(archive_.get(), on_read);
    archive_read_set_skip_callback(archive_.get(), on_skip);
    archive_read_set_seek_callback(archive_.get(), on_seek);
    archive_read_set_callback_data(archive_.get(), this);
    const Utf8Locale locale;
    if (archive_read_open1(archive_.get()) != ARCHIVE_OK) return unrecognised();
    first_code_ = archive_read_next_header(archive_.get(), &entry_);
    if (archive_format(archive_.get()) == 0) return unrecognised();
    // An ar without entries is told from other bytes by its magic alone; so is an empty tar by
    // being all zeros, which is not worth calling an archive.
    if (first_code_ == ARCHIVE_EOF && archive_format(archive_.get()) == ARCHIVE_FORMAT_EMPTY) {
      return unrecognised();
    }
    return {};
  }

  Result<std::optional<ArchiveEntry>> next() override {
    if (end_.has_value()) return end_->clone();
    auto entry = find_next();
    if (!entry.has_value()) end_ = entry.error().clone();
    return entry;
  }

  Result<std::uint64_t> extract(ByteSink& sink) override {
    if (problem_.has_value()) return problem_->clone().in(where());
    Status status = copy_to(sink);
    if (status.has_value()) return meter_.entry_size();
    if (meter_.is_exhausted()) end_ = status.error().clone();
    return std::move(status).error().in(where());
  }

 private:
  void enable_formats() {
    archive* a = archive_.get();
    // All but those that run a program: lrzip, grzip, lzop, uu is of no use.
    for (const auto filter : {archive_read_support_filter_gzip,
                              archive_read_support_filter_bzip2,
                              archive_read_support_filter_xz,
                              archive_read_support_filter_lzma,
                              archive_read_support_filter_lzip,
                              archive_read_support_filter_zstd,
                              archive_read_support_filter_lz4,
                              archive_read_support_filter_compress,
                              archive_read_support_filter_rpm}) {
      filter(a);
    }
    for (const auto format : {archive_read_support_format_zip,
                              archive_read_support_format_7zip,
                              archive_read_support_format_tar,
                              archive_read_support_format_cpio,
                              archive_read_support_format_ar,
                              archive_read_support_format_xar,
                              archive_read_support_format_iso9660,
                              archive_read_support_format_rar,
                              archive_read_support_format_rar5,
                              archive_read_support_format_lha}) {
      format(a);
    }
  }

  Result<std::optional<ArchiveEntry>> find_next() {
    const Utf8Locale locale;
    while (true) {
      const int code = first_code_.has_value() ? *first_code_
                                               : archive_read_next_header(archive_.get(), &entry_);
      first_code_.reset();
      if (code == ARCHIVE_RETRY) continue;
      if (code == ARCHIVE_EOF) return std::optional<ArchiveEntry>();
      if (code != ARCHIVE_OK && code != ARCHIVE_WARN) {
        return failure().in(path_.empty() ? std::string("archive: at the first entry")
                                          : fmt::format("archive: after entry '{}'", path_));
      }
      SIGLA_TRY(meter_.begin_entry());
      SIGLA_TRY(meter_.check_passed_over(static_cast<std::uint64_t>(
          std::max<la_int64_t>(archive_filter_bytes(archive_.get(), 0), 0))));
      if (is_regular_file()) return describe();
    }
  }

  bool is_regular_file() const {
    // A hard link without content of its own is an entry that was there already.
    return archive_entry_filetype(entry_) == AE_IFREG &&
           (archive_entry_hardlink(entry_) == nullptr || archive_entry_size(entry_) > 0);
  }

  std::optional<ArchiveEntry> describe() {
    problem_.reset();
    const char* raw = archive_entry_pathname(entry_);
    if (raw == nullptr) raw = archive_entry_pathname_utf8(entry_);
    std::string_view name = raw != nullptr ? std::string_view(raw) : std::string_view("?");
    if (name.size() > limits_.entry_name_size_max) {
      problem_ = make_error(ErrorCode::kLimitExceeded,
                            "a name longer than the limit of {} bytes",
                            limits_.entry_name_size_max);
      name = name.substr(0, limits_.entry_name_size_max);
    }
    path_ = to_utf8(name);
    ArchiveEntry entry{.path = path_, .size = {}};
    if (archive_entry_size_is_set(entry_) != 0) {
      entry.size = static_cast<std::uint64_t>(std::max<la_int64_t>(archive_entry_size(entry_), 0));
    }
    if (archive_entry_is_encrypted(entry_) != 0) {
      problem_ = make_error(ErrorCode::kUnsupported, "encrypted entries cannot be read");
    } else if (entry.size.has_value() && !problem_.has_value()) {
      const Status status = meter_.check_declared_size(*entry.size);
      if (!status.has_value()) problem_ = status.error().clone();
    }
    return entry;
  }

  Status copy_to(ByteSink& sink) {
    const Utf8Locale locale;
    while (true) {
      const void* data = nullptr;
      std::size_t size = 0;
      la_int64_t offset = 0;
      const int code = archive_read_data_block(archive_.get(), &data, &size, &offset);
      if (code == ARCHIVE_RETRY) continue;
      if (code == ARCHIVE_EOF) return {};
      if (code != ARCHIVE_OK) return failure();
      const auto position = static_cast<std::uint64_t>(offset);
      if (position < meter_.entry_size()) return malformed("blocks out of order");
      SIGLA_TRY(meter_.write_zeros(position - meter_.entry_size(), sink));
      SIGLA_TRY(meter_.write({static_cast<const std::uint8_t*>(data), size}, sink));
    }
  }

  std::string where() const { return fmt::format("archive entry '{}'", path_); }

  Error unrecognised() {
    if (read_error_.has_value()) return read_error_->clone();
    return make_error(ErrorCode::kUnsupported, "no archive of a known format");
  }

  // What the library complains of, as an Error.
  Error failure() {
    if (read_error_.has_value()) return read_error_->clone();
    const char* text = archive_error_string(archive_.get());
    const std::string_view message = text != nullptr ? text : "invalid data";
    if (archive_errno(archive_.get()) == ENOMEM) {
      return make_error(ErrorCode::kLimitExceeded, "out of memory");
    }
    for (const char* word : {"nsupported", "not supported", "ncrypt", "assphrase"}) {
      if (message.find(word) != std::string_view::npos) {
        return make_error(ErrorCode::kUnsupported, "{}", message);
      }
    }
    return malformed("{} at offset {}", message, std::min(offset_, file_size_));
  }

  static la_ssize_t on_read(archive* handle, void* self_pointer, const void** data) {
    auto* self = static_cast<LibarchiveReader*>(self_pointer);
    auto count = self->file_.read_at(self->buffer_, self->offset_);
    if (!count.has_value()) {
      self->read_error_ = std::move(count).error();
      archive_set_error(handle, EIO, "read error");
      return -1;
    }
    self->offset_ += *count;
    *data = self->buffer_.data();
    return static_cast<la_ssize_t>(*count);
  }

  static la_int64_t on_skip(archive*, void* self_pointer, la_int64_t request) {
    auto* self = static_cast<LibarchiveReader*>(self_pointer);
    const std::uint64_t rest = self->file_size_ - std::min(self->offset_, self->file_size_);
    const auto count = std::min(static_cast<std::uint64_t>(std::max<la_int64_t>(request, 0)), rest);
    self->offset_ += count;
    return static_cast<la_int64_t>(count);
  }

  static la_int64_t on_seek(archive*, void* self_pointer, la_int64_t offset, int whence) {
    auto* self = static_cast<LibarchiveReader*>(self_pointer);
    la_int64_t base = 0;
    if (whence == SEEK_CUR) base = static_cast<la_int64_t>(self->offset_);
    if (whence == SEEK_END) base = static_cast<la_int64_t>(self->file_size_);
    la_int64_t target = 0;
    if (__builtin_add_overflow(base, offset, &target) || target < 0) return ARCHIVE_FATAL;
    self->offset_ = static_cast<std::uint64_t>(target);
    return target;
  }

  const File& file_;
  std::uint64_t file_size_;
  const Limits& limits_;
  ArchiveMeter meter_;
  Buffer buffer_;
  std::uint64_t offset_ = 0;
  std::optional<Error> read_error_;  // the file's, not the archive's
  std::optional<int> first_code_;    // of the header that start() read
  archive_entry* entry_ = nullptr;   // the library's
  std::string path_;
  std::optional<Error> problem_;  // why the current entry cannot be read
  std::optional<Error> end_;
  std::unique_ptr<archive, FreeArchive> archive_;  // calls back into this object until freed
};

}  // namespace

Result<std::unique_ptr<ArchiveReader>> open_with_libarchive(const File& file,
                                                            const Limits& limits,
                                                            UnpackBudget& budget) {
  SIGLA_TRY_ASSIGN(const std::uint64_t size, file.size());
  auto reader = std::make_unique<LibarchiveReader>(file, size, limits, budget);
  SIGLA_TRY(reader->start());
  return std::unique_ptr<ArchiveReader>(std::move(reader));
}

}  // namespace sigla
