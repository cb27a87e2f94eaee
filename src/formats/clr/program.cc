// SPDX-License-Identifier: Apache-2.0
#include "formats/clr/program.h"

#include <algorithm>

#include "formats/clr/source_name.h"

namespace sigla::clr {

using T = ClrTable;

Result<Program> Program::open(Bytes metadata, const Limits& limits) {
  SIGLA_TRY_ASSIGN(const ClrMetadata tables, ClrMetadata::open(metadata, "CLR metadata", limits));
  if (!tables.pdb_stream().empty()) {
    return make_error(ErrorCode::kUnsupported, "a Portable PDB has no types and methods");
  }
  return Program(tables, limits);
}

Program::Program(ClrMetadata tables, const Limits& limits) : tables_(tables), limits_(limits) {
  const std::uint32_t count = tables_.row_count(T::kMethodPtr);
  if (count == 0) return;
  positions_.assign(std::size_t{method_count()} + 1, count + 1);  // of no type
  for (std::uint32_t position = count; position >= 1; --position) {
    const std::uint32_t method = tables_.cell(T::kMethodPtr, position, 0);
    if (method < positions_.size()) positions_[method] = position;
  }
}

Result<Bytes> Program::mvid() const {
  if (!tables_.has(T::kModule)) return malformed("CLR metadata: no module");
  return tables_.guid(tables_.cell(T::kModule, 1, 2));
}

Result<std::string_view> Program::module_name() const {
  if (!tables_.has(T::kModule)) return malformed("CLR metadata: no module");
  return tables_.string(tables_.cell(T::kModule, 1, 1));
}

Result<std::string_view> Program::assembly_name() const {
  if (!tables_.has(T::kAssembly)) return std::string_view();
  return tables_.string(tables_.cell(T::kAssembly, 1, 7));
}

std::string Program::assembly_version() const {
  if (!tables_.has(T::kAssembly)) return {};
  return fmt::format("{}.{}.{}.{}",
                     tables_.cell(T::kAssembly, 1, 1),
                     tables_.cell(T::kAssembly, 1, 2),
                     tables_.cell(T::kAssembly, 1, 3),
                     tables_.cell(T::kAssembly, 1, 4));
}

std::uint32_t Program::type_of(std::uint32_t method) const {
  const std::uint32_t position = method < positions_.size() ? positions_[method] : method;
  // The last type whose list begins at or before it: lists ascend.
  std::uint32_t low = 1;
  std::uint32_t high = type_count() + 1;
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    if (tables_.cell(T::kTypeDef, middle, 5) <= position) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low - 1;
}

std::vector<std::uint32_t> Program::methods_of(std::uint32_t type) const {
  const bool is_indirect = tables_.has(T::kMethodPtr);
  const auto rows =
      tables_.list_rows(T::kTypeDef, type, 5, is_indirect ? T::kMethodPtr : T::kMethodDef);
  std::vector<std::uint32_t> methods;
  for (std::uint32_t row = rows.first; row < rows.end; ++row) {
    const std::uint32_t method = is_indirect ? tables_.cell(T::kMethodPtr, row, 0) : row;
    if (method >= 1 && method <= method_count()) methods.push_back(method);
  }
  return methods;
}

std::uint32_t Program::enclosing_type(std::uint32_t type) const {
  const auto rows = tables_.equal_rows(T::kNestedClass, 0, type);
  if (rows.first == rows.end) return 0;
  const std::uint32_t enclosing = tables_.cell(T::kNestedClass, rows.first, 1);
  return enclosing <= type_count() && enclosing != type ? enclosing : 0;
}

std::vector<std::uint32_t> Program::nested_types(std::uint32_t type) const {
  std::vector<std::uint32_t> nested;
  for (std::uint32_t row = 1; row <= tables_.row_count(T::kNestedClass); ++row) {
    const std::uint32_t inner = tables_.cell(T::kNestedClass, row, 0);
    if (tables_.cell(T::kNestedClass, row, 1) != type) continue;
    if (inner >= 1 && inner <= type_count()) nested.push_back(inner);
  }
  return nested;
}

Result<std::string> Program::nested_name(std::string_view name_space,
                                         std::string_view name,
                                         Result<std::string> enclosing) const {
  if (!enclosing.has_value()) return enclosing;
  std::string full = std::move(enclosing).value();
  if (!full.empty()) {
    full += '+';
  } else if (!name_space.empty()) {
    full.append(name_space) += '.';
  }
  full += name;
  if (full.size() > limits_.symbol_name_size_max) {
    return make_error(ErrorCode::kLimitExceeded, "type name: {} bytes", full.size());
  }
  return full;
}

Result<std::string> Program::type_name(std::uint32_t type) const { return type_name(type, 0); }

Result<std::string> Program::type_name(std::uint32_t type, std::uint32_t depth) const {
  if (depth > limits_.type_depth_max) {
    return make_error(ErrorCode::kLimitExceeded, "type name: nested {} deep", depth);
  }
  SIGLA_TRY_ASSIGN(const auto name, tables_.string(tables_.cell(T::kTypeDef, type, 1)));
  SIGLA_TRY_ASSIGN(const auto name_space, tables_.string(tables_.cell(T::kTypeDef, type, 2)));
  const std::uint32_t enclosing = enclosing_type(type);
  return nested_name(
      name_space, name, enclosing == 0 ? std::string() : type_name(enclosing, depth + 1));
}

Result<std::string> Program::type_ref_name(std::uint32_t type_ref) const {
  return type_ref_name(type_ref, 0);
}

Result<std::string> Program::type_ref_name(std::uint32_t type_ref, std::uint32_t depth) const {
  if (depth > limits_.type_depth_max) {
    return make_error(ErrorCode::kLimitExceeded, "type name: nested {} deep", depth);
  }
  SIGLA_TRY_ASSIGN(const auto name, tables_.string(tables_.cell(T::kTypeRef, type_ref, 1)));
  SIGLA_TRY_ASSIGN(const auto name_space, tables_.string(tables_.cell(T::kTypeRef, type_ref, 2)));
  const ClrToken scope = tables_.coded_cell(T::kTypeRef, type_ref, 0);
  const bool is_nested =
      scope.table == T::kTypeRef && scope.row != 0 && scope.row <= tables_.row_count(T::kTypeRef);
  return nested_name(
      name_space, name, is_nested ? type_ref_name(scope.row, depth + 1) : std::string());
}

Result<std::string_view> Program::simple_type_name(std::uint32_t type) const {
  return tables_.string(tables_.cell(T::kTypeDef, type, 1));
}

Result<std::string_view> Program::method_name(std::uint32_t method) const {
  return tables_.string(tables_.cell(T::kMethodDef, method, 3));
}

Result<Bytes> Program::method_signature(std::uint32_t method) const {
  return tables_.blob(tables_.cell(T::kMethodDef, method, 4));
}

std::vector<std::string_view> Program::parameter_names(std::uint32_t method,
                                                       std::size_t count) const {
  std::vector<std::string_view> names(count);
  const bool is_indirect = tables_.has(T::kParamPtr);
  const auto rows =
      tables_.list_rows(T::kMethodDef, method, 5, is_indirect ? T::kParamPtr : T::kParam);
  for (std::uint32_t row = rows.first; row < rows.end && row - rows.first <= count; ++row) {
    const std::uint32_t param = is_indirect ? tables_.cell(T::kParamPtr, row, 0) : row;
    if (param == 0 || param > tables_.row_count(T::kParam)) continue;
    const std::uint32_t sequence = tables_.cell(T::kParam, param, 1);  // 0 is the return value
    if (sequence == 0 || sequence > count) continue;
    names[sequence - 1] = tables_.string(tables_.cell(T::kParam, param, 2)).value_or("");
  }
  return names;
}

std::vector<std::string_view> Program::generic_parameters(ClrToken owner) const {
  constexpr std::size_t kCountMax = 256;  // no language comes near
  const std::uint32_t coded = owner.row << 1U | (owner.table == T::kMethodDef ? 1U : 0U);
  const auto rows = tables_.equal_rows(T::kGenericParam, 2, coded);
  std::vector<std::string_view> names;
  for (std::uint32_t row = rows.first; row < rows.end && names.size() < kCountMax; ++row) {
    names.push_back(tables_.string(tables_.cell(T::kGenericParam, row, 3)).value_or(""));
  }
  return names;
}

// An attribute whose only argument is that type: a prolog of 0x0001, then its name (II.23.3), the
// assembly after a comma where it is another one.
bool Program::names_state_machine(std::uint32_t method, std::string_view type_name) const {
  const std::uint32_t coded =
      method << clr_tag_bits(ClrCodedIndex::kHasCustomAttribute);  // the tag of MethodDef is 0
  const auto rows = tables_.equal_rows(T::kCustomAttribute, 0, coded);
  for (std::uint32_t row = rows.first; row < rows.end; ++row) {
    const auto value = tables_.blob(tables_.cell(T::kCustomAttribute, row, 2));
    if (!value.has_value()) continue;
    ByteReader reader(value.value());
    if (reader.u16() != 1) continue;
    const std::string_view named = as_text(reader.bytes(read_clr_compressed(reader)));
    if (reader.ok() && named.substr(0, named.find(',')) == type_name) return true;
  }
  return false;
}

std::uint32_t Program::kickoff_method(std::uint32_t type) const {
  const std::uint32_t enclosing = enclosing_type(type);
  const auto generated = simple_type_name(type);
  if (enclosing == 0 || !generated.has_value()) return 0;
  const std::string_view wanted = generated_from(generated.value());
  if (wanted.empty()) return 0;
  // A lambda's state machine stands in the closure's class, beside the lambda or around it.
  std::vector<std::uint32_t> named;
  for (std::uint32_t around = enclosing, depth = 0; around != 0 && named.empty();
       around = ++depth < limits_.type_depth_max ? enclosing_type(around) : 0) {
    for (const std::uint32_t method : methods_of(around)) {
      if (method_name(method).value_or("") == wanted) named.push_back(method);
    }
  }
  if (named.size() <= 1) return named.empty() ? 0 : named[0];
  const auto full_name = type_name(type);
  if (!full_name.has_value()) return 0;
  for (const std::uint32_t method : named) {
    if (names_state_machine(method, full_name.value())) return method;
  }
  return 0;
}

}  // namespace sigla::clr
