// SPDX-License-Identifier: Apache-2.0
// The blobs of a Portable PDB as they are written; what they mean stands with their readers:
// sequence_points.h, scopes.h, debug_information.h, documents.h.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/byte_writer.h"
#include "codec/clr_tables.h"
#include "formats/ppdb/debug_information.h"
#include "formats/ppdb/scopes.h"
#include "formats/ppdb/sequence_points.h"

namespace sigla::ppdb {

class Writer;

// II.23.2. Requires: value < 2^29, or -2^28 <= value < 2^28.
inline constexpr std::uint32_t kCompressedMax = 0x1fff'ffff;
void write_compressed(std::uint32_t value, ByteWriter& out);
void write_compressed_signed(std::int32_t value, ByteWriter& out);
// II.23.2.8. Requires: a TypeDef, TypeRef or TypeSpec.
void write_type_token(ClrToken token, ByteWriter& out);

// `points`: in the order of their offsets, all different; the places of those not hidden are in
// order and lines and columns no larger than kLineMax and kColumnMax. `document` becomes the row
// for all of them, or 0 when there are several.
inline constexpr std::uint32_t kLineMax = 0x0fff'ffff;
inline constexpr std::uint32_t kColumnMax = 0xffff;
Buffer write_sequence_points(std::uint32_t local_signature,
                             const std::vector<SequencePoint>& points,
                             std::uint32_t& document);

// Index of the name's blob.
std::uint32_t add_document_name(std::string_view path, Writer& writer);

Buffer write_imports(const std::vector<Import>& imports, Writer& writer);
Buffer write_constant(const ConstantSignature& constant);
Buffer write_async_stepping(const AsyncStepping& stepping);
Buffer write_hoisted_scopes(const std::vector<HoistedScope>& scopes);
// A bit for each, without zero bytes at the end, but one at least.
Buffer write_dynamic_flags(const std::vector<bool>& flags);

}  // namespace sigla::ppdb
