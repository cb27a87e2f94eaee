// SPDX-License-Identifier: Apache-2.0
// Asks sources for files, and fetches them: with retries and timeouts, each file once however many
// want it, misses and dead servers remembered for a while. What it fetches is opened for reading
// and kept where the options say. Thread-safe.
//
//   Fetcher fetcher({.kept = &downloads});
//   SIGLA_TRY_ASSIGN(const auto locations, fetcher.locate(source, wanted));
//   if (fetcher.probe(source, locations[0]).state == Fetcher::State::kThere)
//     SIGLA_TRY_ASSIGN(File file, fetcher.fetch(source, locations[0]));
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/limits.h"
#include "http/client.h"
#include "os/file.h"
#include "upstream/gcs_token.h"
#include "upstream/kept_files.h"
#include "upstream/miss_memory.h"
#include "upstream/source_paths.h"
#include "upstream/source_request.h"

namespace sigla {

class Fetcher {
 public:
  struct Options {
    KeptFiles* kept = nullptr;      // null: nothing is kept
    std::filesystem::path scratch;  // for what is not kept; empty: the system's own
    // For URLs that strangers name (http/public_address.h).
    bool public_addresses_only = false;
    // Folders that sources of the file system must lie in; none: they are refused.
    std::vector<std::filesystem::path> source_folders;
    std::string gcs_url = "https://storage.googleapis.com";
    unsigned try_count_max = 3;
    unsigned connect_timeout_seconds = 5;
    unsigned total_timeout_seconds = 0;  // of one file; 0: none but that bytes keep coming
    std::chrono::seconds miss_life{0};   // how long what is not there is not asked for again
    std::chrono::seconds down_life{60};  // likewise of a server that does not answer
    Limits limits;
  };
  explicit Fetcher(Options options);

  enum class State {
    kThere,
    kMissing,
    kRefused,  // not for us
    kUnknown,  // the server does not say: fetch it
    kFailed,
  };
  struct Probe {
    State state = State::kUnknown;
    std::string details;  // of kRefused and kFailed
  };

  // Where the source may have the module's files; Sentry's says so itself.
  Result<std::vector<Location>> locate(const Source& source, const WantedModule& wanted);
  Probe probe(const Source& source, const Location& location);
  // kNotFound; kPermissionDenied; kLimitExceeded; kUnavailable for all other reasons.
  Result<File> fetch(const Source& source, const Location& location);
  // Something else that is wanted once, and not kept.
  Result<File> fetch_once(const std::string& url, const http::Headers& headers);

 private:
  Result<http::ClientResponse> send(http::ClientRequest request);
  Result<http::ClientResponse> send_once(http::ClientRequest& request);
  Result<http::ClientResponse> ask(const Source& source,
                                   const Location& location,
                                   Ask ask,
                                   const File* output);
  Status download(const Source& source, const Location& location, const File& output);
  Result<File> scratch_file() const;
  Result<File> open_local(const Source& source, const Location& location) const;
  std::unique_ptr<http::Client> take_client();
  void give_back(std::unique_ptr<http::Client> client);

  const Options options_;
  GcsTokens tokens_;
  MissMemory misses_;
  MissMemory down_;                                     // origins
  std::mutex mutex_;                                    // guards clients_
  std::vector<std::unique_ptr<http::Client>> clients_;  // those not in use
};

}  // namespace sigla
