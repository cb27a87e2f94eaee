// SPDX-License-Identifier: Apache-2.0
#include "formats/elf/functions.h"

#include <algorithm>
#include <optional>
#include <tuple>

#include "base/checked.h"
#include "formats/elf/layout.h"

namespace sigla::elf {
namespace {

struct Candidate {
  Function function;
  std::uint64_t section_end = 0;
  std::uint8_t binding = 0;
};

bool is_function_type(std::uint8_t type) {
  return type == STT_FUNC || type == STT_GNU_IFUNC || type == STT_NOTYPE;
}

// AAELF section 5.5.5 and its AArch64 and RISC-V cousins: $a, $t, $d, $x and with a suffix, "$d.7".
bool is_mapping_symbol(std::string_view name) {
  return name.size() >= 2 && name[0] == '$' &&
         std::string_view("atdx").find(name[1]) != std::string_view::npos &&
         (name.size() == 2 || name[2] == '.' || name.starts_with("$xrv"));
}

int rank(std::uint8_t binding) {
  if (binding == STB_GLOBAL) return 0;
  return binding == STB_WEAK ? 1 : 2;
}

bool better(const Candidate& a, const Candidate& b) {
  const auto key = [](const Candidate& c) {
    return std::tuple(c.function.address,
                      c.function.size == 0,
                      rank(c.binding),
                      c.function.name.size(),
                      c.function.name);
  };
  return key(a) < key(b);
}

// Collects the functions of one file out of its tables.
class Collector {
 public:
  explicit Collector(const Image& image)
      : image_(image), load_address_(load_address(image)), addresses_(section_addresses(image)) {
    find_code();
    const Section* opd = image.section(".opd");
    if (opd == nullptr || image.header().e_machine != EM_PPC64) return;
    const auto data = image.data(*opd);
    if (!data.has_value()) return;
    opd_ = opd;
    descriptors_ = *data;
  }

  void add(const SymbolTable& table) {
    for (std::uint64_t i = 1; i < table.size(); ++i) add(table.symbol(i));
  }

  std::vector<Function> take() {
    std::ranges::sort(candidates_, better);
    const auto same = [](const Candidate& a, const Candidate& b) {
      return a.function.address == b.function.address;
    };
    candidates_.erase(std::unique(candidates_.begin(), candidates_.end(), same), candidates_.end());
    std::vector<Function> functions;
    functions.reserve(candidates_.size());
    for (std::size_t i = 0; i < candidates_.size(); ++i) {
      Function function = candidates_[i].function;
      if (function.size == 0) {
        std::uint64_t end = candidates_[i].section_end;
        if (i + 1 < candidates_.size()) end = std::min(end, candidates_[i + 1].function.address);
        function.size = end - function.address;
      }
      functions.push_back(function);
    }
    return functions;
  }

 private:
  void add(const Symbol& symbol) {
    if (symbol.name.empty() || !is_function_type(symbol.type)) return;
    if (is_mapping_symbol(symbol.name) || symbol.name.starts_with(".L")) return;
    if (symbol.st_shndx == SHN_UNDEF || symbol.st_shndx == SHN_ABS) return;
    std::uint64_t address = symbol.st_value;
    if (image_.header().e_type == ET_REL) {  // st_value is an offset in the section
      if (symbol.section_index >= addresses_.size()) return;
      if ((image_.sections()[symbol.section_index].sh_flags & SHF_EXECINSTR) == 0) return;
      address += addresses_[symbol.section_index];
    }
    if (image_.header().e_machine == EM_ARM && symbol.type != STT_NOTYPE) {
      address &= ~std::uint64_t{1};  // Thumb
    }
    if (!through_descriptor(address)) return;
    Candidate candidate;
    const auto end = end_of_code(address);
    if (!end || address < load_address_) return;
    candidate.function.address = address - load_address_;
    candidate.function.size = symbol.st_size;
    candidate.function.name = symbol.name.substr(0, symbol.name.find('@'));
    candidate.section_end = *end - load_address_;
    candidate.binding = symbol.binding;
    candidates_.push_back(candidate);
  }

  // ELFv1 of PowerPC 64: a function symbol points to a descriptor whose first word is the address.
  bool through_descriptor(std::uint64_t& address) const {
    if (opd_ == nullptr || address < opd_->sh_addr) return true;
    const std::uint64_t offset = address - opd_->sh_addr;
    if (offset >= opd_->sh_size) return true;
    ByteReader reader = image_.reader(descriptors_);
    reader.seek(offset);
    address = reader.u64();
    return reader.ok();
  }

  // Executable sections or, without any sections, segments. Debug files keep their code sections as
  // SHT_NOBITS, which is enough.
  void find_code() {
    for (const Section& section : image_.sections()) {
      if ((section.sh_flags & SHF_EXECINSTR) == 0) continue;
      const std::uint64_t start = addresses_[section.index];
      code_.push_back({start, end_of(start, section.sh_size)});
    }
    for (const Segment& segment : image_.segments()) {
      if (!image_.sections().empty() || (segment.p_flags & PF_X) == 0) continue;
      code_.push_back({segment.p_vaddr, end_of(segment.p_vaddr, segment.p_memsz)});
    }
    std::ranges::sort(code_, {}, &Range::start);
  }

  static std::uint64_t end_of(std::uint64_t start, std::uint64_t size) {
    return checked_add(start, size).value_or(UINT64_MAX);
  }

  std::optional<std::uint64_t> end_of_code(std::uint64_t address) const {
    const auto after = std::ranges::upper_bound(code_, address, {}, &Range::start);
    if (after == code_.begin() || address >= std::prev(after)->end) return std::nullopt;
    return std::prev(after)->end;
  }

  struct Range {
    std::uint64_t start;
    std::uint64_t end;
  };

  const Image& image_;
  std::uint64_t load_address_;
  std::vector<std::uint64_t> addresses_;  // of sections
  const Section* opd_ = nullptr;
  Bytes descriptors_;
  std::vector<Range> code_;
  std::vector<Candidate> candidates_;
};

}  // namespace

std::uint64_t load_address(const Image& image) {
  constexpr std::uint64_t kPageSize = 4096;
  std::uint64_t lowest = UINT64_MAX;
  for (const Segment& segment : image.segments()) {
    if (segment.p_type == PT_LOAD) lowest = std::min(lowest, segment.p_vaddr);
  }
  return lowest == UINT64_MAX ? 0 : lowest / kPageSize * kPageSize;
}

Result<std::vector<Function>> functions_of(const Image& image, const Limits& limits) {
  Collector collector(image);
  SIGLA_TRY_ASSIGN(const auto symbols, SymbolTable::open_static(image, limits));
  if (symbols) collector.add(*symbols);
  SIGLA_TRY_ASSIGN(const auto dynamic, SymbolTable::open_dynamic(image, limits));
  if (dynamic) collector.add(*dynamic);
  return collector.take();
}

}  // namespace sigla::elf
