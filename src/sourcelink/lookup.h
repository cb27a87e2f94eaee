// SPDX-License-Identifier: Apache-2.0
// Finds the source of a path that debug information names. In this order: embedded in the debug
// information, its Source Link URL, its source server's URL, sources kept by their checksum, the
// URL the build's own source server has for it. What is found is believed only with the right
// checksum, where the debug information has one: a server that wants a log-in often answers its
// log-in page with "200 OK".
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "object/source_files.h"
#include "sourcelink/fetcher.h"

namespace sigla::sourcelink {

enum class SourceOrigin { kEmbedded, kSourceLink, kSrcsrv, kKept, kTag };
std::string_view to_string(SourceOrigin origin);  // "embedded", "source-link", ...

// Where to look; what is absent is not asked.
struct SourcePlaces {
  // The content of an embedded file, by the path it is embedded as.
  std::function<Result<Buffer>(const std::string& path)> embedded;
  std::function<Result<Fetched>(const std::string& url)> fetch;
  // By the checksum of the file, of any function; kNotFound when it is not kept.
  std::function<Result<Buffer>(const SourceFile& file)> kept;
  // A URL with one '*' for the path.
  std::string tag_url;
};

struct FoundSource {
  Buffer content;
  SourceOrigin origin = SourceOrigin::kEmbedded;
  std::string url;           // where it came from; empty for what is here
  std::string path;          // as the debug information has it
  bool is_verified = false;  // the checksum was there, and is right
};

// What was tried for a path, and how each went.
struct SourceSearch {
  std::optional<FoundSource> found;
  std::vector<std::string> tried;          // "source-link: https://...: answered 404"
  ErrorCode worst = ErrorCode::kNotFound;  // of what failed
};

// Paths compare exactly, else without case and with either slash, else, when only one file of the
// object ends like it, by that end. A path the object does not name is looked for all the same.
SourceSearch find_source(const SourceFiles& sources,
                         std::string_view path,
                         const SourcePlaces& places);

// The file of the object that is meant; null when there is none, or more than one.
const SourceFile* find_source_file(const SourceFiles& sources, std::string_view path);

// There is a checksum, by a function we have.
bool can_verify(const SourceFile& file);

// The content as it must be for the checksum: as it is, decoded from base64 (Gitiles), or with the
// other line ends (a checkout on Windows). kNotFound names type and size, and a log-in page when it
// looks like one; no checksum lets everything pass but such a page.
Result<Buffer> verify_source(const SourceFile& file, Fetched fetched);

}  // namespace sigla::sourcelink
