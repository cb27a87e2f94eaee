// SPDX-License-Identifier: Apache-2.0
// One table of .debug_abbrev (DWARF 5 section 7.5.3), compiled: what to do with the bytes of an
// entry that has a given code. Attributes nobody asks for melt into "skip so many bytes"; what a
// reader wants of a function, an inlined call or a unit goes to a numbered slot. Borrows nothing
// from the section. Immutable once opened, so any number of threads may use one table.
//
//   DW_TAG_subprogram, name strp, decl_line data1, low_pc addr, high_pc data8, frame_base exprloc
//   -> read 4 to kName, skip 1, read 8 to kLowPc, read 8 to kHighPc, skip a block
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/limits.h"
#include "formats/dwarf/form.h"

namespace sigla::dwarf {

// Attributes with a place in DieValues.
enum Slot : std::uint8_t {
  kSibling,
  kName,
  kLinkageName,
  kLowPc,
  kHighPc,
  kRanges,
  kAbstractOrigin,
  kSpecification,
  kCallFile,
  kCallLine,
  kCallColumn,
  kEntryPc,
  kStmtList,
  kCompDir,
  kStrOffsetsBase,
  kAddrBase,
  kRnglistsBase,
  kGnuRangesBase,
  kDwoName,
  kDwoId,
  kProducer,
  kLanguage,
  kSlotCount,
};

// What an entry means to a reader of functions.
enum class Role : std::uint8_t {
  kOther,     // nothing, but there may be code in its children
  kLeaf,      // nothing, nor have its children any code: what is only declared, call sites
  kType,      // nothing; outside of functions its children are only declared
  kOrigin,    // a function without code of its own, which others are copies of
  kFunction,  // a function with code
  kCall,      // an inlined call
  kUnit,
};

enum class Action : std::uint8_t {
  kSkip,  // `argument` bytes
  kSkipLeb128,
  kSkipForm,  // of any other shape
  kRead,
  kConstant,  // constants[argument]
};

struct Step {
  Action action;
  Slot slot;
  std::uint16_t form;
  std::uint32_t argument;
};

struct Abbrev {
  static constexpr std::uint32_t kVaries = 0xffffffff;

  std::uint64_t code;
  std::uint32_t first_step;
  std::uint32_t step_count;
  std::uint32_t size;        // of an entry without its code; kVaries
  std::uint32_t sibling_at;  // where in the entry a DW_AT_sibling of four bytes lies; kVaries
  std::uint16_t tag;
  Role role;
  bool has_children;
};

class AbbrevTable {
 public:
  // The table at the beginning of `data`, for entries of that encoding. A damaged declaration ends
  // it; entries that need it or a later one cannot be read.
  static AbbrevTable open(Bytes data, Encoding encoding);

  const Abbrev* find(std::uint64_t code) const {
    const std::uint64_t index = code - first_code_;
    if (index < dense_count_) return &abbrevs_[index];
    return find_sparse(code);
  }
  const Step* steps(const Abbrev& abbrev) const { return steps_.data() + abbrev.first_step; }
  std::uint64_t constant(std::uint32_t index) const { return constants_[index]; }
  // Some entry may be a function with code.
  bool has_functions() const { return has_functions_; }
  // Bytes of the section.
  std::size_t size() const { return size_; }

 private:
  void add(ByteReader& reader, std::uint64_t code, Encoding encoding);
  void add_step(Step step);
  void index();
  const Abbrev* find_sparse(std::uint64_t code) const;

  std::vector<Abbrev> abbrevs_;  // ascending by code, the first dense_count_ without a gap
  std::vector<Step> steps_;
  std::vector<std::uint64_t> constants_;
  std::uint64_t first_code_ = 1;
  std::uint64_t dense_count_ = 0;
  bool has_functions_ = false;
  std::size_t size_ = 0;
};

}  // namespace sigla::dwarf
