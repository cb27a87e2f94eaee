// SPDX-License-Identifier: Apache-2.0
#include "base/result.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <system_error>

namespace sigla {

std::string_view to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::kMalformed:
      return "malformed";
    case ErrorCode::kUnsupported:
      return "unsupported";
    case ErrorCode::kLimitExceeded:
      return "limit exceeded";
    case ErrorCode::kNotFound:
      return "not found";
    case ErrorCode::kConflict:
      return "conflict";
    case ErrorCode::kUnauthenticated:
      return "unauthenticated";
    case ErrorCode::kPermissionDenied:
      return "permission denied";
    case ErrorCode::kInvalidArgument:
      return "invalid argument";
    case ErrorCode::kUnavailable:
      return "unavailable";
    case ErrorCode::kNoSpace:
      return "no space";
    case ErrorCode::kInternal:
      return "internal";
  }
  return "unknown";
}

Error::Error(ErrorCode code, std::string message)
    : rep_(std::make_unique<Rep>(Rep{code, std::move(message)})) {}

Error Error::in(std::string_view context) && {
  rep_->message = fmt::format("{}: {}", context, rep_->message);
  return std::move(*this);
}

Error errno_error(std::string_view what) {
  const int number = errno;
  ErrorCode code = ErrorCode::kUnavailable;
  if (number == ENOENT) code = ErrorCode::kNotFound;
  // EFBIG: past what `ulimit -f` allows, which is a quota by another name.
  if (number == ENOSPC || number == EDQUOT || number == EFBIG) code = ErrorCode::kNoSpace;
  if (number == EACCES || number == EPERM) code = ErrorCode::kPermissionDenied;
  return make_error(code, "{}: {}", what, std::generic_category().message(number));
}

void check_failed(const char* file, int line, const char* condition) {
  std::fprintf(stderr, "sigla: internal error: %s:%d: check failed: %s\n", file, line, condition);
  std::abort();
}

}  // namespace sigla
