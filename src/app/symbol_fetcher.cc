// SPDX-License-Identifier: Apache-2.0
#include "app/symbol_fetcher.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "base/parallel.h"
#include "base/text.h"
#include "object/checksum_job.h"
#include "object/identify_job.h"

namespace sigla::app {

namespace fs = std::filesystem;

namespace {

constexpr unsigned kThreadCount = 8;
constexpr int kAttemptsMax = 3;
constexpr std::chrono::milliseconds kFirstDelay{300};
constexpr std::uint64_t kFileSizeMax = std::uint64_t{64} << 30;

// What servers answer that have not got it, or do not show it.
bool is_miss(int status) {
  return status == 404 || status == 410 || status == 401 || status == 403;
}

}  // namespace

std::string_view to_string(FetchResult::State state) {
  switch (state) {
    case FetchResult::State::kLocal:
      return "local";
    case FetchResult::State::kPresent:
      return "present";
    case FetchResult::State::kFetched:
      return "fetched";
    case FetchResult::State::kFound:
      return "found";
    case FetchResult::State::kMissing:
      return "missing";
    case FetchResult::State::kFailed:
      return "failed";
  }
  return "unknown";
}

SymbolFetcher::SymbolFetcher(std::vector<SymbolServer> servers,
                             const SymbolCacheLayout* layout,
                             WorkerPool& workers)
    : layout_(layout), workers_(workers) {
  constexpr std::string_view kSymbols = "/symbols";
  for (SymbolServer& access : servers) {
    auto server = std::make_unique<Server>();
    while (access.url.ends_with('/')) access.url.pop_back();
    server->build_ids = access.url;
    if (ends_with_ignoring_case(access.url, kSymbols)) {
      server->bases = {access.url};
      server->build_ids.resize(access.url.size() - kSymbols.size());
    } else {
      server->bases = {access.url + std::string(kSymbols), access.url};
    }
    server->access = std::move(access);
    servers_.push_back(std::move(server));
  }
}

void SymbolFetcher::run(const std::vector<SymbolWish>& wishes,
                        const std::function<void(const FetchResult& result)>& done) {
  std::mutex done_mutex;
  parallel_for(kThreadCount, wishes.size(), [&](unsigned, std::size_t i) {
    const FetchResult result = fetch(wishes[i]);
    const std::lock_guard lock(done_mutex);
    done(result);
  });
}

FetchResult SymbolFetcher::fetch(const SymbolWish& wish) {
  using State = FetchResult::State;
  FetchResult result;
  result.wish = &wish;
  if (const auto local = layout_ == nullptr ? std::nullopt : find_local(wish)) {
    result.state = State::kLocal;
    result.path = *local;
    return result;
  }
  const auto fail = [&](const Error& error) {
    result.state = State::kFailed;
    result.error = error.message();
    return result;
  };
  File file;
  if (layout_ != nullptr) {
    result.path = layout_->path_of(wish);
    const auto kept = File::open_read(result.path);
    if (kept.has_value() && verify(*kept, wish).has_value()) {
      result.state = State::kPresent;
      return result;
    }
    const Status made = sigla::create_directories(result.path.parent_path());
    if (!made.has_value()) return fail(made.error());
  }
  for (const auto& server : servers_) {
    if (layout_ != nullptr) {
      auto output = File::create_unnamed(result.path.parent_path());
      if (!output.has_value()) return fail(output.error());
      file = std::move(output).value();
    }
    if (!ask_server(*server, wish, layout_ == nullptr ? nullptr : &file, result)) continue;
    result.server = server->access.url;
    if (layout_ == nullptr) {
      result.state = State::kFound;
      return result;
    }
    if (const Status good = verify(file, wish); !good.has_value()) {
      result.error = fmt::format("{}: {}", result.tried.back(), good.error().message());
      continue;
    }
    if (const Status kept = keep(file, result.path); !kept.has_value()) return fail(kept.error());
    result.size = file.size().value_or(std::uint64_t{0});
    result.state = State::kFetched;
    result.error.clear();
    return result;
  }
  result.state = result.error.empty() ? State::kMissing : State::kFailed;
  return result;
}

Result<File> SymbolFetcher::open(const SymbolWish& wish) {
  FetchResult result;
  for (const auto& server : servers_) {
    SIGLA_TRY_ASSIGN(File file, File::create_unnamed(fs::temp_directory_path()));
    if (ask_server(*server, wish, &file, result) && verify(file, wish).has_value()) return file;
  }
  return make_error(ErrorCode::kNotFound, "no server has {}", wish.key);
}

bool SymbolFetcher::ask_server(Server& server,
                               const SymbolWish& wish,
                               const File* output,
                               FetchResult& result) {
  std::vector<std::pair<std::string, std::optional<std::size_t>>> urls;
  const std::vector<std::string> paths = wish.server_paths();
  if (paths.size() > 1) urls.emplace_back(server.build_ids + '/' + paths[0], std::nullopt);
  for (std::size_t i = 0; i < server.bases.size(); ++i) {
    const std::size_t at = (server.first_base + i) % server.bases.size();
    urls.emplace_back(server.bases[at] + '/' + paths.back(), at);
  }
  for (const auto& [url, base] : urls) {
    result.tried.push_back(url);
    const Result<int> status = ask(server, url, wish, output);
    if (!status.has_value()) {
      result.error = fmt::format("{}: {}", url, status.error().message());
      return false;
    }
    if (*status != 200) {
      if (*status != 404) result.tried.back() += fmt::format(" ({})", *status);
      continue;
    }
    if (base) server.first_base = *base;
    return true;
  }
  return false;
}

Result<int> SymbolFetcher::ask(const Server& server,
                               const std::string& url,
                               const SymbolWish& wish,
                               const File* output) {
  http::ClientRequest request;
  request.url = url;
  request.method = output == nullptr ? "HEAD" : "GET";
  request.download_file = output;
  request.download_size_max = kFileSizeMax;
  if (!server.access.token.empty()) {
    request.headers.emplace_back("Authorization", "Bearer " + server.access.token);
  }
  if (!wish.checksums.empty()) {
    request.headers.emplace_back("SymbolChecksum",
                                 fmt::format("{}", fmt::join(wish.checksums, ";")));
  }
  auto client = take_client();
  std::optional<Error> failure;
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    if (attempt > 0) std::this_thread::sleep_for(kFirstDelay * attempt);
    if (output != nullptr) {
      SIGLA_TRY(output->truncate(0));
      SIGLA_TRY(output->rewind());
    }
    const auto response = client->send(request);
    if (!response.has_value()) {
      failure = response.error().clone();
      if (failure->code() != ErrorCode::kUnavailable) break;
      continue;
    }
    failure.reset();
    const bool is_overloaded =
        response->status >= 500 || response->status == 408 || response->status == 429;
    if (response->status == 200 || is_miss(response->status)) {
      const std::lock_guard lock(mutex_);
      clients_.push_back(std::move(client));
      return response->status;
    }
    failure = make_error(ErrorCode::kUnavailable, "the server answers {}", response->status);
    if (!is_overloaded) break;
  }
  return std::move(*failure);
}

