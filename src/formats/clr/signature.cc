// SPDX-License-Identifier: Apache-2.0
#include "formats/clr/signature.h"

#include <algorithm>
#include <array>

namespace sigla::clr {
namespace {

// II.23.1.16
enum ElementType : std::uint8_t {
  kPtr = 0x0f,
  kByRef = 0x10,
  kValueType = 0x11,
  kClass = 0x12,
  kVar = 0x13,
  kArray = 0x14,
  kGenericInst = 0x15,
  kFnPtr = 0x1b,
  kSzArray = 0x1d,
  kMVar = 0x1e,
  kCmodReqd = 0x1f,
  kCmodOpt = 0x20,
  kSentinel = 0x41,
  kPinned = 0x45,
};

constexpr std::uint8_t kGeneric = 0x10;  // of a calling convention (II.23.2.1)
constexpr std::uint8_t kHasThis = 0x20;

// By element type; empty for those that are no type of their own.
constexpr std::array<std::string_view, 0x1d> kSimpleTypes = {
    "",       "Void",    "Boolean", "Char",   "SByte",  "Byte",   "Int16",          "UInt16",
    "Int32",  "UInt32",  "Int64",   "UInt64", "Single", "Double", "String",         "",
    "",       "",        "",        "",       "",       "",       "TypedReference", "",
    "IntPtr", "UIntPtr", "",        "",       "Object"};

class SignatureReader {
 public:
  SignatureReader(const Program& program, Bytes blob, const GenericContext& context)
      : program_(program), context_(context), reader_(blob) {}

  Result<MethodSignature> method() {
    MethodSignature signature;
    const std::uint8_t convention = reader_.u8();
    signature.has_this = (convention & kHasThis) != 0;
    if ((convention & kGeneric) != 0) signature.generic_count = read_clr_compressed(reader_);
    const std::uint32_t count = read_clr_compressed(reader_);
    SIGLA_TRY(reader_.finish("method signature"));
    SIGLA_TRY_ASSIGN(signature.return_type, type(0));
    for (std::uint32_t i = 0; i < count && !reader_.at_end(); ++i) {
      SIGLA_TRY_ASSIGN(std::string parameter, type(0));
      signature.parameters.push_back(std::move(parameter));
    }
    if (signature.parameters.size() != count) reader_.fail();
    SIGLA_TRY(reader_.finish("method signature"));
    return signature;
  }

  Result<std::string> type(std::uint32_t depth) {
    if (depth > program_.limits().type_depth_max) {
      return make_error(ErrorCode::kLimitExceeded, "signature: types nested {} deep", depth);
    }
    SIGLA_TRY_ASSIGN(std::string name, unchecked_type(depth));
    SIGLA_TRY(reader_.finish("signature"));
    if (name.size() > program_.limits().symbol_name_size_max) {
      return make_error(ErrorCode::kLimitExceeded, "signature: a type of {} bytes", name.size());
    }
    return name;
  }

 private:
  Result<std::string> unchecked_type(std::uint32_t depth) {
    std::uint8_t code = reader_.u8();
    while (code == kCmodReqd || code == kCmodOpt || code == kSentinel || code == kPinned) {
      if (code == kCmodReqd || code == kCmodOpt) static_cast<void>(read_clr_type_token(reader_));
      code = reader_.u8();
    }
    if (const std::string_view simple = simple_type_name(code); !simple.empty()) {
      return "System." + std::string(simple);
    }
    switch (code) {
      case kPtr:
        return with_suffix(depth, "*");
      case kByRef:
        return with_suffix(depth, "&");
      case kSzArray:
        return with_suffix(depth, "[]");
      case kValueType:
      case kClass:
        return named(read_clr_type_token(reader_), depth);
      case kVar:
        return parameter(context_.type_parameters, "!");
      case kMVar:
        return parameter(context_.method_parameters, "!!");
      case kArray:
        return array(depth);
      case kGenericInst:
        return generic_instance(depth);
      case kFnPtr:
        return function_pointer(depth);
      default:
        return malformed("signature: type 0x{:x}", code);
    }
  }

  Result<std::string> with_suffix(std::uint32_t depth, std::string_view suffix) {
    SIGLA_TRY_ASSIGN(std::string name, type(depth + 1));
    return name.append(suffix);
  }

