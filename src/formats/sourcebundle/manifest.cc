// SPDX-License-Identifier: Apache-2.0
#include "formats/sourcebundle/manifest.h"

#include <boost/json.hpp>

namespace sigla::sourcebundle {
namespace {

constexpr std::size_t kDepthMax = 16;  // the format itself nests four deep

std::string text_member(const boost::json::object& object, std::string_view name) {
  const boost::json::value* member = object.if_contains(boost::json::string_view(name));
  const boost::json::string* text = member == nullptr ? nullptr : member->if_string();
  return text == nullptr ? std::string() : std::string(text->data(), text->size());
}

}  // namespace

Result<Manifest> parse_manifest(Bytes json, const Limits& limits) {
  if (json.size() > limits.manifest_size_max) {
    return make_error(ErrorCode::kLimitExceeded,
                      "source bundle manifest: {} bytes, more than {}",
                      json.size(),
                      limits.manifest_size_max);
  }
  boost::json::parse_options options;
  options.max_depth = kDepthMax;
  boost::json::stream_parser parser({}, options);
  boost::json::error_code error;
  const std::string_view text = as_text(json);
  const std::size_t parsed = parser.write_some(text.data(), text.size(), error);
  if (!error && parsed == text.size()) parser.finish(error);
  if (error || parsed != text.size()) {
    return malformed("source bundle manifest: {} at offset {}",
                     error ? error.message() : "text after the value",
                     parsed);
  }
  const boost::json::value root = parser.release();
  const boost::json::object* object = root.if_object();
  if (object == nullptr) return malformed("source bundle manifest: no object at offset 0");
  Manifest manifest;
  manifest.arch = text_member(*object, "arch");
  manifest.code_id = text_member(*object, "code_id");
  manifest.debug_id = text_member(*object, "debug_id");
  manifest.object_name = text_member(*object, "object_name");
  const boost::json::value* files = object->if_contains("files");
  if (files == nullptr || !files->is_object()) return manifest;
  for (const auto& member : files->get_object()) {
    const boost::json::object* file = member.value().if_object();
    if (file == nullptr) continue;
    manifest.files.push_back(
        {std::string(member.key()), text_member(*file, "type"), text_member(*file, "path")});
  }
  return manifest;
}

}  // namespace sigla::sourcebundle
