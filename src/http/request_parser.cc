// SPDX-License-Identifier: Apache-2.0
#include "http/request_parser.h"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/http/verb.hpp>
#include <cstring>

#include "base/text.h"
#include "http/target.h"

namespace sigla::http {
namespace {

namespace beast = boost::beast;
using BeastError = beast::error_code;
using BeastView = beast::string_view;
using Field = beast::http::field;

std::string_view view(BeastView text) { return {text.data(), text.size()}; }

bool is_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Beast joins folded lines; RFC 9112 section 5.2 wants them refused.
bool has_folded_line(std::string_view head) {
  const auto next_end = [&](std::size_t from) { return head.find('\n', from); };
  for (std::size_t at = next_end(0); at != std::string_view::npos; at = next_end(at + 1)) {
    if (at + 1 < head.size() && (head[at + 1] == ' ' || head[at + 1] == '\t')) return true;
  }
  return false;
}

}  // namespace

// Beast calls back with every piece it recognises.
class RequestParser::Impl final : public beast::http::basic_parser<true> {
 public:
  Impl(const Limits& limits, Request& request) : limits_(limits), request_(request) {
    header_limit(limits.http_header_size_max);
    body_limit(boost::none);
    eager(false);
  }

  std::size_t parse_head(Bytes bytes) {
    std::size_t skipped = 0;
    // Some old clients end a body with an extra line end (RFC 9112 section 2.2).
    while (may_skip() && bytes.size() - skipped >= 2 && bytes[skipped] == '\r' &&
           bytes[skipped + 1] == '\n') {
      skipped += 2;
      skipped_size_ += 2;
    }
    const Bytes rest = bytes.subspan(skipped);
    const bool is_half_a_line_end = may_skip() && rest.size() == 1 && rest[0] == '\r';
    if (rest.empty() || is_half_a_line_end) return skipped;
    BeastError error;
    const std::size_t used = put({rest.data(), rest.size()}, error);
    head_size_ += used;
    look_for_folds(as_text(rest.subspan(0, used)));
    if (error && error != beast::http::error::need_more) {
      refuse(error);
      return skipped + used;
    }
    if (!is_header_done()) {
      if (head_size_ + rest.size() - used >= limits_.http_header_size_max) refuse_size();
      return skipped + used;
    }
    if (is_folded_) refuse(400, "folded header lines are obsolete");
    eager(true);
    check_head();
    return skipped + used;
  }

  BodyStep parse_body(MutableBytes buffer) {
    BodyStep step;
    if (refusal_.has_value()) return step;
    out_ = buffer.data();
    out_size_ = 0;
    while (step.used < buffer.size() && !is_done()) {
      BeastError error;
      const std::size_t used = put({buffer.data() + step.used, buffer.size() - step.used}, error);
      step.used += used;
      if (error == beast::http::error::need_more) break;
      if (error) {
        refuse(error);
        break;
      }
      if (used == 0) break;
    }
    step.size = out_size_;
    return step;
  }

  bool is_http_1_1() const { return version_ >= 11; }
  bool expects_continue() const { return expects_continue_; }
  const std::optional<Refusal>& refusal() const { return refusal_; }
  bool has_request_line() const { return version_ != 0; }

 private:
  void on_request_impl(
      beast::http::verb, BeastView method, BeastView target, int version, BeastError&) override {
    version_ = version;
    request_.method = view(method);
    request_.target = view(target);
  }
  void on_response_impl(int, BeastView, int, BeastError&) override {}

  void on_field_impl(Field kind, BeastView name, BeastView value, BeastError&) override {
    if (is_header_done()) return;  // trailers of a chunked body: nobody asked for them
    request_.headers.emplace_back(view(name), view(value));
    if (kind == Field::host) ++host_count_;
    if (kind == Field::expect) {
      expects_continue_ = equals_ignoring_case(view(value), "100-continue");
    }
    if (kind == Field::content_length) {
      if (content_length_count_++ > 0 || !is_digits(view(value))) bad_length_ = true;
    }
    if (kind == Field::transfer_encoding) {
      has_transfer_encoding_ = true;
      if (!equals_ignoring_case(view(value), "chunked")) unknown_coding_ = true;
    }
  }

