// SPDX-License-Identifier: Apache-2.0
#include "app/command_line.h"

#include <gtest/gtest.h>

#include "app/exit_code.h"
#include "app/verbs.h"

namespace sigla::app {
namespace {

int run_nothing(const Verb&, Arguments) { return kExitDone; }
constexpr Verb kTestVerb = {"test", "be tested", run_nothing};

struct Parsed {
  std::optional<int> status;
  bool json = false;
  std::string output = "default";
  std::string format = "text";
  std::uint64_t count = 0;
  std::vector<std::string> servers;
  std::vector<std::string> files;
  std::string printed;
  std::string complained;
};

Parsed parse(const std::vector<std::string>& arguments) {
  Parsed p;
  CommandLine line(kTestVerb, "[OPTION]... FILE...", "Is tested.\n\nTwice.");
  line.flag("--json", &p.json, "print JSON");
  line.option("-o,--output", "PATH", &p.output, "where to write");
  line.option("--count", "N", &p.count, "how many");
  line.option("--server", "URL", &p.servers, "a server");
  line.choice("--format", {"text", "json"}, &p.format, "how to print");
  line.positionals("FILE", &p.files, "what to read", CommandLine::kAtLeastOne);
  line.exit_status(1, "the test failed");
  line.example("sigla test a", "tests a");
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  p.status = line.parse(arguments);
  p.printed = testing::internal::GetCapturedStdout();
  p.complained = testing::internal::GetCapturedStderr();
  return p;
}

TEST(CommandLine, ReadsOptionsAndPositionalsInAnyOrder) {
  const Parsed p = parse({"a",
                          "--json",
                          "-o",
                          "x",
                          "--server",
                          "s1",
                          "b",
                          "--count=7",
                          "--server",
                          "s2",
                          "--format",
                          "json",
                          "-"});
  EXPECT_EQ(p.status, std::nullopt) << p.complained;
  EXPECT_TRUE(p.json);
  EXPECT_EQ(p.output, "x");
  EXPECT_EQ(p.count, 7u);
  EXPECT_EQ(p.format, "json");
  EXPECT_EQ(p.servers, (std::vector<std::string>{"s1", "s2"}));
  EXPECT_EQ(p.files, (std::vector<std::string>{"a", "b", "-"}));
}

TEST(CommandLine, TakesEverythingAfterTwoDashesAsFiles) {
  const Parsed p = parse({"--", "--help"});
  EXPECT_EQ(p.status, std::nullopt) << p.complained;
  EXPECT_EQ(p.files, (std::vector<std::string>{"--help"}));
}

TEST(CommandLine, RefusesWhatItDoesNotKnow) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"--nonsense", "a"},
                                             {},
                                             {"a", "--count", "many"},
                                             {"a", "--format", "xml"},
                                             {"a", "-o"}}) {
    const Parsed p = parse(arguments);
    EXPECT_EQ(p.status, kExitUsage);
    EXPECT_TRUE(p.complained.starts_with("sigla: test: ")) << p.complained;
    EXPECT_NE(p.complained.find("Try 'sigla test --help'."), std::string::npos);
  }
}

TEST(CommandLine, PrintsAManualPage) {
  const Parsed p = parse({"a", "--help"});
  EXPECT_EQ(p.status, kExitDone);
  for (const char* part : {"NAME\n    sigla test - be tested\n",
                           "SYNOPSIS\n    sigla test [OPTION]... FILE...\n",
                           "DESCRIPTION\n    Is tested.\n\n    Twice.\n",
                           "    -o PATH, --output PATH\n        where",
                           "    --format text|json\n",
                           "ARGUMENTS\n    FILE...\n        what to read\n",
                           "    1   the test failed\n",
                           "EXAMPLES\n    sigla test a\n        tests a\n"}) {
    EXPECT_NE(p.printed.find(part), std::string::npos) << part << "\nin\n" << p.printed;
  }
}

TEST(CommandLine, WrapsParagraphsAndKeepsIndentedLines) {
  EXPECT_EQ(wrap("one two three\n  kept as it is\nfour", 2, 11),
            "  one two\n  three\n    kept as it is\n  four\n");
}

TEST(Verbs, AllHaveAManualPage) {
  const std::string help[] = {"--help"};
  for (const Verb* verb : all_verbs()) {
    testing::internal::CaptureStdout();
    EXPECT_EQ(verb->run(*verb, Arguments(help)), kExitDone) << verb->name;
    const std::string page = testing::internal::GetCapturedStdout();
    for (const char* section :
         {"NAME\n", "SYNOPSIS\n", "DESCRIPTION\n", "OPTIONS\n", "EXIT STATUS\n", "EXAMPLES\n"}) {
      EXPECT_NE(page.find(section), std::string::npos) << verb->name << " lacks " << section;
    }
    EXPECT_NE(overview().find(verb->summary), std::string::npos);
  }
}

}  // namespace
}  // namespace sigla::app
