// SPDX-License-Identifier: Apache-2.0
#include "formats/trace/trace.h"

#include <gmock/gmock.h>

#include "formats/trace/kind.h"
#include "testing/matchers.h"

namespace sigla::trace {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

Trace read(std::string_view text) { return recognise(text, Limits()); }

std::string_view at(std::string_view text, const Span& span) {
  return text.substr(span.offset, span.size);
}

TEST(Trace, ReadsASanitizersFrames) {
  constexpr std::string_view kText =
      "==7==ERROR: AddressSanitizer: heap-use-after-free on address 0x60b0000000f0\r\n"
      "READ of size 4 at 0x60b0000000f0 thread T0\r\n"
      "    #0 0x55ee5b0dd5b0 (/tmp/my app+0xdd5b0) (BuildId: 2E5E8A1C)\r\n"
      "    #1 0x55ee5b0dd600 in main (/tmp/my app+0xdd600) (BuildId: 2e5e8a1c)\r\n"
      "    #2 0x7f0000001234 in f(int) /src/a.c:12:3\r\n"
      "\r\n"
      "freed by thread T0 here:\r\n"
      "    #0 0x55ee5b0aa000  (<unknown module>)\r\n"
      "    #1 0x55ee5b0aa000 (/lib/libc.so.6+0x29d8f)\r\n"
      "SUMMARY: AddressSanitizer: heap-use-after-free (/tmp/my app+0xdd5b0) (BuildId: 2e5e)\r\n";
  const Trace trace = read(kText);
  EXPECT_EQ(trace.reason, "AddressSanitizer: heap-use-after-free on address 0x60b0000000f0");
  ASSERT_THAT(trace.frames, SizeIs(4));
  ASSERT_THAT(trace.modules, SizeIs(2));
  EXPECT_EQ(trace.modules[0].name, "/tmp/my app");
  EXPECT_EQ(trace.modules[0].build_id, "2e5e8a1c");
  EXPECT_EQ(trace.modules[1].name, "/lib/libc.so.6");
  ASSERT_THAT(trace.threads, SizeIs(2));
  EXPECT_EQ(trace.threads[0].name, "READ of size 4 at 0x60b0000000f0 thread T0");
  const Frame& first = trace.frames[0];
  EXPECT_EQ(first.address, 0xdd5b0U);
  EXPECT_EQ(first.absolute, 0x55ee5b0dd5b0U);
  EXPECT_EQ(first.addressing, Addressing::kLinked);
  EXPECT_FALSE(first.is_return_address);
  EXPECT_EQ(at(kText, first.place), "(/tmp/my app+0xdd5b0) (BuildId: 2E5E8A1C)");
  EXPECT_EQ(at(kText, first.line),
            "    #0 0x55ee5b0dd5b0 (/tmp/my app+0xdd5b0) (BuildId: 2E5E8A1C)");
  EXPECT_EQ(trace.frames[1].function, "main");
  EXPECT_EQ(trace.frames[2].function, "f(int)");
  EXPECT_EQ(trace.frames[2].file, "/src/a.c");
  EXPECT_EQ(trace.frames[2].source_line, 12U);
  EXPECT_EQ(trace.frames[3].thread, 1U);
}

TEST(Trace, TakesChromiumsAddressesForReturnAddresses) {
  const Trace trace = read("#0 0x7f0b31ab2d5f (/opt/libcef.so+0x5c64d5e)\n");
  ASSERT_THAT(trace.frames, SizeIs(1));
  EXPECT_TRUE(trace.frames[0].is_return_address);
}

TEST(Trace, ReadsAndroidsTombstones) {
  constexpr std::string_view kText =
      "11-25 02:00:00.000  99  99 F DEBUG   : ABI: 'arm64'\n"
      "pid: 4370, tid: 4391, name: Worker 1  >>> com.example.app <<<\n"
      "signal 11 (SIGSEGV), code 1 (SEGV_MAPERR), fault addr 0x10\n"
      "11-25 02:00:00.000  99  99 F DEBUG   :       #00 pc 0000000000001234  "
      "/data/app/~~a==/base.apk!libapp.so (offset 0x4000) (draw(int, (a) (b))+12) "
      "(BuildId: AB12)\n"
      "      #01 pc 0000000000000010  /system/lib64/libc.so (BuildId: cd34)\n"
      "      #02 pc 0000000000000020  <anonymous:7f00>\n"
      "      #03 pc 00000030  /system/lib/libm.so\n";
  const Trace trace = read(kText);
  ASSERT_THAT(trace.frames, SizeIs(4));
  EXPECT_EQ(trace.os, "Android");
  EXPECT_EQ(trace.reason, "signal 11 (SIGSEGV), code 1 (SEGV_MAPERR)");
  EXPECT_EQ(trace.crash_address, 0x10U);
  ASSERT_THAT(trace.threads, SizeIs(1));
  EXPECT_EQ(trace.threads[0].name, "Worker 1");
  EXPECT_EQ(trace.threads[0].id, 4391U);
  ASSERT_THAT(trace.modules, SizeIs(3));
  EXPECT_EQ(trace.modules[0].name, "libapp.so");
  EXPECT_EQ(trace.modules[0].build_id, "ab12");
  EXPECT_EQ(trace.modules[0].arch, Arch::kArm64);
  EXPECT_EQ(at(kText, trace.frames[0].place), "(draw(int, (a) (b))+12)");
  EXPECT_EQ(trace.frames[0].function, "draw(int, (a) (b))");
  EXPECT_EQ(trace.frames[1].place.size, 0U);
  EXPECT_TRUE(kText.substr(trace.frames[1].place.offset).starts_with(" (BuildId: cd34)"));
  EXPECT_FALSE(trace.frames[2].module.has_value());
  EXPECT_FALSE(trace.frames[1].is_return_address);
}

TEST(Trace, ReadsWhatBacktraceSymbolsPrints) {
  constexpr std::string_view kText =
      "log: ./app(draw+0x1d) [0x55f3c1b2e1a9]\n"
      "/lib/libx.so(+0x1234) [0x7f0000001234]\n"
      "./old() [0x401156]\n"
      "./old[0x401156]\n";
  const Trace trace = read(kText);
  ASSERT_THAT(trace.frames, SizeIs(4));
  EXPECT_EQ(trace.modules[0].name, "./app");
  EXPECT_EQ(trace.frames[0].addressing, Addressing::kInFunction);
  EXPECT_EQ(trace.frames[0].function, "draw");
  EXPECT_EQ(trace.frames[0].address, 0x1dU);
  EXPECT_EQ(at(kText, trace.frames[0].place), "draw+0x1d");
  EXPECT_EQ(trace.frames[1].addressing, Addressing::kLinked);
  EXPECT_EQ(trace.frames[1].address, 0x1234U);
  EXPECT_EQ(trace.frames[2].address, 0x401156U);
  EXPECT_EQ(trace.frames[3].address, 0x401156U);
  EXPECT_EQ(trace.frames[3].place.offset, kText.rfind('['));
  for (const Frame& frame : trace.frames) EXPECT_TRUE(frame.is_return_address);
}

TEST(Trace, ReadsMappings) {
  const Trace trace = read(
      "555555554000-555555555000 r--p 00000000 08:01 12    /usr/bin/app\n"
      "555555555000-555555556000 r-xp 00001000 08:01 12    /usr/bin/app\n"
      "7ffff7a00000-7ffff7a20000 rw-p 00000000 00:00 0 \n"
      "      0x7ffff7d00000     0x7ffff7d20000    0x20000        0x0  r--p   /lib/libc.so.6\n"
      "      0x7ffff7d20000     0x7ffff7d30000    0x10000        0x20000 /lib/libc.so.6\n");
  ASSERT_THAT(trace.modules, SizeIs(2));
  EXPECT_EQ(trace.modules[0].base, 0x555555554000U);
  EXPECT_EQ(trace.modules[0].size, 0x2000U);
  EXPECT_EQ(trace.modules[1].base, 0x7ffff7d00000U);
  EXPECT_EQ(trace.modules[1].size, 0x30000U);
  EXPECT_THAT(trace.frames, IsEmpty());
}

TEST(Trace, LeavesOtherTextAlone) {
  for (const std::string_view text : {"",
                                      "\n\n",
                                      "#",
                                      "#0",
                                      "    #0 0x",
                                      "    #0 0x1 (",
                                      "    #0 0x1 (a+0x)",
                                      "    #0 0x1 (+0x1)",
                                      "#00 pc ",
                                      "#00 pc 12 ",
                                      "a(b) [0x]",
                                      "(+0x1) [0x1]",
                                      "see #12 in the list",
                                      "0x1 0x2 0x3 0x4"}) {
    EXPECT_THAT(read(text).frames, IsEmpty()) << text;
  }
}

TEST(Trace, StopsAtItsLimits) {
  std::string text;
  for (std::size_t i = 0; i < kFrameCountMax + 10; ++i) text += "./app(+0x10) [0x10]\n";
  EXPECT_THAT(recognise(text, {}).frames, SizeIs(kFrameCountMax));
  Limits limits;
  limits.line_size_max = 10;
  EXPECT_THAT(recognise(text, limits).frames, IsEmpty());
}

}  // namespace
}  // namespace sigla::trace
