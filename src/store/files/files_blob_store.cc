// SPDX-License-Identifier: Apache-2.0
#include "store/files/files_blob_store.h"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <mutex>
#include <set>
#include <thread>

#include "base/log.h"
#include "base/text.h"
#include "codec/hash.h"
#include "codec/zstd_seekable.h"
#include "store/blob_pins.h"
#include "store/files/blob_writer.h"

namespace sigla {
namespace {

constexpr std::uint64_t kFreeSizeMin = 64ULL << 20;  // less is "no room" for /readyz
constexpr unsigned kPackingThreadsMax = 8;
constexpr std::string_view kSuffix = ".zst";

Error not_found(const BlobHash& hash) {
  return make_error(ErrorCode::kNotFound, "no blob {}", hash.hex());
}

// What a reader says of our own file is no fault of whoever asks for it.
Error damaged(const BlobHash& hash, const Error& error) {
  log_error("blob damaged", {{"blob", hash.hex()}, {"error", error.message()}});
  return make_error(ErrorCode::kUnavailable, "blob {} is damaged: {}", hash.hex(), error.message());
}

class FilesBlobReader final : public BlobReader {
 public:
  FilesBlobReader(const BlobHash& hash, SeekableReader reader)
      : hash_(hash), reader_(std::move(reader)) {}
  std::uint64_t size() const override { return reader_.size(); }
  Result<std::size_t> read_at(MutableBytes buffer, std::uint64_t offset) override {
    auto count = reader_.read_at(buffer, offset);
    if (!count.has_value()) return damaged(hash_, count.error());
    return count;
  }

 private:
  BlobHash hash_;
  SeekableReader reader_;
};

// Packed, without a name yet.
struct FileOnItsWay final : UnsyncedBlob {
  explicit FileOnItsWay(File packed_file) : packed(std::move(packed_file)) {}
  File packed;
};

const File& file_of(const BlobStore::Stored& stored) {
  return static_cast<const FileOnItsWay&>(*stored.unsynced).packed;
}

class FilesBlobStore final : public BlobStore {
 public:
  explicit FilesBlobStore(FilesBlobStoreOptions options)
      : options_(std::move(options)),
        blobs_(options_.root / "blobs"),
        spool_(options_.root / "spool"),
        cache_(options_.cache != nullptr ? options_.cache
                                         : std::make_shared<FileCache>(FileCache::Options{
                                               .directory = options_.root / "cache"})) {}

  Status create_folders();

  Result<Stored> put_unsynced(const File& content, Novelty novelty) override;
  Status sync(std::span<Stored> stored) override;
  Result<std::unique_ptr<BlobReader>> open(const BlobHash& hash) override;
  Result<std::shared_ptr<const File>> open_stored(const BlobHash& hash) override;
  Result<std::shared_ptr<const File>> open_content(const BlobHash& hash) override;
  std::shared_ptr<const File> find_content(const BlobHash& hash) override;
  Status remove(const BlobHash& hash, const std::function<Result<bool>()>& is_referenced) override;
  Status for_each(const std::function<void(const BlobHash&)>& visit) override;
  Status check() override;

 private:
  std::filesystem::path path_of(const BlobHash& hash) const {
    const std::string name = hash.hex();
    return blobs_ / name.substr(0, 2) / (name + std::string(kSuffix));
  }
  bool pin(Stored& stored);
  FramePool& frame_pool();
  Result<bool> link(const File& packed, const std::filesystem::path& path);
  Result<SeekableReader> open_seekable(const BlobHash& hash);

