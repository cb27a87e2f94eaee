// SPDX-License-Identifier: Apache-2.0
#include "symbolicate/module_search.h"

#include <fmt/format.h>

#include <utility>

#include "base/text.h"
#include "symcache/symcache.h"

namespace sigla {
namespace {

// Describes code that lies in another file.
bool is_debug_file(const Identity& identity) {
  return identity.kind == ObjectKind::kDebug &&
         (identity.format == Format::kElf || identity.format == Format::kMacho);
}

// Dumps of Windows processes name the debug file; elsewhere it is called as one likes.
std::string debug_file_wanted(const ModuleQuery& query) {
  const std::string name = module_name(query);
  switch (module_type(query)) {
    case ModuleType::kPe:
    case ModuleType::kPortable:
      return name;
    case ModuleType::kMacho:
      return name + ".dSYM";
    case ModuleType::kElf:
    case ModuleType::kWasm:
      break;
  }
  return "the debug file of " + name;
}

// "Editor.exe (id 5F3C0A1B2000)". The code id is what a program is kept by; ELF has one id for
// both.
std::string program_wanted(const ModuleQuery& query) {
  const std::string_view file = base_name(query.code_file);
  const std::string id =
      query.code_id.empty() ? query.debug_identifier : std::string(query.code_id.text());
  return fmt::format("{} (id {})",
                     file.empty() ? std::string_view("the program") : file,
                     id.empty() ? std::string("not known") : id);
}

}  // namespace

bool ModuleSearch::wants(const Identity& identity) const {
  if (is_managed_) return !program_file_ && identity.format == Format::kPortablePdb;
  if (identity.format == Format::kBreakpad) return !is_done();
  if (identity.has_debug_info && wants_lines()) return true;
  if (identity.has_symbols && names_.quality == Quality::kNone) return true;
  return needs_unwind_ && identity.has_unwind_info &&
         (is_debug_file(identity) ? unwind_.quality == Quality::kNone : wants_unwind());
}

void ModuleSearch::begin_candidate(std::string source, std::string location) {
  SymbolCandidate candidate;
  candidate.source = std::move(source);
  candidate.location = std::move(location);
  candidate.download = SymbolCandidate::Download::kOk;
  candidates_.push_back(std::move(candidate));
  is_candidate_open_ = true;
}

void ModuleSearch::recognise(const Identity& identity) {
  if (is_candidate_open_) candidates_.back().identity = identity;
}

void ModuleSearch::refuse(const std::string& source, const Error& error) {
  say(fmt::format("{}: not usable: {}", source, error.message()));
  has_unusable_ = true;
  if (!is_candidate_open_) return;
  SymbolCandidate& candidate = candidates_.back();
  candidate.details = error.message();
  // What cannot even be recognised came as it is; what can is of no use.
  if (!candidate.identity) {
    candidate.download = SymbolCandidate::Download::kMalformed;
  } else {
    candidate.names = SymbolCandidate::Use::kMalformed;
  }
}

void ModuleSearch::choose(Choice& choice, Quality quality, std::size_t offered) {
  if (quality > choice.quality) choice = {quality, offered};
}

void ModuleSearch::offer(FoundSymbols found, File symcache) {
  auto mapped = MappedFile::map(symcache);
  auto opened = mapped.has_value() ? Symcache::open(mapped->bytes())
                                   : Result<Symcache>(std::move(mapped).error());
  if (!opened.has_value()) {
    refuse(found.source, opened.error());
    return;
  }
  if (found.identity.format == Format::kPe && found.identity.debug_id) program_ = found.identity;
  const std::size_t index = offered_.size();
  const bool has_names = opened->function_count() != 0;
  const bool has_lines = has_names && opened->file_count() != 0;
  const bool has_rules = opened->has_unwind() || opened->stack_win_count() != 0;
  std::string what = has_lines ? "lines" : has_names ? "function names without lines" : "no names";
  if (has_rules) what += ", unwind rules";
  say(fmt::format("{}: found {} ({})", found.source, to_string(found.identity.format), what));
  // A Breakpad file is taken as it lies, without a look into it.
  if (found.identity.arch == Arch::kUnknown) found.identity.arch = opened->identity().arch;
  if (found.identity.format == Format::kBreakpad) {
    found.identity.has_symbols = has_names;
    found.identity.has_debug_info = has_lines;
    found.identity.has_unwind_info = has_rules;
  }
  if (is_candidate_open_) {
    candidates_.back().identity = found.identity;
    if (has_names) candidates_.back().names = SymbolCandidate::Use::kGood;
    if (has_rules) candidates_.back().unwind = SymbolCandidate::Use::kGood;
  }
  if (has_names) choose(names_, has_lines ? Quality::kBest : Quality::kSome, index);
  if (has_rules) {
    const bool is_partial = is_debug_file(found.identity);
    choose(unwind_, is_partial ? Quality::kSome : Quality::kBest, index);
  }
  offered_.push_back({std::move(found), std::move(symcache)});
}

void ModuleSearch::offer_file(FoundSymbols found, const File& file) {
  auto copy = file.duplicate();
  if (!copy.has_value()) return refuse(found.source, copy.error());
  say(fmt::format("{}: found {} (lines)", found.source, to_string(found.identity.format)));
  if (is_candidate_open_) {
    candidates_.back().identity = found.identity;
    candidates_.back().names = SymbolCandidate::Use::kGood;
  }
  program_file_ = std::move(copy).value();
  file_ = std::move(found);
}

void ModuleSearch::offer_program(const Identity& identity, const File& file) {
  const bool is_program =
      identity.kind == ObjectKind::kExecutable || identity.kind == ObjectKind::kLibrary;
  if (!query().wants_program || program_file_ || identity.format != Format::kElf || !is_program) {
    return;
  }
  auto copy = file.duplicate();
  if (copy.has_value()) program_file_ = std::move(copy).value();
}

bool ModuleSearch::learn_debug_file() {
  if (!program_ || query().debug_id || !wants_lines()) return false;
  completed_ = query_;
  completed_->debug_id = program_->debug_id;
  completed_->debug_identifier = program_->debug_id->breakpad();
  completed_->debug_file = base_name(program_->debug_file_name);
  say(fmt::format("its own file says: the debug file is {}", describe(*completed_)));
  return true;
}

void ModuleSearch::explain_choice() {
  const auto source = [&](const Choice& choice) { return offered_[choice.offered].found.source; };
  if (names_.quality != Quality::kNone) {
    say(fmt::format(
        "names{} from {}", names_.quality == Quality::kBest ? " and lines" : "", source(names_)));
  }
  if (unwind_.quality != Quality::kNone) say(fmt::format("unwinding by {}", source(unwind_)));
}

std::vector<std::string> ModuleSearch::advice() const {
  std::vector<std::string> lines;
  const std::string id =
      query().debug_identifier.empty() ? std::string("not known") : query().debug_identifier;
  if (names_.quality == Quality::kNone) {
    lines.push_back(fmt::format(
        "{} (id {}) would name its functions: upload it, or name the folder or server that has it",
        debug_file_wanted(query()),
        id));
  } else if (names_.quality == Quality::kSome) {
    lines.push_back(
        fmt::format("{} (id {}) would tell lines and inlined calls, which a symbol "
                    "table does not have",
                    debug_file_wanted(query()),
                    id));
  }
  if (!needs_unwind_ || unwind_.quality != Quality::kNone) return lines;
  if (names_.quality == Quality::kNone) {
    lines.push_back(fmt::format("{} itself would tell how to unwind it: upload it, too",
                                program_wanted(query())));
  } else {
    lines.push_back(
        fmt::format("{} itself would tell how to unwind it; without it callers are "
                    "found by frame pointers and by scanning the stack",
                    program_wanted(query())));
  }
  return lines;
}

SymbolAnswer ModuleSearch::finish() {
  explain_choice();
  SymbolAnswer answer;
  if (!file_) answer.advice = advice();
  if (file_) {
    answer.source = std::move(file_->source);
    answer.identity = std::move(file_->identity);
  }
  answer.explain = std::move(explain_);
  answer.candidates = std::move(candidates_);
  answer.has_unusable = has_unusable_;
  answer.debug_file = query().debug_file;
  answer.debug_id = query().debug_id;
  answer.program = std::move(program_file_);
  if (unwind_.quality != Quality::kNone) {
    Offered& chosen = offered_[unwind_.offered];
    answer.unwind_source = chosen.found.source;
    const bool is_other = names_.quality == Quality::kNone || names_.offered != unwind_.offered;
    if (is_other) answer.unwind = std::move(chosen.symcache);
  }
  if (names_.quality != Quality::kNone) {
    Offered& chosen = offered_[names_.offered];
    answer.source = chosen.found.source;
    answer.identity = std::move(chosen.found.identity);
    answer.symcache = std::move(chosen.symcache);
  }
  return answer;
}

}  // namespace sigla
