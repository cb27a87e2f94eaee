// SPDX-License-Identifier: Apache-2.0
#include "convert/managed_method_to_portable.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "convert/managed_constants.h"
#include "formats/ppdb/blob_writer.h"

namespace sigla {
namespace {

using InfoKind = ppdb::DebugInformationKind;

constexpr std::uint32_t kIlOffsetMax = 0x1fff'ffff;

// The format's rules: offsets ascend, places are in order, and no place is empty.
ppdb::SequencePoint point_of(const pdb::ManagedLine& line, std::optional<std::uint32_t> before) {
  ppdb::SequencePoint point;
  point.il_offset = line.il_offset;
  if (before) point.il_offset = std::max(point.il_offset, *before + 1);
  point.document = line.document + 1;
  point.is_hidden = line.is_hidden;
  if (line.is_hidden) return point;
  point.start_line = std::min(line.start_line, ppdb::kLineMax);
  point.end_line = std::clamp(line.end_line, point.start_line, ppdb::kLineMax);
  point.start_column = line.start_column;
  point.end_column = line.end_column;
  if (point.start_line == point.end_line && point.start_column >= point.end_column) {
    // C++/CLI has no columns: the whole line.
    const bool is_whole = point.start_column == 0 && point.end_column == 0;
    if (is_whole) {
      point.end_column = ppdb::kColumnMax;
    } else if (point.start_column < ppdb::kColumnMax) {
      point.end_column = point.start_column + 1;
    } else {
      point.start_column = ppdb::kColumnMax - 1;
      point.end_column = ppdb::kColumnMax;
    }
  }
  return point;
}

}  // namespace

MethodsToPortable::MethodsToPortable(const ManagedAssembly& assembly,
                                     const ImportScopes& imports,
                                     bool is_vb,
                                     std::uint32_t document_count,
                                     ppdb::Writer& writer,
                                     ConversionLog& log)
    : assembly_(assembly),
      imports_(imports),
      is_vb_(is_vb),
      document_count_(document_count),
      writer_(writer),
      log_(log) {}

void MethodsToPortable::add_info(ClrToken parent, InfoKind kind, Bytes blob) {
  writer_.add_custom_debug_information(
      {parent, writer_.add_guid(ppdb::guid_of(kind)), writer_.add_blob(blob)});
}

void MethodsToPortable::convert(const pdb::ManagedMethod& method) {
  const std::uint32_t row = ClrToken::of(method.token).row;
  write_lines(method, row);
  write_async(method, row);
  const DebugInfo info = read_debug_info(method, row);
  std::uint32_t import_scope = imports_.row_of(method.token);
  if (info.state_machine) {
    const std::uint32_t move_next = assembly_.move_next_of(row, *info.state_machine);
    if (move_next == 0) {
      log_.warn(method.token, "its state machine '" + *info.state_machine + "' is not known");
    } else {
      add_state_machine(move_next, row);
      const ClrToken token{ClrTable::kMethodDef, move_next};
      if (import_scope == 0) import_scope = imports_.row_of(token.value());
    }
  }
  write_scopes(method, row, import_scope, info);
}

void MethodsToPortable::write_lines(const pdb::ManagedMethod& method, std::uint32_t row) {
  std::vector<ppdb::SequencePoint> points;
  std::optional<std::uint32_t> before;
  for (const pdb::ManagedLine& line : method.lines) {
    if (line.document >= document_count_) continue;
    const ppdb::SequencePoint point = point_of(line, before);
    if (point.il_offset > kIlOffsetMax) break;
    before = point.il_offset;
    points.push_back(point);
  }
  if (points.empty()) return;
  const auto body = assembly_.body_of(row);
  const std::uint32_t signature = body ? ClrToken::of(body->local_signature).row : 0;
  ppdb::MethodDebugInformation debug;
  debug.sequence_points =
      writer_.add_blob(ppdb::write_sequence_points(signature, points, debug.document));
  writer_.set_method(row, debug);
}

void MethodsToPortable::add_state_machine(std::uint32_t move_next, std::uint32_t kickoff) {
  const std::uint32_t count = assembly_.method_count();
  if (move_next == 0 || move_next > count || kickoff == 0 || kickoff > count) return;
  const auto [known, is_new] = kickoff_.emplace(move_next, kickoff);
  if (!is_new && known->second != kickoff) {
    log_.warn(ClrToken{ClrTable::kMethodDef, move_next}.value(),
              "it is the state machine of two methods; the first one counts");
  }
}

void MethodsToPortable::write_async(const pdb::ManagedMethod& method, std::uint32_t row) {
  if (!method.async) return;
  add_state_machine(row, ClrToken::of(method.async->kickoff).row);
  ppdb::AsyncStepping stepping;
  stepping.catch_handler_offset = method.async->catch_handler;
  for (const pdb::ManagedAsync::Await& await : method.async->awaits) {
    stepping.awaits.push_back(
        {await.yield_offset, await.resume_offset, ClrToken::of(await.resume_method).row});
  }
  add_info({ClrTable::kMethodDef, row},
           InfoKind::kAsyncMethodStepping,
           ppdb::write_async_stepping(stepping));
}

MethodsToPortable::DebugInfo MethodsToPortable::read_debug_info(const pdb::ManagedMethod& method,
                                                                std::uint32_t row) {
  using Kind = pdb::ManagedInfoKind;
  DebugInfo info;
  const auto records = pdb::read_managed_info(method.debug_info);
  if (!records.has_value()) {
    log_.warn(method.token, records.error().message());
    return info;
  }
  const auto take = [&](auto result, auto&& use) {
    if (result.has_value()) {
      use(std::move(result).value());
    } else {
      log_.warn(method.token, result.error().message());
    }
  };
  const ClrToken parent{ClrTable::kMethodDef, row};
  for (const pdb::ManagedInfoRecord& record : *records) {
    switch (record.kind) {
      case Kind::kUsing:
      case Kind::kForwardMethod:
      case Kind::kForwardModule:
        break;  // ImportScopes
      case Kind::kStateMachineType:
        take(pdb::read_state_machine_type(record.data),
             [&](std::string name) { info.state_machine = std::move(name); });
        break;
      case Kind::kHoistedScopes:
        take(pdb::read_hoisted_scopes(record.data), [&](std::vector<pdb::HoistedScope> scopes) {
          std::vector<ppdb::HoistedScope> lengths;
          for (const pdb::HoistedScope& scope : scopes) {
            lengths.push_back({scope.start, scope.end < scope.start ? 0 : scope.end - scope.start});
          }
          add_info(parent, InfoKind::kHoistedLocalScopes, ppdb::write_hoisted_scopes(lengths));
        });
        break;
      case Kind::kDynamicLocals:
        take(pdb::read_dynamic_locals(record.data),
             [&](std::vector<pdb::DynamicLocal> locals) { info.dynamics = std::move(locals); });
        break;
      case Kind::kTupleElementNames:
        take(pdb::read_tuple_names(record.data),
             [&](std::vector<pdb::TupleNames> tuples) { info.tuples = std::move(tuples); });
        break;
      case Kind::kEncLocalSlotMap:
        add_info(parent, InfoKind::kEncLocalSlotMap, record.data);
        break;
      case Kind::kEncLambdaMap:
        add_info(parent, InfoKind::kEncLambdaAndClosureMap, record.data);
        break;
      case Kind::kEncStateMachineMap:
        add_info(parent, InfoKind::kEncStateMachineMap, record.data);
        break;
    }
  }
  return info;
}

// Nested and in order, without those that say nothing.
std::vector<MethodsToPortable::Range> MethodsToPortable::ranges_of(
    const pdb::ManagedMethod& method) {
  constexpr std::uint32_t kNone = pdb::ManagedScope::kNoParent;
  std::vector<Range> ranges;
  std::vector<std::uint32_t> range_of(method.scopes.size(), kNone);
  std::vector<std::uint32_t> behind(method.scopes.size() + 1);  // where the next child may begin
  std::vector<bool> is_needed(method.scopes.size());
  for (std::uint32_t i = 0; i < method.scopes.size(); ++i) {
    const pdb::ManagedScope& scope = method.scopes[i];
    const bool is_top = scope.parent == kNone;
    const bool is_inclusive = is_vb_ && !is_top;  // Visual Basic: the last offset inside
    Range range{scope.start, scope.start + scope.size + (is_inclusive ? 1U : 0U), &scope};
    if (!is_top && range_of[scope.parent] == kNone) continue;
    const std::uint32_t end_max = is_top ? method.code_size : ranges[range_of[scope.parent]].end;
    std::uint32_t& begin_min = behind[is_top ? method.scopes.size() : scope.parent];
    if (range.start < begin_min || range.end > end_max) {
      log_.warn(
          method.token,
          fmt::format(
              "the scope [{}, {}) overlaps another one and is left out", range.start, range.end));
      continue;
    }
    begin_min = range.end;
    behind[i] = range.start;
    range_of[i] = static_cast<std::uint32_t>(ranges.size());
    ranges.push_back(range);
    const bool has_content = is_top || !scope.slots.empty() || !scope.constants.empty();
    for (std::uint32_t up = i; has_content && up != kNone && !is_needed[up];) {
      is_needed[up] = true;
      up = method.scopes[up].parent;
    }
  }
  std::vector<Range> needed;
  for (std::uint32_t i = 0; i < method.scopes.size(); ++i) {
    if (range_of[i] != kNone && is_needed[i]) needed.push_back(ranges[range_of[i]]);
  }
  return needed;
}

MethodsToPortable::LocalInfo MethodsToPortable::index_locals(const pdb::ManagedMethod& method,
                                                             const DebugInfo& info) {
  LocalInfo locals;
  for (const pdb::DynamicLocal& dynamic : info.dynamics) {
    if (dynamic.slot == 0) {
      locals.dynamic_names.emplace(dynamic.name, &dynamic);
    } else if (!locals.dynamic_slots.emplace(dynamic.slot, &dynamic).second) {
      log_.warn(method.token, fmt::format("slot {} is dynamic twice", dynamic.slot));
    }
  }
  for (const pdb::TupleNames& tuple : info.tuples) {
    const bool is_new =
        tuple.slot >= 0
            ? locals.tuple_slots.emplace(static_cast<std::uint32_t>(tuple.slot), &tuple).second
            : locals.tuple_constants
                  .emplace(std::tuple(tuple.local, tuple.scope_start, tuple.scope_end), &tuple)
                  .second;
    if (!is_new) log_.warn(method.token, "'" + tuple.local + "' has names of elements twice");
  }
  return locals;
}

void MethodsToPortable::write_scopes(const pdb::ManagedMethod& method,
                                     std::uint32_t row,
                                     std::uint32_t import_scope,
                                     const DebugInfo& info) {
  std::vector<Range> ranges = ranges_of(method);
  const auto body = assembly_.body_of(row);
  // The code is a scope for the imports that hold in it.
  if (ranges.empty() && body && import_scope != 0) {
    ranges.push_back({0, body->code_size, nullptr});
  }
  LocalInfo locals = index_locals(method, info);
  std::vector<ppdb::HoistedScope> hoisted;  // Visual Basic's: locals by name
  for (const Range& range : ranges) {
    writer_.add_local_scope(row, import_scope, range.start, range.end - range.start);
    if (range.scope == nullptr) continue;
    write_locals(range, locals, method.token);
    for (const pdb::ManagedSlot& slot : range.scope->slots) {
      const auto index = is_vb_ ? vb_hoisted_index(slot.name) : std::nullopt;
      if (!index || *index > UINT16_MAX) continue;
      if (*index >= hoisted.size()) hoisted.resize(*index + 1);
      hoisted[*index] = {range.start, range.end - range.start};
    }
  }
  if (hoisted.empty()) return;
  add_info({ClrTable::kMethodDef, row},
           InfoKind::kHoistedLocalScopes,
           ppdb::write_hoisted_scopes(hoisted));
}

void MethodsToPortable::write_local_info(ClrToken local,
                                         const pdb::DynamicLocal* dynamic,
                                         const pdb::TupleNames* tuple) {
  if (tuple != nullptr) {
    ByteWriter names;
    for (const std::string& name : tuple->names) names.cstring(name);
    add_info(local, InfoKind::kTupleElementNames, names.data());
  }
  if (dynamic != nullptr) {
    add_info(local, InfoKind::kDynamicLocals, ppdb::write_dynamic_flags(dynamic->flags));
  }
}

void MethodsToPortable::write_locals(const Range& range, LocalInfo& locals, std::uint32_t token) {
  const auto find = [](const auto& map, const auto& key) {
    const auto found = map.find(key);
    return found == map.end() ? nullptr : found->second;
  };
  // Locals of one name in several scopes stand in the order of the scopes.
  const auto take_by_name = [&](const std::string& name) -> const pdb::DynamicLocal* {
    const auto found = locals.dynamic_names.lower_bound(name);
    if (found == locals.dynamic_names.end() || found->first != name) return nullptr;
    const pdb::DynamicLocal* const dynamic = found->second;
    locals.dynamic_names.erase(found);
    return dynamic;
  };
  for (const pdb::ManagedSlot& slot : range.scope->slots) {
    if (is_vb_ && vb_hoisted_index(slot.name)) continue;
    if (slot.slot > UINT16_MAX) {
      log_.warn(token, fmt::format("local variable {} has no place in a Portable PDB", slot.slot));
      continue;
    }
    const bool is_hidden = (slot.flags & pdb::ManagedSlot::kCompilerGenerated) != 0;
    const std::uint32_t variable = writer_.add_local_variable(
        {is_hidden ? ppdb::LocalVariable::kDebuggerHidden : std::uint16_t{0},
         static_cast<std::uint16_t>(slot.slot),
         writer_.add_string(slot.name)});
    write_local_info(
        {ClrTable::kLocalVariable, variable},
        slot.slot == 0 ? take_by_name(slot.name) : find(locals.dynamic_slots, slot.slot),
        find(locals.tuple_slots, slot.slot));
  }
  for (const pdb::ManagedConstant& constant : range.scope->constants) {
    Buffer value;
    const auto portable = to_portable_constant(constant, assembly_, value);
    if (!portable) {
      log_.warn(token, "the value of constant '" + constant.name + "' is not of its type");
      continue;
    }
    const std::uint32_t row = writer_.add_local_constant(
        {writer_.add_string(constant.name), writer_.add_blob(ppdb::write_constant(*portable))});
    write_local_info(
        {ClrTable::kLocalConstant, row},
        take_by_name(constant.name),
        find(locals.tuple_constants, std::tuple(constant.name, range.start, range.end)));
  }
}

void MethodsToPortable::write_state_machines() {
  for (const auto& [move_next, kickoff] : kickoff_) {
    writer_.add_state_machine_method({move_next, kickoff});
  }
}

}  // namespace sigla