std::optional<fs::path> SymbolFetcher::find_local(const SymbolWish& wish) {
  if (wish.local_name.empty()) return std::nullopt;
  for (const std::string& program : wish.wanted_by) {
    const fs::path path = fs::path(program).parent_path() / wish.local_name;
    const auto file = File::open_read(path);
    if (file.has_value() && verify(*file, wish).has_value()) return path;
  }
  return std::nullopt;
}

// The ids in it are those that were asked for, and so is the checksum where the program knows it.
Status SymbolFetcher::verify(const File& file, const SymbolWish& wish) {
  IdentifyOptions options;
  options.unwrap = false;
  SIGLA_TRY_ASSIGN(const IdentifiedFile found,
                   identify_in_worker(workers_, file, base_name(wish.key), options));
  if (!wish.is_met_by(found.objects)) {
    return malformed("what came is another file: its id is not the one asked for");
  }
  if (wish.checksums.empty() || found.objects.front().identity.format != Format::kPortablePdb) {
    return {};
  }
  std::string difference;
  for (const std::string& wanted : wish.checksums) {
    const std::size_t colon = wanted.find(':');
    const auto sum = pdb_checksum_in_worker(workers_, file, 0, found.size, wanted.substr(0, colon));
    if (!sum.has_value()) continue;
    if (equals_ignoring_case(*sum, wanted.substr(colon + 1))) return {};
    difference = *sum;
  }
  if (difference.empty()) return {};
  return malformed("what came has another checksum than the program says: {}", difference);
}

Status SymbolFetcher::keep(const File& file, const fs::path& path) {
  Status linked = file.link_to(path);
  if (linked.has_value() || linked.error().code() != ErrorCode::kConflict) return linked;
  // Damaged, or another process was faster.
  std::error_code error;
  fs::remove(path, error);
  return file.link_to(path);
}

std::unique_ptr<http::Client> SymbolFetcher::take_client() {
  const std::lock_guard lock(mutex_);
  if (clients_.empty()) return std::make_unique<http::Client>();
  auto client = std::move(clients_.back());
  clients_.pop_back();
  return client;
}

}  // namespace sigla::app
