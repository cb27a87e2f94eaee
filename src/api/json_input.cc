// SPDX-License-Identifier: Apache-2.0
#include "api/json_input.h"

#include <boost/json.hpp>
#include <set>
#include <utility>

namespace sigla::api {

namespace json = boost::json;

struct JsonInput::Object {
  json::object members;
  std::set<std::string, std::less<>> asked;

  // Null when the member is absent or null.
  const json::value* find(std::string_view name) {
    asked.emplace(name);
    const json::value* value = members.if_contains({name.data(), name.size()});
    return value == nullptr || value->is_null() ? nullptr : value;
  }
  // Likewise.
  Result<const json::array*> list(std::string_view name, std::size_t count_max);
};

namespace {

Error wrong(std::string_view name, std::string_view what) {
  return make_error(ErrorCode::kInvalidArgument, "{}: {}", name, what);
}

}  // namespace

Result<const json::array*> JsonInput::Object::list(std::string_view name, std::size_t count_max) {
  const json::value* value = find(name);
  if (value == nullptr) return nullptr;
  if (!value->is_array()) return wrong(name, "not a list");
  const json::array& found = value->get_array();
  if (found.size() > count_max) {
    return make_error(ErrorCode::kLimitExceeded, "{}: more than {} members", name, count_max);
  }
  return &found;
}

JsonInput::JsonInput(std::unique_ptr<Object> object) : object_(std::move(object)) {}
JsonInput::JsonInput(JsonInput&&) noexcept = default;
JsonInput& JsonInput::operator=(JsonInput&&) noexcept = default;
JsonInput::~JsonInput() = default;

Result<JsonInput> JsonInput::parse(std::string_view text) {
  json::error_code error;
  json::parse_options options;
  options.max_depth = 32;
  json::value value = json::parse({text.data(), text.size()}, error, {}, options);
  if (error) {
    return make_error(ErrorCode::kInvalidArgument, "request body is no JSON: {}", error.message());
  }
  if (!value.is_object()) return wrong("request body", "not a JSON object");
  auto object = std::make_unique<Object>();
  object->members = std::move(value.get_object());
  return JsonInput(std::move(object));
}

Result<std::string> JsonInput::text(std::string_view name) {
  SIGLA_TRY_ASSIGN(std::optional<std::string> value, optional_text(name));
  if (!value) return wrong(name, "missing");
  return *std::move(value);
}

Result<std::optional<std::string>> JsonInput::optional_text(std::string_view name) {
  const json::value* value = object_->find(name);
  if (value == nullptr) return std::optional<std::string>();
  if (!value->is_string()) return wrong(name, "not a string");
  return std::optional<std::string>(std::string(value->get_string()));
}

Result<std::optional<bool>> JsonInput::optional_flag(std::string_view name) {
  const json::value* value = object_->find(name);
  if (value == nullptr) return std::optional<bool>();
  if (!value->is_bool()) return wrong(name, "neither true nor false");
  return std::optional<bool>(value->get_bool());
}

Result<std::optional<std::int64_t>> JsonInput::optional_integer(std::string_view name) {
  const json::value* value = object_->find(name);
  if (value == nullptr) return std::optional<std::int64_t>();
  if (!value->is_int64()) return wrong(name, "not a whole number");
  return std::optional<std::int64_t>(value->get_int64());
}

Result<std::vector<std::string>> JsonInput::texts(std::string_view name, std::size_t count_max) {
  std::vector<std::string> result;
  SIGLA_TRY_ASSIGN(const json::array* const list, object_->list(name, count_max));
  if (list == nullptr) return result;
  result.reserve(list->size());
  for (const json::value& member : *list) {
    if (!member.is_string()) return wrong(name, "has a member that is not a string");
    result.emplace_back(member.get_string());
  }
  return result;
}

Result<std::vector<JsonInput>> JsonInput::objects(std::string_view name, std::size_t count_max) {
  std::vector<JsonInput> result;
  SIGLA_TRY_ASSIGN(const json::array* const list, object_->list(name, count_max));
  if (list == nullptr) return result;
  result.reserve(list->size());
  for (const json::value& member : *list) {
    if (!member.is_object()) return wrong(name, "has a member that is not an object");
    auto object = std::make_unique<Object>();
    object->members = member.get_object();
    result.push_back(JsonInput(std::move(object)));
  }
  return result;
}

Status JsonInput::finish() const {
  for (const auto& member : object_->members) {
    const std::string_view name(member.key().data(), member.key().size());
    if (!object_->asked.contains(name)) return wrong(name, "unknown member");
  }
  return {};
}

}  // namespace sigla::api
