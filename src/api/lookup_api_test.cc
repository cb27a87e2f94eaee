// SPDX-License-Identifier: Apache-2.0
#include "api/lookup_api.h"

#include <gmock/gmock.h>

#include "api/api_testing.h"
#include "ident/lookup_keys.h"
#include "testing/matchers.h"

namespace sigla::api {
namespace {

using testing::HasSubstr;

class LookupApiTest : public ApiTest {
 protected:
  LookupApiTest() {
    add_lookup_routes(router_, services_);
    Identity identity;
    identity.format = Format::kBreakpad;
    identity.name = "app.pdb";
    identity.debug_id = DebugId::parse("497B72F6390A44FC878E5A2D63B6CC4B1").value();
    store_object(
        "MODULE windows x86 497B72F6390A44FC878E5A2D63B6CC4B1 app.pdb\nFILE 0 a.cc\n"
        "FUNC 1000 20 0 _ZN1a1bEi\n1000 20 7 0\n",
        identity,
        lookup_keys(identity));
  }
  http::Response post(std::string body, std::string project = "default") {
    http::Request r = request("POST", "/api/v1/projects/" + project + "/lookup");
    r.body = std::move(body);
    return send(router_, r);
  }
  http::Router router_;
};

TEST_F(LookupApiTest, NamesAddresses) {
  const http::Response response = post(
      R"({"modules":[{"debug_file":"app.pdb","debug_id":"497b72f6-390a-44fc-878e-5a2d63b6cc4b-1"},)"
      R"({"code_file":"other.dll","code_id":"5a2d63b61000"}],)"
      R"("addresses":[{"module":0,"address":"0x1008"},{"module":1,"address":"10"}]})");
  EXPECT_EQ(response.status, 200);
  const std::string text = text_of(response);
  EXPECT_THAT(text,
              HasSubstr(R"({"status":"found","symbol_source":"default/app.pdb","explain":[)"));
  EXPECT_THAT(text,
              HasSubstr(R"x({"module":0,"address":"0x1008","frames":[{"function":"a::b(int)",)x"
                        R"x("symbol":"_ZN1a1bEi","file":"a.cc","line":7,"column":null,)x"
                        R"x("source_link":null,"inlined":false}]})x"));
  EXPECT_THAT(text, HasSubstr(R"({"status":"missing","symbol_source":null,"explain":["project)"));
  EXPECT_THAT(text, HasSubstr(R"({"module":1,"address":"0x10","frames":[]})"));
}

TEST_F(LookupApiTest, RefusesWhatItDoesNotUnderstand) {
  const std::pair<const char*, const char*> cases[] = {
      {"[]", "not a JSON object"},
      {R"({"modules":[],"addresses":[{"module":0,"address":"1"}]})", "there are 0"},
      {R"({"modules":[1]})", "not an object"},
      {R"({"modules":{}})", "not a list"},
      {R"({"modules":[{"name":"x"}]})", "name: unknown member"},
      {R"({"modules":[{"debug_id":"x"}]})", "'x' is no debug id"},
      {R"({"modules":[{}],"addresses":[{"address":"1"}]})", "no index of a module"},
      {R"({"modules":[{}],"addresses":[{"module":-1,"address":"1"}]})", "no index of a module"},
      {R"({"modules":[{}],"addresses":[{"module":0,"address":"main"}]})", "'main' is no hexa"},
      {R"({"modules":[{}],"addresses":[{"module":0}]})", "address: missing"},
      {R"({"stacks":[]})", "stacks: unknown member"},
  };
  for (const auto& [body, what] : cases) {
    const http::Response response = post(body);
    EXPECT_EQ(response.status, 400) << body;
    EXPECT_THAT(text_of(response), HasSubstr(what)) << body;
  }
}

TEST_F(LookupApiTest, LimitsWhatOneRequestAsksFor) {
  std::string body = R"({"modules":[{})";
  for (int i = 0; i < 1'000; ++i) body += ",{}";
  EXPECT_EQ(post(body + "]}").status, 413);
}

TEST_F(LookupApiTest, IsForReaders) {
  EXPECT_EQ(post(R"({"modules":[],"addresses":[]})", "secret").status, 401);
  EXPECT_EQ(post(R"({"modules":[],"addresses":[]})", "nowhere").status, 404);
  EXPECT_EQ(text_of(post(R"({"modules":[],"addresses":[]})")), R"({"modules":[],"addresses":[]})");
}

}  // namespace
}  // namespace sigla::api
