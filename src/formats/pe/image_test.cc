// SPDX-License-Identifier: Apache-2.0
#include "formats/pe/image.h"

#include <gmock/gmock.h>

#include "formats/pe/dump.h"
#include "formats/pe/identity.h"
#include "formats/pe/pe_for_test.h"
#include "testing/fixture.h"
#include "testing/matchers.h"

namespace sigla::pe {
namespace {

const std::string kData = "src/formats/pe/testdata/";

TEST(PeImage, ReadsRealFiles) {
  for (const char* name : {"small64.dll", "small32.dll", "mingw.exe", "mingw.debug"}) {
    const Buffer file = read_fixture(kData + name);
    ASSERT_OK_AND_ASSIGN(const Image image, Image::open(file, Limits()));
    expect_golden(kData + name + ".golden.txt", dump(image));
  }
}

TEST(PeImage, FailsCleanlyOnEveryPrefix) {
  for (const char* name : {"small64.dll", "mingw.exe"}) {
    for_every_prefix(read_fixture(kData + name), 1, [](Bytes prefix) {
      const auto image = Image::open(prefix, Limits());
      if (image.has_value()) static_cast<void>(dump(image.value()));
      static_cast<void>(identify_pe(prefix, "a.dll", Limits()));
    });
  }
}

TEST(PeImage, RejectsWhatIsNone) {
  EXPECT_THAT(Image::open(Buffer(), Limits()), IsError(ErrorCode::kMalformed, "MZ"));
  Buffer file = PeForTest().build();
  EXPECT_TRUE(is_pe(file));
  file[0x40] = 'X';
  EXPECT_FALSE(is_pe(file));
  EXPECT_THAT(Image::open(file, Limits()),
              IsError(ErrorCode::kMalformed, "signature at offset 64"));
  file = PeForTest().build();
  file[0x58] = 7;  // optional header magic
  EXPECT_THAT(Image::open(file, Limits()), IsError(ErrorCode::kMalformed, "magic 0x207"));
  file = PeForTest().build();
  file[0x46] = file[0x47] = 0xff;  // NumberOfSections
  EXPECT_THAT(Image::open(file, Limits()), IsError(ErrorCode::kMalformed, "section table"));
}

TEST(PeImage, StopsAtTheSectionLimit) {
  Limits limits;
  limits.section_count_max = 0;
  EXPECT_THAT(Image::open(PeForTest().build(), limits),
              IsError(ErrorCode::kLimitExceeded, "1 sections"));
}

TEST(PeImage, ReadsBothWidths) {
  PeForTest pe;
  pe.is_pe32_plus = false;
  pe.machine = 0x14c;
  const Buffer file = pe.build();
  ASSERT_OK_AND_ASSIGN(const Image image, Image::open(file, Limits()));
  EXPECT_EQ(image.header().image_base, 0x40'0000U);
  EXPECT_EQ(image.header().size_of_image, 0x3000U);
}

TEST(PeImage, FindsContentByRva) {
  PeForTest pe;
  pe.section = {1, 2, 3, 4};
  pe.directories[kExportTable] = {0x1001, 2};
  pe.directories[kDebug] = {0x1001, 4};
  pe.directories[kExceptionTable] = {0x9000, 4};
  const Buffer file = pe.build();
  ASSERT_OK_AND_ASSIGN(const Image image, Image::open(file, Limits()));
  ASSERT_OK_AND_ASSIGN(const Bytes exports, image.data_of(kExportTable));
  EXPECT_THAT(exports, testing::ElementsAre(2, 3));
  EXPECT_THAT(image.data_of(kDebug), IsError(ErrorCode::kMalformed, "0x1001"));
  EXPECT_THAT(image.data_of(kExceptionTable), IsError(ErrorCode::kNotFound, "0x9000"));
  EXPECT_THAT(image.data_of(kResourceTable), IsError(ErrorCode::kNotFound, "directory 2"));
  ASSERT_OK_AND_ASSIGN(const Bytes header, image.rest_at(0));
  EXPECT_EQ(header.size(), 0x200U);
}

TEST(PeImage, ReadsAnImageFromMemory) {
  PeForTest pe;
  pe.section = {1, 2, 3, 4};
  Buffer memory = pe.build();
  memory.resize(0x3000);
  std::copy_n(pe.section.begin(), 4, memory.begin() + 0x1000);
  ASSERT_OK_AND_ASSIGN(const Image image, Image::open(memory, Limits(), Placement::kMemory));
  ASSERT_OK_AND_ASSIGN(const Bytes section, image.data(image.sections()[0]));
  EXPECT_THAT(section, testing::ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(image.rest_at(0x4000), IsError(ErrorCode::kNotFound, "memory"));
}

}  // namespace
}  // namespace sigla::pe
