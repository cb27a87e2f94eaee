// SPDX-License-Identifier: Apache-2.0
#include "formats/dwarf/functions.h"

#include <algorithm>

namespace sigla::dwarf {
namespace {

std::uint32_t number(std::uint64_t value) {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(value, UINT32_MAX));
}

bool is_wanted(Role role) { return role == Role::kFunction || role == Role::kCall; }

// To where the next entry on the same level begins, if the entry says so and it lies ahead.
bool seek_sibling(ByteReader& reader, const Unit& unit, DieValue sibling) {
  if (sibling.form != DW_FORM_ref4) return false;
  const std::uint64_t next = unit.offset + sibling.raw;
  if (next < reader.position() || next >= unit.end) return false;
  reader.seek(next);
  return true;
}
// The same for an entry of fixed size that begins at the reader's position.
bool seek_sibling(ByteReader& reader, const Unit& unit, const Abbrev& abbrev) {
  if (abbrev.sibling_at == Abbrev::kVaries) return false;
  ByteReader value = reader;
  value.skip(abbrev.sibling_at);
  const std::uint64_t next = unit.offset + value.u32();
  if (next < reader.position() + abbrev.size || next >= unit.end) return false;
  reader.seek(next);
  return true;
}

}  // namespace

void FunctionReader::clear() {
  functions_.clear();
  calls_.clear();
  ranges_.clear();
  unit_ranges_.clear();
  names_.begin_unit();
  scopes_.clear();
  is_nested_ = false;
}

Status FunctionReader::read(const AddressTables& tables, const CodeFilter& filter) {
  clear();
  Addresses addresses(tables, filter);
  addresses.append_unit(unit_ranges_);
  if (!tables.unit->abbrevs->has_functions()) return {};
  Status status = walk(tables, addresses);
  if (is_nested_) order_calls();
  if (addresses.is_exhausted() && status.has_value()) {
    return make_error(ErrorCode::kLimitExceeded,
                      "unit at offset {:#x}: more ranges than a unit of {} bytes has",
                      tables.unit->offset,
                      tables.unit->size());
  }
  return status;
}

bool FunctionReader::has_no_code_inside(const Abbrev& abbrev, const Scope& scope) {
  return abbrev.role == Role::kLeaf || (abbrev.role == Role::kType && !scope.is_in_function);
}

Status FunctionReader::walk(const AddressTables& tables, Addresses& addresses) {
  const Unit& unit = *tables.unit;
  const Sections& sections = tables.info->sections();
  const Bytes info = sections.info.first(unit.end);
  Scope scope;
  ByteReader reader(info, sections.order);
  reader.seek(unit.first_die);
  while (!reader.at_end()) {
    const std::uint64_t code = reader.uleb128();
    if (code == 0) {
      if (scopes_.empty()) return {};
      scope = scopes_.back();
      scopes_.pop_back();
      if (scopes_.empty()) return {};  // what follows is padding
      continue;
    }
    const Abbrev* abbrev = unit.abbrevs->find(code);
    if (abbrev == nullptr) break;
    const bool skips_children = abbrev->has_children && has_no_code_inside(*abbrev, scope);
    Scope inner = scope;
    if (abbrev->size != Abbrev::kVaries && !is_wanted(abbrev->role)) {
      if (skips_children && seek_sibling(reader, unit, *abbrev)) continue;
      reader.skip(abbrev->size);
      if (abbrev->role == Role::kOrigin) inner = {.is_in_function = true};
    } else {
      const std::size_t next = values_.read(
          info, sections.order, reader.position(), *unit.abbrevs, *abbrev, unit.encoding);
      if (next == DieValues::kFailed) break;
      reader.seek(next);
      if (skips_children && seek_sibling(reader, unit, values_[kSibling])) continue;
      SIGLA_TRY(enter(*abbrev, tables, addresses, inner));
    }
    if (abbrev->has_children) {
      scopes_.push_back(scope);
      scope = inner;
    } else if (scopes_.empty()) {
      return {};  // a root entry without children
    }
  }
  return malformed("unit at offset {:#x}: an entry that cannot be read at offset {:#x}",
                   unit.offset,
                   reader.position());
}

Status FunctionReader::enter(const Abbrev& abbrev,
                             const AddressTables& tables,
                             Addresses& addresses,
                             Scope& scope) {
  if (abbrev.role == Role::kFunction) {
    enter_function(tables, addresses, scope);
  } else if (abbrev.role == Role::kCall) {
    if (scope.function != kNoFunction) enter_call(tables, addresses, scope);
  } else if (abbrev.role == Role::kOrigin) {
    scope = {.is_in_function = true};
  }
  const std::uint64_t limit = tables.info->limits().record_count_max;
  if (functions_.size() + calls_.size() <= limit && ranges_.size() <= limit) return {};
  return make_error(ErrorCode::kLimitExceeded,
                    "unit at offset {:#x}: more than {} functions, calls or ranges",
                    tables.unit->offset,
                    limit);
}

void FunctionReader::enter_function(const AddressTables& tables,
                                    Addresses& addresses,
                                    Scope& scope) {
  const bool is_nested = scope.function != kNoFunction;
  scope = {.is_in_function = true};
  Function function;
  function.first_range = number(ranges_.size());
  addresses.append(values_[kLowPc], values_[kHighPc], values_[kRanges], ranges_);
  function.range_count = number(ranges_.size()) - function.first_range;
  if (function.range_count == 0) return;
  is_nested_ = is_nested_ || is_nested;
  function.name = names_.of(*tables.info, *tables.unit, values_);
  function.first_call = number(calls_.size());
  scope.function = number(functions_.size());
  functions_.push_back(function);
}

void FunctionReader::enter_call(const AddressTables& tables, Addresses& addresses, Scope& scope) {
  if (scope.inline_depth == tables.info->limits().inline_depth_max) return;
  Call call;
  call.function = scope.function;
  call.parent = scope.call;
  call.first_range = number(ranges_.size());
  addresses.append(values_[kLowPc], values_[kHighPc], values_[kRanges], ranges_);
  call.range_count = number(ranges_.size()) - call.first_range;
  if (call.range_count == 0) return;
  call.name = values_.has(kLinkageName) || values_.has(kName)
                  ? names_.of(*tables.info, *tables.unit, values_)
                  : names_.of_reference(*tables.info, *tables.unit, values_[kAbstractOrigin]);
  call.call_file = number(values_.number(kCallFile));
  call.call_line = number(values_.number(kCallLine));
  call.call_column = number(values_.number(kCallColumn));
  ++functions_[scope.function].call_count;
  ++scope.inline_depth;
  scope.call = number(calls_.size());
  calls_.push_back(call);
}

// A function inside another one comes between the outer one's calls: brings them together again.
void FunctionReader::order_calls() {
  std::vector<std::uint32_t> starts;
  std::uint32_t next = 0;
  for (Function& function : functions_) {
    function.first_call = next;
    starts.push_back(next);
    next += function.call_count;
  }
  std::vector<std::uint32_t> places(calls_.size());
  for (std::size_t i = 0; i < calls_.size(); ++i) places[i] = starts[calls_[i].function]++;
  std::vector<Call> ordered(calls_.size());
  for (std::size_t i = 0; i < calls_.size(); ++i) {
    Call call = calls_[i];
    if (call.parent != Call::kFunctionItself) call.parent = places[call.parent];
    ordered[places[i]] = call;
  }
  calls_ = std::move(ordered);
}

}  // namespace sigla::dwarf
