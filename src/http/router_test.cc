// SPDX-License-Identifier: Apache-2.0
#include "http/router.h"

#include <gmock/gmock.h>

namespace sigla::http {
namespace {

using testing::ElementsAre;

Route route(std::string method, std::string pattern) {
  Route result;
  result.method = std::move(method);
  result.pattern = std::move(pattern);
  result.handler = [](Request&) { return Response(); };
  return result;
}

class RouterTest : public testing::Test {
 protected:
  RouterTest() {
    router_.add(route("GET", "/healthz"));
    router_.add(route("POST", "/post"));
    router_.add(route("GET", "/api/v1/projects/{project}/uploads"));
    router_.add(route("POST", "/api/v1/projects/{project}/uploads"));
    router_.add(route("GET", "/api/v1/projects/all/uploads"));
    router_.add(route("POST", "/{token}/symbols"));
    router_.add(route("POST", "/{universe}/{token}/symbols"));
    router_.add(route("GET", "/{name}/{key}/{file}"));
    router_.add(route("GET", "/symbols/{rest...}"));
  }
  std::string find(std::string_view method, std::string_view path) {
    match_ = router_.match(method, path);
    return match_.route == nullptr ? "none" : match_.route->pattern;
  }
  Router router_;
  Router::Match match_;
};

TEST_F(RouterTest, PrefersLiteralsOverCapturesOverRest) {
  EXPECT_EQ(find("GET", "/api/v1/projects/all/uploads"), "/api/v1/projects/all/uploads");
  EXPECT_EQ(find("GET", "/api/v1/projects/x y/uploads"), "/api/v1/projects/{project}/uploads");
  EXPECT_THAT(match_.captures, ElementsAre("x y"));
  EXPECT_EQ(find("GET", "/symbols/a.pdb/0123/a.pdb"), "/symbols/{rest...}");
  EXPECT_THAT(match_.captures, ElementsAre("a.pdb/0123/a.pdb"));
  EXPECT_EQ(find("GET", "/a.pdb/0123/a.pdb"), "/{name}/{key}/{file}");
  EXPECT_THAT(match_.captures, ElementsAre("a.pdb", "0123", "a.pdb"));
}

TEST_F(RouterTest, GoesBackFromALiteralThatLeadsNowhere) {
  EXPECT_EQ(find("POST", "/api/tok/symbols"), "/{universe}/{token}/symbols");
  EXPECT_THAT(match_.captures, ElementsAre("api", "tok"));
  EXPECT_EQ(find("GET", "/symbols"), "/symbols/{rest...}");
  EXPECT_THAT(match_.captures, ElementsAre(""));
}

TEST_F(RouterTest, IgnoresCaseAndEmptySegments) {
  EXPECT_EQ(find("GET", "/HealthZ"), "/healthz");
  EXPECT_EQ(find("POST", "//post"), "/post");
  EXPECT_EQ(find("POST", "/post/"), "/post");
  EXPECT_EQ(find("GET", "//API/v1//projects/P/uploads/"), "/api/v1/projects/{project}/uploads");
  EXPECT_THAT(match_.captures, ElementsAre("P"));
}

TEST_F(RouterTest, RoutesHeadAsGet) { EXPECT_EQ(find("HEAD", "/healthz"), "/healthz"); }

TEST_F(RouterTest, NamesTheMethodsThatFit) {
  EXPECT_EQ(find("DELETE", "/api/v1/projects/p/uploads"), "none");
  EXPECT_EQ(match_.allow, "GET, HEAD, POST");
  EXPECT_EQ(find("GET", "/nothing"), "none");
  EXPECT_EQ(match_.allow, "");
}

TEST_F(RouterTest, SurvivesVeryDeepPaths) {
  std::string path;
  for (int i = 0; i < 100'000; ++i) path += "/a";
  EXPECT_EQ(find("POST", path), "none");
  EXPECT_EQ(find("GET", "/symbols" + path), "/symbols/{rest...}");
}

}  // namespace
}  // namespace sigla::http
