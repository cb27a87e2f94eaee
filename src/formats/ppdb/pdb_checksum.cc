// SPDX-License-Identifier: Apache-2.0
#include "formats/ppdb/pdb_checksum.h"

#include <array>

#include "base/text.h"
#include "codec/hash.h"
#include "formats/ppdb/metadata.h"

namespace sigla::ppdb {
namespace {

template <typename Digest>
std::string hash_without_id(Bytes file, std::size_t id_offset) {
  constexpr std::array<std::uint8_t, kIdSize> kZeros{};
  Hasher<Digest> hasher;
  hasher.update(file.first(id_offset));
  hasher.update(kZeros);
  hasher.update(file.subspan(id_offset + kIdSize));
  return hex_lower(hasher.finish());
}

}  // namespace

Result<std::string> pdb_checksum(Bytes file, std::string_view algorithm, const Limits& limits) {
  SIGLA_TRY_ASSIGN(const Metadata metadata, Metadata::open(file, limits));
  const auto id_offset = static_cast<std::size_t>(metadata.id().data() - file.data());
  if (equals_ignoring_case(algorithm, "SHA1")) return hash_without_id<Sha1Digest>(file, id_offset);
  if (equals_ignoring_case(algorithm, "SHA256")) {
    return hash_without_id<Sha256Digest>(file, id_offset);
  }
  if (equals_ignoring_case(algorithm, "SHA384")) {
    return hash_without_id<Sha384Digest>(file, id_offset);
  }
  if (equals_ignoring_case(algorithm, "SHA512")) {
    return hash_without_id<Sha512Digest>(file, id_offset);
  }
  return make_error(ErrorCode::kUnsupported, "PDB checksum: no algorithm '{}'", algorithm);
}

}  // namespace sigla::ppdb
