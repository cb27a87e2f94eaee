// SPDX-License-Identifier: Apache-2.0
#include <fnmatch.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "app/command_line.h"
#include "app/exit_code.h"
#include "app/file_contents.h"
#include "app/local_workers.h"
#include "app/restore_options.h"
#include "app/source_coverage.h"
#include "app/verbs.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "object/source_job.h"

namespace sigla::app {

namespace {

constexpr std::size_t kWorkersMax = 2;
constexpr std::size_t kPathsShownMax = 5;

bool is_embedded_pdb(const Object& object) { return object.identity.is_embedded; }

// x86 code is unwound by what its PDB says; the runtime unwinds managed code.
bool needs_unwind_info(const Identity& identity) {
  return !identity.is_managed && (identity.format != Format::kPe || identity.arch != Arch::kX86);
}

struct Verdict {
  std::string path;
  std::vector<std::string> problems;
};

// Asks the servers what they have for every program, then says what each lacks.
class Verifier {
 public:
  Verifier(const std::vector<LookedAt>& files, SymbolFetcher& fetcher, WorkerPool& workers)
      : files_(files), fetcher_(fetcher), workers_(workers) {}

  std::vector<Verdict> run() {
    std::vector<LookedAt> asked = files_;
    for (LookedAt& file : asked) {
      for (SymbolWish& wish : program_wishes(file)) file.wishes.push_back(std::move(wish));
    }
    const std::vector<SymbolWish> wishes = all_wishes(asked);
    fetcher_.run(wishes,
                 [&](const FetchResult& result) { results_[lower(result.wish->key)] = result; });
    std::vector<Verdict> verdicts;
    for (const LookedAt& file : files_) verdicts.push_back(judge(file));
    return verdicts;
  }

  bool has_failed() const { return has_failed_; }

 private:
  // A stack is unwound by the program itself.
  static std::vector<SymbolWish> program_wishes(const LookedAt& file) {
    const bool is_needed =
        !file.objects.empty() && needs_unwind_info(file.objects.front().identity);
    return is_needed ? program_wishes_of(file.objects, file.path) : std::vector<SymbolWish>();
  }

  Verdict judge(const LookedAt& file) {
    Verdict verdict{file.path, {}};
    if (!file.error.empty()) {
      verdict.problems.push_back(file.error);
      return verdict;
    }
    const Identity& identity = file.objects.front().identity;
    const bool is_complete =
        std::any_of(file.objects.begin(), file.objects.end(), is_embedded_pdb) ||
        (identity.format == Format::kElf && identity.has_debug_info);
    if (file.wishes.empty() && !is_complete) {
      verdict.problems.emplace_back("it has no debug id, so nothing can ask for its symbols");
    }
    for (const SymbolWish& wish : file.wishes) add_missing(wish, "symbols", verdict);
    if (needs_unwind_info(identity) && !identity.has_unwind_info) {
      verdict.problems.emplace_back("it has no unwind information");
    }
    for (const SymbolWish& wish : program_wishes(file)) add_missing(wish, "the program", verdict);
    if (identity.is_managed) check_sources(file, verdict);
    return verdict;
  }

  void add_missing(const SymbolWish& wish, std::string_view what, Verdict& verdict) {
    const auto found = results_.find(lower(wish.key));
    if (found == results_.end() || found->second.state == FetchResult::State::kFound) return;
    std::string problem = fmt::format("{}: no server has {}", what, wish.key);
    if (found->second.state == FetchResult::State::kFailed) {
      has_failed_ = true;
      problem = fmt::format("{}: {}", what, found->second.error);
    }
    verdict.problems.push_back(std::move(problem));
  }

  // Of the PDB inside the program, or those that a server has.
  void check_sources(const LookedAt& file, Verdict& verdict) {
    if (std::any_of(file.objects.begin(), file.objects.end(), is_embedded_pdb)) {
      check_sources(File::open_read(file.path), verdict);
    }
    for (const SymbolWish& wish : file.wishes) {
      const auto found = results_.find(lower(wish.key));
      if (found == results_.end() || found->second.state != FetchResult::State::kFound) continue;
      check_sources(fetcher_.open(wish), verdict);
    }
  }

  void check_sources(const Result<File>& file, Verdict& verdict) {
    const auto check = [&]() -> Status {
      if (!file.has_value()) return file.error().clone();
      SIGLA_TRY_ASSIGN(const std::uint64_t size, file->size());
      SIGLA_TRY_ASSIGN(const SourceFiles sources, source_files_in_worker(workers_, *file, 0, size));
      SIGLA_TRY_ASSIGN(const SourceCoverage coverage, coverage_of(sources));
      if (!coverage.uncovered.empty()) verdict.problems.push_back(describe(coverage));
      return {};
    };
    const Status status = check();
    if (status.has_value()) return;
    verdict.problems.push_back(fmt::format("sources: {}", status.error().message()));
  }

