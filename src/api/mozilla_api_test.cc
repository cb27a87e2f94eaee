// SPDX-License-Identifier: Apache-2.0
#include "api/mozilla_api.h"

#include <gmock/gmock.h>

#include "api/api_testing.h"
#include "api/mozilla_request.h"
#include "ident/lookup_keys.h"
#include "testing/matchers.h"

namespace sigla::api {
namespace {

using testing::HasSubstr;
using testing::Not;

class MozillaApiTest : public ApiTest {
 protected:
  MozillaApiTest() {
    add_mozilla_routes(router_, services_);
    Identity identity;
    identity.format = Format::kBreakpad;
    identity.name = "app.pdb";
    identity.debug_id = DebugId::parse("497B72F6390A44FC878E5A2D63B6CC4B1").value();
    store_object(
        "MODULE windows x86 497B72F6390A44FC878E5A2D63B6CC4B1 app.pdb\n"
        "INFO CODE_ID 5A2D63B61000 app.exe\nFILE 0 a.cc\nINLINE_ORIGIN 0 inner\n"
        "FUNC 1000 20 0 outer\nINLINE 0 9 0 0 1010 8\n1000 10 7 0\n1010 8 3 0\n1018 8 8 0\n"
        "PUBLIC 2000 0 bare\n",
        identity,
        lookup_keys(identity));
  }
  http::Response post(std::string version, std::string body, http::Headers headers = {}) {
    http::Request r = request("POST", "/symbolicate/" + version, std::move(headers));
    r.body = std::move(body);
    return send(router_, r);
  }
  http::Router router_;
};

constexpr char kModules[] =
    R"("memoryMap":[["app.pdb","497B72F6390A44FC878E5A2D63B6CC4B1"],["gone.so","ABCDE"],)"
    R"(["unused.so","ABC"]])";

std::string job(std::string_view stacks) {
  return fmt::format(R"({{"stacks":{},{}}})", stacks, kModules);
}

TEST_F(MozillaApiTest, NamesFramesWithInlinedCalls) {
  const http::Response response = post("v5", job("[[[0,4116],[0,8196],[1,16],[-1,17],[0,-1]],[]]"));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.header("Access-Control-Allow-Origin"), "*");
  EXPECT_EQ(text_of(response),
            R"({"results":[{"stacks":[[)"
            R"({"frame":0,"module":"app.exe","module_offset":"0x1014","function":"outer",)"
            R"("function_offset":"0x14","file":"a.cc","line":9,)"
            R"("inlines":[{"function":"inner","file":"a.cc","line":3}]},)"
            R"({"frame":1,"module":"app.exe","module_offset":"0x2004","function":"bare",)"
            R"("function_offset":"0x4"},)"
            R"({"frame":2,"module":"gone.so","module_offset":"0x10"},)"
            R"({"frame":3,"module":"<unknown>","module_offset":"0x11"},)"
            R"({"frame":4,"module":"app.exe","module_offset":"-0x1"}],[]],)"
            R"("found_modules":{"app.pdb/497B72F6390A44FC878E5A2D63B6CC4B1":true,)"
            R"("gone.so/ABCDE":false,"unused.so/ABC":null}}]})");
}

TEST_F(MozillaApiTest, AnswersTheOldVersionWithTexts) {
  EXPECT_EQ(text_of(post("v4", job("[[[0,4116],[1,16],[-1,17],[0,-1]]]"))),
            R"x({"symbolicatedStacks":[["outer (in app.exe)","0x10 (in gone.so)",)x"
            R"x("0x11 (in <unknown>)","-0x1 (in app.exe)"]],"knownModules":[true,false,null]})x");
}

TEST_F(MozillaApiTest, TellsWhatItDidWhenAsked) {
  const std::string body =
      R"({"jobs":[)" + job("[[[0,4116]]]") + "," + job("[[[0,1],[1,2]]]") + "]}";
  const std::string text = text_of(post("v5", body, {{"Debug", "1"}}));
  EXPECT_THAT(text, HasSubstr(R"("cache_lookups":{"count":2,"hits":1,"time":)"));
  EXPECT_THAT(text,
              HasSubstr(R"("modules":{"count":4,"stacks_per_module":{)"
                        R"("app.pdb/497B72F6390A44FC878E5A2D63B6CC4B1":2,"gone.so/ABCDE":2}}})"));
  EXPECT_THAT(text_of(post("v5", body)), Not(HasSubstr("debug\":")));
}

TEST_F(MozillaApiTest, IsForPagesOfOtherOrigins) {
  const http::Response asked = send(
      router_,
      request("OPTIONS", "/symbolicate/v5", {{"Access-Control-Request-Headers", "content-type"}}));
  EXPECT_EQ(asked.status, 200);
  EXPECT_EQ(asked.header("Access-Control-Allow-Origin"), "*");
  EXPECT_EQ(asked.header("Access-Control-Allow-Headers"), "content-type");
  const http::Response got = send(router_, request("GET", "/symbolicate/v4"));
  EXPECT_EQ(got.status, 405);
  EXPECT_EQ(got.header("Allow"), "POST, OPTIONS");
}

TEST_F(MozillaApiTest, GuardsPrivateProjects) {
  http::Request r = request("POST", "/p/secret/symbolicate/v5");
  r.body = job("[[]]");
  EXPECT_EQ(send(router_, r).status, 401);
  r.headers = bearer(make_token("secret", {Capability::kQueryPost}));
  EXPECT_EQ(send(router_, r).status, 200);
  http::Request named =
      request("POST", "/t/" + make_token("secret", {Capability::kSymbolGet}) + "/symbolicate/v5");
  named.body = job("[[[0,4116]]]");
  EXPECT_THAT(text_of(send(router_, named)), HasSubstr("CC4B1\":false"));
}

TEST(MozillaRequest, RefusesInTheWordsOfEliot) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "Payload is not valid JSON"},
      {"[1]", "job 0 is invalid"},
      {"null", "job 0 is invalid"},
      {R"({"jobs":{"a":1}})", "job 0 is invalid"},
      {R"({"jobs":["a"]})", "job 0 is invalid"},
      {R"({"jobs":[{"stacks":[]}]})", "job 0 is invalid: no memoryMap specified"},
      {R"({"jobs":[{"memoryMap":[]}]})", "job 0 is invalid: no stacks specified"},
      {R"({"stacks":[[]],"memoryMap":{}})", "job 0 has invalid modules: modules must be a list"},
      {R"({"stacks":[[]],"memoryMap":[["a.so",1]]})",
       "job 0 has invalid modules: module index 0 has an invalid debug_id"},
      {R"({"stacks":[[]],"memoryMap":[["a/b","1"]]})",
       "job 0 has invalid modules: module index 0 has an invalid debug_filename"},
      {R"({"stacks":[1],"memoryMap":[]})", "job 0 has invalid stacks: stack 0 is not a list"},
      {R"({"stacks":[[],[[1,2,3]]],"memoryMap":[]})",
       "job 0 has invalid stacks: stack 1 frame 0 is not a list of two items"},
      {R"({"stacks":[[[0.5,2]]],"memoryMap":[]})",
       "job 0 has invalid stacks: stack 0 frame 0 has an invalid module_index"},
      {R"({"stacks":[[[-2,2]]],"memoryMap":[]})",
       "job 0 has invalid stacks: stack 0 frame 0 has a module_index that isn't in modules"},
      {R"({"stacks":[[[18446744073709551615,2]]],"memoryMap":[]})",
       "job 0 has invalid stacks: stack 0 frame 0 has a module_index that isn't in modules"},
      {R"({"stacks":[[[-1,"2"]]],"memoryMap":[]})",
       "job 0 has invalid stacks: stack 0 frame 0 has an invalid module_offset"},
      {R"({"stacks":[[[-1,1e30]]],"memoryMap":[]})",
       "job 0 has invalid stacks: stack 0 frame 0 has an invalid module_offset"},
  };
  for (const auto& [body, message] : cases) {
    const auto jobs = decode_mozilla_request(body, MozillaVersion::kV5);
    ASSERT_FALSE(jobs.has_value()) << body;
    EXPECT_EQ(jobs.error().message(), message) << body;
  }
}

TEST(MozillaRequest, TakesLargeOffsets) {
  const auto jobs = decode_mozilla_request(
      R"({"stacks":[[[-1,18446744073709551615]]],"memoryMap":[["a b~.so",""]]})",
      MozillaVersion::kV4);
  ASSERT_THAT(jobs, IsOk());
  EXPECT_EQ(jobs->front().stacks[0][0].offset, UINT64_MAX);
  EXPECT_EQ(jobs->front().modules[0].debug_file, "a b~.so");
}

}  // namespace
}  // namespace sigla::api
