// SPDX-License-Identifier: Apache-2.0
#include "convert/managed_assembly.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/byte_reader.h"
#include "base/text.h"
#include "formats/pe/cli_header.h"

namespace sigla {
namespace {

constexpr int kNestingMax = 256;  // types inside types
constexpr std::uint16_t kPortableMinorVersion = 0x504d;

Result<Bytes> find_metadata(const pe::Image& image) {
  auto metadata = pe::clr_metadata_of(image);
  if (!metadata.has_value() && metadata.error().code() == ErrorCode::kNotFound) {
    return make_error(ErrorCode::kUnsupported, "the image is no .NET assembly");
  }
  return metadata;
}

// The last CodeView entry says which PDB the IL was compiled with.
std::optional<ManagedAssembly::PdbId> read_pdb_id(const pe::DebugDirectory& directory) {
  std::optional<ManagedAssembly::PdbId> id;
  for (const pe::DebugEntry& entry : directory.entries) {
    ByteReader reader(entry.data);
    if (entry.type != pe::IMAGE_DEBUG_TYPE_CODEVIEW || as_text(reader.bytes(4)) != "RSDS") continue;
    ManagedAssembly::PdbId found;
    const Bytes guid = reader.bytes(16);
    found.age = reader.u32();
    if (!reader.ok()) continue;
    std::ranges::copy(guid, found.guid.begin());
    found.stamp = entry.time_date_stamp;
    found.is_portable = entry.minor_version == kPortableMinorVersion;
    id = found;
  }
  return id;
}

std::string key_of(Bytes bytes) { return std::string(as_text(bytes)); }

}  // namespace

Result<ManagedAssembly> ManagedAssembly::open(Bytes file, const Limits& limits) {
  SIGLA_TRY_ASSIGN(pe::Image image, pe::Image::open(file, limits));
  SIGLA_TRY_ASSIGN(const Bytes metadata, find_metadata(image));
  SIGLA_TRY_ASSIGN(const clr::Program program, clr::Program::open(metadata, limits));
  ManagedAssembly assembly(std::move(image), program);
  assembly.debug_directory_ = pe::read_debug_directory(assembly.image_);
  assembly.pdb_id_ = read_pdb_id(assembly.debug_directory_);
  assembly.index();
  return assembly;
}

void ManagedAssembly::index() {
  const auto index_blobs = [&](ClrTable table, auto& map) {
    for (std::uint32_t row = 1; row <= tables().row_count(table); ++row) {
      const auto blob = tables().blob(tables().cell(table, row, 0));
      if (blob.has_value()) map.emplace(key_of(*blob), row);
    }
  };
  index_blobs(ClrTable::kStandAloneSig, signatures_);
  index_blobs(ClrTable::kTypeSpec, type_specs_);
  for (std::uint32_t row = 1; row <= tables().row_count(ClrTable::kNestedClass); ++row) {
    const std::uint32_t inner = tables().cell(ClrTable::kNestedClass, row, 0);
    const std::uint32_t outer = tables().cell(ClrTable::kNestedClass, row, 1);
    nested_.emplace(outer, inner);
  }
}

ppdb::ProgramRows ManagedAssembly::row_counts() const {
  ppdb::ProgramRows rows{};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i] = tables().row_count(static_cast<ClrTable>(i));
  }
  return rows;
}

// ECMA-335 II.25.4: a byte with the size in it, or 12 bytes with size and local signature.
std::optional<ManagedAssembly::Body> ManagedAssembly::body_of(std::uint32_t method) const {
  constexpr std::uint32_t kCodeTypeMask = 3;  // IL is 0
  const std::uint32_t rva = tables().cell(ClrTable::kMethodDef, method, 0);
  if (rva == 0 || (tables().cell(ClrTable::kMethodDef, method, 1) & kCodeTypeMask) != 0) {
    return std::nullopt;
  }
  const auto bytes = image_.rest_at(rva);
  if (!bytes.has_value()) return std::nullopt;
  ByteReader reader(*bytes);
  Body body;
  const std::uint8_t first = reader.u8();
  if ((first & 3U) == 2) {
    body.code_size = first >> 2U;
  } else {
    reader.skip(3);  // flags, size of this header, depth of the stack
    body.code_size = reader.u32();
    body.local_signature = reader.u32();
  }
  if (!reader.ok() || body.code_size > reader.remaining()) return std::nullopt;
  return body;
}

std::string ManagedAssembly::simple_type_name(std::uint32_t type) const {
  return to_utf8(program_.simple_type_name(type).value_or(""));
}

std::string ManagedAssembly::module_name_of(std::uint32_t method) const {
  constexpr std::size_t kNameSizeMax = 65'536;
  std::string name;
  std::uint32_t type = type_of(method);
  for (int depth = 0; type != 0 && depth < kNestingMax && name.size() < kNameSizeMax; ++depth) {
    name = name.empty() ? simple_type_name(type) : simple_type_name(type) + "." + name;
    type = enclosing_type(type);
  }
  if (name.empty()) return "<Module>";
  const std::string name_space = namespace_of(method);
  return name_space.empty() ? name : name_space + "." + name;
}

