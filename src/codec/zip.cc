// SPDX-License-Identifier: Apache-2.0
#include "codec/zip.h"

#include <isa-l/crc.h>

#include <algorithm>
#include <array>

#include "base/byte_reader.h"
#include "base/text.h"
#include "codec/archive_meter.h"
#include "codec/decoder.h"
#include "codec/deflate64.h"

namespace sigla {
namespace {

constexpr std::uint32_t kLocalMagic = 0x04034b50;
constexpr std::uint32_t kEntryMagic = 0x02014b50;
constexpr std::uint32_t kZip64EndMagic = 0x06064b50;
constexpr std::uint32_t kZip64LocatorMagic = 0x07064b50;
constexpr std::size_t kLocalSize = 30;
constexpr std::size_t kEntrySize = 46;
constexpr std::size_t kEndSize = 22;
constexpr std::size_t kZip64EndSize = 56;
constexpr std::size_t kZip64LocatorSize = 20;
constexpr std::size_t kCommentSizeMax = 0xffff;
constexpr std::uint16_t kFlagEncrypted = 0x0001;
constexpr std::uint16_t kZip64Extra = 0x0001;
constexpr std::uint32_t kAbsent32 = 0xffffffff;
constexpr std::size_t kWindowSize = 256U << 10U;

enum Method : std::uint16_t {
  kStored = 0,
  kDeflated = 8,
  kDeflated64 = 9,
  kBzip2ed = 12,
  kZstded = 93,
};

struct Directory {
  std::uint64_t base = 0;    // what offsets count from: bytes in front of the archive
  std::uint64_t offset = 0;  // in the file
  std::uint64_t size = 0;
};

struct Entry {
  std::string name;
  std::uint16_t flags = 0;
  std::uint16_t method = 0;
  std::uint32_t crc = 0;
  std::uint64_t packed_size = 0;
  std::uint64_t size = 0;
  std::uint64_t local_offset = 0;
  bool is_file = false;
};

// Parts of a file, through a window, so that neighbouring small reads cost nothing.
class Window {
 public:
  explicit Window(const File& file) : file_(file) {}

  // `size` bytes (at most 256 KiB), valid until the next call; fewer at the end of the file.
  Result<Bytes> at(std::uint64_t offset, std::size_t size) {
    const bool begins_inside = offset >= offset_ && offset - offset_ <= window_.size();
    const bool ends_inside =
        begins_inside && (reaches_end_ || size <= window_.size() - (offset - offset_));
    if (!ends_inside) SIGLA_TRY(load(offset));
    const Bytes rest = Bytes(window_).subspan(static_cast<std::size_t>(offset - offset_));
    return rest.first(std::min(size, rest.size()));
  }

 private:
  Status load(std::uint64_t offset) {
    window_.resize(kWindowSize);
    std::size_t used = 0;
    while (used < window_.size()) {
      SIGLA_TRY_ASSIGN(const std::size_t count,
                       file_.read_at(MutableBytes(window_).subspan(used), offset + used));
      if (count == 0) break;
      used += count;
    }
    reaches_end_ = used < window_.size();
    window_.resize(used);
    offset_ = offset;
    return {};
  }

