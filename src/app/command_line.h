// SPDX-License-Identifier: Apache-2.0
// Reads the arguments of one verb and prints its manual page.
//
//   int run_keys(const Verb& self, Arguments arguments) {
//     std::string flags;
//     std::vector<std::string> files;
//     CommandLine line(self, "[--flags KIND,...] FILE...",
//                      "Prints every key under which a debugger asks for each FILE.");
//     line.option("--flags", "KIND,...", &flags, "only keys of these kinds");
//     line.positionals("FILE", &files, "what to look at", CommandLine::kAtLeastOne);
//     line.example("sigla keys /bin/ls", "the ELF build id keys of ls");
//     if (const auto status = line.parse(arguments)) return *status;
//     ...
//
// CLI11 stays in the .cc file. Targets outlive the CommandLine; what is not given stays as it
// is.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/verb.h"

namespace sigla::app {

class CommandLine {
 public:
  enum Count { kAnyNumber, kAtLeastOne };

  // `description`: paragraphs separated by empty lines; lines that start with a space are kept.
  CommandLine(const Verb& verb, std::string_view synopsis, std::string_view description);
  ~CommandLine();
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  // `names` as CLI11 writes them: "--json" or "-o,--output".
  void flag(const std::string& names, bool* target, std::string_view help);
  void option(const std::string& names,
              const std::string& value_name,
              std::string* target,
              std::string_view help);
  void option(const std::string& names,
              const std::string& value_name,
              std::optional<std::string>* target,
              std::string_view help);
  void option(const std::string& names,
              const std::string& value_name,
              std::uint64_t* target,
              std::string_view help);
  // May be given several times; one value each.
  void option(const std::string& names,
              const std::string& value_name,
              std::vector<std::string>* target,
              std::string_view help);
  // The option must be one of these.
  void choice(const std::string& names,
              std::vector<std::string> values,
              std::string* target,
              std::string_view help);
  // One argument by position, required unless it has a default.
  void positional(const std::string& name,
                  std::string* target,
                  std::string_view help,
                  bool required = true);
  void positionals(const std::string& name,
                   std::vector<std::string>* target,
                   std::string_view help,
                   Count count);

  // More synopsis lines, and what the exit status means where a verb differs from `sigla --help`.
  void synopsis(std::string_view line);
  void exit_status(int code, std::string_view meaning);
  void example(std::string_view command, std::string_view what);

  // Nothing: go on. Otherwise the exit status: the manual page was printed, or the usage error.
  [[nodiscard]] std::optional<int> parse(Arguments arguments);

  // The page --help prints.
  std::string manual() const;

 private:
  struct Parser;
  struct Described {
    std::string title;
    std::string help;
  };

  std::unique_ptr<Parser> parser_;
  const Verb& verb_;
  std::vector<std::string> synopses_;
  std::string description_;
  std::vector<Described> arguments_;
  std::vector<Described> options_;
  std::vector<Described> exit_statuses_;
  std::vector<Described> examples_;
};

// The text broken into lines of at most `width` columns, each behind `indent` spaces. Lines that
// start with a space are kept as they are.
std::string wrap(std::string_view text, std::size_t indent, std::size_t width);

}  // namespace sigla::app
