// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "app/command_line.h"
#include "app/exit_code.h"
#include "app/file_contents.h"
#include "app/local_workers.h"
#include "app/verbs.h"
#include "convert/pdb_conversion_job.h"
#include "convert/source_server_text.h"

namespace sigla::app {
namespace {

struct Paths {
  std::string pdb;
  std::string assembly;  // empty: `pdb` is an assembly itself
  std::string output;
};

Result<PdbConversionReport> convert(const Paths& paths,
                                    PdbFormat to,
                                    const PdbConversionOptions& options) {
  SIGLA_TRY_ASSIGN(File pdb, File::open_read(paths.pdb));
  std::optional<File> assembly;
  if (!paths.assembly.empty()) {
    SIGLA_TRY_ASSIGN(assembly, File::open_read(paths.assembly));
  }
  SIGLA_TRY_ASSIGN(const auto workers, start_local_workers());
  SIGLA_TRY_ASSIGN(const File output, File::create_in_memory("converted PDB"));
  SIGLA_TRY_ASSIGN(File copy, output.duplicate());
  SIGLA_TRY_ASSIGN(
      const WorkerMessage answer,
      workers->run(kPdbConversionJob,
                   make_pdb_conversion_request(
                       std::move(pdb), std::move(assembly), std::move(copy), to, options)));
  SIGLA_TRY_ASSIGN(PdbConversionReport report, read_pdb_conversion_answer(answer.payload));
  SIGLA_TRY_ASSIGN(const MappedFile converted, MappedFile::map(output));
  SIGLA_TRY(replace_file(paths.output, converted.bytes()));
  return report;
}

Status read_variables(const std::vector<std::string>& texts, PdbConversionOptions& options) {
  for (const std::string& text : texts) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos) {
      return make_error(ErrorCode::kInvalidArgument, "--srcsrv-variable {}: no '='", text);
    }
    std::string name = text.substr(0, equals);
    std::string value = text.substr(equals + 1);
    SIGLA_TRY(check_srcsrv_variable(name, value));
    options.srcsrv_variables.emplace_back(std::move(name), std::move(value));
  }
  return {};
}

void print(std::string_view kind, const std::vector<std::string>& messages) {
  for (const std::string& message : messages) {
    const std::string line = fmt::format("sigla: {}: {}\n", kind, printable(message));
    std::fputs(line.c_str(), stderr);
  }
}

int run_convert_pdb(const Verb& self, Arguments arguments) {
  std::string to;
  Paths paths;
  PdbConversionOptions options;
  bool keeps_source_link = false;
  bool is_verbose = false;
  bool is_quiet = false;
  std::vector<std::string> variables;
  CommandLine line(
      self,
      "--to windows|portable [--assembly DLL] PDB -o OUT",
      "Converts the PDB of a .NET assembly from the Portable to the Windows format, or the other "
      "way: methods, lines, scopes, locals, constants, imports, async and iterator information, "
      "what compilers add for edit and continue, embedded sources, Source Link. The id stays, so "
      "the assembly keeps its PDB; the same input gives the same bytes.\n\n"
      "PDB may be an assembly with a PDB embedded in it; `--to portable` then takes it out.\n\n"
      "A Source Link map is kept as it is and, for debuggers that know source servers only, also "
      "written as srcsrv; a Windows PDB that has srcsrv alone gets a map made of it. What was lost "
      "is told on standard error.");
  line.choice("--to", {"windows", "portable"}, &to, "the format to write");
  line.option("--assembly", "DLL", &paths.assembly, "the program the PDB belongs to");
  line.option("-o,--output", "OUT", &paths.output, "the file to write");
  line.flag("--no-srcsrv", &keeps_source_link, "no conversion between Source Link and srcsrv");
  line.option("--srcsrv-variable",
              "NAME=VALUE",
              &variables,
              "one more variable of the srcsrv stream; may be repeated");
  line.flag("-v,--verbose", &is_verbose, "also say what the other format has no place for");
  line.flag("-q,--quiet", &is_quiet, "no warnings");
  line.positional("PDB", &paths.pdb, "what to convert");
  line.exit_status(1, "the PDB is not the assembly's, or there is none in it");
  line.example("sigla convert-pdb --to windows --assembly app.dll app.pdb -o windows/app.pdb",
               "for tools that read Windows PDBs only");
  line.example("sigla convert-pdb --to portable app.dll -o app.pdb", "take the embedded PDB out");
  if (const auto status = line.parse(arguments)) return *status;
  if (to.empty() || paths.output.empty()) {
    return fail(make_error(
        ErrorCode::kInvalidArgument, "convert-pdb: {} is missing", to.empty() ? "--to" : "-o"));
  }
  options.convert_source_link = !keeps_source_link;
  const Status variables_read = read_variables(variables, options);
  if (!variables_read.has_value()) return fail(variables_read.error());

  const auto report =
      convert(paths, to == "windows" ? PdbFormat::kWindows : PdbFormat::kPortable, options);
  if (!report.has_value()) return fail(paths.pdb, report.error());
  if (!is_quiet) print("warning", report->warnings);
  if (is_verbose) print("note", report->notes);
  return kExitDone;
}

}  // namespace

const Verb kVerbConvertPdb = {
    "convert-pdb", "convert the PDB of a .NET assembly to the other format", run_convert_pdb};

}  // namespace sigla::app
