// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "base/text.h"
#include "stackwalk/process.h"
#include "testing/matchers.h"
#include "testing/minidump_builder.h"

namespace sigla {
namespace {

// A thread of 32-bit ARM that stands at 0x8100, its stack in pieces of 16 bytes.
std::string log_of(std::string_view arch, std::string_view first_piece_at = "FF001000") {
  const Buffer context = MinidumpBuilder().arm_context({{13, 0xff001000}, {15, 0x8100}});
  std::string log;
  const auto add = [&log](std::string_view record) {
    log += fmt::format("W/google-breakpad( 3745): {}\n", record);
  };
  add("-----BEGIN BREAKPAD MICRODUMP-----");
  add("V App:1.2");
  add(fmt::format("O A {} 02 armv7l build/1", arch));
  add("R 0000000B SIGSEGV 0000DEAD");
  add("G gl|maker|card");
  add(fmt::format("S {} 00000000000000000000000000000000", first_piece_at));
  add("S FF001010 00000000000000000000000000000000");
  add("C " + hex_upper(context));
  add("M 00008000 00000000 00001000 6E72E2F1A5F59AB3D51356FDFE394D490 libapp.so");
  add("-----END BREAKPAD MICRODUMP-----");
  return log;
}

TEST(MicrodumpProcess, IsOneCrashedThread) {
  const std::string log = log_of("arm");
  Diagnostics diagnostics;
  ASSERT_OK_AND_ASSIGN(const auto process, Process::open(as_bytes(log), Limits(), diagnostics));
  EXPECT_EQ(process.system()->os, "Android");
  EXPECT_EQ(process.system()->os_version, "build/1");
  EXPECT_EQ(process.system()->cpu_count, 2U);
  EXPECT_EQ(process.gpu().renderer, "card");
  EXPECT_EQ(process.crash()->reason.text, "SIGSEGV");
  EXPECT_EQ(process.crash()->reason.address, 0xdeadU);
  EXPECT_EQ(process.requesting_thread(), 0U);
  ASSERT_EQ(process.threads().size(), 1U);
  EXPECT_EQ(process.threads()[0].stack->bytes.size(), 32U);
  EXPECT_EQ(process.modules()->main(), std::nullopt);
  ASSERT_EQ(process.modules()->modules().size(), 1U);
  EXPECT_EQ(process.modules()->modules()[0].debug_id->breakpad(),
            "6E72E2F1A5F59AB3D51356FDFE394D490");
  const auto frames = process.walk(process.threads()[0], nullptr);
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0].return_address, 0x8100U);
  EXPECT_EQ(frames[0].module, 0U);
  EXPECT_TRUE(diagnostics.empty());
}

TEST(MicrodumpProcess, WalksThePieceOfTheStackPointer) {
  const std::string log = log_of("arm", "FF000000");
  Diagnostics diagnostics;
  ASSERT_OK_AND_ASSIGN(const auto process, Process::open(as_bytes(log), Limits(), diagnostics));
  EXPECT_EQ(process.threads()[0].stack->base, 0xff000000U) << "none has it: the first";
  EXPECT_FALSE(diagnostics.empty());
}

TEST(MicrodumpProcess, RefusesRegistersOfAnotherProcessor) {
  const std::string log = log_of("x86");
  Diagnostics diagnostics;
  EXPECT_THAT(Process::open(as_bytes(log), Limits(), diagnostics),
              IsError(ErrorCode::kMalformed, "registers of arm in a process of x86"));
}

}  // namespace
}  // namespace sigla
