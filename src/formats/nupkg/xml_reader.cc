// SPDX-License-Identifier: Apache-2.0
#include "formats/nupkg/xml_reader.h"

#include <algorithm>

#include "base/byte_reader.h"
#include "base/text.h"
#include "base/utf16.h"
#include "base/utf8.h"

namespace sigla::nupkg {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

bool ends_name(char c) {
  return is_blank(c) || c == '/' || c == '>' || c == '=' || c == '<' || c == '"' || c == '\'' ||
         c == '&';
}

std::string_view local_name(std::string_view name) { return name.substr(name.find(':') + 1); }

std::string from_utf16(Bytes bytes, std::endian order) {
  return utf16_to_utf8(ByteReader(bytes, order), Utf16End::kSize);
}

}  // namespace

Result<XmlReader> XmlReader::open(Bytes document) {
  if (starts_with(document, "\xff\xfe")) {
    return XmlReader(from_utf16(document.subspan(2), std::endian::little));
  }
  if (starts_with(document, "\xfe\xff")) {
    return XmlReader(from_utf16(document.subspan(2), std::endian::big));
  }
  if (starts_with(document, "\xef\xbb\xbf")) document = document.subspan(3);
  if (!is_utf8(as_text(document))) return malformed("XML: neither UTF-8 nor UTF-16");
  return XmlReader(std::string(as_text(document)));
}

std::string_view XmlReader::attribute(std::string_view name) const {
  for (const auto& [key, value] : attributes_) {
    if (key == name) return value;
  }
  return {};
}

Result<XmlReader::Token> XmlReader::next() {
  if (closes_at_once_) {
    closes_at_once_ = false;
    open_.pop_back();
    return Token::kClose;
  }
  while (position_ < document_.size()) {
    if (document_[position_] == '<') {
      if (starts("<!--")) {
        SIGLA_TRY(skip_past("-->", "comment"));
      } else if (starts("<?")) {
        SIGLA_TRY(skip_past("?>", "processing instruction"));
      } else {
        return read_markup();
      }
      continue;
    }
    const std::string_view raw = rest().substr(0, rest().find('<'));
    if (open_.empty()) {
      if (!trim(raw).empty())
        return malformed("XML: text outside elements at offset {}", position_);
      position_ += raw.size();
      continue;
    }
    SIGLA_TRY_ASSIGN(text_, replace_entities(raw));
    position_ += raw.size();
    return Token::kText;
  }
  if (!open_.empty()) return malformed("XML: <{}> is not closed at the end", open_.back());
  if (!has_root_) return malformed("XML: there is no element");
  return Token::kEnd;
}

Result<XmlReader::Token> XmlReader::read_markup() {
  constexpr std::string_view kCdata = "<![CDATA[";
  if (starts(kCdata) && !open_.empty()) {
    position_ += kCdata.size();
    const std::size_t size = rest().find("]]>");
    if (size == std::string_view::npos) return malformed("XML: CDATA without an end");
    text_ = rest().substr(0, size);
    position_ += size + 3;
    return text_.empty() ? next() : Result<Token>(Token::kText);
  }
  if (starts("<!")) {
    return malformed("XML: a declaration at offset {} is not taken here", position_);
  }
  if (starts("</")) return read_close_tag();
  return read_open_tag();
}

Result<XmlReader::Token> XmlReader::read_open_tag() {
  if (open_.empty() && has_root_) {
    return malformed("XML: a second root element at offset {}", position_);
  }
  ++position_;
  SIGLA_TRY_ASSIGN(const std::string_view full_name, read_name());
  if (open_.size() >= kDepthMax) {
    return make_error(ErrorCode::kLimitExceeded, "XML: elements nested deeper than {}", kDepthMax);
  }
  has_root_ = true;
  open_.emplace_back(full_name);
  name_ = local_name(full_name);
  attributes_.clear();
  while (true) {
    skip_blanks();
    if (starts(">")) {
      ++position_;
      return Token::kOpen;
    }
    if (starts("/>")) {
      position_ += 2;
      closes_at_once_ = true;
      return Token::kOpen;
    }
    SIGLA_TRY(read_attribute());
  }
}

