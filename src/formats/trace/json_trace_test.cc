// SPDX-License-Identifier: Apache-2.0
#include "formats/trace/json_trace.h"

#include <gmock/gmock.h>

#include "formats/trace/kind.h"
#include "testing/fixture.h"
#include "testing/matchers.h"

namespace sigla::trace {
namespace {

using testing::SizeIs;

std::string seed(const std::string& name) {
  const Buffer bytes = read_fixture("fuzz/corpus/trace_json_fuzz/" + name);
  return std::string(as_text(bytes));
}

TEST(JsonTrace, ReadsBacktracesReports) {
  const std::string text = seed("backtrace.json");
  ASSERT_TRUE(is_json_trace(text));
  ASSERT_OK_AND_ASSIGN(const Trace trace, read_json_trace(text));
  EXPECT_EQ(trace.reason, "SIGSEGV");
  EXPECT_EQ(trace.time, 1644419512U);
  EXPECT_EQ(trace.os, "Linux");
  EXPECT_EQ(trace.arch, Arch::kX86_64);
  ASSERT_THAT(trace.modules, SizeIs(1));
  EXPECT_EQ(trace.modules[0].base, 4096U);
  EXPECT_EQ(trace.modules[0].size, 8192U);
  EXPECT_EQ(trace.modules[0].debug_id, "3249D99D0C4049318610F4E4FB0B69361");
  ASSERT_THAT(trace.threads, SizeIs(1));
  EXPECT_EQ(trace.threads[0].name, "main");
  EXPECT_EQ(trace.threads[0].id, 7U);
  EXPECT_TRUE(trace.threads[0].has_crashed);
  ASSERT_THAT(trace.frames, SizeIs(2));
  EXPECT_EQ(trace.frames[0].addressing, Addressing::kAbsolute);
  EXPECT_EQ(trace.frames[0].address, 8208U);
  EXPECT_FALSE(trace.frames[0].is_return_address);
  EXPECT_EQ(text.substr(trace.frames[0].line.offset, trace.frames[0].line.size),
            R"({"address":"8208","guessed_frame":false})");
  EXPECT_EQ(trace.frames[1].addressing, Addressing::kNone) << "it has a function";
  EXPECT_EQ(trace.frames[1].file, "/src/main.c");
  EXPECT_EQ(trace.frames[1].source_line, 3U);
}

TEST(JsonTrace, ReadsLookUps) {
  const std::string text = seed("lookup.json");
  ASSERT_TRUE(is_json_trace(text));
  ASSERT_OK_AND_ASSIGN(const Trace trace, read_json_trace(text));
  ASSERT_THAT(trace.frames, SizeIs(2)) << "there is no module 9";
  EXPECT_EQ(trace.frames[0].addressing, Addressing::kRelative);
  EXPECT_EQ(trace.frames[0].address, 0x1a2aU);
  EXPECT_EQ(trace.frames[1].address, 6698U);
  EXPECT_EQ(trace.modules[0].build_id, "542d574ec2000");
}

TEST(JsonTrace, WritesMembersThatAreJson) {
  Call call;
  call.function = "f\"\n";
  call.file = "/a\\b.c";
  call.line = 3;
  call.is_inlined = true;
  EXPECT_EQ(kinds()[kind_index("lookup_json")]->write({}, call),
            R"("function":"f\"\n","file":"/a\\b.c","line":3,"inlined":true,)");
  EXPECT_EQ(kinds()[kind_index("backtrace_json")]->write({}, call),
            R"("funcName":"f\"\n","path":"/a\\b.c","line":3,"inlined":true,)");
}

TEST(JsonTrace, FailsCleanlyOnEveryPrefix) {
  const std::string text = seed("backtrace.json");
  for (std::size_t size = 0; size + 2 < text.size(); ++size) {
    EXPECT_THAT(read_json_trace(std::string_view(text).substr(0, size)),
                IsError(ErrorCode::kMalformed, "stack trace in JSON"));
  }
}

TEST(JsonTrace, LeavesOtherJsonAlone) {
  EXPECT_FALSE(is_json_trace("{\"a\":1}"));
  EXPECT_FALSE(is_json_trace("[1]"));
  EXPECT_FALSE(is_json_trace(""));
}

}  // namespace
}  // namespace sigla::trace
