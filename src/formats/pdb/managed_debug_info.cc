// SPDX-License-Identifier: Apache-2.0
#include "formats/pdb/managed_debug_info.h"

#include <utility>

#include "base/byte_reader.h"
#include "base/text.h"
#include "base/utf16.h"

namespace sigla::pdb {
namespace {

constexpr std::uint8_t kVersion = 4;
constexpr std::size_t kRecordHeadSize = 8;
constexpr std::size_t kDynamicLocalSize = 200;

}  // namespace

Result<std::vector<ManagedInfoRecord>> read_managed_info(Bytes blob) {
  std::vector<ManagedInfoRecord> records;
  ByteReader reader(blob);
  const std::uint8_t version = reader.u8();
  const std::uint8_t count = reader.u8();
  reader.skip(2);
  if (version != kVersion) return records;  // MD2 of a compiler that nobody has
  for (std::uint8_t i = 0; i < count; ++i) {
    ManagedInfoRecord record;
    const std::uint8_t record_version = reader.u8();
    const std::uint8_t kind = reader.u8();
    reader.skip(1);
    std::uint8_t padding = reader.u8();
    const std::uint32_t size = reader.u32();
    if (kind <= static_cast<std::uint8_t>(ManagedInfoKind::kDynamicLocals)) padding = 0;
    if (size < kRecordHeadSize || padding > size - kRecordHeadSize) reader.fail();
    record.kind = static_cast<ManagedInfoKind>(kind);
    record.data = reader.bytes(size - kRecordHeadSize);
    SIGLA_TRY(reader.finish("custom debug information record"));
    record.data = record.data.first(record.data.size() - padding);
    if (record_version == kVersion) records.push_back(record);
  }
  return records;
}

Result<std::vector<std::uint16_t>> read_using_counts(Bytes data) {
  ByteReader reader(data);
  const std::uint16_t count = reader.u16();
  ByteReader counts_reader = reader.sub(std::uint64_t{count} * 2);
  SIGLA_TRY(reader.finish("counts of imports"));
  std::vector<std::uint16_t> counts;
  while (!counts_reader.at_end()) counts.push_back(counts_reader.u16());
  return counts;
}

Result<std::uint32_t> read_forward(Bytes data) {
  ByteReader reader(data);
  const std::uint32_t token = reader.u32();
  SIGLA_TRY(reader.finish("forwarded imports"));
  return token;
}

Result<std::vector<HoistedScope>> read_hoisted_scopes(Bytes data) {
  ByteReader reader(data);
  const std::uint32_t count = reader.u32();
  ByteReader pairs = reader.sub(std::uint64_t{count} * 8);
  SIGLA_TRY(reader.finish("scopes of hoisted locals"));
  std::vector<HoistedScope> scopes;
  while (!pairs.at_end()) {
    HoistedScope scope;
    scope.start = pairs.u32();
    const std::uint32_t last = pairs.u32();
    // The last byte inside, except for the pair of zeros.
    if ((scope.start != 0 || last != 0) && last != UINT32_MAX) scope.end = last + 1;
    scopes.push_back(scope);
  }
  return scopes;
}

Result<std::string> read_state_machine_type(Bytes data) { return utf16_to_utf8(ByteReader(data)); }

Result<std::vector<DynamicLocal>> read_dynamic_locals(Bytes data) {
  ByteReader reader(data);
  const std::uint32_t count = reader.u32();
  ByteReader rows = reader.sub(std::uint64_t{count} * kDynamicLocalSize);
  SIGLA_TRY(reader.finish("dynamic locals"));
  std::vector<DynamicLocal> locals;
  while (!rows.at_end()) {
    DynamicLocal local;
    const Bytes flags = rows.bytes(DynamicLocal::kFlagCountMax);
    const std::uint32_t flag_count = rows.u32();
    local.slot = rows.u32();
    local.name = utf16_to_utf8(rows.sub(128));
    for (std::size_t i = 0; i < flags.size() && i < flag_count; ++i) {
      local.flags.push_back(flags[i] != 0);
    }
    locals.push_back(std::move(local));
  }
  return locals;
}

Result<std::vector<TupleNames>> read_tuple_names(Bytes data) {
  ByteReader reader(data);
  const std::uint32_t count = reader.u32();
  std::vector<TupleNames> locals;
  for (std::uint32_t i = 0; i < count && reader.ok(); ++i) {
    TupleNames local;
    const std::uint32_t name_count = reader.u32();
    for (std::uint32_t k = 0; k < name_count && reader.ok(); ++k) {
      local.names.push_back(to_utf8(reader.cstring(data.size())));
    }
    local.slot = static_cast<std::int32_t>(reader.u32());
    local.scope_start = reader.u32();
    local.scope_end = reader.u32();
    local.local = to_utf8(reader.cstring(data.size()));
    if (reader.ok()) locals.push_back(std::move(local));
  }
  SIGLA_TRY(reader.finish("names of tuple elements"));
  return locals;
}

bool ManagedInfoWriter::add(ManagedInfoKind kind, Bytes data) {
  const auto padding = static_cast<std::uint8_t>((4 - data.size() % 4) % 4);
  const std::size_t size = kRecordHeadSize + data.size() + padding;
  if (count_ == UINT8_MAX || size > size_max_ || records_.size() + 4 > size_max_ - size) {
    return false;
  }
  const bool says_padding = kind > ManagedInfoKind::kDynamicLocals;
  records_.u8(kVersion).u8(static_cast<std::uint8_t>(kind)).u8(0).u8(says_padding ? padding : 0);
  records_.u32(static_cast<std::uint32_t>(size)).bytes(data).zeros(padding);
  ++count_;
  return true;
}

bool ManagedInfoWriter::add_using_counts(const std::vector<std::uint16_t>& counts) {
  ByteWriter out;
  out.u16(static_cast<std::uint16_t>(counts.size()));
  for (const std::uint16_t count : counts) out.u16(count);
  return add(ManagedInfoKind::kUsing, out.data());
}

bool ManagedInfoWriter::add_forward(ManagedInfoKind kind, std::uint32_t token) {
  ByteWriter out;
  out.u32(token);
  return add(kind, out.data());
}

bool ManagedInfoWriter::add_hoisted_scopes(const std::vector<HoistedScope>& scopes) {
  ByteWriter out;
  out.u32(static_cast<std::uint32_t>(scopes.size()));
  for (const HoistedScope& scope : scopes) {
    out.u32(scope.start).u32(scope.end == 0 ? 0 : scope.end - 1);
  }
  return add(ManagedInfoKind::kHoistedScopes, out.data());
}

bool ManagedInfoWriter::add_state_machine_type(std::string_view name) {
  ByteWriter out;
  out.bytes(utf8_to_utf16(name)).u16(0);
  return add(ManagedInfoKind::kStateMachineType, out.data());
}

bool ManagedInfoWriter::add_dynamic_locals(const std::vector<DynamicLocal>& locals) {
  ByteWriter out;
  out.u32(static_cast<std::uint32_t>(locals.size()));
  for (const DynamicLocal& local : locals) {
    const Buffer name = utf8_to_utf16(local.name);
    SIGLA_CHECK(local.flags.size() <= DynamicLocal::kFlagCountMax);
    SIGLA_CHECK(name.size() <= DynamicLocal::kNameSizeMax * 2);
    for (const bool flag : local.flags) out.u8(flag ? 1 : 0);
    out.zeros(DynamicLocal::kFlagCountMax - local.flags.size());
    out.u32(static_cast<std::uint32_t>(local.flags.size())).u32(local.slot);
    out.bytes(name).zeros(128 - name.size());
  }
  return add(ManagedInfoKind::kDynamicLocals, out.data());
}

bool ManagedInfoWriter::add_tuple_names(const std::vector<TupleNames>& locals) {
  ByteWriter out;
  out.u32(static_cast<std::uint32_t>(locals.size()));
  for (const TupleNames& local : locals) {
    out.u32(static_cast<std::uint32_t>(local.names.size()));
    for (const std::string& name : local.names) out.cstring(name);
    out.u32(static_cast<std::uint32_t>(local.slot)).u32(local.scope_start).u32(local.scope_end);
    out.cstring(local.local);
  }
  return add(ManagedInfoKind::kTupleElementNames, out.data());
}

Buffer ManagedInfoWriter::take() && {
  if (count_ == 0) return {};
  ByteWriter out;
  out.u8(kVersion).u8(count_).u16(0).bytes(records_.data());
  return std::move(out).take();
}

}  // namespace sigla::pdb
