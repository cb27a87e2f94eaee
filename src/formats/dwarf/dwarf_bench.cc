// SPDX-License-Identifier: Apache-2.0
// How fast entries are walked and line programs computed: bytes of .debug_info and .debug_line a
// second, on sections made here in the shape that gcc gives them.
#include <benchmark/benchmark.h>

#include "formats/dwarf/functions.h"
#include "formats/dwarf/line_table.h"
#include "formats/dwarf/testing_builder.h"

namespace sigla::dwarf {
namespace {

constexpr Tag kFormalParameter = static_cast<Tag>(0x05);
constexpr Attribute kType = static_cast<Attribute>(0x49);
constexpr Attribute kLocation = static_cast<Attribute>(0x02);

// 20,000 functions with three inlined calls, four of whose entries in five are no code's.
BuiltInfo functions() {
  InfoBuilder b({.version = 5});
  b.abbrev(1, DW_TAG_compile_unit, true, {{DW_AT_name, DW_FORM_string}});
  b.abbrev(2,
           DW_TAG_subprogram,
           true,
           {{DW_AT_name, DW_FORM_string},
            {DW_AT_low_pc, DW_FORM_addr},
            {DW_AT_high_pc, DW_FORM_data8},
            {kLocation, DW_FORM_exprloc}});
  b.abbrev(3, kFormalParameter, false, {{kType, DW_FORM_ref4}, {kLocation, DW_FORM_sec_offset}});
  b.abbrev(4,
           DW_TAG_inlined_subroutine,
           true,
           {{DW_AT_abstract_origin, DW_FORM_ref4},
            {DW_AT_low_pc, DW_FORM_addr},
            {DW_AT_high_pc, DW_FORM_data8},
            {DW_AT_call_file, DW_FORM_data1},
            {DW_AT_call_line, DW_FORM_data2}});
  b.begin_unit().entry(1).info().cstring("a.cc").mark("origin");
  for (std::uint64_t i = 0; i < 20'000; ++i) {
    const std::uint64_t low = 0x1000 + 0x100 * i;
    b.entry(2).info().cstring("function").u64(low).u64(0x100).uleb(1).u8(0x9c);
    for (int k = 0; k < 3; ++k) {
      for (int parameter = 0; parameter < 4; ++parameter) b.entry(3).info().u32(0).u32(0);
      b.entry(4).ref4("origin").info().u64(low + 16).u64(8).u8(1).u16(7);
      b.entry(3).info().u32(0).u32(0).u8(0);
    }
    b.end_children();
  }
  b.end_children().end_unit();
  return b.build();
}

// A million rows: special opcodes, and a file or column in between.
Buffer lines() {
  BytesBuilder program;
  program.u8(0).uleb(9).u8(DW_LNE_set_address).u64(0x1000);
  for (std::uint64_t i = 0; i < 1'000'000; ++i) {
    program.u8(DW_LNS_set_column).uleb(i % 90);
    if (i % 8 == 0) program.u8(DW_LNS_advance_line).sleb(static_cast<std::int64_t>(i % 300) - 150);
    program.u8(13 + 14 * 4 + 5 + i % 3);
  }
  program.u8(0).uleb(1).u8(DW_LNE_end_sequence);
  return line_table(program.build());
}

void BM_Functions(benchmark::State& state) {
  const BuiltInfo built = functions();
  Diagnostics diagnostics;
  const DebugInfo info = DebugInfo::open(built.sections(), Limits(), diagnostics);
  const Unit& unit = info.units()[0];
  const CodeFilter filter({}, true);
  FunctionReader reader;
  for (auto _ : state) {
    const Status status = reader.read({&info, &unit, &info, &unit}, filter);
    benchmark::DoNotOptimize(status.has_value());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(built.info.size()));
}
BENCHMARK(BM_Functions)->Unit(benchmark::kMillisecond);

void BM_Lines(benchmark::State& state) {
  const Buffer line = lines();
  Sections sections;
  sections.line = line;
  const CodeFilter filter({}, true);
  LineTable table;
  for (auto _ : state) {
    const Status status = table.read(sections, 0, Encoding(), filter, Limits());
    benchmark::DoNotOptimize(status.has_value());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(line.size()));
}
BENCHMARK(BM_Lines)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace sigla::dwarf
