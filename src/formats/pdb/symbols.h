// SPDX-License-Identifier: Apache-2.0
// CodeView symbol records, one by one: the records of a module's stream and those of the stream of
// global symbols and publics. Nothing is copied: names and data are borrowed.
//
//   SymbolRecords records(symbols);
//   for (SymbolRecord record; records.next(record);)
//     if (const auto procedure = read_procedure(record)) ...
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "formats/pdb/raw.h"

namespace sigla::pdb {

struct SymbolRecord {
  std::uint16_t kind = 0;
  Bytes data;  // behind the kind
};

class SymbolRecords {
 public:
  explicit SymbolRecords(Bytes records) : rest_(records), size_(records.size()) {}

  // False at the end, or where a record does not fit.
  bool next(SymbolRecord& record);
  // The records ended where the bytes did.
  bool ok() const { return !failed_; }
  std::size_t offset() const { return size_ - rest_.size(); }

 private:
  Bytes rest_;
  std::size_t size_;
  bool failed_ = false;
};

// A place in the image's sections, which are counted from 1.
struct SectionOffset {
  std::uint16_t section = 0;
  std::uint32_t offset = 0;
};

struct Procedure {
  std::string_view name;  // with its scope, without parameters
  std::uint32_t type = 0;
  bool type_is_id = false;  // `type` is in the id stream
  SectionOffset start;
  std::uint32_t size = 0;
};
struct Thunk {
  std::string_view name;
  SectionOffset start;
  std::uint32_t size = 0;
};
struct Block {
  SectionOffset start;
  std::uint32_t size = 0;
};
// A part of a procedure (or block) that lies elsewhere.
struct SeparatedCode {
  SectionOffset start;
  std::uint32_t size = 0;
  SectionOffset parent;
};
struct Label {
  std::string_view name;
  SectionOffset start;
};
// A jump the linker made: incremental linking's table ("ILT"), branch islands.
struct Trampoline {
  SectionOffset start;
  std::uint32_t size = 0;
  SectionOffset target;
};
struct InlineSite {
  std::uint32_t inlinee = 0;  // in the id stream
  Bytes annotations;
};
struct PublicSymbol {
  std::string_view name;  // mangled
  std::uint32_t flags = 0;
  SectionOffset start;
};
struct Compiler {
  std::uint16_t machine = 0;
  std::string_view version;  // "Microsoft (R) Optimizing Compiler", "clang version 19.1.7"
};

// Whether the records up to the matching end belong to this one.
bool opens_scope(std::uint16_t kind);
bool closes_scope(std::uint16_t kind);
bool is_procedure(std::uint16_t kind);

// Nothing when the record is of another kind or too short.
std::optional<Procedure> read_procedure(const SymbolRecord& record);
std::optional<Thunk> read_thunk(const SymbolRecord& record);
std::optional<Block> read_block(const SymbolRecord& record);
std::optional<SeparatedCode> read_separated_code(const SymbolRecord& record);
std::optional<Label> read_label(const SymbolRecord& record);
std::optional<Trampoline> read_trampoline(const SymbolRecord& record);
std::optional<InlineSite> read_inline_site(const SymbolRecord& record);
std::optional<PublicSymbol> read_public(const SymbolRecord& record);
std::optional<Compiler> read_compiler(const SymbolRecord& record);
// S_OBJNAME.
std::optional<std::string_view> read_object_name(const SymbolRecord& record);

}  // namespace sigla::pdb
