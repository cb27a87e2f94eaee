// SPDX-License-Identifier: Apache-2.0
#include "api/openapi.h"

#include <boost/json.hpp>

#include "api/api_testing.h"
#include "api/routes.h"
#include "base/text.h"
#include "testing/matchers.h"

namespace sigla::api {
namespace {

class OpenapiTest : public ApiTest {};

TEST_F(OpenapiTest, DescribesRoutesThatExist) {
  ASSERT_OK_AND_ASSIGN(const TempDirectory directory, TempDirectory::create());
  FileCache cache({.directory = directory.path()});
  Downloads downloads(services_, cache);
  const http::Router router = make_router(services_, downloads);
  const boost::json::value document = boost::json::parse(openapi_text());
  int count = 0;
  for (const auto& path : document.at("paths").as_object()) {
    for (const auto& operation : path.value().as_object()) {
      if (operation.key() == "parameters") continue;
      const http::Router::Match match = router.match(upper(operation.key()), path.key());
      ASSERT_NE(match.route, nullptr) << operation.key() << " " << path.key();
      EXPECT_EQ(match.route->pattern, std::string_view(path.key())) << operation.key();
      ++count;
    }
  }
  EXPECT_EQ(count, 33);
}

TEST_F(OpenapiTest, DefinesEverythingItRefersTo) {
  const boost::json::value document = boost::json::parse(openapi_text());
  const boost::json::object& schemas = document.at("components").at("schemas").as_object();
  constexpr std::string_view kReference = "#/components/schemas/";
  std::string_view text = openapi_text();
  for (std::size_t at = text.find(kReference); at != std::string_view::npos;
       at = text.find(kReference)) {
    text.remove_prefix(at + kReference.size());
    const std::string_view name = text.substr(0, text.find('"'));
    EXPECT_TRUE(schemas.contains(name)) << name;
  }
}

}  // namespace
}  // namespace sigla::api
