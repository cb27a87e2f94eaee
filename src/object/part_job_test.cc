// SPDX-License-Identifier: Apache-2.0
#include "object/part_job.h"

#include <gmock/gmock.h>

#include "testing/fixture.h"
#include "testing/in_process_pool.h"
#include "testing/matchers.h"

namespace sigla {
namespace {

constexpr char kLibrary[] = "src/formats/elf/testdata/libsmall.so";
constexpr char kBundle[] = "src/formats/sourcebundle/testdata/small.deflated.src.zip";

Result<std::string> part_of(Bytes object, PartKind kind, std::string_view name) {
  std::string content;
  SIGLA_TRY(write_part(object, kind, name, Limits(), [&](Bytes piece) {
    content += as_text(piece);
    return Status();
  }));
  return content;
}

TEST(Part, IsASectionOfAnElfFile) {
  const Buffer library = read_fixture(kLibrary);
  ASSERT_OK_AND_ASSIGN(const std::string comment, part_of(library, PartKind::kSection, ".comment"));
  EXPECT_EQ(comment.substr(0, 5), "GCC: ");
  EXPECT_THAT(part_of(library, PartKind::kSection, ".none"), IsError(ErrorCode::kNotFound, ""));
  EXPECT_THAT(
      part_of(
          read_fixture("src/formats/elf/testdata/libsmall.so.debug"), PartKind::kSection, ".text"),
      IsError(ErrorCode::kNotFound, ""));
  EXPECT_THAT(part_of(as_bytes("MODULE x"), PartKind::kSection, ".text"),
              IsError(ErrorCode::kNotFound, "no '.text' in it"));
}

TEST(Part, IsASourceOfABundleByAnySpellingOfItsPath) {
  const Buffer bundle = read_fixture(kBundle);
  ASSERT_OK_AND_ASSIGN(const std::string source, part_of(bundle, PartKind::kSource, "/src/main.c"));
  EXPECT_NE(source, "");
  ASSERT_OK_AND_ASSIGN(const std::string same,
                       part_of(bundle, PartKind::kSource, "/src/./app/..//main.c"));
  EXPECT_EQ(source, same);
  EXPECT_THAT(part_of(bundle, PartKind::kSource, "/etc/passwd"),
              IsError(ErrorCode::kNotFound, "no '/etc/passwd' in it"));
  EXPECT_THAT(part_of(as_bytes("x"), PartKind::kSource, "/src/main.c"),
              IsError(ErrorCode::kNotFound, ""));
}

TEST(Part, SurvivesEveryTruncation) {
  for_every_prefix(read_fixture(kBundle), 1, [](Bytes prefix) {
    EXPECT_FALSE(part_of(prefix, PartKind::kSource, "/src/main.c").has_value());
  });
  for_every_prefix(read_fixture(kLibrary), 7, [](Bytes prefix) {
    static_cast<void>(part_of(prefix, PartKind::kSection, ".comment"));
  });
}

TEST(Part, IsTakenOutOfASliceOfAFile) {
  const Buffer library = read_fixture(kLibrary);
  ASSERT_OK_AND_ASSIGN(File file, File::create_in_memory("file"));
  ASSERT_OK_AND_ASSIGN(File output, File::create_in_memory("output"));
  ASSERT_THAT(file.write_all(as_bytes("something before")), IsOk());
  ASSERT_THAT(file.write_all(library), IsOk());
  InProcessPool pool(add_part_job);
  PartRequest wanted{PartKind::kSection, ".comment", 16, library.size()};
  ASSERT_THAT(extract_part(pool, wanted, file, output), IsOk());
  ASSERT_OK_AND_ASSIGN(const MappedFile written, MappedFile::map(output));
  EXPECT_EQ(as_text(written.bytes()).substr(0, 5), "GCC: ");
  wanted.size += 1;
  EXPECT_THAT(extract_part(pool, wanted, file, output), IsError(ErrorCode::kMalformed, "object"));
}

}  // namespace
}  // namespace sigla
