// SPDX-License-Identifier: Apache-2.0
#include "formats/pe/functions.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/byte_reader.h"
#include "formats/pe/unwind.h"

namespace sigla::pe {
namespace {

struct Range {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

// Of several names of one address the lowest is taken.
enum Rank { kTyped, kExport, kLabel };

struct Candidate {
  Function function;
  Rank rank;
};

// "_name", "_name@8" and "@name@8" of the C calling conventions.
std::string_view undecorated(std::string_view name) {
  if (name.starts_with('?')) return name;
  if (name.starts_with('_') || name.starts_with('@')) name.remove_prefix(1);
  const std::size_t at = name.rfind('@');
  const bool is_count = at != std::string_view::npos && at != 0 && at + 1 < name.size() &&
                        name.find_first_not_of("0123456789", at + 1) == std::string_view::npos;
  return is_count ? name.substr(0, at) : name;
}

class Collector {
 public:
  Collector(const Image& image, const Limits& limits) : image_(image), limits_(limits) {
    for (const Section& section : image.sections()) {
      if ((section.characteristics & IMAGE_SCN_MEM_EXECUTE) == 0) continue;
      const std::uint32_t begin = section.virtual_address;
      const std::uint32_t size = std::max(section.virtual_size, section.raw_size);
      code_.push_back({begin, begin + std::min(size, UINT32_MAX - begin)});
    }
    std::ranges::sort(code_, {}, &Range::begin);
  }

  void read_coff_symbols() {
    const Header& header = image_.header();
    if (header.symbol_table_offset == 0) return;
    const std::uint64_t size = std::uint64_t{header.symbol_count} * kCoffSymbolSize;
    const auto table = slice(image_.file(), header.symbol_table_offset, size, "COFF symbols");
    if (!table.has_value()) return;
    const Bytes strings =
        image_.file().subspan(header.symbol_table_offset + static_cast<std::size_t>(size));
    ByteReader reader(*table);
    while (!reader.at_end()) {
      const Bytes name = reader.bytes(8);
      const std::uint32_t value = reader.u32();
      const std::uint16_t section_number = reader.u16();
      const std::uint16_t type = reader.u16();
      const std::uint8_t storage_class = reader.u8();
      const std::uint8_t auxiliary_count = reader.u8();
      reader.skip(std::min<std::uint64_t>(reader.remaining(),
                                          std::uint64_t{auxiliary_count} * kCoffSymbolSize));
      // Labels of the linker and of assembly have no type.
      const bool is_typed = type == kFunctionType;
      const bool is_static = is_typed && storage_class == IMAGE_SYM_CLASS_STATIC;
      if (!is_static && storage_class != IMAGE_SYM_CLASS_EXTERNAL) continue;
      if (section_number == 0 || section_number > image_.sections().size()) continue;
      const std::uint32_t start = image_.sections()[section_number - 1].virtual_address;
      if (value > UINT32_MAX - start) continue;
      add(start + value, symbol_name(name, strings), is_typed ? kTyped : kLabel);
    }
  }

  void read_exports() {
    const DataDirectory directory = image_.directory(kExportTable);
    const auto data = image_.data_of(kExportTable);
    if (!data.has_value()) return;
    ByteReader reader(*data);
    reader.skip(20);  // flags, time stamp, version, name, ordinal base
    const std::uint32_t address_count = reader.u32();
    const std::uint32_t name_count = reader.u32();
    const std::uint32_t addresses_rva = reader.u32();
    const std::uint32_t names_rva = reader.u32();
    const std::uint32_t ordinals_rva = reader.u32();
    if (!reader.ok()) return;
    const auto addresses = array(addresses_rva, address_count, 4);
    const auto names = array(names_rva, name_count, 4);
    const auto ordinals = array(ordinals_rva, name_count, 2);
    if (!addresses || !names || !ordinals) return;
    ByteReader name_reader(*names);
    ByteReader ordinal_reader(*ordinals);
    while (!name_reader.at_end()) {
      const std::uint32_t name_rva = name_reader.u32();
      ByteReader address_reader(*addresses);
      address_reader.seek(std::uint64_t{ordinal_reader.u16()} * 4);
      const std::uint32_t address = address_reader.u32();
      if (!address_reader.ok()) continue;
      if (address - directory.rva < directory.size) continue;  // "OTHER.name"
      const auto text = image_.rest_at(name_rva);
      if (!text.has_value()) continue;
      ByteReader name(*text);
      add(address, name.cstring(limits_.symbol_name_size_max), kExport);
    }
  }

