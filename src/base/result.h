// SPDX-License-Identifier: Apache-2.0
// How every function in Sigla reports failure: Result<T>, Status and Error.
//
//   Result<Header> read_header(Bytes file) {
//     SIGLA_TRY_ASSIGN(const Bytes raw, slice(file, 0, 64, "header"));
//     if (raw[0] != 0x7f) return malformed("ELF header: wrong magic at offset 0");
//     ...
//   }
//
// An Error says what the caller can do (its code) and, in words, what was wrong and where. Messages
// read outermost first and end in an offset: "reading .debug_line: truncated ULEB128 at offset 12".
#pragma once

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace sigla {

enum class ErrorCode {
  kMalformed,         // the input breaks its format: refuse it, tell its sender
  kUnsupported,       // well-formed, but not something we read
  kLimitExceeded,     // a ceiling of Limits (or a quota) was crossed
  kNotFound,          // no such thing; look elsewhere
  kConflict,          // exists already, or changed meanwhile
  kUnauthenticated,   // no token, or one nobody knows
  kPermissionDenied,  // a known caller who may not
  kInvalidArgument,   // the request or command line is wrong
  kUnavailable,       // environment: network, disk, another server; may work later
  kNoSpace,           // environment: the disk or a quota is full; works once there is room
  kInternal,          // our own bug
};

std::string_view to_string(ErrorCode code);

// Whether the machine is to blame, and not what was asked for: another try may succeed.
inline bool is_environmental(ErrorCode code) {
  return code == ErrorCode::kUnavailable || code == ErrorCode::kNoSpace;
}

// Move-only, one pointer wide.
class [[nodiscard]] Error {
 public:
  Error(ErrorCode code, std::string message);

  ErrorCode code() const { return rep_->code; }
  const std::string& message() const { return rep_->message; }

  // Says what was being done: Error("truncated").in("reading x") is "reading x: truncated".
  Error in(std::string_view context) &&;
  Error clone() const { return Error(code(), message()); }

 private:
  struct Rep {
    ErrorCode code;
    std::string message;
  };
  std::unique_ptr<Rep> rep_;
};

template <typename... Args>
Error make_error(ErrorCode code, fmt::format_string<Args...> format, Args&&... args) {
  return Error(code, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
Error malformed(fmt::format_string<Args...> format, Args&&... args) {
  return Error(ErrorCode::kMalformed, fmt::format(format, std::forward<Args>(args)...));
}
// An Error of the current errno: "open /x: No such file or directory". ENOENT becomes kNotFound,
// EACCES and EPERM kPermissionDenied, a full disk kNoSpace, everything else kUnavailable.
Error errno_error(std::string_view what);

// Aborts: a promise of our own code was broken. Must be unreachable from input.
[[noreturn]] void check_failed(const char* file, int line, const char* condition);
#define SIGLA_CHECK(condition) \
  ((condition) ? static_cast<void>(0) : ::sigla::check_failed(__FILE__, __LINE__, #condition))

// A value or an Error. The interface is a strict subset of std::expected<T, Error>, except that
// there is no operator bool (Result<bool> in an `if` must not compile).
template <typename T>
class [[nodiscard]] Result {
 public:
  using value_type = T;

  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT

  [[nodiscard]] bool has_value() const { return state_.index() == 0; }

  T& value() & {
    SIGLA_CHECK(has_value());
    return *std::get_if<0>(&state_);
  }
  const T& value() const& {
    SIGLA_CHECK(has_value());
    return *std::get_if<0>(&state_);
  }
  T&& value() && {
    SIGLA_CHECK(has_value());
    return std::move(*std::get_if<0>(&state_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  Error& error() & {
    SIGLA_CHECK(!has_value());
    return *std::get_if<1>(&state_);
  }
  const Error& error() const& {
    SIGLA_CHECK(!has_value());
    return *std::get_if<1>(&state_);
  }
  Error&& error() && {
    SIGLA_CHECK(!has_value());
    return std::move(*std::get_if<1>(&state_));
  }

  template <typename U>
  T value_or(U&& other) const& {
    return has_value() ? value() : static_cast<T>(std::forward<U>(other));
  }
  template <typename U>
  T value_or(U&& other) && {
    return has_value() ? std::move(*this).value() : static_cast<T>(std::forward<U>(other));
  }

 private:
  std::variant<T, Error> state_;
};

// Success, or an Error.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT

  [[nodiscard]] bool has_value() const { return !error_.has_value(); }
  Error& error() & {
    SIGLA_CHECK(error_.has_value());
    return *error_;
  }
  const Error& error() const& {
    SIGLA_CHECK(error_.has_value());
    return *error_;
  }
  Error&& error() && {
    SIGLA_CHECK(error_.has_value());
    return std::move(*error_);
  }

 private:
  std::optional<Error> error_;
};

using Status = Result<void>;

// Returns the Error of `expression` from the enclosing function, if it has one.
#define SIGLA_TRY(expression)                     \
  do {                                            \
    auto sigla_try_result = (expression);         \
    if (!sigla_try_result.has_value()) {          \
      return std::move(sigla_try_result).error(); \
    }                                             \
  } while (false)

#define SIGLA_CONCAT_INNER(a, b) a##b
#define SIGLA_CONCAT(a, b) SIGLA_CONCAT_INNER(a, b)
#define SIGLA_TRY_ASSIGN_IMPL(temporary, target, expression)       \
  auto temporary = (expression);                                   \
  if (!temporary.has_value()) return std::move(temporary).error(); \
  target = std::move(temporary).value()
// SIGLA_TRY_ASSIGN(const auto x, f()): x is the value of f(), or its Error is returned.
#define SIGLA_TRY_ASSIGN(target, expression) \
  SIGLA_TRY_ASSIGN_IMPL(SIGLA_CONCAT(sigla_result_, __LINE__), target, expression)

}  // namespace sigla
