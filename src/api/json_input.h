// SPDX-License-Identifier: Apache-2.0
// Reads the JSON object of a request body, member by member; Boost.JSON stays in the .cc file.
//
//   SIGLA_TRY_ASSIGN(JsonInput body, JsonInput::parse(request.body, limits));
//   SIGLA_TRY_ASSIGN(const std::string name, body.text("name"));
//   SIGLA_TRY(body.finish());  // no member was left over: a misspelt one is an error, not ignored
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace sigla::api {

class JsonInput {
 public:
  // Error kInvalidArgument when the text is no JSON object; nesting is limited to 32 levels.
  static Result<JsonInput> parse(std::string_view text);
  JsonInput(JsonInput&&) noexcept;
  JsonInput& operator=(JsonInput&&) noexcept;
  ~JsonInput();

  // Error kInvalidArgument "name: missing" or "name: not a string".
  Result<std::string> text(std::string_view name);
  // What is absent or null is nothing; of the wrong type, an error.
  Result<std::optional<std::string>> optional_text(std::string_view name);
  Result<std::optional<bool>> optional_flag(std::string_view name);
  Result<std::optional<std::int64_t>> optional_integer(std::string_view name);
  Result<std::vector<std::string>> texts(std::string_view name, std::size_t count_max);
  // A list of objects; each is to be finished on its own.
  Result<std::vector<JsonInput>> objects(std::string_view name, std::size_t count_max);
  // Error kInvalidArgument names a member nobody asked for.
  Status finish() const;

 private:
  struct Object;
  explicit JsonInput(std::unique_ptr<Object> object);
  std::unique_ptr<Object> object_;
};

}  // namespace sigla::api
