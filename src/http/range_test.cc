// SPDX-License-Identifier: Apache-2.0
#include "http/range.h"

#include <gmock/gmock.h>

#include "testing/matchers.h"

namespace sigla::http {
namespace {

using Kind = RangeAnswer::Kind;

struct Case {
  const char* value;
  std::uint64_t size;
  Kind kind;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

TEST(Range, ReadsOneRange) {
  for (const Case& c : {
           Case{"bytes=0-0", 10, Kind::kPart, 0, 1},
           Case{"bytes=2-5", 10, Kind::kPart, 2, 4},
           Case{"bytes=2-500", 10, Kind::kPart, 2, 8},
           Case{"Bytes= 2 - ", 10, Kind::kPart, 2, 8},
           Case{"bytes=-3", 10, Kind::kPart, 7, 3},
           Case{"bytes=-30", 10, Kind::kPart, 0, 10},
           Case{"bytes=9-18446744073709551615", 10, Kind::kPart, 9, 1},
           Case{"bytes=10-", 10, Kind::kUnsatisfiable},
           Case{"bytes=0-0", 0, Kind::kUnsatisfiable},
           Case{"bytes=-0", 10, Kind::kUnsatisfiable},
           Case{"bytes=-1", 0, Kind::kUnsatisfiable},
           Case{"bytes=5-2", 10, Kind::kWhole},
           Case{"bytes=0-1,3-4", 10, Kind::kWhole},
           Case{"bytes=", 10, Kind::kWhole},
           Case{"bytes=-", 10, Kind::kWhole},
           Case{"bytes=a-b", 10, Kind::kWhole},
           Case{"bytes=99999999999999999999-", 10, Kind::kWhole},
           Case{"lines=1-2", 10, Kind::kWhole},
           Case{"", 10, Kind::kWhole},
       }) {
    const RangeAnswer answer = parse_range(c.value, c.size);
    EXPECT_EQ(answer.kind, c.kind) << c.value;
    EXPECT_EQ(answer.range.offset, c.offset) << c.value;
    EXPECT_EQ(answer.range.size, c.length) << c.value;
  }
}

Request get(Headers headers) {
  Request request;
  request.method = "GET";
  request.headers = std::move(headers);
  return request;
}

TEST(Range, CutsTextAndFiles) {
  Response text = Response::text(200, "0123456789");
  apply_range(get({{"Range", "bytes=2-4"}}), text);
  EXPECT_EQ(text.status, 206);
  EXPECT_EQ(std::get<std::string>(text.body), "234");
  EXPECT_EQ(text.header("Content-Range"), "bytes 2-4/10");
  EXPECT_EQ(text.header("Accept-Ranges"), "bytes");

  Response file;
  file.body = FileBody{nullptr, 100, 50};
  apply_range(get({{"Range", "bytes=-10"}}), file);
  EXPECT_EQ(std::get<FileBody>(file.body).offset, 140U);
  EXPECT_EQ(std::get<FileBody>(file.body).size, 10U);
}

TEST(Range, AnswersWhatIsOutside) {
  Response response = Response::text(200, "0123456789");
  apply_range(get({{"Range", "bytes=10-"}}), response);
  EXPECT_EQ(response.status, 416);
  EXPECT_EQ(response.header("Content-Range"), "bytes */10");
  EXPECT_EQ(response.body_size(), 0U);
}

TEST(Range, SendsTheWholeWhenTheVersionChanged) {
  const auto status = [](std::string_view condition) {
    Response response = Response::text(200, "0123456789")
                            .with("ETag", "\"a\"")
                            .with("Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT");
    apply_range(get({{"Range", "bytes=0-1"}, {"If-Range", std::string(condition)}}), response);
    return response.status;
  };
  EXPECT_EQ(status("\"a\""), 206);
  EXPECT_EQ(status("\"b\""), 200);
  EXPECT_EQ(status("W/\"a\""), 200);
  EXPECT_EQ(status("Sun, 06 Nov 1994 08:49:37 GMT"), 206);
  EXPECT_EQ(status("Sun, 06 Nov 1994 08:49:38 GMT"), 200);
}

class Digits final : public BodyStream {
 public:
  Result<std::size_t> read(MutableBytes buffer) override {
    std::size_t count = 0;
    while (count < buffer.size() && count < 3 && at_ < 10) {
      buffer[count++] = static_cast<std::uint8_t>('0' + at_++);
    }
    return count;
  }
  bool can_seek() const override { return true; }
  Status seek(std::uint64_t offset) override {
    at_ = static_cast<int>(offset);
    return {};
  }

 private:
  int at_ = 0;
};

TEST(Range, SeeksInStreams) {
  Response response;
  response.body = StreamBody{std::make_unique<Digits>(), 10};
  apply_range(get({{"Range", "bytes=3-7"}}), response);
  ASSERT_EQ(response.status, 206);
  auto& body = std::get<StreamBody>(response.body);
  EXPECT_EQ(body.size, 5U);
  std::string content;
  Buffer piece(8);
  while (true) {
    ASSERT_OK_AND_ASSIGN(const std::size_t count, body.stream->read(piece));
    if (count == 0) break;
    content += as_text(Bytes(piece).first(count));
  }
  EXPECT_EQ(content, "34567");
}

TEST(Range, LeavesOtherAnswersAlone) {
  Response missing = Response::text(404, "0123456789");
  apply_range(get({{"Range", "bytes=0-1"}}), missing);
  EXPECT_EQ(missing.status, 404);
  Response unknown;
  unknown.body = StreamBody{std::make_unique<Digits>(), std::nullopt};
  apply_range(get({{"Range", "bytes=0-1"}}), unknown);
  EXPECT_EQ(unknown.status, 200);
}

}  // namespace
}  // namespace sigla::http
