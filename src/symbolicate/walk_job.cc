// SPDX-License-Identifier: Apache-2.0
#include "symbolicate/walk_job.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "base/byte_reader.h"
#include "convert/map_unwrapped.h"
#include "convert/symcache_job.h"
#include "stackwalk/process.h"
#include "symbolicate/managed_trace.h"
#include "symbolicate/report_builder.h"
#include "symbolicate/report_codec.h"
#include "symbolicate/trace_job.h"

namespace sigla {
namespace {

constexpr char kWithSymbols = 's';
constexpr char kWithRegisters = 'r';
// What a file of an answer is for, one letter for each.
constexpr char kForNames = 'n';
constexpr char kForUnwinding = 'u';
constexpr char kProgram = 'p';

void put_text(std::string& out, std::string_view text) {
  const auto size = static_cast<std::uint32_t>(text.size());
  for (unsigned shift = 0; shift < 32; shift += 8) out += static_cast<char>(size >> shift);
  out += text;
}

std::string take_text(ByteReader& reader) {
  return std::string(as_text(reader.bytes(reader.u32())));
}

// Asks the parent for symbols, once for each module, and keeps what came back.
class AskedSymbols : public SymbolSource {
 public:
  AskedSymbols(const Process& process, WorkerContext& context)
      : process_(process), context_(context) {
    if (process.modules() != nullptr) modules_.resize(process.modules()->modules().size());
  }

  ModuleSymbols symbols(std::size_t module_index) override {
    Loaded& module = modules_[module_index];
    if (module.state.status == ModuleStatus::kUnused) load(module_index, module);
    return {.names = module.names.get(), .unwind = module.unwind.get()};
  }

  Bytes program(std::size_t module_index) override {
    return modules_[module_index].program.bytes();
  }

  SymbolState state(std::size_t module_index) const { return modules_[module_index].state; }

 private:
  struct Opened {
    MappedFile file;
    Buffer made;  // instead of a file, of the module's image in the dump
    std::optional<Symcache> symcache;
    const Symcache* get() const { return symcache ? &*symcache : nullptr; }
  };
  struct Loaded {
    SymbolState state;
    Opened names;
    Opened unwind;  // nothing when `names` is for both, or nobody has rules
    MappedFile program;
  };

  void load(std::size_t module_index, Loaded& loaded) {
    loaded.state.status = ModuleStatus::kMissing;
    const ProcessModule& module = process_.modules()->modules()[module_index];
    SymcacheRequest request;
    request.module = static_cast<std::uint32_t>(module_index);
    request.query.code_file = module.code_file;
    request.query.debug_file = module.debug_file;
    request.query.debug_identifier = module.debug_identifier;
    request.query.debug_id = module.debug_id;
    request.query.code_id = module.code_id;
    request.query.is_by_name = module.is_known_by_name;
    request.query.image_start = as_text(module.start);
    request.query.wants_program = is_crashed(module_index);
    if (process_.system()) request.query.os = process_.system()->os;
    request.query.arch = process_.arch();
    auto answer = context_.ask(kAskSymcache, {encode_symcache_request(request), {}});
    if (!answer.has_value()) {
      loaded.state.explain = answer.error().message();
      return;
    }
    add_answered(*answer, loaded);
    if (loaded.state.status == ModuleStatus::kMissing) add_image(module, loaded);
  }

  // Its code may not be in the dump.
  bool is_crashed(std::size_t module_index) const {
    const CrashEvidence& evidence = process_.evidence();
    const auto& exception = evidence.exception;
    return exception && exception->context && !evidence.dumped.regions().empty() &&
           process_.modules()->find(exception->context->instruction_pointer()) == module_index;
  }

  void add_answered(const WorkerMessage& answer, Loaded& loaded) const {
    for (std::size_t i = 0; i < std::min(answer.files.size(), answer.payload.size()); ++i) {
      if (answer.payload[i] == kProgram) {
        auto mapped = map_unwrapped(answer.files[i], context_.limits());
        if (mapped.has_value()) loaded.program = std::move(mapped).value();
        continue;
      }
      const bool is_for_names = answer.payload[i] == kForNames;
      const Status status = open(answer.files[i], is_for_names ? loaded.names : loaded.unwind);
      if (!status.has_value()) {
        loaded.state.status = ModuleStatus::kCorrupt;
        loaded.state.explain = status.error().message();
        return;
      }
      if (is_for_names) loaded.state.status = ModuleStatus::kFound;
    }
  }

  // Of a module that no place knows and the dump has whole.
  void add_image(const ProcessModule& module, Loaded& loaded) const {
    if (module.image.empty()) return;
    SymcacheInput input;
    input.file = module.image;
    input.file_name = module.code_file;
    SymcacheReport report;
    Opened opened;
    const Status status =
        convert_to_symcache(input, context_.limits(), report, [&](Bytes bytes) -> Status {
          opened.made.insert(opened.made.end(), bytes.begin(), bytes.end());
          return {};
        });
    if (!status.has_value()) return;
    auto symcache = Symcache::open(opened.made);
    if (!symcache.has_value()) return;
    opened.symcache = std::move(symcache).value();
    loaded.names = std::move(opened);
    loaded.state.status = ModuleStatus::kFound;
    loaded.state.explain = "names and unwind rules from its image in the dump";
  }

