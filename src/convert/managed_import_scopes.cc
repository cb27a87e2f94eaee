// SPDX-License-Identifier: Apache-2.0
#include "convert/managed_import_scopes.h"

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "formats/pdb/managed_debug_info.h"
#include "formats/ppdb/blob_writer.h"

namespace sigla {
namespace {

using Kind = ParsedImport::Kind;

constexpr int kForwardMax = 8;  // compilers refer to the method that has them, never further

// Nothing when the method has no such record.
std::optional<Bytes> info_of(const pdb::ManagedMethod& method, pdb::ManagedInfoKind kind) {
  const auto records = pdb::read_managed_info(method.debug_info);
  if (!records.has_value()) return std::nullopt;
  for (const pdb::ManagedInfoRecord& record : *records) {
    if (record.kind == kind) return record.data;
  }
  return std::nullopt;
}

}  // namespace

ImportScopes::ImportScopes(const pdb::ManagedPdb& windows,
                           const ManagedTypeNames& names,
                           bool is_vb,
                           ConversionLog& log)
    : names_(names), is_vb_(is_vb), log_(log) {
  scopes_.emplace_back();
  for (const pdb::ManagedMethod& method : windows.methods) methods_.emplace(method.token, &method);
  // Assemblies with an alias first: imports of any method may refer to them.
  for (const pdb::ManagedMethod& method : windows.methods) {
    for (const std::string_view text : strings_of(method)) {
      const auto import = is_vb ? std::nullopt : parse_csharp_import(text);
      if (!import || import->kind != Kind::kAssembly) continue;
      if (std::ranges::find(scopes_[0].imports, text) != scopes_[0].imports.end()) continue;
      scopes_[0].imports.push_back(text);
      extern_assemblies_.emplace_back(import->alias, names.find_assembly(import->target));
    }
  }
  for (const pdb::ManagedMethod& method : windows.methods) {
    is_vb ? collect_vb(method) : collect_csharp(method);
  }
}

const pdb::ManagedMethod* ImportScopes::method(std::uint32_t token) const {
  const auto found = methods_.find(token);
  return found == methods_.end() ? nullptr : found->second;
}

// They stand in the outermost scope.
ImportScopes::Strings ImportScopes::strings_of(const pdb::ManagedMethod& method) {
  if (method.scopes.empty()) return {};
  return {method.scopes[0].imports.begin(), method.scopes[0].imports.end()};
}

void ImportScopes::collect_csharp(const pdb::ManagedMethod& method) {
  const pdb::ManagedMethod* owner = &method;
  for (int i = 0; i < kForwardMax; ++i) {
    const auto forward = info_of(*owner, pdb::ManagedInfoKind::kForwardMethod);
    const auto token = forward ? pdb::read_forward(*forward) : Result<std::uint32_t>(0);
    const pdb::ManagedMethod* const next =
        token.has_value() && *token != 0 ? this->method(*token) : nullptr;
    if (next == nullptr || next == owner) break;
    owner = next;
  }
  if (share_row(method, *owner)) return;
  const Strings strings = strings_of(*owner);
  const auto using_record = info_of(*owner, pdb::ManagedInfoKind::kUsing);
  std::vector<Strings> groups;
  if (using_record) {
    const auto counts = pdb::read_using_counts(*using_record);
    if (!counts.has_value()) {
      log_.warn(owner->token, counts.error().message());
      return;
    }
    std::size_t used = 0;
    for (const std::uint16_t count : *counts) {
      const std::size_t size = std::min<std::size_t>(count, strings.size() - used);
      const auto first = strings.begin() + static_cast<std::ptrdiff_t>(used);
      groups.emplace_back(first, first + static_cast<std::ptrdiff_t>(size));
      used += size;
    }
  } else {
    // Other compilers do not say where scopes end.
    Strings all;
    for (const std::string_view text : strings) {
      if (!text.starts_with('Z')) all.push_back(text);
    }
    if (all.empty()) return;
    groups.push_back(std::move(all));
  }
  add(owner->token, groups);
  share_row(method, *owner);
}

// The row of the method that has the imports is known.
bool ImportScopes::share_row(const pdb::ManagedMethod& method, const pdb::ManagedMethod& owner) {
  const auto known = row_of_method_.find(owner.token);
  if (known == row_of_method_.end()) return false;
  row_of_method_[method.token] = known->second;
  return true;
}

void ImportScopes::collect_vb(const pdb::ManagedMethod& method) {
  const pdb::ManagedMethod* owner = &method;
  for (int i = 0; i < kForwardMax && strings_of(*owner).size() == 1; ++i) {
    const Strings forward = strings_of(*owner);
    const auto import = parse_vb_import(forward[0]);
    if (!import || import->kind != Kind::kForward) break;
    const auto token = parse_decimal(import->target);
    const pdb::ManagedMethod* const next =
        token && *token <= UINT32_MAX ? this->method(static_cast<std::uint32_t>(*token)) : nullptr;
    if (next == nullptr) break;
    owner = next;
  }
  if (share_row(method, *owner)) return;
  const Strings strings = strings_of(*owner);
  if (strings.empty()) return;
  const bool has_project_imports = !scopes_[0].imports.empty();
  Strings of_file;
  for (const std::string_view text : strings) {
    const auto import = parse_vb_import(text);
    if (!import) {
      log_.warn(method.token, "'" + std::string(text) + "' is no import of Visual Basic");
    } else if (import->kind == Kind::kDefaultNamespace) {
      vb_default_namespace_ = import->target;
    } else if (import->is_project_level) {
      // Every method that has them has the same ones.
      if (!has_project_imports) scopes_[0].imports.push_back(text);
    } else if (import->kind != Kind::kOther && import->kind != Kind::kForward) {
      of_file.push_back(text);
    }
  }
  add(owner->token, {of_file});
  share_row(method, *owner);
}

// The outermost scope is the last group.
void ImportScopes::add(std::uint32_t token, const std::vector<Strings>& groups) {
  std::uint32_t row = 1;
  for (auto group = groups.rbegin(); group != groups.rend(); ++group) {
    const auto [known, is_new] =
        rows_.emplace(std::pair(row, *group), static_cast<std::uint32_t>(scopes_.size() + 1));
    if (is_new) scopes_.push_back({row, *group});
    row = known->second;
  }
  row_of_method_[token] = row;
}

std::uint32_t ImportScopes::row_of(std::uint32_t method_token) const {
  const auto found = row_of_method_.find(method_token);
  return found == row_of_method_.end() ? 0 : found->second;
}

std::vector<ppdb::Import> ImportScopes::parsed(const Strings& strings) const {
  std::vector<ppdb::Import> imports;
  for (const std::string_view text : strings) {
    const auto import = is_vb_ ? parse_vb_import(text) : parse_csharp_import(text);
    if (!import) {
      log_.warn("'" + std::string(text) + "' is no import");
      continue;
    }
    // What the program does not use its metadata does not have.
    const auto portable = to_portable_import(*import, names_, extern_assemblies_);
    if (portable) imports.push_back(*portable);
  }
  return imports;
}

void ImportScopes::write(ppdb::Writer& writer) const {
  for (const Scope& scope : scopes_) {
    writer.add_import_scope(
        {scope.parent, writer.add_blob(ppdb::write_imports(parsed(scope.imports), writer))});
  }
  if (!is_vb_) return;
  writer.add_custom_debug_information(
      {{ClrTable::kModule, 1},
       writer.add_guid(ppdb::guid_of(ppdb::DebugInformationKind::kDefaultNamespace)),
       writer.add_blob(as_bytes(vb_default_namespace_))});
}

}  // namespace sigla
