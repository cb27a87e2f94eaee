// SPDX-License-Identifier: Apache-2.0
#include "formats/minidump/xstate.h"

#include <gmock/gmock.h>

#include "formats/minidump/threads.h"
#include "testing/bytes_builder.h"
#include "testing/matchers.h"
#include "testing/minidump_builder.h"

namespace sigla::minidump {
namespace {

constexpr std::uint64_t kCompacted = 1ULL << 63U;
constexpr std::uint64_t kCet = 1U << 11U;
constexpr std::uint64_t kSsp = 0x7ff812345678;

// As Windows lays it out: CONTEXT, CONTEXT_EX, and at 0x510 the header of the XSAVE state, with
// `gap` bytes of other components before CET's.
Buffer context(std::uint64_t present, std::uint64_t layout, std::size_t gap = 0) {
  MinidumpBuilder dump;
  BytesBuilder record;
  record.bytes(dump.context(1232, 48, 0x10005f, 8, {{248, 0x401000}, {152, 0x7000}}));
  record.u32(0xfffffb30).u32(0x560 + gap).u32(0xfffffb30).u32(1232).u32(0x40).u32(0x50 + gap);
  record.zeros(0x40 - 24).u64(present).u64(layout).zeros(48).zeros(gap).u64(1).u64(kSsp);
  return record.build();
}

Buffer dump_of(const Buffer& record) {
  MinidumpBuilder dump;
  dump.system(PROCESSOR_ARCHITECTURE_AMD64, VER_PLATFORM_WIN32_NT).thread(1, record, 0, {});
  return dump.build();
}

Result<std::optional<std::uint64_t>> read(const Buffer& record) {
  const Buffer file = dump_of(record);
  const Image image = Image::open(file, Limits()).value();
  return read_shadow_stack_pointer(image, read_threads(image).value().front().raw.ThreadContext);
}

TEST(MinidumpShadowStack, IsFoundBehindTheOtherComponents) {
  EXPECT_EQ(read(context(kCet, kCompacted | kCet)).value(), kSsp);
  // x87 and SSE are in the CONTEXT; AVX, opmask and PKRU take their room even when not present.
  constexpr std::uint64_t kOthers = 0x3 | 0x4 | 0x20 | 0x200;
  const Buffer mixed = context(kCet | 0x4, kCompacted | kCet | kOthers, 256 + 64 + 8);
  EXPECT_EQ(read(mixed).value(), kSsp);
}

TEST(MinidumpShadowStack, IsNotWhereTheStateDoesNotHaveIt) {
  EXPECT_EQ(read(context(0, kCompacted | kCet)).value(), std::nullopt);
  EXPECT_EQ(read(context(kCet, kCompacted | 0x4)).value(), std::nullopt);
  EXPECT_EQ(read(context(kCet, kCet)).value(), std::nullopt);
  MinidumpBuilder dump;
  EXPECT_EQ(read(dump.amd64_context(1, 2, 3)).value(), std::nullopt);
  EXPECT_EQ(read(dump.x86_context(1, 2, 3)).value(), std::nullopt);
  Buffer unsaid = context(kCet, kCompacted | kCet);
  unsaid[48] = 0x1f;  // no CONTEXT_XSTATE
  EXPECT_EQ(read(unsaid).value(), std::nullopt);
}

TEST(MinidumpShadowStack, RefusesStateThatIsNotThere) {
  const Buffer good = context(kCet, kCompacted | kCet);
  constexpr std::size_t kOffset = 1232 + 16;
  for (const std::size_t field : {kOffset, kOffset + 4}) {
    for (const std::uint8_t value : {std::uint8_t{0}, std::uint8_t{1}, std::uint8_t{0xff}}) {
      Buffer damaged = good;
      std::fill_n(damaged.begin() + static_cast<std::ptrdiff_t>(field), 4, value);
      EXPECT_THAT(read(damaged), IsError(ErrorCode::kMalformed, "extended state"));
    }
  }
  EXPECT_THAT(read(context(kCet, kCompacted | kCet | 0x80)),
              IsError(ErrorCode::kMalformed, "truncated"));
  for (std::size_t size = 1232; size < good.size(); ++size) {
    const auto cut = read(Buffer(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)));
    EXPECT_TRUE(!cut.has_value() || !*cut) << size;
  }
}

}  // namespace
}  // namespace sigla::minidump
