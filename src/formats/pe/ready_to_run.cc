// SPDX-License-Identifier: Apache-2.0
#include "formats/pe/ready_to_run.h"

#include <algorithm>
#include <iterator>

#include "base/byte_reader.h"

namespace sigla::pe {
namespace {

constexpr std::uint32_t kSignature = 0x0052'5452;  // "RTR\0"
constexpr std::uint32_t kSectionCountMax = 64;
constexpr std::uint32_t kBlockSize = 16;
constexpr std::uint16_t kPackedMappingsVersion = 16;  // .NET 10 packs mappings by bits

enum Section : std::uint32_t {
  kRuntimeFunctions = 102,
  kMethodDefEntryPoints = 103,
  kDebugInfo = 105,
};

// Images for other systems than Windows say so in their machine: its value there is combined with
// one for the system (Apple, FreeBSD, Linux, NetBSD, SunOS).
bool is_x64(std::uint16_t machine) {
  constexpr std::uint16_t kSystems[] = {0, 0x4644, 0xadc4, 0x7b79, 0x1993, 0x1992};
  return std::any_of(std::begin(kSystems), std::end(kSystems), [&](std::uint16_t system) {
    return (machine ^ system) == IMAGE_FILE_MACHINE_AMD64;
  });
}

// NativeFormat's number: the lowest bits of the first byte say how many bytes it has.
std::uint32_t read_native(ByteReader& reader) {
  const std::uint32_t first = reader.u8();
  if ((first & 1U) == 0) return first >> 1U;
  if ((first & 2U) == 0) return first >> 2U | std::uint32_t{reader.u8()} << 6U;
  if ((first & 4U) == 0) return first >> 3U | std::uint32_t{reader.u16()} << 5U;
  if ((first & 8U) == 0) {
    const std::uint32_t low = reader.u16();
    return first >> 4U | low << 4U | std::uint32_t{reader.u8()} << 20U;
  }
  if ((first & 16U) == 0) return reader.u32();
  reader.fail();
  return 0;
}

ByteReader reader_at(Bytes section, std::uint64_t offset) {
  ByteReader reader(section);
  reader.seek(offset);
  return reader;
}

// Numbers of three bits a nibble, the fourth saying that more follow; the low nibble comes first.
class NibbleReader {
 public:
  explicit NibbleReader(Bytes bytes) : bytes_(bytes) {}
  std::uint32_t number() {
    std::uint32_t value = 0;
    for (int i = 0; i < 11; ++i) {
      const std::uint32_t nibble = next();
      value = value << 3U | (nibble & 7U);
      if ((nibble & 8U) == 0) return value;
    }
    is_ok_ = false;
    return 0;
  }
  bool ok() const { return is_ok_; }
  // Of the byte behind what was read.
  std::size_t next_byte() const { return (at_ + 1) / 2; }

 private:
  std::uint32_t next() {
    if (at_ / 2 >= bytes_.size()) {
      is_ok_ = false;
      return 0;
    }
    const std::uint32_t byte = bytes_[at_ / 2];
    return at_++ % 2 == 0 ? byte & 0x0fU : byte >> 4U;
  }

