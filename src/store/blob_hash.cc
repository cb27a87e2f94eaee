// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/text.h"
#include "store/blob_store.h"

namespace sigla {

std::string BlobHash::hex() const { return hex_lower(bytes); }

Result<BlobHash> BlobHash::parse(std::string_view text) {
  const auto raw = parse_hex_bytes(text);
  BlobHash hash;
  if (!raw.has_value() || raw->size() != hash.bytes.size()) {
    return make_error(ErrorCode::kInvalidArgument, "a SHA-256 has 64 hexadecimal digits");
  }
  std::copy(raw->begin(), raw->end(), hash.bytes.begin());
  return hash;
}

}  // namespace sigla
