// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <algorithm>
#include <string>

#include "convert/managed_assembly.h"
#include "convert/managed_constants.h"
#include "convert/managed_imports.h"
#include "convert/managed_to_portable.h"
#include "convert/managed_to_windows.h"
#include "convert/pdb_conversion_job.h"
#include "formats/pdb/managed_debug_info.h"
#include "formats/pdb/managed_reader.h"
#include "formats/pdb/managed_writer.h"
#include "formats/pdb/raw.h"
#include "formats/ppdb/debug_information.h"
#include "formats/ppdb/sequence_points.h"
#include "testing/fixture.h"
#include "testing/matchers.h"

namespace sigla {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

const std::string kData = "src/convert/testdata/managed/";

Buffer assembly_file() { return read_fixture(kData + "prog.exe"); }
Buffer portable_file() { return read_fixture(kData + "prog.pdb"); }

Buffer converted(Bytes assembly, Bytes pdb, PdbFormat to, ConversionLog& log) {
  auto result = convert_pdb(assembly, pdb, to, {}, Limits(), log);
  EXPECT_TRUE(result.has_value()) << result.error().message();
  return result.has_value() ? std::move(result).value() : Buffer();
}

Result<Buffer> try_convert(Bytes assembly, Bytes pdb, PdbFormat to) {
  ConversionLog log;
  return convert_pdb(assembly, pdb, to, {}, Limits(), log);
}

pdb::ManagedPdb read_windows(const Buffer& file) {
  Diagnostics diagnostics;
  auto read = pdb::read_managed_pdb(file, Limits(), diagnostics);
  EXPECT_TRUE(read.has_value());
  EXPECT_TRUE(diagnostics.empty()) << diagnostics.summary();
  return std::move(read).value();
}

TEST(ConvertPdb, GoesBothWaysWithoutLoss) {
  const Buffer assembly = assembly_file();
  ConversionLog log;
  const Buffer windows = converted(assembly, portable_file(), PdbFormat::kWindows, log);
  const Buffer portable = converted(assembly, windows, PdbFormat::kPortable, log);
  EXPECT_EQ(converted(assembly, portable, PdbFormat::kWindows, log), windows);
  EXPECT_THAT(log.warnings(), IsEmpty());

  const Buffer original = portable_file();
  ASSERT_OK_AND_ASSIGN(const auto before, ppdb::Metadata::open(original, Limits()));
  ASSERT_OK_AND_ASSIGN(const auto after, ppdb::Metadata::open(portable, Limits()));
  EXPECT_TRUE(std::ranges::equal(before.id(), after.id()));
  std::size_t count = 0;
  for (std::uint32_t row = 1; row <= before.method_count(); ++row) {
    ASSERT_OK_AND_ASSIGN(const auto points, ppdb::read_sequence_points(before, row));
    ASSERT_OK_AND_ASSIGN(const auto again, ppdb::read_sequence_points(after, row));
    ASSERT_EQ(points.size(), again.size()) << row;
    for (std::size_t i = 0; i < points.size(); ++i) {
      EXPECT_EQ(points[i].il_offset, again[i].il_offset);
      EXPECT_EQ(points[i].is_hidden, again[i].is_hidden);
      EXPECT_EQ(points[i].start_line, again[i].start_line);
      ++count;
    }
  }
  EXPECT_GT(count, 20U);
}

TEST(ConvertPdb, TakesNamesAndSizesFromTheAssembly) {
  ConversionLog log;
  const pdb::ManagedPdb windows =
      read_windows(converted(assembly_file(), portable_file(), PdbFormat::kWindows, log));
  const auto divide = std::ranges::find(windows.methods, "Divide", &pdb::ManagedMethod::name);
  ASSERT_NE(divide, windows.methods.end());
  EXPECT_EQ(divide->type, "Demo.Program");
  EXPECT_GT(divide->code_size, 10U);
  EXPECT_TRUE(std::ranges::any_of(windows.methods, [](const pdb::ManagedMethod& method) {
    return method.type.starts_with("Demo.Program.<Numbers>") && method.name == "MoveNext";
  }));
}

TEST(ConvertPdb, RefusesWhatIsNotAPair) {
  Buffer assembly = assembly_file();
  Buffer pdb = portable_file();
  const auto code_of = [&](PdbFormat to) {
    const auto result = try_convert(assembly, pdb, to);
    return result.has_value() ? ErrorCode::kInternal : result.error().code();
  };
  EXPECT_EQ(code_of(PdbFormat::kPortable), ErrorCode::kUnsupported) << "it is one already";
  pdb = {'x'};
  EXPECT_EQ(code_of(PdbFormat::kWindows), ErrorCode::kUnsupported);
  pdb = assembly;
  EXPECT_EQ(code_of(PdbFormat::kWindows), ErrorCode::kNotFound) << "no PDB inside";
  pdb = read_fixture("src/formats/pdb/testdata/small64.pdb");
  EXPECT_EQ(code_of(PdbFormat::kPortable), ErrorCode::kUnsupported) << "native";
  pdb::ManagedPdb other;
  ASSERT_OK_AND_ASSIGN(pdb, pdb::write_managed_pdb(other));
  EXPECT_EQ(code_of(PdbFormat::kPortable), ErrorCode::kConflict) << "another id";
  assembly = read_fixture("src/formats/pdb/testdata/small64.pdb");
  EXPECT_FALSE(try_convert(assembly, pdb, PdbFormat::kPortable).has_value());
}

// One of everything on a method that the assembly has.
pdb::ManagedPdb everything(const ManagedAssembly& assembly) {
  pdb::ManagedPdb pdb;
  pdb.guid = assembly.pdb_id()->guid;
  pdb.signature = assembly.pdb_id()->stamp;
  pdb.documents.resize(2);
  pdb.documents[0].path = "C:\\a\\One.cs";
  pdb.documents[0].source = {0, 0, 0, 0, 'x'};
  pdb.documents[1].path = "/b/two.cs";
  for (std::uint32_t row = 1; row <= assembly.method_count(); ++row) {
    const auto body = assembly.body_of(row);
    if (!body || body->code_size < 12 || body->local_signature == 0) continue;
    pdb::ManagedMethod method;
    method.token = ClrToken{ClrTable::kMethodDef, row}.value();
    method.type = assembly.module_name_of(row);
    method.name = assembly.method_name(row);
    method.code_size = body->code_size;
    pdb::ManagedScope root;
    root.size = body->code_size;
    root.imports = {"USystem", "AText UDemo", "UDemo"};
    root.slots = {{0, body->local_signature, 0, "first"},
                  {1, body->local_signature, pdb::ManagedSlot::kCompilerGenerated, "hidden"}};
    pdb::ManagedScope inner;
    inner.parent = 0;
    inner.start = 2;
    inner.size = 8;
    const Buffer four = {1, 2, 3, 4};
    inner.constants = {{0, pdb::LF_SHORT, {0xff, 0xff}, "small"},
                       {0, pdb::LF_LONG, four, "number"},
                       {0, pdb::LF_REAL64, Buffer(8, 3), "real"},
                       {0, pdb::LF_VARSTRING, {'a', 0, 0xc3, 0xa9}, "text"}};
    inner.slots = {{2, body->local_signature, 0, "inner"}};
    method.scopes = {root, inner};
    method.lines = {
        {0, 0, false, 10, 12, 5, 6}, {3, 0, true, 0, 0, 0, 0}, {5, 1, false, 1, 1, 1, 2}};
    pdb::ManagedInfoWriter info(1000);
    info.add_using_counts({2, 1});
    info.add_hoisted_scopes({{1, 5}, {0, 0}});
    info.add_dynamic_locals(
        {{"inner", 2, {false, true, false, false, false, false, false, false}}});
    info.add_tuple_names(
        {{"first", 0, 0, 0, {"a", ""}}, {"number", pdb::TupleNames::kConstant, 2, 10, {"b"}}});
    info.add(pdb::ManagedInfoKind::kEncLocalSlotMap, Buffer{1, 2, 3});
    info.add(pdb::ManagedInfoKind::kEncLambdaMap, Buffer{4});
    method.debug_info = std::move(info).take();
    method.async = pdb::ManagedAsync{0x0600'0001, 7, {{5, method.token, 9}}};
    pdb.methods.push_back(std::move(method));
    break;
  }
  pdb.source_link = Buffer{'{', '}'};
  return pdb;
}

TEST(ConvertPdb, CarriesEverythingBothFormatsHave) {
  const Buffer file = assembly_file();
  ASSERT_OK_AND_ASSIGN(const auto assembly, ManagedAssembly::open(file, Limits()));
  const pdb::ManagedPdb before = everything(assembly);
  ASSERT_EQ(before.methods.size(), 1U);
  ASSERT_OK_AND_ASSIGN(const Buffer windows, pdb::write_managed_pdb(before));
  ConversionLog log;
  const Buffer portable = converted(file, windows, PdbFormat::kPortable, log);
  PdbConversionOptions options;
  options.convert_source_link = false;
  ASSERT_OK_AND_ASSIGN(const Buffer back,
                       convert_pdb(file, portable, PdbFormat::kWindows, options, Limits(), log));
  EXPECT_THAT(log.warnings(), IsEmpty());
  pdb::ManagedPdb after = read_windows(back);
  // What only a Windows PDB says of documents.
  for (pdb::ManagedDocument& document : after.documents) document.type = {};
  const auto token = before.methods[0].token;
  const auto method = std::ranges::find(after.methods, token, &pdb::ManagedMethod::token);
  ASSERT_NE(method, after.methods.end());
  EXPECT_EQ(method->scopes, before.methods[0].scopes);
  EXPECT_EQ(method->lines, before.methods[0].lines);
  EXPECT_EQ(method->debug_info, before.methods[0].debug_info);
  EXPECT_EQ(method->async, before.methods[0].async);
  EXPECT_EQ(after.documents, before.documents);
  EXPECT_EQ(after.source_link, before.source_link);
  EXPECT_EQ(after.guid, before.guid);
  EXPECT_EQ(after.signature, before.signature);
}

TEST(ConvertPdb, EveryPrefixFailsCleanly) {
  const Buffer assembly = assembly_file();
  const Buffer portable = portable_file();
  ConversionLog log;
  const Buffer windows = converted(assembly, portable, PdbFormat::kWindows, log);
  for (std::size_t size = 0; size < portable.size(); size += 5) {
    static_cast<void>(try_convert(assembly, Bytes(portable).first(size), PdbFormat::kWindows));
  }
  for (std::size_t size = 0; size < windows.size(); size += 97) {
    static_cast<void>(try_convert(assembly, Bytes(windows).first(size), PdbFormat::kPortable));
  }
  for (std::size_t size = 0; size < assembly.size(); size += 61) {
    static_cast<void>(try_convert(Bytes(assembly).first(size), portable, PdbFormat::kWindows));
  }
}

TEST(ManagedImports, StringsOfCSharpAreTakenApart) {
  using Kind = ParsedImport::Kind;
  const auto text = parse_csharp_import("AText TSystem.Text, mscorlib");
  ASSERT_TRUE(text.has_value());
  EXPECT_EQ(text->kind, Kind::kType);
  EXPECT_EQ(text->alias, "Text");
  EXPECT_EQ(text->target, "System.Text, mscorlib");
  const auto external = parse_csharp_import("AX EN.M Alias");
  ASSERT_TRUE(external.has_value());
  EXPECT_EQ(external->target, "N.M");
  EXPECT_EQ(external->extern_alias, "Alias");
  EXPECT_EQ(parse_csharp_import("ZAlias lib, Version=1")->kind, Kind::kAssembly);
  EXPECT_EQ(parse_csharp_import("XAlias")->kind, Kind::kExternAlias);
  for (const auto* wrong : {"", "?", "Ax", "EN", "Ax ?"}) {
    EXPECT_FALSE(parse_csharp_import(wrong).has_value()) << wrong;
  }
}

TEST(ManagedImports, StringsOfVisualBasicAreTakenApart) {
  using Kind = ParsedImport::Kind;
  EXPECT_EQ(parse_vb_import("*Root")->kind, Kind::kDefaultNamespace);
  EXPECT_EQ(parse_vb_import("@100663297")->kind, Kind::kForward);
  EXPECT_EQ(parse_vb_import("N1.N2")->kind, Kind::kOther);
  const auto alias = parse_vb_import("@PA:A=System.Int64");
  ASSERT_TRUE(alias.has_value());
  EXPECT_TRUE(alias->is_project_level);
  EXPECT_EQ(alias->alias, "A");
  EXPECT_EQ(alias->target, "System.Int64");
  EXPECT_EQ(parse_vb_import("@FX:=http://x")->kind, Kind::kXmlNamespace);
  for (const auto* wrong : {"@", "@F", "@FZ:x", "@FA:x", "@Q:x"}) {
    EXPECT_FALSE(parse_vb_import(wrong).has_value()) << wrong;
  }
}

TEST(PdbConversionAnswer, EveryPrefixIsRefused) {
  EXPECT_FALSE(read_pdb_conversion_answer("").has_value());
  EXPECT_FALSE(read_pdb_conversion_answer(std::string(5, '\x7f')).has_value());
  const auto empty = read_pdb_conversion_answer(std::string(8, '\0'));
  ASSERT_TRUE(empty.has_value());
  EXPECT_THAT(empty->warnings, IsEmpty());
}

}  // namespace
}  // namespace sigla
