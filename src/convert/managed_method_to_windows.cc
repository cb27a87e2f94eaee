// SPDX-License-Identifier: Apache-2.0
#include "convert/managed_method_to_windows.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/text.h"
#include "base/utf16.h"
#include "convert/managed_constants.h"
#include "formats/pdb/managed_module_writer.h"
#include "formats/ppdb/scopes.h"
#include "formats/ppdb/sequence_points.h"

namespace sigla {
namespace {

using InfoKind = ppdb::DebugInformationKind;

constexpr std::uint32_t kNoParent = pdb::ManagedScope::kNoParent;

std::uint32_t token_of(std::uint32_t row) { return ClrToken{ClrTable::kMethodDef, row}.value(); }

}  // namespace

MethodsToWindows::MethodsToWindows(const ppdb::Metadata& portable,
                                   const ManagedAssembly& assembly,
                                   std::optional<std::string> vb_default_namespace,
                                   const Limits& limits,
                                   ConversionLog& log)
    : portable_(portable),
      assembly_(assembly),
      vb_default_namespace_(std::move(vb_default_namespace)),
      log_(log),
      names_(assembly, vb_default_namespace_.has_value(), limits),
      imports_(portable, names_, vb_default_namespace_, log) {
  for (std::uint32_t i = 1; i <= portable.row_count(ClrTable::kStateMachineMethod); ++i) {
    const ppdb::StateMachineMethod machine = portable.state_machine_method(i);
    move_next_.emplace(machine.kickoff, machine.move_next);
  }
}

std::optional<Bytes> MethodsToWindows::find(std::uint32_t row, InfoKind kind) {
  const auto blob = ppdb::find_debug_information(portable_, {ClrTable::kMethodDef, row}, kind);
  if (blob.has_value()) return *blob;
  log_.warn(token_of(row), std::string(to_string(kind)) + ": " + blob.error().message());
  return std::nullopt;
}

Result<std::optional<pdb::ManagedMethod>> MethodsToWindows::convert(std::uint32_t row) {
  State state;
  state.row = row;
  state.method.token = token_of(row);
  const bool is_in_assembly = row <= assembly_.method_count();
  if (is_in_assembly) state.body = assembly_.body_of(row);
  if (const auto blob = find(row, InfoKind::kHoistedLocalScopes)) {
    const auto scopes = ppdb::read_hoisted_scopes(*blob);
    state.has_hoisted = scopes.has_value();
    if (!scopes.has_value()) log_.warn(state.method.token, scopes.error().message());
    for (std::size_t i = 0; scopes.has_value() && i < scopes->size(); ++i) {
      const ppdb::HoistedScope& scope = (*scopes)[i];
      const bool fits = scope.length <= INT32_MAX && scope.start_offset <= INT32_MAX;
      const std::uint32_t end = scope.start_offset + scope.length;
      state.hoisted.push_back(fits && scope.length > 0 ? pdb::HoistedScope{scope.start_offset, end}
                                                       : pdb::HoistedScope());
    }
  }
  if (state.body) state.method.code_size = state.body->code_size;
  add_lines(state);
  if (!state.body && !state.method.lines.empty()) {
    state.method.code_size = state.method.lines.back().il_offset + 1;
  }
  SIGLA_TRY(add_scopes(state));
  SIGLA_TRY(add_async(state));
  SIGLA_TRY(add_debug_info(state));
  pdb::ManagedMethod& method = state.method;
  if (!state.has_scopes && method.lines.empty() && !method.async && method.debug_info.empty()) {
    return std::optional<pdb::ManagedMethod>();
  }
  if (is_in_assembly) {
    method.type = assembly_.module_name_of(row);
    method.name = assembly_.method_name(row);
  }
  if (method.name.size() > pdb::kManagedNameSizeMax) {
    method.name.resize(pdb::kManagedNameSizeMax);
    log_.warn(method.token, "the method's name is cut");
  }
  if (state.has_scopes && method_with_aliases_ == 0 && !imports_.extern_aliases().empty()) {
    method_with_aliases_ = method.token;
  }
  return std::optional(std::move(method));
}

void MethodsToWindows::add_lines(State& state) {
  auto points = ppdb::read_sequence_points(portable_, state.row);
  if (!points.has_value()) {
    log_.warn(state.method.token, points.error().message());
    return;
  }
  bool is_clipped = false;
  for (const ppdb::SequencePoint& point : *points) {
    pdb::ManagedLine line;
    line.il_offset = point.il_offset;
    line.document = point.document - 1;
    line.is_hidden = point.is_hidden || point.start_line > pdb::kManagedLineMax;
    if (state.body && point.il_offset > state.body->code_size) {
      log_.warn(state.method.token,
                fmt::format("a line of IL offset {}, which the method does not have, is left out",
                            point.il_offset));
      continue;
    }
    is_clipped = is_clipped || (line.is_hidden && !point.is_hidden);
    if (!line.is_hidden) {
      const std::uint32_t span = point.end_line - point.start_line;
      is_clipped = is_clipped || span > pdb::kManagedLineSpanMax;
      line.start_line = point.start_line;
      line.end_line = point.start_line + std::min(span, pdb::kManagedLineSpanMax);
      line.start_column = static_cast<std::uint16_t>(std::min(point.start_column, 0xffffU));
      line.end_column = static_cast<std::uint16_t>(std::min(point.end_column, 0xffffU));
    }
    state.method.lines.push_back(line);
  }
  if (is_clipped) {
    log_.warn(state.method.token,
              "a place of more than 128 lines, or beyond line 16777215, is cut: a Windows PDB "
              "cannot say it");
  }
}

// In order of start, those that hold others before them.
std::vector<MethodsToWindows::Range> MethodsToWindows::ranges_of(const State& state) const {
  std::vector<Range> ranges;
  const ClrMetadata::Rows rows = portable_.scopes_of(state.row);
  for (std::uint32_t row = rows.first; row < rows.end; ++row) {
    const ppdb::LocalScope scope = portable_.local_scope(row);
    const std::uint32_t end = scope.length > UINT32_MAX - scope.start_offset
                                  ? UINT32_MAX
                                  : scope.start_offset + scope.length;
    ranges.push_back({scope.start_offset, end, row, {}});
  }
  if (is_vb()) {
    for (std::uint32_t i = 0; i < state.hoisted.size(); ++i) {
      if (state.hoisted[i].end == 0) continue;
      ranges.push_back({state.hoisted[i].start, state.hoisted[i].end, 0, {i}});
    }
  }
  const auto order = [](const Range& range) { return std::tuple(range.start, ~range.end); };
  std::stable_sort(ranges.begin(), ranges.end(), [&](const Range& a, const Range& b) {
    return order(a) < order(b);
  });
  // Hoisted locals join the scope that is like theirs.
  std::vector<Range> merged;
  for (Range& range : ranges) {
    if (range.scope_row != 0 || merged.empty() || order(merged.back()) != order(range)) {
      merged.push_back(std::move(range));
    } else {
      merged.back().hoisted.push_back(range.hoisted.front());
    }
  }
  return merged;
}

Status MethodsToWindows::add_scopes(State& state) {
  const std::vector<Range> ranges = ranges_of(state);
  if (ranges.empty()) return {};
  if (!state.body) {
    log_.warn(state.method.token, "it has scopes, but no code: they are left out");
    return {};
  }
  // The method that the source has, which has none of its own: its locals are in MoveNext.
  if (move_next_.contains(state.row)) return {};
  if (is_vb() && state.has_hoisted) state.hoisted_names = assembly_.vb_hoisted_names(state.row);
  std::vector<std::uint32_t> open;  // scopes of the method
  for (const Range& range : ranges) {
    open_scope(range, open, state);
    if (range.scope_row == 0) continue;
    const std::uint32_t index = open.back();
    const ppdb::LocalScope from = portable_.local_scope(range.scope_row);
    if (!state.has_scopes) add_imports(from.import_scope, state.method.scopes[index], state);
    state.has_scopes = true;
    SIGLA_TRY(add_variables(from, state.method.scopes[index], state));
    SIGLA_TRY(add_constants(from, state.method.scopes[index], state));
  }
  if (is_vb()) {
    // Ends are the last offset inside, except for the outermost scope's.
    for (pdb::ManagedScope& scope : state.method.scopes) {
      if (scope.parent != kNoParent && scope.size > 0) --scope.size;
    }
  }
  return {};
}

void MethodsToWindows::open_scope(const Range& range,
                                  std::vector<std::uint32_t>& open,
                                  State& state) {
  std::vector<pdb::ManagedScope>& scopes = state.method.scopes;
  const auto end_of = [&](std::uint32_t index) { return scopes[index].start + scopes[index].size; };
  while (!open.empty() && range.start >= end_of(open.back())) open.pop_back();
  const std::uint32_t end_max = open.empty() ? state.method.code_size : end_of(open.back());
  pdb::ManagedScope scope;
  scope.parent = open.empty() ? kNoParent : open.back();
  scope.start = std::min(range.start, end_max);
  scope.size = std::min(range.end, end_max) - scope.start;
  if (range.end > end_max || range.start > end_max) {
    log_.warn(state.method.token,
              fmt::format("the scope [{}, {}) is not inside the one around it and is cut",
                          range.start,
                          range.end));
  }
  for (const std::uint32_t number : range.hoisted) {
    if (number >= state.hoisted_names.size()) continue;
    const std::string& name = state.hoisted_names[number];
    if (name.empty() || name.size() > pdb::kManagedNameSizeMax) continue;
    scope.slots.push_back({number, state.body->local_signature, 0, name});
  }
  scopes.push_back(std::move(scope));
  open.push_back(static_cast<std::uint32_t>(scopes.size() - 1));
}

void MethodsToWindows::add_imports(std::uint32_t import_scope,
                                   pdb::ManagedScope& scope,
                                   State& state) {
  std::pair key(import_scope, is_vb() ? assembly_.namespace_of(state.row) : std::string());
  const auto seen = method_of_scope_.find(key);
  if (seen != method_of_scope_.end()) {
    state.forward_imports = seen->second;
  } else {
    ImportStrings imports = imports_.encode(import_scope, key.second);
    const auto [known, is_new] = imports_of_method_.emplace(imports.strings, state.method.token);
    method_of_scope_.emplace(std::move(key), known->second);
    if (is_new) {
      scope.imports = std::move(imports.strings);
      state.import_counts = std::move(imports.counts);
    } else {
      state.forward_imports = known->second;
    }
  }
  if (is_vb() && state.forward_imports != 0) {
    scope.imports.push_back(fmt::format("@{}", state.forward_imports));
  }
  if (method_with_aliases_ != 0) return;
  for (const std::string& alias : imports_.extern_aliases()) {
    if (alias.size() <= pdb::kManagedNameSizeMax) scope.imports.push_back(alias);
  }
}

Status MethodsToWindows::add_variables(const ppdb::LocalScope& from,
                                       pdb::ManagedScope& scope,
                                       State& state) {
  for (std::uint32_t row = from.variables.first; row < from.variables.end; ++row) {
    const ppdb::LocalVariable variable = portable_.local_variable(row);
    const ClrToken token{ClrTable::kLocalVariable, row};
    SIGLA_TRY_ASSIGN(const std::string_view text, portable_.string(variable.name));
    const std::string name = to_utf8(text);
    if (name.size() > pdb::kManagedNameSizeMax) {
      log_.warn(token.value(), "the name of a local variable is too long for a Windows PDB");
      continue;
    }
    if (state.body->local_signature == 0) {
      log_.warn(state.method.token, "it has local variables, but no signature of them");
      continue;
    }
    const bool is_hidden = (variable.attributes & ppdb::LocalVariable::kDebuggerHidden) != 0;
    scope.slots.push_back({variable.index,
                           state.body->local_signature,
                           is_hidden ? pdb::ManagedSlot::kCompilerGenerated : std::uint16_t{0},
                           name});
    SIGLA_TRY(add_local_info(token, name, variable.index, from, state));
  }
  return {};
}

Status MethodsToWindows::add_constants(const ppdb::LocalScope& from,
                                       pdb::ManagedScope& scope,
                                       State& state) {
  for (std::uint32_t row = from.constants.first; row < from.constants.end; ++row) {
    const ppdb::LocalConstant constant = portable_.local_constant(row);
    const ClrToken token{ClrTable::kLocalConstant, row};
    SIGLA_TRY_ASSIGN(const std::string_view text, portable_.string(constant.name));
    const std::string name = to_utf8(text);
    if (name.size() > pdb::kManagedNameSizeMax) {
      log_.warn(token.value(), "the name of a local constant is too long for a Windows PDB");
      continue;
    }
    const auto signature = ppdb::read_constant(portable_, constant.signature);
    if (!signature.has_value()) {
      log_.warn(token.value(), signature.error().message());
      continue;
    }
    auto converted = to_windows_constant(*signature, assembly_);
    if (!converted) {
      log_.warn(token.value(), "the constant '" + name + "' has a value no Windows PDB can hold");
      continue;
    }
    converted->name = name;
    scope.constants.push_back(std::move(*converted));
    SIGLA_TRY(add_local_info(token, name, std::nullopt, from, state));
  }
  return {};
}

// Which parts of its type are `dynamic`, and the names of its tuples' elements.
Status MethodsToWindows::add_local_info(ClrToken local,
                                        const std::string& name,
                                        std::optional<std::uint32_t> slot,
                                        const ppdb::LocalScope& scope,
                                        State& state) {
  SIGLA_TRY_ASSIGN(const auto flags_blob,
                   ppdb::find_debug_information(portable_, local, InfoKind::kDynamicLocals));
  if (flags_blob && !flags_blob->empty()) {
    std::vector<bool> flags = ppdb::read_dynamic_flags(*flags_blob);
    while (flags.size() > pdb::DynamicLocal::kFlagCountMax && !flags.back()) flags.pop_back();
    if (flags.size() > pdb::DynamicLocal::kFlagCountMax ||
        utf8_to_utf16(name).size() > pdb::DynamicLocal::kNameSizeMax * 2) {
      log_.warn(local.value(), "that '" + name + "' is dynamic has no place in a Windows PDB");
    } else {
      state.dynamics.push_back({name, slot.value_or(0), std::move(flags)});
    }
  }
  SIGLA_TRY_ASSIGN(const auto names_blob,
                   ppdb::find_debug_information(portable_, local, InfoKind::kTupleElementNames));
  if (!names_blob || names_blob->empty()) return {};
  const auto names = ppdb::read_tuple_names(*names_blob);
  if (!names.has_value()) {
    log_.warn(local.value(), names.error().message());
    return {};
  }
  pdb::TupleNames tuple;
  tuple.local = name;
  for (const std::string_view element : *names) tuple.names.push_back(to_utf8(element));
  if (slot) {
    tuple.slot = static_cast<std::int32_t>(*slot);
  } else {
    tuple.scope_start = scope.start_offset;
    tuple.scope_end = scope.start_offset + scope.length;
  }
  state.tuples.push_back(std::move(tuple));
  return {};
}

Status MethodsToWindows::add_async(State& state) {
  const auto blob = find(state.row, InfoKind::kAsyncMethodStepping);
  if (!blob) return {};
  const auto stepping = ppdb::read_async_stepping(*blob);
  const std::uint32_t kickoff = portable_.kickoff_of(state.row);
  if (!stepping.has_value() || kickoff == 0 ||
      stepping->awaits.size() > (pdb::kManagedBlobSizeMax - 12) / 12) {
    log_.warn(state.method.token,
              stepping.has_value() ? "its async information has no place in a Windows PDB"
                                   : stepping.error().message());
    return {};
  }
  pdb::ManagedAsync async;
  async.kickoff = token_of(kickoff);
  async.catch_handler = stepping->catch_handler_offset;
  for (const ppdb::AsyncStepping::Await& await : stepping->awaits) {
    async.awaits.push_back(
        {await.yield_offset, token_of(await.resume_method), await.resume_offset});
  }
  state.method.async = std::move(async);
  return {};
}

Status MethodsToWindows::copy_blob(State& state,
                                   InfoKind from,
                                   pdb::ManagedInfoKind to,
                                   pdb::ManagedInfoWriter& info) {
  const auto blob = find(state.row, from);
  if (blob && !info.add(to, *blob)) {
    log_.warn(state.method.token,
              fmt::format("its {} has no place in a Windows PDB", to_string(from)));
  }
  return {};
}

Status MethodsToWindows::add_debug_info(State& state) {
  using Kind = pdb::ManagedInfoKind;
  pdb::ManagedInfoWriter info(pdb::kManagedBlobSizeMax);
  bool has_room = true;
  const auto machine = move_next_.find(state.row);
  if (machine != move_next_.end()) {
    const std::uint32_t type =
        machine->second <= assembly_.method_count() ? assembly_.type_of(machine->second) : 0;
    const std::string name = type == 0 ? std::string() : assembly_.simple_type_name(type);
    if (!name.empty()) has_room = info.add_state_machine_type(name.substr(0, name.rfind('`')));
  } else {
    if (!is_vb() && state.has_scopes) {
      if (state.forward_imports != 0) {
        has_room = info.add_forward(Kind::kForwardMethod, state.forward_imports);
      } else {
        has_room = info.add_using_counts(state.import_counts);
        if (method_with_aliases_ != 0) {
          has_room = info.add_forward(Kind::kForwardModule, method_with_aliases_) && has_room;
        }
      }
    }
    if (!is_vb() && state.has_hoisted)
      has_room = info.add_hoisted_scopes(state.hoisted) && has_room;
    if (!state.dynamics.empty()) has_room = info.add_dynamic_locals(state.dynamics) && has_room;
    if (!state.tuples.empty()) has_room = info.add_tuple_names(state.tuples) && has_room;
  }
  if (!has_room) {
    log_.warn(state.method.token, "its custom debug information has no place in a Windows PDB");
  }
  SIGLA_TRY(copy_blob(state, InfoKind::kEncLocalSlotMap, Kind::kEncLocalSlotMap, info));
  SIGLA_TRY(copy_blob(state, InfoKind::kEncLambdaAndClosureMap, Kind::kEncLambdaMap, info));
  SIGLA_TRY(copy_blob(state, InfoKind::kEncStateMachineMap, Kind::kEncStateMachineMap, info));
  state.method.debug_info = std::move(info).take();
  return {};
}

}  // namespace sigla
