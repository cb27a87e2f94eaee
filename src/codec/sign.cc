// SPDX-License-Identifier: Apache-2.0
#include "codec/sign.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>

#include <algorithm>
#include <limits>
#include <memory>

namespace sigla {
namespace {

constexpr std::size_t kKeySizeMax = 64U << 10U;

template <auto function>
struct FreeBy {
  template <typename T>
  void operator()(T* object) const {
    function(object);
  }
};
using KeyPtr = std::unique_ptr<EVP_PKEY, FreeBy<EVP_PKEY_free>>;
using ContextPtr = std::unique_ptr<EVP_MD_CTX, FreeBy<EVP_MD_CTX_free>>;
using BioPtr = std::unique_ptr<BIO, FreeBy<BIO_free>>;

// A key that is encrypted is not asked for its password on some terminal.
int refuse_password(char*, int, int, void*) { return -1; }

Result<KeyPtr> parse_key(std::string_view text) {
  const auto wrong = [] {
    return make_error(ErrorCode::kInvalidArgument, "private key: no RSA key in PEM");
  };
  if (text.size() > kKeySizeMax) return wrong();
  std::string pem(text);
  if (pem.find("-----BEGIN") == std::string::npos) {
    pem = "-----BEGIN PRIVATE KEY-----\n" + pem + "\n-----END PRIVATE KEY-----\n";
  }
  const BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  KeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, refuse_password, nullptr));
  if (key == nullptr || EVP_PKEY_base_id(key.get()) != EVP_PKEY_RSA) return wrong();
  return key;
}

}  // namespace

Sha256Digest hmac_sha256(Bytes key, std::string_view message) {
  Sha256Digest digest{};
  unsigned size = 0;
  const Bytes text = as_bytes(message);
  SIGLA_CHECK(key.size() <= std::numeric_limits<int>::max());
  SIGLA_CHECK(HMAC(EVP_sha256(),
                   key.data(),
                   static_cast<int>(key.size()),
                   text.data(),
                   text.size(),
                   digest.data(),
                   &size) != nullptr);
  return digest;
}

Result<Buffer> sign_rs256(std::string_view private_key, std::string_view message) {
  SIGLA_TRY_ASSIGN(const KeyPtr key, parse_key(private_key));
  const ContextPtr context(EVP_MD_CTX_new());
  const Bytes text = as_bytes(message);
  std::size_t size = 0;
  Buffer signature(static_cast<std::size_t>(std::max(EVP_PKEY_size(key.get()), 0)));
  size = signature.size();
  const bool is_signed =
      EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
      EVP_DigestSign(context.get(), signature.data(), &size, text.data(), text.size()) == 1;
  if (!is_signed) {
    return make_error(ErrorCode::kInvalidArgument, "private key: cannot sign with it");
  }
  signature.resize(size);
  return signature;
}

std::string base64url(Bytes bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  auto* const out = static_cast<unsigned char*>(static_cast<void*>(text.data()));
  const int size = EVP_EncodeBlock(out, bytes.data(), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  while (text.ends_with('=')) text.pop_back();
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  return text;
}

}  // namespace sigla
