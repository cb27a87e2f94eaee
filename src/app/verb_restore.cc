// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "app/command_line.h"
#include "app/exit_code.h"
#include "app/file_contents.h"
#include "app/local_workers.h"
#include "app/progress_bar.h"
#include "app/restore_options.h"
#include "app/restore_sources.h"
#include "app/source_access.h"
#include "app/verbs.h"
#include "base/json_writer.h"
#include "base/text.h"

namespace sigla::app {

namespace {

using State = FetchResult::State;

constexpr std::size_t kWorkersMax = 2;

// What became of everything that was wanted, and how it is told.
class RestoreReport {
 public:
  explicit RestoreReport(std::size_t count) : count_(count), is_terminal_(::isatty(2) == 1) {}

  void add(const FetchResult& result) {
    ++done_;
    ++counts_[static_cast<std::size_t>(result.state)];
    size_ += result.size;
    results_.push_back(result);
    if (!is_terminal_) return;
    std::fputs(
        fmt::format("\r\x1b[K{} of {} files, {} fetched", done_, count_, size_text(size_)).c_str(),
        stderr);
    if (done_ == count_) std::fputs("\r\x1b[K", stderr);
  }

  // What debuggers will read the names of sources from.
  std::vector<std::string> files_with_sources(const std::vector<LookedAt>& programs) const {
    std::vector<std::string> files;
    for (const FetchResult& result : results_) {
      if (is_here(result)) files.push_back(result.path.string());
    }
    for (const LookedAt& program : programs) {
      if (program.objects.size() > 1 && program.objects.back().identity.is_embedded) {
        files.push_back(program.path);
      }
    }
    return files;
  }
  void set_sources(RestoredSources sources) { sources_ = std::move(sources); }
  bool lacks_sources() const { return sources_ && !sources_->missing.empty(); }

  std::size_t count(State state) const { return counts_[static_cast<std::size_t>(state)]; }

  std::string text(const RestoreInputs& inputs, const std::vector<LookedAt>& files) const {
    std::string out;
    for (const LookedAt& file : files) {
      if (!file.error.empty())
        out += printable(fmt::format("skipped  {}: {}", file.path, file.error)) + '\n';
    }
    for (const RestoreInputs::Missing& missing : inputs.missing) {
      out +=
          printable(fmt::format(
              "missing  {} (named by {}): not on this machine", missing.what, missing.named_by)) +
          '\n';
    }
    for (const FetchResult& result : results_) out += line_of(result);
    out += fmt::format("{} fetched ({}), {} there already, {} missing, {} failed\n",
                       count(State::kFetched),
                       size_text(size_),
                       count(State::kPresent) + count(State::kLocal),
                       count(State::kMissing) + inputs.missing.size(),
                       count(State::kFailed));
    if (sources_) out += sources_text();
    return out;
  }

  std::string json(const RestoreInputs& inputs, const std::vector<LookedAt>& files) const {
    JsonWriter json;
    json.begin_object();
    json.member("fetched", count(State::kFetched)).member("fetched_size", size_);
    json.member("present", count(State::kPresent) + count(State::kLocal));
    json.member("missing", count(State::kMissing) + inputs.missing.size());
    json.member("failed", count(State::kFailed));
    json.key("files").begin_array();
    for (const FetchResult& result : results_) encode(result, json);
    json.end_array();
    json.key("missing_programs").begin_array();
    for (const RestoreInputs::Missing& missing : inputs.missing) {
      json.begin_object()
          .member("what", missing.what)
          .member("named_by", missing.named_by)
          .end_object();
    }
    json.end_array();
    json.key("skipped").begin_array();
    for (const LookedAt& file : files) {
      if (file.error.empty()) continue;
      json.begin_object().member("path", file.path).member("reason", file.error).end_object();
    }
    json.end_array();
    if (sources_) encode_sources(json);
    json.end_object();
    return std::move(json).take() + "\n";
  }

 private:
  static bool is_here(const FetchResult& result) {
    return result.state == State::kFetched || result.state == State::kPresent ||
           result.state == State::kLocal;
  }

  std::string sources_text() const {
    std::string out;
    for (const RestoredSources::Missing& source : sources_->missing) {
      out +=
          printable(fmt::format("missing  {}  named by {}", source.path, source.named_by)) + '\n';
      for (const std::string& tried : source.tried) out += "         " + printable(tried) + '\n';
    }
    return out + fmt::format("sources: {} fetched, {} there already, {} embedded, {} missing\n",
                             sources_->fetched,
                             sources_->present,
                             sources_->embedded,
                             sources_->missing.size());
  }

  void encode_sources(JsonWriter& json) const {
    json.key("sources").begin_object();
    json.member("fetched", sources_->fetched).member("present", sources_->present);
    json.member("embedded", sources_->embedded).key("missing").begin_array();
    for (const RestoredSources::Missing& source : sources_->missing) {
      json.begin_object().member("path", source.path).member("named_by", source.named_by);
      json.key("tried").begin_array();
      for (const std::string& tried : source.tried) json.value(tried);
      json.end_array().end_object();
    }
    json.end_array().end_object();
  }

