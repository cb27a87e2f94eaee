// SPDX-License-Identifier: Apache-2.0
#include "formats/pdb/frame_data.h"

#include <algorithm>

#include "base/byte_reader.h"

namespace sigla::pdb {
namespace {

constexpr std::size_t kFpoSize = 16;
constexpr std::size_t kFrameDataSize = 32;
constexpr std::uint32_t kWordSize = 4;

// Adds the record for each piece of its code; the prologue stands at the first one's start.
void add_record(FrameRecord record, const AddressMap& map, std::vector<FrameRecord>& records) {
  if (!map.is_moved()) {
    records.push_back(record);
    return;
  }
  const std::uint32_t start = record.range.low;
  const std::uint32_t prologue_size = record.prologue_size;
  map.move(record.range, [&](std::uint32_t low, RvaRange now) {
    record.range = now;
    record.prologue_size = prologue_size - std::min(prologue_size, low - start);
    records.push_back(record);
  });
}

bool set_range(std::uint32_t start, std::uint32_t size, FrameRecord& record) {
  if (size == 0 || size > UINT32_MAX - start) return false;
  record.range = {start, start + size};
  return true;
}

void read_fpo(Bytes data, const AddressMap& map, std::vector<FrameRecord>& records) {
  ByteReader reader(data);
  while (reader.remaining() >= kFpoSize) {
    FrameRecord record;
    const std::uint32_t start = reader.u32();
    const std::uint32_t size = reader.u32();
    record.local_size = reader.u32() * kWordSize;
    record.parameter_size = reader.u16() * kWordSize;
    const std::uint16_t bits = reader.u16();
    record.prologue_size = bits & 0xffU;
    record.saved_register_size = ((bits >> 8U) & 7U) * kWordSize;
    record.uses_base_pointer = (bits & 0x1000U) != 0;
    if (set_range(start, size, record)) add_record(record, map, records);
  }
}

void read_frame_data(Bytes data,
                     const AddressMap& map,
                     const NameTable& names,
                     std::vector<FrameRecord>& records) {
  ByteReader reader(data);
  while (reader.remaining() >= kFrameDataSize) {
    FrameRecord record;
    record.is_frame_data = true;
    const std::uint32_t start = reader.u32();
    const std::uint32_t size = reader.u32();
    record.local_size = reader.u32();
    record.parameter_size = reader.u32();
    record.max_stack_size = reader.u32();
    record.program = names.find(reader.u32());
    record.prologue_size = reader.u16();
    record.saved_register_size = reader.u16();
    reader.skip(4);  // exception handling, start of a function
    if (set_range(start, size, record)) add_record(record, map, records);
  }
}

}  // namespace

Result<std::vector<FrameRecord>> read_frame_records(const Container& container,
                                                    const DbiStream& dbi,
                                                    const AddressMap& map,
                                                    const NameTable& names) {
  std::vector<FrameRecord> records;
  const std::uint16_t fpo = dbi.debug_streams[kFpo];
  if (container.stream_size(fpo) != 0) {
    SIGLA_TRY_ASSIGN(const StreamBytes content, container.read(fpo, UINT32_MAX));
    read_fpo(content.bytes(), map, records);
  }
  const std::uint16_t frame_data = dbi.debug_streams[kNewFpo];
  if (container.stream_size(frame_data) != 0) {
    SIGLA_TRY_ASSIGN(const StreamBytes content, container.read(frame_data, UINT32_MAX));
    read_frame_data(content.bytes(), map, names, records);
  }
  return records;
}

}  // namespace sigla::pdb
