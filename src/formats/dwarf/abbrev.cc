// SPDX-License-Identifier: Apache-2.0
#include "formats/dwarf/abbrev.h"

#include <algorithm>

namespace sigla::dwarf {
namespace {

Role role_of(std::uint64_t tag) {
  switch (tag) {
    case DW_TAG_subprogram:
      return Role::kOrigin;
    case DW_TAG_inlined_subroutine:
      return Role::kCall;
    case DW_TAG_compile_unit:
    case DW_TAG_partial_unit:
    case DW_TAG_type_unit:
    case DW_TAG_skeleton_unit:
      return Role::kUnit;
    case DW_TAG_class_type:
    case DW_TAG_enumeration_type:
    case DW_TAG_structure_type:
    case DW_TAG_union_type:
    case DW_TAG_interface_type:
      return Role::kType;
    case DW_TAG_array_type:
    case DW_TAG_subroutine_type:
    case DW_TAG_call_site:
    case DW_TAG_GNU_call_site:
      return Role::kLeaf;
    default:
      return Role::kOther;
  }
}

// Where the attribute goes in an entry of that role; kSlotCount: nowhere.
Slot slot_of(std::uint64_t attribute, Role role) {
  if (attribute == DW_AT_sibling) return kSibling;
  if (role == Role::kOther || role == Role::kType || role == Role::kLeaf) return kSlotCount;
  switch (attribute) {
    case DW_AT_name:
      return kName;
    case DW_AT_low_pc:
      return kLowPc;
    case DW_AT_high_pc:
      return kHighPc;
    case DW_AT_ranges:
      return kRanges;
    default:
      break;
  }
  if (role == Role::kUnit) {
    switch (attribute) {
      case DW_AT_entry_pc:
        return kEntryPc;
      case DW_AT_stmt_list:
        return kStmtList;
      case DW_AT_comp_dir:
        return kCompDir;
      case DW_AT_str_offsets_base:
        return kStrOffsetsBase;
      case DW_AT_addr_base:
      case DW_AT_GNU_addr_base:
        return kAddrBase;
      case DW_AT_rnglists_base:
        return kRnglistsBase;
      case DW_AT_GNU_ranges_base:
        return kGnuRangesBase;
      case DW_AT_dwo_name:
      case DW_AT_GNU_dwo_name:
        return kDwoName;
      case DW_AT_GNU_dwo_id:
        return kDwoId;
      case DW_AT_producer:
        return kProducer;
      case DW_AT_language:
        return kLanguage;
      default:
        return kSlotCount;
    }
  }
  switch (attribute) {
    case DW_AT_linkage_name:
    case DW_AT_MIPS_linkage_name:
      return kLinkageName;
    case DW_AT_abstract_origin:
      return kAbstractOrigin;
    case DW_AT_specification:
      return kSpecification;
    case DW_AT_call_file:
      return kCallFile;
    case DW_AT_call_line:
      return kCallLine;
    case DW_AT_call_column:
      return kCallColumn;
    default:
      return kSlotCount;
  }
}

}  // namespace

AbbrevTable AbbrevTable::open(Bytes data, Encoding encoding) {
  AbbrevTable table;
  ByteReader reader(data);
  while (true) {
    const std::uint64_t code = reader.uleb128();
    if (code == 0) break;  // the end, too
    table.add(reader, code, encoding);
  }
  table.size_ = reader.position();
  table.index();
  return table;
}

void AbbrevTable::add(ByteReader& reader, std::uint64_t code, Encoding encoding) {
  const std::uint64_t tag = reader.uleb128();
  const bool has_children = reader.u8() != 0;
  Abbrev abbrev{.code = code,
                .first_step = static_cast<std::uint32_t>(steps_.size()),
                .step_count = 0,
                .size = 0,
                .sibling_at = Abbrev::kVaries,
                .tag = static_cast<std::uint16_t>(tag <= 0xffff ? tag : 0),
                .role = role_of(tag),
                .has_children = has_children};
  bool is_declared = false;
  std::uint32_t seen = 0;  // slots; of an attribute that is there twice the first one counts
  while (true) {
    const std::uint64_t attribute = reader.uleb128();
    const std::uint64_t form = reader.uleb128();
    if (attribute == 0 && form == 0) break;
    const std::int64_t constant = form == DW_FORM_implicit_const ? reader.sleb128() : 0;
    if (!reader.ok()) break;
    Slot slot = slot_of(attribute, abbrev.role);
    if (slot != kSlotCount && (seen >> slot & 1U) != 0) slot = kSlotCount;
    if (slot != kSlotCount) seen |= 1U << slot;
    is_declared = is_declared || attribute == DW_AT_declaration;
    const FormShape shape = shape_of(form);
    const std::uint32_t size = shape == FormShape::kFixed ? form_size(form, encoding) : 0;
    if (slot == kSibling && form == DW_FORM_ref4) abbrev.sibling_at = abbrev.size;
    if (shape != FormShape::kFixed || abbrev.size > 0xffff) abbrev.size = Abbrev::kVaries;
    if (abbrev.size != Abbrev::kVaries) abbrev.size += size;
    Step step{Action::kSkip, slot, static_cast<std::uint16_t>(form), size};
    if (shape == FormShape::kUnknown || form > 0xffff) {
      step = {Action::kSkipForm, kSlotCount, 0, 0};  // fails whoever tries
    } else if (slot != kSlotCount && form == DW_FORM_implicit_const) {
      step = {
          Action::kConstant, slot, DW_FORM_sdata, static_cast<std::uint32_t>(constants_.size())};
      constants_.push_back(static_cast<std::uint64_t>(constant));
    } else if (slot != kSlotCount) {
      step.action = Action::kRead;
    } else if (shape == FormShape::kLeb128) {
      step.action = Action::kSkipLeb128;
    } else if (shape != FormShape::kFixed) {
      step.action = Action::kSkipForm;
    } else if (size == 0) {
      continue;
    }
    if (step.action == Action::kSkip && steps_.size() > abbrev.first_step &&
        steps_.back().action == Action::kSkip && steps_.back().argument <= 0xffff) {
      steps_.back().argument += size;
    } else {
      steps_.push_back(step);
    }
  }
  if (!reader.ok()) {
    steps_.resize(abbrev.first_step);
    return;
  }
  if (abbrev.role == Role::kOrigin) {
    if ((seen & (1U << kLowPc | 1U << kRanges)) != 0) {
      abbrev.role = Role::kFunction;
      has_functions_ = true;
    } else if (is_declared) {
      abbrev.role = Role::kLeaf;
    }
  }
  abbrev.step_count = static_cast<std::uint32_t>(steps_.size()) - abbrev.first_step;
  abbrevs_.push_back(abbrev);
}

void AbbrevTable::index() {
  const auto by_code = [](const Abbrev& a, const Abbrev& b) { return a.code < b.code; };
  if (!std::is_sorted(abbrevs_.begin(), abbrevs_.end(), by_code)) {
    std::stable_sort(abbrevs_.begin(), abbrevs_.end(), by_code);
  }
  if (abbrevs_.empty()) return;
  first_code_ = abbrevs_.front().code;
  while (dense_count_ < abbrevs_.size() &&
         abbrevs_[dense_count_].code == first_code_ + dense_count_) {
    ++dense_count_;
  }
}

const Abbrev* AbbrevTable::find_sparse(std::uint64_t code) const {
  const auto found = std::lower_bound(
      abbrevs_.begin(), abbrevs_.end(), code, [](const Abbrev& abbrev, std::uint64_t wanted) {
        return abbrev.code < wanted;
      });
  return found != abbrevs_.end() && found->code == code ? &*found : nullptr;
}

}  // namespace sigla::dwarf
