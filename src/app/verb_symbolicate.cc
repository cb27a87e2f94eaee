// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "app/command_line.h"
#include "app/crash_annotations.h"
#include "app/exit_code.h"
#include "app/local_workers.h"
#include "app/symbol_places.h"
#include "app/verbs.h"
#include "base/text.h"
#include "os/worker.h"
#include "symbolicate/crash_input.h"
#include "symbolicate/managed_trace.h"
#include "symbolicate/symbol_finder.h"
#include "symbolicate/write_breakpad.h"
#include "symbolicate/write_json.h"
#include "symbolicate/write_machine.h"
#include "symbolicate/write_rust_minidump.h"
#include "symbolicate/write_text.h"

namespace sigla::app {
namespace {

std::string write(const SymbolicatedCrash& crash, const std::string& format, bool explains) {
  const Report& report = crash.report;
  if (format == "json") return write_json(report);
  if (format == "breakpad") return write_breakpad(report);
  if (format == "breakpad-machine") return write_breakpad_machine(report);
  if (format == "rust-minidump") return write_rust_minidump(report);
  return crash.text && !explains ? *crash.text : write_text(report, explains);
}

// A pipe cannot be mapped, so all of it is taken first.
Result<File> standard_input() {
  SIGLA_TRY_ASSIGN(File copy, File::create_in_memory("standard input"));
  const std::uint64_t size_max = Limits().minidump_size_max;
  Buffer part(1 << 20);
  for (std::uint64_t total = 0;;) {
    const ssize_t size = ::read(STDIN_FILENO, part.data(), part.size());
    if (size < 0) return errno_error("standard input");
    if (size == 0) break;
    total += static_cast<std::uint64_t>(size);
    if (total > size_max) {
      return make_error(ErrorCode::kLimitExceeded, "more than {} bytes of input", size_max);
    }
    SIGLA_TRY(copy.write_all(Bytes(part).first(static_cast<std::size_t>(size))));
  }
  SIGLA_TRY(copy.rewind());
  return copy;
}

// A text that comes back as it was does not say why; standard output is the text and nothing else.
void tell_missing(const Report& report, const std::string& input, bool has_no_places) {
  constexpr std::size_t kNamedMax = 3;
  if (has_no_places) {
    std::fputs(fmt::format("sigla: {}: no place to look for symbols was named (--symbols)\n", input)
                   .c_str(),
               stderr);
    return;
  }
  std::string names;
  std::size_t count = 0;
  for (const ReportModule& module : report.modules) {
    const bool is_missing =
        module.status == ModuleStatus::kMissing || module.status == ModuleStatus::kCorrupt;
    if (!is_missing || ++count > kNamedMax) continue;
    names += names.empty() ? "" : ", ";
    names += base_name(module.code_file.empty() ? module.debug_file : module.code_file);
  }
  if (count == 0) return;
  if (count > kNamedMax) names += fmt::format(" and {} more", count - kNamedMax);
  std::fputs(
      fmt::format("sigla: {}: no symbols for {}; --explain says why\n", input, names).c_str(),
      stderr);
}

Result<std::string> symbolicate(const std::string& input,
                                const std::vector<std::string>& places,
                                const std::string& annotations,
                                const std::string& format,
                                bool explains,
                                const ManagedTextOptions& managed) {
  SIGLA_TRY_ASSIGN(const File file, input == "-" ? standard_input() : File::open_read(input));
  SIGLA_TRY_ASSIGN(const auto walkers, start_local_workers());
  const SymbolPlaces symbols(places);  // with workers of its own: the walk waits for them
  const SymbolFinder finder(symbols.places());
  SIGLA_TRY_ASSIGN(
      auto managed_text,
      symbolicate_managed_trace(
          file, *walkers, symbols.empty() ? nullptr : &finder, format == "json", managed));
  if (managed_text) return std::move(*managed_text);
  SIGLA_TRY_ASSIGN(
      SymbolicatedCrash crash,
      symbolicate_crash(file, *walkers, symbols.empty() ? nullptr : &finder, format == "breakpad"));
  if (!annotations.empty()) {
    SIGLA_TRY_ASSIGN(const Buffer text, read_file(annotations, Limits().http_json_body_size_max));
    if (Status status = apply_crash_annotations(as_text(text), crash.report); !status.has_value()) {
      return std::move(status).error().in(annotations);
    }
  }
  if (crash.text && format == "text" && !explains) {
    tell_missing(crash.report, input, symbols.empty());
  }
  return write(crash, format, explains);
}

int run_symbolicate(const Verb& self, Arguments arguments) {
  std::string format = "text";
  bool explains = false;
  std::vector<std::string> places;
  std::string input;
  std::string annotations;
  ManagedTextOptions managed;
  CommandLine line(
      self,
      "INPUT [--symbols DIR|URL]... [--format FORMAT]",
      "Prints the stacks of every thread of a crash: what happened, the crashed thread first, each "
      "frame with function, file and line, inlined calls included, and how it was found. INPUT is "
      "a minidump, an ELF core as the kernel, gcore or systemd-coredump write them (either plain "
      "or compressed), an Apple crash report, or any text with stack traces in it: of sanitizers, "
      "Android, backtrace_symbols, gdb, lldb, WinDbg, winedbg, the Linux kernel, Breakpad, or "
      "lists of "
      "modules and offsets. A text comes back with its frames replaced and all else as it was. '-' "
      "is standard input.\n\n"
      "Symbols are looked for in each DIR and at each URL in turn, by the ids in the dump: "
      "Breakpad "
      "files, and the programs and debug files themselves. A DIR may have the layout of any symbol "
      "store or none at all: files of whatever name are then told by what is in them, compressed "
      "ones too. '/' is this machine: its programs and what it has in /usr/lib/debug. A URL may be "
      "a debuginfod, a Microsoft, SSQP or Breakpad symbol server. A list as in DEBUGINFOD_URLS or "
      "_NT_SYMBOL_PATH is taken apart; neither variable is read unasked.\n\n"
      "A module is best known by two files: its debug file for names and lines, itself for how its "
      "frames are unwound. What was looked for and found is explained with --explain and in the "
      "JSON form, and in the text for modules without symbols.\n\n"
      "Stack traces of .NET, Mono and Unity, also in the strings of JSON, get file and line where "
      "they have an IL offset and the MVID or name of a program that is in a DIR. Native frames in "
      "the same text are named, too; JSON has their report as \"native\".\n\n"
      "The first use of a symbol file prepares it; the result and what was fetched stay under "
      "$XDG_CACHE_HOME/sigla (or ~/.cache/sigla), which may be deleted at any time.");
  line.positional(
      "INPUT", &input, "a minidump, a core, a crash report, a text; '-': standard input");
  line.option("--symbols", "DIR|URL", &places, "where symbols are; may be given several times");
  line.choice("--format",
              {"text", "json", "breakpad", "breakpad-machine", "rust-minidump"},
              &format,
              "for people, for programs, or as Breakpad's minidump_stackwalk prints it with and "
              "without -m");
  line.flag("--explain",
            &explains,
            "below each frame and module: which ids were looked for, where, what came back, what "
            "was chosen and why, and what would make it better (JSON always has it)");
  line.option(
      "--evil-json",
      "FILE",
      &annotations,
      "what Mozilla's crash reporter wrote beside the dump: who signed the modules, and the "
      "processor's microcode");
  line.flag("--fold-async",
            &managed.folds_async,
            "in traces of .NET, methods as the source has them, without what await adds");
  line.flag("--source-links",
            &managed.has_source_links,
            "in traces of .NET, the URL that Source Link gives instead of the compiler's path");
  line.exit_status(kExitBadInput, "the dump cannot be read, the text has no stack trace");
  line.example("sigla symbolicate crash.dmp --symbols symbols/", "with a folder of symbol files");
  line.example("sigla symbolicate crash.dmp --symbols \"$DEBUGINFOD_URLS\" --symbols /",
               "with debuginfod servers and this machine's own files");
  line.example("sigla symbolicate crash.dmp --symbols / --explain",
               "why each frame and module is as it is");
  line.example(
      "sigla symbolicate core.1234.zst --symbols / --symbols https://debuginfod.debian.net",
      "a core with the programs of this machine and their debug files");
  line.example(
      "sigla symbolicate crash.dmp --symbols https://symbols.example/symbols --format json",
      "with a server, for a program");
  line.example("dmesg | sigla symbolicate - --symbols /usr/lib/debug", "with a kernel's oops");
  line.example("sigla symbolicate app.log --symbols bin/ --fold-async",
               "a log with traces of .NET, with the programs and PDBs in bin/");
  if (const auto status = line.parse(arguments)) return *status;
  if (explains && format != "text" && format != "json") {
    return fail(
        make_error(ErrorCode::kInvalidArgument, "--explain: {} has no place for it", format));
  }
  const auto text = symbolicate(input, places, annotations, format, explains, managed);
  if (!text.has_value()) return fail(input, text.error());
  if (std::fwrite(text->data(), 1, text->size(), stdout) != text->size() ||
      std::fflush(stdout) != 0) {
    return fail(errno_error("standard output"));
  }
  return kExitDone;
}

}  // namespace

const Verb kVerbSymbolicate = {
    "symbolicate", "turn a crash dump or stack trace into readable stacks", run_symbolicate};

}  // namespace sigla::app
