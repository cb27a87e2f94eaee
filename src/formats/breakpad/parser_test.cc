// SPDX-License-Identifier: Apache-2.0
#include "formats/breakpad/parser.h"

#include <fmt/ranges.h>

#include "testing/matchers.h"

namespace sigla::breakpad {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Writes down every record it is given.
class Recorder : public Visitor {
 public:
  void on_module(const Module& m) override {
    add("module {} {} {} {}", m.os, m.arch, m.id, m.name);
  }
  void on_info(const Info& i) override { add("info {}={}", i.key, i.text); }
  void on_file(std::uint32_t n, std::string_view path) override { add("file {} {}", n, path); }
  void on_function(const Function& f) override {
    add("func {:x} {:x} {:x} {}{}",
        f.address,
        f.size,
        f.parameter_size,
        f.is_multiple ? "m " : "",
        f.name);
  }
  void on_line(const Line& l) override {
    add("line {:x} {:x} {} {}", l.address, l.size, l.line, l.file);
  }
  void on_inline_origin(std::uint32_t n, std::string_view name) override {
    add("origin {} {}", n, name);
  }
  void on_inline(const Inline& i) override {
    std::string ranges;
    for (const Range& range : i.ranges)
      ranges += fmt::format(" {:x}+{:x}", range.address, range.size);
    add("inline {} {} {} {}{}",
        i.depth,
        i.call_line,
        i.has_call_file ? fmt::format("{}", i.call_file) : "-",
        i.origin,
        ranges);
  }
  void on_public(const Public& p) override {
    add("public {:x} {:x} {}{}", p.address, p.parameter_size, p.is_multiple ? "m " : "", p.name);
  }
  void on_stack_win(const StackWinRecord& w) override {
    add("win {} {:x} {:x} {:x} {:x} {:x} {:x} {:x} {:x} {} {}",
        w.type,
        w.address,
        w.size,
        w.prologue_size,
        w.epilogue_size,
        w.parameter_size,
        w.saved_register_size,
        w.local_size,
        w.max_stack_size,
        w.allocates_base_pointer,
        w.program);
  }
  void on_cfi_init(std::uint64_t a, std::uint64_t s, std::string_view rules) override {
    add("init {:x} {:x} {}", a, s, rules);
  }
  void on_cfi_delta(std::uint64_t a, std::string_view rules) override {
    add("delta {:x} {}", a, rules);
  }

  std::vector<std::string> records;

