// SPDX-License-Identifier: Apache-2.0
#include "convert/managed_type_names.h"

#include <utility>

#include "base/byte_reader.h"
#include "base/text.h"
#include "codec/clr_metadata.h"
#include "codec/hash.h"
#include "formats/clr/signature.h"

namespace sigla {
namespace {

// II.23.1.16
constexpr std::uint8_t kPointer = 0x0f;
constexpr std::uint8_t kValueType = 0x11;
constexpr std::uint8_t kClass = 0x12;
constexpr std::uint8_t kArray = 0x14;
constexpr std::uint8_t kGenericInstance = 0x15;
constexpr std::uint8_t kVector = 0x1d;
constexpr std::uint32_t kRankMax = 32;

std::string escaped(std::string_view name) {
  std::string out;
  for (const char c : to_utf8(name)) {
    if (std::string_view("\\[]*.+,& ").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

}  // namespace

ManagedTypeNames::ManagedTypeNames(const ManagedAssembly& assembly,
                                   bool is_vb,
                                   const Limits& limits)
    : assembly_(assembly), is_vb_(is_vb), depth_max_(limits.type_depth_max) {
  core_library_ = find_core_library();
}

std::string ManagedTypeNames::with_namespace(std::string_view name_space, std::string_view name) {
  std::string text = to_utf8(name_space);
  if (!text.empty()) text += '.';
  return text + escaped(name);
}

std::optional<ManagedTypeNames::Name> ManagedTypeNames::def_name(std::uint32_t row,
                                                                 std::uint32_t depth) const {
  const ClrMetadata& tables = assembly_.tables();
  if (row == 0 || row > tables.row_count(ClrTable::kTypeDef) || depth > depth_max_) {
    return std::nullopt;
  }
  const auto name = tables.string(tables.cell(ClrTable::kTypeDef, row, 1));
  const auto name_space = tables.string(tables.cell(ClrTable::kTypeDef, row, 2));
  if (!name.has_value() || !name_space.has_value()) return std::nullopt;
  const std::uint32_t outer = assembly_.enclosing_type(row);
  if (outer == 0) return Name{with_namespace(*name_space, *name), 0};
  auto around = def_name(outer, depth + 1);
  if (!around) return std::nullopt;
  around->text += (is_vb_ ? '.' : '+') + escaped(*name);
  return around;
}

std::optional<ManagedTypeNames::Name> ManagedTypeNames::ref_name(std::uint32_t row,
                                                                 std::uint32_t depth) const {
  const ClrMetadata& tables = assembly_.tables();
  if (row == 0 || row > tables.row_count(ClrTable::kTypeRef) || depth > depth_max_) {
    return std::nullopt;
  }
  const ClrToken scope = tables.coded_cell(ClrTable::kTypeRef, row, 0);
  const auto name = tables.string(tables.cell(ClrTable::kTypeRef, row, 1));
  const auto name_space = tables.string(tables.cell(ClrTable::kTypeRef, row, 2));
  if (!name.has_value() || !name_space.has_value()) return std::nullopt;
  if (scope.table == ClrTable::kTypeRef && !scope.is_nil()) {
    auto around = ref_name(scope.row, depth + 1);
    if (!around) return std::nullopt;
    around->text += (is_vb_ ? '.' : '+') + escaped(*name);
    return around;
  }
  Name found{with_namespace(*name_space, *name), 0};
  if (scope.table == ClrTable::kAssemblyRef && !is_vb_) found.assembly = scope.row;
  return found;
}

std::optional<ManagedTypeNames::Name> ManagedTypeNames::token_name(ClrToken type,
                                                                   std::uint32_t depth) const {
  if (type.table == ClrTable::kTypeDef) return def_name(type.row, depth);
  if (type.table == ClrTable::kTypeRef) return ref_name(type.row, depth);
  return std::nullopt;
}

std::optional<ManagedTypeNames::Name> ManagedTypeNames::instance_name(ByteReader& reader,
                                                                      std::uint32_t depth) const {
  reader.skip(1);  // class or value type
  auto name = token_name(read_clr_type_token(reader), depth + 1);
  const std::uint32_t count = read_clr_compressed(reader);
  if (!name) return std::nullopt;
  name->text += '[';
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto argument = signature_name(reader, depth + 1);
    if (!argument) return std::nullopt;
    if (i > 0) name->text += ',';
    name->text += argument->assembly == 0 ? argument->text : "[" + qualified(*argument) + "]";
  }
  name->text += ']';
  return name;
}

// II.23.2.12
std::optional<ManagedTypeNames::Name> ManagedTypeNames::signature_name(ByteReader& reader,
                                                                       std::uint32_t depth) const {
  constexpr std::size_t kNameSizeMax = 65'536;
  if (depth > depth_max_) return std::nullopt;
  const std::uint8_t code = reader.u8();
  if (!reader.ok()) return std::nullopt;
  std::optional<Name> name;
  if (const std::string_view simple = clr::simple_type_name(code); !simple.empty()) {
    name = Name{"System." + std::string(simple), is_vb_ ? 0 : core_library_};
  } else if (code == kClass || code == kValueType) {
    name = token_name(read_clr_type_token(reader), depth + 1);
  } else if (code == kGenericInstance) {
    name = instance_name(reader, depth);
  } else if (code == kVector || code == kPointer || code == kArray) {
    name = signature_name(reader, depth + 1);
    if (!name) return std::nullopt;
    if (code == kVector) name->text += "[]";
    if (code == kPointer) name->text += '*';
    if (code == kArray) {
      const std::uint32_t rank = read_clr_compressed(reader);
      if (rank == 0 || rank > kRankMax) return std::nullopt;
      name->text += '[' + (rank == 1 ? std::string("*") : std::string(rank - 1, ',')) + ']';
      for (int list = 0; list < 2; ++list) {  // sizes and lower bounds
        const std::uint32_t count = read_clr_compressed(reader);
        for (std::uint32_t i = 0; i < count && reader.ok(); ++i) {
          static_cast<void>(read_clr_compressed(reader));
        }
      }
    }
  }
  if (!reader.ok() || !name || name->text.size() > kNameSizeMax) return std::nullopt;
  return name;
}

std::string ManagedTypeNames::qualified(const Name& name) const {
  return name.assembly == 0 ? name.text : name.text + ", " + assembly_name(name.assembly);
}

std::optional<std::string> ManagedTypeNames::name_of(ClrToken type) const {
  std::optional<Name> name;
  if (type.table == ClrTable::kTypeSpec) {
    const ClrMetadata& tables = assembly_.tables();
    if (type.row == 0 || type.row > tables.row_count(ClrTable::kTypeSpec)) return std::nullopt;
    const auto blob = tables.blob(tables.cell(ClrTable::kTypeSpec, type.row, 0));
    if (!blob.has_value()) return std::nullopt;
    ByteReader reader(*blob);
    name = signature_name(reader, 0);
  } else {
    name = token_name(type, 0);
  }
  if (!name) return std::nullopt;
  return qualified(*name);
}

ClrToken ManagedTypeNames::find(std::string_view name) const {
  if (!by_name_) {
    by_name_.emplace();
    for (const ClrTable table : {ClrTable::kTypeDef, ClrTable::kTypeRef, ClrTable::kTypeSpec}) {
      for (std::uint32_t row = 1; row <= assembly_.tables().row_count(table); ++row) {
        const ClrToken token{table, row};
        if (auto text = name_of(token)) by_name_->emplace(std::move(*text), token);
      }
    }
  }
  const auto found = by_name_->find(name);
  return found == by_name_->end() ? ClrToken() : found->second;
}

std::string ManagedTypeNames::assembly_name(std::uint32_t assembly_ref) const {
  constexpr std::uint32_t kPublicKey = 1;  // of the flags: the whole key, not its token
  const ClrMetadata& tables = assembly_.tables();
  if (assembly_ref == 0 || assembly_ref > tables.row_count(ClrTable::kAssemblyRef)) return {};
  const auto cell = [&](std::size_t column) {
    return tables.cell(ClrTable::kAssemblyRef, assembly_ref, column);
  };
  const auto text = [&](std::size_t column) {
    const auto value = tables.string(cell(column));
    return value.has_value() ? to_utf8(*value) : std::string();
  };
  const auto key = tables.blob(cell(5));
  std::string token = key.has_value() ? hex_lower(*key) : std::string();
  if (key.has_value() && !key->empty() && (cell(4) & kPublicKey) != 0) {
    const Sha1Digest digest = sha1(*key);  // its last eight bytes, the last one first
    Buffer reversed(digest.rbegin(), digest.rbegin() + 8);
    token = hex_lower(reversed);
  }
  const std::string culture = text(7);
  return fmt::format("{}, Version={}.{}.{}.{}, Culture={}, PublicKeyToken={}",
                     text(6),
                     cell(0),
                     cell(1),
                     cell(2),
                     cell(3),
                     culture.empty() ? "neutral" : culture,
                     token.empty() ? "null" : token);
}

std::uint32_t ManagedTypeNames::find_assembly(std::string_view name) const {
  for (std::uint32_t row = 1; row <= assembly_.tables().row_count(ClrTable::kAssemblyRef); ++row) {
    if (assembly_name(row) == name) return row;
  }
  return 0;
}

// The one that System.Object comes from.
std::uint32_t ManagedTypeNames::find_core_library() const {
  const ClrMetadata& tables = assembly_.tables();
  for (std::uint32_t row = 1; row <= tables.row_count(ClrTable::kTypeRef); ++row) {
    const auto name = tables.string(tables.cell(ClrTable::kTypeRef, row, 1));
    const auto name_space = tables.string(tables.cell(ClrTable::kTypeRef, row, 2));
    const ClrToken scope = tables.coded_cell(ClrTable::kTypeRef, row, 0);
    if (name.has_value() && name_space.has_value() && *name == "Object" &&
        *name_space == "System" && scope.table == ClrTable::kAssemblyRef) {
      return scope.row;
    }
  }
  return 0;
}

}  // namespace sigla
