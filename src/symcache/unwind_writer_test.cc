// SPDX-License-Identifier: Apache-2.0
#include "symcache/unwind_writer.h"

#include "base/text.h"
#include "symcache/unwind_expression.h"
#include "symcache/writer.h"
#include "testing/matchers.h"

namespace sigla {
namespace {

using testing::ElementsAre;

UnwindRuleSet simple(std::int64_t cfa_offset) {
  UnwindRuleSet rules;
  rules.cfa = UnwindRule::of_register(7, cfa_offset);
  rules.return_address = UnwindRule::at_cfa(-8);
  return rules;
}

// "address[*]=CFA offset" of each row; * where an entry begins.
std::vector<std::string> rows_of(const Symcache& cache) {
  std::vector<std::string> rows;
  for (std::size_t i = 0; i < cache.unwind_row_count(); ++i) {
    const auto row = cache.unwind_row(i);
    rows.push_back(fmt::format("{:x}{}={}",
                               row.address,
                               row.begins_entry ? "*" : "",
                               row.rules ? row.rules->cfa().offset : 0));
  }
  return rows;
}

TEST(UnwindRules, ReadsBackEveryKind) {
  Buffer code;
  append_step(code, {.op = UnwindOp::kCfa, .offset = -16});
  append_step(code, {.op = UnwindOp::kDeref, .number = 4});
  UnwindRuleSet rules;
  rules.is_signal_frame = true;
  rules.cfa = {.kind = UnwindRule::Kind::kExpression, .expression = code};
  rules.return_address = UnwindRule::undefined();
  const std::vector<std::pair<UnwindRegister, UnwindRule>> expected = {
      {{1, false}, UnwindRule::same_value()},
      {{3, false}, UnwindRule::at_cfa(-24)},
      {{4, false}, UnwindRule::at_cfa(INT64_MIN)},
      {{5, false}, UnwindRule::cfa_plus(INT64_MAX)},
      {{6, false}, UnwindRule::of_register(UINT32_MAX, -1)},
      {{7, false}, {.kind = UnwindRule::Kind::kAtExpression, .expression = code}},
      {{9, true}, {.kind = UnwindRule::Kind::kText, .reg = 77}},
  };
  for (auto entry = expected.rbegin(); entry != expected.rend(); ++entry) {
    rules.set(entry->first, UnwindRule::undefined());  // replaced by the next
    rules.set(entry->first, entry->second);
  }
  Buffer record;
  rules.encode(record);
  const UnwindRules read(record);
  EXPECT_TRUE(read.is_signal_frame());
  EXPECT_EQ(read.cfa(), rules.cfa);
  EXPECT_EQ(read.return_address(), UnwindRule::undefined());
  std::vector<std::pair<UnwindRegister, UnwindRule>> found;
  read.for_each_register(
      [&](UnwindRegister reg, const UnwindRule& rule) { found.emplace_back(reg, rule); });
  EXPECT_EQ(found, expected);
}

// The example of docs/formats/symcache.md.
TEST(UnwindRules, MatchTheirDocument) {
  Buffer record;
  simple(8).encode(record);
  EXPECT_EQ(hex_lower(record), "00e50110e303");
}

TEST(UnwindRules, AnyBytesGiveSomeRules) {
  Buffer bytes(40);
  for (unsigned seed = 0; seed < 20'000; ++seed) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      bytes[i] = static_cast<std::uint8_t>((seed + 1) * 2'654'435'761U >> (i % 24));
    }
    const UnwindRules rules(Bytes(bytes).first(seed % bytes.size()));
    std::size_t count = 0;
    rules.for_each_register([&](UnwindRegister, const UnwindRule& rule) {
      for (UnwindStepReader steps(rule.expression); !steps.at_end();) steps.next();
      ++count;
    });
    EXPECT_LE(count, bytes.size());
  }
}

TEST(UnwindWriter, FirstEntryStaysWhereTwoOverlap) {
  SymcacheWriter writer{Limits()};
  symcache::UnwindWriter& unwind = writer.unwind();
  ASSERT_TRUE(unwind.begin_entry(0x2000, 0x100));
  UnwindRuleSet rules = simple(8);
  unwind.add_row(0x2000, rules);
  rules = simple(16);
  unwind.add_row(0x2001, rules);
  EXPECT_FALSE(unwind.begin_entry(0x20ff, 1));
  EXPECT_FALSE(unwind.begin_entry(0x3000, 0));
  EXPECT_FALSE(unwind.begin_entry(UINT64_MAX, 2));
  ASSERT_TRUE(unwind.begin_entry(0x1000, 0x1000));
  rules = simple(24);
  unwind.add_row(0x1000, rules);
  ASSERT_OK_AND_ASSIGN(const Buffer file, writer.finish_to_buffer());
  ASSERT_OK_AND_ASSIGN(const Symcache cache, Symcache::open(Bytes(file)));
  EXPECT_THAT(rows_of(cache), ElementsAre("1000*=24", "2000*=8", "2001=16", "2100=0"));
  EXPECT_FALSE(cache.find_unwind(0xfff).has_value());
  EXPECT_EQ(cache.find_unwind(0x1fff)->cfa().offset, 24);
  EXPECT_FALSE(cache.find_unwind(0x2100).has_value());
  EXPECT_FALSE(cache.find_unwind(UINT64_MAX).has_value());
}

