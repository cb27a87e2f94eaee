// SPDX-License-Identifier: Apache-2.0
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "app/address_report.h"
#include "app/command_line.h"
#include "app/exit_code.h"
#include "app/managed_report.h"
#include "app/symbol_file_options.h"
#include "app/verbs.h"
#include "base/text.h"

namespace sigla::app {

namespace {

Result<std::uint64_t> parse_address(std::string_view text) {
  std::string_view digits = text;
  if (digits.starts_with("0x") || digits.starts_with("0X")) digits.remove_prefix(2);
  const auto address = parse_hex(digits);
  if (address.has_value()) return *address;
  return make_error(ErrorCode::kInvalidArgument, "'{}' is no hexadecimal address", text);
}

// Addresses separated by white space, handed on as they come in.
class AddressStream {
 public:
  // Some more addresses, no more than are answered in memory that stays in the processor's cache;
  // none at the end of the input.
  Result<std::vector<std::uint64_t>> next() {
    std::vector<std::uint64_t> addresses;
    while (true) {
      SIGLA_TRY(take_words(addresses));
      if (!addresses.empty() || at_end_) return addresses;
      SIGLA_TRY(read_more());
    }
  }

 private:
  // Takes what is there: the more addresses at once, the fewer trips to the worker that makes
  // their names readable. Waits only when there is nothing.
  Status read_more() {
    constexpr std::size_t kSizeMax = 4 << 20;
    std::size_t total = 0;
    pollfd ready = {STDIN_FILENO, POLLIN, 0};
    do {
      const std::size_t old_size = rest_.size();
      rest_.resize(old_size + (1 << 20));
      const ssize_t size = ::read(STDIN_FILENO, rest_.data() + old_size, 1 << 20);
      rest_.resize(old_size + static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
      if (size < 0) return errno_error("standard input");
      at_end_ = size == 0;
      total += static_cast<std::size_t>(size);
    } while (!at_end_ && total < kSizeMax && ::poll(&ready, 1, 0) == 1);
    return {};
  }

  Status take_words(std::vector<std::uint64_t>& addresses) {
    constexpr std::string_view kSpace = " \t\r\n";
    std::size_t at = rest_.find_first_not_of(kSpace);
    while (at != std::string::npos && addresses.size() < kCountMax) {
      const std::size_t end = rest_.find_first_of(kSpace, at);
      if (end == std::string::npos && !at_end_) break;
      SIGLA_TRY_ASSIGN(const std::uint64_t address,
                       parse_address(std::string_view(rest_).substr(at, end - at)));
      addresses.push_back(address);
      at = end == std::string::npos ? end : rest_.find_first_not_of(kSpace, end);
    }
    rest_.erase(0, at == std::string::npos ? rest_.size() : at);
    if (!addresses.empty() || rest_.size() <= kWordSizeMax) return {};
    return make_error(ErrorCode::kInvalidArgument, "no address in {} bytes", rest_.size());
  }

  static constexpr std::size_t kWordSizeMax = 4'096;
  static constexpr std::size_t kCountMax = 4'096;
  std::string rest_;
  bool at_end_ = false;
};

int print(const Result<std::string>& text) {
  if (!text.has_value()) return fail(text.error());
  std::fwrite(text->data(), 1, text->size(), stdout);
  if (std::fflush(stdout) != 0) return fail(errno_error("standard output"));
  return kExitDone;
}

int report_all(AddressReport& report, const std::vector<std::string>& words) {
  if (const int status = print(std::string(report.begin())); status != kExitDone) return status;
  if (words.size() == 1 && words[0] == "-") {
    AddressStream input;
    for (;;) {
      const auto addresses = input.next();
      if (!addresses.has_value()) return fail("standard input", addresses.error());
      if (addresses->empty()) break;
      if (const int status = print(report.add(*addresses)); status != kExitDone) return status;
    }
  } else {
    std::vector<std::uint64_t> addresses;
    for (const std::string& word : words) {
      const auto address = parse_address(word);
      if (!address.has_value()) return fail(address.error());
      addresses.push_back(*address);
    }
    if (const int status = print(report.add(addresses)); status != kExitDone) return status;
  }
  if (const int status = print(std::string(report.end())); status != kExitDone) return status;
  return report.found_any() ? kExitDone : kExitNo;
}

int run_lookup(const Verb& self, Arguments arguments) {
  std::string file;
  std::vector<std::string> words;
  bool as_json = false;
  SymbolFileOptions options;
  CommandLine line(self,
                   "[--json] [--arch ARCH] [--debug-directory DIR]... FILE ADDRESS...",
                   "Prints what stands at each ADDRESS of FILE: functions, inlined calls first, "
                   "with file and line. Addresses are hexadecimal and relative to where the module "
                   "begins (in WebAssembly to the file, in an object file or kernel module to its "
                   "code, one section behind the other); a single '-' reads them from standard "
                   "input.\n\n"
                   "Reads ELF, Mach-O, PE, WebAssembly and Breakpad symbol files: DWARF 2 to 5, "
                   "symbol tables and exports. What lies in other files is found as gdb does it: "
                   "separate debug files by build id or .gnu_debuglink, dwz's common file, .dwo "
                   "and .dwp.\n\n"
                   "In .NET programs and their PDBs an ADDRESS is the token of a method and an IL "
                   "offset, as in 0x06000003+0x1f. The Portable PDB is found inside the program or "
                   "beside it, and names beside the PDB; answers have the URL that Source Link "
                   "gives.\n\n"
                   "The first look-up in a file prepares it and keeps the result under "
                   "$XDG_CACHE_HOME/sigla (or ~/.cache/sigla), so that further ones are fast. That "
                   "folder may be deleted at any time.");
  line.positional("FILE", &file, "a file with symbols, plain or compressed");
  line.positionals("ADDRESS", &words, "where to look, or '-'", CommandLine::kAtLeastOne);
  line.flag(
      "--json",
      &as_json,
      "print a list of {\"addr\", \"frames\"}, with \"symbol_source\" where that is another file");
  options.add_to(line);
  line.exit_status(kExitNo, "nothing is known about any of the addresses");
  line.example("sigla lookup app.sym 0x2112", "the function at 0x2112");
  line.example("sigla lookup app.sym - < addresses", "many at once");
  line.example("sigla lookup app.dll 0x06000003+0x1f", "the line of an IL offset");
  if (const auto status = line.parse(arguments)) return *status;

  LazyWorkers workers;
  if (std::any_of(words.begin(), words.end(), [](const std::string& word) {
        return word.find('+') != std::string::npos;
      })) {
    const auto report = report_managed(file, words, as_json, options.is_verbose, workers);
    if (!report.has_value()) return fail(file, report.error());
    if (const int status = print(report->text); status != kExitDone) return status;
    return report->found_any ? kExitDone : kExitNo;
  }
  const auto opened = options.open(file, workers);
  if (!opened.has_value()) return fail(file, opened.error());
  AddressReport report(
      opened->cache, workers, as_json ? AddressReport::Form::kJson : AddressReport::Form::kText);
  if (!opened->companions.empty()) report.set_symbol_source(opened->companions.front());
  return report_all(report, words);
}

}  // namespace

const Verb kVerbLookup = {"lookup", "tell functions and lines of addresses", run_lookup};

}  // namespace sigla::app
