// SPDX-License-Identifier: Apache-2.0
#include "upstream/fetcher.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <system_error>
#include <thread>
#include <utility>

#include "base/text.h"
#include "upstream/s3_request.h"

namespace sigla {
namespace {

namespace fs = std::filesystem;

constexpr unsigned kRedirectCountMax = 5;
constexpr std::chrono::milliseconds kPause{50};
constexpr std::uint64_t kListSizeMax = 16ULL << 20;
constexpr std::size_t kListCountMax = 100;

bool is_worth_retrying(const Result<http::ClientResponse>& response) {
  if (!response.has_value()) return response.error().code() == ErrorCode::kUnavailable;
  return response->status >= 500 || response->status == 429;
}

// "https://a.example:8443" of any URL.
std::string origin_of(const std::string& url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string::npos) return lower(url);
  return lower(url.substr(0, std::min(url.find_first_of("/?#", scheme + 3), url.size())));
}

std::string status_text(const http::ClientResponse& response) {
  const std::string said = s3_error(response.body);
  if (!said.empty()) return fmt::format("the server answers {}: {}", response.status, said);
  return fmt::format("the server answers {}", response.status);
}

// What the answer means for who asked.
Fetcher::Probe judge(const Result<http::ClientResponse>& response) {
  using State = Fetcher::State;
  if (!response.has_value()) return {State::kFailed, response.error().message()};
  const int status = response->status;
  if (status == 200) return {State::kThere, {}};
  if (status == 401 || status == 403) return {State::kRefused, status_text(*response)};
  if (status == 405 || status == 501) return {State::kUnknown, {}};
  if (status == 429) return {State::kFailed, status_text(*response)};
  if (status >= 400 && status < 500) return {State::kMissing, {}};
  return {State::kFailed, status_text(*response)};
}

bool is_below(const fs::path& path, const fs::path& folder) {
  const auto [end, unused] = std::mismatch(folder.begin(), folder.end(), path.begin(), path.end());
  return end == folder.end();
}

Result<std::vector<Location>> decode_sentry_list(std::string_view body) {
  boost::json::error_code error;
  const boost::json::value list = boost::json::parse({body.data(), body.size()}, error);
  if (error || !list.is_array()) {
    return make_error(ErrorCode::kUnavailable, "the server's answer is no list of files");
  }
  std::vector<Location> locations;
  for (const boost::json::value& item : list.get_array()) {
    const boost::json::value* const id =
        item.is_object() ? item.get_object().if_contains("id") : nullptr;
    if (id == nullptr || !id->is_string() || locations.size() >= kListCountMax) continue;
    Location location;
    location.path = std::string(id->get_string());
    location.layout = Layout::kUnified;
    locations.push_back(std::move(location));
  }
  return locations;
}

}  // namespace

Fetcher::Fetcher(Options options)
    : options_(std::move(options)), misses_(options_.miss_life), down_(options_.down_life) {}

std::unique_ptr<http::Client> Fetcher::take_client() {
  const std::lock_guard lock(mutex_);
  if (clients_.empty()) return std::make_unique<http::Client>();
  auto client = std::move(clients_.back());
  clients_.pop_back();
  return client;
}

void Fetcher::give_back(std::unique_ptr<http::Client> client) {
  const std::lock_guard lock(mutex_);
  clients_.push_back(std::move(client));
}

// Follows redirects by itself: what a source's own headers show is for its own origin only.
Result<http::ClientResponse> Fetcher::send_once(http::ClientRequest& request) {
  const std::string url = request.url;
  http::Headers all = request.headers;
  Result<http::ClientResponse> response = make_error(ErrorCode::kInternal, "nothing was sent");
  for (unsigned i = 0; i <= kRedirectCountMax; ++i) {
    auto client = take_client();
    response = client->send(request);
    give_back(std::move(client));
    const bool is_redirect =
        response.has_value() && response->status / 100 == 3 && !response->redirect_url.empty();
    if (!is_redirect || request.method == "POST") break;
    if (i == kRedirectCountMax) {
      response = make_error(ErrorCode::kUnavailable, "{}: too many redirects", origin_of(url));
      break;
    }
    request.url = response->redirect_url;
    if (origin_of(request.url) != origin_of(url)) request.headers.clear();
  }
  request.url = url;
  request.headers = std::move(all);
  return response;
}

Result<http::ClientResponse> Fetcher::send(http::ClientRequest request) {
  const std::string origin = origin_of(request.url);
  if (down_.has(origin)) {
    return make_error(
        ErrorCode::kUnavailable, "{}: not asked again, since it did not answer before", origin);
  }
  request.public_addresses_only = options_.public_addresses_only;
  request.connect_timeout_seconds = options_.connect_timeout_seconds;
  request.total_timeout_seconds = options_.total_timeout_seconds;
  request.redirect_count_max = 0;
  for (unsigned i = 1;; ++i) {
    auto response = send_once(request);
    if (!is_worth_retrying(response)) return response;
    if (i >= options_.try_count_max) {
      if (!response.has_value()) down_.add(origin);
      return response;
    }
    if (request.download_file != nullptr) {
      SIGLA_TRY(request.download_file->truncate(0));
      SIGLA_TRY(request.download_file->rewind());
    }
    std::this_thread::sleep_for(kPause * (1U << i));
  }
}