  void read_exception_directory() {
    Diagnostics diagnostics;  // who reads the unwind information reports them
    const auto functions = unwind_functions(image_, diagnostics);
    if (!functions.has_value()) return;
    for (const UnwindFunction& function : *functions) {
      ranges_.push_back(
          {function.begin, function.begin + std::min(function.size, UINT32_MAX - function.begin)});
    }
    std::ranges::sort(ranges_, {}, &Range::begin);
  }

  std::vector<Function> take() {
    std::ranges::stable_sort(candidates_, [](const Candidate& a, const Candidate& b) {
      return std::pair(a.function.address, a.rank) < std::pair(b.function.address, b.rank);
    });
    std::vector<Function> functions;
    for (const Candidate& candidate : candidates_) {
      const std::uint32_t address = candidate.function.address;
      if (!functions.empty() && functions.back().address == address) continue;
      functions.push_back(candidate.function);
    }
    for (std::size_t i = 0; i < functions.size(); ++i) {
      const bool is_last = i + 1 == functions.size();
      const std::uint32_t next = is_last ? UINT32_MAX : functions[i + 1].address;
      functions[i].size = end_of(functions[i].address, next) - functions[i].address;
    }
    return functions;
  }

 private:
  static constexpr std::uint16_t kFunctionType = 0x20;  // DT_FCN << 4

  std::optional<Bytes> array(std::uint32_t rva, std::uint32_t count, std::uint32_t size) const {
    const auto data = image_.data_at(rva, std::uint64_t{count} * size, "PE export table");
    if (!data.has_value()) return std::nullopt;
    return *data;
  }

  std::string_view symbol_name(Bytes field, Bytes strings) const {
    if (load<std::uint32_t>(field) != 0) {
      const std::string_view name = as_text(field);
      return name.substr(0, name.find('\0'));
    }
    ByteReader reader(field);
    reader.skip(4);
    ByteReader text(strings);
    text.seek(reader.u32());
    return text.cstring(limits_.symbol_name_size_max);
  }

  // The executable section that an address lies in.
  const Range* code_at(std::uint32_t rva) const {
    const auto after = std::ranges::upper_bound(code_, rva, {}, &Range::begin);
    return after != code_.begin() && rva < std::prev(after)->end ? &*std::prev(after) : nullptr;
  }

  void add(std::uint32_t address, std::string_view name, Rank rank) {
    if (image_.header().machine == IMAGE_FILE_MACHINE_I386) name = undecorated(name);
    if (image_.header().machine == IMAGE_FILE_MACHINE_ARMNT) address &= ~std::uint32_t{1};  // Thumb
    // ".text", ".LC0" and the like are no functions.
    if (name.empty() || name.starts_with('.') || code_at(address) == nullptr) return;
    candidates_.push_back({{address, 0, name}, rank});
  }

  std::uint32_t end_of(std::uint32_t address, std::uint32_t next) const {
    const std::uint32_t end = std::min(code_at(address)->end, next);
    const auto after = std::ranges::upper_bound(ranges_, address, {}, &Range::begin);
    if (after != ranges_.begin() && address < std::prev(after)->end) {
      return std::min(end, std::prev(after)->end);
    }
    // A function that needs no unwinding, or another machine.
    return after == ranges_.end() ? end : std::min(end, after->begin);
  }

  const Image& image_;
  const Limits& limits_;
  std::vector<Candidate> candidates_;
  std::vector<Range> code_;    // ascending, as are
  std::vector<Range> ranges_;  // those of the exception directory
};

}  // namespace

std::vector<Function> functions_of(const Image& image, const Limits& limits) {
  Collector collector(image, limits);
  collector.read_coff_symbols();
  collector.read_exports();
  collector.read_exception_directory();
  return collector.take();
}

}  // namespace sigla::pe
