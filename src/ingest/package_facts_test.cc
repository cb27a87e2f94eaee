// SPDX-License-Identifier: Apache-2.0
#include "ingest/package_facts.h"

#include <gtest/gtest.h>

#include "codec/archive_testing.h"
#include "ingest/package_directory.h"
#include "ingest/package_rules.h"
#include "testing/matchers.h"

namespace sigla {
namespace {

using Kind = PackageFinding::Kind;
using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;

PackageFacts make_facts() {
  PackageFacts facts;
  facts.id = "Demo.Lib";
  facts.version = "1.0.0";
  facts.is_symbols = true;
  facts.pdbs = {"lib/a.pdb", "lib/b.pdb"};
  facts.findings = {{Kind::kWindowsPdb, "lib/a.pdb", "'lib/a.pdb' is a Windows PDB"},
                    {Kind::kNoPackage, "", "not here"}};
  return facts;
}

TEST(PackageFacts, ReadsWhatItWrote) {
  const PackageFacts facts = make_facts();
  ASSERT_OK_AND_ASSIGN(const PackageFacts read, PackageFacts::decode(as_bytes(facts.encode())));
  EXPECT_EQ(read.id, facts.id);
  EXPECT_EQ(read.version, facts.version);
  EXPECT_EQ(read.is_symbols, facts.is_symbols);
  EXPECT_EQ(read.pdbs, facts.pdbs);
  EXPECT_EQ(read.findings, facts.findings);

  const PackageQuestion question{PackageEndpoint::kSymbol, 1'700'000'000};
  ASSERT_OK_AND_ASSIGN(const PackageQuestion same,
                       PackageQuestion::decode(as_bytes(question.encode())));
  EXPECT_EQ(same.endpoint, question.endpoint);
  EXPECT_EQ(same.now, question.now);
}

TEST(PackageFacts, RejectsEveryTruncation) {
  const std::string bytes = make_facts().encode();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_THAT(PackageFacts::decode(as_bytes(bytes).first(size)),
                IsError(ErrorCode::kMalformed, "package facts"))
        << size;
  }
  std::string damaged = PackageQuestion().encode();
  damaged[0] = 9;
  EXPECT_THAT(PackageQuestion::decode(as_bytes(damaged)),
              IsError(ErrorCode::kMalformed, "endpoint 9"));
}

Result<PackageFacts> read(const std::vector<TestFile>& files,
                          PackageEndpoint endpoint = PackageEndpoint::kSymbol,
                          std::int64_t now = 4'000'000'000) {
  const std::string package = make_archive("zip", "none", files);
  return read_package_directory(as_bytes(package), {endpoint, now}, Limits());
}

TestFile manifest(std::string_view more) {
  return {"Demo.nuspec",
          fmt::format("<package><metadata><id>Demo</id><version>1</version>{}</metadata></package>",
                      more)};
}
constexpr std::string_view kType =
    "<packageTypes><packageType name='SymbolsPackage'/></packageTypes>";

TEST(PackageDirectory, HasNothingToSayOfAGoodPackage) {
  ASSERT_OK_AND_ASSIGN(const PackageFacts facts,
                       read({manifest(kType),
                             {"lib/a.pdb", "x"},
                             {"_rels/.rels", "x"},
                             {"[Content_Types].xml", ""}}));
  EXPECT_THAT(facts.findings, IsEmpty());
  EXPECT_THAT(facts.pdbs, ElementsAre("lib/a.pdb"));
  EXPECT_TRUE(facts.is_symbols);
  ASSERT_OK_AND_ASSIGN(const PackageFacts package,
                       read({manifest("<authors>a</authors>"), {"lib/a.dll", "x"}, {"a.txt", ""}},
                            PackageEndpoint::kPackage));
  EXPECT_THAT(package.findings, IsEmpty());
  EXPECT_FALSE(package.is_symbols);
}

TEST(PackageDirectory, FindsWhatIsWrong) {
  const auto kinds = [](const Result<PackageFacts>& facts) {
    std::vector<Kind> found;
    EXPECT_THAT(facts, IsOk());
    if (!facts.has_value()) return found;
    for (const PackageFinding& finding : facts->findings) found.push_back(finding.kind);
    return found;
  };
  const TestFile pdb{"lib/a.pdb", "x"};
  EXPECT_THAT(kinds(read({manifest(""), pdb})), ElementsAre(Kind::kNoSymbolsType));
  EXPECT_THAT(kinds(read({manifest(std::string(kType) + "<owners>a</owners>"), pdb})),
              ElementsAre(Kind::kPackageItem));
  EXPECT_THAT(kinds(read({manifest(kType)})), ElementsAre(Kind::kNoPdb));
  EXPECT_THAT(kinds(read({manifest(kType), pdb, {"lib/a.dll", ""}})),
              ElementsAre(Kind::kForeignFile));
  EXPECT_THAT(kinds(read({manifest(kType), pdb, {"LIB/A.pdb", ""}})),
              ElementsAre(Kind::kDuplicateEntry));
  EXPECT_THAT(kinds(read({manifest(kType), pdb, {"lib/../../a.pdb", ""}})),
              ElementsAre(Kind::kUnsafePath));
  EXPECT_THAT(kinds(read({manifest(kType), pdb, {"lib//b.pdb", ""}})),
              ElementsAre(Kind::kUntidyPath));
  EXPECT_THAT(kinds(read({manifest(kType), pdb}, PackageEndpoint::kSymbol, -2'000'000'000)),
              Contains(Kind::kFutureEntry));
}

TEST(PackageDirectory, RefusesWhatIsNoPackage) {
  EXPECT_THAT(read({{"lib/a.pdb", "x"}}), IsError(ErrorCode::kMalformed, "no .nuspec"));
  EXPECT_THAT(read({manifest(""), {"b.nuspec", ""}}),
              IsError(ErrorCode::kMalformed, "several .nuspec"));
  EXPECT_THAT(read({{"a.nuspec", "hello"}}), IsError(ErrorCode::kMalformed, "a.nuspec: "));
  EXPECT_THAT(read_package_directory(as_bytes("hello"), {}, Limits()),
              IsError(ErrorCode::kMalformed, "no NuGet package"));
}

TEST(PackageDirectory, KeepsABoundedNumberOfFindings) {
  PackageFacts facts;
  for (std::size_t i = 0; i < 2 * PackageFacts::kFindingsMax; ++i) {
    add_finding(facts, Kind::kForeignFile, "a", "b");
  }
  EXPECT_EQ(facts.findings.size(), PackageFacts::kFindingsMax);
}

TEST(PackageRules, AreAllOfThemWhenStrict) {
  for (std::uint32_t kind = 0; kind <= PackageFinding::kKindMax; ++kind) {
    EXPECT_TRUE(refuses(static_cast<Kind>(kind), true)) << kind;
  }
  EXPECT_FALSE(refuses(Kind::kWindowsPdb, false));
  EXPECT_TRUE(refuses(Kind::kOtherChecksum, false));
}

TEST(PackageRules, SayWhatIsWrongInOneLine) {
  const std::vector<PackageFinding> findings = make_facts().findings;
  EXPECT_EQ(refusal_of(findings, false), "");
  EXPECT_EQ(refusal_of(findings, true), "'lib/a.pdb' is a Windows PDB; not here");
  std::vector<PackageFinding> many(9, {Kind::kNoPdb, "", "no"});
  EXPECT_THAT(refusal_of(many, false), HasSubstr("and 4 more"));
  EXPECT_EQ(refusal_code(Kind::kNoPackage), ErrorCode::kNotFound);
  EXPECT_EQ(refusal_code(Kind::kBusy), ErrorCode::kConflict);
  EXPECT_EQ(refusal_code(Kind::kTooLarge), ErrorCode::kLimitExceeded);
}

}  // namespace
}  // namespace sigla
