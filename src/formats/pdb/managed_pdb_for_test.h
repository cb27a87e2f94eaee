// SPDX-License-Identifier: Apache-2.0
// A managed PDB with one of everything, for tests.
#pragma once

#include "formats/pdb/managed_debug_info.h"
#include "formats/pdb/managed_pdb.h"
#include "formats/pdb/raw.h"

namespace sigla::pdb {

inline GuidBytes guid_for_test(std::uint8_t seed) {
  GuidBytes guid;
  for (std::size_t i = 0; i < guid.size(); ++i) guid[i] = static_cast<std::uint8_t>(seed + i);
  return guid;
}

inline Buffer debug_info_for_test() {
  ManagedInfoWriter info(10'000);
  info.add_using_counts({2, 1, 0});
  info.add_forward(ManagedInfoKind::kForwardModule, 0x0600'0001);
  info.add_hoisted_scopes({{4, 9}, {0, 0}});
  info.add_dynamic_locals({{"d", 3, {false, true, true}}});
  info.add(ManagedInfoKind::kEncLocalSlotMap, Buffer{1, 2, 3});
  info.add_tuple_names({{"t", 1, 0, 0, {"x", "", "z"}}, {"c", TupleNames::kConstant, 2, 7, {"q"}}});
  return std::move(info).take();
}

inline ManagedMethod method_for_test() {
  ManagedMethod method;
  method.token = 0x0600'0002;
  method.type = "N.C`1.<F>d__0";
  method.name = "MoveNext";
  method.code_size = 40;
  ManagedScope root;
  root.size = 40;
  root.imports = {"USystem", "AX TSystem.String, mscorlib", "XExt"};
  root.slots = {{0, 0x1100'0001, 0, "a"},
                {1, 0x1100'0001, ManagedSlot::kCompilerGenerated, "CS$0"}};
  ManagedScope inner;
  inner.parent = 0;
  inner.start = 4;
  inner.size = 10;
  inner.constants = {{0, 5, {}, "small"},
                     {0x1100'0002, LF_CHAR, {0xff}, "minus_one"},
                     {0x1100'0002, LF_REAL64, Buffer(8, 1), "real"},
                     {0x1100'0003, LF_VARSTRING, {'a', 0, 'b'}, "text"},
                     {0, LF_DECIMAL, Buffer(16, 2), "decimal"}};
  ManagedScope innermost;
  innermost.parent = 1;
  innermost.start = 5;
  innermost.size = 1;
  innermost.slots = {{2, 0x1100'0001, 0, "b"}};
  ManagedScope second;
  second.parent = 0;
  second.start = 20;
  second.size = 5;
  second.slots = {{3, 0x1100'0001, 0, "b"}};
  method.scopes = {root, inner, innermost, second};
  method.lines = {{0, 0, false, 10, 12, 5, 6},
                  {3, 0, true, 0, 0, 0, 0},
                  {4, 1, false, 1, 1, 1, 2},
                  {8, 0, false, 0xff'fff0, 0xff'fff0 + 0x7f, 0xffff, 0xffff}};
  method.debug_info = debug_info_for_test();
  method.async = ManagedAsync{0x0600'0001, 33, {{5, 0x0600'0002, 9}, {10, 0x0600'0002, 12}}};
  return method;
}

inline ManagedPdb managed_pdb_for_test() {
  ManagedPdb pdb;
  pdb.guid = guid_for_test(1);
  pdb.signature = 0xa1b2'c3d4;
  pdb.entry_point = 0x0600'0001;
  ManagedDocument with_source;
  with_source.path = "C:\\Dir\\One.cs";
  with_source.language = guid_for_test(20);
  with_source.vendor = guid_for_test(40);
  with_source.type = guid_for_test(60);
  with_source.hash_algorithm = guid_for_test(80);
  with_source.hash = Buffer(20, 9);
  with_source.source = {0, 0, 0, 0, 'x'};
  ManagedDocument plain;
  plain.path = "/src/two.cs";
  ManagedDocument without_lines = plain;
  without_lines.path = "/src/Three.cs";
  pdb.documents = {with_source, plain, without_lines};

  ManagedMethod kickoff;
  kickoff.token = 0x0600'0001;
  kickoff.type = "N.C`1";
  kickoff.name = "F";
  kickoff.code_size = 7;
  kickoff.lines = {{0, 1, false, 3, 3, 9, 20}};
  ManagedMethod empty;
  empty.token = 0x0600'0003;
  empty.type = "N.C`1";
  empty.name = ".ctor";
  pdb.methods = {kickoff, method_for_test(), empty};
  pdb.source_link = Buffer{'{', '}'};
  pdb.srcsrv = Buffer{'S'};
  pdb.compiler = ManagedPdb::Compiler{{4, 0, 21, 52'102}, "C# - 4.0.0"};
  return pdb;
}

}  // namespace sigla::pdb
