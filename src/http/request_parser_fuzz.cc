// SPDX-License-Identifier: Apache-2.0
// A connection's bytes whole and in pieces must give the same requests. The first byte is the
// size of the pieces.
#include "base/result.h"
#include "http/input_buffer.h"
#include "http/request_parser.h"

namespace {

using sigla::http::InputBuffer;
using sigla::http::Request;
using sigla::http::RequestParser;

// One line for each request: what was parsed, and how it ended.
std::string serve(sigla::Bytes input, std::size_t piece_size) {
  const sigla::Limits limits;
  RequestParser parser(limits);
  Request request;
  InputBuffer in;
  std::string seen;
  parser.reset(request);
  while (true) {
    bool progress = false;
    if (!parser.head_done()) {
      const std::size_t used = parser.parse_head(in.bytes());
      in.used(used);
      progress = used > 0;
    } else {
      const auto step = parser.parse_body(in.mutable_bytes());
      SIGLA_CHECK(step.size <= step.used && step.used <= in.bytes().size());
      request.body += sigla::as_text(in.bytes().first(step.size));
      in.used(step.used);
      progress = step.used > 0;
    }
    if (parser.refusal().has_value()) return seen + std::to_string(parser.refusal()->status);
    if (parser.head_done() && parser.done()) {
      seen += request.method + " " + request.path + " " + request.body + "\n";
      for (const auto& header : request.headers) seen += header.first + ":" + header.second + "\n";
      parser.reset(request);
      continue;
    }
    if (progress) continue;
    if (input.empty()) return seen;
    const std::size_t size = std::min(piece_size, input.size());
    in.append(input.first(size));
    input = input.subspan(size);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2 || size > 4096) return 0;  // under every size limit, which depend on timing
  // A head is brought to its end: whether Beast sees a line feed without its carriage return before
  // that depends on where the pieces are cut.
  std::string text(sigla::as_text(sigla::Bytes(data + 1, size - 1)));
  text += "\r\n\r\n";
  const sigla::Bytes input = sigla::as_bytes(text);
  const std::string whole = serve(input, input.size());
  SIGLA_CHECK(whole == serve(input, std::size_t{data[0]} + 1));
  return 0;
}
