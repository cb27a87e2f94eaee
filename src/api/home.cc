// SPDX-License-Identifier: Apache-2.0
#include "api/home.h"

#include <fmt/format.h>

#include <utility>

namespace sigla::api {

namespace {

// {0} is the base URL.
constexpr std::string_view kPage = R"html(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sigla symbol server</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 56rem; margin: 2rem auto;
  padding: 0 1rem; }}
h1 {{ font-size: 1.6rem; }} h2 {{ font-size: 1.1rem; margin-top: 1.6rem; }}
pre {{ background: #f3f3f3; color: #111; padding: .7rem; overflow-x: auto; border-radius: 4px; }}
</style>
</head>
<body>
<h1>Sigla symbol server</h1>
<p>Debug symbols go in, debuggers get them back, crashes become readable stacks.</p>
<h2>WinDbg, Visual Studio and other symbol path users</h2>
<pre>srv*C:\Symbols*{0}/symbols</pre>
<h2>gdb, lldb, perf and other debuginfod clients</h2>
<pre>export DEBUGINFOD_URLS={0}</pre>
<h2>dotnet-symbol</h2>
<pre>dotnet-symbol --server-path {0}/symbols FILE</pre>
<h2>Publish symbols from a build</h2>
<pre>sigla upload --server {0} --token-file FILE --tag VERSION DIRECTORY
tar cz DIRECTORY | curl --data-binary @- '{0}/TOKEN/symbols?tag=VERSION'</pre>
<h2>Make a minidump readable</h2>
<pre>curl --data-binary @crash.dmp '{0}/api/v1/projects/default/symbolicate?format=text'</pre>
<h2>Look around</h2>
<ul>
<li><a href="/api/v1/projects/default/uploads">uploads</a>, newest first</li>
<li><a href="/api/v1/projects/default/symbols">symbols</a>; add <code>?q=</code> and a part of
  a name or id</li>
<li><a href="/api/v1/openapi.json">the API</a>, described by OpenAPI</li>
<li><a href="/readyz">readiness</a> and <a href="/metrics">metrics</a></li>
</ul>
</body>
</html>
)html";

std::string escape_html(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

http::Response answer_home(const http::Request& request) {
  const std::string_view host = request.header("Host").value_or("localhost");
  http::Response response = http::Response::text(
      200, home_page(fmt::format("{}://{}", request.is_tls ? "https" : "http", host)));
  response.headers = {{"Content-Type", "text/html; charset=utf-8"},
                      {"Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"},
                      {"X-Content-Type-Options", "nosniff"}};
  return response;
}

}  // namespace

std::string home_page(std::string_view base_url) {
  return fmt::format(fmt::runtime(kPage), escape_html(base_url));
}

void add_home_routes(http::Router& router) {
  router.add({.method = "GET",
              .pattern = "/",
              .run_on = http::RunOn::kIoThread,
              .handler = [](http::Request& request) { return answer_home(request); }});
}

}  // namespace sigla::api