  const File& file_;
  Buffer window_;
  std::uint64_t offset_ = 0;
  bool reaches_end_ = false;  // of the file
};

// The zip64 end record, if the locator before `end_offset` leads to one.
Result<std::optional<Directory>> find_zip64_directory(Window& window, std::uint64_t end_offset) {
  if (end_offset < kZip64LocatorSize) return std::optional<Directory>();
  const std::uint64_t locator_offset = end_offset - kZip64LocatorSize;
  SIGLA_TRY_ASSIGN(const Bytes locator_bytes, window.at(locator_offset, kZip64LocatorSize));
  ByteReader locator(locator_bytes);
  if (locator.u32() != kZip64LocatorMagic) return std::optional<Directory>();
  locator.skip(4);
  const std::uint64_t stated_offset = locator.u64();
  // Bytes in front of the archive move the record; then it lies right before its locator.
  for (const std::uint64_t offset : {stated_offset, locator_offset - kZip64EndSize}) {
    if (offset > locator_offset) continue;
    SIGLA_TRY_ASSIGN(const Bytes bytes, window.at(offset, kZip64EndSize));
    ByteReader reader(bytes);
    if (reader.u32() != kZip64EndMagic) continue;
    reader.skip(36);
    Directory directory;
    directory.size = reader.u64();
    const std::uint64_t directory_offset = reader.u64();
    if (!reader.ok() || directory.size > offset || directory_offset > offset - directory.size) {
      return std::optional<Directory>();
    }
    directory.offset = offset - directory.size;
    directory.base = directory.offset - directory_offset;
    return std::optional<Directory>(directory);
  }
  return std::optional<Directory>();
}

Result<std::optional<Directory>> find_directory(Window& window, std::uint64_t file_size) {
  if (file_size < kEndSize) return std::optional<Directory>();
  const auto tail_size =
      static_cast<std::size_t>(std::min<std::uint64_t>(file_size, kEndSize + kCommentSizeMax));
  const std::uint64_t tail_offset = file_size - tail_size;
  SIGLA_TRY_ASSIGN(const Bytes tail, window.at(tail_offset, tail_size));
  const std::size_t found = as_text(tail).rfind("PK\5\6");
  if (found == std::string_view::npos || tail.size() - found < kEndSize) {
    return std::optional<Directory>();
  }
  ByteReader reader(tail.subspan(found));
  reader.skip(12);
  Directory directory;
  directory.size = reader.u32();
  const std::uint64_t directory_offset = reader.u32();
  const std::uint64_t end_offset = tail_offset + found;
  SIGLA_TRY_ASSIGN(const auto zip64, find_zip64_directory(window, end_offset));
  if (zip64.has_value()) return zip64;
  if (directory.size > end_offset || directory_offset > end_offset - directory.size) {
    return std::optional<Directory>();
  }
  directory.offset = end_offset - directory.size;
  directory.base = directory.offset - directory_offset;
  return std::optional<Directory>(directory);
}

// Sizes and offset that do not fit into 32 bits are in the extra field, in this order.
void apply_zip64(ByteReader extra, Entry& entry) {
  while (extra.remaining() >= 4) {
    const std::uint16_t id = extra.u16();
    ByteReader field = extra.sub(extra.u16());
    if (id != kZip64Extra) continue;
    for (std::uint64_t* value : {&entry.size, &entry.packed_size, &entry.local_offset}) {
      if (*value == kAbsent32) *value = field.u64();
    }
    return;
  }
}

// An entry of the central directory, and how many bytes it takes there.
Result<std::pair<Entry, std::uint64_t>> read_entry(Window& window, std::uint64_t offset) {
  SIGLA_TRY_ASSIGN(const Bytes bytes, window.at(offset, kEntrySize + 3 * 0xffff));
  ByteReader reader(bytes);
  if (reader.u32() != kEntryMagic) {
    return malformed("zip: no directory entry at offset {}", offset);
  }
  Entry entry;
  const std::uint16_t made_by = reader.u16();
  reader.skip(2);
  entry.flags = reader.u16();
  entry.method = reader.u16();
  reader.skip(4);
  entry.crc = reader.u32();
  entry.packed_size = reader.u32();
  entry.size = reader.u32();
  const std::uint16_t name_size = reader.u16();
  const std::uint16_t extra_size = reader.u16();
  const std::uint16_t comment_size = reader.u16();
  reader.skip(4);
  const std::uint32_t attributes = reader.u32();
  entry.local_offset = reader.u32();
  entry.name = as_text(reader.bytes(name_size));
  apply_zip64(reader.sub(extra_size), entry);
  reader.skip(comment_size);
  if (!reader.ok()) return malformed("zip: truncated directory entry at offset {}", offset);
  // On Unix the upper half of the attributes is st_mode; folders end in a slash everywhere.
  const std::uint32_t type = (made_by >> 8U) == 3 ? (attributes >> 16U) & 0170000U : 0;
  entry.is_file = (type == 0 || type == 0100000U) && !entry.name.ends_with('/');
  return std::pair(std::move(entry), std::uint64_t{reader.position()});
}

// Hashes and counts on the way to the meter.
class CheckingSink final : public ByteSink {
 public:
  CheckingSink(ArchiveMeter& meter, ByteSink& sink) : meter_(meter), sink_(sink) {}
  Status write(Bytes bytes) override {
    crc_ = crc32_gzip_refl(crc_, bytes.data(), bytes.size());
    return meter_.write(bytes, sink_);
  }
  std::uint32_t crc() const { return crc_; }

 private:
  ArchiveMeter& meter_;
  ByteSink& sink_;
  std::uint32_t crc_ = 0;
};

class ZipReader final : public ArchiveReader {
 public:
  ZipReader(const File& file, std::uint64_t file_size, const Limits& limits, UnpackBudget& budget)
      : file_(file),
        file_size_(file_size),
        limits_(limits),
        meter_(file_size, limits, budget),
        window_(file) {}

  // False when libarchive had better read this.
  Result<bool> start() {
    SIGLA_TRY_ASSIGN(const auto directory, find_directory(window_, file_size_));
    if (!directory.has_value()) return false;
    directory_ = *directory;
    position_ = directory_.offset;
    return has_only_known_methods();
  }

  Result<std::optional<ArchiveEntry>> next() override {
    if (end_.has_value()) return end_->clone();
    auto entry = find_next();
    if (!entry.has_value()) end_ = entry.error().clone();
    return entry;
  }

  Result<std::uint64_t> extract(ByteSink& sink) override {
    Status status = problem_.has_value() ? Status(problem_->clone()) : extract_current(sink);
    if (status.has_value()) return meter_.entry_size();
    if (meter_.is_exhausted()) end_ = status.error().clone();
    return std::move(status).error().in(fmt::format("archive entry '{}'", path_));
  }

 private:
  std::uint64_t directory_end() const { return directory_.offset + directory_.size; }