Result<http::ClientResponse> Fetcher::ask(const Source& source,
                                          const Location& location,
                                          Ask what,
                                          const File* output) {
  http::ClientRequest request = source_request(source, location, what, options_.gcs_url);
  if (what == Ask::kContent) {
    // Kept as it comes: what is compressed is recognised by content.
    request.headers.emplace_back("Accept-Encoding", "zstd, gzip");
    request.download_file = output;
    request.download_size_max = options_.limits.symbol_download_size_max;
  }
  if (source.type == SourceType::kGcs) {
    SIGLA_TRY_ASSIGN(
        const std::string token,
        tokens_.get(source, [this](const http::ClientRequest& asked) { return send(asked); }));
    request.headers.emplace_back("Authorization", "Bearer " + token);
  }
  return send(std::move(request));
}

Result<std::vector<Location>> Fetcher::locate(const Source& source, const WantedModule& wanted) {
  if (source.type != SourceType::kSentry) return locations_of(source, wanted);
  http::ClientRequest request = sentry_query(source, wanted);
  request.download_size_max = kListSizeMax;
  const auto response = send(std::move(request));
  const Probe answer = judge(response);
  if (answer.state == State::kMissing) return std::vector<Location>();
  if (answer.state != State::kThere) {
    return make_error(
        answer.state == State::kRefused ? ErrorCode::kPermissionDenied : ErrorCode::kUnavailable,
        "{}",
        answer.details);
  }
  return decode_sentry_list(response->body);
}

Fetcher::Probe Fetcher::probe(const Source& source, const Location& location) {
  if (source.type == SourceType::kFilesystem) {
    const auto file = open_local(source, location);
    if (file.has_value()) return {State::kThere, {}};
    if (file.error().code() == ErrorCode::kNotFound) return {State::kMissing, {}};
    const bool is_refused = file.error().code() == ErrorCode::kPermissionDenied;
    return {is_refused ? State::kRefused : State::kFailed, file.error().message()};
  }
  const std::string key = key_of(source, location);
  if (options_.kept != nullptr && options_.kept->find(key) != nullptr) return {State::kThere, {}};
  if (misses_.has(key)) return {State::kMissing, {}};
  if (source.type == SourceType::kSentry) return {State::kUnknown, {}};
  const Probe answer = judge(ask(source, location, Ask::kWhetherThere, nullptr));
  if (answer.state == State::kMissing) misses_.add(key);
  return answer;
}

Status Fetcher::download(const Source& source, const Location& location, const File& output) {
  const auto response = ask(source, location, Ask::kContent, &output);
  if (!response.has_value()) {
    const ErrorCode code = response.error().code();
    const bool is_limit = code == ErrorCode::kLimitExceeded || code == ErrorCode::kNoSpace;
    return make_error(is_limit ? code : ErrorCode::kUnavailable, "{}", response.error().message());
  }
  const Probe answer = judge(response);
  switch (answer.state) {
    case State::kThere:
      return {};
    case State::kMissing:
      return make_error(ErrorCode::kNotFound, "not there ({})", response->status);
    case State::kRefused:
      return make_error(ErrorCode::kPermissionDenied, "{}", answer.details);
    case State::kUnknown:
    case State::kFailed:
      break;
  }
  return make_error(ErrorCode::kUnavailable, "{}", status_text(*response));
}

Result<File> Fetcher::fetch(const Source& source, const Location& location) {
  if (source.type == SourceType::kFilesystem) return open_local(source, location);
  const auto load = [&](const File& output) { return download(source, location, output); };
  if (options_.kept == nullptr) {
    SIGLA_TRY_ASSIGN(File file, scratch_file());
    SIGLA_TRY(load(file));
    return file;
  }
  const std::string key = key_of(source, location);
  const auto kept = options_.kept->get(key, load);
  if (kept.has_value()) return (*kept)->duplicate();
  if (kept.error().code() == ErrorCode::kNotFound) misses_.add(key);
  return kept.error().clone();
}

Result<File> Fetcher::fetch_once(const std::string& url, const http::Headers& headers) {
  SIGLA_TRY_ASSIGN(File file, scratch_file());
  http::ClientRequest request;
  request.url = url;
  request.headers = headers;
  request.download_file = &file;
  request.download_size_max = options_.limits.symbol_download_size_max;
  const auto response = send(std::move(request));
  const Probe answer = judge(response);
  if (answer.state == State::kThere) return file;
  return make_error(ErrorCode::kUnavailable,
                    "download failed: {}",
                    answer.details.empty() ? status_text(*response) : answer.details);
}

Result<File> Fetcher::scratch_file() const {
  return File::create_unnamed(options_.scratch.empty() ? fs::temp_directory_path()
                                                       : options_.scratch);
}

// Only below the folders that are allowed, wherever links lead.
Result<File> Fetcher::open_local(const Source& source, const Location& location) const {
  const auto refuse = [] {
    return make_error(ErrorCode::kPermissionDenied, "this folder is not one that may be read");
  };
  std::error_code error;
  const fs::path path = fs::weakly_canonical(source.folder / location.path, error);
  if (error) return refuse();
  const bool is_allowed = std::ranges::any_of(options_.source_folders, [&](const fs::path& folder) {
    std::error_code ignored;
    return is_below(path, fs::weakly_canonical(folder, ignored));
  });
  if (!is_allowed) return refuse();
  if (!fs::is_regular_file(path, error)) return make_error(ErrorCode::kNotFound, "not there");
  return File::open_read(path);
}

}  // namespace sigla
