// SPDX-License-Identifier: Apache-2.0
// The folder a server keeps everything in, locked for one process:
//
//   catalog.sqlite   what is known           admin.token   the administrator's token, mode 0600
//   blobs/           all files      cache/ spool/   nameless ones, gone with the process
//   symcaches/       made from blobs, kept for the next process
//   lock             held while a server runs
#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"
#include "os/file.h"

namespace sigla::app {

class DataFolder {
 public:
  // Creates the folder (mode 0700). Error kConflict when another process holds it.
  static Result<DataFolder> open(const std::filesystem::path& path);

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path catalog() const { return path_ / "catalog.sqlite"; }
  std::filesystem::path cache() const { return path_ / "cache"; }
  std::filesystem::path downloads() const { return path_ / "downloads"; }
  std::filesystem::path symcaches() const { return path_ / "symcaches"; }
  std::filesystem::path spool() const { return path_ / "spool"; }
  std::filesystem::path source_hosts() const { return path_ / "source-hosts"; }
  std::filesystem::path admin_token() const { return admin_token_of(path_); }

  static std::filesystem::path admin_token_of(const std::filesystem::path& folder) {
    return folder / "admin.token";
  }

 private:
  DataFolder(std::filesystem::path path, File lock)
      : path_(std::move(path)), lock_(std::move(lock)) {}
  std::filesystem::path path_;
  File lock_;
};

// The first line of a token file. Error kInvalidArgument when that is no token.
Result<std::string> read_token_file(const std::filesystem::path& path);

}  // namespace sigla::app
