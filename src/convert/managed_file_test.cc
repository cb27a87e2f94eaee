// SPDX-License-Identifier: Apache-2.0
#include "convert/managed_file.h"

#include <gmock/gmock.h>

#include "codec/hash.h"
#include "convert/managed_file_for_test.h"
#include "convert/managed_job.h"
#include "testing/fixture.h"
#include "testing/matchers.h"

namespace sigla {
namespace {

constexpr std::string_view kRun = "N.C`1.Run[U](Int32 x, List`1 y)";

std::string pdb_digest(Buffer pdb, const ppdb::Metadata& metadata) {
  const auto at = static_cast<std::size_t>(metadata.id().data() - metadata.file().data());
  std::fill_n(pdb.begin() + static_cast<std::ptrdiff_t>(at), 20, std::uint8_t{0});
  const Sha256Digest digest = sha256(pdb);
  return std::string(as_text(digest));
}

TEST(ManagedFile, JoinsProgramAndPdb) {
  const Buffer pdb = managed_pdb_for_test();
  const Buffer program = ManagedPeForTest().build();
  ASSERT_OK_AND_ASSIGN(auto file, ManagedFile::open(program, "app.dll", Limits()));
  const auto wanted = file.wanted_companion();
  ASSERT_TRUE(wanted);
  EXPECT_EQ(wanted->kind, CompanionKind::kManagedPdb);
  EXPECT_EQ(wanted->name, "app.pdb");
  EXPECT_EQ(hex_lower(wanted->build_id),
            "03020100050407060809"
            "0a0b0c0d0e0f10111213");
  EXPECT_EQ(file.look_up(0x0600'0003, 5).function, kRun);
  EXPECT_EQ(file.look_up(0x0600'0003, 5).line, 0U);
  ASSERT_TRUE(file.add_companion(pdb));
  EXPECT_FALSE(file.wanted_companion());
  const ManagedFrame frame = file.look_up(0x0600'0003, 5);
  EXPECT_EQ(frame.function, kRun);
  EXPECT_EQ(frame.symbol, "N.C`1.<Run>d__3.MoveNext()");
  EXPECT_EQ(frame.file, "C:\\a.cs");
  EXPECT_TRUE(frame.is_embedded);
  EXPECT_EQ(frame.line, 7U);
  EXPECT_EQ(frame.column, 9U);
  EXPECT_EQ(frame.end_column, 20U);
  EXPECT_EQ(file.look_up(0x0600'0003, 0).line, 0U);  // only hidden code before
  EXPECT_FALSE(file.look_up(0x0600'0063, 0).is_known());
  EXPECT_FALSE(file.look_up(0x0200'0001, 0).is_known());
}

TEST(ManagedFile, FindsTheProgramOfAPdb) {
  const Buffer pdb = managed_pdb_for_test();
  ASSERT_OK_AND_ASSIGN(auto file, ManagedFile::open(pdb, "app.pdb", Limits()));
  EXPECT_EQ(file.look_up(0x0600'0003, 8).line, 9U);
  EXPECT_EQ(file.look_up(0x0600'0003, 8).function, "");
  const auto wanted = file.wanted_companion();
  ASSERT_TRUE(wanted);
  EXPECT_EQ(wanted->kind, CompanionKind::kManagedProgram);
  EXPECT_FALSE(file.add_companion(pdb));
  ManagedPeForTest other;
  other.has_other_id = true;
  const Buffer other_program = other.build();
  EXPECT_FALSE(file.add_companion(other_program));
  const Buffer program = ManagedPeForTest().build();
  EXPECT_TRUE(file.add_companion(program));
  EXPECT_EQ(file.look_up(0x0600'0003, 8).function, kRun);
}

TEST(ManagedFile, VerifiesTheChecksumOfThePdb) {
  const Buffer pdb = managed_pdb_for_test();
  ASSERT_OK_AND_ASSIGN(const auto metadata, ppdb::Metadata::open(pdb, Limits()));
  ManagedPeForTest built;
  built.pdb = pdb;
  built.checksum = pdb_digest(pdb, metadata);
  for (const bool is_right : {true, false}) {
    if (!is_right) built.checksum[0] = static_cast<char>(~built.checksum[0]);
    const Buffer program = built.build();
    ASSERT_OK_AND_ASSIGN(const auto file, ManagedFile::open(program, "app.dll", Limits()));
    const auto checksums = file.checksums();
    ASSERT_EQ(checksums.size(), 1U);
    EXPECT_EQ(checksums[0].algorithm, "SHA256");
    EXPECT_EQ(checksums[0].is_right, is_right);
    EXPECT_EQ(file.look_up(0x0600'0003, 8).line, 9U);  // the embedded PDB
  }
}

TEST(ManagedFile, FollowsCodeIntoStateMachines) {
  ManagedPeForTest built;
  built.pdb = managed_pdb_for_test();
  const Buffer program = built.build();
  ASSERT_OK_AND_ASSIGN(const auto file, ManagedFile::open(program, "app.dll", Limits()));
  const auto frames = file.look_up({clr::parse_method_text(kRun),
                                    clr::parse_method_text(kRun),
                                    clr::parse_method_text("N.X.Y()")},
                                   {5, std::nullopt, 1});
  ASSERT_EQ(frames.size(), 3U);
  EXPECT_EQ(frames[0].token, 0x0600'0003U);
  EXPECT_EQ(frames[0].function, kRun);
  EXPECT_EQ(frames[0].line, 7U);
  EXPECT_EQ(frames[1].file, "C:\\a.cs");
  EXPECT_EQ(frames[1].line, 0U);
  EXPECT_FALSE(frames[2].is_known());
}

TEST(ManagedFile, RefusesWhatIsNotManaged) {
  const Buffer native = pe::PeForTest().build();
  EXPECT_THAT(ManagedFile::open(native, "a.dll", Limits()),
              IsError(ErrorCode::kUnsupported, "not managed"));
  EXPECT_THAT(ManagedFile::open(as_bytes("x"), "a", Limits()),
              IsError(ErrorCode::kUnsupported, "no .NET methods"));
}

TEST(ManagedFile, FailsCleanlyOnEveryPrefix) {
  ManagedPeForTest built;
  built.pdb = managed_pdb_for_test();
  for_every_prefix(built.build(), 7, [](Bytes prefix) {
    const auto file = ManagedFile::open(prefix, "app.dll", Limits());
    if (file.has_value()) static_cast<void>(file->look_up(0x0600'0003, 8));
  });
}

}  // namespace
}  // namespace sigla
