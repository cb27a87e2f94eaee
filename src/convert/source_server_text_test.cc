// SPDX-License-Identifier: Apache-2.0
#include "convert/source_server_text.h"

#include <gmock/gmock.h>

#include "testing/matchers.h"

namespace sigla {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Optional;

std::optional<std::string> to_srcsrv(std::string_view map,
                                     const std::vector<std::string>& documents,
                                     ConversionLog& log,
                                     const PdbConversionOptions& options = {}) {
  return source_link_to_srcsrv(map, documents, options, Limits(), log);
}

TEST(SourceServerText, IsWrittenFromAMap) {
  ConversionLog log;
  PdbConversionOptions options;
  options.srcsrv_variables = {{"EXTRA", "1"}};
  const auto text = to_srcsrv("\xef\xbb\xbf{\"documents\":{\"C:\\\\a*\":\"http://server/X/Y*\",}}",
                              {"C:\\a\\1.cs", "C:\\a\\22.cs"},
                              log,
                              options);
  EXPECT_THAT(
      text,
      Optional(std::string("SRCSRV: ini ------------------------------------------------\r\n"
                           "VERSION=2\r\n"
                           "SRCSRV: variables ------------------------------------------\r\n"
                           "RAWURL=http://server/X/Y/%var2%\r\n"
                           "SRCSRVVERCTRL=http\r\n"
                           "SRCSRVTRG=%RAWURL%\r\n"
                           "EXTRA=1\r\n"
                           "SRCSRV: source files ---------------------------------------\r\n"
                           "C:\\a\\1.cs*1.cs\r\n"
                           "C:\\a\\22.cs*22.cs\r\n"
                           "SRCSRV: end ------------------------------------------------")));
  EXPECT_THAT(log.warnings(), IsEmpty());
}

TEST(SourceServerText, IsNotWrittenWithoutDocuments) {
  ConversionLog log;
  EXPECT_EQ(to_srcsrv(R"({"documents":{"*":"http://h/*"}})", {}, log), std::nullopt);
  EXPECT_THAT(log.warnings(), IsEmpty());
}

TEST(SourceServerText, SaysWhatCannotBeFetched) {
  ConversionLog log;
  const auto text =
      to_srcsrv(R"({"documents":{"/a/*":"https://h/a/*","/b/*":"ftp://h/*","/c/*":"x y"}})",
                {"/a/1", "/b/1", "/c/1", "/d/1"},
                log);
  ASSERT_TRUE(text.has_value());
  EXPECT_THAT(*text, HasSubstr("RAWURL=https://h/a/1%var2%"));
  EXPECT_THAT(log.warnings(),
              ElementsAre(HasSubstr("ftp://h/1"), HasSubstr("is no URL"), HasSubstr("'/d/1'")));
}

TEST(SourceServerText, ABrokenMapIsAWarning) {
  ConversionLog log;
  EXPECT_EQ(to_srcsrv(R"({"documents":{ 1: "http://server/X/Y*", };)", {"/a"}, log), std::nullopt);
  EXPECT_THAT(log.warnings(), ElementsAre(HasSubstr("invalid")));
  ConversionLog empty;
  EXPECT_EQ(to_srcsrv(R"({"documents":{}})", {"/a"}, empty), std::nullopt);
  EXPECT_EQ(empty.warnings().size(), 2U);
}

std::optional<std::string> to_map(std::string_view srcsrv, ConversionLog& log) {
  return srcsrv_to_source_link(srcsrv, Limits(), log);
}

std::string text_with(std::string_view files,
                      std::string_view url = "RAWURL=http://server/%var2%") {
  return fmt::format(
      "SRCSRV: variables ---\r\n{}\r\nSRCSRV: source files ---\r\n{}\r\nSRCSRV: end ---\r\n",
      url,
      files);
}

TEST(SourceServerText, BecomesAMapOfOneFolder) {
  ConversionLog log;
  EXPECT_THAT(
      to_map(text_with("C:\\a\\b\\X.cs*X.cs\r\n*ignored*\r\na*\r\n*a\r\n*\r\nC:\\a\\b\\Y.cs*Y.cs"),
             log),
      Optional(std::string(R"({"documents":{"C:\\a\\b\\*":"http://server/*"}})")));
}

TEST(SourceServerText, BecomesAMapWithExceptions) {
  ConversionLog log;
  EXPECT_THAT(
      to_map(text_with("C:\\a\\b\\X.cs*X.cs\r\nC:\\a\\b\\Y.cs*c/Y.cs\r\nC:\\a\\b\\U.cs*Z.cs"), log),
      Optional(std::string(
          R"({"documents":{"C:\\a\\b\\Y.cs":"http://server/c/Y.cs","C:\\a\\b\\U.cs":"http://server/Z.cs","C:\\a\\b\\*":"http://server/*"}})")));
}

TEST(SourceServerText, IsExpandedAsDebuggersDo) {
  ConversionLog log;
  const auto map =
      to_map(text_with("C:\\s\\q\"uote.cs*repo*9f\r\n",
                       "ROOT=https://h\r\nSRCSRVTRG=%ROOT%/%var2%/%var3%/%fnfile%(%var1%)"),
             log);
  EXPECT_THAT(map, Optional(HasSubstr(R"(https://h/repo/9f/)")));
  EXPECT_THAT(map, Optional(HasSubstr(R"(C:\\s\\)")));
}

TEST(SourceServerText, WithoutUrlsIsNoMap) {
  ConversionLog log;
  EXPECT_EQ(to_map(text_with("*****"), log), std::nullopt);
  EXPECT_EQ(to_map(text_with("a*b", "SRCSRVTRG=\\\\server\\%var2%"), log), std::nullopt);
  EXPECT_EQ(to_map(text_with("a*b", "SRCSRVTRG=%SRCSRVTRG%"), log), std::nullopt);
  EXPECT_EQ(to_map("", log), std::nullopt);
  EXPECT_EQ(to_map(text_with("a*b", "SRCSRVTRG=%fnfile%("), log), std::nullopt);
}

TEST(SourceServerText, VariablesAreChecked) {
  EXPECT_TRUE(check_srcsrv_variable("A_1", "x y").has_value());
  for (const auto* name : {"", "1a", "a-b", "rawurl", "SRCSRVTRG", "SrcSrvVerCtrl"}) {
    EXPECT_FALSE(check_srcsrv_variable(name, "x").has_value()) << name;
  }
  EXPECT_FALSE(check_srcsrv_variable("A", "x\ny").has_value());
}

}  // namespace
}  // namespace sigla
