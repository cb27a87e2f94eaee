// SPDX-License-Identifier: Apache-2.0
#include "formats/pe/cli_header.h"

#include <gmock/gmock.h>

#include "formats/pe/pe_for_test.h"
#include "testing/fixture.h"
#include "testing/matchers.h"

namespace sigla::pe {
namespace {

PeForTest managed_pe() {
  BytesBuilder b;
  b.u32(0x48).u16(2).u16(5).u32(0x1048).u32(4).u32(1).u32(0x0600'0001).zeros(5 * 8);
  b.u32(0x1010).u32(0x20).text("BSJB");
  PeForTest pe;
  pe.section = b.build();
  pe.directories[kClrRuntimeHeader] = {0x1000, 0x48};
  return pe;
}

TEST(CliHeader, LeadsToTheMetadata) {
  const Buffer file = managed_pe().build();
  ASSERT_OK_AND_ASSIGN(const Image image, Image::open(file, Limits()));
  ASSERT_OK_AND_ASSIGN(const CliHeader header, read_cli_header(image));
  EXPECT_EQ(header.runtime_major, 2U);
  EXPECT_EQ(header.entry_point_token, 0x0600'0001U);
  EXPECT_EQ(header.managed_native_header.rva, 0x1010U);
  ASSERT_OK_AND_ASSIGN(const Bytes metadata, clr_metadata_of(image));
  EXPECT_EQ(as_text(metadata), "BSJB");
}

TEST(CliHeader, IsMissingOrCutOff) {
  const Buffer native = PeForTest().build();
  ASSERT_OK_AND_ASSIGN(const Image image, Image::open(native, Limits()));
  EXPECT_THAT(read_cli_header(image), IsError(ErrorCode::kNotFound, ""));
  for (const std::uint32_t size : {1U, 8U, 0x47U}) {
    PeForTest pe = managed_pe();
    pe.directories[kClrRuntimeHeader].second = size;
    const Buffer file = pe.build();
    ASSERT_OK_AND_ASSIGN(const Image cut, Image::open(file, Limits()));
    EXPECT_THAT(read_cli_header(cut), IsError(ErrorCode::kMalformed, "CLI header"));
  }
  PeForTest outside = managed_pe();
  outside.section.resize(0x4a);
  const Buffer file = outside.build();
  ASSERT_OK_AND_ASSIGN(const Image cut, Image::open(file, Limits()));
  EXPECT_THAT(clr_metadata_of(cut), IsError(ErrorCode::kMalformed, "CLR metadata"));
}

}  // namespace
}  // namespace sigla::pe
