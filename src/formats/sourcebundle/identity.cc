// SPDX-License-Identifier: Apache-2.0
#include "formats/sourcebundle/identity.h"

#include <algorithm>

#include "base/byte_reader.h"
#include "base/text.h"
#include "formats/sourcebundle/raw.h"
#include "formats/sourcebundle/zip_directory.h"

namespace sigla::sourcebundle {
namespace {

// Versions 1 and 2 differ in how the manifest describes JavaScript, which we do not read.
constexpr std::uint32_t kVersionMax = 2;

bool has_sources(const Manifest& manifest) {
  return std::ranges::any_of(manifest.files, [](const ManifestFile& file) {
    return file.type.empty() || file.type == "source";
  });
}

}  // namespace

bool is_source_bundle(Bytes file) { return starts_with(file, kMagic); }

Result<Manifest> read_manifest(Bytes file, const Limits& limits) {
  if (!is_source_bundle(file)) return malformed("source bundle: wrong magic at offset 0");
  ByteReader reader(file);
  reader.skip(kMagic.size());
  const std::uint32_t version = reader.u32();
  SIGLA_TRY(reader.finish("source bundle header"));
  if (version == 0 || version > kVersionMax) {
    return make_error(
        ErrorCode::kUnsupported, "source bundle header: version {} at offset 4", version);
  }
  SIGLA_TRY_ASSIGN(const auto entries, read_zip_directory(file, limits));
  const auto entry = std::ranges::find(entries, "manifest.json", &ZipEntry::name);
  if (entry == entries.end()) return malformed("source bundle: no manifest.json in the archive");
  auto json = read_zip_entry(file, *entry, limits.manifest_size_max, limits);
  if (!json.has_value()) return std::move(json).error().in("source bundle manifest");
  return parse_manifest(*json, limits);
}

Result<Identity> identify_source_bundle(Bytes file, std::string_view name, const Limits& limits) {
  SIGLA_TRY_ASSIGN(const Manifest manifest, read_manifest(file, limits));
  Identity identity;
  identity.format = Format::kSourceBundle;
  identity.kind = ObjectKind::kOther;
  identity.arch = parse_arch(manifest.arch);
  identity.name = to_utf8(base_name(name.empty() ? manifest.object_name : name));
  identity.code_id = CodeId(manifest.code_id);
  if (!manifest.debug_id.empty()) {
    auto id = DebugId::parse(manifest.debug_id);
    if (!id.has_value()) {
      return malformed("source bundle manifest: {}", id.error().message());
    }
    if (!id->is_null()) identity.debug_id = *id;
  }
  identity.has_sources = has_sources(manifest);
  return identity;
}

}  // namespace sigla::sourcebundle