  void on_header_impl(BeastError&) override {}
  void on_body_init_impl(boost::optional<std::uint64_t> const&, BeastError&) override {}
  std::size_t on_body_impl(BeastView body, BeastError&) override { return keep(body); }
  void on_chunk_header_impl(std::uint64_t, BeastView, BeastError&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, BeastView body, BeastError&) override {
    return keep(body);
  }
  void on_finish_impl(BeastError&) override {}

  // The head comes in pieces, which Beast takes off at lines' ends.
  void look_for_folds(std::string_view piece) {
    if (piece.empty()) return;
    const bool continues = ends_line_ && (piece[0] == ' ' || piece[0] == '\t');
    is_folded_ = is_folded_ || continues || has_folded_line(piece);
    ends_line_ = piece.back() == '\n';
  }

  bool may_skip() const {
    constexpr std::size_t kSkippedSizeMax = 4;
    return !got_some() && skipped_size_ < kSkippedSizeMax;
  }

  std::size_t keep(BeastView body) {
    std::uint8_t* to = out_ + out_size_;
    if (to != static_cast<const void*>(body.data())) std::memmove(to, body.data(), body.size());
    out_size_ += body.size();
    return body.size();
  }

  void check_head() {
    if (head_size_ > limits_.http_header_size_max) return refuse_size();
    if (bad_length_) return refuse(400, "Content-Length must be one number");
    if (unknown_coding_) return refuse(501, "the only transfer coding is chunked");
    if (has_transfer_encoding_ && !is_http_1_1()) {
      return refuse(400, "HTTP/1.0 has no Transfer-Encoding");
    }
    if (host_count_ > 1 || (host_count_ == 0 && is_http_1_1())) {
      return refuse(400, "there must be one Host header");
    }
    if (request_.target.size() > limits_.http_target_size_max) {
      return refuse(414, "the request target is too long");
    }
    if (!split_target(request_) && request_.target != "*") {
      return refuse(400, "the request target is no path");
    }
  }

  void refuse(int status, std::string_view reason) {
    if (!refusal_.has_value()) refusal_ = Refusal{status, std::string(reason)};
  }
  void refuse(const BeastError& error) {
    if (error == beast::http::error::header_limit) return refuse_size();
    if (error == beast::http::error::bad_version) {
      return refuse(505, "only HTTP/1.0 and HTTP/1.1 are spoken here");
    }
    refuse(400, "malformed HTTP: " + error.message());
  }
  void refuse_size() {
    if (version_ == 0) return refuse(414, "the request target is too long");
    refuse(431, "the header fields are too large");
  }

  const Limits& limits_;
  Request& request_;
  std::optional<Refusal> refusal_;
  std::size_t skipped_size_ = 0;  // line ends before the request
  std::size_t head_size_ = 0;
  bool ends_line_ = false;  // what there is of the head
  bool is_folded_ = false;
  std::uint8_t* out_ = nullptr;
  std::size_t out_size_ = 0;
  int version_ = 0;
  int host_count_ = 0;
  int content_length_count_ = 0;
  bool bad_length_ = false;
  bool has_transfer_encoding_ = false;
  bool unknown_coding_ = false;
  bool expects_continue_ = false;
};

RequestParser::RequestParser(const Limits& limits) : limits_(limits) {}
RequestParser::~RequestParser() = default;

void RequestParser::reset(Request& request) {
  request.clear();
  impl_ = std::make_unique<Impl>(limits_, request);
}

std::size_t RequestParser::parse_head(Bytes bytes) { return impl_->parse_head(bytes); }
RequestParser::BodyStep RequestParser::parse_body(MutableBytes buffer) {
  return impl_->parse_body(buffer);
}
bool RequestParser::head_done() const { return impl_->is_header_done(); }
bool RequestParser::done() const { return impl_->is_done(); }
bool RequestParser::keep_alive() const { return impl_->keep_alive(); }
bool RequestParser::is_http_1_1() const { return impl_->is_http_1_1(); }
bool RequestParser::expects_continue() const { return impl_->expects_continue(); }
bool RequestParser::has_body() const {
  return impl_->chunked() || impl_->content_length().value_or(0) > 0;
}
std::optional<std::uint64_t> RequestParser::content_length() const {
  const auto length = impl_->content_length();
  if (!length.has_value()) return std::nullopt;
  return *length;
}
const std::optional<Refusal>& RequestParser::refusal() const { return impl_->refusal(); }

}  // namespace sigla::http
