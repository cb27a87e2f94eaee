// SPDX-License-Identifier: Apache-2.0
#include <optional>

#include "base/text.h"
#include "codec/base64.h"
#include "codec/hash.h"
#include "sourcelink/lookup.h"

namespace sigla::sourcelink {
namespace {

template <typename Digest>
bool is_digest(const Digest& digest, Bytes checksum) {
  return std::equal(digest.begin(), digest.end(), checksum.begin(), checksum.end());
}

// Nothing: a function we do not have.
std::optional<bool> is_right(Bytes content, Bytes checksum) {
  if (checksum.size() == Md5Digest().size()) return is_digest(md5(content), checksum);
  if (checksum.size() == Sha1Digest().size()) return is_digest(sha1(content), checksum);
  if (checksum.size() == Sha256Digest().size()) return is_digest(sha256(content), checksum);
  if (checksum.size() == Sha384Digest().size()) return is_digest(sha384(content), checksum);
  if (checksum.size() == Sha512Digest().size()) return is_digest(sha512(content), checksum);
  return std::nullopt;
}

std::string_view function_of(Bytes checksum) {
  switch (checksum.size()) {
    case 16:
      return "MD5";
    case 20:
      return "SHA-1";
    case 32:
      return "SHA-256";
    case 48:
      return "SHA-384";
    case 64:
      return "SHA-512";
    default:
      return "checksum";
  }
}

Buffer with_line_ends(Bytes content, bool wants_cr) {
  Buffer out;
  out.reserve(content.size() + content.size() / 16);
  for (std::size_t i = 0; i < content.size(); ++i) {
    const bool is_crlf = content[i] == '\r' && i + 1 < content.size() && content[i + 1] == '\n';
    if (is_crlf) continue;
    if (content[i] == '\n' && wants_cr) out.push_back('\r');
    out.push_back(content[i]);
  }
  return out;
}

bool is_page(const SourceFile& file, const Fetched& fetched) {
  const std::string path = lower(file.path);
  if (path.ends_with(".html") || path.ends_with(".htm") || path.ends_with(".cshtml")) return false;
  const std::string start = lower(
      trim(as_text(fetched.content).substr(0, std::min<std::size_t>(512, fetched.content.size()))));
  return lower(fetched.content_type).starts_with("text/html") ||
         start.starts_with("<!doctype html") || start.starts_with("<html");
}

Error not_the_source(const SourceFile& file, const Fetched& fetched, std::string_view why) {
  const std::string type = fetched.content_type.empty() ? "no content type" : fetched.content_type;
  return make_error(ErrorCode::kNotFound,
                    "{}: {} bytes of {}, {}{}",
                    fetched.url,
                    fetched.content.size(),
                    type,
                    why,
                    is_page(file, fetched) ? ": it looks like a log-in page" : "");
}

}  // namespace

bool can_verify(const SourceFile& file) { return is_right({}, file.checksum).has_value(); }

Result<Buffer> verify_source(const SourceFile& file, Fetched fetched) {
  const std::optional<bool> is_same = is_right(fetched.content, file.checksum);
  if (!is_same && is_page(file, fetched)) {
    return not_the_source(file, fetched, "which is no source file");
  }
  if (!is_same || *is_same) return std::move(fetched.content);
  if (auto decoded = base64_decode(as_text(fetched.content))) {
    if (*is_right(*decoded, file.checksum)) return std::move(*decoded);
  }
  for (const bool wants_cr : {true, false}) {
    Buffer converted = with_line_ends(fetched.content, wants_cr);
    if (*is_right(converted, file.checksum)) return converted;
  }
  return not_the_source(
      file,
      fetched,
      fmt::format("whose {} is not that of the debug information", function_of(file.checksum)));
}

}  // namespace sigla::sourcelink
