// SPDX-License-Identifier: Apache-2.0
// What is written is what the readers read.
#include "formats/ppdb/writer.h"

#include <gmock/gmock.h>

#include "formats/ppdb/blob_writer.h"
#include "formats/ppdb/documents.h"
#include "testing/matchers.h"

namespace sigla::ppdb {
namespace {

const Buffer kId(kIdSize, 7);

TEST(PpdbWriter, CompressedNumbersGoBothWays) {
  for (const std::uint32_t value : {0U, 1U, 0x7fU, 0x80U, 0x3fffU, 0x4000U, kCompressedMax}) {
    ByteWriter out;
    write_compressed(value, out);
    ByteReader reader(out.data());
    EXPECT_EQ(read_clr_compressed(reader), value);
    EXPECT_TRUE(reader.ok() && reader.at_end());
  }
  for (const std::int32_t value :
       {0, 1, -1, 63, -64, 64, -65, 8191, -8192, 8192, -8193, (1 << 28) - 1, -(1 << 28)}) {
    ByteWriter out;
    write_compressed_signed(value, out);
    ByteReader reader(out.data());
    EXPECT_EQ(read_clr_compressed_signed(reader), value);
    EXPECT_TRUE(reader.ok() && reader.at_end());
  }
}

// `wide`: tables of the program so large that every index needs four bytes.
Buffer typical(bool wide) {
  ProgramRows rows{};
  rows[static_cast<std::size_t>(ClrTable::kMethodDef)] = wide ? 0x2'0000 : 3;
  Writer writer(3, rows);
  const std::uint32_t document =
      writer.add_document({add_document_name("C:\\a\\b.cs", writer),
                           writer.add_guid(guid_of(DebugInformationKind::kSourceLink)),
                           writer.add_blob(Buffer{1, 2, 3}),
                           0});
  EXPECT_EQ(writer.add_document({add_document_name("plain", writer), 0, 0, 0}), 2U);
  std::vector<SequencePoint> points(4);
  points[0] = {0, document, false, 10, 5, 12, 1};
  points[1] = {3, document, true, 0, 0, 0, 0};
  points[2] = {4, 2, false, 1, 1, 1, 9};
  points[3] = {200, 2, false, 100'000, 3, 100'000, 70};
  MethodDebugInformation method;
  method.sequence_points = writer.add_blob(write_sequence_points(9, points, method.document));
  EXPECT_EQ(method.document, 0U);
  writer.set_method(2, method);
  const std::uint32_t outer = writer.add_import_scope({0, 0});
  Import import;
  import.kind = Import::Kind::kAliasNamespace;
  import.alias = "A";
  import.target_namespace = "System";
  Import type;
  type.kind = Import::Kind::kType;
  type.type = {ClrTable::kTypeRef, 5};
  const std::uint32_t inner =
      writer.add_import_scope({outer, writer.add_blob(write_imports({import, type}, writer))});
  writer.add_local_scope(2, inner, 0, 300);
  writer.add_local_variable({1, 4, writer.add_string("local")});
  ConstantSignature constant;
  constant.type = ElementType::kI4;
  const Buffer value = {1, 0, 0, 0};
  constant.value = value;
  constant.type_token = {ClrTable::kTypeDef, 2};
  writer.add_local_constant({writer.add_string("c"), writer.add_blob(write_constant(constant))});
  writer.add_local_scope(2, inner, 5, 10);
  writer.add_state_machine_method({3, 1});
  writer.add_state_machine_method({2, 1});
  AsyncStepping stepping;
  stepping.catch_handler_offset = 6;
  stepping.awaits = {{1, 2, 300}};
  const auto info = [&](ClrToken parent, DebugInformationKind kind, Bytes blob) {
    writer.add_custom_debug_information(
        {parent, writer.add_guid(guid_of(kind)), writer.add_blob(blob)});
  };
  info({ClrTable::kModule, 1}, DebugInformationKind::kSourceLink, as_bytes("{}"));
  info({ClrTable::kMethodDef, 2},
       DebugInformationKind::kAsyncMethodStepping,
       write_async_stepping(stepping));
  info({ClrTable::kLocalVariable, 1},
       DebugInformationKind::kDynamicLocals,
       write_dynamic_flags({false, true}));
  auto file = writer.write(kId, {ClrTable::kMethodDef, 1});
  EXPECT_TRUE(file.has_value());
  return std::move(file).value();
}

TEST(PpdbWriter, WhatIsWrittenIsRead) {
  for (const bool wide : {false, true}) {
    const Buffer file = typical(wide);
    EXPECT_EQ(file, typical(wide)) << "the same bytes";
    ASSERT_OK_AND_ASSIGN(const Metadata pdb, Metadata::open(file, Limits()));
    EXPECT_TRUE(std::ranges::equal(pdb.id(), kId));
    EXPECT_EQ(pdb.entry_point().row, 1U);
    ASSERT_EQ(pdb.row_count(ClrTable::kDocument), 2U);
    ASSERT_OK_AND_ASSIGN(const DocumentInfo document, read_document(pdb, 1, Limits()));
    EXPECT_EQ(document.path, "C:\\a\\b.cs");
    EXPECT_EQ(document.hash.size(), 3U);
    ASSERT_OK_AND_ASSIGN(const DocumentInfo plain, read_document(pdb, 2, Limits()));
    EXPECT_EQ(plain.path, "plain");
    ASSERT_OK_AND_ASSIGN(const auto points, read_sequence_points(pdb, 2));
    ASSERT_EQ(points.size(), 4U);
    EXPECT_EQ(points[0].end_column, 1U);
    EXPECT_TRUE(points[1].is_hidden);
    EXPECT_EQ(points[2].document, 2U);
    EXPECT_EQ(points[3].start_line, 100'000U);
    EXPECT_EQ(points[3].end_column, 70U);
    ASSERT_OK_AND_ASSIGN(const auto opened, SequencePoints::open(pdb, 2));
    EXPECT_EQ(opened.local_signature(), 9U);
    const ClrMetadata::Rows scopes = pdb.scopes_of(2);
    ASSERT_EQ(scopes.end - scopes.first, 2U);
    const LocalScope scope = pdb.local_scope(scopes.first);
    EXPECT_EQ(scope.variables.end - scope.variables.first, 1U);
    EXPECT_EQ(scope.constants.end - scope.constants.first, 1U);
    ASSERT_OK_AND_ASSIGN(const auto constant, read_constant(pdb, pdb.local_constant(1).signature));
    EXPECT_EQ(constant.type, ElementType::kI4);
    EXPECT_EQ(constant.type_token.row, 2U);
    ASSERT_OK_AND_ASSIGN(const auto imports, read_imports(pdb, 2));
    ASSERT_EQ(imports.size(), 2U);
    EXPECT_EQ(imports[0].alias, "A");
    EXPECT_EQ(imports[1].type.row, 5U);
    EXPECT_EQ(pdb.kickoff_of(2), 1U);
    ASSERT_OK_AND_ASSIGN(
        const auto blob,
        find_debug_information(
            pdb, {ClrTable::kMethodDef, 2}, DebugInformationKind::kAsyncMethodStepping));
    ASSERT_TRUE(blob.has_value());
    ASSERT_OK_AND_ASSIGN(const auto stepping, read_async_stepping(*blob));
    EXPECT_EQ(stepping.catch_handler_offset, 6U);
    EXPECT_EQ(stepping.awaits.at(0).resume_method, 300U);
  }
}

TEST(PpdbWriter, SharesWhatIsThereAlready) {
  Writer writer(0, {});
  EXPECT_EQ(writer.add_string("a"), writer.add_string("a"));
  EXPECT_EQ(writer.add_blob(as_bytes("a")), writer.add_blob(as_bytes("a")));
  EXPECT_EQ(writer.add_guid(Buffer(16, 0)), 0U);
  EXPECT_EQ(writer.add_guid(Buffer(16, 2)), writer.add_guid(Buffer(16, 2)));
  EXPECT_EQ(writer.add_blob({}), 0U);
}

// More than 64 KiB in each heap.
TEST(PpdbWriter, WidensIndexesOfLargeHeaps) {
  Writer writer(1, {});
  for (int i = 0; i < 9'000; ++i) {
    const std::string name = fmt::format("name{}", i);
    writer.add_string(name);
    writer.add_document({add_document_name("/x/" + name, writer), 0, 0, 0});
  }
  ASSERT_OK_AND_ASSIGN(const Buffer file, writer.write(kId, {}));
  ASSERT_OK_AND_ASSIGN(const Metadata pdb, Metadata::open(file, Limits()));
  ASSERT_OK_AND_ASSIGN(const DocumentInfo last, read_document(pdb, 9'000, Limits()));
  EXPECT_EQ(last.path, "/x/name8999");
}

}  // namespace
}  // namespace sigla::ppdb