  static Status open(const File& file, Opened& opened) {
    SIGLA_TRY_ASSIGN(opened.file, MappedFile::map(file));
    SIGLA_TRY_ASSIGN(opened.symcache, Symcache::open(opened.file.bytes()));
    return {};
  }

  const Process& process_;
  WorkerContext& context_;
  std::vector<Loaded> modules_;
};

}  // namespace

std::string encode_symcache_request(const SymcacheRequest& request) {
  const ModuleQuery& query = request.query;
  std::string out;
  for (unsigned shift = 0; shift < 32; shift += 8) {
    out += static_cast<char>(request.module >> shift);
  }
  put_text(out, query.code_file);
  put_text(out, query.debug_file);
  put_text(out, query.debug_identifier);
  put_text(out, query.debug_id ? query.debug_id->breakpad() : std::string());
  put_text(out, query.code_id.text());
  put_text(out, query.os);
  put_text(out, to_string(query.arch));
  put_text(out, query.image_start);
  out += static_cast<char>(query.is_by_name ? 1 : 0);
  out += static_cast<char>(query.wants_program ? 1 : 0);
  return out;
}

Result<SymcacheRequest> decode_symcache_request(Bytes payload) {
  ByteReader reader(payload);
  SymcacheRequest request;
  request.module = reader.u32();
  request.query.code_file = take_text(reader);
  request.query.debug_file = take_text(reader);
  request.query.debug_identifier = take_text(reader);
  const std::string debug_id = take_text(reader);
  request.query.code_id = CodeId(take_text(reader));
  request.query.os = take_text(reader);
  request.query.arch = parse_arch(take_text(reader));
  request.query.image_start = take_text(reader);
  request.query.is_by_name = reader.u8() != 0;
  request.query.wants_program = reader.u8() != 0;
  SIGLA_TRY(reader.finish("symcache request"));
  if (!debug_id.empty()) {
    SIGLA_TRY_ASSIGN(request.query.debug_id, DebugId::parse(debug_id));
  }
  const bool has_id = request.query.debug_id || !request.query.code_id.empty();
  request.query.is_by_name = request.query.is_by_name && !has_id;
  return request;
}

WorkerMessage make_symcache_answer(SymbolAnswer& answer) {
  WorkerMessage message;
  const auto add = [&](std::optional<File>& file, char purpose) {
    if (!file) return;
    message.payload += purpose;
    message.files.push_back(*std::move(file));
  };
  add(answer.symcache, kForNames);
  add(answer.unwind, kForUnwinding);
  add(answer.program, kProgram);
  return message;
}

WorkerMessage make_walk_request(File dump, const WalkOptions& options) {
  WorkerMessage request;
  if (options.has_symbols) request.payload += kWithSymbols;
  if (options.has_registers) request.payload += kWithRegisters;
  request.files.push_back(std::move(dump));
  return request;
}

Result<WorkerMessage> run_walk_job(WorkerMessage request, WorkerContext& context) {
  if (request.files.size() != 1) {
    return make_error(ErrorCode::kInvalidArgument, "walk job: no dump was handed over");
  }
  const auto make_file = [&context]() -> Result<File> {
    SIGLA_TRY_ASSIGN(WorkerMessage answer, context.ask(kAskSpool, {}));
    if (answer.files.size() != 1)
      return make_error(ErrorCode::kUnavailable, "no file to unpack to");
    return std::move(answer.files.front());
  };
  SIGLA_TRY_ASSIGN(const auto mapped,
                   map_unwrapped(request.files.front(), context.limits(), make_file));
  Diagnostics diagnostics;
  SIGLA_TRY_ASSIGN(const Process process,
                   Process::open(mapped.bytes(), context.limits(), diagnostics));
  AskedSymbols symbols(process, context);
  const bool has_symbols = request.payload.find(kWithSymbols) != std::string::npos;
  const bool has_registers = request.payload.find(kWithRegisters) != std::string::npos;
  ReportBuilder builder(process, has_symbols ? &symbols : nullptr, has_registers);
  Report report = builder.build();
  for (std::size_t i = 0; i < report.modules.size(); ++i) {
    SymbolState state = symbols.state(i);
    report.modules[i].status = state.status;
    if (!state.explain.empty()) report.modules[i].explain.push_back(std::move(state.explain));
  }
  for (const auto& [category, found] : diagnostics.categories()) {
    for (const std::string& detail : found.details)
      report.warnings.push_back(category + ": " + detail);
  }
  WorkerMessage answer;
  answer.payload = encode_report(report);
  return answer;
}

void add_symbolicate_jobs(WorkerJobs& jobs) {
  jobs.emplace(kWalkJob, run_walk_job);
  add_trace_job(jobs);
  add_managed_trace_job(jobs);
}

}  // namespace sigla
