// SPDX-License-Identifier: Apache-2.0
// Cryptographic hashes, computed in pieces or of a whole file.
//
//   Sha256 hasher;
//   hasher.update(piece);
//   const Sha256Digest digest = hasher.finish();
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "base/bytes.h"
#include "base/result.h"
#include "os/file.h"

struct evp_md_ctx_st;

namespace sigla {

using Md5Digest = std::array<std::uint8_t, 16>;
using Sha1Digest = std::array<std::uint8_t, 20>;
using Sha256Digest = std::array<std::uint8_t, 32>;
using Sha384Digest = std::array<std::uint8_t, 48>;
using Sha512Digest = std::array<std::uint8_t, 64>;

// One hash in the making; the digest's size chooses the function. Not thread-safe.
template <typename Digest>
class Hasher {
 public:
  Hasher();
  void update(Bytes bytes);
  // The digest of everything since the construction or the last finish(); the hasher starts anew.
  Digest finish();

 private:
  void restart();
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

using Md5 = Hasher<Md5Digest>;
using Sha1 = Hasher<Sha1Digest>;
using Sha256 = Hasher<Sha256Digest>;
using Sha384 = Hasher<Sha384Digest>;
using Sha512 = Hasher<Sha512Digest>;

// The CRC-32 of zlib and gzip, which is no cryptographic hash; `before` is that of what came
// before.
std::uint32_t crc32(Bytes bytes, std::uint32_t before = 0);

Md5Digest md5(Bytes bytes);
Sha1Digest sha1(Bytes bytes);
Sha256Digest sha256(Bytes bytes);
Sha384Digest sha384(Bytes bytes);
Sha512Digest sha512(Bytes bytes);
// Of the whole content, wherever the file position is; it is not moved.
Result<Sha256Digest> sha256(const File& file);

}  // namespace sigla
