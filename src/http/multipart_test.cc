// SPDX-License-Identifier: Apache-2.0
#include "http/multipart.h"

#include <gmock/gmock.h>

#include "testing/matchers.h"

namespace sigla::http {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

Result<std::vector<FormPart>> parse(std::string_view body, std::string_view boundary = "b") {
  return parse_multipart(as_bytes(body), boundary, Limits());
}
std::string content(std::string_view body, const FormPart& part) {
  return std::string(body.substr(part.offset, part.size));
}

constexpr std::string_view kForm =
    "--b\r\nContent-Disposition: form-data; name=\"tag\"\r\n\r\nv1.2\r\n"
    "--b\r\nContent-Disposition: form-data; name=\"upload_file\"; filename=\"a.pdb\"\r\n"
    "Content-Type: application/octet-stream\r\n\r\nBIN\r\n--bARY\r\n\r\n--b--\r\n";

TEST(Multipart, ReadsFieldsAndFiles) {
  ASSERT_OK_AND_ASSIGN(const auto parts, parse(kForm));
  ASSERT_THAT(parts, SizeIs(2));
  EXPECT_EQ(find_part(parts, "tag")->value, "v1.2");
  EXPECT_FALSE(parts[0].file_name.has_value());
  const FormPart& file = *find_part(parts, "upload_file");
  EXPECT_EQ(file.file_name, "a.pdb");
  EXPECT_EQ(file.content_type, "application/octet-stream");
  EXPECT_EQ(file.value, "");
  EXPECT_EQ(content(kForm, file), "BIN\r\n--bARY\r\n");
  EXPECT_EQ(find_part(parts, "other"), nullptr);
}

TEST(Multipart, ReadsAFileInPlace) {
  ASSERT_OK_AND_ASSIGN(const File file, File::create_in_memory("form"));
  std::string body(kForm);
  const std::string large(3'000'000, '-');
  body.insert(body.find("BIN"), large);
  ASSERT_THAT(file.write_all(as_bytes(body)), IsOk());
  ASSERT_OK_AND_ASSIGN(const auto parts, parse_multipart(file, "b", Limits()));
  ASSERT_THAT(parts, SizeIs(2));
  EXPECT_EQ(content(body, parts[1]), large + "BIN\r\n--bARY\r\n");
}

TEST(Multipart, ToleratesWhatUploadersWrite) {
  const auto only = [](std::string_view body) {
    const auto parts = parse(body);
    EXPECT_THAT(parts, IsOk());
    return parts.has_value() && parts->size() == 1
               ? content(body, parts->front()) + "|" + parts->front().name + "|" +
                     parts->front().file_name.value_or("none")
               : "not one part";
  };
  EXPECT_EQ(only("--b\nContent-Disposition: form-data; name=x\n\nY\n--b--"), "Y|x|none");
  EXPECT_EQ(only("pre\r\namble\r\n--b \t\r\nCONTENT-disposition:form-data;NAME=x;filename=f.so\r\n"
                 "X-Other: 1\r\n\r\nY\r\n--b--\r\nepilogue --b"),
            "Y|x|f.so");
  EXPECT_EQ(only("--b\r\nContent-Disposition: form-data; name=\"a\\\"b\"; filename=\"C:\\d\\f.pdb\""
                 "\r\n\r\nY\n--b--\r\n"),
            "Y|a\"b|C:\\d\\f.pdb");
  EXPECT_EQ(only("--b\r\nContent-Disposition: form-data; name=x; filename=\"e.pdb\";\r\n"
                 " filename*=utf-8''%e2%82%ac.pdb\r\n\r\nY\r\n--b--"),
            "Y|x|\xe2\x82\xac.pdb");
  EXPECT_EQ(only("--b\r\nContent-Disposition: form-data; name=x; filename=\"\"\r\n\r\n--b--"),
            "|x|");
  EXPECT_EQ(only("--b\r\n\r\nY\r\n--b--"), "Y||none");
}

TEST(Multipart, FindsNoBoundaryInsideALine) {
  const std::string_view body = "--b\r\n\r\nx--b--\r\n--bb\r\n--b-\r\n--b x\r\n\n--b--";
  ASSERT_OK_AND_ASSIGN(const auto parts, parse(body));
  ASSERT_THAT(parts, SizeIs(1));
  EXPECT_EQ(parts[0].value, "x--b--\r\n--bb\r\n--b-\r\n--b x\r\n");
}

TEST(Multipart, RejectsEveryTruncation) {
  const std::string_view body = kForm.substr(0, kForm.size() - 2);
  for (std::size_t size = 0; size < body.size(); ++size) {
    EXPECT_THAT(parse(body.substr(0, size)), IsError(ErrorCode::kMalformed, "multipart body"))
        << size;
  }
}

TEST(Multipart, IsTheSameInPiecesOfAnySize) {
  ASSERT_OK_AND_ASSIGN(const auto whole, parse(kForm));
  for (std::size_t size = 1; size < kForm.size(); ++size) {
    const Limits limits;
    MultipartParser parser("b", limits);
    for (std::size_t at = 0; at < kForm.size(); at += size) {
      ASSERT_THAT(parser.feed(as_bytes(kForm.substr(at, size))), IsOk());
    }
    ASSERT_OK_AND_ASSIGN(const auto parts, std::move(parser).finish());
    ASSERT_EQ(parts.size(), whole.size()) << size;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      EXPECT_EQ(parts[i].offset, whole[i].offset) << size;
      EXPECT_EQ(parts[i].size, whole[i].size) << size;
      EXPECT_EQ(parts[i].value, whole[i].value) << size;
    }
  }
}

TEST(Multipart, BoundsPartsAndFields) {
  Limits limits;
  limits.multipart_part_count_max = 1;
  EXPECT_THAT(parse_multipart(as_bytes(kForm), "b", limits),
              IsError(ErrorCode::kLimitExceeded, "more than 1 parts"));
  limits.multipart_part_count_max = 2;
  limits.multipart_field_size_max = 3;
  ASSERT_OK_AND_ASSIGN(const auto parts, parse_multipart(as_bytes(kForm), "b", limits));
  EXPECT_EQ(parts[0].value, "");
  EXPECT_EQ(parts[0].size, 4U);
  EXPECT_THAT(parse("--b\r\nX: " + std::string(20'000, 'a') + "\r\n\r\n\r\n--b--"),
              IsError(ErrorCode::kLimitExceeded, "headers"));
}

TEST(Multipart, ReadsTheBoundary) {
  EXPECT_EQ(multipart_boundary("multipart/form-data; boundary=abc"), "abc");
  EXPECT_EQ(multipart_boundary("Multipart/Form-Data; charset=x; Boundary=\"a b;c\""), "a b;c");
  EXPECT_EQ(multipart_boundary("application/json; boundary=abc"), std::nullopt);
  EXPECT_EQ(multipart_boundary("multipart/form-data"), std::nullopt);
  EXPECT_EQ(multipart_boundary("multipart/form-data; boundary=" + std::string(300, 'a')),
            std::nullopt);
}

}  // namespace
}  // namespace sigla::http
