// SPDX-License-Identifier: Apache-2.0
// multipart/form-data (RFC 7578) as real uploaders write it: bare line feeds, quotes or none,
// preambles, a missing last line end. Content is never copied: a part is a range of the body.
//
//   if (auto boundary = multipart_boundary(*request.header("Content-Type"))) {
//     SIGLA_TRY_ASSIGN(const auto parts, parse_multipart(request.body_file, *boundary, limits));
//     const FormPart* file = find_part(parts, "upload_file");
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/limits.h"
#include "http/request.h"
#include "os/file.h"

namespace sigla::http {

struct FormPart {
  std::string name;
  std::optional<std::string> file_name;  // present: a file, even when it is empty
  std::string content_type;
  std::uint64_t offset = 0;  // of the content, in the body
  std::uint64_t size = 0;
  // The content of a part without a file name, when it has at most
  // Limits::multipart_field_size_max bytes; empty for all others.
  std::string value;
};

// The boundary of a Content-Type that is multipart/*; nothing for any other.
std::optional<std::string> multipart_boundary(std::string_view content_type);

// A body in memory or in a file (from its start, whatever the file position), in order.
// kMalformed when there is no closing boundary, kLimitExceeded for too many parts.
Result<std::vector<FormPart>> parse_multipart(Bytes body,
                                              std::string_view boundary,
                                              const Limits& limits);
Result<std::vector<FormPart>> parse_multipart(const File& body,
                                              std::string_view boundary,
                                              const Limits& limits);

// The first part of that name, or null.
const FormPart* find_part(const std::vector<FormPart>& parts, std::string_view name);

// What the two functions above are made of: takes the body in pieces of any size.
class MultipartParser {
 public:
  MultipartParser(std::string_view boundary, const Limits& limits);
  Status feed(Bytes piece);
  Result<std::vector<FormPart>> finish() &&;

 private:
  enum class State { kPreamble, kHeaders, kContent, kEpilogue };
  struct Delimiter {
    std::size_t start = 0;  // the line end before it included
    std::size_t end = 0;    // the line end after it included
    bool is_last = false;
  };
  enum class Found { kYes, kNo, kNeedsMore };

  Status advance(bool at_end);
  Status read_headers(bool at_end, bool& progress);
  Status read_content(bool at_end, bool& progress);
  Found find_delimiter(bool at_end, Delimiter& delimiter, std::size_t& safe_size) const;
  void keep_value(std::string_view content);
  void drop(std::size_t size);
  Status open_part(std::string_view headers);

  std::string delimiter_;  // "--boundary"
  const Limits& limits_;
  State state_ = State::kPreamble;
  std::string window_;               // bytes not yet done with
  std::uint64_t window_offset_ = 0;  // of its first byte, in the body
  std::uint64_t line_start_ =
      0;  // where content begins: a delimiter there needs no line end before
  std::vector<FormPart> parts_;
};

}  // namespace sigla::http
