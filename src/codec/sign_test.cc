// SPDX-License-Identifier: Apache-2.0
#include "codec/sign.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "base/text.h"
#include "testing/matchers.h"

namespace sigla {
namespace {

TEST(Hmac, AgreesWithRfc4231) {
  EXPECT_EQ(hex_lower(hmac_sha256(as_bytes("Jefe"), "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Base64Url, HasNoPaddingAndItsOwnAlphabet) {
  EXPECT_EQ(base64url({}), "");
  EXPECT_EQ(base64url(as_bytes("f")), "Zg");
  EXPECT_EQ(base64url(as_bytes("foobar")), "Zm9vYmFy");
  const Buffer bytes = {0xfb, 0xff, 0xbf};
  EXPECT_EQ(base64url(bytes), "-_-_");
}

class RsaTest : public testing::Test {
 protected:
  RsaTest() : key_(EVP_RSA_gen(2048)) {
    BIO* const bio = BIO_new(BIO_s_mem());
    PEM_write_bio_PrivateKey(bio, key_, nullptr, nullptr, 0, nullptr, nullptr);
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    pem_.assign(data, static_cast<std::size_t>(size));
    BIO_free(bio);
  }
  ~RsaTest() override { EVP_PKEY_free(key_); }

  bool is_valid(const Buffer& signature, std::string_view message) const {
    EVP_MD_CTX* const context = EVP_MD_CTX_new();
    const Bytes text = as_bytes(message);
    const bool valid =
        EVP_DigestVerifyInit(context, nullptr, EVP_sha256(), nullptr, key_) == 1 &&
        EVP_DigestVerify(context, signature.data(), signature.size(), text.data(), text.size()) ==
            1;
    EVP_MD_CTX_free(context);
    return valid;
  }
  EVP_PKEY* key_;
  std::string pem_;
};

TEST_F(RsaTest, SignsWhatThePublicKeyVerifies) {
  ASSERT_OK_AND_ASSIGN(const Buffer signature, sign_rs256(pem_, "header.claims"));
  EXPECT_TRUE(is_valid(signature, "header.claims"));
  EXPECT_FALSE(is_valid(signature, "header.claims2"));
}

TEST_F(RsaTest, TakesTheInsideOfAPem) {
  std::string inside = pem_.substr(pem_.find('\n') + 1);
  inside.resize(inside.find("-----END") - 1);
  ASSERT_OK_AND_ASSIGN(const Buffer signature, sign_rs256(inside, "x"));
  EXPECT_TRUE(is_valid(signature, "x"));
}

TEST(Rsa, RefusesWhatIsNoKey) {
  EXPECT_THAT(sign_rs256("", "x"), IsError(ErrorCode::kInvalidArgument, "no RSA key"));
  EXPECT_THAT(sign_rs256("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "x"),
              IsError(ErrorCode::kInvalidArgument, "no RSA key"));
  EXPECT_THAT(sign_rs256(std::string(1U << 20U, 'A'), "x"),
              IsError(ErrorCode::kInvalidArgument, "no RSA key"));
}

}  // namespace
}  // namespace sigla
