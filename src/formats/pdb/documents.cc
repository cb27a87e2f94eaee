// SPDX-License-Identifier: Apache-2.0
#include "formats/pdb/documents.h"

#include <map>
#include <optional>

#include "base/byte_reader.h"
#include "base/text.h"
#include "codec/decoder.h"
#include "formats/pdb/dbi_stream.h"
#include "formats/pdb/module_stream.h"
#include "formats/pdb/name_table.h"
#include "formats/pdb/raw.h"

namespace sigla::pdb {
namespace {

constexpr std::string_view kManagedPrefix = "/src/files/";
constexpr std::uint64_t kGuidsSize = 64;

struct ManagedDocument {
  Bytes checksum;
  Bytes source;  // with its size before it
};

ManagedDocument parse_managed(Bytes stream) {
  ByteReader reader(stream);
  reader.skip(kGuidsSize);
  const std::uint32_t checksum_size = reader.u32();
  const std::uint32_t source_size = reader.u32();
  ManagedDocument document;
  document.checksum = reader.bytes(checksum_size);
  document.source = reader.bytes(source_size);
  return document;
}

class DocumentReader {
 public:
  DocumentReader(const Container& container, const InfoStream& info, const Limits& limits)
      : container_(container), info_(info), limits_(limits) {}

  Result<std::vector<SourceDocument>> read() {
    SIGLA_TRY_ASSIGN(const auto dbi, read_dbi_stream(container_, limits_));
    if (dbi) {
      SIGLA_TRY_ASSIGN(const NameTable names, NameTable::open(container_, info_));
      for (const Module& module : dbi->modules) {
        const auto stream = read_module_stream(container_, module);
        if (!stream.has_value()) continue;
        for_each_subsection(stream->c13_lines, [&](std::uint32_t kind, Bytes data) {
          if (kind == DEBUG_S_FILECHKSMS) add_checksums(data, names);
        });
        if (documents_.size() > limits_.entry_count_max) break;
      }
    }
    add_managed();
    return std::move(documents_);
  }

 private:
  SourceDocument& document(std::string_view path) {
    const auto [place, is_new] = by_path_.try_emplace(lower(path), documents_.size());
    if (is_new) documents_.push_back({std::string(path), {}, false});
    return documents_[place->second];
  }

  void add_checksums(Bytes data, const NameTable& names) {
    ByteReader reader(data);
    while (reader.remaining() >= 6) {
      const std::string_view path = names.find(reader.u32());
      const std::uint8_t size = reader.u8();
      reader.skip(1);
      const Bytes checksum = reader.bytes(size);
      if (!reader.ok()) return;
      if (!path.empty() && path.size() <= limits_.path_size_max) {
        SourceDocument& found = document(path);
        if (found.checksum.empty()) found.checksum.assign(checksum.begin(), checksum.end());
      }
      reader.align(4);
    }
  }

  void add_managed() {
    for (const auto& [name, stream] : info_.named_streams) {
      if (!name.starts_with(kManagedPrefix)) continue;
      const auto bytes = container_.read(stream, limits_.embedded_source_size_max);
      if (!bytes.has_value()) continue;
      const ManagedDocument managed = parse_managed(bytes->bytes());
      SourceDocument& found = document(std::string_view(name).substr(kManagedPrefix.size()));
      found.checksum.assign(managed.checksum.begin(), managed.checksum.end());
      found.is_embedded = managed.source.size() >= 4;
    }
  }

  const Container& container_;
  const InfoStream& info_;
  const Limits& limits_;
  std::vector<SourceDocument> documents_;
  std::map<std::string, std::size_t, std::less<>> by_path_;  // lower case
};

}  // namespace

Result<std::vector<SourceDocument>> read_documents(const Container& container,
                                                   const InfoStream& info,
                                                   const Limits& limits) {
  return DocumentReader(container, info, limits).read();
}

Result<Buffer> read_embedded_document(const Container& container,
                                      const InfoStream& info,
                                      std::string_view path,
                                      const Limits& limits) {
  const auto stream = info.find(std::string(kManagedPrefix) + lower(path));
  if (!stream) return make_error(ErrorCode::kNotFound, "no '{}' in it", path);
  SIGLA_TRY_ASSIGN(const StreamBytes bytes,
                   container.read(*stream, limits.embedded_source_size_max));
  ByteReader reader(parse_managed(bytes.bytes()).source);
  const std::uint32_t size = reader.u32();
  if (!reader.ok()) return make_error(ErrorCode::kNotFound, "'{}' is not embedded", path);
  if (size == 0) return Buffer(reader.rest().begin(), reader.rest().end());
  if (size > limits.embedded_source_size_max) {
    return make_error(ErrorCode::kLimitExceeded, "embedded source: {} bytes unpacked", size);
  }
  auto content = decode(Codec::kDeflate, reader.rest(), size, limits);
  if (!content.has_value()) return std::move(content).error().in("embedded source");
  if (content->size() != size) {
    return malformed("embedded source: {} bytes unpacked, {} promised", content->size(), size);
  }
  return content;
}

}  // namespace sigla::pdb
