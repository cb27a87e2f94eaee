// SPDX-License-Identifier: Apache-2.0
// ELF symbol tables (gABI chapter 4, "Symbol Table"). Borrows the file's bytes.
//
//   SIGLA_TRY_ASSIGN(const auto table, elf::SymbolTable::open_static(image, limits));
//   for (std::uint64_t i = 0; table && i < table->size(); ++i) use(table->symbol(i));
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "formats/elf/image.h"

namespace sigla::elf {

struct Symbol {
  std::string_view name;  // empty when its offset is outside the string table
  std::uint64_t st_value = 0;
  std::uint64_t st_size = 0;
  std::uint8_t type = 0;  // STT_FUNC, ...
  std::uint8_t binding = 0;
  std::uint16_t st_shndx = 0;
  // The section it lies in, also where its number does not fit st_shndx (SHT_SYMTAB_SHNDX);
  // SHN_UNDEF when it lies in none.
  std::uint32_t section_index = 0;
};

class SymbolTable {
 public:
  // .symtab, if the file has one with content.
  static Result<std::optional<SymbolTable>> open_static(const Image& image, const Limits& limits);
  // .dynsym; without section headers the table that the dynamic section points to.
  static Result<std::optional<SymbolTable>> open_dynamic(const Image& image, const Limits& limits);

  std::uint64_t size() const { return table_.size() / entry_size_; }
  // Requires: index < size().
  Symbol symbol(std::uint64_t index) const;
  // The same without its name, whose end need not be searched.
  Symbol unnamed_symbol(std::uint64_t index) const;

 private:
  SymbolTable(const Image& image, Bytes table, Bytes names, const Limits& limits);
  static Result<std::optional<SymbolTable>> open(const Image& image,
                                                 std::uint32_t sh_type,
                                                 const Limits& limits);

  Bytes table_;
  Bytes names_;
  Bytes section_indexes_;  // of SHT_SYMTAB_SHNDX; empty without one
  std::endian order_;
  bool is_64_;
  std::size_t entry_size_;
  std::size_t name_size_max_;
};

}  // namespace sigla::elf