std::string ManagedAssembly::method_name(std::uint32_t method) const {
  return to_utf8(program_.method_name(method).value_or(""));
}

std::string ManagedAssembly::namespace_of(std::uint32_t method) const {
  std::uint32_t type = type_of(method);
  for (int depth = 0; depth < kNestingMax; ++depth) {
    const std::uint32_t outer = enclosing_type(type);
    if (outer == 0) break;
    type = outer;
  }
  if (type == 0) return {};
  const auto name = tables().string(tables().cell(ClrTable::kTypeDef, type, 2));
  return name.has_value() ? to_utf8(*name) : std::string();
}

std::uint32_t ManagedAssembly::find_signature(Bytes signature) const {
  const auto found = signatures_.find(as_text(signature));
  if (found == signatures_.end()) return 0;
  return ClrToken{ClrTable::kStandAloneSig, found->second}.value();
}

std::uint32_t ManagedAssembly::find_signature_of_nameless_class() const {
  constexpr std::array<std::string_view, 3> kStarts = {
      "\x06\x14", "\x06\x15\x12", "\x06\x1d"};  // FIELD; ARRAY, GENERICINST CLASS, SZARRAY
  std::uint32_t first = 0;
  for (const std::string_view start : kStarts) {
    for (auto at = signatures_.lower_bound(start);
         at != signatures_.end() && at->first.starts_with(start);
         ++at) {
      const Bytes type = as_bytes(at->first).subspan(1);
      if (find_type_spec(type).is_nil() && (first == 0 || at->second < first)) first = at->second;
    }
  }
  return first == 0 ? 0 : ClrToken{ClrTable::kStandAloneSig, first}.value();
}

std::optional<Bytes> ManagedAssembly::signature(std::uint32_t token) const {
  const ClrToken parsed = ClrToken::of(token);
  if (parsed.table != ClrTable::kStandAloneSig || parsed.row == 0 ||
      parsed.row > tables().row_count(ClrTable::kStandAloneSig)) {
    return std::nullopt;
  }
  const auto blob = tables().blob(tables().cell(ClrTable::kStandAloneSig, parsed.row, 0));
  if (!blob.has_value()) return std::nullopt;
  return *blob;
}

ClrToken ManagedAssembly::find_type_spec(Bytes signature) const {
  const auto found = type_specs_.find(as_text(signature));
  return {ClrTable::kTypeSpec, found == type_specs_.end() ? 0 : found->second};
}

ClrToken ManagedAssembly::find_type(std::string_view name_space, std::string_view name) const {
  for (const ClrTable table : {ClrTable::kTypeRef, ClrTable::kTypeDef}) {
    for (std::uint32_t row = 1; row <= tables().row_count(table); ++row) {
      const auto row_name = tables().string(tables().cell(table, row, 1));
      const auto row_space = tables().string(tables().cell(table, row, 2));
      if (row_name.has_value() && row_space.has_value() && *row_name == name &&
          *row_space == name_space) {
        return {table, row};
      }
    }
  }
  return {};
}

std::uint32_t ManagedAssembly::move_next_of(std::uint32_t kickoff, std::string_view name) const {
  const auto [first, end] = nested_.equal_range(type_of(kickoff));
  std::uint32_t found = 0;
  for (auto it = first; it != end; ++it) {
    const std::uint32_t type = it->second;
    if (type == 0 || type > tables().row_count(ClrTable::kTypeDef)) continue;
    const std::string nested = simple_type_name(type);
    if (std::string_view(nested).substr(0, nested.rfind('`')) != name) continue;
    for (const std::uint32_t method : program_.methods_of(type)) {
      if (method_name(method) != "MoveNext") continue;
      if (found != 0) return 0;
      found = method;
    }
  }
  return found;
}

std::vector<std::string> ManagedAssembly::vb_hoisted_names(std::uint32_t method) const {
  constexpr std::uint32_t kIndexMax = 65'536;
  std::vector<std::string> names;
  const std::uint32_t type = type_of(method);
  if (type == 0) return names;
  const ClrMetadata::Rows fields =
      tables().list_rows(ClrTable::kTypeDef, type, 4, ClrTable::kField);
  for (std::uint32_t row = fields.first; row < fields.end; ++row) {
    const auto name = tables().string(tables().cell(ClrTable::kField, row, 1));
    const auto index = name.has_value() ? vb_hoisted_index(*name) : std::nullopt;
    if (!index || *index > kIndexMax) continue;
    if (*index >= names.size()) names.resize(*index + 1);
    names[*index] = to_utf8(*name);
  }
  return names;
}

std::optional<std::uint32_t> vb_hoisted_index(std::string_view name) {
  constexpr std::string_view kPrefix = "$VB$ResumableLocal_";
  if (!name.starts_with(kPrefix)) return std::nullopt;
  const std::size_t separator = name.rfind('$');
  if (separator <= kPrefix.size()) return std::nullopt;
  const auto index = parse_decimal(name.substr(separator + 1));
  if (!index || *index > UINT32_MAX) return std::nullopt;
  return static_cast<std::uint32_t>(*index);
}

}  // namespace sigla
