// SPDX-License-Identifier: Apache-2.0
#include "ingest/package_rules.h"

namespace sigla {

namespace {

constexpr std::size_t kReasonsMax = 5;

}  // namespace

bool refuses(PackageFinding::Kind kind, bool is_strict) {
  switch (kind) {
    case PackageFinding::Kind::kUnsafePath:
    case PackageFinding::Kind::kDuplicateEntry:
    case PackageFinding::Kind::kNoPdb:
    case PackageFinding::Kind::kBrokenPdb:
    case PackageFinding::Kind::kOtherId:
    case PackageFinding::Kind::kOtherChecksum:
    case PackageFinding::Kind::kBusy:
      return true;
    case PackageFinding::Kind::kFutureEntry:
    case PackageFinding::Kind::kUntidyPath:
    case PackageFinding::Kind::kPackageItem:
    case PackageFinding::Kind::kNoSymbolsType:
    case PackageFinding::Kind::kForeignFile:
    case PackageFinding::Kind::kNoPackage:
    case PackageFinding::Kind::kNoAssembly:
    case PackageFinding::Kind::kWindowsPdb:
    case PackageFinding::Kind::kNoChecksum:
    case PackageFinding::Kind::kTooLarge:
    case PackageFinding::Kind::kWrongEndpoint:
      return is_strict;
  }
  return true;
}

ErrorCode refusal_code(PackageFinding::Kind kind) {
  switch (kind) {
    case PackageFinding::Kind::kNoPackage:
      return ErrorCode::kNotFound;
    case PackageFinding::Kind::kBusy:
      return ErrorCode::kConflict;
    case PackageFinding::Kind::kTooLarge:
      return ErrorCode::kLimitExceeded;
    default:
      return ErrorCode::kInvalidArgument;
  }
}

std::string refusal_of(const std::vector<PackageFinding>& findings, bool is_strict) {
  std::string reason;
  std::size_t count = 0;
  for (const PackageFinding& finding : findings) {
    if (!refuses(finding.kind, is_strict)) continue;
    if (++count > kReasonsMax) continue;
    if (!reason.empty()) reason += "; ";
    reason += finding.message;
  }
  if (count > kReasonsMax) reason += fmt::format("; and {} more", count - kReasonsMax);
  return reason;
}

}  // namespace sigla
