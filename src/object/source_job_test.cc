// SPDX-License-Identifier: Apache-2.0
#include "object/source_job.h"

#include <gmock/gmock.h>

#include "object/part_job.h"
#include "testing/fixture.h"
#include "testing/in_process_pool.h"
#include "testing/matchers.h"

namespace sigla {
namespace {

constexpr char kBundle[] = "src/formats/sourcebundle/testdata/small.deflated.src.zip";

TEST(SourceFiles, ComeOutOfAWorkerAsTheyWentIn) {
  InProcessPool pool(add_source_jobs);
  ASSERT_OK_AND_ASSIGN(const File file, File::open_read(source_path(kBundle)));
  ASSERT_OK_AND_ASSIGN(const std::uint64_t size, file.size());
  ASSERT_OK_AND_ASSIGN(const SourceFiles found, source_files_in_worker(pool, file, 0, size));
  ASSERT_FALSE(found.files.empty());
  EXPECT_TRUE(found.files.front().is_embedded);
  EXPECT_TRUE(found.srcsrv.empty());
  EXPECT_THAT(source_files_in_worker(pool, file, 1, size), IsError(ErrorCode::kMalformed, ""));
  EXPECT_THAT(source_files_in_worker(pool, file, 1, 2), IsError(ErrorCode::kUnsupported, ""));
}

TEST(SourceFiles, SurviveEveryTruncation) {
  for (const char* name : {kBundle}) {
    for_every_prefix(read_fixture(name), 3, [](Bytes prefix) {
      EXPECT_FALSE(read_source_files(prefix, Limits()).has_value());
    });
  }
}

TEST(ReplaceSrcsrv, WantsAWindowsPdb) {
  InProcessPool pool(add_source_jobs);
  ASSERT_OK_AND_ASSIGN(const File file, File::open_read(source_path(kBundle)));
  ASSERT_OK_AND_ASSIGN(const File output, File::create_in_memory("pdb"));
  EXPECT_THAT(replace_srcsrv_in_worker(pool, file, "text", output),
              IsError(ErrorCode::kUnsupported, "only a Windows PDB"));
}

TEST(ComparablePath, IsTheSameForAllSpellingsOfOne) {
  EXPECT_EQ(comparable_path("C:\\A\\.\\x\\..\\b.C"), "c:/a/b.c");
  EXPECT_EQ(comparable_path("/src//a/../main.c"), "/src/main.c");
}

}  // namespace
}  // namespace sigla
