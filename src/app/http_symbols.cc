// SPDX-License-Identifier: Apache-2.0
#include "app/http_symbols.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <thread>
#include <utility>

#include "base/text.h"
#include "codec/hash.h"
#include "http/target.h"
#include "ident/breakpad_path.h"

namespace sigla::app {
namespace {

constexpr std::size_t kParallelMax = 8;

std::string hash_of(std::string_view text) {
  Hasher<Sha256Digest> hasher;
  hasher.update(as_bytes(text));
  return hex_lower(hasher.finish());
}

HttpSymbols::Kind kind_of(WantedType type) {
  const bool is_code = type == WantedType::kPe || type == WantedType::kElfCode ||
                       type == WantedType::kMachoCode || type == WantedType::kWasmCode;
  return is_code ? HttpSymbols::Kind::kCode : HttpSymbols::Kind::kDebug;
}

bool is_miss(int status) { return status == 404 || status == 410 || status == 403; }

}  // namespace

bool is_url(std::string_view place) {
  return place.starts_with("http://") || place.starts_with("https://");
}

std::vector<HttpSymbols::Probe> HttpSymbols::probes(const ModuleQuery& query) {
  std::vector<Probe> probes;
  const auto add = [&](Family family, Kind kind, const std::string& path) {
    const std::string encoded = http::percent_encode(path, true);
    const bool is_known = std::any_of(
        probes.begin(), probes.end(), [&](const Probe& p) { return p.path == encoded; });
    if (!is_known) probes.push_back({family, kind, encoded});
  };
  const std::string name(base_name(query.debug_file));
  if (!name.empty() && !query.debug_identifier.empty()) {
    add(Family::kBreakpad,
        Kind::kBreakpad,
        fmt::format("{}/{}/{}.sym", name, query.debug_identifier, breakpad_stem(name)));
  }
  for (const WantedFile& wanted : native_files(query)) {
    for (const std::string& path : layout_paths(Layout::kDebuginfod, wanted)) {
      add(Family::kDebuginfod, kind_of(wanted.type), "buildid/" + path);
    }
    for (const std::string& path : layout_paths(Layout::kSsqp, wanted)) {
      add(path.ends_with('_') ? Family::kCompressed : Family::kSymstore,
          kind_of(wanted.type),
          path);
    }
  }
  return probes;
}

HttpSymbols::HttpSymbols(std::string url,
                         KeptFiles* downloads,
                         SymbolFiles& files,
                         const Limits& limits)
    : url_(std::move(url)), downloads_(downloads), files_(files), limits_(limits) {
  while (url_.ends_with('/')) url_.pop_back();
}

std::unique_ptr<http::Client> HttpSymbols::take_client() {
  const std::lock_guard lock(mutex_);
  if (clients_.empty()) return std::make_unique<http::Client>();
  auto client = std::move(clients_.back());
  clients_.pop_back();
  return client;
}

void HttpSymbols::give_back(std::unique_ptr<http::Client> client) {
  const std::lock_guard lock(mutex_);
  clients_.push_back(std::move(client));
}

struct HttpSymbols::Answer {
  enum class State { kThere, kMissing, kUnknown, kFailed };
  State state = State::kUnknown;
  int status = 0;
  std::string error;
};

// A server that does not know HEAD (debuginfod before 0.188) leaves it open.
HttpSymbols::Answer HttpSymbols::ask(const std::string& url) {
  Answer answer;
  if (downloads_ != nullptr && downloads_->find(hash_of(url)) != nullptr) {
    answer.state = Answer::State::kThere;
    return answer;
  }
  if (is_down_) {
    answer.state = Answer::State::kFailed;
    answer.error = "not asked again, since it did not answer before";
    return answer;
  }
  http::ClientRequest request;
  request.method = "HEAD";
  request.url = url;
  auto client = take_client();
  const auto response = client->send(request);
  give_back(std::move(client));
  if (!response.has_value()) {
    answer.state = Answer::State::kFailed;
    answer.error = response.error().message();
    return answer;
  }
  answer.status = response->status;
  if (response->status == 200) answer.state = Answer::State::kThere;
  if (is_miss(response->status)) answer.state = Answer::State::kMissing;
  return answer;
}

Result<File> HttpSymbols::fetch(const std::string& url) {
  const auto download = [&](const File& output) -> Status {
    http::ClientRequest request;
    request.url = url;
    // Kept as it comes: what is compressed is recognised by content.
    request.headers = {{"Accept-Encoding", "zstd, gzip"}};
    request.download_file = &output;
    request.download_size_max = limits_.symbol_download_size_max;
    auto client = take_client();
    const auto response = client->send(request);
    give_back(std::move(client));
    if (!response.has_value()) return response.error().clone();
    if (is_miss(response->status)) {
      return make_error(ErrorCode::kNotFound, "not there ({})", response->status);
    }
    if (response->status == 200) return {};
    return make_error(ErrorCode::kUnavailable, "the server answers {}", response->status);
  };
  if (downloads_ == nullptr) {
    SIGLA_TRY_ASSIGN(File file, File::create_unnamed(std::filesystem::temp_directory_path()));
    SIGLA_TRY(download(file));
    return file;
  }
  SIGLA_TRY_ASSIGN(const std::shared_ptr<const File> kept, downloads_->get(hash_of(url), download));
  return kept->duplicate();
}

// One module's questions to the server.
class HttpSymbols::OneSearch {
 public:
  OneSearch(HttpSymbols& server, ModuleSearch& search) : server_(server), search_(search) {}

