// SPDX-License-Identifier: Apache-2.0
#include "object/source_files.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/diagnostics.h"
#include "base/text.h"
#include "codec/clr_tables.h"
#include "formats/pdb/documents.h"
#include "formats/pdb/sources.h"
#include "formats/pe/image.h"
#include "formats/ppdb/documents.h"
#include "formats/ppdb/sources.h"
#include "formats/sourcebundle/identity.h"
#include "formats/sourcebundle/zip_directory.h"
#include "object/elf_sources.h"
#include "object/object.h"

namespace sigla {
namespace {

Error no_such_source(std::string_view path) {
  return make_error(ErrorCode::kNotFound, "no '{}' in it", path);
}

Result<SourceFiles> read_pdb(Bytes file, const Limits& limits) {
  SIGLA_TRY_ASSIGN(const auto container, pdb::Container::open(file, limits));
  SIGLA_TRY_ASSIGN(const pdb::InfoStream info, pdb::read_info_stream(container));
  SIGLA_TRY_ASSIGN(auto documents, pdb::read_documents(container, info, limits));
  SourceFiles found;
  for (pdb::SourceDocument& document : documents) {
    found.files.push_back(
        {std::move(document.path), std::move(document.checksum), document.is_embedded});
  }
  found.source_link = pdb::read_sources(container, info, limits).source_link;
  if (const auto stream = info.find("srcsrv")) {
    SIGLA_TRY_ASSIGN(const auto text, container.read(*stream, limits.embedded_source_size_max));
    found.srcsrv = as_text(text.bytes());
  }
  return found;
}

Result<SourceFiles> read_ppdb(Bytes file, const Limits& limits) {
  SIGLA_TRY_ASSIGN(const auto metadata, ppdb::Metadata::open(file, limits));
  Diagnostics diagnostics;
  const ppdb::Sources sources = ppdb::read_sources(metadata, limits, diagnostics);
  std::set<std::uint32_t> embedded_rows;
  for (const auto& embedded : sources.embedded) embedded_rows.insert(embedded.document);
  SourceFiles found;
  found.source_link = sources.source_link;
  for (std::uint32_t row = 1; row <= metadata.row_count(ClrTable::kDocument); ++row) {
    auto document = ppdb::read_document(metadata, row, limits);
    if (!document.has_value() || document->path.empty()) continue;
    found.files.push_back({std::move(document->path),
                           Buffer(document->hash.begin(), document->hash.end()),
                           embedded_rows.contains(row)});
    if (found.files.size() >= limits.entry_count_max) break;
  }
  return found;
}

Result<SourceFiles> read_bundle(Bytes file, const Limits& limits) {
  SIGLA_TRY_ASSIGN(const auto manifest, sourcebundle::read_manifest(file, limits));
  SourceFiles found;
  for (const auto& entry : manifest.files) found.files.push_back({entry.path, {}, true});
  return found;
}

// The one of `files` that is meant, by its member `path`; null when there is none.
template <typename File>
const File* find_by_path(const std::vector<File>& files, std::string_view path) {
  for (const File& file : files) {
    if (file.path == path) return &file;
  }
  const std::string wanted = comparable_path(path);
  for (const File& file : files) {
    if (comparable_path(file.path) == wanted) return &file;
  }
  return nullptr;
}

Result<Buffer> read_from_pdb(Bytes file, std::string_view path, const Limits& limits) {
  SIGLA_TRY_ASSIGN(const auto container, pdb::Container::open(file, limits));
  SIGLA_TRY_ASSIGN(const pdb::InfoStream info, pdb::read_info_stream(container));
  return pdb::read_embedded_document(container, info, path, limits);
}

Result<Buffer> read_from_ppdb(Bytes file, std::string_view path, const Limits& limits) {
  SIGLA_TRY_ASSIGN(const auto metadata, ppdb::Metadata::open(file, limits));
  Diagnostics diagnostics;
  const ppdb::Sources sources = ppdb::read_sources(metadata, limits, diagnostics);
  const ppdb::EmbeddedFile* found = find_by_path(sources.embedded, path);
  if (found == nullptr) return no_such_source(path);
  return ppdb::read_embedded_file(*found, limits);
}

Result<Buffer> read_from_bundle(Bytes file, std::string_view path, const Limits& limits) {
  SIGLA_TRY_ASSIGN(const auto manifest, sourcebundle::read_manifest(file, limits));
  const sourcebundle::ManifestFile* found = find_by_path(manifest.files, path);
  if (found == nullptr) return no_such_source(path);
  SIGLA_TRY_ASSIGN(const auto entries, sourcebundle::read_zip_directory(file, limits));
  const auto entry =
      std::ranges::find(entries, std::string_view(found->entry), &sourcebundle::ZipEntry::name);
  if (entry == entries.end()) return no_such_source(path);
  return sourcebundle::read_zip_entry(file, *entry, limits.embedded_source_size_max, limits);
}

}  // namespace

std::string comparable_path(std::string_view path) {
  std::string text = lower(path);
  std::replace(text.begin(), text.end(), '\\', '/');
  return std::filesystem::path(text).lexically_normal().string();
}

Result<SourceFiles> read_source_files(Bytes object, const Limits& limits) {
  switch (sniff_format(object)) {
    case Format::kPdb:
      return read_pdb(object, limits);
    case Format::kPortablePdb:
      return read_ppdb(object, limits);
    case Format::kSourceBundle:
      return read_bundle(object, limits);
    case Format::kPe: {
      SIGLA_TRY_ASSIGN(const Buffer embedded, embedded_pdb(object, limits));
      return read_ppdb(embedded, limits);
    }
    case Format::kElf:
      return read_elf_sources(object, limits);
    default:
      return make_error(ErrorCode::kUnsupported, "no PDB, no source bundle and no ELF file");
  }
}

Result<Buffer> read_embedded_source(Bytes object, std::string_view path, const Limits& limits) {
  switch (sniff_format(object)) {
    case Format::kPdb:
      return read_from_pdb(object, path, limits);
    case Format::kPortablePdb:
      return read_from_ppdb(object, path, limits);
    case Format::kSourceBundle:
      return read_from_bundle(object, path, limits);
    case Format::kPe: {
      SIGLA_TRY_ASSIGN(const Buffer embedded, embedded_pdb(object, limits));
      return read_from_ppdb(embedded, path, limits);
    }
    case Format::kElf:
      return read_elf_source(object, path, limits);
    default:
      return no_such_source(path);
  }
}

}  // namespace sigla
