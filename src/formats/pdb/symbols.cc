// SPDX-License-Identifier: Apache-2.0
#include "formats/pdb/symbols.h"

#include "base/byte_reader.h"

namespace sigla::pdb {
namespace {

constexpr std::size_t kKindSize = 2;

std::uint16_t load_u16(Bytes bytes) {
  return static_cast<std::uint16_t>(bytes[0] | (unsigned{bytes[1]} << 8U));
}

// A name without its NUL runs to the end: linkers cut names that outgrow a record.
std::string_view read_name(ByteReader& reader, bool is_pascal) {
  if (is_pascal) {
    const std::uint8_t size = reader.u8();
    return as_text(reader.bytes(size));
  }
  const std::string_view rest = as_text(reader.rest());
  return rest.substr(0, rest.find('\0'));
}

SectionOffset read_offset_then_section(ByteReader& reader) {
  SectionOffset place;
  place.offset = reader.u32();
  place.section = reader.u16();
  return place;
}

template <typename T>
std::optional<T> checked(const ByteReader& reader, const T& value) {
  if (!reader.ok()) return std::nullopt;
  return value;
}

}  // namespace

bool SymbolRecords::next(SymbolRecord& record) {
  if (rest_.empty()) return false;
  if (rest_.size() < 2 + kKindSize) {
    failed_ = true;
    return false;
  }
  const std::size_t size = load_u16(rest_);
  if (size < kKindSize || size > rest_.size() - 2) {
    failed_ = true;
    return false;
  }
  record.kind = load_u16(rest_.subspan(2));
  record.data = rest_.subspan(2 + kKindSize, size - kKindSize);
  rest_ = rest_.subspan(2 + size);
  return true;
}

bool is_procedure(std::uint16_t kind) {
  switch (kind) {
    case S_LPROC32:
    case S_GPROC32:
    case S_LPROC32_ID:
    case S_GPROC32_ID:
    case S_LPROC32_DPC:
    case S_LPROC32_DPC_ID:
    case S_LPROC32_ST:
    case S_GPROC32_ST:
      return true;
    default:
      return false;
  }
}

bool opens_scope(std::uint16_t kind) {
  switch (kind) {
    case S_THUNK32:
    case S_THUNK32_ST:
    case S_BLOCK32:
    case S_BLOCK32_ST:
    case S_WITH32:
    case S_WITH32_ST:
    case S_GMANPROC:
    case S_LMANPROC:
    case S_SEPCODE:
    case S_INLINESITE:
    case S_INLINESITE2:
      return true;
    default:
      return is_procedure(kind);
  }
}

bool closes_scope(std::uint16_t kind) {
  return kind == S_END || kind == S_INLINESITE_END || kind == S_PROC_ID_END;
}

std::optional<Procedure> read_procedure(const SymbolRecord& record) {
  if (!is_procedure(record.kind)) return std::nullopt;
  ByteReader reader(record.data);
  Procedure procedure;
  reader.skip(12);  // parent, end, next
  procedure.size = reader.u32();
  reader.skip(8);  // where prologue ends and epilogue begins
  procedure.type = reader.u32();
  procedure.start = read_offset_then_section(reader);
  reader.skip(1);  // flags
  const bool is_pascal = record.kind == S_LPROC32_ST || record.kind == S_GPROC32_ST;
  procedure.name = read_name(reader, is_pascal);
  procedure.type_is_id =
      record.kind == S_LPROC32_ID || record.kind == S_GPROC32_ID || record.kind == S_LPROC32_DPC_ID;
  return checked(reader, procedure);
}

std::optional<Thunk> read_thunk(const SymbolRecord& record) {
  if (record.kind != S_THUNK32 && record.kind != S_THUNK32_ST) return std::nullopt;
  ByteReader reader(record.data);
  Thunk thunk;
  reader.skip(12);  // parent, end, next
  thunk.start = read_offset_then_section(reader);
  thunk.size = reader.u16();
  reader.skip(1);  // what the thunk does
  thunk.name = read_name(reader, record.kind == S_THUNK32_ST);
  return checked(reader, thunk);
}

std::optional<Block> read_block(const SymbolRecord& record) {
  if (record.kind != S_BLOCK32 && record.kind != S_BLOCK32_ST) return std::nullopt;
  ByteReader reader(record.data);
  Block block;
  reader.skip(8);  // parent, end
  block.size = reader.u32();
  block.start = read_offset_then_section(reader);
  return checked(reader, block);
}

std::optional<SeparatedCode> read_separated_code(const SymbolRecord& record) {
  if (record.kind != S_SEPCODE) return std::nullopt;
  ByteReader reader(record.data);
  SeparatedCode code;
  reader.skip(8);  // parent, end
  code.size = reader.u32();
  reader.skip(4);  // flags
  code.start.offset = reader.u32();
  code.parent.offset = reader.u32();
  code.start.section = reader.u16();
  code.parent.section = reader.u16();
  return checked(reader, code);
}

std::optional<Label> read_label(const SymbolRecord& record) {
  if (record.kind != S_LABEL32 && record.kind != S_LABEL32_ST) return std::nullopt;
  ByteReader reader(record.data);
  Label label;
  label.start = read_offset_then_section(reader);
  reader.skip(1);  // flags
  label.name = read_name(reader, record.kind == S_LABEL32_ST);
  return checked(reader, label);
}

std::optional<Trampoline> read_trampoline(const SymbolRecord& record) {
  if (record.kind != S_TRAMPOLINE) return std::nullopt;
  ByteReader reader(record.data);
  Trampoline trampoline;
  reader.skip(2);  // incremental thunk or branch island
  trampoline.size = reader.u16();
  trampoline.start.offset = reader.u32();
  trampoline.target.offset = reader.u32();
  trampoline.start.section = reader.u16();
  trampoline.target.section = reader.u16();
  return checked(reader, trampoline);
}

std::optional<InlineSite> read_inline_site(const SymbolRecord& record) {
  if (record.kind != S_INLINESITE && record.kind != S_INLINESITE2) return std::nullopt;
  ByteReader reader(record.data);
  InlineSite site;
  reader.skip(8);  // parent, end
  site.inlinee = reader.u32();
  if (record.kind == S_INLINESITE2) reader.skip(4);  // how often the profile saw it run
  site.annotations = reader.rest();
  return checked(reader, site);
}

std::optional<PublicSymbol> read_public(const SymbolRecord& record) {
  if (record.kind != S_PUB32 && record.kind != S_PUB32_ST) return std::nullopt;
  ByteReader reader(record.data);
  PublicSymbol symbol;
  symbol.flags = reader.u32();
  symbol.start = read_offset_then_section(reader);
  symbol.name = read_name(reader, record.kind == S_PUB32_ST);
  return checked(reader, symbol);
}

std::optional<Compiler> read_compiler(const SymbolRecord& record) {
  ByteReader reader(record.data);
  Compiler compiler;
  if (record.kind != S_COMPILE2 && record.kind != S_COMPILE3 && record.kind != S_COMPILE2_ST) {
    return std::nullopt;
  }
  reader.skip(4);  // language, flags
  compiler.machine = reader.u16();
  reader.skip(record.kind == S_COMPILE3 ? 16 : 12);  // versions of front and back end
  compiler.version = read_name(reader, record.kind == S_COMPILE2_ST);
  return checked(reader, compiler);
}

std::optional<std::string_view> read_object_name(const SymbolRecord& record) {
  if (record.kind != S_OBJNAME && record.kind != S_OBJNAME_ST) return std::nullopt;
  ByteReader reader(record.data);
  reader.skip(4);  // signature
  const std::string_view name = read_name(reader, record.kind == S_OBJNAME_ST);
  return checked(reader, name);
}

}  // namespace sigla::pdb
