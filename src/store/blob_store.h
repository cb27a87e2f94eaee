// SPDX-License-Identifier: Apache-2.0
// Blobs: immutable bytes named by their SHA-256. An interface with one contract suite. Thread-safe.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "os/file.h"

namespace sigla {

// A SHA-256.
struct BlobHash {
  std::array<std::uint8_t, 32> bytes{};
  auto operator<=>(const BlobHash&) const = default;
  std::string hex() const;
  static Result<BlobHash> parse(std::string_view text);
};

// Random access to a blob's content, decompressing only the frames that a read touches.
class BlobReader {
 public:
  virtual ~BlobReader() = default;
  virtual std::uint64_t size() const = 0;  // of the content
  // Up to buffer.size() bytes of content at `offset`; 0 at the end.
  virtual Result<std::size_t> read_at(MutableBytes buffer, std::uint64_t offset) = 0;
};

// A blob on its way to the disk; each store derives its own.
struct UnsyncedBlob {
  virtual ~UnsyncedBlob() = default;
};

class BlobStore {
 public:
  virtual ~BlobStore() = default;

  struct Stored {
    BlobHash hash;
    std::uint64_t size = 0;         // of the content
    std::uint64_t stored_size = 0;  // as kept
    bool was_new = false;
    // While it lives, remove() leaves the blob alone: hold it until the catalog refers to the blob.
    std::shared_ptr<const void> pin;
    std::shared_ptr<UnsyncedBlob> unsynced;  // until sync()
  };
  // What the caller believes of a content. A likely new one is packed while it is hashed; any other
  // is hashed first, and packed only when it turns out not to be there.
  enum class Novelty { kUnknown, kLikelyNew };
  // Hashes `content` (from its start to its end) and keeps it once sync() returned OK; until then
  // it is not there for anybody. Content that is there already is not kept again.
  virtual Result<Stored> put_unsynced(const File& content, Novelty novelty) = 0;
  // Makes all of these durable and sets their was_new. Many at once wait for the disk hardly longer
  // than one.
  virtual Status sync(std::span<Stored> stored) = 0;
  // Both: durable when this returns.
  Result<Stored> put(const File& content) {
    SIGLA_TRY_ASSIGN(Stored stored, put_unsynced(content, Novelty::kUnknown));
    SIGLA_TRY(sync({&stored, 1}));
    return stored;
  }

  // --- kNotFound without the blob, kUnavailable when its stored form is damaged ---
  virtual Result<std::unique_ptr<BlobReader>> open(const BlobHash& hash) = 0;
  // The stored form itself, a stream of zstd frames (RFC 8878) any zstd client decodes.
  virtual Result<std::shared_ptr<const File>> open_stored(const BlobHash& hash) = 0;
  // The content in a file of its own, for sendfile and mmap; kept in a cache bounded in bytes. The
  // first call unpacks it (1 s per GB); callers that come meanwhile wait for the same file.
  virtual Result<std::shared_ptr<const File>> open_content(const BlobHash& hash) = 0;
  // What open_content() would return without work: nullptr when that is not at hand.
  virtual std::shared_ptr<const File> find_content(const BlobHash& hash) = 0;

  // Removes the blob unless it is pinned (kConflict) or `is_referenced`, asked while no put() of
  // the same content can return, says true (kConflict too). Open readers and files stay valid.
  virtual Status remove(const BlobHash& hash,
                        const std::function<Result<bool>()>& is_referenced = {}) = 0;
  virtual Status for_each(const std::function<void(const BlobHash&)>& visit) = 0;
  // Writable, with room: for /readyz.
  virtual Status check() = 0;
};

}  // namespace sigla
