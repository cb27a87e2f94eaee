// SPDX-License-Identifier: Apache-2.0
#include "formats/dwarf/dump.h"

#include <fmt/format.h>

#include <iterator>

#include "base/text.h"
#include "formats/dwarf/functions.h"
#include "formats/dwarf/line_table.h"

namespace sigla::dwarf {
namespace {

using Out = std::back_insert_iterator<std::string>;

class Dumper {
 public:
  Dumper(const Sections& sections, const Limits& limits, std::string& text)
      : info_(DebugInfo::open(sections, limits, diagnostics_)),
        filter_({}, true),
        limits_(limits),
        out_(std::back_inserter(text)) {}

  void run() {
    for (const Unit& unit : info_.units()) dump_unit(unit);
    for (const auto& [category, found] : diagnostics_.categories()) {
      fmt::format_to(out_, "{}: {}\n", category, found.count);
    }
  }

 private:
  void dump_unit(const Unit& unit) {
    fmt::format_to(out_,
                   "unit {:#x} version {} type {} address {} offset {} tag {:#x} {}\n",
                   unit.offset,
                   unit.encoding.version,
                   static_cast<unsigned>(unit.type),
                   unit.encoding.address_size,
                   unit.encoding.offset_size,
                   unit.tag,
                   to_utf8(info_.string(unit, unit.name).value_or("")));
    if (unit.abbrevs == nullptr) return;
    const Status status = reader_.read({&info_, &unit, &info_, &unit}, filter_);
    if (!status.has_value()) diagnostics_.report("damaged unit", status.error().message());
    for (const Function& function : reader_.functions()) {
      fmt::format_to(out_, "  function {}", to_utf8(reader_.names()[function.name]));
      dump_ranges(function.first_range, function.range_count);
      for (std::uint32_t i = 0; i < function.call_count; ++i) {
        dump_call(function, function.first_call + i);
      }
    }
    dump_lines(unit);
  }

  void dump_call(const Function& function, std::uint32_t index) {
    const Call& call = reader_.calls()[index];
    fmt::format_to(out_,
                   "    call {} {} in {} from {}:{}:{}",
                   index - function.first_call,
                   to_utf8(reader_.names()[call.name]),
                   call.parent == Call::kFunctionItself
                       ? "it"
                       : fmt::format("{}", call.parent - function.first_call),
                   call.call_file,
                   call.call_line,
                   call.call_column);
    dump_ranges(call.first_range, call.range_count);
  }

  void dump_ranges(std::uint32_t first, std::uint32_t count) {
    for (const AddressRange& range : reader_.ranges().subspan(first, count)) {
      fmt::format_to(out_, " [{:#x}, {:#x})", range.low, range.high);
    }
    fmt::format_to(out_, "\n");
  }

  void dump_lines(const Unit& unit) {
    if (!unit.stmt_list) return;
    const Status status =
        lines_.read(info_.sections(), *unit.stmt_list, unit.encoding, filter_, limits_);
    if (!status.has_value()) diagnostics_.report("damaged line program", status.error().message());
    const std::string_view comp_dir = info_.string(unit, unit.comp_dir).value_or("");
    for (std::size_t i = 0; i < lines_.header().file_limit(); ++i) {
      if (!lines_.header().file_path(i, comp_dir, path_)) continue;
      fmt::format_to(out_, "  file {} {}\n", i, to_utf8(path_));
    }
    for (const LineSequence& sequence : lines_.sequences()) {
      rows_.clear();
      lines_.append(sequence.low, sequence.high, rows_);
      for (const LineRow& row : rows_) {
        fmt::format_to(out_, "  row {:#x} {}:{}:{}\n", row.address, row.file, row.line, row.column);
      }
      fmt::format_to(out_, "  end {:#x}\n", sequence.high);
    }
  }

  Diagnostics diagnostics_;
  DebugInfo info_;
  CodeFilter filter_;
  Limits limits_;
  Out out_;
  FunctionReader reader_;
  LineTable lines_;
  std::vector<LineRow> rows_;
  std::string path_;
};

}  // namespace

std::string dump(const Sections& sections, const Limits& limits) {
  std::string text;
  Dumper(sections, limits, text).run();
  return text;
}

}  // namespace sigla::dwarf
