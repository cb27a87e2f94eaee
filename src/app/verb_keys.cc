// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <string>
#include <vector>

#include "app/command_line.h"
#include "app/exit_code.h"
#include "app/local_workers.h"
#include "app/verbs.h"
#include "base/text.h"
#include "codec/hash.h"
#include "ident/ssqp_key.h"
#include "ident/symbol_keys.h"
#include "object/identify_job.h"

namespace sigla::app {

namespace {

// A file of no format we know that reads as text is taken for a source file.
bool is_text(Bytes file) {
  constexpr std::size_t kLookedAt = 64U << 10;
  const std::string_view start = as_text(file.first(std::min(file.size(), kLookedAt)));
  const bool is_utf16 = start.starts_with("\xff\xfe") || start.starts_with("\xfe\xff");
  return !file.empty() && (is_utf16 || start.find('\0') == std::string_view::npos);
}

Result<std::vector<std::string>> keys_of(WorkerPool& workers,
                                         const std::string& path,
                                         KeyFlags flags) {
  SIGLA_TRY_ASSIGN(const File file, File::open_read(path));
  auto found = identify_in_worker(workers, file, base_name(path), {});
  if (!found.has_value()) {
    if (found.error().code() != ErrorCode::kUnsupported) return std::move(found).error();
    SIGLA_TRY_ASSIGN(const MappedFile mapped, MappedFile::map(file));
    if (!is_text(mapped.bytes())) return std::move(found).error();
    if ((flags & kIdentityKey) == 0) return std::vector<std::string>();
    return std::vector<std::string>{source_sha1_key(path, hex_lower(sha1(mapped.bytes())))};
  }
  std::vector<std::string> keys;
  for (const Object& object : found.value().objects) {
    for (std::string& key : symbol_keys(object.identity, flags)) keys.push_back(std::move(key));
  }
  return keys;
}

int run_keys(const Verb& self, Arguments arguments) {
  std::string flag_names = "All";
  std::vector<std::string> files;
  CommandLine line(
      self,
      "[--flags KIND,...] FILE...",
      "Prints the keys (paths below a symbol server's address) under which debuggers "
      "ask for each FILE and for what belongs to it, one a line, in the order of "
      "dotnet-symbol and in the case it asks with. Servers compare them without case.\n\n"
      "A compressed FILE (gzip, zstd, xz, bzip2, a cabinet of one file) is unpacked "
      "first. A text of no format we know is taken for a source file.\n\n"
      "Kinds of keys:\n"
      "  IdentityKey       the file itself\n"
      "  SymbolKey         its symbol file: PDB, .debug, dSYM\n"
      "  PerfMapKeys       its R2R perf map\n"
      "  RuntimeKeys       the file, when it is a .NET runtime\n"
      "  DacDbiKeys        a runtime's debugging libraries\n"
      "  ClrKeys           the same and SOS\n"
      "  HostKeys          a program, also as .NET's \"apphost\"\n"
      "  ForceWindowsPdbs  no kind: Portable PDBs as if they were Windows PDBs\n"
      "  All               everything but ForceWindowsPdbs; the default\n"
      "  None              nothing");
  line.option("--flags", "KIND,...", &flag_names, "only keys of these kinds");
  line.positionals("FILE", &files, "what to look at", CommandLine::kAtLeastOne);
  line.exit_status(kExitNo, "no key at all");
  line.example("sigla keys /bin/ls", "the build-id keys of ls and of its symbols");
  line.example("sigla keys --flags SymbolKey app.dll", "which PDBs app.dll wants");
  if (const auto status = line.parse(arguments)) return *status;

  const auto flags = parse_key_flags(flag_names);
  if (!flags.has_value()) return fail("--flags", flags.error());
  const auto workers = start_local_workers();
  if (!workers.has_value()) return fail(workers.error());
  int status = kExitDone;
  bool any = false;
  for (const std::string& path : files) {
    const auto keys = keys_of(*workers.value(), path, flags.value());
    if (!keys.has_value()) {
      status = fail(path, keys.error());
      continue;
    }
    for (const std::string& key : keys.value()) std::printf("%s\n", key.c_str());
    any = any || !keys.value().empty();
  }
  return status == kExitDone && !any ? kExitNo : status;
}

}  // namespace

const Verb kVerbKeys = {"keys", "print every symbol key of a file", run_keys};

}  // namespace sigla::app
