// SPDX-License-Identifier: Apache-2.0
#include "app/settings.h"

#include <map>

#include "testing/matchers.h"

namespace sigla::app {
namespace {

TEST(Settings, LaterSourcesOverrideEarlierOnes) {
  Settings settings = Settings::defaults();
  EXPECT_EQ(settings.text("listen"), "127.0.0.1:8484");
  ASSERT_THAT(settings.read_text("# ours\nlisten = \"0.0.0.0:80\" # all\ndata=/srv\nworkers = 3\n",
                                 "sigla.toml"),
              IsOk());
  const std::map<std::string, std::string> variables = {{"SIGLA_DATA", "/var/sigla"},
                                                        {"SIGLA_CACHE_SIZE", "2 MiB"}};
  ASSERT_THAT(settings.read_environment([&](const char* name) -> const char* {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  }),
              IsOk());
  ASSERT_THAT(settings.set("workers", "5", "--workers"), IsOk());
  EXPECT_EQ(settings.text("listen"), "0.0.0.0:80");
  EXPECT_EQ(settings.text("data"), "/var/sigla");
  EXPECT_EQ(settings.number("cache_size"), 2u << 20);
  EXPECT_EQ(settings.number("workers"), 5u);
  EXPECT_TRUE(settings.flag("sandbox"));
  const std::string printed = settings.print();
  EXPECT_NE(printed.find("listen = \"0.0.0.0:80\""), std::string::npos);
  EXPECT_NE(printed.find("# sigla.toml:2\n"), std::string::npos);
  EXPECT_NE(printed.find("# SIGLA_DATA\n"), std::string::npos);
  EXPECT_NE(printed.find("# --workers\n"), std::string::npos);
}

TEST(Settings, ReadsWhatItPrints) {
  Settings settings = Settings::defaults();
  ASSERT_THAT(settings.set("data", "a \"quoted\" \\ path", "test"), IsOk());
  Settings again = Settings::defaults();
  ASSERT_THAT(again.read_text(settings.print(), "printed"), IsOk());
  EXPECT_EQ(again.text("data"), "a \"quoted\" \\ path");
}

TEST(Settings, SaysWhereAMistakeIs) {
  const std::pair<const char*, const char*> cases[] = {
      {"\nlisten\n", "f:2: not 'name = value'"},
      {"listn = \"x\"", "f:1: no setting 'listn'"},
      {"workers = many", "f:1: workers 'many' is no number"},
      {"sandbox = yes", "f:1: sandbox 'yes' is neither"},
      {"data = \"open", "f:1: not 'name = value'"},
      {"cache_size = 1XB", "is no size"},
      {"cache_size = 99999999999999999TiB", "is no size"},
  };
  for (const auto& [text, message] : cases) {
    Settings settings = Settings::defaults();
    EXPECT_THAT(settings.read_text(text, "f"), IsError(ErrorCode::kInvalidArgument, message));
  }
}

}  // namespace
}  // namespace sigla::app
