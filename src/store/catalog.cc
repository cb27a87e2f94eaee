// SPDX-License-Identifier: Apache-2.0
#include "store/catalog.h"

#include <array>
#include <utility>

namespace sigla {
namespace {

constexpr std::array<std::pair<Capability, std::string_view>, 7> kCapabilities = {{
    {Capability::kSymbolPost, "symbol:post"},
    {Capability::kErrorPost, "error:post"},
    {Capability::kObjectGet, "object:get"},
    {Capability::kQueryPost, "query:post"},
    {Capability::kSyncPost, "sync:post"},
    {Capability::kSymbolGet, "symbol:get"},
    {Capability::kAdmin, "admin"},
}};

}  // namespace

std::string_view to_string(Capability capability) {
  for (const auto& [value, name] : kCapabilities) {
    if (value == capability) return name;
  }
  return "unknown";
}

std::optional<Capability> parse_capability(std::string_view text) {
  for (const auto& [value, name] : kCapabilities) {
    if (name == text) return value;
  }
  return std::nullopt;
}

std::string_view to_string(UploadState state) {
  switch (state) {
    case UploadState::kReceived:
      return "received";
    case UploadState::kProcessing:
      return "processing";
    case UploadState::kDone:
      return "done";
    case UploadState::kFailed:
      return "failed";
  }
  return "unknown";
}

std::string_view to_string(PackageKind kind) {
  switch (kind) {
    case PackageKind::kNone:
      return "";
    case PackageKind::kPackage:
      return "package";
    case PackageKind::kSymbols:
      return "symbols";
  }
  return "";
}

std::string_view to_string(UploadAction action) {
  switch (action) {
    case UploadAction::kUpload:
      return "upload";
    case UploadAction::kDelete:
      return "delete";
    case UploadAction::kRelist:
      return "relist";
  }
  return "unknown";
}

std::string_view to_string(EntryResult result) {
  switch (result) {
    case EntryResult::kStored:
      return "stored";
    case EntryResult::kDuplicate:
      return "duplicate";
    case EntryResult::kRefused:
      return "refused";
    case EntryResult::kHidden:
      return "hidden";
    case EntryResult::kRelisted:
      return "relisted";
  }
  return "unknown";
}

UnixMillis now_millis() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

}  // namespace sigla
