// SPDX-License-Identifier: Apache-2.0
#include "api/download.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <utility>

#include "api/blob_stream.h"
#include "api/gzip_stream.h"
#include "base/text.h"
#include "codec/cab.h"
#include "codec/encoder.h"
#include "http/conditional.h"
#include "http/head_writer.h"
#include "http/range.h"

namespace sigla::api {

namespace {

// How many files are held open, and how much disk they may keep from being freed.
constexpr std::size_t kServedCountMax = 1'024;
constexpr std::uint64_t kServedSizeMax = std::uint64_t{4} << 30;
// Above, a file that is not unpacked yet is streamed, so that its first byte does not wait.
constexpr std::uint64_t kUnpackFirstSizeMax = std::uint64_t{16} << 20;
constexpr std::uint64_t kGzipContentSizeMin = 512;  // below, the headers are the larger part

// With all that the headers depend on: a project may become private.
std::string request_key(const Project& project,
                        std::string_view path,
                        ContentCoding coding,
                        std::string_view checksums) {
  std::string key = std::to_string(project.id);
  key += project.is_public ? '+' : '-';
  key += static_cast<char>('a' + static_cast<int>(coding));
  key += path;
  if (!checksums.empty()) (key += '\n') += checksums;
  return key;
}

// "<sha-256>" for a whole blob, with the slice's place for a part of one.
std::string content_name(const KeyMatch& match) {
  std::string name = match.blob.hex();
  if (match.offset != 0 || match.size != match.blob_size) {
    name += fmt::format("-{}-{}", match.offset, match.size);
  }
  return name;
}

http::Headers file_headers(const KeyMatch& match, const Project& project, std::string_view form) {
  const std::string_view dash = form.empty() ? "" : "-";
  return {{"Content-Type", "application/octet-stream"},
          {"ETag", fmt::format("\"{}{}{}\"", content_name(match), dash, form)},
          {"Last-Modified", http::http_date(match.created_at / 1'000)},
          {"Cache-Control", project.is_public ? "public, max-age=3600" : "private, max-age=3600"},
          {"Vary", "Accept-Encoding"},
          {"X-Content-Type-Options", "nosniff"}};
}

// The content of a small file; nothing for a larger one, and for one that cannot be read now.
std::shared_ptr<const std::string> text_of(const ServedFile& served) {
  if (served.size > ServedFile::kTextSizeMax) return nullptr;
  FileSource source(*served.file, served.offset, served.size);
  const auto content = read_all(source, served.size);
  if (!content.has_value() || content->size() != served.size) return nullptr;
  return std::make_shared<const std::string>(as_text(*content));
}

Status copy_all(http::BodyStream& from, ByteSink& to) {
  Buffer piece(256U << 10);
  while (true) {
    SIGLA_TRY_ASSIGN(const std::size_t size, from.read(piece));
    if (size == 0) return {};
    SIGLA_TRY(to.write(Bytes(piece).first(size)));
  }
}

}  // namespace

ContentCoding coding_of(const http::Request& request) {
  static constexpr std::string_view kAvailable[] = {"zstd", "gzip"};
  const auto accepted = request.header("Accept-Encoding");
  if (!accepted || request.header("Range")) return ContentCoding::kIdentity;
  const auto best = http::negotiate_encoding(*accepted, kAvailable);
  if (best == "zstd") return ContentCoding::kZstd;
  return best == "gzip" ? ContentCoding::kGzip : ContentCoding::kIdentity;
}

http::Response reply_with(const ServedFile& served) {
  http::Response response;
  response.headers = served.headers;
  if (served.text != nullptr) {
    response.body = served.text;
  } else {
    response.body = http::FileBody{served.file, served.offset, served.size};
  }
  return response;
}

http::Response finish(const http::Request& request, http::Response response) {
  http::apply_conditionals(request, response);
  http::apply_range(request, response);
  return response;
}

bool is_store_marker(std::string_view path) {
  while (path.starts_with('/')) path.remove_prefix(1);
  return equals_ignoring_case(path, "index2.txt") || equals_ignoring_case(path, "pingme.txt");
}

// A file ready to go out: held in `served`, or unpacked or packed while it is sent by `stream`.
struct Downloads::Opened {
  std::shared_ptr<ServedFile> served = std::make_shared<ServedFile>();
  std::unique_ptr<http::BodyStream> stream;
  std::optional<std::uint64_t> stream_size;
};

Downloads::Downloads(const Services& services, FileCache& cache)
    : services_(services),
      cache_(cache),
      served_(kServedCountMax, kServedSizeMax),
      warmer_(services.blobs),
      checksum_choice_(services) {}

std::shared_ptr<const ServedFile> Downloads::find_served(const Project& project,
                                                         std::string_view path,
                                                         ContentCoding coding,
                                                         std::string_view checksums) {
  return served_.find(request_key(project, path, coding, checksums), services_.keys.generation());
}

bool Downloads::may_have(const Project& project, const std::vector<std::string>& keys) const {
  return std::any_of(keys.begin(), keys.end(), [&](const std::string& key) {
    return services_.keys.may_contain(project.id, key);
  });
}

Result<Downloads::Found> Downloads::find(const Ask& ask) {
  const std::uint64_t generation = services_.keys.generation();
  for (const std::string& key : ask.wanted.keys) {
    if (!services_.keys.may_contain(ask.project->id, key)) continue;
    SIGLA_TRY_ASSIGN(const std::vector<KeyMatch> matches,
                     services_.catalog.find_key(ask.project->id, key));
    if (matches.empty()) continue;
    const KeyMatch& match = checksum_choice_.choose(matches, ask.checksums);
    SIGLA_TRY_ASSIGN(Opened opened, open(match, ask));
    opened.served->object_size = match.size;
    if (!opened.stream) opened.served->text = text_of(*opened.served);
    Found found{reply_with(*opened.served), match};
    if (opened.stream) {
      found.response.body = http::StreamBody{std::move(opened.stream), opened.stream_size};
    } else {
      served_.insert(request_key(*ask.project, ask.path, ask.coding, ask.checksums),
                     generation,
                     std::move(opened.served));
    }
    return found;
  }
  return make_error(ErrorCode::kNotFound, "Symbol Not Found");
}

Result<http::Response> Downloads::find_part(const Project& project,
                                            const std::vector<std::string>& keys,
                                            PartKind kind,
                                            const std::string& name) {
  for (const std::string& key : keys) {
    if (!services_.keys.may_contain(project.id, key)) continue;
    SIGLA_TRY_ASSIGN(const std::vector<KeyMatch> matches,
                     services_.catalog.find_key(project.id, key));
    if (matches.empty()) continue;
    const KeyMatch& match = matches.front();
    const std::string form = fmt::format("{}{:016x}",
                                         kind == PartKind::kSection ? "section" : "source",
                                         XXH3_64bits(name.data(), name.size()));
    auto part = cache_.get(
        fmt::format("{}-{}", content_name(match), form),
        match.size,
        [&](const File& output) -> Status {
          SIGLA_TRY_ASSIGN(const auto content, services_.blobs.open_content(match.blob));
          return extract_part(
              services_.walkers, {kind, name, match.offset, match.size}, *content, output);
        });
    if (!part.has_value() && part.error().code() == ErrorCode::kNotFound) continue;
    if (!part.has_value()) return std::move(part).error();
    ServedFile served;
    served.file = std::move(part).value();
    SIGLA_TRY_ASSIGN(served.size, served.file->size());
    served.headers = file_headers(match, project, form);
    return reply_with(served).with("X-DEBUGINFOD-SIZE", std::to_string(served.size));
  }
  return make_error(ErrorCode::kNotFound, "no such part");
}

Result<Downloads::Opened> Downloads::open(const KeyMatch& match, const Ask& ask) {
  if (ask.wanted.form == WantedForm::kCab) {
    Opened opened;
    opened.served->headers = file_headers(match, *ask.project, "cab");
    SIGLA_TRY_ASSIGN(opened.served->file, open_cab(match, ask.wanted.file_name));
    SIGLA_TRY_ASSIGN(opened.served->size, opened.served->file->size());
    return opened;
  }
  const bool is_whole_blob = match.offset == 0 && match.size == match.blob_size;
  if (ask.coding == ContentCoding::kZstd && is_whole_blob) {
    Opened opened;
    opened.served->headers = file_headers(match, *ask.project, "zstd");
    opened.served->headers.emplace_back("Content-Encoding", "zstd");
    SIGLA_TRY_ASSIGN(opened.served->file, services_.blobs.open_stored(match.blob));
    SIGLA_TRY_ASSIGN(opened.served->size, opened.served->file->size());
    return opened;
  }
  if (ask.coding == ContentCoding::kGzip && match.size >= kGzipContentSizeMin) {
    return open_gzip(match, ask);
  }
  return open_identity(match, ask);
}

Result<Downloads::Opened> Downloads::open_gzip(const KeyMatch& match, const Ask& ask) {
  Opened opened;
  opened.served->headers = file_headers(match, *ask.project, "gzip");
  opened.served->headers.emplace_back("Content-Encoding", "gzip");
  SIGLA_TRY_ASSIGN(std::unique_ptr<BlobReader> reader, services_.blobs.open(match.blob));
  auto content = std::make_unique<BlobStream>(std::move(reader), match.offset, match.size);
  if (match.size > kUnpackFirstSizeMax) {
    opened.stream = std::make_unique<GzipStream>(std::move(content));
    return opened;
  }
  SIGLA_TRY_ASSIGN(
      opened.served->file,
      cache_.get(content_name(match) + ".gz", match.size, [&](const File& form) -> Status {
        FileSink packed(form);
        const std::unique_ptr<Encoder> encoder = make_encoder(Codec::kGzip, packed);
        SIGLA_TRY(copy_all(*content, *encoder));
        return encoder->finish();
      }));
  SIGLA_TRY_ASSIGN(opened.served->size, opened.served->file->size());
  return opened;
}

Result<Downloads::Opened> Downloads::open_identity(const KeyMatch& match, const Ask& ask) {
  Opened opened;
  opened.served->headers = file_headers(match, *ask.project, "");
  opened.served->offset = match.offset;
  opened.served->size = match.size;
  opened.served->file = services_.blobs.find_content(match.blob);
  if (opened.served->file) return opened;
  if (match.blob_size <= kUnpackFirstSizeMax) {
    SIGLA_TRY_ASSIGN(opened.served->file, services_.blobs.open_content(match.blob));
    return opened;
  }
  SIGLA_TRY_ASSIGN(std::unique_ptr<BlobReader> reader, services_.blobs.open(match.blob));
  opened.stream = std::make_unique<BlobStream>(std::move(reader), match.offset, match.size);
  opened.stream_size = match.size;
  warmer_.warm(match.blob);
  return opened;
}

Result<std::shared_ptr<const File>> Downloads::open_cab(const KeyMatch& match,
                                                        std::string_view file_name) {
  if (match.size > CabWriter::kContentSizeMax) {
    return make_error(ErrorCode::kNotFound, "too large for a cabinet; ask for the file itself");
  }
  const std::uint64_t name_hash = XXH3_64bits(file_name.data(), file_name.size());
  return cache_.get(fmt::format("{}-{:016x}.cab", content_name(match), name_hash),
                    match.size,
                    [&](const File& form) -> Status {
                      SIGLA_TRY_ASSIGN(std::unique_ptr<BlobReader> reader,
                                       services_.blobs.open(match.blob));
                      BlobStream content(std::move(reader), match.offset, match.size);
                      CabWriter cab(form, std::string(file_name));
                      SIGLA_TRY(copy_all(content, cab));
                      return cab.finish();
                    });
}

}  // namespace sigla::api