  Result<bool> has_only_known_methods() {
    bool has_deflate64 = false;
    bool has_other = false;
    std::uint64_t count = 0;
    for (std::uint64_t offset = directory_.offset; offset < directory_end();) {
      auto entry = read_entry(window_, offset);
      if (!entry.has_value()) return false;
      offset += entry->second;
      if (++count > limits_.entry_count_max) break;
      switch (entry->first.method) {
        case kDeflated64:
          has_deflate64 = true;
          break;
        case kStored:
        case kDeflated:
        case kBzip2ed:
        case kZstded:
          break;
        default:
          has_other = true;
      }
    }
    return has_deflate64 || !has_other;
  }

  Result<std::optional<ArchiveEntry>> find_next() {
    while (position_ < directory_end()) {
      SIGLA_TRY(meter_.begin_entry());
      SIGLA_TRY_ASSIGN(auto entry, read_entry(window_, position_));
      position_ += entry.second;
      if (!entry.first.is_file) continue;
      current_ = std::move(entry.first);
      return describe();
    }
    return std::optional<ArchiveEntry>();
  }

  std::optional<ArchiveEntry> describe() {
    problem_.reset();
    std::string_view name = current_.name;
    if (name.size() > limits_.entry_name_size_max) {
      problem_ = make_error(ErrorCode::kLimitExceeded,
                            "a name longer than the limit of {} bytes",
                            limits_.entry_name_size_max);
      name = name.substr(0, limits_.entry_name_size_max);
    } else if ((current_.flags & kFlagEncrypted) != 0) {
      problem_ = make_error(ErrorCode::kUnsupported, "encrypted entries cannot be read");
    } else if (const Status status = meter_.check_declared_size(current_.size);
               !status.has_value()) {
      problem_ = status.error().clone();
    }
    path_ = to_utf8(name);
    return ArchiveEntry{.path = path_, .size = current_.size};
  }

  // Where the content begins: the local header has its own name and extra field.
  Result<std::uint64_t> find_content() {
    const std::uint64_t rest = file_size_ - directory_.base;
    if (current_.local_offset > rest || rest - current_.local_offset < kLocalSize) {
      return malformed("truncated: its header is at offset {}", current_.local_offset);
    }
    const std::uint64_t offset = directory_.base + current_.local_offset;
    std::array<std::uint8_t, kLocalSize> bytes{};
    SIGLA_TRY(file_.read_at(bytes, offset));
    ByteReader reader(bytes);
    if (reader.u32() != kLocalMagic) return malformed("no header at offset {}", offset);
    reader.skip(22);
    const std::uint64_t name_size = reader.u16();
    const std::uint64_t extra_size = reader.u16();
    const std::uint64_t content = offset + kLocalSize + name_size + extra_size;
    if (content > file_size_ || current_.packed_size > file_size_ - content) {
      return malformed("truncated: {} packed bytes at offset {}", current_.packed_size, content);
    }
    return content;
  }

  Status extract_current(ByteSink& sink) {
    SIGLA_TRY_ASSIGN(const std::uint64_t content, find_content());
    FileSource packed(file_, content, current_.packed_size);
    CheckingSink checking(meter_, sink);
    SIGLA_TRY(unpack(packed, checking));
    if (meter_.entry_size() != current_.size) {
      return malformed(
          "{} bytes instead of {} at offset {}", meter_.entry_size(), current_.size, content);
    }
    if (checking.crc() != current_.crc) return malformed("wrong checksum at offset {}", content);
    return {};
  }

  Status unpack(ByteSource& packed, ByteSink& sink) {
    switch (current_.method) {
      case kStored:
        return copy_all(packed, sink);
      case kDeflated:
        return copy_all(*make_decoder(Codec::kDeflate, packed, limits_), sink);
      case kDeflated64:
        return inflate64(packed, sink);
      case kBzip2ed:
        return copy_all(*make_decoder(Codec::kBzip2, packed, limits_), sink);
      case kZstded:
        return copy_all(*make_decoder(Codec::kZstd, packed, limits_), sink);
      default:
        return make_error(ErrorCode::kUnsupported, "zip compression method {}", current_.method);
    }
  }

  static Status copy_all(ByteSource& source, ByteSink& sink) {
    const auto size = copy(source, sink);
    return size.has_value() ? Status() : Status(size.error().clone());
  }

  const File& file_;
  std::uint64_t file_size_;
  const Limits& limits_;
  ArchiveMeter meter_;
  Window window_;
  Directory directory_;
  std::uint64_t position_ = 0;  // of the next directory entry
  Entry current_;
  std::string path_;
  std::optional<Error> problem_;  // why the current entry cannot be read
  std::optional<Error> end_;
};

}  // namespace

Result<std::unique_ptr<ArchiveReader>> open_zip(const File& file,
                                                const Limits& limits,
                                                UnpackBudget& budget) {
  SIGLA_TRY_ASSIGN(const std::uint64_t size, file.size());
  auto reader = std::make_unique<ZipReader>(file, size, limits, budget);
  SIGLA_TRY_ASSIGN(const bool is_ours, reader->start());
  if (!is_ours) return std::unique_ptr<ArchiveReader>();
  return std::unique_ptr<ArchiveReader>(std::move(reader));
}

}  // namespace sigla
