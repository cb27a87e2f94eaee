// SPDX-License-Identifier: Apache-2.0
#include "http/multipart.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "http/target.h"

namespace sigla::http {
namespace {

constexpr std::size_t kPieceSize = 1U << 20U;
constexpr std::size_t kHeadersSizeMax = 16U << 10U;  // of one part
constexpr std::size_t kBoundarySizeMax = 200;        // RFC 2046 allows 70

// Walks the parameters of "form-data; name=\"a\"; filename=b". Quotes are optional; of the
// backslash escapes only \" and \\ count, since browsers send Windows paths unescaped.
class Parameters {
 public:
  explicit Parameters(std::string_view value) : rest_(value) {
    rest_.remove_prefix(std::min(rest_.find(';'), rest_.size()));
  }

  bool next(std::string& name, std::string& value) {
    while (!rest_.empty() && (rest_[0] == ';' || rest_[0] == ' ' || rest_[0] == '\t')) {
      rest_.remove_prefix(1);
    }
    if (rest_.empty()) return false;
    const std::size_t end = std::min(rest_.find_first_of("=;"), rest_.size());
    name = lower(trim(rest_.substr(0, end)));
    rest_.remove_prefix(end);
    value.clear();
    if (!rest_.starts_with('=')) return true;
    rest_.remove_prefix(1);
    while (rest_.starts_with(' ')) rest_.remove_prefix(1);
    if (rest_.starts_with('"')) {
      take_quoted(value);
    } else {
      const std::size_t stop = std::min(rest_.find(';'), rest_.size());
      value = trim(rest_.substr(0, stop));
      rest_.remove_prefix(stop);
    }
    return true;
  }

 private:
  void take_quoted(std::string& value) {
    std::size_t i = 1;
    for (; i < rest_.size() && rest_[i] != '"'; ++i) {
      const bool escape =
          rest_[i] == '\\' && i + 1 < rest_.size() && (rest_[i + 1] == '"' || rest_[i + 1] == '\\');
      if (escape) ++i;
      value.push_back(rest_[i]);
    }
    rest_.remove_prefix(std::min(i + 1, rest_.size()));
    rest_.remove_prefix(std::min(rest_.find(';'), rest_.size()));
  }