  static std::string describe(const SourceCoverage& coverage) {
    std::string text = fmt::format("sources: {} of {} are neither embedded nor have a URL:",
                                   coverage.uncovered.size(),
                                   coverage.file_count);
    for (std::size_t i = 0; i < std::min(coverage.uncovered.size(), kPathsShownMax); ++i) {
      text += fmt::format("{} {}", i == 0 ? "" : ",", coverage.uncovered[i]);
    }
    if (coverage.uncovered.size() > kPathsShownMax) text += ", ...";
    return text;
  }

  const std::vector<LookedAt>& files_;
  SymbolFetcher& fetcher_;
  WorkerPool& workers_;
  std::map<std::string, FetchResult> results_;  // by lower-case key
  bool has_failed_ = false;
};

std::string as_text_report(const std::vector<Verdict>& verdicts, std::size_t bad_count) {
  std::string out;
  for (const Verdict& verdict : verdicts) {
    if (verdict.problems.empty()) out += printable("ok   " + verdict.path) + '\n';
    for (const std::string& problem : verdict.problems) {
      out += printable(fmt::format("bad  {}: {}", verdict.path, problem)) + '\n';
    }
  }
  return out +
         fmt::format("{} of {} files are good\n", verdicts.size() - bad_count, verdicts.size());
}

std::string as_json_report(const std::vector<Verdict>& verdicts, std::size_t bad_count) {
  JsonWriter json;
  json.begin_object().member("good", verdicts.size() - bad_count).member("bad", bad_count);
  json.key("files").begin_array();
  for (const Verdict& verdict : verdicts) {
    json.begin_object().member("path", verdict.path).member("good", verdict.problems.empty());
    json.key("problems").begin_array();
    for (const std::string& problem : verdict.problems) json.value(problem);
    json.end_array().end_object();
  }
  json.end_array().end_object();
  return std::move(json).take() + "\n";
}

int run_verify(const Verb& self, Arguments arguments) {
  RestoreOptions options;
  std::vector<std::string> excluded;
  std::vector<std::string> paths;
  CommandLine line(
      self,
      "[--server URL]... [--exclude GLOB]... [--json] PATH...",
      "Says whether crashes of every program that PATH names can be explained later, as a last "
      "step "
      "of a build: its symbols are on a server, or in it; a stack can be unwound, so it has unwind "
      "information and is on a server itself; and of .NET assemblies, every source is embedded in "
      "the PDB or has a URL by its Source Link map or source server. PATH is as for `sigla "
      "restore`.");
  options.add_to(line);
  line.option("--exclude",
              "GLOB",
              &excluded,
              "leave out files of this name, like '*.resources.dll'; may be repeated");
  line.positionals("PATH", &paths, "what to verify", CommandLine::kAtLeastOne);
  line.exit_status(kExitNo, "something is missing");
  line.exit_status(kExitEnvironment, "a server did not answer");
  line.example("sigla verify --server https://symbols.example publish/",
               "fails a build whose symbols were not uploaded");
  if (const auto status = line.parse(arguments)) return *status;

  const auto servers = options.resolve();
  if (!servers.has_value()) return fail("verify", servers.error());
  auto inputs = find_restore_inputs(paths);
  if (!inputs.has_value()) return fail(inputs.error());
  std::erase_if(inputs->files, [&](const std::string& path) {
    const std::string name(base_name(path));
    return std::any_of(excluded.begin(), excluded.end(), [&](const std::string& glob) {
      return ::fnmatch(glob.c_str(), name.c_str(), 0) == 0;
    });
  });
  const auto workers = start_local_workers(kWorkersMax);
  if (!workers.has_value()) return fail(workers.error());
  const std::vector<LookedAt> files = look_at_all(inputs->files, **workers);
  SymbolFetcher fetcher(*servers, nullptr, **workers);
  Verifier verifier(files, fetcher, **workers);
  std::vector<Verdict> verdicts = verifier.run();
  for (const RestoreInputs::Missing& missing : inputs->missing) {
    verdicts.push_back({missing.what, {"named by " + missing.named_by + ", not on this machine"}});
  }
  std::size_t bad_count = 0;
  for (const Verdict& verdict : verdicts) bad_count += verdict.problems.empty() ? 0 : 1;
  std::fputs(
      (options.json ? as_json_report(verdicts, bad_count) : as_text_report(verdicts, bad_count))
          .c_str(),
      stdout);
  if (verifier.has_failed()) return kExitEnvironment;
  return bad_count == 0 ? kExitDone : kExitNo;
}

}  // namespace

const Verb kVerbVerify = {"verify", "check that crashes of programs can be explained", run_verify};

}  // namespace sigla::app
