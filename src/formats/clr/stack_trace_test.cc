// SPDX-License-Identifier: Apache-2.0
#include "formats/clr/stack_trace.h"

#include <gmock/gmock.h>

#include "testing/fixture.h"

namespace sigla::clr {
namespace {

constexpr std::string_view kMvid = "0123456789abcdef0123456789abcdef";

std::vector<TraceFrame> frames_of(std::string_view text) {
  return read_stack_traces(text, Limits()).frames;
}
std::string place_of(std::string_view text, const TraceFrame& frame) {
  return std::string(text.substr(frame.place, frame.place_size));
}

TEST(StackTrace, ReadsEveryFormOfDotNet) {
  const std::string_view text =
      "System.Exception: x\n"
      "   at N.C.A(Int32 x)\n"
      "   at N.C.B(Int32 x) in app.dll:token 0x6000003+0x1f\r\n"
      "   at N.C.D(String s) in C:\\src\\a.cs:line 12\n"
      "   bei N.C.<>c.<E>b__0_1() in /src/b.cs:Zeile 7\n"
      "   at System.Runtime.CompilerServices.TaskAwaiter.ThrowForNonSuccess(Task task)\n"
      "--- End of stack trace from previous location ---\n"
      "at noon (or so)\n";
  const TraceText trace = read_stack_traces(text, Limits());
  ASSERT_EQ(trace.frames.size(), 5U);
  EXPECT_EQ(trace.frames[0].method, "N.C.A(Int32 x)");
  EXPECT_EQ(place_of(text, trace.frames[0]), "");
  EXPECT_EQ(trace.frames[1].module, "app.dll");
  EXPECT_EQ(trace.frames[1].token, 0x0600'0003U);
  EXPECT_EQ(trace.frames[1].il_offset, 0x1fU);
  EXPECT_EQ(place_of(text, trace.frames[1]), " in app.dll:token 0x6000003+0x1f");
  EXPECT_EQ(trace.frames[2].file, "C:\\src\\a.cs");
  EXPECT_EQ(trace.frames[2].source_line, 12U);
  EXPECT_EQ(trace.frames[3].source_line, 7U);
  EXPECT_TRUE(trace.frames[4].is_noise);
  ASSERT_EQ(trace.separators.size(), 1U);
  EXPECT_TRUE(text.substr(trace.separators[0].line).starts_with("--- End"));
}

TEST(StackTrace, ReadsMonoAndUnity) {
  const std::string text = fmt::format(
      "  at N.C`1+In[T].F[U] (U[] a, System.Int32& b) [0x0001f] in <{0}>:0 \n"
      "  at N.C.G () [0x00003] in <{0}#ABCDEF>:0\n"
      "  at N.C.H () [0x00003] in /src/a.cs:12 \n"
      "  at N.C.I () [0x00000] in <00000000000000000000000000000000>:0 \n"
      "  at N.C.J () [0x00000] in <filename unknown>:0 \n"
      "  at (wrapper managed-to-native) N.C.K(int)\n"
      "N.C:L (int) (at <{0}>:0)\n"
      "N.C:M(Object) (at Assets/S.cs:3)\n"
      "Hello (world)\n",
      kMvid);
  const auto frames = frames_of(text);
  ASSERT_EQ(frames.size(), 7U);
  EXPECT_EQ(frames[0].method, "N.C`1+In[T].F[U] (U[] a, System.Int32& b)");
  EXPECT_EQ(frames[0].mvid, kMvid);
  EXPECT_EQ(frames[0].il_offset, 0x1fU);
  EXPECT_EQ(place_of(text, frames[0]), fmt::format("<{}>:0", kMvid));
  EXPECT_EQ(frames[1].mvid, kMvid);
  EXPECT_EQ(frames[2].file, "/src/a.cs");
  EXPECT_EQ(frames[3].mvid, "");
  EXPECT_EQ(frames[4].mvid, "");
  EXPECT_EQ(frames[5].style, TraceFrame::Style::kUnity);
  EXPECT_EQ(frames[5].mvid, kMvid);
  EXPECT_FALSE(frames[5].il_offset);
  EXPECT_EQ(frames[6].file, "Assets/S.cs");
}

TEST(StackTrace, ReadsFramesInJsonStrings) {
  const std::string_view text =
      R"json({"Exception":"System.Exception: \u0022x\u0022\r\n   at N.C\u00601.\u003CRun\u003Ed__3.MoveNext() in app.dll:token 0x6000003+0x1f\r\n   at N.C.B() in C:\\a.cs:line 5","Other":"at N.D.E()"})json";
  const auto frames = frames_of(text);
  ASSERT_EQ(frames.size(), 3U);
  EXPECT_EQ(frames[0].method, "N.C`1.<Run>d__3.MoveNext()");
  EXPECT_TRUE(frames[0].is_escaped);
  EXPECT_EQ(frames[0].token, 0x0600'0003U);
  EXPECT_EQ(place_of(text, frames[0]), " in app.dll:token 0x6000003+0x1f");
  EXPECT_EQ(frames[1].file, "C:\\a.cs");
  EXPECT_EQ(frames[2].method, "N.D.E()");
}

TEST(StackTrace, SurvivesEveryPrefixAndOddLines) {
  const std::string text =
      fmt::format("at N.C.F (X) [0x1] in <{}>:0\n\"at N.C.B() in a.dll:token 0x6+0x1\\u00", kMvid);
  for_every_prefix(as_bytes(text), 1, [](Bytes prefix) {
    for (const TraceFrame& frame : frames_of(as_text(prefix))) {
      EXPECT_LE(frame.line + frame.line_size, prefix.size());
      EXPECT_LE(frame.place + frame.place_size, frame.line + frame.line_size);
    }
  });
  EXPECT_TRUE(frames_of("at \nat (\nat )(\nat .()[\nat N.C.M( in :line\n").empty());
}

}  // namespace
}  // namespace sigla::clr
