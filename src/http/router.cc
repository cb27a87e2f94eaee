// SPDX-License-Identifier: Apache-2.0
#include "http/router.h"

#include <algorithm>

#include "base/text.h"

namespace sigla::http {
namespace {

// The next segment that is not empty, cut off the front of `path`; its place is kept in `start`.
std::string_view next_segment(std::string_view& path, std::string_view& start) {
  while (path.starts_with('/')) path.remove_prefix(1);
  start = path;
  const std::size_t end = std::min(path.find('/'), path.size());
  const std::string_view segment = path.substr(0, end);
  path.remove_prefix(end);
  return segment;
}

}  // namespace

struct Router::Node {
  std::vector<std::pair<std::string, std::unique_ptr<Node>>> literals;  // lower case
  std::unique_ptr<Node> capture;
  std::vector<std::unique_ptr<Route>> routes;       // of paths that end here
  std::vector<std::unique_ptr<Route>> rest_routes;  // "{rest...}" from here on

  Node& literal(std::string_view segment) {
    const std::string name = lower(segment);
    for (auto& entry : literals) {
      if (entry.first == name) return *entry.second;
    }
    return *literals.emplace_back(name, std::make_unique<Node>()).second;
  }
};

// One look-up: depth first, most specific branch first. The depth is bounded by the patterns'.
class Router::Search {
 public:
  Search(std::string_view method, Match& match) : method_(method), match_(match) {}

  bool visit(const Node& node, std::string_view path) {
    std::string_view start;
    const std::string_view segment = next_segment(path, start);
    if (segment.empty()) return take(node.routes) || take_rest(node, {});
    for (const auto& entry : node.literals) {
      if (equals_ignoring_case(entry.first, segment) && visit(*entry.second, path)) return true;
    }
    if (node.capture != nullptr) {
      match_.captures.emplace_back(segment);
      if (visit(*node.capture, path)) return true;
      match_.captures.pop_back();
    }
    return take_rest(node, start);
  }

 private:
  bool take(const std::vector<std::unique_ptr<Route>>& routes) {
    for (const auto& route : routes) {
      if (route->method == method_) {
        match_.route = route.get();
        match_.allow.clear();
        return true;
      }
      if (match_.allow.find(route->method) == std::string::npos) {
        if (!match_.allow.empty()) match_.allow += ", ";
        match_.allow += route->method;
        if (route->method == "GET") match_.allow += ", HEAD";
      }
    }
    return false;
  }

  bool take_rest(const Node& node, std::string_view rest) {
    if (node.rest_routes.empty() || !take(node.rest_routes)) return false;
    match_.captures.emplace_back(rest);
    return true;
  }

  std::string_view method_;
  Match& match_;
};

Router::Router()
    : root_(std::make_unique<Node>()),
      fallback_([](Request&) { return Response::text(404, "not found\n"); }) {}
Router::~Router() = default;
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;

void Router::add(Route route) {
  Node* node = root_.get();
  std::string_view pattern = route.pattern;
  auto* routes = &node->routes;
  while (true) {
    std::string_view start;
    const std::string_view segment = next_segment(pattern, start);
    if (segment.empty()) break;
    if (segment.starts_with('{') && segment.ends_with("...}")) {
      routes = &node->rest_routes;
      break;
    }
    if (segment.starts_with('{')) {
      if (node->capture == nullptr) node->capture = std::make_unique<Node>();
      node = node->capture.get();
    } else {
      node = &node->literal(segment);
    }
    routes = &node->routes;
  }
  const auto same_method = [&](const auto& other) { return other->method == route.method; };
  SIGLA_CHECK(std::none_of(routes->begin(), routes->end(), same_method));
  routes->push_back(std::make_unique<Route>(std::move(route)));
}

void Router::set_fallback(Handler handler) { fallback_ = std::move(handler); }
const Handler& Router::fallback() const { return fallback_; }

Router::Match Router::match(std::string_view method, std::string_view path) const {
  Match result;
  Search search(method == "HEAD" ? "GET" : method, result);
  search.visit(*root_, path);
  return result;
}

}  // namespace sigla::http
