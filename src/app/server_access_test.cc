// SPDX-License-Identifier: Apache-2.0
#include "app/server_access.h"

#include <gtest/gtest.h>

#include <map>

#include "os/file.h"
#include "testing/matchers.h"

namespace sigla::app {
namespace {

const std::string kTokenA(64, 'a');
const std::string kTokenB(64, 'b');
const std::string kTokenC(64, 'c');

class ServerOptionsTest : public testing::Test {
 protected:
  ServerOptionsTest() : folder_(TempDirectory::create().value()) {
    local_ = folder_.path() / "admin.token";
    EXPECT_THAT(replace_file(local_, as_bytes(kTokenC + "\n")), IsOk());
  }
  Result<ServerAccess> resolve() const {
    return options_.resolve(
        [this](const char* name) {
          const auto found = environment_.find(name);
          return found == environment_.end() ? nullptr : found->second.c_str();
        },
        local_);
  }

  TempDirectory folder_;
  std::filesystem::path local_;
  ServerOptions options_;
  std::map<std::string, std::string> environment_;
};

TEST_F(ServerOptionsTest, DefaultIsTheLocalServerAndItsToken) {
  ASSERT_OK_AND_ASSIGN(const ServerAccess access, resolve());
  EXPECT_EQ(access.url, "http://127.0.0.1:8484");
  EXPECT_EQ(access.token, kTokenC);
}

TEST_F(ServerOptionsTest, VariablesOverrideDefaultsAndOptionsOverrideVariables) {
  environment_ = {{"SIGLA_SERVER", "https://symbols.example/"}, {"SIGLA_TOKEN", kTokenB}};
  ASSERT_OK_AND_ASSIGN(const ServerAccess from_variables, resolve());
  EXPECT_EQ(from_variables.url, "https://symbols.example");
  EXPECT_EQ(from_variables.token, kTokenB);
  options_.server = "build:80";
  options_.token = std::string(64, 'A');
  ASSERT_OK_AND_ASSIGN(const ServerAccess from_options, resolve());
  EXPECT_EQ(from_options.url, "http://build:80");
  EXPECT_EQ(from_options.token, kTokenA);
}

TEST_F(ServerOptionsTest, OtherMachinesNeverGetTheLocalToken) {
  options_.server = "http://127.0.0.1.example:8484";
  ASSERT_OK_AND_ASSIGN(const ServerAccess access, resolve());
  EXPECT_EQ(access.token, "");
}

TEST_F(ServerOptionsTest, ReadsTheTokenFile) {
  options_.token_file = local_.string();
  environment_ = {{"SIGLA_TOKEN", kTokenB}};
  EXPECT_THAT(resolve(), IsOkAnd(testing::Field(&ServerAccess::token, kTokenC)));
  options_.token_file = (folder_.path() / "none").string();
  EXPECT_THAT(resolve(), IsError(ErrorCode::kNotFound, "none"));
}

TEST_F(ServerOptionsTest, RefusesWhatIsNoTokenAndTwoOfThem) {
  options_.token = "secret";
  EXPECT_THAT(resolve(), IsError(ErrorCode::kInvalidArgument, "64 hexadecimal digits"));
  options_.token_file = local_.string();
  EXPECT_THAT(resolve(), IsError(ErrorCode::kInvalidArgument, "exclude each other"));
}

TEST(ServerUrl, IsNormalised) {
  EXPECT_THAT(normalise_server_url(" host:8484/ "), IsOkAnd(std::string("http://host:8484")));
  EXPECT_THAT(normalise_server_url("https://h/below/"), IsOkAnd(std::string("https://h/below")));
  for (const char* wrong : {"", "ftp://h", "http://", "http://h?x=1", "http://a b"}) {
    EXPECT_THAT(normalise_server_url(wrong), IsError(ErrorCode::kInvalidArgument, "no server"))
        << wrong;
  }
}

TEST(ServerUrl, KnowsThisMachine) {
  for (const char* here : {"http://localhost:1", "http://127.0.0.1", "http://[::1]:8484/x"}) {
    EXPECT_TRUE(is_on_this_machine(here)) << here;
  }
  for (const char* there : {"http://localhost.example", "http://10.0.0.1", "http://127.0.0.1@h"}) {
    EXPECT_FALSE(is_on_this_machine(there)) << there;
  }
}

}  // namespace
}  // namespace sigla::app
