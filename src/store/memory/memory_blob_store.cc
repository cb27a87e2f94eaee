// SPDX-License-Identifier: Apache-2.0
#include "store/memory/memory_blob_store.h"

#include "codec/hash.h"
#include "codec/zstd_seekable.h"

namespace sigla {
namespace {

class MemoryBlobReader final : public BlobReader {
 public:
  MemoryBlobReader(std::shared_ptr<const File> content, std::uint64_t size)
      : content_(std::move(content)), size_(size) {}
  std::uint64_t size() const override { return size_; }
  Result<std::size_t> read_at(MutableBytes buffer, std::uint64_t offset) override {
    return content_->read_at(buffer, offset);
  }

 private:
  std::shared_ptr<const File> content_;
  std::uint64_t size_;
};

Error not_found(const BlobHash& hash) {
  return make_error(ErrorCode::kNotFound, "no blob {}", hash.hex());
}

struct FilesOnTheirWay final : UnsyncedBlob {
  File content;
  File packed;
};

}  // namespace

Result<BlobStore::Stored> MemoryBlobStore::put_unsynced(const File& content, Novelty /*novelty*/) {
  SIGLA_TRY_ASSIGN(File copied, File::create_in_memory("blob"));
  FileSource source(content);
  FileSink sink(copied);
  Stored stored;
  SIGLA_TRY_ASSIGN(stored.size, copy(source, sink));
  SIGLA_TRY_ASSIGN(stored.hash.bytes, sha256(copied));
  stored.pin = pins_.pin(stored.hash);

  SIGLA_TRY_ASSIGN(File packed, File::create_in_memory("blob"));
  FileSource copied_source(copied);
  FileSink packed_sink(packed);
  SeekableWriter writer(packed_sink);
  SIGLA_TRY(copy(copied_source, writer));
  SIGLA_TRY(writer.finish());
  stored.stored_size = writer.packed_size();

  auto files = std::make_shared<FilesOnTheirWay>();
  files->content = std::move(copied);
  files->packed = std::move(packed);
  stored.unsynced = std::move(files);
  return stored;
}

Status MemoryBlobStore::sync(std::span<Stored> stored) {
  const std::lock_guard lock(mutex_);
  for (Stored& one : stored) {
    auto& files = static_cast<FilesOnTheirWay&>(*one.unsynced);
    Blob blob{std::make_shared<File>(std::move(files.content)),
              std::make_shared<File>(std::move(files.packed))};
    one.was_new = blobs_.emplace(one.hash, std::move(blob)).second;
    one.unsynced.reset();
  }
  return {};
}

Result<std::unique_ptr<BlobReader>> MemoryBlobStore::open(const BlobHash& hash) {
  SIGLA_TRY_ASSIGN(auto content, open_content(hash));
  SIGLA_TRY_ASSIGN(const std::uint64_t size, content->size());
  return std::unique_ptr<BlobReader>(std::make_unique<MemoryBlobReader>(std::move(content), size));
}

Result<std::shared_ptr<const File>> MemoryBlobStore::open_stored(const BlobHash& hash) {
  const std::lock_guard lock(mutex_);
  const auto found = blobs_.find(hash);
  if (found == blobs_.end()) return not_found(hash);
  return found->second.stored;
}

Result<std::shared_ptr<const File>> MemoryBlobStore::open_content(const BlobHash& hash) {
  auto content = find_content(hash);
  if (content == nullptr) return not_found(hash);
  return content;
}

std::shared_ptr<const File> MemoryBlobStore::find_content(const BlobHash& hash) {
  const std::lock_guard lock(mutex_);
  const auto found = blobs_.find(hash);
  return found == blobs_.end() ? nullptr : found->second.content;
}

Status MemoryBlobStore::remove(const BlobHash& hash,
                               const std::function<Result<bool>()>& is_referenced) {
  return pins_.remove_unless_used(hash, is_referenced, [&]() -> Status {
    const std::lock_guard lock(mutex_);
    if (blobs_.erase(hash) == 0) return not_found(hash);
    return {};
  });
}

Status MemoryBlobStore::for_each(const std::function<void(const BlobHash&)>& visit) {
  const std::lock_guard lock(mutex_);
  for (const auto& [hash, blob] : blobs_) visit(hash);
  return {};
}

}  // namespace sigla
