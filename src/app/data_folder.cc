// SPDX-License-Identifier: Apache-2.0
#include "app/data_folder.h"

#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace sigla::app {

Result<DataFolder> DataFolder::open(const std::filesystem::path& path) {
  std::error_code error;
  const bool is_new = !std::filesystem::exists(path, error);
  SIGLA_TRY(sigla::create_directories(path));
  if (is_new && ::chmod(path.c_str(), 0700) != 0) {
    return errno_error(fmt::format("chmod {}", path.string()));
  }
  // An absolute path: nothing depends on the current folder afterwards.
  std::filesystem::path absolute = std::filesystem::canonical(path, error);
  if (error) {
    return make_error(ErrorCode::kUnavailable, "{}: {}", path.string(), error.message());
  }
  SIGLA_TRY_ASSIGN(File lock, File::create(absolute / "lock", 0600));
  if (::flock(lock.fd(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) {
      return make_error(
          ErrorCode::kUnavailable, "{}: another server uses this data folder", absolute.string());
    }
    return errno_error(fmt::format("lock {}", absolute.string()));
  }
  return DataFolder(std::move(absolute), std::move(lock));
}

Result<std::string> read_token_file(const std::filesystem::path& path) {
  SIGLA_TRY_ASSIGN(const Buffer content, read_file(path, 4'096));
  const std::string_view text = as_text(content);
  const std::string_view line = trim(text.substr(0, std::min(text.find('\n'), text.size())));
  if (line.size() != 64 || !parse_hex_bytes(line)) {
    return make_error(ErrorCode::kInvalidArgument, "{}: holds no token", path.string());
  }
  return lower(line);
}

}  // namespace sigla::app
