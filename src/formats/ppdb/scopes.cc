// SPDX-License-Identifier: Apache-2.0
#include "formats/ppdb/scopes.h"

namespace sigla::ppdb {
namespace {

constexpr std::uint8_t kCmodReqd = 0x1f;
constexpr std::uint8_t kCmodOpt = 0x20;

Status read_value(ByteReader& reader, ConstantSignature& constant) {
  if (const std::size_t size = number_size(constant.type); size != 0) {
    constant.value = reader.bytes(size);
    if (!reader.at_end()) constant.type_token = read_clr_type_token(reader);
    return {};
  }
  switch (constant.type) {
    case ElementType::kString:
      constant.is_null_string = reader.remaining() == 1 && reader.rest()[0] == 0xff;
      if (!constant.is_null_string) constant.value = reader.rest();
      return {};
    case ElementType::kValueType:
    case ElementType::kClass:
      constant.type_token = read_clr_type_token(reader);
      constant.value = reader.rest();
      return {};
    case ElementType::kObject:
      return {};
    default:
      return malformed("local constant: type 0x{:x}", static_cast<unsigned>(constant.type));
  }
}

}  // namespace

std::size_t number_size(ElementType type) {
  switch (type) {
    case ElementType::kBoolean:
    case ElementType::kI1:
    case ElementType::kU1:
      return 1;
    case ElementType::kChar:
    case ElementType::kI2:
    case ElementType::kU2:
      return 2;
    case ElementType::kI4:
    case ElementType::kU4:
    case ElementType::kR4:
      return 4;
    case ElementType::kI8:
    case ElementType::kU8:
    case ElementType::kR8:
      return 8;
    default:
      return 0;
  }
}

Result<ConstantSignature> read_constant(const Metadata& pdb, std::uint32_t signature) {
  SIGLA_TRY_ASSIGN(const Bytes blob, pdb.blob(signature));
  ByteReader reader(blob);
  ConstantSignature constant;
  std::uint8_t code = reader.u8();
  while (code == kCmodReqd || code == kCmodOpt) {
    constant.modifiers.push_back({code == kCmodReqd, read_clr_type_token(reader)});
    code = reader.u8();
  }
  SIGLA_TRY(reader.finish("local constant"));
  constant.type = static_cast<ElementType>(code);
  SIGLA_TRY(read_value(reader, constant));
  SIGLA_TRY(reader.finish("local constant"));
  return constant;
}

namespace {

Result<std::string_view> read_text(const Metadata& pdb, ByteReader& reader) {
  const std::uint32_t index = read_clr_compressed(reader);
  SIGLA_TRY(reader.finish("imports"));
  SIGLA_TRY_ASSIGN(const Bytes text, pdb.blob(index));
  return as_text(text);
}

Result<Import> read_import(const Metadata& pdb, ByteReader& reader) {
  using Kind = Import::Kind;
  Import import;
  const std::uint32_t kind = read_clr_compressed(reader);
  if (kind < 1 || kind > static_cast<std::uint32_t>(Kind::kAliasType)) {
    return malformed("imports: kind {}", kind);
  }
  import.kind = static_cast<Kind>(kind);
  const auto is_any = [&](auto... kinds) { return ((import.kind == kinds) || ...); };
  if (is_any(Kind::kXmlNamespace,
             Kind::kAssemblyReferenceAlias,
             Kind::kAliasAssembly,
             Kind::kAliasNamespace,
             Kind::kAliasAssemblyNamespace,
             Kind::kAliasType)) {
    SIGLA_TRY_ASSIGN(import.alias, read_text(pdb, reader));
  }
  if (is_any(Kind::kAssemblyNamespace, Kind::kAliasAssembly, Kind::kAliasAssemblyNamespace)) {
    import.assembly = {ClrTable::kAssemblyRef, read_clr_compressed(reader)};
  }
  if (is_any(Kind::kNamespace,
             Kind::kAssemblyNamespace,
             Kind::kXmlNamespace,
             Kind::kAliasNamespace,
             Kind::kAliasAssemblyNamespace)) {
    SIGLA_TRY_ASSIGN(import.target_namespace, read_text(pdb, reader));
  }
  if (is_any(Kind::kType, Kind::kAliasType)) import.type = read_clr_type_token(reader);
  SIGLA_TRY(reader.finish("imports"));
  return import;
}

}  // namespace

Result<std::vector<Import>> read_imports(const Metadata& pdb, std::uint32_t import_scope) {
  SIGLA_TRY_ASSIGN(const Bytes blob, pdb.blob(pdb.import_scope(import_scope).imports));
  ByteReader reader(blob);
  std::vector<Import> imports;
  while (!reader.at_end()) {
    SIGLA_TRY_ASSIGN(const Import import, read_import(pdb, reader));
    imports.push_back(import);
  }
  return imports;
}

}  // namespace sigla::ppdb
