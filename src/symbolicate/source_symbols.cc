// SPDX-License-Identifier: Apache-2.0
#include "symbolicate/source_symbols.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>
#include <utility>
#include <vector>

#include "base/text.h"
#include "symbolicate/module_search.h"

namespace sigla {
namespace {

using State = Fetcher::State;
using Download = SymbolCandidate::Download;

constexpr std::size_t kParallelMax = 8;
constexpr std::string_view kNothing = "No object files listed on this source";

bool is_program(WantedType type) {
  return type == WantedType::kPe || type == WantedType::kElfCode ||
         type == WantedType::kMachoCode || type == WantedType::kWasmCode;
}

Download download_of(State state) {
  switch (state) {
    case State::kThere:
    case State::kUnknown:
      return Download::kOk;
    case State::kMissing:
      return Download::kMissing;
    case State::kRefused:
      return Download::kRefused;
    case State::kFailed:
      break;
  }
  return Download::kFailed;
}

Download download_of(ErrorCode code) {
  if (code == ErrorCode::kNotFound) return Download::kMissing;
  return code == ErrorCode::kPermissionDenied ? Download::kRefused : Download::kFailed;
}

}  // namespace

WantedModule wanted_module(const ModuleQuery& query) {
  WantedModule wanted;
  wanted.code_file = query.code_file;
  wanted.debug_file = query.debug_file;
  wanted.debug_checksum = query.debug_checksum;
  wanted.files = native_files(query);
  if (!query.debug_file.empty() && query.debug_id) {
    WantedFile breakpad = wanted.files.front();
    breakpad.type = WantedType::kBreakpad;
    wanted.files.insert(wanted.files.begin(), std::move(breakpad));
  }
  return wanted;
}

// One module's questions to the source.
class SourceSymbols::OneSearch {
 public:
  OneSearch(SourceSymbols& place, ModuleSearch& search)
      : place_(place), source_(place.source_), search_(search) {}

  void run() {
    if (!source_.problem.empty()) return add_nothing(source_.problem);
    auto all = place_.fetcher_.locate(source_, wanted_module(search_.query()));
    if (!all.has_value()) return add_failure(all.error());
    if (all->empty()) return add_nothing({});
    // Three waves: what the server is known to have; the rest; packed forms.
    std::array<std::vector<Location>, 3> waves;
    for (Location& location : *all) {
      const bool is_known = source_.layout || hits(location) != 0;
      const std::size_t wave = location.is_packed ? 2 : is_known ? 0 : 1;
      waves[wave].push_back(std::move(location));
    }
    for (const std::vector<Location>& wave : waves) run_wave(wave);
    if (!failure_.empty()) search_.say(fmt::format("{}: {}", source_.id, failure_));
    if (!missing_.empty()) search_.say(fmt::format("{}: not there: {}", source_.id, missing_));
  }

 private:
  std::atomic<unsigned>& hits(const Location& location) {
    return place_.hits_[static_cast<std::size_t>(location.layout)];
  }

  bool is_wanted(const Location& location) const {
    if (location.type == WantedType::kBreakpad) return !search_.is_done();
    if (source_.type == SourceType::kSentry) return !search_.is_done();
    return is_program(location.type) ? search_.wants_unwind() || search_.wants_lines()
                                     : search_.wants_lines();
  }

  void run_wave(const std::vector<Location>& wave) {
    std::vector<const Location*> wanted;
    for (const Location& location : wave) {
      if (is_wanted(location)) wanted.push_back(&location);
    }
    const std::vector<Fetcher::Probe> answers = ask_all(wanted);
    for (std::size_t i = 0; i < wanted.size(); ++i) use(*wanted[i], answers[i]);
  }

  std::vector<Fetcher::Probe> ask_all(const std::vector<const Location*>& wanted) {
    std::vector<Fetcher::Probe> answers(wanted.size());
    std::atomic<std::size_t> next{0};
    const auto work = [&] {
      for (std::size_t i = next++; i < wanted.size(); i = next++) {
        answers[i] = place_.fetcher_.probe(source_, *wanted[i]);
      }
    };
    std::vector<std::jthread> threads;
    for (std::size_t i = 1; i < std::min(wanted.size(), kParallelMax); ++i) {
      threads.emplace_back(work);
    }
    work();
    threads.clear();
    return answers;
  }

  void use(const Location& location, const Fetcher::Probe& answer) {
    if (!is_wanted(location)) return;
    const Download asked = download_of(answer.state);
    if (asked != Download::kOk) return add_unusable(location, asked, answer.details);
    const std::string shown = describe(source_, location);
    auto file = place_.fetcher_.fetch(source_, location);
    if (!file.has_value()) {
      add_unusable(location, download_of(file.error().code()), file.error().message());
      return;
    }
    ++hits(location);
    search_.begin_candidate(source_.id, shown);
    const std::string name(base_name(location.path));
    // Of that layout a path says nothing of what lies there.
    const bool is_told = location.layout != Layout::kSlashSymbols;
    if (location.type == WantedType::kBreakpad && is_told) {
      offer_breakpad_file(*file, name, shown, place_.files_, search_);
    } else {
      offer_file(*file, name, shown, place_.files_, search_);
    }
    search_.end_candidate();
  }

  void add_unusable(const Location& location, Download download, const std::string& details) {
    SymbolCandidate candidate;
    candidate.source = source_.id;
    candidate.location = describe(source_, location);
    candidate.download = download;
    if (download == Download::kMissing) {
      if (!missing_.empty()) missing_ += ", ";
      missing_ += location.path;
    } else {
      candidate.details = details;
      failure_ = details;
    }
    search_.add_candidate(std::move(candidate));
  }

  // The source was not asked for a file at all.
  void add_nothing(const std::string& why) {
    search_.say(why.empty() ? fmt::format("{}: no id of {} to ask for here",
                                          source_.id,
                                          module_name(search_.query()))
                            : fmt::format("{}: {}", source_.id, why));
    SymbolCandidate candidate;
    candidate.source = source_.id;
    candidate.location = kNothing;
    candidate.download = why.empty() ? Download::kMissing : Download::kFailed;
    candidate.details = why;
    search_.add_candidate(std::move(candidate));
  }

  void add_failure(const Error& error) {
    search_.say(fmt::format("{}: {}", source_.id, error.message()));
    SymbolCandidate candidate;
    candidate.source = source_.id;
    candidate.location = source_.url;
    candidate.download = download_of(error.code());
    candidate.details = error.message();
    search_.add_candidate(std::move(candidate));
  }

  SourceSymbols& place_;
  const Source& source_;
  ModuleSearch& search_;
  std::string missing_;  // paths
  std::string failure_;  // why one could not be had, the last one
};

void SourceSymbols::search(ModuleSearch& search) { OneSearch(*this, search).run(); }

}  // namespace sigla
