// SPDX-License-Identifier: Apache-2.0
// The signature was computed by an implementation of our own in Python; that a server takes it is
// tested with one that verifies it (tests/e2e).
#include "upstream/s3_request.h"

#include <gmock/gmock.h>

namespace sigla {
namespace {

using testing::Contains;
using testing::IsEmpty;
using testing::Pair;

constexpr std::time_t kTime = 1'369'353'600;  // 2013-05-24T00:00:00Z

Source bucket() {
  Source source;
  source.type = SourceType::kS3;
  source.bucket = "examplebucket";
  source.prefix = "sym";
  source.region = "us-east-1";
  source.access_key = "AKIAIOSFODNN7EXAMPLE";
  source.secret_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
  return source;
}

TEST(S3Request, IsSigned) {
  const auto request = s3_request(bucket(), "GET", "a+b/f.pdb", kTime);
  EXPECT_EQ(request.url, "https://examplebucket.s3.us-east-1.amazonaws.com/sym/a%2Bb/f.pdb");
  EXPECT_THAT(request.headers, Contains(Pair("x-amz-date", "20130524T000000Z")));
  EXPECT_THAT(
      request.headers,
      Contains(Pair("Authorization",
                    "AWS4-HMAC-SHA256 "
                    "Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
                    "SignedHeaders=host;x-amz-content-sha256;x-amz-date, "
                    "Signature=f852c23b6994bff4e28dc4b3e93f7e92ae01dc7bb6c7e376cf55e184d37417d8")));
}

TEST(S3Request, IsUnsignedWithoutKeys) {
  Source source = bucket();
  source.access_key.clear();
  EXPECT_THAT(s3_request(source, "HEAD", "a", kTime).headers, IsEmpty());
}

TEST(S3Request, HasTheBucketInThePathOfOtherServices) {
  Source source = bucket();
  source.endpoint = "http://127.0.0.1:9000/";
  EXPECT_EQ(s3_request(source, "GET", "a/b", kTime).url,
            "http://127.0.0.1:9000/examplebucket/sym/a/b");
  source.endpoint = "minio.example/s3";
  EXPECT_EQ(s3_request(source, "GET", "a", kTime).url,
            "https://minio.example/s3/examplebucket/sym/a");
}

TEST(S3Request, HasABucketWithDotsInThePath) {
  Source source = bucket();
  source.bucket = "my.bucket";
  source.prefix.clear();
  source.region = "cn-north-1";
  EXPECT_EQ(s3_request(source, "GET", "a", kTime).url,
            "https://s3.cn-north-1.amazonaws.com.cn/my.bucket/a");
}

TEST(S3Error, ReadsCodeAndMessage) {
  EXPECT_EQ(s3_error("<?xml version=\"1.0\"?><Error><Code>NoSuchKey</Code></Error>"), "NoSuchKey");
  EXPECT_EQ(s3_error("<Error><Code>A</Code><Message>b c</Message></Error>"), "A: b c");
  EXPECT_EQ(s3_error("<Error><Code>A"), "");
  EXPECT_EQ(s3_error("plain"), "");
}

}  // namespace
}  // namespace sigla
