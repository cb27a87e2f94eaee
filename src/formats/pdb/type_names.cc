// SPDX-License-Identifier: Apache-2.0
#include "formats/pdb/type_names.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/byte_reader.h"

namespace sigla::pdb {
namespace {

constexpr std::string_view kUnknown = "?";
constexpr std::uint32_t kNoType = 0;
constexpr std::uint32_t kNullptr = 0x103;

struct SimpleType {
  std::uint8_t kind;
  std::string_view name;
};
constexpr std::array<SimpleType, 35> kSimpleTypes = {{
    {0x03, "void"},
    {0x08, "HRESULT"},
    {0x10, "signed char"},
    {0x11, "short"},
    {0x12, "long"},
    {0x13, "__int64"},
    {0x14, "__int128"},
    {0x20, "unsigned char"},
    {0x21, "unsigned short"},
    {0x22, "unsigned long"},
    {0x23, "unsigned __int64"},
    {0x24, "unsigned __int128"},
    {0x30, "bool"},
    {0x40, "float"},
    {0x41, "double"},
    {0x42, "long double"},
    {0x43, "__float128"},
    {0x46, "_Float16"},
    {0x50, "_Complex float"},
    {0x51, "_Complex double"},
    {0x52, "_Complex long double"},
    {0x68, "signed char"},
    {0x69, "unsigned char"},
    {0x70, "char"},
    {0x71, "wchar_t"},
    {0x72, "short"},
    {0x73, "unsigned short"},
    {0x74, "int"},
    {0x75, "unsigned int"},
    {0x76, "__int64"},
    {0x77, "unsigned __int64"},
    {0x78, "__int128"},
    {0x79, "unsigned __int128"},
    {0x7a, "char16_t"},
    {0x7b, "char32_t"},
}};
constexpr std::uint8_t kChar8 = 0x7c;

// Bits 8 to 10 of a built-in type's index are set when it is a pointer to the type.
std::string simple_type(std::uint32_t index) {
  if (index == kNullptr) return "std::nullptr_t";
  const std::uint32_t kind = index & 0xffU;
  std::string_view name = kind == kChar8 ? "char8_t" : kUnknown;
  for (const SimpleType& type : kSimpleTypes) {
    if (type.kind == kind) name = type.name;
  }
  return (index & 0x700U) != 0 ? std::string(name) + " *" : std::string(name);
}

void skip_number(ByteReader& reader) {
  const std::uint16_t leaf = reader.u16();
  if (leaf < LF_NUMERIC) return;
  switch (leaf) {
    case LF_CHAR:
      return reader.skip(1);
    case LF_SHORT:
    case LF_USHORT:
      return reader.skip(2);
    case LF_LONG:
    case LF_ULONG:
      return reader.skip(4);
    case LF_QUADWORD:
    case LF_UQUADWORD:
      return reader.skip(8);
    default:
      return reader.fail();
  }
}

std::string_view rest_as_name(const ByteReader& reader) {
  const std::string_view rest = as_text(reader.rest());
  return rest.substr(0, rest.find('\0'));
}

// A space between a word and what follows it, none behind "*", "&" or "(".
void append_word(std::string& text, std::string_view word) {
  if (!text.empty() && text.back() != ' ' && text.back() != '*' && text.back() != '&' &&
      text.back() != '(') {
    text += ' ';
  }
  text += word;
}

}  // namespace

std::optional<std::string_view> read_udt_name(const TypeRecord& record) {
  ByteReader reader(record.data);
  switch (record.kind) {
    case LF_CLASS:
    case LF_STRUCTURE:
    case LF_INTERFACE:
      reader.skip(16);  // member count, properties, members, bases, virtual table's shape
      skip_number(reader);
      break;
    case LF_CLASS2:
    case LF_STRUCTURE2:
      reader.skip(18);  // the same with wider properties
      skip_number(reader);
      break;
    case LF_UNION:
      reader.skip(8);
      skip_number(reader);
      break;
    case LF_ENUM:
      reader.skip(12);
      break;
    default:
      return std::nullopt;
  }
  if (!reader.ok()) return std::nullopt;
  return rest_as_name(reader);
}

std::string_view last_component(std::string_view qualified_name) {
  std::size_t depth = 0;
  for (std::size_t i = qualified_name.size(); i > 0; --i) {
    const char c = qualified_name[i - 1];
    if (c == '>') ++depth;
    if (c == '<' && depth > 0) --depth;
    if (c == ':' && depth == 0) return qualified_name.substr(i);
  }
  return qualified_name;
}

std::string TypeNames::text(std::uint32_t index, unsigned depth) {
  Parts made = parts(index, depth);
  return std::move(made.before) + made.after;
}

TypeNames::Parts TypeNames::parts(std::uint32_t index, unsigned depth) {
  if (depth >= limits_.type_depth_max || size_left_ == 0) return {std::string(kUnknown), "", false};
  size_left_ -= 1;
  Parts made = record_parts(index, depth);
  size_left_ -= std::min(size_left_, made.before.size() + made.after.size());
  return made;
}

TypeNames::Parts TypeNames::record_parts(std::uint32_t index, unsigned depth) {
  if (index < kFirstTypeIndex) return {simple_type(index), "", false};
  const auto record = types_.find(index);
  if (!record) return {std::string(kUnknown), "", false};
  switch (record->kind) {
    case LF_MODIFIER:
      return modifier_parts(record->data, depth);
    case LF_POINTER:
      return pointer_parts(record->data, depth);
    case LF_ARRAY:
      return array_parts(record->data, depth);
    case LF_PROCEDURE:
    case LF_MFUNCTION:
      return function_parts(*record, depth);
    default:
      return {std::string(read_udt_name(*record).value_or(kUnknown)), "", false};
  }
}

TypeNames::Parts TypeNames::modifier_parts(Bytes data, unsigned depth) {
  ByteReader reader(data);
  const std::uint32_t type = reader.u32();
  const std::uint16_t modifiers = reader.u16();
  Parts made = parts(type, depth + 1);
  if ((modifiers & 1U) != 0) append_word(made.before, "const");
  if ((modifiers & 2U) != 0) append_word(made.before, "volatile");
  return made;
}

TypeNames::Parts TypeNames::pointer_parts(Bytes data, unsigned depth) {
  enum Mode { kPointer, kReference, kDataMember, kMemberFunction, kRvalueReference };
  ByteReader reader(data);
  const std::uint32_t referent = reader.u32();
  const std::uint32_t attributes = reader.u32();
  const unsigned mode = (attributes >> 5U) & 7U;
  Parts made = parts(referent, depth + 1);
  if (made.wraps_after) {
    append_word(made.before, "(");
    made.after.insert(0, ")");
    made.wraps_after = false;
  } else if (!made.before.empty() && made.before.back() != '*' && made.before.back() != '(') {
    made.before += ' ';
  }
  if (mode == kDataMember || mode == kMemberFunction) {
    made.before += text(reader.u32(), depth + 1) + "::*";
  } else {
    made.before += mode == kReference ? "&" : mode == kRvalueReference ? "&&" : "*";
  }
  if ((attributes & (1U << 10U)) != 0) append_word(made.before, "const");
  if ((attributes & (1U << 9U)) != 0) append_word(made.before, "volatile");
  return made;
}

TypeNames::Parts TypeNames::array_parts(Bytes data, unsigned depth) {
  ByteReader reader(data);
  Parts made = parts(reader.u32(), depth + 1);
  made.after.insert(0, "[]");
  made.wraps_after = true;
  return made;
}

TypeNames::Parts TypeNames::function_parts(const TypeRecord& record, unsigned depth) {
  ByteReader reader(record.data);
  const std::uint32_t result = reader.u32();
  reader.skip(record.kind == LF_MFUNCTION ? 12 : 4);  // class, this; convention, attributes, count
  const std::uint32_t arguments = reader.u32();
  Parts made = parts(result, depth + 1);
  made.after.insert(0, argument_list(arguments, depth + 1));
  made.wraps_after = true;
  return made;
}

// The last argument of a list is no type where the C ellipsis stands.
std::string TypeNames::argument_list(std::uint32_t index, unsigned depth) {
  const auto record = types_.find(index);
  if (!record || record->kind != LF_ARGLIST || depth >= limits_.type_depth_max) return "()";
  ByteReader reader(record->data);
  const std::uint32_t count = reader.u32();
  std::string list = "(";
  for (std::uint32_t i = 0; i < count && !reader.at_end() && size_left_ > 0; ++i) {
    if (i > 0) list += ", ";
    const std::uint32_t argument = reader.u32();
    list += argument == kNoType ? "..." : text(argument, depth + 1);
  }
  return list + ")";
}

std::string_view TypeNames::type(std::uint32_t index) {
  const auto [found, is_new] = type_texts_.try_emplace(index);
  if (!is_new) return found->second;
  size_left_ = limits_.symbol_name_size_max;
  found->second = text(index, 0);
  return found->second;
}

// A scope: a string, or a function that a lambda or local class belongs to.
std::string TypeNames::id_text(std::uint32_t id, unsigned depth) {
  const auto record = ids_.find(id);
  if (!record || depth >= limits_.type_depth_max) return "";
  if (record->kind != LF_STRING_ID) return function_text(id, depth);
  ByteReader reader(record->data);
  reader.skip(4);  // a list of strings before this one: of command lines only
  return std::string(rest_as_name(reader));
}

std::string TypeNames::function_text(std::uint32_t id, unsigned depth) {
  const auto record = ids_.find(id);
  if (!record || depth >= limits_.type_depth_max) return "";
  ByteReader reader(record->data);
  const std::uint32_t scope = reader.u32();
  reader.skip(4);  // the function's type
  const std::string_view name = rest_as_name(reader);
  if (!reader.ok()) return "";
  if (record->kind == LF_FUNC_ID) {
    if (scope == kNoType) return std::string(name);
    return id_text(scope, depth + 1) + "::" + std::string(name);
  }
  if (record->kind != LF_MFUNC_ID) return "";
  const std::string class_name = text(scope, depth + 1);
  // Visual C++ leaves out the names of constructors and destructors.
  if (name == "{ctor}") return class_name + "::" + std::string(last_component(class_name));
  if (name == "{dtor}") return class_name + "::~" + std::string(last_component(class_name));
  return class_name + "::" + std::string(name);
}

std::string_view TypeNames::function(std::uint32_t id) {
  const auto [found, is_new] = function_texts_.try_emplace(id);
  if (!is_new) return found->second;
  size_left_ = limits_.symbol_name_size_max;
  found->second = function_text(id, 0);
  return found->second;
}

std::string_view TypeNames::parameters(const Procedure& procedure) {
  std::uint32_t index = procedure.type;
  if (procedure.type_is_id) {
    const auto id = ids_.find(index);
    if (!id || (id->kind != LF_FUNC_ID && id->kind != LF_MFUNC_ID)) return "";
    ByteReader reader(id->data);
    reader.skip(4);
    index = reader.u32();
  }
  const auto [found, is_new] = parameter_texts_.try_emplace(index);
  if (!is_new) return found->second;
  const auto record = types_.find(index);
  if (record && (record->kind == LF_PROCEDURE || record->kind == LF_MFUNCTION)) {
    ByteReader reader(record->data);
    reader.skip(record->kind == LF_MFUNCTION ? 16 : 8);
    const std::uint32_t arguments = reader.u32();
    size_left_ = limits_.symbol_name_size_max;
    if (reader.ok()) found->second = argument_list(arguments, 1);
  }
  return found->second;
}

}  // namespace sigla::pdb
