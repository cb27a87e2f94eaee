// SPDX-License-Identifier: Apache-2.0
// Fetches symbol files that programs want from servers into a folder, several at once. A file gets
// its name when all of it is there and was found to be what was asked for, so whatever is
// interrupted goes on where it was, and nothing is ever half there.
//
//   SymbolFetcher fetcher(servers, layout, workers);
//   fetcher.run(wishes, [&](const FetchResult& result) { ... });   // in any order
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "app/symbol_wish.h"
#include "http/client.h"
#include "os/worker.h"

namespace sigla::app {

struct FetchResult {
  enum class State {
    kLocal,    // it lies beside the program
    kPresent,  // it was in the folder already
    kFetched,
    kFound,    // a server has it (nothing was fetched)
    kMissing,  // no server has it
    kFailed,  // it came and was not what was asked for, or could not be kept, or no server answered
  };
  const SymbolWish* wish = nullptr;
  State state = State::kMissing;
  std::filesystem::path path;      // kLocal, kPresent, kFetched
  std::uint64_t size = 0;          // kFetched
  std::string server;              // kFetched, kFound
  std::string error;               // kFailed
  std::vector<std::string> tried;  // URLs; "URL (401)" where the answer was no plain miss
};
std::string_view to_string(FetchResult::State state);

struct SymbolServer {
  std::string url;    // without a '/' at its end
  std::string token;  // sent as a bearer's; may be empty
};

class SymbolFetcher {
 public:
  // `workers` must outlive it. Without a layout servers are only asked: nothing is fetched, and
  // what lies beside a program does not count.
  SymbolFetcher(std::vector<SymbolServer> servers,
                const SymbolCacheLayout* layout,
                WorkerPool& workers);

  // Calls `done` for every wish, one call at a time.
  void run(const std::vector<SymbolWish>& wishes,
           const std::function<void(const FetchResult& result)>& done);
  // One file from a server, without a name.
  Result<File> open(const SymbolWish& wish);

 private:
  struct Server {
    SymbolServer access;
    std::vector<std::string> bases;  // addresses that keys may stand below, the likely one first
    std::string build_ids;           // the address of "buildid/"
    std::atomic<std::size_t> first_base = 0;  // the one that had something
  };

  FetchResult fetch(const SymbolWish& wish);
  // True: there, and in `output` unless that is null. Notes URLs and what went wrong.
  bool ask_server(Server& server, const SymbolWish& wish, const File* output, FetchResult& result);
  // The answer's status: 200, or that of a miss.
  Result<int> ask(const Server& server,
                  const std::string& url,
                  const SymbolWish& wish,
                  const File* output);
  std::optional<std::filesystem::path> find_local(const SymbolWish& wish);
  Status verify(const File& file, const SymbolWish& wish);
  Status keep(const File& file, const std::filesystem::path& path);
  std::unique_ptr<http::Client> take_client();

  std::vector<std::unique_ptr<Server>> servers_;
  const SymbolCacheLayout* layout_;
  WorkerPool& workers_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<http::Client>> clients_;
};

}  // namespace sigla::app
