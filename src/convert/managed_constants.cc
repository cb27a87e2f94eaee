// SPDX-License-Identifier: Apache-2.0
#include "convert/managed_constants.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/byte_reader.h"
#include "base/byte_writer.h"
#include "base/utf16.h"
#include "formats/pdb/managed_module_writer.h"
#include "formats/pdb/raw.h"
#include "formats/ppdb/blob_writer.h"

namespace sigla {
namespace {

using ppdb::ElementType;

constexpr std::uint8_t kFieldSignature = 0x06;  // II.23.2.4
constexpr std::size_t kDecimalSize = 13;        // in a Portable PDB: scale and sign, three words
constexpr std::size_t kDateTimeSize = 8;
constexpr std::uint16_t kNullLeaf = pdb::LF_LONG;  // a null reference is the number 0

void set_leaf(pdb::ManagedConstant& constant, std::uint16_t leaf, Bytes value) {
  constant.leaf = leaf;
  constant.value.assign(value.begin(), value.end());
}

void set_null(pdb::ManagedConstant& constant) { set_leaf(constant, kNullLeaf, Buffer(4, 0)); }

// Small numbers are the leaf itself; with a sign they are 16 bits wide, as the compilers have it.
bool set_small(pdb::ManagedConstant& constant, int value) {
  if (value >= 0) {
    constant.leaf = static_cast<std::uint16_t>(value);
    return true;
  }
  ByteWriter out;
  set_leaf(constant, pdb::LF_SHORT, out.u16(static_cast<std::uint16_t>(value)).data());
  return true;
}

// OLE's DECIMAL: reserved (VT_DECIMAL), scale, sign, high word, low words.
void set_decimal(pdb::ManagedConstant& constant, Bytes value) {
  ByteReader reader(value);
  const std::uint8_t scale_and_sign = reader.u8();
  const std::uint32_t low = reader.u32();
  const std::uint32_t middle = reader.u32();
  const std::uint32_t high = reader.u32();
  ByteWriter out;
  out.u16(0x0e).u8(scale_and_sign & 0x7fU).u8(scale_and_sign & 0x80U).u32(high).u32(low);
  set_leaf(constant, pdb::LF_DECIMAL, out.u32(middle).data());
}

bool set_value(const ppdb::ConstantSignature& from, pdb::ManagedConstant& to) {
  const auto numeric = [&](std::uint16_t leaf) {
    set_leaf(to, leaf, from.value);
    return true;
  };
  switch (from.type) {
    case ElementType::kBoolean:
    case ElementType::kU1:
      return !from.value.empty() && set_small(to, from.value[0]);
    case ElementType::kI1:
      return !from.value.empty() && set_small(to, static_cast<std::int8_t>(from.value[0]));
    case ElementType::kI2:
      return numeric(pdb::LF_SHORT);
    case ElementType::kChar:
    case ElementType::kU2:
      return numeric(pdb::LF_USHORT);
    case ElementType::kI4:
      return numeric(pdb::LF_LONG);
    case ElementType::kU4:
      return numeric(pdb::LF_ULONG);
    case ElementType::kI8:
      return numeric(pdb::LF_QUADWORD);
    case ElementType::kU8:
      return numeric(pdb::LF_UQUADWORD);
    case ElementType::kR4:
      return numeric(pdb::LF_REAL32);
    case ElementType::kR8:
      return numeric(pdb::LF_REAL64);
    case ElementType::kString: {
      if (from.is_null_string) {
        set_null(to);
        return true;
      }
      const std::string text = utf16_to_utf8(ByteReader(from.value), Utf16End::kSize);
      set_leaf(to, pdb::LF_VARSTRING, as_bytes(text));
      return text.size() <= pdb::kManagedTextSizeMax;
    }
    case ElementType::kObject:
      set_null(to);
      return true;
    case ElementType::kValueType:
    case ElementType::kClass:
      break;
  }
  if (from.value.empty()) {
    set_null(to);
  } else if (from.value.size() == kDecimalSize) {
    set_decimal(to, from.value);
  } else if (from.value.size() == kDateTimeSize) {
    set_leaf(to, pdb::LF_DATE, from.value);  // ticks, as VB has it, not a date of OLE
  } else {
    return false;
  }
  return true;
}

// The signature a field of that type has.
Buffer field_signature(const ppdb::ConstantSignature& constant) {
  ppdb::ConstantSignature type = constant;
  type.value = {};
  type.is_null_string = false;
  if (!constant.type_token.is_nil() && constant.type != ElementType::kClass) {
    type.type = ElementType::kValueType;
  }
  ByteWriter out;
  out.u8(kFieldSignature).bytes(ppdb::write_constant(type));
  return std::move(out).take();
}

// The type that a leaf has by itself.
ElementType type_of_leaf(std::uint16_t leaf) {
  // Compilers write what is a byte wide so: numbers and truth values.
  if (leaf < pdb::LF_NUMERIC) return leaf <= UINT8_MAX ? ElementType::kU1 : ElementType::kI2;
  switch (leaf) {
    case pdb::LF_CHAR:
      return ElementType::kI1;
    case pdb::LF_SHORT:
      return ElementType::kI2;
    case pdb::LF_USHORT:
      return ElementType::kU2;
    case pdb::LF_ULONG:
      return ElementType::kU4;
    case pdb::LF_QUADWORD:
      return ElementType::kI8;
    case pdb::LF_UQUADWORD:
      return ElementType::kU8;
    case pdb::LF_REAL32:
      return ElementType::kR4;
    case pdb::LF_REAL64:
      return ElementType::kR8;
    case pdb::LF_VARSTRING:
      return ElementType::kString;
    default:
      return ElementType::kI4;
  }
}

// .NET's converter writes ticks as a real number.
bool is_date(std::uint16_t leaf) { return leaf == pdb::LF_DATE || leaf == pdb::LF_REAL64; }

bool is_null(const pdb::ManagedConstant& constant) {
  return constant.leaf == kNullLeaf &&
         std::ranges::all_of(constant.value, [](std::uint8_t byte) { return byte == 0; });
}

// The number with its sign in as many bytes as the type has.
bool narrow(const pdb::ManagedConstant& constant, std::size_t size, Buffer& value) {
  value = constant.value;
  if (constant.leaf < pdb::LF_NUMERIC) {
    value = {static_cast<std::uint8_t>(constant.leaf),
             static_cast<std::uint8_t>(constant.leaf >> 8U)};
  }
  if (value.empty()) return false;
  const std::uint8_t fill = (value.back() & 0x80U) != 0 ? 0xff : 0;
  if (constant.leaf == pdb::LF_CHAR || size <= value.size()) value.resize(size, fill);
  return value.size() == size;
}

bool set_portable_value(const pdb::ManagedConstant& from,
                        ppdb::ConstantSignature& to,
                        Buffer& value) {
  if (to.type == ElementType::kString) {
    to.is_null_string = is_null(from);
    if (from.leaf == pdb::LF_VARSTRING) value = utf8_to_utf16(as_text(from.value));
    to.value = value;
    return to.is_null_string || from.leaf == pdb::LF_VARSTRING;
  }
  if (to.type == ElementType::kObject) return is_null(from);
  if (!narrow(from, ppdb::number_size(to.type), value)) return false;
  if (to.type == ElementType::kBoolean) value[0] = value[0] != 0 ? 1 : 0;
  to.value = value;
  return true;
}

// DECIMAL back to scale and sign, low, middle and high word.
void set_portable_decimal(const pdb::ManagedConstant& from,
                          ppdb::ConstantSignature& to,
                          Buffer& value) {
  ByteReader reader(from.value);
  reader.skip(2);
  const std::uint8_t scale = reader.u8();
  const std::uint8_t sign = reader.u8();
  const std::uint32_t high = reader.u32();
  const std::uint32_t low = reader.u32();
  const std::uint32_t middle = reader.u32();
  ByteWriter out;
  out.u8(static_cast<std::uint8_t>((scale & 0x7fU) | (sign & 0x80U)))
      .u32(low)
      .u32(middle)
      .u32(high);
  value = std::move(out).take();
  to.type = ElementType::kValueType;
  to.value = value;
}

bool is_supported(std::uint8_t code) {
  return ppdb::number_size(static_cast<ElementType>(code)) > 0;
}

// Nothing for a type that constants do not have.
bool read_field_signature(Bytes signature,
                          const pdb::ManagedConstant& constant,
                          const ManagedAssembly& assembly,
                          ppdb::ConstantSignature& to) {
  constexpr std::uint8_t kRequiredModifier = 0x1f;
  constexpr std::uint8_t kOptionalModifier = 0x20;
  ByteReader reader(signature);
  if (reader.u8() != kFieldSignature) return false;
  std::uint8_t code = reader.u8();
  while (code == kRequiredModifier || code == kOptionalModifier) {
    to.modifiers.push_back({code == kRequiredModifier, read_clr_type_token(reader)});
    code = reader.u8();
  }
  if (!reader.ok()) return false;
  to.type = static_cast<ElementType>(code);
  if (to.type == ElementType::kClass || to.type == ElementType::kValueType) {
    to.type_token = read_clr_type_token(reader);
    const bool is_whole_value = constant.leaf == pdb::LF_DECIMAL || is_date(constant.leaf);
    const bool is_reference = to.type == ElementType::kClass && is_null(constant);
    // Otherwise an enumeration: its number, then its type.
    if (!is_whole_value && !is_reference) to.type = type_of_leaf(constant.leaf);
    return reader.ok();
  }
  if (is_supported(code) || to.type == ElementType::kString || to.type == ElementType::kObject) {
    return true;
  }
  // An array, or an instance of a generic type: a type of its own where the metadata has it.
  const ClrToken spec = assembly.find_type_spec(signature.last(reader.remaining() + 1));
  if (is_null(constant)) {
    to.type = spec.is_nil() ? ElementType::kObject : ElementType::kClass;
  } else {
    to.type = type_of_leaf(constant.leaf);
  }
  to.type_token = spec;
  return true;
}

}  // namespace

std::optional<pdb::ManagedConstant> to_windows_constant(const ppdb::ConstantSignature& constant,
                                                        const ManagedAssembly& assembly) {
  pdb::ManagedConstant result;
  if (!set_value(constant, result)) return std::nullopt;
  result.signature = assembly.find_signature(field_signature(constant));
  if (result.signature == 0 && constant.type == ElementType::kObject) {
    // Without a type the null would come back as a number.
    result.signature = assembly.find_signature_of_nameless_class();
  }
  return result;
}

std::optional<ppdb::ConstantSignature> to_portable_constant(const pdb::ManagedConstant& constant,
                                                            const ManagedAssembly& assembly,
                                                            Buffer& value) {
  ppdb::ConstantSignature result;
  value.clear();
  const auto signature = assembly.signature(constant.signature);
  if (!signature) {
    result.type = type_of_leaf(constant.leaf);
    if (constant.leaf == pdb::LF_DECIMAL || constant.leaf == pdb::LF_DATE) {
      const bool is_decimal = constant.leaf == pdb::LF_DECIMAL;
      result.type = ElementType::kValueType;
      result.type_token = assembly.find_type("System", is_decimal ? "Decimal" : "DateTime");
      if (result.type_token.is_nil()) return std::nullopt;
    }
  } else if (!read_field_signature(*signature, constant, assembly, result)) {
    return std::nullopt;
  }
  if (result.type == ElementType::kClass || result.type == ElementType::kValueType) {
    if (constant.leaf == pdb::LF_DECIMAL) {
      set_portable_decimal(constant, result, value);
    } else if (is_date(constant.leaf)) {
      result.type = ElementType::kValueType;
      value = constant.value;
      result.value = value;
    }
    return result;
  }
  if (!set_portable_value(constant, result, value)) return std::nullopt;
  return result;
}

}  // namespace sigla
