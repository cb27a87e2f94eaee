// SPDX-License-Identifier: Apache-2.0
#include "stackwalk/frame.h"

namespace sigla {

std::string_view to_string(Trust trust) {
  switch (trust) {
    case Trust::kNone:
      return "none";
    case Trust::kScan:
      return "scan";
    case Trust::kCfiScan:
      return "cfi_scan";
    case Trust::kFramePointer:
      return "frame_pointer";
    case Trust::kCfi:
      return "cfi";
    case Trust::kPrewalked:
      return "prewalked";
    case Trust::kContext:
      return "context";
    case Trust::kInline:
      return "inline";
    case Trust::kLeaf:
      return "leaf";
  }
  return "none";
}

}  // namespace sigla