  static std::string line_of(const FetchResult& result) {
    std::string line = fmt::format("{:<8} {}", to_string(result.state), result.wish->key);
    if (!result.path.empty() && result.state != State::kMissing && result.state != State::kFailed) {
      line += fmt::format("  {}", result.path.string());
    }
    if (result.state == State::kMissing || result.state == State::kFailed) {
      line += fmt::format("  wanted by {}", result.wish->wanted_by.front());
      if (result.wish->wanted_by.size() > 1) {
        line += fmt::format(" and {} more", result.wish->wanted_by.size() - 1);
      }
      if (!result.error.empty()) line += fmt::format("\n         {}", result.error);
      for (const std::string& url : result.tried) line += fmt::format("\n         not at {}", url);
    }
    std::string out;
    for (const std::string_view part : split(line, '\n')) out += printable(part) + '\n';
    return out;
  }

  static void encode(const FetchResult& result, JsonWriter& json) {
    json.begin_object();
    json.member("key", result.wish->key).member("result", to_string(result.state));
    if (is_here(result)) json.member("path", result.path.string());
    if (result.state == State::kFetched) {
      json.member("size", result.size).member("server", result.server);
    }
    if (!result.error.empty()) json.member("error", result.error);
    json.key("wanted_by").begin_array();
    for (const std::string& path : result.wish->wanted_by) json.value(path);
    json.end_array();
    json.key("tried").begin_array();
    for (const std::string& url : result.tried) json.value(url);
    json.end_array();
    json.end_object();
  }

  const std::size_t count_;
  const bool is_terminal_;
  std::size_t done_ = 0;
  std::size_t counts_[6] = {};
  std::uint64_t size_ = 0;
  std::vector<FetchResult> results_;
  std::optional<RestoredSources> sources_;
};

int run_restore(const Verb& self, Arguments arguments) {
  RestoreOptions options;
  std::string cache;
  bool has_sources = false;
  FetchArguments fetch;
  std::vector<std::string> paths;
  CommandLine line(
      self,
      "[--server URL]... [--cache DIR] [--sources] [--json] PATH...",
      "Fetches the symbols of everything that PATH names into a folder debuggers read, so that "
      "they are there when no server is. PATH is:\n\n"
      "  obj/project.assets.json, packages.lock.json, NAME.deps.json   .NET: the packages' "
      "assemblies\n"
      "  a folder         every program below it, and every manifest as above\n"
      "  a minidump or core   every module that was loaded, and its symbols\n"
      "  a program        its symbols\n\n"
      "Packages are looked for in NUGET_PACKAGES, ~/.nuget/packages and where the manifest says. "
      "A file is kept when its id, and its checksum where the program knows it, are those that "
      "were asked for. What is there already, beside the program or in the folder, is not fetched "
      "again: run it again after an interruption.\n\n"
      "Without --cache, PDBs and programs go to ~/.dotnet/symbolcache, where dotnet-symbol has "
      "them, "
      "and debug files of ELF programs to debuginfod's own cache. With it, they are DIR/<key> "
      "(\"cache*DIR\" for Windows debuggers) and DIR/.build-id (set debug-file-directory DIR in "
      "gdb).");
  options.add_to(line);
  line.option("--cache", "DIR", &cache, "the folder to fetch into");
  line.flag(
      "--sources",
      &has_sources,
      "fetch the sources as well that PDBs say where they are (Source Link, srcsrv), with the "
      "right checksum, to NAME/sha256-DIGITS/NAME in that folder");
  fetch.add_to(line);
  line.positionals("PATH", &paths, "what to fetch the symbols of", CommandLine::kAtLeastOne);
  line.exit_status(kExitNo, "something is nowhere to be had");
  line.exit_status(kExitEnvironment, "a server did not answer, or nothing could be written");
  line.example("sigla restore obj/project.assets.json", "the symbols of all packages of a project");
  line.example("sigla restore --cache symbols crash.dmp --server https://symbols.example",
               "what it takes to read a dump on a machine without a network");
  if (const auto status = line.parse(arguments)) return *status;

  const auto servers = options.resolve();
  if (!servers.has_value()) return fail("restore", servers.error());
  const auto inputs = find_restore_inputs(paths);
  if (!inputs.has_value()) return fail(inputs.error());
  const auto workers = start_local_workers(kWorkersMax);
  if (!workers.has_value()) return fail(workers.error());
  const std::vector<LookedAt> files = look_at_all(inputs->files, **workers);
  const std::vector<SymbolWish> wishes = all_wishes(files);
  const SymbolCacheLayout layout(cache);
  SymbolFetcher fetcher(*servers, &layout, **workers);
  RestoreReport report(wishes.size());
  fetcher.run(wishes, [&](const FetchResult& result) { report.add(result); });
  if (has_sources) {
    const auto fetch_options = fetch.resolve();
    if (!fetch_options.has_value()) return fail("restore", fetch_options.error());
    auto sources =
        restore_sources(report.files_with_sources(files), layout, fetch_options.value(), **workers);
    if (!sources.has_value()) return fail("restore", sources.error());
    report.set_sources(std::move(sources).value());
  }
  std::fputs((options.json ? report.json(*inputs, files) : report.text(*inputs, files)).c_str(),
             stdout);
  if (report.count(State::kFailed) > 0) return kExitEnvironment;
  const bool is_complete = report.count(State::kMissing) == 0 && inputs->missing.empty();
  return is_complete && !report.lacks_sources() ? kExitDone : kExitNo;
}

}  // namespace

const Verb kVerbRestore = {"restore", "fetch the symbols of programs into a folder", run_restore};

}  // namespace sigla::app
