// SPDX-License-Identifier: Apache-2.0
#include "convert/pdb_to_symcache.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "base/parallel.h"
#include "convert/pdb_function_tree.h"
#include "convert/pdb_moved_code.h"
#include "convert/pdb_names.h"
#include "formats/pdb/debug_info.h"
#include "formats/pdb/frame_data.h"
#include "formats/pdb/function_reader.h"
#include "formats/pdb/identity.h"
#include "formats/pdb/module_lines.h"
#include "formats/pdb/module_stream.h"
#include "formats/pdb/type_names.h"
#include "symcache/symcache_run.h"

namespace sigla {
namespace {

constexpr std::uint16_t IMAGE_FILE_MACHINE_I386 = 0x14c;

// Bytes of parameters by the address of the code that pops them.
class ParameterSizes {
 public:
  explicit ParameterSizes(const std::vector<pdb::FrameRecord>& records) {
    for (const pdb::FrameRecord& record : records) {
      sizes_.push_back({record.range.low, record.parameter_size});
    }
    std::stable_sort(
        sizes_.begin(), sizes_.end(), [](const Entry& a, const Entry& b) { return a.rva < b.rva; });
  }
  std::uint32_t find(std::uint64_t rva) const {
    const auto after = std::upper_bound(
        sizes_.begin(), sizes_.end(), rva, [](std::uint64_t key, const Entry& entry) {
          return key < entry.rva;
        });
    return after != sizes_.begin() && (after - 1)->rva == rva ? (after - 1)->size : 0;
  }

 private:
  struct Entry {
    std::uint32_t rva;
    std::uint32_t size;
  };
  std::vector<Entry> sizes_;  // of equal addresses frame data comes last
};

// Reads modules, several at a time.
class ModuleConverter {
 public:
  ModuleConverter(const pdb::DebugInfo& info,
                  const std::vector<pdb::FrameRecord>& frames,
                  Conversion& conversion)
      : info_(info),
        limits_(conversion.limits),
        writer_(conversion.writer),
        is_x86_(info.dbi().machine == IMAGE_FILE_MACHINE_I386),
        parameter_sizes_(frames),
        cross_scope_(info),
        diagnostics_(info.dbi().modules.size()) {}

  // Functions of all modules.
  Status read_modules(unsigned thread_count);
  // What no function has the name of.
  void add_publics();
  void report_to(Diagnostics& diagnostics) const {
    for (const Diagnostics& found : diagnostics_) diagnostics.merge(found);
  }

 private:
  // What one thread needs at a time.
  struct Worker {
    explicit Worker(const ModuleConverter& converter)
        : types(converter.info_.types(), converter.info_.ids(), converter.limits_),
          names(converter.info_, types, converter.is_x86_) {}
    pdb::TypeNames types;
    PdbNames names;
    pdb::FunctionSymbol function;
    FunctionTree tree;
    std::vector<std::uint32_t> starts;  // of the functions, as they were linked
  };
  std::unique_ptr<Worker> take_worker();
  void give_back(std::unique_ptr<Worker> worker);
  void read_module(std::size_t index, Worker& worker);
  void add_trampolines(Bytes symbols, Worker& worker, SymcacheRun& run);
  void add_function(Worker& worker, PdbFunctionTree& trees, SymcacheRun& run);