  void run() {
    std::vector<Probe> all = probes(search_.query());
    if (all.empty()) {
      search_.say(fmt::format(
          "{}: the dump gives no id of {} to ask for", server_.url_, module_name(search_.query())));
      return;
    }
    // Three waves: what the server is known to have; the rest; packed forms, which a server may
    // have to make.
    std::array<std::vector<Probe>, 3> waves;
    for (Probe& probe : all) {
      const bool is_known = server_.hits_[static_cast<std::size_t>(probe.family)] != 0;
      const std::size_t wave = probe.family == Family::kCompressed ? 2 : is_known ? 0 : 1;
      waves[wave].push_back(std::move(probe));
    }
    for (const std::vector<Probe>& wave : waves) run_wave(wave);
    if (!failure_.empty()) search_.say(fmt::format("{}: {}", server_.url_, failure_));
    if (!missing_.empty()) {
      search_.say(fmt::format("{}: not there: {}", server_.url_, missing_));
    }
  }

 private:
  bool is_wanted(Kind kind) const {
    switch (kind) {
      case Kind::kBreakpad:
        return !search_.is_done();
      case Kind::kDebug:
        return search_.wants_lines();
      case Kind::kCode:
        return search_.wants_unwind();
    }
    return false;
  }

  void run_wave(const std::vector<Probe>& wave) {
    std::vector<const Probe*> wanted;
    for (const Probe& probe : wave) {
      if (is_wanted(probe.kind)) wanted.push_back(&probe);
    }
    const std::vector<Answer> answers = ask_all(wanted);
    for (std::size_t i = 0; i < wanted.size(); ++i) use(*wanted[i], answers[i]);
  }

  std::vector<Answer> ask_all(const std::vector<const Probe*>& wanted) {
    std::vector<Answer> answers(wanted.size());
    std::atomic<std::size_t> next{0};
    const auto work = [&] {
      for (std::size_t i = next++; i < wanted.size(); i = next++) answers[i] = ask(*wanted[i]);
    };
    std::vector<std::jthread> threads;
    for (std::size_t i = 1; i < std::min(wanted.size(), kParallelMax); ++i)
      threads.emplace_back(work);
    work();
    threads.clear();
    return answers;
  }

  Answer ask(const Probe& probe) { return server_.ask(url_of(probe)); }

  std::string url_of(const Probe& probe) const {
    return fmt::format("{}/{}", server_.url_, probe.path);
  }

  void use(const Probe& probe, const Answer& answer) {
    if (!is_wanted(probe.kind)) return;
    if (answer.state == Answer::State::kMissing) return add_missing(probe);
    if (answer.state == Answer::State::kFailed) {
      server_.is_down_ = true;
      failure_ = answer.error;
      return;
    }
    const std::string url = url_of(probe);
    auto file = server_.fetch(url);
    if (!file.has_value()) {
      if (file.error().code() == ErrorCode::kNotFound) return add_missing(probe);
      search_.say(fmt::format("{}: {}", url, file.error().message()));
      return;
    }
    ++server_.hits_[static_cast<std::size_t>(probe.family)];
    const std::string name(base_name(probe.path));
    if (probe.kind == Kind::kBreakpad) {
      offer_breakpad_file(*file, name, url, server_.files_, search_);
    } else {
      offer_file(*file, name, url, server_.files_, search_);
    }
  }

  void add_missing(const Probe& probe) {
    if (!missing_.empty()) missing_ += ", ";
    missing_ += probe.path;
  }

  HttpSymbols& server_;
  ModuleSearch& search_;
  std::string missing_;  // paths
  std::string failure_;  // why it could not be asked
};

void HttpSymbols::search(ModuleSearch& search) { OneSearch(*this, search).run(); }

}  // namespace sigla::app