TEST(UnwindWriter, TakesRowsInAscendingOrderInsideTheirEntry) {
  SymcacheWriter writer{Limits()};
  symcache::UnwindWriter& unwind = writer.unwind();
  ASSERT_TRUE(unwind.begin_entry(0x1000, 0x10));
  for (const auto& [address, offset] : std::initializer_list<std::pair<std::uint64_t, int>>{
           {0xfff, 1}, {0x1004, 2}, {0x1004, 3}, {0x1006, 3}, {0x1002, 4}, {0x1010, 5}}) {
    UnwindRuleSet rules = simple(offset);
    unwind.add_row(address, rules);
  }
  UnwindRuleSet nothing;
  unwind.add_row(0x1008, nothing);
  ASSERT_OK_AND_ASSIGN(const Buffer file, writer.finish_to_buffer());
  ASSERT_OK_AND_ASSIGN(const Symcache cache, Symcache::open(Bytes(file)));
  EXPECT_THAT(rows_of(cache), ElementsAre("1000*=0", "1004=3", "1008=0", "1010=0"));
}

TEST(UnwindWriter, KeepsTheEndOfTheAddressSpace) {
  SymcacheWriter writer{Limits()};
  ASSERT_TRUE(writer.unwind().begin_entry(UINT64_MAX - 4, 4));
  UnwindRuleSet rules = simple(8);
  writer.unwind().add_row(UINT64_MAX - 4, rules);
  ASSERT_OK_AND_ASSIGN(const Buffer file, writer.finish_to_buffer());
  ASSERT_OK_AND_ASSIGN(const Symcache cache, Symcache::open(Bytes(file)));
  EXPECT_TRUE(cache.find_unwind(UINT64_MAX - 1).has_value());
  EXPECT_FALSE(cache.find_unwind(UINT64_MAX).has_value());
}

TEST(UnwindWriter, StopsAtTheLimitOfRules) {
  Limits limits;
  limits.unwind_rules_size_max = 20;  // the empty text, and two records of 7 and 8 bytes
  SymcacheWriter writer(limits);
  ASSERT_TRUE(writer.unwind().begin_entry(0x1000, 0x10));
  for (const int offset : {8, 16, 24, 8}) {
    UnwindRuleSet rules = simple(offset);
    writer.unwind().add_row(0x1000 + static_cast<std::uint64_t>(offset) / 2, rules);
  }
  EXPECT_EQ(writer.diagnostics().categories().begin()->first,
            "more unwind rules than unwind_rules_size_max");
  EXPECT_THAT(writer.finish_to_buffer(), IsOk());
}

TEST(UnwindWriter, TakesNoMoreRulesThanTheLimit) {
  Limits limits;
  limits.cfi_rule_count_max = 2;
  SymcacheWriter writer(limits);
  Identity identity;
  identity.arch = Arch::kX86_64;
  writer.set_identity(identity);
  writer.add_cfi_init(0x1000, 0x10, ".cfa: $rsp 8 + .ra: .cfa -8 + ^");
  writer.add_cfi_delta(0x1004, "$rbx: 1 $rbp: 2 $r12: 3");
  writer.add_cfi_init(0x2000, 0x10, ".cfa: $rsp 8 + .ra: .cfa -8 + ^ $rbx: 1");
  ASSERT_OK_AND_ASSIGN(const Buffer file, writer.finish_to_buffer());
  ASSERT_OK_AND_ASSIGN(const Symcache cache, Symcache::open(Bytes(file)));
  int count = 0;
  cache.find_unwind(0x1004)->for_each_register([&](UnwindRegister, const UnwindRule&) { ++count; });
  EXPECT_EQ(count, 2);
  EXPECT_FALSE(cache.find_unwind(0x2000).has_value());
}

TEST(UnwindWriter, ExpressionsEndAtTheLimitOfTokens) {
  Limits limits;
  limits.postfix_token_count_max = 3;
  SymcacheWriter writer(limits);
  Identity identity;
  identity.arch = Arch::kX86_64;
  writer.set_identity(identity);
  writer.add_cfi_init(0x1000, 0x10, ".cfa: $rsp 8 + .ra: .cfa -8 + ^");
  ASSERT_OK_AND_ASSIGN(const Buffer file, writer.finish_to_buffer());
  ASSERT_OK_AND_ASSIGN(const Symcache cache, Symcache::open(Bytes(file)));
  EXPECT_EQ(cache.find_unwind(0x1000)->cfa().kind, UnwindRule::Kind::kRegister);
  EXPECT_EQ(cache.find_unwind(0x1000)->return_address().kind, UnwindRule::Kind::kText);
}

}  // namespace
}  // namespace sigla