 private:
  template <typename... Args>
  void add(fmt::format_string<Args...> format, Args&&... args) {
    records.push_back(fmt::format(format, std::forward<Args>(args)...));
  }
};

constexpr std::string_view kModule = "MODULE Linux x86_64 000102030405060708090A0B0C0D0E0F0 a\n";

std::vector<std::string> records_of(std::string_view text, Diagnostics& diagnostics) {
  Recorder recorder;
  const std::string whole = std::string(kModule) + std::string(text);
  EXPECT_THAT(parse(as_bytes(whole), recorder, Limits(), diagnostics), IsOk());
  recorder.records.erase(recorder.records.begin());
  return recorder.records;
}
std::vector<std::string> records_of(std::string_view text) {
  Diagnostics diagnostics;
  auto records = records_of(text, diagnostics);
  EXPECT_TRUE(diagnostics.empty()) << diagnostics.summary();
  return records;
}

TEST(BreakpadParser, ReadsEveryKindOfRecord) {
  Recorder recorder;
  Diagnostics diagnostics;
  const std::string_view text =
      "MODULE windows x86 3249D99D0C4049318610F4E4FB0B69361 crash it.pdb\n"
      "INFO CODE_ID 5AB380779000 crash.exe\n"
      "INFO GENERATOR some tool 1.0\n"
      "FILE 1 c:\\program files\\main.cpp\n"
      "INLINE_ORIGIN 3 operator new(unsigned int)\n"
      "FUNC 1000 20 c main(int, char**)\n"
      "INLINE 0 12 1 3 1008 4 1010 2\n"
      "1000 8 10 1\n"
      "1008 18 11 1\n"
      "FUNC m 1020 8 0 folded\n"
      "1020 8 30 1\n"
      "PUBLIC 2000 4 _symbol with spaces\n"
      "PUBLIC m 2010 0 twins\n"
      "STACK WIN 4 1000 20 3 1 c 4 8 0 1 $T0 .raSearch = $eip $T0 ^ =\n"
      "STACK WIN 0 1020 8 0 0 0 0 0 0 0 1\n"
      "STACK CFI INIT 1000 20 .cfa: $esp 4 + .ra: .cfa 4 - ^\n"
      "STACK CFI 1001 .cfa: $esp 8 +\n";
  EXPECT_THAT(parse(as_bytes(text), recorder, Limits(), diagnostics), IsOk());
  EXPECT_TRUE(diagnostics.empty()) << diagnostics.summary();
  EXPECT_THAT(recorder.records,
              ElementsAre("module windows x86 3249D99D0C4049318610F4E4FB0B69361 crash it.pdb",
                          "info CODE_ID=5AB380779000 crash.exe",
                          "info GENERATOR=some tool 1.0",
                          "file 1 c:\\program files\\main.cpp",
                          "origin 3 operator new(unsigned int)",
                          "func 1000 20 c main(int, char**)",
                          "inline 0 12 1 3 1008+4 1010+2",
                          "line 1000 8 10 1",
                          "line 1008 18 11 1",
                          "func 1020 8 0 m folded",
                          "line 1020 8 30 1",
                          "public 2000 4 _symbol with spaces",
                          "public 2010 0 m twins",
                          "win 4 1000 20 3 1 c 4 8 0 false $T0 .raSearch = $eip $T0 ^ =",
                          "win 0 1020 8 0 0 0 0 0 0 true ",
                          "init 1000 20 .cfa: $esp 4 + .ra: .cfa 4 - ^",
                          "delta 1001 .cfa: $esp 8 +"));
}

TEST(BreakpadParser, ReadsTheOlderInlineRecords) {
  EXPECT_THAT(records_of("INLINE_ORIGIN 0 7 f()\nINLINE_ORIGIN 1 -1 g()\nINLINE_ORIGIN 2 42\n"
                         "FUNC 10 10 0 x\nINLINE 1 39 2 15 6\nINLINE 0 5 -1 2 11 1\n"),
              ElementsAre("origin 0 f()",
                          "origin 1 g()",
                          "origin 2 42",
                          "func 10 10 0 x",
                          "inline 1 39 - 2 15+6",
                          "inline 0 5 - 2 11+1"));
}

TEST(BreakpadParser, ToleratesCrLfBlankLinesSpacesAndAMissingLastNewline) {
  EXPECT_THAT(
      records_of("\r\n\nFUNC  10   10 0 f g \r\n10 4 1 0\r\n  14 4  2 0\n\n18 4 3 0\r\n1c 4 4 0"),
      ElementsAre(
          "func 10 10 0 f g", "line 10 4 1 0", "line 14 4 2 0", "line 18 4 3 0", "line 1c 4 4 0"));
}

TEST(BreakpadParser, NamesTheNameless) {
  EXPECT_THAT(records_of("FUNC 10 10 0\nPUBLIC 20 0 \nINLINE_ORIGIN 1\n"),
              ElementsAre("func 10 10 0 <unknown>", "public 20 0 <unknown>", "origin 1 <unknown>"));
}

TEST(BreakpadParser, SkipsAByteOrderMark) {
  Recorder recorder;
  Diagnostics diagnostics;
  const std::string text = "\xef\xbb\xbf" + std::string(kModule);
  EXPECT_TRUE(looks_like_breakpad(as_bytes(text)));
  EXPECT_THAT(parse(as_bytes(text), recorder, Limits(), diagnostics), IsOk());
  EXPECT_EQ(recorder.records.size(), 1U);
}

TEST(BreakpadParser, CountsMalformedRecordsAndGoesOn) {
  Diagnostics diagnostics;
  EXPECT_THAT(records_of("FUNC 1x 10 0 f\n"           // line 2: no number
                         "10 4 1 0\n"                 // line 3: no function
                         "FUNC 10 10 0 g\n"           //
                         "10 4 -1 0\n"                // line 5: negative
                         "10 4 1\n"                   // line 6: too few
                         "10 4 1 0 0\n"               // line 7: too many
                         "11112222333344445 4 1 0\n"  // line 8: 17 digits
                         "10 4 4294967296 0\n"        // line 9: too large
                         "INLINE 0 1 2 3\n"           // line 10
                         "10 4 2 0\n"                 //
                         "PUBLIC 10\n"                // line 12
                         "STACK WIN 9 1 1 1 1 1 1 1 1 0 0\n"
                         "STACK WIN 4 1 1\n"
                         "STACK CFI INIT 10 10\n"
                         "STACK OTHER 10\n"
                         "FILE x y\n"
                         "INFO\n"
                         "NONSENSE\n",
                         diagnostics),
              ElementsAre("func 10 10 0 g", "line 10 4 2 0"));
  const auto& categories = diagnostics.categories();
  EXPECT_THAT(categories.at("malformed FUNC record").details, ElementsAre("line 2"));
  EXPECT_EQ(categories.at("malformed line record").count, 5U);
  EXPECT_THAT(categories.at("malformed INLINE record").details, ElementsAre("line 10"));
  EXPECT_EQ(categories.at("malformed PUBLIC record").count, 1U);
  EXPECT_EQ(categories.at("malformed STACK record").count, 4U);
  EXPECT_EQ(categories.at("malformed FILE record").count, 1U);
  EXPECT_EQ(categories.at("record of an unknown kind").count, 3U);
}

TEST(BreakpadParser, RefusesUtf16WithAReason) {
  using std::string_view_literals::operator""sv;
  Recorder recorder;
  Diagnostics diagnostics;
  for (const std::string_view text :
       {"\xff\xfeM\0O\0D\0"sv, "\xfe\xff\0M\0O\0D"sv, "M\0O\0D\0U\0"sv, "\0M\0O\0D"sv}) {
    EXPECT_THAT(parse(as_bytes(text), recorder, Limits(), diagnostics),
                IsError(ErrorCode::kUnsupported, "UTF-16"));
  }
}

TEST(BreakpadParser, RefusesWhatBeginsWithoutAModule) {
  Recorder recorder;
  Diagnostics diagnostics;
  for (const std::string_view text : {"",
                                      "MODULE",
                                      "FUNC 10 10 0 f\n",
                                      "\x7f"
                                      "ELF"}) {
    EXPECT_FALSE(looks_like_breakpad(as_bytes(text)));
    EXPECT_THAT(parse(as_bytes(text), recorder, Limits(), diagnostics),
                IsError(ErrorCode::kMalformed, "MODULE"));
  }
}

TEST(BreakpadParser, BoundsLinesAndRecords) {
  Limits limits;
  limits.line_size_max = 60;
  limits.record_count_max = 6;
  Recorder recorder;
  Diagnostics diagnostics;
  const std::string start = std::string(kModule) + "FUNC 10 10 0 f\n";
  const std::string long_line = start + "PUBLIC 10 0 " + std::string(60, 'x') + "\n";
  EXPECT_THAT(parse(as_bytes(long_line), recorder, limits, diagnostics), IsOk());
  EXPECT_EQ(diagnostics.categories().at("record longer than the limit").count, 1U);
  std::string many = start;
  for (int i = 0; i < 4; ++i) many += "10 4 1 0\n";
  EXPECT_THAT(parse(as_bytes(many), recorder, limits, diagnostics), IsOk());
  many += "10 4 1 0\n";
  EXPECT_THAT(parse(as_bytes(many), recorder, limits, diagnostics),
              IsError(ErrorCode::kLimitExceeded, "6 records"));
}

TEST(BreakpadParser, SurvivesEveryTruncation) {
  const std::string text = std::string(kModule) +
                           "FUNC m 10 10 0 f\nINLINE 0 1 2 3 10 4\n10 4 1 0\n"
                           "STACK WIN 4 1000 20 3 1 c 4 8 0 1 $T0\nSTACK CFI INIT 10 10 .cfa: x\n";
  for (std::size_t size = std::string_view("MODULE ").size(); size < text.size(); ++size) {
    Recorder recorder;
    Diagnostics diagnostics;
    EXPECT_THAT(parse(as_bytes(text).first(size), recorder, Limits(), diagnostics), IsOk());
  }
}

}  // namespace
}  // namespace sigla::breakpad
