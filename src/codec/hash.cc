// SPDX-License-Identifier: Apache-2.0
#include "codec/hash.h"

#include <isa-l/crc.h>
#include <openssl/evp.h>

#include <algorithm>

namespace sigla {
namespace {

constexpr std::size_t kChunkSize = 256U << 10U;

template <typename Digest>
const EVP_MD* function_of() {
  if constexpr (std::is_same_v<Digest, Md5Digest>) return EVP_md5();
  if constexpr (std::is_same_v<Digest, Sha1Digest>) return EVP_sha1();
  if constexpr (std::is_same_v<Digest, Sha256Digest>) return EVP_sha256();
  if constexpr (std::is_same_v<Digest, Sha384Digest>) return EVP_sha384();
  if constexpr (std::is_same_v<Digest, Sha512Digest>) return EVP_sha512();
}

template <typename Digest>
Digest digest_of(Bytes bytes) {
  Hasher<Digest> hasher;
  hasher.update(bytes);
  return hasher.finish();
}

}  // namespace

template <typename Digest>
void Hasher<Digest>::Free::operator()(evp_md_ctx_st* context) const {
  EVP_MD_CTX_free(context);
}

template <typename Digest>
Hasher<Digest>::Hasher() : context_(EVP_MD_CTX_new()) {
  SIGLA_CHECK(context_ != nullptr);
  restart();
}

template <typename Digest>
void Hasher<Digest>::restart() {
  SIGLA_CHECK(EVP_DigestInit_ex(context_.get(), function_of<Digest>(), nullptr) == 1);
}

template <typename Digest>
void Hasher<Digest>::update(Bytes bytes) {
  SIGLA_CHECK(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
}

template <typename Digest>
Digest Hasher<Digest>::finish() {
  Digest digest{};
  SIGLA_CHECK(EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr) == 1);
  restart();
  return digest;
}

template class Hasher<Md5Digest>;
template class Hasher<Sha1Digest>;
template class Hasher<Sha256Digest>;
template class Hasher<Sha384Digest>;
template class Hasher<Sha512Digest>;

std::uint32_t crc32(Bytes bytes, std::uint32_t before) {
  return crc32_gzip_refl(before, bytes.data(), bytes.size());
}

Md5Digest md5(Bytes bytes) { return digest_of<Md5Digest>(bytes); }
Sha1Digest sha1(Bytes bytes) { return digest_of<Sha1Digest>(bytes); }
Sha256Digest sha256(Bytes bytes) { return digest_of<Sha256Digest>(bytes); }
Sha384Digest sha384(Bytes bytes) { return digest_of<Sha384Digest>(bytes); }
Sha512Digest sha512(Bytes bytes) { return digest_of<Sha512Digest>(bytes); }

Result<Sha256Digest> sha256(const File& file) {
  Sha256 hasher;
  SIGLA_TRY_ASSIGN(const std::uint64_t size, file.size());
  // Of pipes and the like the size is 0.
  Buffer chunk(size == 0 ? kChunkSize : std::min<std::uint64_t>(size, kChunkSize));
  std::uint64_t offset = 0;
  while (true) {
    SIGLA_TRY_ASSIGN(const std::size_t count, file.read_at(chunk, offset));
    if (count == 0) return hasher.finish();
    hasher.update(Bytes(chunk).first(count));
    offset += count;
  }
}

}  // namespace sigla
