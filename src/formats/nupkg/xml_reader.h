// SPDX-License-Identifier: Apache-2.0
// XML 1.0 (fifth edition) as package manifests use it, token by token: elements, attributes, text,
// CDATA; comments and processing instructions are skipped. A document type declaration is refused,
// so no entity is ever expanded but the five of XML and characters by number. Namespaces are cut
// off names. Owns the text.
//
//   SIGLA_TRY_ASSIGN(XmlReader reader, XmlReader::open(bytes));
//   while (true) {
//     SIGLA_TRY_ASSIGN(const XmlReader::Token token, reader.next());
//     if (token == XmlReader::Token::kEnd) break;
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace sigla::nupkg {

class XmlReader {
 public:
  static constexpr std::size_t kDepthMax = 64;
  static constexpr std::size_t kAttributesMax = 64;

  enum class Token { kOpen, kClose, kText, kEnd };

  // UTF-8, or UTF-16 with a byte order mark.
  static Result<XmlReader> open(Bytes document);

  // The next token. kMalformed for what is not well-formed, with the offset (in UTF-8); after kEnd
  // and after an error there is nothing more.
  Result<Token> next();

  // Of kOpen and kClose: the element's name without a prefix.
  std::string_view name() const { return name_; }
  std::size_t depth() const { return open_.size(); }  // open elements, a just opened one included
  // Of kOpen: the value of an attribute; empty when there is none.
  std::string_view attribute(std::string_view name) const;
  // Of kText: never empty, entities replaced.
  const std::string& text() const { return text_; }

 private:
  explicit XmlReader(std::string document) : document_(std::move(document)) {}

  Result<Token> read_markup();
  Result<Token> read_open_tag();
  Result<Token> read_close_tag();
  Status read_attribute();
  Status skip_past(std::string_view end, std::string_view what);
  Result<std::string_view> read_name();
  Result<std::string> replace_entities(std::string_view raw) const;
  void skip_blanks();
  bool starts(std::string_view text) const { return rest().starts_with(text); }
  std::string_view rest() const { return std::string_view(document_).substr(position_); }

  std::string document_;
  std::size_t position_ = 0;
  std::vector<std::string> open_;  // full names
  bool closes_at_once_ = false;    // <a/> is a kOpen and a kClose
  bool has_root_ = false;
  std::string name_;
  std::string text_;
  std::vector<std::pair<std::string, std::string>> attributes_;
};

}  // namespace sigla::nupkg
