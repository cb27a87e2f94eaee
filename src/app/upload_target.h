// SPDX-License-Identifier: Apache-2.0
// Where `sigla upload` sends files: a server, or a test's idea of one. One for each thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/server_access.h"
#include "base/result.h"
#include "os/file.h"

namespace sigla::app {

// One request: a file, or an archive in memory.
struct UploadBody {
  std::string name;
  const File* file = nullptr;  // or else `archive`
  std::uint64_t size = 0;      // of the file
  std::string archive;
};

struct UploadAnswer {
  struct Entry {
    std::string path;
    std::uint64_t size = 0;
    std::string result;  // "stored", "duplicate", "refused"
    std::string reason;  // of a refusal
    std::string sha256;  // of what is kept
  };
  std::string error;  // why nothing, or not all of it, was kept; empty when all was looked at
  bool is_cut_short = false;  // an archive ended early: not every entry is known
  std::uint64_t stored_count = 0;
  std::uint64_t duplicate_count = 0;
  std::uint64_t refused_count = 0;
  std::vector<Entry> entries;  // not all, when there are tens of thousands
};

class UploadTarget {
 public:
  virtual ~UploadTarget() = default;
  // Those of the SHA-256 (hexadecimal) the project has. At most kKnownCountMax of them.
  static constexpr std::size_t kKnownCountMax = 10'000;
  virtual Result<std::vector<std::string>> known(const std::vector<std::string>& hashes) = 0;
  // Tells the server that files it has, at most kKnownCountMax, belong to this upload as well: they
  // get its tag and their place in the history.
  virtual Status record_known(const std::vector<std::string>& hashes) = 0;
  // What is refused is an answer; an Error means that nothing can be sent: kUnavailable for now,
  // others for good. `sent` is told how many bytes have gone.
  using Sent = std::function<void(std::uint64_t)>;
  virtual Result<UploadAnswer> send(const UploadBody& body, const Sent& sent) = 0;
};

// Sends to /api/v1/projects/{project}/uploads.
std::unique_ptr<UploadTarget> make_upload_target(const ServerAccess& access,
                                                 const std::string& project,
                                                 const std::string& tag,
                                                 bool keeps_sources);

// The JSON of an answer; kInternal when it is none.
Result<UploadAnswer> decode_upload_answer(std::string_view json);

}  // namespace sigla::app
