// SPDX-License-Identifier: Apache-2.0
#include "formats/elf/symbols.h"

#include <algorithm>

#include "formats/elf/decode.h"
#include "formats/elf/dynamic.h"

namespace sigla::elf {
namespace {

template <typename Raw>
Symbol decode_symbol(const Raw& raw, const Decoder& decode) {
  Symbol symbol;
  symbol.st_value = decode(raw.st_value);
  symbol.st_size = decode(raw.st_size);
  symbol.type = raw.st_info & 0xf;
  symbol.binding = static_cast<std::uint8_t>(raw.st_info >> 4);
  symbol.st_shndx = decode(raw.st_shndx);
  if (symbol.st_shndx < SHN_LORESERVE) symbol.section_index = symbol.st_shndx;
  return symbol;
}

// DT_HASH { nbucket, nchain, ... }: nchain is the number of symbols (gABI chapter 5, "Hash Table").
std::optional<std::uint64_t> count_of_hash(const Image& image, std::uint64_t address) {
  const auto data = image.data_at_address(address);
  if (!data.has_value()) return std::nullopt;
  ByteReader reader = image.reader(*data);
  reader.skip(4);
  const std::uint32_t nchain = reader.u32();
  return reader.ok() ? std::optional<std::uint64_t>(nchain) : std::nullopt;
}

// DT_GNU_HASH { nbuckets, symoffset, bloom_size, bloom_shift, bloom words, buckets, chains }: the
// chain of the highest bucket ends, with its lowest bit set, at the last symbol.
std::optional<std::uint64_t> count_of_gnu_hash(const Image& image, std::uint64_t address) {
  const auto data = image.data_at_address(address);
  if (!data.has_value()) return std::nullopt;
  ByteReader reader = image.reader(*data);
  const std::uint32_t nbuckets = reader.u32();
  const std::uint32_t symoffset = reader.u32();
  const std::uint32_t bloom_size = reader.u32();
  reader.skip(4 + std::uint64_t{bloom_size} * image.word_size());
  ByteReader buckets = reader.sub(std::uint64_t{nbuckets} * 4);
  if (!reader.ok()) return std::nullopt;
  std::uint32_t last = 0;
  while (!buckets.at_end()) last = std::max(last, buckets.u32());
  if (last < symoffset) return symoffset;
  reader.skip(std::uint64_t{last - symoffset} * 4);
  std::uint64_t count = last;
  while (!reader.at_end()) {
    ++count;
    if ((reader.u32() & 1) != 0) return count;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> count_dynamic_symbols(const Image& image,
                                                   const std::vector<DynamicEntry>& entries) {
  if (const auto hash = find_dynamic(entries, DT_HASH)) return count_of_hash(image, *hash);
  if (const auto hash = find_dynamic(entries, DT_GNU_HASH)) return count_of_gnu_hash(image, *hash);
  return std::nullopt;
}

}  // namespace

SymbolTable::SymbolTable(const Image& image, Bytes table, Bytes names, const Limits& limits)
    : names_(names),
      order_(image.header().order),
      is_64_(image.header().is_64),
      entry_size_(is_64_ ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym)),
      name_size_max_(limits.symbol_name_size_max) {
  table_ = table.first(table.size() / entry_size_ * entry_size_);
}

Result<std::optional<SymbolTable>> SymbolTable::open(const Image& image,
                                                     std::uint32_t sh_type,
                                                     const Limits& limits) {
  for (const Section& section : image.sections()) {
    if (section.sh_type != sh_type || !section.has_content()) continue;
    if (section.sh_link >= image.sections().size()) {
      return malformed("ELF symbol table: string table {} is past the {} sections",
                       section.sh_link,
                       image.sections().size());
    }
    SIGLA_TRY_ASSIGN(const Bytes table, image.data(section));
    SIGLA_TRY_ASSIGN(const Bytes names, image.data(image.sections()[section.sh_link]));
    SymbolTable symbols(image, table, names, limits);
    for (const Section& other : image.sections()) {
      if (other.sh_type != SHT_SYMTAB_SHNDX || other.sh_link != section.index) continue;
      SIGLA_TRY_ASSIGN(symbols.section_indexes_, image.data(other));
    }
    return std::optional<SymbolTable>(symbols);
  }
  return std::optional<SymbolTable>();
}

Result<std::optional<SymbolTable>> SymbolTable::open_static(const Image& image,
                                                            const Limits& limits) {
  return open(image, SHT_SYMTAB, limits);
}

Result<std::optional<SymbolTable>> SymbolTable::open_dynamic(const Image& image,
                                                             const Limits& limits) {
  if (!image.sections().empty()) return open(image, SHT_DYNSYM, limits);
  const auto entries = dynamic_entries(image);
  const auto symbols = find_dynamic(entries, DT_SYMTAB);
  const auto strings = find_dynamic(entries, DT_STRTAB);
  const auto count = count_dynamic_symbols(image, entries);
  if (!symbols || !strings || !count) return std::optional<SymbolTable>();
  SIGLA_TRY_ASSIGN(const Bytes table, image.data_at_address(*symbols));
  SIGLA_TRY_ASSIGN(const Bytes names, image.data_at_address(*strings));
  const std::size_t entry_size = image.header().is_64 ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym);
  SIGLA_TRY_ASSIGN(const Bytes exact, slice(table, 0, *count * entry_size, "ELF dynamic symbols"));
  return std::optional<SymbolTable>(SymbolTable(image, exact, names, limits));
}

Symbol SymbolTable::unnamed_symbol(std::uint64_t index) const {
  SIGLA_CHECK(index < size());
  const Decoder decode(order_);
  const Bytes raw = table_.subspan(static_cast<std::size_t>(index) * entry_size_, entry_size_);
  Symbol symbol = is_64_ ? decode_symbol(load<Elf64_Sym>(raw), decode)
                         : decode_symbol(load<Elf32_Sym>(raw), decode);
  if (symbol.st_shndx == SHN_XINDEX) {
    ByteReader indexes(section_indexes_, order_);
    indexes.seek(index * sizeof(std::uint32_t));
    symbol.section_index = indexes.u32();
  }
  return symbol;
}

Symbol SymbolTable::symbol(std::uint64_t index) const {
  Symbol symbol = unnamed_symbol(index);
  // st_name is the first field of either width.
  const Bytes raw = table_.subspan(static_cast<std::size_t>(index) * entry_size_, entry_size_);
  ByteReader names(names_);
  names.seek(Decoder(order_)(load<std::uint32_t>(raw)));
  symbol.name = names.cstring(name_size_max_);
  return symbol;
}

}  // namespace sigla::elf
