// SPDX-License-Identifier: Apache-2.0
#include "formats/macho/functions.h"

#include <algorithm>
#include <tuple>

#include "base/checked.h"

namespace sigla::macho {
namespace {

struct Candidate {
  Function function;
  std::uint64_t section_end = 0;
  bool is_external = false;
};

std::vector<std::uint64_t> function_starts(const Image& image) {
  std::vector<std::uint64_t> starts;
  const auto data = image.function_starts();
  if (!data.has_value()) return starts;
  ByteReader reader = image.reader(*data);
  std::uint64_t address = 0;
  while (!reader.at_end()) {
    const std::uint64_t distance = reader.uleb128();
    if (distance == 0 || !reader.ok()) break;
    address += distance;  // may wrap in a damaged file, and then leads nowhere
    starts.push_back(address & ~std::uint64_t{image.header().cputype == CPU_TYPE_ARM});
  }
  std::ranges::sort(starts);
  return starts;
}

class Collector {
 public:
  explicit Collector(const Image& image) : image_(image), base_(image_base(image)) {}

  Status read_symbols(const Limits& limits) {
    const auto& table = image_.symbol_table();
    if (!table) return {};
    const std::size_t entry_size = image_.header().is_64 ? sizeof(nlist_64) : sizeof(nlist);
    SIGLA_TRY_ASSIGN(const Bytes symbols,
                     slice(image_.bytes(),
                           table->symoff,
                           std::uint64_t{table->nsyms} * entry_size,
                           "Mach-O symbols"));
    SIGLA_TRY_ASSIGN(const Bytes names,
                     slice(image_.bytes(), table->stroff, table->strsize, "Mach-O symbol names"));
    ByteReader reader = image_.reader(symbols);
    while (!reader.at_end()) add_symbol(reader, names, limits);
    return {};
  }

  std::vector<Function> take() {
    std::ranges::stable_sort(candidates_, [](const Candidate& a, const Candidate& b) {
      return std::tuple(a.function.address, !a.is_external) <
             std::tuple(b.function.address, !b.is_external);
    });
    const auto same = [](const Candidate& a, const Candidate& b) {
      return a.function.address == b.function.address;
    };
    candidates_.erase(std::unique(candidates_.begin(), candidates_.end(), same), candidates_.end());
    const auto starts = function_starts(image_);
    std::vector<Function> functions;
    functions.reserve(candidates_.size());
    for (std::size_t i = 0; i < candidates_.size(); ++i) {
      Function function = candidates_[i].function;
      std::uint64_t end = candidates_[i].section_end;
      if (i + 1 < candidates_.size()) end = std::min(end, candidates_[i + 1].function.address);
      const auto next = std::ranges::upper_bound(starts, function.address);
      if (next != starts.end()) end = std::min(end, *next);
      function.size = end - function.address;
      functions.push_back(function);
    }
    return functions;
  }

 private:
  void add_symbol(ByteReader& reader, Bytes names, const Limits& limits) {
    const std::uint32_t n_strx = reader.u32();
    const std::uint8_t n_type = reader.u8();
    const std::uint8_t n_sect = reader.u8();
    reader.skip(2);  // n_desc
    std::uint64_t n_value = image_.read_word(reader);
    if ((n_type & N_STAB) != 0 || (n_type & N_TYPE) != N_SECT) return;
    if (n_sect == 0 || n_sect > image_.sections().size()) return;
    const Section& section = image_.sections()[n_sect - 1];
    const auto section_end = checked_add(section.addr, section.size);
    if (!has_instructions(section) || !section_end) return;
    if (image_.header().cputype == CPU_TYPE_ARM) n_value &= ~std::uint64_t{1};
    if (n_value < section.addr || n_value >= *section_end || n_value < base_) return;
    ByteReader text(names);
    text.seek(n_strx);
    std::string_view name = text.cstring(limits.symbol_name_size_max);
    // "ltmp0" and "L...": labels of the assembler.
    if (name.starts_with("ltmp") || name.starts_with('L') || name.starts_with('l')) return;
    if (name.starts_with('_')) name.remove_prefix(1);
    if (name.empty()) return;
    candidates_.push_back({.function = {n_value - base_, 0, name},
                           .section_end = *section_end - base_,
                           .is_external = (n_type & N_EXT) != 0});
  }

  const Image& image_;
  std::uint64_t base_;
  std::vector<Candidate> candidates_;
};

}  // namespace

bool has_instructions(const Section& section) {
  return (section.flags & (S_ATTR_PURE_INSTRUCTIONS | S_ATTR_SOME_INSTRUCTIONS)) != 0 ||
         (section.segname == "__TEXT" && section.sectname == "__text");
}

std::uint64_t image_base(const Image& image) {
  for (const Segment& segment : image.segments()) {
    if (segment.segname == "__TEXT") return segment.vmaddr;
  }
  return 0;
}

Result<std::vector<Function>> functions_of(const Image& image, const Limits& limits) {
  Collector collector(image);
  SIGLA_TRY(collector.read_symbols(limits));
  return collector.take();
}

}  // namespace sigla::macho