  std::string_view rest_;
};

// "utf-8''%e2%82%ac.pdb" (RFC 8187), or nothing when it has no such form.
std::optional<std::string> extended_value(std::string_view value) {
  const std::size_t first = value.find('\'');
  const std::size_t second = first == value.npos ? value.npos : value.find('\'', first + 1);
  if (second == value.npos) return std::nullopt;
  return percent_decode(value.substr(second + 1));
}

void read_disposition(std::string_view value, FormPart& part) {
  Parameters parameters(value);
  std::string name;
  std::string text;
  bool is_extended = false;
  while (parameters.next(name, text)) {
    if (name == "name") part.name = text;
    if (name == "filename" && !is_extended) part.file_name = text;
    if (name == "filename*") {
      if (auto decoded = extended_value(text); decoded.has_value()) {
        part.file_name = std::move(decoded);
        is_extended = true;
      }
    }
  }
}

}  // namespace

std::optional<std::string> multipart_boundary(std::string_view content_type) {
  content_type = trim(content_type);
  if (!equals_ignoring_case(content_type.substr(0, 10), "multipart/")) return std::nullopt;
  Parameters parameters(content_type);
  std::string name;
  std::string value;
  while (parameters.next(name, value)) {
    if (name == "boundary" && !value.empty() && value.size() <= kBoundarySizeMax) return value;
  }
  return std::nullopt;
}

MultipartParser::MultipartParser(std::string_view boundary, const Limits& limits)
    : delimiter_("--" + std::string(boundary)), limits_(limits) {}

Status MultipartParser::feed(Bytes piece) {
  window_ += as_text(piece);
  return advance(false);
}

Result<std::vector<FormPart>> MultipartParser::finish() && {
  SIGLA_TRY(advance(true));
  if (state_ != State::kEpilogue) {
    return malformed("multipart body: no closing boundary before its end at offset {}",
                     window_offset_ + window_.size());
  }
  return std::move(parts_);
}

Status MultipartParser::advance(bool at_end) {
  bool progress = true;
  while (progress) {
    progress = false;
    switch (state_) {
      case State::kPreamble:
      case State::kContent:
        SIGLA_TRY(read_content(at_end, progress));
        break;
      case State::kHeaders:
        SIGLA_TRY(read_headers(at_end, progress));
        break;
      case State::kEpilogue:
        drop(window_.size());
        break;
    }
  }
  return {};
}

// A delimiter stands at the start of a line, and only "--" or blanks may follow it on that line.
// `safe_size` is how much of the window can be no part of one.
MultipartParser::Found MultipartParser::find_delimiter(bool at_end,
                                                       Delimiter& delimiter,
                                                       std::size_t& safe_size) const {
  std::size_t from = 0;
  while (true) {
    const std::size_t at = window_.find(delimiter_, from);
    if (at == std::string::npos) {
      const std::size_t tail = delimiter_.size() + 1;  // "\r\n" and all but its last byte
      safe_size = at_end ? window_.size() : window_.size() - std::min(window_.size(), tail);
      return Found::kNo;
    }
    from = at + 1;
    const bool at_start = at == 0 && window_offset_ == line_start_;
    if (!at_start && (at == 0 || window_[at - 1] != '\n')) continue;
    std::size_t start = at;
    if (start > 0) --start;
    if (start > 0 && window_[start - 1] == '\r') --start;
    std::size_t end = at + delimiter_.size();
    if (window_.size() - end < 2 && !at_end) {
      safe_size = start;
      return Found::kNeedsMore;
    }
    const bool is_last = window_.compare(end, 2, "--") == 0;
    if (is_last) end += 2;
    while (end < window_.size() && (window_[end] == ' ' || window_[end] == '\t')) ++end;
    if (end < window_.size() && window_[end] == '\r') ++end;
    if (end - at > delimiter_.size() + kHeadersSizeMax) continue;
    if (end < window_.size()) {
      if (window_[end] != '\n' && !is_last) continue;
      delimiter = {start, is_last ? end : end + 1, is_last};
      return Found::kYes;
    }
    if (at_end) {
      if (!is_last) continue;
      delimiter = {start, end, true};
      return Found::kYes;
    }
    safe_size = start;
    return Found::kNeedsMore;
  }
}

Status MultipartParser::read_content(bool at_end, bool& progress) {
  Delimiter delimiter;
  std::size_t safe_size = 0;
  const Found found = find_delimiter(at_end, delimiter, safe_size);
  if (found != Found::kYes) {
    if (state_ == State::kContent) keep_value(std::string_view(window_).substr(0, safe_size));
    drop(safe_size);
    return {};
  }
  if (state_ == State::kContent) {
    keep_value(std::string_view(window_).substr(0, delimiter.start));
    FormPart& part = parts_.back();
    part.size = window_offset_ + delimiter.start - part.offset;
    if (part.file_name.has_value() || part.size > limits_.multipart_field_size_max) {
      part.value.clear();
    }
  }
  drop(delimiter.end);
  state_ = delimiter.is_last ? State::kEpilogue : State::kHeaders;
  progress = true;
  return {};
}

// Up to the empty line; bare line feeds count, folded lines are joined.
Status MultipartParser::read_headers(bool at_end, bool& progress) {
  std::size_t line = 0;
  while (true) {
    const std::size_t end = window_.find('\n', line);
    if (end == std::string::npos) break;
    const std::size_t size = end - line;
    if (size == 0 || (size == 1 && window_[line] == '\r')) {
      SIGLA_TRY(open_part(std::string_view(window_).substr(0, line)));
      drop(end + 1);
      parts_.back().offset = line_start_ = window_offset_;
      state_ = State::kContent;
      progress = true;
      return {};
    }
    line = end + 1;
  }
  if (window_.size() > kHeadersSizeMax + 2) {  // the empty line included
    return make_error(ErrorCode::kLimitExceeded,
                      "multipart body: the headers of the part at offset {} are too long",
                      window_offset_);
  }
  if (at_end) {
    return malformed("multipart body: truncated part headers at offset {}", window_offset_);
  }
  return {};
}

Status MultipartParser::open_part(std::string_view headers) {
  if (parts_.size() >= limits_.multipart_part_count_max) {
    return make_error(ErrorCode::kLimitExceeded,
                      "multipart body: more than {} parts",
                      limits_.multipart_part_count_max);
  }
  if (headers.size() > kHeadersSizeMax) {
    return make_error(ErrorCode::kLimitExceeded,
                      "multipart body: the headers of the part at offset {} are too long",
                      window_offset_);
  }
  FormPart& part = parts_.emplace_back();
  std::vector<std::string> lines;
  for (const std::string_view line : split(headers, '\n')) {
    const bool is_folded = line.starts_with(' ') || line.starts_with('\t');
    if (is_folded && !lines.empty()) {
      lines.back() += ' ';
      lines.back() += trim(line);
    } else {
      lines.emplace_back(trim(line));
    }
  }
  for (const std::string& line : lines) {
    const std::size_t colon = std::min(line.find(':'), line.size());
    const std::string_view name = trim(std::string_view(line).substr(0, colon));
    const std::string_view value =
        trim(std::string_view(line).substr(std::min(colon + 1, line.size())));
    if (equals_ignoring_case(name, "Content-Disposition")) read_disposition(value, part);
    if (equals_ignoring_case(name, "Content-Type")) part.content_type = value;
  }
  return {};
}

void MultipartParser::keep_value(std::string_view content) {
  FormPart& part = parts_.back();
  if (part.file_name.has_value()) return;
  const std::size_t room =
      limits_.multipart_field_size_max -
      std::min<std::size_t>(part.value.size(), limits_.multipart_field_size_max);
  part.value += content.substr(0, room);
}

void MultipartParser::drop(std::size_t size) {
  window_.erase(0, size);
  window_offset_ += size;
}

Result<std::vector<FormPart>> parse_multipart(Bytes body,
                                              std::string_view boundary,
                                              const Limits& limits) {
  MultipartParser parser(boundary, limits);
  while (!body.empty()) {
    const std::size_t size = std::min(body.size(), kPieceSize);
    SIGLA_TRY(parser.feed(body.first(size)));
    body = body.subspan(size);
  }
  return std::move(parser).finish();
}

Result<std::vector<FormPart>> parse_multipart(const File& body,
                                              std::string_view boundary,
                                              const Limits& limits) {
  MultipartParser parser(boundary, limits);
  Buffer piece(kPieceSize);
  std::uint64_t offset = 0;
  while (true) {
    SIGLA_TRY_ASSIGN(const std::size_t count, body.read_at(piece, offset));
    if (count == 0) break;
    SIGLA_TRY(parser.feed(Bytes(piece).first(count)));
    offset += count;
  }
  return std::move(parser).finish();
}

const FormPart* find_part(const std::vector<FormPart>& parts, std::string_view name) {
  for (const FormPart& part : parts) {
    if (part.name == name) return &part;
  }
  return nullptr;
}

}  // namespace sigla::http
