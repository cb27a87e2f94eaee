// SPDX-License-Identifier: Apache-2.0
#include "app/exit_code.h"

#include <cstdio>

namespace sigla::app {

ExitCode exit_code(ErrorCode code) {
  switch (code) {
    case ErrorCode::kNotFound:
    case ErrorCode::kConflict:
      return kExitNo;
    case ErrorCode::kInvalidArgument:
      return kExitUsage;
    case ErrorCode::kMalformed:
    case ErrorCode::kUnsupported:
    case ErrorCode::kLimitExceeded:
      return kExitBadInput;
    case ErrorCode::kUnauthenticated:
    case ErrorCode::kPermissionDenied:
    case ErrorCode::kUnavailable:
    case ErrorCode::kNoSpace:
    case ErrorCode::kInternal:
      return kExitEnvironment;
  }
  return kExitEnvironment;
}

ExitCode fail(std::string_view what, const Error& error) {
  const std::string line = what.empty() ? fmt::format("sigla: {}\n", error.message())
                                        : fmt::format("sigla: {}: {}\n", what, error.message());
  std::fflush(stdout);
  std::fputs(line.c_str(), stderr);
  return exit_code(error.code());
}

}  // namespace sigla::app
