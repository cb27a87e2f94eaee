// SPDX-License-Identifier: Apache-2.0
#include "formats/ppdb/blob_writer.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "formats/ppdb/writer.h"

namespace sigla::ppdb {
namespace {

void write_place(const SequencePoint& point, const SequencePoint* before, ByteWriter& out) {
  const std::uint32_t lines = point.end_line - point.start_line;
  const auto columns =
      static_cast<std::int32_t>(point.end_column) - static_cast<std::int32_t>(point.start_column);
  write_compressed(lines, out);
  if (lines == 0) {
    write_compressed(static_cast<std::uint32_t>(columns), out);
  } else {
    write_compressed_signed(columns, out);
  }
  if (before == nullptr) {
    write_compressed(point.start_line, out);
    write_compressed(point.start_column, out);
    return;
  }
  const auto difference = [](std::uint32_t a, std::uint32_t b) {
    return static_cast<std::int32_t>(a) - static_cast<std::int32_t>(b);
  };
  write_compressed_signed(difference(point.start_line, before->start_line), out);
  write_compressed_signed(difference(point.start_column, before->start_column), out);
}

}  // namespace

void write_compressed(std::uint32_t value, ByteWriter& out) {
  SIGLA_CHECK(value <= kCompressedMax);
  const auto byte = [&](unsigned shift, std::uint32_t mark) {
    out.u8(static_cast<std::uint8_t>((value >> shift & 0xffU) | mark));
  };
  if (value < 0x80) {
    byte(0, 0);
  } else if (value < 0x4000) {
    byte(8, 0x80);
    byte(0, 0);
  } else {
    byte(24, 0xc0);
    byte(16, 0);
    byte(8, 0);
    byte(0, 0);
  }
}

// The sign goes to the lowest bit; 6, 13 or 28 bits are left for the number.
void write_compressed_signed(std::int32_t value, ByteWriter& out) {
  SIGLA_CHECK(value >= -(1 << 28) && value < 1 << 28);
  const std::uint32_t sign = value < 0 ? 1 : 0;
  const auto bits = static_cast<std::uint32_t>(value);
  if (value >= -(1 << 6) && value < 1 << 6) {
    out.u8(static_cast<std::uint8_t>((bits << 1U | sign) & 0x7fU));
  } else if (value >= -(1 << 13) && value < 1 << 13) {
    const std::uint32_t rotated = (bits << 1U | sign) & 0x3fffU;
    out.u8(static_cast<std::uint8_t>(rotated >> 8U | 0x80U)).u8(static_cast<std::uint8_t>(rotated));
  } else {
    const std::uint32_t rotated = ((bits << 1U | sign) & 0x1fff'ffffU) | 0xc000'0000U;
    for (int shift = 24; shift >= 0; shift -= 8) {
      out.u8(static_cast<std::uint8_t>(rotated >> static_cast<unsigned>(shift)));
    }
  }
}

void write_type_token(ClrToken token, ByteWriter& out) {
  const std::uint32_t tag = token.table == ClrTable::kTypeDef   ? 0
                            : token.table == ClrTable::kTypeRef ? 1
                                                                : 2;
  write_compressed((token.row << 2U | tag) & kCompressedMax, out);
}

Buffer write_sequence_points(std::uint32_t local_signature,
                             const std::vector<SequencePoint>& points,
                             std::uint32_t& document) {
  document = 0;
  if (points.empty()) return {};
  const bool is_one = std::all_of(points.begin(), points.end(), [&](const SequencePoint& point) {
    return point.document == points.front().document;
  });
  if (is_one) document = points.front().document;
  ByteWriter out;
  write_compressed(local_signature, out);
  std::uint32_t current = document;
  const SequencePoint* before = nullptr;  // that was not hidden
  for (std::size_t i = 0; i < points.size(); ++i) {
    const SequencePoint& point = points[i];
    if (point.document != current) {
      if (i > 0) write_compressed(0, out);
      write_compressed(point.document, out);
      current = point.document;
    }
    write_compressed(i == 0 ? point.il_offset : point.il_offset - points[i - 1].il_offset, out);
    if (point.is_hidden) {
      out.u16(0);
      continue;
    }
    write_place(point, before, out);
    before = &point;
  }
  return std::move(out).take();
}

std::uint32_t add_document_name(std::string_view path, Writer& writer) {
  const char separator =
      std::ranges::count(path, '/') >= std::ranges::count(path, '\\') ? '/' : '\\';
  ByteWriter name;
  name.u8(static_cast<std::uint8_t>(separator));
  for (const std::string_view part : split(path, separator)) {
    write_compressed(writer.add_blob(as_bytes(part)), name);
  }
  return writer.add_blob(name.data());
}

Buffer write_imports(const std::vector<Import>& imports, Writer& writer) {
  using Kind = Import::Kind;
  ByteWriter out;
  const auto text = [&](std::string_view value) {
    write_compressed(writer.add_blob(as_bytes(value)), out);
  };
  for (const Import& import : imports) {
    const Kind kind = import.kind;
    write_compressed(static_cast<std::uint32_t>(kind), out);
    if (kind >= Kind::kXmlNamespace) text(import.alias);
    if (kind == Kind::kAssemblyNamespace || kind == Kind::kAliasAssembly ||
        kind == Kind::kAliasAssemblyNamespace) {
      write_compressed(import.assembly.row, out);
    }
    if (kind == Kind::kNamespace || kind == Kind::kAssemblyNamespace ||
        kind == Kind::kXmlNamespace || kind == Kind::kAliasNamespace ||
        kind == Kind::kAliasAssemblyNamespace) {
      text(import.target_namespace);
    }
    if (kind == Kind::kType || kind == Kind::kAliasType) write_type_token(import.type, out);
  }
  return std::move(out).take();
}

Buffer write_constant(const ConstantSignature& constant) {
  constexpr std::uint8_t kRequiredModifier = 0x1f;
  constexpr std::uint8_t kOptionalModifier = 0x20;
  ByteWriter out;
  for (const ConstantSignature::Modifier& modifier : constant.modifiers) {
    out.u8(modifier.is_required ? kRequiredModifier : kOptionalModifier);
    write_type_token(modifier.type, out);
  }
  const bool is_type =
      constant.type == ElementType::kValueType || constant.type == ElementType::kClass;
  out.u8(static_cast<std::uint8_t>(constant.type));
  if (is_type) write_type_token(constant.type_token, out);
  if (constant.is_null_string) {
    out.u8(0xff);
  } else {
    out.bytes(constant.value);
  }
  if (!is_type && !constant.type_token.is_nil()) write_type_token(constant.type_token, out);
  return std::move(out).take();
}

Buffer write_async_stepping(const AsyncStepping& stepping) {
  ByteWriter out;
  out.u32(stepping.catch_handler_offset ? *stepping.catch_handler_offset + 1 : 0);
  for (const AsyncStepping::Await& await : stepping.awaits) {
    out.u32(await.yield_offset).u32(await.resume_offset);
    write_compressed(await.resume_method, out);
  }
  return std::move(out).take();
}

Buffer write_hoisted_scopes(const std::vector<HoistedScope>& scopes) {
  ByteWriter out;
  for (const HoistedScope& scope : scopes) out.u32(scope.start_offset).u32(scope.length);
  return std::move(out).take();
}

Buffer write_dynamic_flags(const std::vector<bool>& flags) {
  Buffer bits(flags.size() / 8 + 1);
  for (std::size_t i = 0; i < flags.size(); ++i) {
    if (flags[i]) bits[i / 8] |= static_cast<std::uint8_t>(1U << i % 8);
  }
  while (bits.size() > 1 && bits.back() == 0) bits.pop_back();
  return bits;
}

}  // namespace sigla::ppdb