  const pdb::DebugInfo& info_;
  const Limits& limits_;
  SymcacheWriter& writer_;
  bool is_x86_;
  ParameterSizes parameter_sizes_;
  PdbCrossScope cross_scope_;
  std::vector<Diagnostics> diagnostics_;  // by module
  std::atomic<std::uint64_t> piece_count_ = 0;
  std::mutex mutex_;  // over idle_
  std::vector<std::unique_ptr<Worker>> idle_;
  std::vector<std::uint32_t> function_starts_;
};

std::unique_ptr<ModuleConverter::Worker> ModuleConverter::take_worker() {
  const std::lock_guard lock(mutex_);
  if (idle_.empty()) return std::make_unique<Worker>(*this);
  auto worker = std::move(idle_.back());
  idle_.pop_back();
  return worker;
}

void ModuleConverter::give_back(std::unique_ptr<Worker> worker) {
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(worker));
}

Status ModuleConverter::read_modules(unsigned thread_count) {
  parallel_for(thread_count, info_.dbi().modules.size(), [&](unsigned, std::size_t index) {
    if (piece_count_ > limits_.record_count_max) return;
    auto worker = take_worker();
    read_module(index, *worker);
    give_back(std::move(worker));
  });
  if (piece_count_ > limits_.record_count_max) {
    return make_error(
        ErrorCode::kLimitExceeded, "PDB: more than {} lines", limits_.record_count_max);
  }
  for (const auto& worker : idle_) {
    function_starts_.insert(function_starts_.end(), worker->starts.begin(), worker->starts.end());
  }
  std::sort(function_starts_.begin(), function_starts_.end());
  return {};
}

void ModuleConverter::read_module(std::size_t index, Worker& worker) {
  const pdb::Module& module = info_.dbi().modules[index];
  const auto stream = pdb::read_module_stream(info_.container(), module);
  if (!stream.has_value()) {
    diagnostics_[index].report("PDB module that cannot be read", stream.error().message());
    return;
  }
  pdb::ModuleLines lines(stream.value().c11_lines, stream.value().c13_lines, info_.addresses());
  // Functions whose code the linker took from another module come after all that own theirs.
  SymcacheRun own(index, limits_);
  SymcacheRun folded(info_.dbi().modules.size() + index, limits_);
  PdbFunctionTree own_trees(info_, lines, limits_, cross_scope_, worker.types, own);
  PdbFunctionTree folded_trees(info_, lines, limits_, cross_scope_, worker.types, folded);
  pdb::FunctionReader functions(stream.value().symbols, info_.addresses(), limits_);
  while (functions.next(worker.function) && piece_count_ <= limits_.record_count_max) {
    const auto owner = info_.contributions().find(worker.function.chunks[0].low);
    const bool is_own = !owner || owner->module == index;
    add_function(worker, is_own ? own_trees : folded_trees, is_own ? own : folded);
  }
  add_trampolines(stream.value().symbols, worker, own);
  if (!functions.ok()) {
    diagnostics_[index].report("PDB module whose symbol records are cut", module.name);
  }
  writer_.take(std::move(own));
  writer_.take(std::move(folded));
}

void ModuleConverter::add_function(Worker& worker, PdbFunctionTree& trees, SymcacheRun& run) {
  const std::uint32_t start = worker.function.chunks[0].low;
  std::uint64_t pieces = trees.build(worker.function, worker.tree);
  const PdbName name = worker.names.function(worker.function.procedure, start);
  worker.tree.name = run.name(name.text);
  worker.starts.push_back(start);
  if (info_.addresses().is_moved()) {
    pieces += PdbMovedCode(info_.addresses(), limits_).move(worker.tree);
  }
  piece_count_ += pieces;
  if (worker.tree.ranges.empty()) return;
  worker.tree.parameter_size = parameter_sizes_.find(worker.tree.ranges[0].low);
  if (worker.tree.parameter_size == 0) worker.tree.parameter_size = name.parameter_size;
  run.add(worker.tree);
}

// The linker's jumps have no names of their own; a debugger shows "@ILT+5(f)": where in the table,
// and to which function.
void ModuleConverter::add_trampolines(Bytes symbols, Worker& worker, SymcacheRun& run) {
  pdb::SymbolRecords records(symbols);
  for (pdb::SymbolRecord record; records.next(record);) {
    const auto jump = pdb::read_trampoline(record);
    if (!jump) continue;
    const auto range = info_.addresses().range(jump->start, jump->size);
    const auto target = info_.addresses().rva(jump->target);
    if (!range || range->low == range->high || !target) continue;
    const auto owner = info_.contributions().find(range->low);
    const std::uint32_t table = owner ? owner->range.low : range->low;
    const PdbName callee = worker.names.function({}, *target);
    worker.tree.clear();
    worker.tree.ranges.push_back({range->low, range->high});
    worker.tree.name = run.name(fmt::format("@ILT+{}({})", range->low - table, callee.text));
    if (info_.addresses().is_moved()) {
      PdbMovedCode(info_.addresses(), limits_).move(worker.tree);
    }
    if (!worker.tree.ranges.empty()) run.add(worker.tree);
  }
}

void ModuleConverter::add_publics() {
  const auto& publics = info_.publics();
  for (std::size_t i = 0; i < publics.size(); ++i) {
    const std::uint32_t rva = publics[i].rva;
    const bool is_first = i == 0 || publics[i - 1].rva != rva;
    if (!is_first || std::binary_search(function_starts_.begin(), function_starts_.end(), rva)) {
      continue;
    }
    const PdbName name = undecorated_c_name(publics[i].name, is_x86_);
    if (!info_.addresses().is_moved()) {
      writer_.add_public(rva, name.parameter_size, false, name.text);
      continue;
    }
    info_.addresses().move({rva, rva + 1}, [&](std::uint32_t, pdb::RvaRange now) {
      writer_.add_public(now.low, name.parameter_size, false, name.text);
    });
  }
}

void add_frames(const std::vector<pdb::FrameRecord>& frames, SymcacheWriter& writer) {
  for (const pdb::FrameRecord& frame : frames) {
    StackWin record;
    record.type = frame.is_frame_data ? StackWin::Type::kFrameData : StackWin::Type::kFpo;
    record.address = frame.range.low;
    record.size = frame.range.high - frame.range.low;
    record.prologue_size = frame.prologue_size;
    record.parameter_size = frame.parameter_size;
    record.saved_register_size = frame.saved_register_size;
    record.local_size = frame.local_size;
    record.max_stack_size = frame.max_stack_size;
    record.allocates_base_pointer = frame.uses_base_pointer;
    record.program_string = frame.program;
    writer.add_stack_win(record);
  }
}

Status add_debug_info(const pdb::Container& container, Conversion& conversion) {
  SIGLA_TRY_ASSIGN(const auto info, pdb::DebugInfo::open(container, conversion.limits));
  SIGLA_TRY_ASSIGN(const auto frames,
                   pdb::read_frame_records(container, info.dbi(), info.addresses(), info.names()));
  ModuleConverter converter(info, frames, conversion);
  SIGLA_TRY(converter.read_modules(conversion.thread_count));
  converter.add_publics();
  converter.report_to(conversion.diagnostics);
  add_frames(frames, conversion.writer);
  if (info.info().is_fastlink) {
    conversion.diagnostics.report("linked with /DEBUG:FASTLINK: only public symbols are here",
                                  "functions and lines are in the object files");
  }
  return {};
}

}  // namespace

Status pdb_to_symcache(Bytes file, Conversion& conversion) {
  SIGLA_TRY_ASSIGN(auto identified,
                   pdb::identify_pdb(file, conversion.file_name, conversion.limits));
  SIGLA_TRY_ASSIGN(const auto container, pdb::Container::open(file, conversion.limits));
  conversion.writer.set_identity(std::move(identified.identity));
  conversion.writer.set_origin("windows", "");
  conversion.writer.set_source_link(std::move(identified.sources.source_link));
  return add_debug_info(container, conversion);
}

}  // namespace sigla
