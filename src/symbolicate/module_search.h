// SPDX-License-Identifier: Apache-2.0
// The search for one module's symbols: what was offered so far, what is still wanted, and why.
//
// Which file is best is decided by what its symcache turned out to hold:
//   names      one with lines beats one with functions only (a symbol table); the first of equals
//   unwinding  a file with code beats a debug file, whose .debug_frame mostly covers but a part of
//              it; the first of equals
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "symbolicate/symbol_finder.h"

namespace sigla {

// A file that a place has, before anything is made of it.
struct FoundSymbols {
  Identity identity;
  std::string source;  // a path, a URL
};

class ModuleSearch {
 public:
  // Borrows the query.
  explicit ModuleSearch(const ModuleQuery& query, SymbolUse use = SymbolUse::kNamesAndUnwind)
      : query_(query),
        needs_unwind_(use == SymbolUse::kNamesAndUnwind),
        is_managed_(use == SymbolUse::kManaged) {}
  ModuleSearch(const ModuleSearch&) = delete;
  ModuleSearch& operator=(const ModuleSearch&) = delete;

  const ModuleQuery& query() const { return completed_ ? *completed_ : query_; }
  // No lines were found yet, or no rules in a file with code.
  bool wants_lines() const {
    return is_managed_ ? !program_file_ : names_.quality < Quality::kBest;
  }
  bool wants_unwind() const { return needs_unwind_ && unwind_.quality < Quality::kBest; }
  bool is_done() const { return !wants_lines() && !wants_unwind(); }
  // False when such a file could not be better than what is there.
  bool wants(const Identity& identity) const;

  // A line of the explanation: where was looked, and what came back.
  void say(std::string line) { explain_.push_back(std::move(line)); }
  // A file that was looked for, all that is known of it.
  void add_candidate(SymbolCandidate candidate) { candidates_.push_back(std::move(candidate)); }
  // One that was found: what is told from here on until the end is of it.
  void begin_candidate(std::string source, std::string location);
  void end_candidate() { is_candidate_open_ = false; }
  // It is such a file, whether or not it is of the module.
  void recognise(const Identity& identity);

  // There is a file of the module, and it cannot be used.
  void refuse(const std::string& source, const Error& error);
  // Files are offered as they are, nothing is to be made of them.
  bool wants_file() const { return is_managed_; }
  // Requires: wants_file(), and that the file, or one inside it, is wanted.
  void offer_file(FoundSymbols found, const File& file);
  // A symcache that was made of such a file. Not used when it is damaged, which is explained.
  void offer(FoundSymbols found, File symcache);
  // The file that it was made of, which is kept where the query wants it and it is the module.
  void offer_program(const Identity& identity, const File& file);

  // Completes the query by what the program itself says of its debug file, when the dump did not
  // say (Wine's have no CodeView records). False when there is nothing new to look for.
  bool learn_debug_file();

  // What was chosen; call once.
  SymbolAnswer finish();

 private:
  enum class Quality { kNone, kSome, kBest };
  struct Choice {
    Quality quality = Quality::kNone;
    std::size_t offered = 0;  // index of offered_
  };
  struct Offered {
    FoundSymbols found;
    File symcache;
  };
  static void choose(Choice& choice, Quality quality, std::size_t offered);
  void explain_choice();
  std::vector<std::string> advice() const;

  const ModuleQuery& query_;
  std::optional<ModuleQuery> completed_;  // what learn_debug_file() made of it
  std::optional<Identity> program_;       // the module's own file, where it names its debug file
  std::optional<FoundSymbols> file_;      // what program_file_ is, of offer_file()
  std::optional<File> program_file_;      // see ModuleQuery::wants_program
  std::vector<Offered> offered_;
  Choice names_;
  Choice unwind_;
  std::vector<std::string> explain_;
  std::vector<SymbolCandidate> candidates_;
  bool is_candidate_open_ = false;  // the last of them
  bool has_unusable_ = false;
  const bool needs_unwind_;
  const bool is_managed_;
};

}  // namespace sigla
