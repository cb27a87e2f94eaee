// SPDX-License-Identifier: Apache-2.0
#include "formats/dwarf/functions.h"

#include <algorithm>

namespace sigla::dwarf {
namespace {

std::uint32_t number(std::uint64_t value) {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(value, UINT32_MAX));
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

Status FunctionReader::walk(const AddressTables& tables, Addresses& addresses) {
  const Unit& unit = *tables.unit;
  const Sections& sections = tables.info->sections();
  const AbbrevTable& abbrevs = *unit.abbrevs;
  const Bytes info = sections.info.first(unit.end);
  const std::uint64_t limit = tables.info->limits().record_count_max;
  DieValues values;
  Scope scope{kNoFunction, Call::kFunctionItself, 0};
  ByteReader reader(info, sections.order);
  reader.seek(unit.first_die);
  while (!reader.at_end()) {
    const std::uint64_t code = reader.uleb128();
    if (code == 0) {
      if (scopes_.empty()) break;  // padding behind the root entry
      scope = scopes_.back();
      scopes_.pop_back();
      if (scopes_.empty()) break;
      continue;
    }
    const Abbrev* abbrev = abbrevs.find(code);
    if (abbrev == nullptr) break;
    const std::size_t start = reader.position();
    const bool is_wanted = abbrev->role == Role::kFunction || abbrev->role == Role::kCall;
    const bool may_skip_children =
        abbrev->has_children && (abbrev->role == Role::kType || abbrev->role == Role::kDeclaration);
    Scope inner = scope;
    if (!is_wanted && abbrev->size != Abbrev::kVaries) {
      if (may_skip_children && abbrev->sibling_at != Abbrev::kVaries) {
        ByteReader sibling = reader;
        sibling.skip(abbrev->sibling_at);
        const std::uint64_t next = unit.offset + sibling.u32();
        if (next >= start + abbrev->size && next < unit.end) {
          reader.seek(next);
          continue;
        }
      }
      reader.skip(abbrev->size);
    } else {
      const std::size_t next =
          values.read(info, sections.order, start, abbrevs, *abbrev, unit.encoding);
      if (next == DieValues::kFailed) {
        return malformed(
            "unit at offset {:#x}: truncated entry at offset {:#x}", unit.offset, start);
      }
      reader.seek(next);
      if (may_skip_children && values[kSibling].form == DW_FORM_ref4) {
        const std::uint64_t sibling = unit.offset + values[kSibling].raw;
        if (sibling >= next && sibling < unit.end) {
          reader.seek(sibling);
          continue;
        }
      }
      if (abbrev->role == Role::kFunction) {
        inner = enter_function(tables, addresses, values);
        if (inner.function != kNoFunction && scope.function != kNoFunction) is_nested_ = true;
      } else if (abbrev->role == Role::kCall) {
        inner = enter_call(tables, addresses, values, scope);
      } else if (abbrev->role == Role::kDeclaration) {
        inner.function = kNoFunction;
      }
      if (functions_.size() + calls_.size() > limit || ranges_.size() > limit) {
        return make_error(ErrorCode::kLimitExceeded,
                          "unit at offset {:#x}: more than {} functions, calls and "
                          "ranges",
                          unit.offset,
                          limit);
      }
    }
    if (abbrev->has_children) {
      scopes_.push_back(scope);
      scope = inner;
    } else if (scopes_.empty()) {
      break;  // a root entry without children
    }
  }
  if (!scopes_.empty() || !reader.ok()) {
    return malformed(
        "unit at offset {:#x}: its entries end at offset {:#x}", unit.offset, reader.position());
  }
  return {};
}

FunctionReader::Scope FunctionReader::enter_function(const AddressTables& tables,
                                                     Addresses& addresses,
                                                     const DieValues& values) {
  Function function;
  function.first_range = static_cast<std::uint32_t>(ranges_.size());
  addresses.append(values[kLowPc], values[kHighPc], values[kRanges], ranges_);
  function.range_count = static_cast<std::uint32_t>(ranges_.size()) - function.first_range;
  if (function.range_count == 0) return {kNoFunction, Call::kFunctionItself, 0};
  function.name = names_.of(*tables.info, *tables.unit, values);
  function.first_call = static_cast<std::uint32_t>(calls_.size());
  functions_.push_back(function);
  return {static_cast<std::uint32_t>(functions_.size() - 1), Call::kFunctionItself, 0};
}

FunctionReader::Scope FunctionReader::enter_call(const AddressTables& tables,
                                                 Addresses& addresses,
                                                 const DieValues& values,
                                                 const Scope& around) {
  if (around.function == kNoFunction) return around;
  if (around.inline_depth == tables.info->limits().inline_depth_max) return around;
  Call call;
  call.function = around.function;
  call.parent = around.call;
  call.first_range = static_cast<std::uint32_t>(ranges_.size());
  addresses.append(values[kLowPc], values[kHighPc], values[kRanges], ranges_);
  call.range_count = static_cast<std::uint32_t>(ranges_.size()) - call.first_range;
  if (call.range_count == 0) return around;
  call.name = values.has(kLinkageName) || values.has(kName)
                  ? names_.of(*tables.info, *tables.unit, values)
                  : names_.of_reference(*tables.info, *tables.unit, values[kAbstractOrigin]);
  call.call_file = number(values.number(kCallFile));
  call.call_line = number(values.number(kCallLine));
  call.call_column = number(values.number(kCallColumn));
  calls_.push_back(call);
  ++functions_[around.function].call_count;
  return {around.function, static_cast<std::uint32_t>(calls_.size() - 1), around.inline_depth + 1};
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