  Bytes bytes_;
  std::size_t at_ = 0;
  bool is_ok_ = true;
};

}  // namespace

ReadyToRun::NativeArray ReadyToRun::NativeArray::open(Bytes section) {
  NativeArray array;
  ByteReader reader(section);
  const std::uint32_t header = read_native(reader);
  if (!reader.ok()) return array;
  array.section = section;
  array.base = static_cast<std::uint32_t>(reader.position());
  array.count = header >> 2U;
  const std::uint32_t width = header & 3U;
  array.index_width = width == 0 ? 1 : width == 1 ? 2 : 4;
  return array;
}

std::optional<std::uint32_t> ReadyToRun::NativeArray::find(std::uint32_t index) const {
  if (index >= count) return std::nullopt;
  ByteReader blocks =
      reader_at(section, std::uint64_t{base} + std::uint64_t{index / kBlockSize} * index_width);
  std::uint64_t offset = base;
  offset += index_width == 1 ? blocks.u8() : index_width == 2 ? blocks.u16() : blocks.u32();
  if (!blocks.ok()) return std::nullopt;
  for (std::uint32_t bit = kBlockSize / 2; bit > 0; bit /= 2) {
    ByteReader reader = reader_at(section, offset);
    const std::uint32_t node = read_native(reader);
    if (!reader.ok()) return std::nullopt;
    const bool is_right = (index & bit) != 0;
    if (is_right && (node & 2U) != 0) {
      offset += node >> 2U;
    } else if (!is_right && (node & 1U) != 0) {
      offset = reader.position();
    } else if ((node & 3U) == 0 && node >> 2U == (index & (kBlockSize - 1))) {
      offset = reader.position();  // the only one of its block
      break;
    } else {
      return std::nullopt;
    }
  }
  if (offset > section.size()) return std::nullopt;
  return static_cast<std::uint32_t>(offset);
}

Result<ReadyToRun> ReadyToRun::open(const Image& image,
                                    const CliHeader& header,
                                    const Limits& limits) {
  const DataDirectory& native = header.managed_native_header;
  if (native.size == 0) return make_error(ErrorCode::kNotFound, "PE: no ready-to-run code");
  SIGLA_TRY_ASSIGN(const Bytes content, image.rest_at(native.rva));
  ByteReader reader(content);
  // The images of NGen have another header here.
  if (reader.u32() != kSignature) {
    return make_error(ErrorCode::kNotFound, "PE: no ready-to-run code");
  }
  ReadyToRun code;
  code.major_version_ = reader.u16();
  code.is_x64_ = is_x64(image.header().machine);
  reader.skip(2 + 4);
  const std::uint32_t section_count = reader.u32();
  SIGLA_TRY(reader.finish("ready-to-run header"));
  if (section_count > kSectionCountMax) {
    return malformed("ready-to-run header: {} sections", section_count);
  }
  Bytes functions;
  for (std::uint32_t i = 0; i < section_count; ++i) {
    const std::uint32_t type = reader.u32();
    const std::uint32_t rva = reader.u32();
    const std::uint32_t size = reader.u32();
    SIGLA_TRY(reader.finish("ready-to-run header"));
    if (type != kRuntimeFunctions && type != kMethodDefEntryPoints && type != kDebugInfo) continue;
    SIGLA_TRY_ASSIGN(const Bytes section, image.data_at(rva, size, "ready-to-run section"));
    if (type == kRuntimeFunctions) functions = section;
    if (type == kMethodDefEntryPoints) code.entry_points_ = NativeArray::open(section);
    if (type == kDebugInfo) code.debug_info_ = NativeArray::open(section);
  }
  ByteReader records(functions);
  while (!records.at_end() && code.functions_.size() < limits.record_count_max) {
    CompiledMethod::Piece piece;
    piece.begin = records.u32();
    if (code.is_x64_) piece.end = records.u32();
    records.skip(4);  // unwind information
    if (records.ok() && piece.begin != 0xffff'ffffU) code.functions_.push_back(piece);
  }
  // Elsewhere the records say only where code begins: it ends where the next one does.
  for (std::size_t i = 0; !code.is_x64_ && i < code.functions_.size(); ++i) {
    CompiledMethod::Piece& piece = code.functions_[i];
    piece.end = i + 1 < code.functions_.size() ? code.functions_[i + 1].begin : piece.begin + 1;
  }
  return code;
}

// An entry is an index with one bit below it that says whether fixups follow, and if so another.
std::optional<std::uint32_t> ReadyToRun::runtime_function_of(std::uint32_t entry) const {
  ByteReader reader = reader_at(entry_points_.section, entry);
  const std::uint32_t id = read_native(reader);
  if (!reader.ok()) return std::nullopt;
  const std::uint32_t index = (id & 1U) != 0 ? id >> 2U : id >> 1U;
  if (index >= functions_.size()) return std::nullopt;
  return index;
}

std::vector<CompiledMethod> ReadyToRun::methods(std::uint32_t method_count) const {
  std::vector<CompiledMethod> methods;
  std::vector<std::uint32_t> firsts;
  for (std::uint32_t row = 1; row <= std::min(method_count, entry_points_.count); ++row) {
    const auto entry = entry_points_.find(row - 1);
    const auto function = entry ? runtime_function_of(*entry) : std::nullopt;
    if (!function) continue;
    methods.push_back({row, *function, {}});
    firsts.push_back(*function);
  }
  std::sort(firsts.begin(), firsts.end());
  // Funclets follow their method. So do generic instances at the end of the table, which are told
  // apart by what unwinds them only; the first record is the method in any case.
  constexpr std::size_t kPieceCountMax = 1'024;
  for (CompiledMethod& method : methods) {
    const auto next = std::upper_bound(firsts.begin(), firsts.end(), method.runtime_function);
    const std::size_t end = next == firsts.end() ? method.runtime_function + std::size_t{1} : *next;
    for (std::size_t i = method.runtime_function; i < end; ++i) {
      if (method.pieces.size() == kPieceCountMax) break;
      if (functions_[i].end > functions_[i].begin) method.pieces.push_back(functions_[i]);
    }
  }
  return methods;
}

std::vector<IlMapping> ReadyToRun::mappings(const CompiledMethod& method) const {
  std::vector<IlMapping> mappings;
  if (major_version_ >= kPackedMappingsVersion) return mappings;
  const auto entry = debug_info_.find(method.runtime_function);
  if (!entry) return mappings;
  ByteReader reader = reader_at(debug_info_.section, *entry);
  const std::uint32_t back = read_native(reader);  // to where the same was written before
  if (!reader.ok() || back > *entry) return mappings;
  const std::size_t start = back == 0 ? reader.position() : *entry - back;
  const Bytes content = debug_info_.section.subspan(start);
  NibbleReader sizes(content);
  const std::uint32_t size = sizes.number();  // of the mappings; then that of the variables
  static_cast<void>(sizes.number());
  if (!sizes.ok() || size > content.size() - sizes.next_byte()) return mappings;
  NibbleReader nibbles(content.subspan(sizes.next_byte(), size));
  const std::uint32_t count = nibbles.number();
  std::uint32_t native_offset = 0;
  for (std::uint32_t i = 0; i < count && nibbles.ok(); ++i) {
    native_offset += nibbles.number();
    const std::uint32_t il_offset = nibbles.number() + IlMapping::kEpilog;
    static_cast<void>(nibbles.number());  // why the place is one
    if (nibbles.ok()) mappings.push_back({native_offset, il_offset});
  }
  return mappings;
}

}  // namespace sigla::pe
