// SPDX-License-Identifier: Apache-2.0
#include "formats/nupkg/nuspec.h"

#include <gtest/gtest.h>

#include "formats/nupkg/package_name.h"
#include "formats/nupkg/xml_reader.h"
#include "testing/matchers.h"

namespace sigla::nupkg {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::string_view kSymbols = R"(<?xml version="1.0" encoding="utf-8"?>
<!-- made by hand -->
<package xmlns="http://schemas.microsoft.com/packaging/2012/06/nuspec.xsd">
  <metadata minClientVersion='2.12'>
    <id>Demo.Lib</id>
    <version>1.0.0-Beta</version>
    <packageTypes><packageType name="SymbolsPackage" /></packageTypes>
    <description>a &lt;b&gt; &amp; &#x63;<![CDATA[ <d> ]]></description>
    <owners/>
    <dependencies><group><id>Other</id></group></dependencies>
  </metadata>
  <files><id>no</id></files>
</package>)";

TEST(Nuspec, ReadsAManifest) {
  ASSERT_OK_AND_ASSIGN(const Nuspec nuspec, read_nuspec(as_bytes(kSymbols)));
  EXPECT_EQ(nuspec.id, "Demo.Lib");
  EXPECT_EQ(nuspec.version, "1.0.0-Beta");
  EXPECT_TRUE(nuspec.is_symbols_package());
  EXPECT_THAT(
      nuspec.items,
      ElementsAre("id", "version", "packageTypes", "description", "owners", "dependencies"));
  EXPECT_THAT(nuspec.items_for_packages_only(), ElementsAre("owners"));
}

TEST(Nuspec, ReadsUtf16AndByteOrderMarks) {
  std::string wide = "\xff\xfe";
  for (const char c : kSymbols) wide += {c, '\0'};
  EXPECT_THAT(read_nuspec(as_bytes(wide)), IsOk());
  const std::string marked = "\xef\xbb\xbf" + std::string(kSymbols);
  EXPECT_THAT(read_nuspec(as_bytes(marked)), IsOk());
}

TEST(Nuspec, RefusesEveryTruncation) {
  const std::string_view whole = kSymbols;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(read_nuspec(as_bytes(whole.substr(0, size))).has_value()) << size;
  }
}

TEST(Nuspec, RefusesWhatIsNoManifest) {
  const auto read = [](std::string_view text) { return read_nuspec(as_bytes(text)); };
  EXPECT_THAT(read("<a/>"), IsError(ErrorCode::kMalformed, "<package>"));
  EXPECT_THAT(read("<package><metadata><version>1</version></metadata></package>"),
              IsError(ErrorCode::kMalformed, "<id>"));
  EXPECT_THAT(read("<package><metadata><id>a</id></metadata></package>"),
              IsError(ErrorCode::kMalformed, "<version>"));
  EXPECT_THAT(read("<!DOCTYPE a [<!ENTITY b 'c'>]><package/>"),
              IsError(ErrorCode::kMalformed, "declaration"));
  EXPECT_THAT(read("<package>&b;</package>"), IsError(ErrorCode::kMalformed, "&b"));
  EXPECT_THAT(read("<package>&#0;</package>"), IsError(ErrorCode::kMalformed, "&#0"));
  EXPECT_THAT(read("<package></packages>"), IsError(ErrorCode::kMalformed, "closes no"));
  EXPECT_THAT(read("<package/><package/>"), IsError(ErrorCode::kMalformed, "second root"));
  EXPECT_THAT(read("<package a=b/>"), IsError(ErrorCode::kMalformed, "quotes"));
  EXPECT_THAT(read("\xff<package/>"), IsError(ErrorCode::kMalformed, "UTF-8"));
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += "<a>";
  EXPECT_THAT(read("<package>" + deep), IsError(ErrorCode::kLimitExceeded, "deeper"));
  std::string wide = "<package";
  for (int i = 0; i < 100; ++i) wide += " a='1'";
  EXPECT_THAT(read(wide + "/>"), IsError(ErrorCode::kLimitExceeded, "attributes"));
  EXPECT_THAT(read(std::string(kNuspecSizeMax + 1, ' ')),
              IsError(ErrorCode::kLimitExceeded, "bytes"));
}

TEST(Nuspec, HasNoPackageTypeByDefault) {
  ASSERT_OK_AND_ASSIGN(
      const Nuspec nuspec,
      read_nuspec(
          as_bytes("<package><metadata><id>a</id><version>1</version></metadata></package>")));
  EXPECT_FALSE(nuspec.is_symbols_package());
  EXPECT_THAT(nuspec.items_for_packages_only(), IsEmpty());
}

TEST(PackageVersion, IsNormalised) {
  for (const auto& [text, normal] : {std::pair{"1", "1.0.0"},
                                     {"1.00", "1.0.0"},
                                     {"1.0.0.0-RC.1", "1.0.0-rc.1"},
                                     {"1.2.3.4", "1.2.3.4"},
                                     {" 1.0.1+ab.12 ", "1.0.1"},
                                     {"1.0-a+b", "1.0.0-a"}}) {
    EXPECT_THAT(normalise_version(text), IsOkAnd(std::string(normal))) << text;
  }
  for (const std::string_view text : {"",
                                      "a",
                                      "1.",
                                      ".1",
                                      "1.2.3.4.5",
                                      "1.0-",
                                      "1.0-a..b",
                                      "1.0-a_b",
                                      "1.0+",
                                      "-1",
                                      "1 .0",
                                      "99999999999"}) {
    EXPECT_THAT(normalise_version(text), IsError(ErrorCode::kMalformed, "version")) << text;
  }
}

TEST(PackageId, IsLowerCase) {
  EXPECT_THAT(normalise_id(" Demo.Lib "), IsOkAnd(std::string("demo.lib")));
  for (const std::string_view text : {"", "a/b", "../a", ".a", "a.", "a b", "a..b", "-a"}) {
    EXPECT_THAT(normalise_id(text), IsError(ErrorCode::kMalformed, "id")) << text;
  }
  EXPECT_THAT(normalise_id(std::string(101, 'a')), IsError(ErrorCode::kMalformed, "id"));
}

}  // namespace
}  // namespace sigla::nupkg
