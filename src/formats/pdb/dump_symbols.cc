// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <iterator>

#include "formats/pdb/debug_info.h"
#include "formats/pdb/dump.h"
#include "formats/pdb/frame_data.h"
#include "formats/pdb/function_reader.h"
#include "formats/pdb/inline_annotations.h"
#include "formats/pdb/module_lines.h"
#include "formats/pdb/module_stream.h"
#include "formats/pdb/type_names.h"

namespace sigla::pdb {
namespace {

class SymbolDump {
 public:
  SymbolDump(const DebugInfo& info, const Limits& limits)
      : info_(info), limits_(limits), types_(info.types(), info.ids(), limits) {}

  void add_shared();
  void add_module(const Module& module);
  std::string take() && { return std::move(text_); }

 private:
  template <typename... Args>
  void print(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(text_), format, std::forward<Args>(args)...);
  }
  void add_function(const FunctionSymbol& function, ModuleLines& lines);
  void add_site(const FunctionSymbol& function,
                const FunctionSymbol::Site& site,
                const ModuleLines& lines);

  const DebugInfo& info_;
  const Limits& limits_;
  TypeNames types_;
  std::string text_;
};

void SymbolDump::add_shared() {
  for (const Contribution& contribution : info_.contributions().all()) {
    print("contribution 0x{:x}-0x{:x} module {}\n",
          contribution.range.low,
          contribution.range.high,
          contribution.module);
  }
  for (const PublicCode& symbol : info_.publics()) {
    print("public 0x{:x} {}\n", symbol.rva, symbol.name);
  }
  const auto frames =
      read_frame_records(info_.container(), info_.dbi(), info_.addresses(), info_.names());
  if (!frames.has_value()) {
    print("frames: {}\n", frames.error().message());
    return;
  }
  for (const FrameRecord& frame : frames.value()) {
    print(
        "{} 0x{:x}-0x{:x} prologue {} parameters {} saved {} locals {} stack {} base pointer {} "
        "{}\n",
        frame.is_frame_data ? "frame data" : "fpo",
        frame.range.low,
        frame.range.high,
        frame.prologue_size,
        frame.parameter_size,
        frame.saved_register_size,
        frame.local_size,
        frame.max_stack_size,
        frame.uses_base_pointer,
        frame.program);
  }
}

void SymbolDump::add_module(const Module& module) {
  print("module {}\n", module.name);
  const auto stream = read_module_stream(info_.container(), module);
  if (!stream.has_value()) {
    print("  {}\n", stream.error().message());
    return;
  }
  SymbolRecords records(stream.value().symbols);
  for (SymbolRecord record; records.next(record);) {
    if (const auto object = read_object_name(record)) print("  object {}\n", *object);
    if (const auto compiler = read_compiler(record)) {
      print("  compiler machine 0x{:x} {}\n", compiler->machine, compiler->version);
    }
    if (const auto jump = read_trampoline(record)) {
      print("  trampoline {}:0x{:x} size {} to {}:0x{:x}\n",
            jump->start.section,
            jump->start.offset,
            jump->size,
            jump->target.section,
            jump->target.offset);
    }
  }
  ModuleLines lines(stream.value().c11_lines, stream.value().c13_lines, info_.addresses());
  FunctionReader functions(stream.value().symbols, info_.addresses(), limits_);
  for (FunctionSymbol function; functions.next(function);) add_function(function, lines);
  if (!functions.ok()) print("  symbol records are cut\n");
}

void SymbolDump::add_function(const FunctionSymbol& function, ModuleLines& lines) {
  print("  function {}{}\n", function.procedure.name, types_.parameters(function.procedure));
  std::vector<LineRow> rows;
  for (const RvaRange& chunk : function.chunks) {
    print("    code 0x{:x}-0x{:x}\n", chunk.low, chunk.high);
    rows.clear();
    lines.append_rows(chunk, rows);
    for (const LineRow& row : rows) {
      print("    line 0x{:x} {}:{}:{}\n",
            row.rva,
            lines.file_name(row.file, info_.names()),
            row.line,
            row.column);
    }
  }
  for (const FunctionSymbol::Site& site : function.sites) add_site(function, site, lines);
}

void SymbolDump::add_site(const FunctionSymbol& function,
                          const FunctionSymbol::Site& site,
                          const ModuleLines& lines) {
  const auto number = static_cast<std::size_t>(&site - function.sites.data());
  if (site.parent == FunctionSymbol::kNoSite) {
    print("    inline {} {}\n", number, types_.function(site.symbol.inlinee));
  } else {
    print("    inline {} in {} {}\n", number, site.parent, types_.function(site.symbol.inlinee));
  }
  const InlineeLine* definition = lines.find_inlinee(site.symbol.inlinee);
  InlineAnnotations annotations(site.symbol.annotations,
                                definition == nullptr ? LineRow::kNoFile : definition->file,
                                definition == nullptr ? 0 : definition->line);
  for (InlineRow row; annotations.next(row);) {
    print("      code {}+0x{:x} size 0x{:x} {}:{}:{}\n",
          row.chunk,
          row.offset,
          row.size,
          lines.file_name(row.file, info_.names()),
          row.line,
          row.column);
  }
}

}  // namespace

std::string dump_symbols(const Container& container, const Limits& limits) {
  const auto info = DebugInfo::open(container, limits);
  if (!info.has_value()) return fmt::format("symbols: {}\n", info.error().message());
  SymbolDump dump(info.value(), limits);
  dump.add_shared();
  for (const Module& module : info.value().dbi().modules) dump.add_module(module);
  return std::move(dump).take();
}

}  // namespace sigla::pdb
