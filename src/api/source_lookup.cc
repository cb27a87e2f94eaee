// SPDX-License-Identifier: Apache-2.0
#include "api/source_lookup.h"

#include <algorithm>

#include "api/source_hosts.h"
#include "base/text.h"
#include "http/target.h"
#include "ident/ssqp_key.h"
#include "object/part_job.h"
#include "object/source_job.h"
#include "sourcelink/lookup.h"

namespace sigla::api {

namespace {

constexpr std::uint64_t kUsualSize = 64U << 10;
constexpr std::size_t kHeadSizeMax = 16U << 10;
constexpr std::size_t kCarrierCountMax = 8;  // newer uploads of one file come first

// Where a source was found, on one line before its content in the cache.
std::string head_of(const sourcelink::FoundSource& found) {
  std::string head(to_string(found.origin));
  if (!found.url.empty()) head += " " + found.url;
  if (found.is_verified) head += " verified";
  std::replace(head.begin(), head.end(), '\n', ' ');
  return head;
}

Result<http::Response> reply_with_source(const std::shared_ptr<const File>& file) {
  SIGLA_TRY_ASSIGN(const std::uint64_t size, file->size());
  Buffer start(std::min<std::uint64_t>(size, kHeadSizeMax));
  SIGLA_TRY_ASSIGN(const std::size_t count, file->read_at(start, 0));
  const std::string_view text = as_text(Bytes(start).first(count));
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return make_error(ErrorCode::kInternal, "source: no head");
  http::Response response;
  response.status = 200;
  // Never as a page: it is somebody else's text.
  response.headers = {{"Content-Type", "text/plain; charset=utf-8"},
                      {"X-Content-Type-Options", "nosniff"},
                      {"X-Sigla-Source", std::string(text.substr(0, end))},
                      {"X-DEBUGINFOD-SIZE", std::to_string(size - end - 1)}};
  response.body = http::FileBody{file, end + 1, size - end - 1};
  return response;
}

}  // namespace

Result<Buffer> SourceLookup::kept(const Project& project,
                                  std::string_view path,
                                  Bytes checksum) const {
  const std::string digest = hex_lower(checksum);
  const std::string key = digest.size() == 40   ? source_sha1_key(path, digest)
                          : digest.size() == 64 ? source_sha256_key(path, digest)
                          : digest.size() == 32 ? source_md5_key(path, digest)
                                                : std::string();
  if (!key.empty()) {
    SIGLA_TRY_ASSIGN(const auto matches, services_.catalog.find_key(project.id, key));
    if (!matches.empty()) {
      SIGLA_TRY_ASSIGN(const auto content, services_.blobs.open_content(matches.front().blob));
      SIGLA_TRY_ASSIGN(const MappedFile mapped,
                       MappedFile::map(*content, services_.limits.embedded_source_size_max));
      return Buffer(mapped.bytes().begin(), mapped.bytes().end());
    }
  }
  return make_error(ErrorCode::kNotFound, "nothing with its checksum was uploaded");
}

Status SourceLookup::fill(const Project& project,
                          const SourceCarrier& carrier,
                          std::string_view path,
                          const File& output) const {
  SIGLA_TRY_ASSIGN(const auto content, services_.blobs.open_content(carrier.blob));
  SIGLA_TRY_ASSIGN(
      const SourceFiles sources,
      source_files_in_worker(services_.walkers, *content, carrier.offset, carrier.size));
  sourcelink::FetchOptions options;
  options.public_addresses_only = true;
  sourcelink::SourcePlaces places;
  if (services_.source_hosts != nullptr) {
    options.credentials = services_.source_hosts->credentials(project.name);
    places.tag_url = services_.source_hosts->tag_url(project.name);
  }
  if (const std::size_t at = places.tag_url.find("{tag}"); at != std::string::npos) {
    places.tag_url.replace(at, 5, http::percent_encode(carrier.tag, true));
  }
  sourcelink::Fetcher fetcher(std::move(options));
  places.embedded = [&](const std::string& name) -> Result<Buffer> {
    SIGLA_TRY_ASSIGN(const File part, File::create_in_memory("source"));
    const PartRequest wanted{PartKind::kSource, name, carrier.offset, carrier.size};
    SIGLA_TRY(extract_part(services_.walkers, wanted, *content, part));
    SIGLA_TRY_ASSIGN(const MappedFile mapped,
                     MappedFile::map(part, services_.limits.embedded_source_size_max));
    return Buffer(mapped.bytes().begin(), mapped.bytes().end());
  };
  if (services_.source_hosts != nullptr) {
    places.fetch = [&](const std::string& url) { return fetcher.fetch(url); };
  }
  places.kept = [&](const SourceFile& file) { return kept(project, file.path, file.checksum); };
  const auto search = sourcelink::find_source(sources, path, places);
  if (!search.found) {
    std::string text = "no source";
    for (const std::string& tried : search.tried) text += "; " + tried;
    return Error(search.worst, text);
  }
  SIGLA_TRY(output.write_all(as_bytes(head_of(*search.found) + "\n")));
  return output.write_all(search.found->content);
}

Result<http::Response> SourceLookup::find(const Project& project,
                                          const std::vector<SourceCarrier>& carriers,
                                          std::string_view path) const {
  std::optional<Error> first;
  std::size_t count = 0;
  for (const SourceCarrier& carrier : carriers) {
    if (++count > kCarrierCountMax) break;
    const std::string key =
        fmt::format("source-{}-{}-{:x}-{}", project.id, carrier.blob.hex(), carrier.offset, path);
    auto file = cache_.get(
        key, kUsualSize, [&](const File& output) { return fill(project, carrier, path, output); });
    if (file.has_value()) return reply_with_source(*file);
    const ErrorCode code = file.error().code();
    const bool names_none = code == ErrorCode::kUnsupported;  // a program beside its PDB, say
    if (!first && !names_none) first = std::move(file).error();
  }
  if (first) return *std::move(first);
  return make_error(ErrorCode::kNotFound, "no debug information here names its sources");
}

Result<http::Response> SourceLookup::find_by_keys(const Project& project,
                                                  const std::vector<std::string>& keys,
                                                  std::string_view path) const {
  std::vector<SourceCarrier> carriers;
  for (const std::string& key : keys) {
    if (!services_.keys.may_contain(project.id, key)) continue;
    SIGLA_TRY_ASSIGN(const auto matches, services_.catalog.find_key(project.id, key));
    if (matches.empty()) continue;
    const KeyMatch& match = matches.front();
    carriers.push_back({match.blob, match.offset, match.size, {}});
  }
  return find(project, carriers, path);
}

}  // namespace sigla::api
