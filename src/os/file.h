// SPDX-License-Identifier: Apache-2.0
// Files: descriptors, whole reads, memory maps, temporary files and durable, atomic replacement.
// Errors carry the path and the system's reason; a full disk is kNoSpace.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "base/result.h"

struct stat;

namespace sigla {

// Device, inode, size and times as one text: another for another file, and for one that changed
// since.
std::string state_text(const struct stat& state);

// Owns a file descriptor. Not thread-safe except for the positional calls.
class File {
 public:
  File() = default;
  explicit File(int fd) : fd_(fd) {}
  File(File&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  File& operator=(File&& other) noexcept;
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File();

  static Result<File> open_read(const std::filesystem::path& path);
  // Creates, or truncates what is there.
  static Result<File> create(const std::filesystem::path& path, mode_t mode = 0644);
  // A file without a name in `directory` (O_TMPFILE), gone when closed unless link_to() is called.
  static Result<File> create_unnamed(const std::filesystem::path& directory);
  // Anonymous memory (memfd), for small results handed between processes.
  static Result<File> create_in_memory(const char* name);

  bool is_open() const { return fd_ >= 0; }
  int fd() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }
  Result<File> duplicate() const;

  Result<std::uint64_t> size() const;
  // Reads up to buffer.size() bytes at the file position or at `offset`; 0 is the end of the file.
  Result<std::size_t> read(MutableBytes buffer) const;
  Result<std::size_t> read_at(MutableBytes buffer, std::uint64_t offset) const;
  Status write_all(Bytes bytes) const;
  Status write_all_at(Bytes bytes, std::uint64_t offset) const;
  Status rewind() const;
  Status truncate(std::uint64_t size) const;
  // Data and size are on the disk when this returns OK (fdatasync).
  Status sync() const;
  // Gives an unnamed file a name; kConflict when the name exists. The folder is synced, so a name
  // survives a power cut once this returned OK.
  Status link_to(const std::filesystem::path& path) const;

 private:
  int fd_ = -1;
};

// A file mapped read-only; its bytes live as long as this object, wherever it is moved.
// The file must not be truncated by others while mapped (Sigla maps immutable files, and unnamed
// ones whose only writer is done).
class MappedFile {
 public:
  MappedFile() = default;
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  // size_max guards against mapping what is absurd; an empty file maps to no bytes.
  static Result<MappedFile> open(const std::filesystem::path& path,
                                 std::uint64_t size_max = UINT64_MAX);
  static Result<MappedFile> map(const File& file, std::uint64_t size_max = UINT64_MAX);

  Bytes bytes() const { return {static_cast<const std::uint8_t*>(address_), size_}; }

 private:
  void* address_ = nullptr;
  std::size_t size_ = 0;
};

// A folder that is removed with everything in it at the end of its life.
class TempDirectory {
 public:
  // Under $TMPDIR or /tmp.
  static Result<TempDirectory> create(std::string_view prefix = "sigla");
  TempDirectory(TempDirectory&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  TempDirectory& operator=(TempDirectory&& other) noexcept;
  TempDirectory(const TempDirectory&) = delete;
  TempDirectory& operator=(const TempDirectory&) = delete;
  ~TempDirectory();
  const std::filesystem::path& path() const { return path_; }

 private:
  explicit TempDirectory(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

// The whole file; kLimitExceeded past size_max.
Result<Buffer> read_file(const std::filesystem::path& path, std::uint64_t size_max);
// Readers see the old content or the new, never a part, whatever is killed when.
Status replace_file(const std::filesystem::path& path, Bytes content, mode_t mode = 0644);
Status sync_directory(const std::filesystem::path& path);
Status create_directories(const std::filesystem::path& path);

}  // namespace sigla
