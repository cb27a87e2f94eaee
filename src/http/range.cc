// SPDX-License-Identifier: Apache-2.0
#include "http/range.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace sigla::http {
namespace {

// Starts at the range and ends with it.
class RangeStream final : public BodyStream {
 public:
  RangeStream(std::unique_ptr<BodyStream> whole, ByteRange range)
      : whole_(std::move(whole)), range_(range) {}

  Result<std::size_t> read(MutableBytes buffer) override {
    if (!is_placed_) SIGLA_TRY(whole_->seek(range_.offset));
    is_placed_ = true;
    const std::size_t wanted = std::min<std::uint64_t>(buffer.size(), range_.size);
    if (wanted == 0) return std::size_t{0};
    SIGLA_TRY_ASSIGN(const std::size_t count, whole_->read(buffer.first(wanted)));
    range_.size -= count;
    return count;
  }

 private:
  std::unique_ptr<BodyStream> whole_;
  ByteRange range_;
  bool is_placed_ = false;
};

struct CutBody {
  ByteRange range;

  void operator()(std::string& text) const { text = text.substr(range.offset, range.size); }
  void operator()(std::shared_ptr<const std::string>& text) const {
    text = std::make_shared<const std::string>(text->substr(range.offset, range.size));
  }
  void operator()(FileBody& file) const {
    file.offset += range.offset;
    file.size = range.size;
  }
  void operator()(StreamBody& stream) const {
    stream.stream = std::make_unique<RangeStream>(std::move(stream.stream), range);
    stream.size = range.size;
  }
};

bool takes_ranges(const Response& response) {
  if (response.status != 200) return false;
  const auto* const stream = std::get_if<StreamBody>(&response.body);
  return stream == nullptr || (stream->size.has_value() && stream->stream->can_seek());
}

// If-Range names the version the client has part of; any other is sent whole. Weak tags never
// match.
bool same_version(const Request& request, const Response& response) {
  const auto condition = request.header("If-Range");
  if (!condition.has_value()) return true;
  if (condition->starts_with('"')) return condition == response.header("ETag");
  return !condition->starts_with("W/") && condition == response.header("Last-Modified");
}

}  // namespace

RangeAnswer parse_range(std::string_view value, std::uint64_t content_size) {
  value = trim(value);
  if (value.size() < 6 || !equals_ignoring_case(value.substr(0, 6), "bytes=")) return {};
  value = trim(value.substr(6));
  const std::size_t dash = value.find('-');
  if (dash == std::string_view::npos || value.find(',') != std::string_view::npos) return {};
  const std::string_view first_text = trim(value.substr(0, dash));
  const std::string_view last_text = trim(value.substr(dash + 1));
  const auto first = parse_decimal(first_text);
  const auto last = parse_decimal(last_text);
  if ((!first_text.empty() && !first.has_value()) || (!last_text.empty() && !last.has_value())) {
    return {};
  }
  if (!first.has_value()) {
    if (!last.has_value()) return {};
    const std::uint64_t size = std::min(*last, content_size);
    if (size == 0) return {RangeAnswer::Kind::kUnsatisfiable, {}};
    return {RangeAnswer::Kind::kPart, {content_size - size, size}};
  }
  if (last.has_value() && *last < *first) return {};
  if (*first >= content_size) return {RangeAnswer::Kind::kUnsatisfiable, {}};
  const std::uint64_t end = std::min(last.value_or(UINT64_MAX), content_size - 1) + 1;
  return {RangeAnswer::Kind::kPart, {*first, end - *first}};
}

void apply_range(const Request& request, Response& response) {
  if (!takes_ranges(response)) return;
  response.headers.emplace_back("Accept-Ranges", "bytes");
  const auto value = request.header("Range");
  if (!value.has_value() || (request.method != "GET" && request.method != "HEAD") ||
      !same_version(request, response)) {
    return;
  }
  const std::uint64_t size = *response.body_size();
  const RangeAnswer answer = parse_range(*value, size);
  if (answer.kind == RangeAnswer::Kind::kWhole) return;
  if (answer.kind == RangeAnswer::Kind::kUnsatisfiable) {
    response.status = 416;
    response.headers.emplace_back("Content-Range", fmt::format("bytes */{}", size));
    response.body = std::string();
    return;
  }
  response.status = 206;
  const std::uint64_t last = answer.range.offset + answer.range.size - 1;
  response.headers.emplace_back("Content-Range",
                                fmt::format("bytes {}-{}/{}", answer.range.offset, last, size));
  std::visit(CutBody{answer.range}, response.body);
}

}  // namespace sigla::http
