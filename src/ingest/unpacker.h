// SPDX-License-Identifier: Apache-2.0
// The server's half of unpacking an upload: runs the worker job, hands it files to write to, and
// passes on what it reports. A worker that crashes costs one entry: another one goes on behind it.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/limits.h"
#include "ingest/unpack_message.h"
#include "object/object.h"
#include "os/worker.h"

namespace sigla {

// One file of an upload, unwrapped. The file is open in a worker as well, which may still write to
// it should it have been taken over.
struct UnpackedFile {
  std::string path;  // as the sender named it, UTF-8
  std::uint64_t size = 0;
  File content;                 // when it was identified
  std::vector<Object> objects;  // empty: refused
  std::string reason;           // refused: why
  std::string warning;          // else: what its sender should know
};

class Unpacker {
 public:
  // What to do with each file; an Error ends the upload.
  using Sink = std::function<Status(UnpackedFile file)>;
  // Why a file of this path is not wanted; asked before it is unpacked. Empty: it is.
  using Filter = std::function<std::string(std::string_view path)>;

  // Files are written, without names, to the folder `spool`.
  // `keeps_sources`: a text of no format we know is a source file, an object of kUnknown format.
  Unpacker(WorkerPool& workers,
           const Limits& limits,
           std::filesystem::path spool,
           bool keeps_sources = false)
      : workers_(workers),
        limits_(limits),
        spool_(std::move(spool)),
        keeps_sources_(keeps_sources) {}

  // An Error is the archive's (kMalformed, kLimitExceeded), after its files up to there went to the
  // sink, or the sink's own, or kNoSpace or kUnavailable.
  Status run(const File& body, std::string_view name, const Filter& filter, const Sink& sink);

 private:
  // Each crash reads the archive from its start again, so they cannot go on without end.
  static constexpr int kCrashesMax = 16;

  struct Place {
    EntryPosition position;
    std::string path;
  };

  Result<WorkerMessage> answer(std::string_view what, const WorkerMessage& request);
  Result<WorkerMessage> start_entry(EntryStart start);
  Status open_archive(EntryStart start);
  Status take_report(const EntryReport& report);
  Result<std::vector<Object>> read_objects(const EntryReport& report, std::uint64_t size) const;
  Status deliver(UnpackedFile file);
  Result<EntryPosition> blame(const Error& error);
  std::chrono::milliseconds time_max(std::uint64_t body_size) const;

  WorkerPool& workers_;
  const Limits limits_;
  const std::filesystem::path spool_;
  const bool keeps_sources_;

  const File* body_ = nullptr;
  std::string name_;
  const Filter* filter_ = nullptr;
  const Sink* sink_ = nullptr;
  std::optional<Error> abort_;  // answers every further question of the worker
  std::optional<Place> entry_;  // started, not reported
  File entry_file_;
  std::vector<Place> archives_;  // being read, the outermost first
  std::uint64_t start_count_ = 0;
  std::uint64_t report_count_ = 0;
  std::uint64_t unpacked_size_ = 0;
};

}  // namespace sigla