Status XmlReader::read_attribute() {
  SIGLA_TRY_ASSIGN(const std::string_view name, read_name());
  skip_blanks();
  if (!starts("=")) return malformed("XML: attribute without a value at offset {}", position_);
  ++position_;
  skip_blanks();
  if (!starts("\"") && !starts("'")) {
    return malformed("XML: attribute value without quotes at offset {}", position_);
  }
  const char quote = document_[position_];
  ++position_;
  const std::size_t size = rest().find(quote);
  if (size == std::string_view::npos) {
    return malformed("XML: attribute value without an end at offset {}", position_);
  }
  const std::string_view raw = rest().substr(0, size);
  if (raw.find('<') != std::string_view::npos) {
    return malformed("XML: '<' in an attribute value at offset {}", position_);
  }
  SIGLA_TRY_ASSIGN(std::string value, replace_entities(raw));
  position_ += size + 1;
  if (attributes_.size() >= kAttributesMax) {
    return make_error(ErrorCode::kLimitExceeded,
                      "XML: more than {} attributes at offset {}",
                      kAttributesMax,
                      position_);
  }
  attributes_.emplace_back(local_name(name), std::move(value));
  return {};
}

Result<XmlReader::Token> XmlReader::read_close_tag() {
  const std::size_t start = position_;
  position_ += 2;
  SIGLA_TRY_ASSIGN(const std::string_view full_name, read_name());
  skip_blanks();
  if (!starts(">")) return malformed("XML: end tag without '>' at offset {}", start);
  ++position_;
  if (open_.empty() || open_.back() != full_name) {
    return malformed("XML: </{}> closes no element at offset {}", full_name, start);
  }
  name_ = local_name(full_name);
  open_.pop_back();
  return Token::kClose;
}

Status XmlReader::skip_past(std::string_view end, std::string_view what) {
  const std::size_t at = rest().find(end);
  if (at == std::string_view::npos) {
    return malformed("XML: {} without an end at offset {}", what, position_);
  }
  position_ += at + end.size();
  return {};
}

Result<std::string_view> XmlReader::read_name() {
  const std::string_view text = rest();
  const auto end = std::find_if(text.begin(), text.end(), ends_name);
  const auto size = static_cast<std::size_t>(end - text.begin());
  if (size == 0) return malformed("XML: a name is missing at offset {}", position_);
  position_ += size;
  return text.substr(0, size);
}

void XmlReader::skip_blanks() {
  while (position_ < document_.size() && is_blank(document_[position_])) ++position_;
}

Result<std::string> XmlReader::replace_entities(std::string_view raw) const {
  std::string text;
  while (true) {
    const std::size_t at = raw.find('&');
    text += raw.substr(0, at);
    if (at == std::string_view::npos) return text;
    raw.remove_prefix(at + 1);
    const std::size_t size = raw.substr(0, 12).find(';');
    const std::string_view name =
        size == std::string_view::npos ? std::string_view() : raw.substr(0, size);
    std::optional<std::uint64_t> code;
    if (name == "lt") code = '<';
    if (name == "gt") code = '>';
    if (name == "amp") code = '&';
    if (name == "quot") code = '"';
    if (name == "apos") code = '\'';
    if (name.starts_with("#x")) {
      code = parse_hex(name.substr(2));
    } else if (name.starts_with('#')) {
      code = parse_decimal(name.substr(1));
    }
    const bool is_character =
        code && *code != 0 && *code <= 0x10ffff && (*code < 0xd800 || *code > 0xdfff);
    if (!is_character) {
      return malformed("XML: '&{}' is no character, near offset {}", name, position_);
    }
    append_utf8(text, *code);
    raw.remove_prefix(size + 1);
  }
}

}  // namespace sigla::nupkg
