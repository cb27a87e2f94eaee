// SPDX-License-Identifier: Apache-2.0
// A symbolicated crash: what every output format is written from, and what the walk job sends back.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ident/identity.h"
#include "stackwalk/crash_findings.h"
#include "stackwalk/exploitability.h"
#include "stackwalk/frame.h"
#include "stackwalk/process_details.h"
#include "symbolicate/symbol_candidate.h"

namespace sigla {

enum class ModuleStatus : std::uint8_t {
  kUnused,  // no frame lies in it, so nobody looked for its symbols
  kFound,
  kMissing,  // looked for and not found
  kCorrupt,  // found, and not usable
};
// "unused", "found", "missing", "corrupt".
std::string_view to_string(ModuleStatus status);

struct ReportModule {
  std::uint64_t base = 0;
  std::uint64_t size = 0;
  std::string code_file;         // path as the process had it
  std::string debug_file;        // path or name; empty when unknown
  std::string debug_identifier;  // Breakpad's form; empty when unknown
  std::optional<DebugId> debug_id;
  CodeId code_id;
  std::string version;
  std::string cert_subject;      // who signed it, where the crash's annotations say so
  std::uint32_t list_index = 0;  // where it stood in the dump's list
  ModuleStatus status = ModuleStatus::kUnused;
  std::string symbol_source;         // where names and lines came from: a path, a URL
  std::string unwind_source;         // where the unwind rules came from; empty: nobody has them
  bool has_breakpad_names = false;   // the symbol file's names are Breakpad's, as they are printed
  std::vector<std::string> explain;  // what was looked for, where, what came back, what was chosen
  std::vector<std::string> advice;   // what would show more, and how to get it
  // What the names came from, and everything that was looked for; not part of what a worker sends.
  Identity symbol_identity;
  std::vector<SymbolCandidate> candidates;
};

struct ReportRegister {
  std::string name;
  std::uint64_t value = 0;
};

struct ReportFrame {
  std::uint64_t instruction = 0;     // what was looked up
  std::uint64_t return_address = 0;  // the instruction pointer; of an inlined call, `instruction`
  Trust trust = Trust::kNone;
  std::optional<std::uint32_t> module;           // index of Report::modules
  std::optional<std::uint32_t> unloaded_module;  // else, index of Report::unloaded_modules
  std::string symbol;               // as the symbol file has it: mangled or not; empty: not known
  std::string function;             // the same for people
  std::uint64_t function_base = 0;  // absolute
  std::string file;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::string source_url;       // of the line, by the module's Source Link map; empty: none
  std::uint64_t line_base = 0;  // absolute; 0 when no line covers the frame
  // The known ones, in Breakpad's order; none of an inlined call, or when they were not asked for.
  std::vector<ReportRegister> registers;
};

struct ReportThread {
  std::uint32_t id = 0;
  std::string name;
  bool is_in_name_list = false;             // of a minidump; the name may be empty there
  std::optional<std::uint32_t> last_error;  // Windows: what GetLastError() would say
  std::optional<minidump::ThreadInfo> info;
  std::optional<std::uint64_t> shadow_stack_pointer;
  // Innermost first. An inlined call (trust kInline) stands before the frame that contains it.
  std::vector<ReportFrame> frames;
};

struct Report {
  bool has_certificates = false;  // somebody said who signed the modules
  // --- system ---
  std::string os;
  std::string os_version;
  std::string cpu;
  std::string cpu_info;
  std::uint32_t cpu_count = 0;
  std::string gpu_version;  // empty when not known, as the two below
  std::string gpu_vendor;
  std::string gpu_renderer;
  Arch arch = Arch::kUnknown;
  std::uint32_t time = 0;  // when the dump was written, seconds since 1970; 0 when not known
  std::optional<std::uint32_t> process_id;
  std::uint32_t process_create_time = 0;  // likewise

  // --- crash ---
  bool has_crashed = false;
  std::string crash_reason;       // in Breakpad's words
  std::string rust_crash_reason;  // in rust-minidump's
  std::uint64_t crash_address = 0;
  std::vector<std::uint64_t> crash_parameters;  // what the system said of it, unexplained
  Exploitability exploitability = Exploitability::kNotRated;
  CrashFindings findings;
  std::string assertion;  // empty when there was none
  std::optional<std::uint32_t>
      requesting_thread;  // index of threads: crashed, or asked for the dump

  bool has_modules = false;           // the dump has a usable module list, if an empty one
  std::vector<ReportModule> modules;  // in order of address
  std::vector<ReportModule> unloaded_modules;
  std::optional<std::uint32_t> main_module;
  std::vector<ReportThread> threads;
  struct Annotation {
    std::string key;  // may be empty
    std::string value;
  };
  std::vector<Annotation> annotations;
  ProcessDetails details;
  std::vector<std::string> warnings;  // damaged parts of the dump that were left out
};

// The function's name as Breakpad's own tools print it: that of a Breakpad file as it stands there,
// that of a native file as dump_syms would have made it readable.
const std::string& breakpad_name(const Report& report, const ReportFrame& frame);
// The address Breakpad's tools print of a frame: the return address on x86 and amd64, elsewhere
// what was looked up (stack_frame_cpu.h has ReturnAddress() for those two only).
std::uint64_t breakpad_address(const Report& report, const ReportFrame& frame);

}  // namespace sigla
