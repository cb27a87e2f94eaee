// SPDX-License-Identifier: Apache-2.0
// Managed PDBs written and read: what goes in comes out.
#include <gmock/gmock.h>

#include <algorithm>

#include "formats/pdb/identity.h"
#include "formats/pdb/info_stream.h"
#include "formats/pdb/managed_module_writer.h"
#include "formats/pdb/managed_pdb_for_test.h"
#include "formats/pdb/managed_reader.h"
#include "formats/pdb/managed_writer.h"
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