  const FilesBlobStoreOptions options_;
  const std::filesystem::path blobs_;
  const std::filesystem::path spool_;
  BlobPins pins_;
  const std::shared_ptr<FileCache> cache_;
  std::once_flag frame_pool_once_;
  std::unique_ptr<FramePool> frame_pool_;
};

Status FilesBlobStore::create_folders() {
  std::error_code ignored;
  for (const char* name : {"spool", "cache"}) {
    std::filesystem::remove_all(options_.root / name, ignored);
    SIGLA_TRY(sigla::create_directories(options_.root / name));
  }
  SIGLA_TRY(sigla::create_directories(blobs_));
  return sync_directory(options_.root);
}

// The content may still be open in a worker process that no longer does what we wrote, so its name
// is the hash of what was packed, and not of what was read before.
Result<BlobStore::Stored> FilesBlobStore::put_unsynced(const File& content, Novelty novelty) {
  Stored stored;
  if (novelty == Novelty::kUnknown) {
    SIGLA_TRY_ASSIGN(stored.hash.bytes, sha256(content));
    if (pin(stored)) {
      SIGLA_TRY_ASSIGN(stored.size, content.size());
      return stored;
    }
  }
  SIGLA_TRY_ASSIGN(File packed, File::create_unnamed(spool_));
  SIGLA_TRY_ASSIGN(const PackedBlob written,
                   write_blob(content, packed, options_.compression_level, frame_pool()));
  stored.hash.bytes = written.digest;
  stored.size = written.size;
  if (pin(stored)) return stored;
  stored.stored_size = written.stored_size;
  stored.unsynced = std::make_shared<FileOnItsWay>(std::move(packed));
  return stored;
}

// Keeps remove() away from the blob, which may be there or not; true when it is.
bool FilesBlobStore::pin(Stored& stored) {
  stored.pin = pins_.pin(stored.hash);
  std::error_code missing;
  const std::uint64_t stored_size = std::filesystem::file_size(path_of(stored.hash), missing);
  if (missing) return false;
  stored.stored_size = stored_size;
  return true;
}

// Started when the first content comes: a server that only serves needs no such threads.
FramePool& FilesBlobStore::frame_pool() {
  std::call_once(frame_pool_once_, [this] {
    frame_pool_ = std::make_unique<FramePool>(
        std::clamp(std::thread::hardware_concurrency(), 1U, kPackingThreadsMax));
  });
  return *frame_pool_;
}

// First all contents, then all names, then all folders: the first sync of each kind waits for the
// disk and takes most of the others along.
Status FilesBlobStore::sync(std::span<Stored> stored) {
  for (const Stored& one : stored) {
    if (one.unsynced != nullptr) SIGLA_TRY(file_of(one).sync());
  }
  std::set<std::filesystem::path> folders;
  for (Stored& one : stored) {
    const std::filesystem::path path = path_of(one.hash);
    // That of a blob which was there as well: who made its name may not have synced it yet.
    folders.insert(path.parent_path());
    if (one.unsynced == nullptr) continue;
    SIGLA_TRY_ASSIGN(one.was_new, link(file_of(one), path));
    one.unsynced.reset();
  }
  for (const auto& folder : folders) SIGLA_TRY(sync_directory(folder));
  return {};
}

// False when the name is taken: somebody stored the same content meanwhile.
Result<bool> FilesBlobStore::link(const File& packed, const std::filesystem::path& path) {
  const std::string self = fmt::format("/proc/self/fd/{}", packed.fd());
  for (bool has_folder = false;; has_folder = true) {
    if (::linkat(AT_FDCWD, self.c_str(), AT_FDCWD, path.c_str(), AT_SYMLINK_FOLLOW) == 0) {
      return true;
    }
    if (errno == EEXIST) return false;
    if (errno != ENOENT || has_folder) return errno_error("link " + path.string());
    SIGLA_TRY(sigla::create_directories(path.parent_path()));
    SIGLA_TRY(sync_directory(blobs_));
  }
}

Result<std::shared_ptr<const File>> FilesBlobStore::open_stored(const BlobHash& hash) {
  auto file = File::open_read(path_of(hash));
  if (!file.has_value()) {
    if (file.error().code() == ErrorCode::kNotFound) return not_found(hash);
    return std::move(file).error();
  }
  return std::shared_ptr<const File>(std::make_shared<File>(std::move(*file)));
}

Result<SeekableReader> FilesBlobStore::open_seekable(const BlobHash& hash) {
  SIGLA_TRY_ASSIGN(auto file, open_stored(hash));
  auto reader = SeekableReader::open(std::move(file));
  if (!reader.has_value()) return damaged(hash, reader.error());
  return reader;
}

Result<std::unique_ptr<BlobReader>> FilesBlobStore::open(const BlobHash& hash) {
  SIGLA_TRY_ASSIGN(auto reader, open_seekable(hash));
  return std::unique_ptr<BlobReader>(std::make_unique<FilesBlobReader>(hash, std::move(reader)));
}

Result<std::shared_ptr<const File>> FilesBlobStore::open_content(const BlobHash& hash) {
  const std::string_view key = as_text(hash.bytes);
  if (auto file = cache_->find(key)) return file;
  SIGLA_TRY_ASSIGN(auto reader, open_seekable(hash));
  return cache_->get(key, reader.size(), [&](const File& file) -> Status {
    Buffer buffer(SeekableWriter::kFrameSize);
    std::uint64_t offset = 0;
    while (true) {
      auto count = reader.read_at(buffer, offset);
      if (!count.has_value()) return damaged(hash, count.error());
      if (*count == 0) return {};
      SIGLA_TRY(file.write_all_at(Bytes(buffer).first(*count), offset));
      offset += *count;
    }
  });
}

std::shared_ptr<const File> FilesBlobStore::find_content(const BlobHash& hash) {
  return cache_->find(as_text(hash.bytes));
}

Status FilesBlobStore::remove(const BlobHash& hash,
                              const std::function<Result<bool>()>& is_referenced) {
  return pins_.remove_unless_used(hash, is_referenced, [&]() -> Status {
    if (::unlink(path_of(hash).c_str()) != 0) {
      if (errno == ENOENT) return not_found(hash);
      return errno_error("unlink " + path_of(hash).string());
    }
    cache_->erase(as_text(hash.bytes));
    return {};
  });
}

Status FilesBlobStore::for_each(const std::function<void(const BlobHash&)>& visit) {
  std::error_code error;
  for (unsigned first = 0; first < 256; ++first) {
    const auto folder = blobs_ / fmt::format("{:02x}", first);
    if (!std::filesystem::exists(folder, error)) continue;
    for (std::filesystem::directory_iterator file(folder, error), end; !error && file != end;
         file.increment(error)) {
      const std::string name = file->path().filename().string();
      if (!name.ends_with(kSuffix)) continue;
      const auto hash = BlobHash::parse(name.substr(0, name.size() - kSuffix.size()));
      if (hash.has_value()) visit(*hash);
    }
    if (error) {
      return make_error(
          ErrorCode::kUnavailable, "listing {}: {}", folder.string(), error.message());
    }
  }
  return {};
}

Status FilesBlobStore::check() {
  SIGLA_TRY_ASSIGN(const File probe, File::create_unnamed(spool_));
  SIGLA_TRY(probe.write_all(as_bytes("probe")));
  struct statvfs info{};
  if (::statvfs(spool_.c_str(), &info) != 0) return errno_error("statvfs " + spool_.string());
  const std::uint64_t free_size = static_cast<std::uint64_t>(info.f_bavail) * info.f_frsize;
  if (free_size >= kFreeSizeMin) return {};
  return make_error(ErrorCode::kUnavailable, "{}: {} bytes left", spool_.string(), free_size);
}

}  // namespace

Result<std::unique_ptr<BlobStore>> open_files_blob_store(FilesBlobStoreOptions options) {
  auto store = std::make_unique<FilesBlobStore>(std::move(options));
  SIGLA_TRY(store->create_folders());
  return std::unique_ptr<BlobStore>(std::move(store));
}

}  // namespace sigla
