// SPDX-License-Identifier: Apache-2.0
#include "os/file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

namespace sigla {
namespace {

Error path_error(std::string_view call, const std::filesystem::path& path) {
  return errno_error(fmt::format("{} {}", call, path.string()));
}

template <typename Call>
auto retry(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

}  // namespace

std::string state_text(const struct stat& state) {
  return fmt::format("{:x}-{:x}-{}-{}.{:09}-{}.{:09}",
                     state.st_dev,
                     state.st_ino,
                     state.st_size,
                     state.st_mtim.tv_sec,
                     state.st_mtim.tv_nsec,
                     state.st_ctim.tv_sec,
                     state.st_ctim.tv_nsec);
}

File& File::operator=(File&& other) noexcept {
  if (this != &other) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

File::~File() {
  if (fd_ >= 0) ::close(fd_);
}

Result<File> File::open_read(const std::filesystem::path& path) {
  const int fd = retry([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC); });
  if (fd < 0) return path_error("open", path);
  return File(fd);
}

Result<File> File::create(const std::filesystem::path& path, mode_t mode) {
  const int fd =
      retry([&] { return ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, mode); });
  if (fd < 0) return path_error("create", path);
  return File(fd);
}

Result<File> File::create_unnamed(const std::filesystem::path& directory) {
  const int fd =
      retry([&] { return ::open(directory.c_str(), O_RDWR | O_TMPFILE | O_CLOEXEC, 0644); });
  if (fd < 0) return path_error("create a temporary file in", directory);
  return File(fd);
}

Result<File> File::create_in_memory(const char* name) {
  const int fd = ::memfd_create(name, MFD_CLOEXEC);
  if (fd < 0) return errno_error("memfd_create");
  return File(fd);
}

Result<File> File::duplicate() const {
  const int fd = ::fcntl(fd_, F_DUPFD_CLOEXEC, 0);
  if (fd < 0) return errno_error("duplicate a descriptor");
  return File(fd);
}

Result<std::uint64_t> File::size() const {
  struct stat info{};
  if (::fstat(fd_, &info) != 0) return errno_error("fstat");
  return static_cast<std::uint64_t>(info.st_size);
}

Result<std::size_t> File::read(MutableBytes buffer) const {
  const ssize_t count = retry([&] { return ::read(fd_, buffer.data(), buffer.size()); });
  if (count < 0) return errno_error("read");
  return static_cast<std::size_t>(count);
}

Result<std::size_t> File::read_at(MutableBytes buffer, std::uint64_t offset) const {
  const ssize_t count =
      retry([&] { return ::pread(fd_, buffer.data(), buffer.size(), static_cast<off_t>(offset)); });
  if (count < 0) return errno_error("read");
  return static_cast<std::size_t>(count);
}

Status File::write_all(Bytes bytes) const {
  while (!bytes.empty()) {
    const ssize_t count = retry([&] { return ::write(fd_, bytes.data(), bytes.size()); });
    if (count < 0) return errno_error("write");
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return {};
}

Status File::write_all_at(Bytes bytes, std::uint64_t offset) const {
  while (!bytes.empty()) {
    const ssize_t count = retry(
        [&] { return ::pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(offset)); });
    if (count < 0) return errno_error("write");
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
  return {};
}

Status File::rewind() const {
  if (::lseek(fd_, 0, SEEK_SET) < 0) return errno_error("seek");
  return {};
}

Status File::truncate(std::uint64_t size) const {
  if (::ftruncate(fd_, static_cast<off_t>(size)) != 0) return errno_error("truncate");
  return {};
}

Status File::sync() const {
  if (retry([&] { return ::fdatasync(fd_); }) != 0) return errno_error("fdatasync");
  return {};
}

Status File::link_to(const std::filesystem::path& path) const {
  const std::string self = fmt::format("/proc/self/fd/{}", fd_);
  if (::linkat(AT_FDCWD, self.c_str(), AT_FDCWD, path.c_str(), AT_SYMLINK_FOLLOW) != 0) {
    if (errno == EEXIST) {
      return make_error(ErrorCode::kConflict, "{} exists already", path.string());
    }
    return path_error("link", path);
  }
  return sync_directory(path.parent_path());
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : address_(std::exchange(other.address_, nullptr)), size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  if (this != &other) {
    if (address_ != nullptr) ::munmap(address_, size_);
    address_ = std::exchange(other.address_, nullptr);
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

MappedFile::~MappedFile() {
  if (address_ != nullptr) ::munmap(address_, size_);
}

Result<MappedFile> MappedFile::open(const std::filesystem::path& path, std::uint64_t size_max) {
  SIGLA_TRY_ASSIGN(const File file, File::open_read(path));
  auto mapped = map(file, size_max);
  if (!mapped.has_value()) return std::move(mapped).error().in(path.string());
  return mapped;
}

Result<MappedFile> MappedFile::map(const File& file, std::uint64_t size_max) {
  SIGLA_TRY_ASSIGN(const std::uint64_t size, file.size());
  if (size > size_max) {
    return make_error(
        ErrorCode::kLimitExceeded, "{} bytes are over the limit of {}", size, size_max);
  }
  MappedFile result;
  if (size == 0) return result;
  void* address = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file.fd(), 0);
  if (address == MAP_FAILED) return errno_error("mmap");
  result.address_ = address;
  result.size_ = size;
  return result;
}

Result<TempDirectory> TempDirectory::create(std::string_view prefix) {
  const char* base = std::getenv("TMPDIR");
  std::string path = fmt::format("{}/{}-XXXXXX", base != nullptr ? base : "/tmp", prefix);
  if (::mkdtemp(path.data()) == nullptr) return path_error("create a folder", path);
  return TempDirectory(path);
}

TempDirectory& TempDirectory::operator=(TempDirectory&& other) noexcept {
  if (this != &other) {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
    path_ = std::exchange(other.path_, {});
  }
  return *this;
}

TempDirectory::~TempDirectory() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

Result<Buffer> read_file(const std::filesystem::path& path, std::uint64_t size_max) {
  SIGLA_TRY_ASSIGN(const File file, File::open_read(path));
  Buffer content;
  // Pipes and /proc files have no size, so read to the end, whatever fstat says.
  while (true) {
    const std::size_t used = content.size();
    content.resize(used + std::max<std::size_t>(64U << 10U, used / 2));
    auto count = file.read(MutableBytes(content).subspan(used));
    if (!count.has_value()) return std::move(count).error().in(path.string());
    content.resize(used + *count);
    if (content.size() > size_max) {
      return make_error(ErrorCode::kLimitExceeded,
                        "{}: more than the limit of {} bytes",
                        path.string(),
                        size_max);
    }
    if (*count == 0) return content;
  }
}

Status replace_file(const std::filesystem::path& path, Bytes content, mode_t mode) {
  std::string temporary = path.string() + ".XXXXXX";
  const int fd = ::mkostemp(temporary.data(), O_CLOEXEC);
  if (fd < 0) return path_error("create", temporary);
  const File file(fd);
  const auto finish = [&]() -> Status {
    if (::fchmod(fd, mode) != 0) return path_error("chmod", temporary);
    SIGLA_TRY(file.write_all(content));
    SIGLA_TRY(file.sync());
    if (::rename(temporary.c_str(), path.c_str()) != 0) return path_error("rename to", path);
    return sync_directory(path.parent_path());
  };
  Status status = finish();
  if (!status.has_value()) ::unlink(temporary.c_str());
  return status;
}

Status sync_directory(const std::filesystem::path& path) {
  const std::filesystem::path directory = path.empty() ? "." : path;
  const int fd =
      retry([&] { return ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
  if (fd < 0) return path_error("open", directory);
  const File file(fd);
  if (retry([&] { return ::fsync(fd); }) != 0) return path_error("fsync", directory);
  return {};
}

Status create_directories(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) {
    errno = error.value();
    return path_error("create folder", path);
  }
  return {};
}

}  // namespace sigla