  Result<std::string> named(ClrToken token, std::uint32_t depth) {
    const ClrMetadata& tables = program_.tables();
    if (!reader_.ok() || token.row == 0 || token.table == kClrNoTable ||
        token.row > tables.row_count(token.table)) {
      return malformed("signature: no type 0x{:08x}", token.value());
    }
    if (token.table == ClrTable::kTypeDef) return program_.type_name(token.row);
    if (token.table == ClrTable::kTypeRef) return program_.type_ref_name(token.row);
    SIGLA_TRY_ASSIGN(const Bytes blob, tables.blob(tables.cell(token.table, token.row, 0)));
    SignatureReader inner(program_, blob, context_);
    return inner.type(depth + 1);
  }

  // "T", or "!0" where the parameter has no name.
  Result<std::string> parameter(const std::vector<std::string_view>& names,
                                std::string_view prefix) {
    const std::uint32_t number = read_clr_compressed(reader_);
    if (number < names.size() && !names[number].empty()) return std::string(names[number]);
    return std::string(prefix) + std::to_string(number);
  }

  // II.23.2.13: rank, sizes, lower bounds; only the rank is of a name.
  Result<std::string> array(std::uint32_t depth) {
    constexpr std::uint32_t kRankMax = 32;
    SIGLA_TRY_ASSIGN(std::string name, type(depth + 1));
    const std::uint32_t rank = read_clr_compressed(reader_);
    if (rank == 0 || rank > kRankMax) return malformed("signature: an array of rank {}", rank);
    for (int list = 0; list < 2; ++list) {
      const std::uint32_t count = read_clr_compressed(reader_);
      for (std::uint32_t i = 0; i < count && reader_.ok(); ++i) {
        static_cast<void>(read_clr_compressed(reader_));
      }
    }
    return name + (rank == 1 ? "[*]" : "[" + std::string(rank - 1, ',') + "]");
  }

  Result<std::string> generic_instance(std::uint32_t depth) {
    const std::uint8_t code = reader_.u8();
    if (code != kClass && code != kValueType)
      return malformed("signature: instance of 0x{:x}", code);
    SIGLA_TRY_ASSIGN(std::string name, named(read_clr_type_token(reader_), depth));
    const std::uint32_t count = read_clr_compressed(reader_);
    for (std::uint32_t i = 0; i < count; ++i) {
      SIGLA_TRY_ASSIGN(const std::string argument, type(depth + 1));
      name.append(i == 0 ? "[" : ",").append(argument);
    }
    return count == 0 ? name : name + "]";
  }

  Result<std::string> function_pointer(std::uint32_t depth) {
    const std::uint8_t convention = reader_.u8();
    if ((convention & kGeneric) != 0) static_cast<void>(read_clr_compressed(reader_));
    const std::uint32_t count = read_clr_compressed(reader_);
    SIGLA_TRY_ASSIGN(std::string name, type(depth + 1));
    name += '(';
    for (std::uint32_t i = 0; i < count; ++i) {
      SIGLA_TRY_ASSIGN(const std::string argument, type(depth + 1));
      name.append(i == 0 ? "" : ", ").append(argument);
    }
    return name + ")";
  }

  const Program& program_;
  const GenericContext& context_;
  ByteReader reader_;
};

}  // namespace

GenericContext generic_context(const Program& program, std::uint32_t method) {
  GenericContext context;
  const std::uint32_t type = program.type_of(method);
  if (type != 0) context.type_parameters = program.generic_parameters({ClrTable::kTypeDef, type});
  context.method_parameters = program.generic_parameters({ClrTable::kMethodDef, method});
  return context;
}

Result<MethodSignature> read_method_signature(const Program& program,
                                              Bytes blob,
                                              const GenericContext& context) {
  return SignatureReader(program, blob, context).method();
}

Result<std::string> read_type_signature(const Program& program,
                                        Bytes blob,
                                        const GenericContext& context) {
  return SignatureReader(program, blob, context).type(0);
}

std::string_view simple_type_name(std::uint8_t element_type) {
  return element_type < kSimpleTypes.size() ? kSimpleTypes[element_type] : std::string_view();
}

std::string without_type_arguments(std::string_view name) {
  std::string plain;
  int depth = 0;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    const std::size_t end = name.find_first_not_of(",*", i + 1);
    const bool is_array = c == '[' && end != std::string_view::npos && name[end] == ']';
    if (is_array && depth == 0) {
      plain += name.substr(i, end - i + 1);
      i = end;
    } else if (c == '[') {
      ++depth;
    } else if (c == ']') {
      depth = std::max(depth - 1, 0);
    } else if (depth == 0) {
      plain += c;
    }
  }
  return plain;
}

std::string short_type_name(std::string_view full_name) {
  const std::string plain = without_type_arguments(full_name);
  return plain.substr(plain.find_last_of(".+") + 1);
}

}  // namespace sigla::clr
