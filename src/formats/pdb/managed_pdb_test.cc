// SPDX-License-Identifier: Apache-2.0
// Managed PDBs written and read: what goes in comes out.
#include <gmock/gmock.h>

#include <algorithm>

#include "formats/pdb/container.h"
#include "formats/pdb/dbi_stream.h"
#include "formats/pdb/identity.h"
#include "formats/pdb/info_stream.h"
#include "formats/pdb/managed_module_writer.h"
#include "formats/pdb/managed_pdb_for_test.h"
#include "formats/pdb/managed_reader.h"
#include "formats/pdb/managed_records.h"
#include "formats/pdb/managed_writer.h"
#include "formats/pdb/msf_writer.h"
#include "formats/pdb/named_streams.h"
#include "testing/matchers.h"

namespace sigla::pdb {
namespace {

using testing::HasSubstr;

ManagedPdb read_back(const Buffer& file) {
  Diagnostics diagnostics;
  auto pdb = read_managed_pdb(file, Limits(), diagnostics);
  EXPECT_TRUE(pdb.has_value()) << pdb.error().message();
  EXPECT_TRUE(diagnostics.empty()) << diagnostics.summary();
  return pdb.has_value() ? std::move(pdb).value() : ManagedPdb();
}

TEST(ManagedPdb, WhatIsWrittenIsRead) {
  const ManagedPdb pdb = managed_pdb_for_test();
  ASSERT_OK_AND_ASSIGN(const Buffer file, write_managed_pdb(pdb));
  const ManagedPdb read = read_back(file);
  EXPECT_EQ(read.documents, pdb.documents);
  ASSERT_EQ(read.methods.size(), pdb.methods.size());
  for (std::size_t i = 0; i < pdb.methods.size(); ++i) {
    EXPECT_EQ(read.methods[i].scopes, pdb.methods[i].scopes);
    EXPECT_EQ(read.methods[i].lines, pdb.methods[i].lines);
    EXPECT_EQ(read.methods[i], pdb.methods[i]);
  }
  EXPECT_EQ(read, pdb);
  ASSERT_OK_AND_ASSIGN(const Buffer again, write_managed_pdb(read));
  EXPECT_EQ(again, file);
}

TEST(ManagedPdb, HasTheIdThatClientsAskFor) {
  ManagedPdb pdb = managed_pdb_for_test();
  ASSERT_OK_AND_ASSIGN(const Buffer file, write_managed_pdb(pdb));
  ASSERT_OK_AND_ASSIGN(const IdentifiedPdb identified, identify_pdb(file, "a.pdb", Limits()));
  EXPECT_EQ(identified.identity.debug_id, DebugId::from_windows_guid(pdb.guid, 1));
  EXPECT_TRUE(identified.identity.is_managed);
  EXPECT_TRUE(identified.identity.has_debug_info);
  EXPECT_EQ(identified.sources.source_link, "{}");
  EXPECT_TRUE(identified.sources.has_srcsrv);
  ASSERT_EQ(identified.sources.embedded.size(), 1U);
  EXPECT_EQ(identified.sources.embedded[0].size, 1U);
}

TEST(ManagedPdb, OfNothingIsAFileToo) {
  ASSERT_OK_AND_ASSIGN(const Buffer file, write_managed_pdb(ManagedPdb()));
  EXPECT_EQ(read_back(file), ManagedPdb());
}

TEST(ManagedPdb, ManyMethodsAndDocuments) {
  ManagedPdb pdb;
  for (std::uint32_t i = 1; i <= 3000; ++i) {
    ManagedDocument document;
    document.path = fmt::format("/s/{}.cs", i);
    pdb.documents.push_back(document);
    ManagedMethod method;
    method.token = 0x0600'0000 + i;
    method.type = fmt::format("T{}", i % 300);
    method.name = fmt::format("m{}", i);
    method.code_size = i;
    method.lines = {{0, i - 1, false, i, i, 1, 2}, {i / 2 + 1, i / 2, false, 1, 1, 1, 2}};
    pdb.methods.push_back(method);
  }
  ASSERT_OK_AND_ASSIGN(const Buffer file, write_managed_pdb(pdb));
  EXPECT_EQ(read_back(file), pdb);
}

TEST(ManagedPdb, RefusesWhatFitsIntoNoRecord) {
  const auto message_of = [](const ManagedPdb& pdb) {
    const auto file = write_managed_pdb(pdb);
    return file.has_value() ? std::string() : file.error().message();
  };
  ManagedPdb pdb = managed_pdb_for_test();
  pdb.methods[1].scopes[0].imports.emplace_back(kManagedNameSizeMax + 1, 'x');
  EXPECT_THAT(message_of(pdb), HasSubstr("06000002: a name of 2047 bytes"));
  pdb = managed_pdb_for_test();
  pdb.methods[1].debug_info.resize(kManagedBlobSizeMax + 1);
  EXPECT_THAT(message_of(pdb), HasSubstr("MD2"));
  pdb = managed_pdb_for_test();
  pdb.methods[1].lines[0].document = 3;
  EXPECT_THAT(message_of(pdb), HasSubstr("no document 3"));
}

TEST(ManagedPdb, SlotsOfNestedScopesFarDownAreLeftOut) {
  ManagedPdb pdb;
  ManagedMethod method;
  method.token = 0x0600'0001;
  method.code_size = 10;
  for (std::uint32_t i = 0; i < 1000; ++i) {
    ManagedScope scope;
    scope.parent = i == 0 ? ManagedScope::kNoParent : i - 1;
    scope.size = 10;
    method.scopes.push_back(scope);
  }
  pdb.methods = {method};
  ASSERT_OK_AND_ASSIGN(const Buffer file, write_managed_pdb(pdb));
  Diagnostics diagnostics;
  ASSERT_OK_AND_ASSIGN(const ManagedPdb read, read_managed_pdb(file, Limits(), diagnostics));
  ASSERT_EQ(read.methods.size(), 1U);
  EXPECT_LT(read.methods[0].scopes.size(), 600U);
  EXPECT_FALSE(diagnostics.empty());
}

// Obfuscators leave the rows that methods had; slot 6 of the debug header says which they have now.
TEST(ManagedPdb, TokensAreTranslatedByTheirMap) {
  ManagedPdb pdb;
  for (const std::uint32_t row : {1U, 2U, 9U}) {
    ManagedMethod method;
    method.token = 0x0600'0000 + row;
    method.name = fmt::format("was{}", row);
    pdb.methods.push_back(method);
  }
  pdb.entry_point = 0x0600'0002;
  ASSERT_OK_AND_ASSIGN(const Buffer file, write_managed_pdb(pdb));
  ASSERT_OK_AND_ASSIGN(const Container container, Container::open(file, Limits()));
  std::vector<Buffer> streams;
  for (std::uint32_t i = 0; i < container.stream_count(); ++i) {
    ASSERT_OK_AND_ASSIGN(const StreamBytes content, container.read(i, UINT32_MAX));
    streams.emplace_back(content.bytes().begin(), content.bytes().end());
  }
  Buffer& dbi = streams[kDbiStream];
  dbi[dbi.size() - kDebugHeaderCount * 2 + kTokenRidMap * 2] =
      static_cast<std::uint8_t>(streams.size());
  dbi[dbi.size() - kDebugHeaderCount * 2 + kTokenRidMap * 2 + 1] = 0;
  ByteWriter map;
  map.u32(0).u32(5).u32(3);  // rows 0, 1 and 2; 9 is not in it
  streams.push_back(std::move(map).take());
  ASSERT_OK_AND_ASSIGN(const Buffer mapped, write_msf(512, streams));
  const ManagedPdb read = read_back(mapped);
  ASSERT_EQ(read.methods.size(), 3U);
  EXPECT_EQ(read.methods[0].token, 0x0600'0003U);
  EXPECT_EQ(read.methods[0].name, "was2");
  EXPECT_EQ(read.methods[1].name, "was1");
  EXPECT_EQ(read.methods[2].token, 0x0600'0009U);
  EXPECT_EQ(read.entry_point, 0x0600'0003U);
}

// As C++/CLI has it: local variables that no block is around, between records of native code.
TEST(ManagedPdb, LocalsOutsideOfBlocksAreInTheMethodsScope) {
  ByteWriter out;
  RecordWriter record(out);
  const auto add = [&](std::uint16_t kind, const ByteWriter& content) {
    record.begin(kind);
    out.bytes(content.data());
    record.end();
  };
  const auto slot = [](std::uint32_t number, std::string_view name) {
    ByteWriter content;
    content.u32(number).u32(0x1100'0001).u32(0).u16(0).u16(0).cstring(name);
    return content;
  };
  ByteWriter native;
  native.zeros(35).cstring("native");
  add(S_GPROC32, native);
  add(S_MANSLOT, slot(7, "not of a method"));
  add(S_END, ByteWriter());
  ByteWriter method;
  method.zeros(12).u32(20).zeros(8).u32(0x0600'0004).u32(0x100).u16(2).zeros(3).cstring("main");
  add(S_GMANPROC, method);
  add(S_MANSLOT, slot(0, "outer"));
  ByteWriter block;
  block.zeros(8).u32(5).u32(0x104).u16(2).cstring("");
  add(S_BLOCK32, block);
  add(S_MANSLOT, slot(1, "inner"));
  add(S_END, ByteWriter());
  add(S_END, ByteWriter());
  Diagnostics diagnostics;
  const auto methods = read_managed_methods(out.data(), diagnostics);
  ASSERT_EQ(methods.size(), 1U);
  EXPECT_EQ(methods[0].start.section, 2U);
  const auto& scopes = methods[0].method.scopes;
  ASSERT_EQ(scopes.size(), 2U);
  EXPECT_EQ(scopes[0].slots.at(0).name, "outer");
  EXPECT_EQ(scopes[0].size, 20U);
  EXPECT_EQ(scopes[1].start, 4U);
  EXPECT_EQ(scopes[1].slots.at(0).name, "inner");
  EXPECT_TRUE(diagnostics.empty());
}

TEST(ManagedPdb, EveryPrefixFailsCleanly) {
  ASSERT_OK_AND_ASSIGN(const Buffer file, write_managed_pdb(managed_pdb_for_test()));
  for (std::size_t size = 0; size < file.size(); size += 7) {
    Diagnostics diagnostics;
    static_cast<void>(read_managed_pdb(Bytes(file).first(size), Limits(), diagnostics));
  }
}

TEST(ManagedPdb, DamageAnywhereIsSurvived) {
  ASSERT_OK_AND_ASSIGN(const Buffer file, write_managed_pdb(managed_pdb_for_test()));
  for (std::size_t i = 0; i < file.size(); ++i) {
    for (const std::uint8_t value : {std::uint8_t{0}, std::uint8_t{1}, std::uint8_t{0xff}}) {
      Buffer damaged = file;
      damaged[i] = value;
      Diagnostics diagnostics;
      const auto pdb = read_managed_pdb(damaged, Limits(), diagnostics);
      if (!pdb.has_value()) continue;
      for (const ManagedMethod& method : pdb->methods) {
        for (const ManagedLine& line : method.lines) {
          ASSERT_LT(line.document, pdb->documents.size());
        }
      }
    }
  }
}

TEST(ManagedDebugInfo, EveryKindGoesBothWays) {
  const Buffer blob = debug_info_for_test();
  ASSERT_OK_AND_ASSIGN(const auto records, read_managed_info(blob));
  ASSERT_EQ(records.size(), 6U);
  EXPECT_THAT(read_using_counts(records[0].data), IsOkAnd(testing::ElementsAre(2, 1, 0)));
  EXPECT_THAT(read_forward(records[1].data), IsOkAnd(0x0600'0001U));
  ASSERT_OK_AND_ASSIGN(const auto hoisted, read_hoisted_scopes(records[2].data));
  EXPECT_EQ(hoisted[0].end, 9U);
  EXPECT_EQ(hoisted[1].end, 0U);
  ASSERT_OK_AND_ASSIGN(const auto dynamics, read_dynamic_locals(records[3].data));
  EXPECT_EQ(dynamics[0].name, "d");
  EXPECT_EQ(dynamics[0].flags, std::vector<bool>({false, true, true}));
  EXPECT_TRUE(std::ranges::equal(records[4].data, Buffer{1, 2, 3}));
  ASSERT_OK_AND_ASSIGN(const auto tuples, read_tuple_names(records[5].data));
  EXPECT_THAT(tuples[0].names, testing::ElementsAre("x", "", "z"));
  EXPECT_EQ(tuples[1].slot, TupleNames::kConstant);
  EXPECT_EQ(tuples[1].scope_end, 7U);
  for (std::size_t size = 4; size < blob.size(); ++size) {
    EXPECT_FALSE(read_managed_info(Bytes(blob).first(size)).has_value());
  }
}

TEST(ManagedDebugInfo, SaysWhenThereIsNoRoom) {
  ManagedInfoWriter info(30);
  EXPECT_FALSE(info.add(ManagedInfoKind::kEncLambdaMap, Buffer(19)));
  EXPECT_TRUE(info.add(ManagedInfoKind::kEncLambdaMap, Buffer(12)));
  EXPECT_FALSE(info.add(ManagedInfoKind::kEncLocalSlotMap, Buffer(1)));
  EXPECT_EQ(std::move(info).take().size(), 24U);
  EXPECT_TRUE(ManagedInfoWriter(30).take().empty());
}

TEST(HashTables, HaveMicrosoftsHashes) {
  EXPECT_EQ((hash_name("/src/headerblock") & 0xffffU) % 6, 1U);
  EXPECT_EQ((hash_name("/names") & 0xffffU) % 6, 3U);
}

}  // namespace
}  // namespace sigla::pdb
