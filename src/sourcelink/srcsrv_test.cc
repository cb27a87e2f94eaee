// SPDX-License-Identifier: Apache-2.0
#include "sourcelink/srcsrv.h"

#include <gtest/gtest.h>

#include "sourcelink/srcsrv_writer.h"

namespace sigla::sourcelink {
namespace {

constexpr char kPerforce[] =
    "SRCSRV: ini ------------------------------------------------\r\n"
    "VERSION=1\r\n"
    "VERCTRL=Perforce\r\n"
    "SRCSRV: variables ------------------------------------------\r\n"
    "SDTRG=%targ%\\%var2%\\%fnbksl%(%var3%)\\%var4%\\%fnfile%(%var1%)\r\n"
    "SRCSRVTRG=%SDTRG%\r\n"
    "SRCSRVCMD=p4.exe -p %fnvar%(%var2%) print -o %srcsrvtrg% -q %depot%/%var3%#%var4%\r\n"
    "SRCSRVENV=P4USER=%USER_NAME%\bX=1\r\n"
    "USER_NAME=me\r\n"
    "DEPOT=//depot\r\n"
    "TOOLS_PRJ=host:1666\r\n"
    "SRCSRV: source files ---------------------------------------\r\n"
    "c:\\proj\\src\\File.cpp*TOOLS_PRJ*tools/src/file.cpp*3\r\n"
    "SRCSRV: end ------------------------------------------------\r\n";

Srcsrv parsed(std::string_view text) {
  auto stream = Srcsrv::parse(text, Limits());
  EXPECT_TRUE(stream.has_value()) << (stream.has_value() ? "" : stream.error().message());
  return stream.has_value() ? std::move(stream).value() : Srcsrv();
}

TEST(Srcsrv, EvaluatesVariablesAndFunctions) {
  const Srcsrv stream = parsed(kPerforce);
  EXPECT_EQ(stream.variable("verctrl"), "Perforce");
  const auto target = stream.evaluate("C:\\PROJ\\SRC\\file.CPP", "C:\\t");
  ASSERT_TRUE(target.has_value()) << target.error().message();
  EXPECT_EQ(target->path, "C:\\t\\TOOLS_PRJ\\tools\\src\\file.cpp\\3\\File.cpp");
  EXPECT_EQ(target->command,
            "p4.exe -p host:1666 print -o C:\\t\\TOOLS_PRJ\\tools\\src\\file.cpp\\3\\File.cpp "
            "-q //depot/tools/src/file.cpp#3");
  EXPECT_EQ(target->environment, "P4USER=me\bX=1");
  EXPECT_FALSE(target->is_url());
  EXPECT_EQ(stream.evaluate("c:\\other", "").error().code(), ErrorCode::kNotFound);
}

TEST(Srcsrv, TakesUrlsWithoutACommand) {
  const Srcsrv stream = parsed(
      "SRCSRV: variables\nRAWURL=HTTPS://h/%var2%\nSRCSRVTRG=%RAWURL%\nSRCSRVCMD=%none%\n"
      "SRCSRV: source files\n/a b.c*x%20y%20z.c\n*ignored\n");
  const auto target = stream.evaluate("/a b.c", "");
  ASSERT_TRUE(target.has_value()) << target.error().message();
  EXPECT_EQ(target->path, "HTTPS://h/x%20y%20z.c");
  EXPECT_TRUE(target->is_url());
  EXPECT_EQ(target->command, "");
  EXPECT_EQ(stream.rows().size(), 1U);
}

TEST(Srcsrv, StopsAtWhatNeverEnds) {
  const auto result_of = [](std::string_view variables) {
    return parsed("SRCSRV: variables\n" + std::string(variables) + "\nSRCSRV: source files\nx*y\n")
        .evaluate("x", "");
  };
  EXPECT_EQ(result_of("SRCSRVTRG=%a%\nA=%SRCSRVTRG%").error().code(), ErrorCode::kLimitExceeded);
  EXPECT_EQ(result_of("SRCSRVTRG=%a%\nA=%b%%b%\nB=%c%%c%\nC=%d%%d%\nD=%a%").error().code(),
            ErrorCode::kLimitExceeded);
  std::string doubling = "SRCSRVTRG=%v0%\n";
  for (int i = 0; i < 25; ++i) doubling += fmt::format("v{}=%v{}%%v{}%\n", i, i + 1, i + 1);
  EXPECT_EQ(result_of(doubling + "v25=").error().code(), ErrorCode::kLimitExceeded);
  EXPECT_EQ(result_of("SRCSRVTRG=%none%").error().code(), ErrorCode::kMalformed);
  EXPECT_EQ(result_of("SRCSRVTRG=%fnfile%(x").error().code(), ErrorCode::kMalformed);
  EXPECT_EQ(result_of("X=1").error().code(), ErrorCode::kMalformed);
  EXPECT_EQ(result_of("SRCSRVTRG=" + std::string(100, '(') + "%fnfile%(/a/%fnvar%(t))\nT=b/c")
                .value()
                .path.substr(100),
            "c");
}

TEST(Srcsrv, SaysWhichLineIsWrong) {
  const auto error_of = [](std::string_view text) {
    const auto stream = Srcsrv::parse(text, Limits());
    return stream.has_value() ? "" : stream.error().message();
  };
  EXPECT_EQ(error_of(""), "srcsrv: no section in it");
  EXPECT_EQ(error_of("\nx=1"), "srcsrv: line 2: no section begins here");
  EXPECT_EQ(error_of("SRCSRV: ini\nx"), "srcsrv: line 2: no '=' in it");
  EXPECT_EQ(error_of("SRCSRV: other"), "srcsrv: line 1: a section nobody knows");
}

TEST(SrcsrvWriter, WritesWhatEvaluatesToTheMapsUrls) {
  const auto map = SourceLinkMap::parse(
      R"({"documents":{"C:\\s\\*":"https://h/r/*?at=1","C:\\p\\*":"https://h/a%20b/c%20d/*"}})",
      Limits());
  ASSERT_TRUE(map.has_value());
  const std::vector<std::string> paths = {"C:\\s\\a b\\x.c", "C:\\p\\y.c", "D:\\z.c"};
  const SrcsrvText written = write_srcsrv(*map, paths);
  EXPECT_EQ(written.unmapped, std::vector<std::string>{"D:\\z.c"});
  const Srcsrv stream = parsed(written.text);
  for (std::size_t i = 0; i < 2; ++i) {
    const auto target = stream.evaluate(paths[i], "");
    ASSERT_TRUE(target.has_value()) << target.error().message();
    EXPECT_EQ(target->path, map->url_of(paths[i]));
  }
  EXPECT_EQ(stream.variable("SRCSRVVERCTRL"), "https");
  EXPECT_EQ(write_srcsrv(*map, {"D:\\z.c"}).text, "");
}

}  // namespace
}  // namespace sigla::sourcelink
