// SPDX-License-Identifier: Apache-2.0
#include "convert/managed_imports.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "formats/pdb/managed_module_writer.h"

namespace sigla {

using Kind = ppdb::Import::Kind;

namespace {

constexpr int kScopeDepthMax = 1'000;

}  // namespace

ImportEncoder::ImportEncoder(const ppdb::Metadata& pdb,
                             const ManagedTypeNames& names,
                             std::optional<std::string> vb_default_namespace,
                             ConversionLog& log)
    : pdb_(pdb), names_(names), vb_default_namespace_(std::move(vb_default_namespace)), log_(log) {
  // The C# compiler puts aliases of references into the module's scope, the first one.
  if (pdb.row_count(ClrTable::kImportScope) == 0) return;
  for (const ppdb::Import& import : imports_of(1)) {
    if (import.kind != Kind::kAliasAssembly) continue;
    extern_aliases_.emplace_back(import.assembly.row, to_utf8(import.alias));
    extern_alias_strings_.push_back("Z" + to_utf8(import.alias) + " " +
                                    names.assembly_name(import.assembly.row));
  }
}

std::vector<ppdb::Import> ImportEncoder::imports_of(std::uint32_t scope) {
  auto imports = ppdb::read_imports(pdb_, scope);
  if (imports.has_value()) return std::move(imports).value();
  log_.warn(ClrToken{ClrTable::kImportScope, scope}.value(),
            "its imports cannot be read: " + imports.error().message());
  return {};
}

ImportStrings ImportEncoder::encode(std::uint32_t import_scope,
                                    const std::string& method_namespace) {
  const bool is_vb = vb_default_namespace_.has_value();
  ImportStrings result;
  struct Level {
    std::uint32_t scope;
    std::vector<ppdb::Import> imports;
  };
  std::vector<Level> levels;
  std::set<std::string> declared;  // extern aliases
  while (import_scope != 0 && import_scope <= pdb_.row_count(ClrTable::kImportScope) &&
         levels.size() < kScopeDepthMax) {
    levels.push_back({import_scope, imports_of(import_scope)});
    for (const ppdb::Import& import : levels.back().imports) {
      if (import.kind == Kind::kAssemblyReferenceAlias) declared.insert(to_utf8(import.alias));
    }
    import_scope = pdb_.import_scope(import_scope).parent;
  }
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const bool is_project_level = i + 1 == levels.size();
    if (is_project_level && is_vb && !vb_default_namespace_->empty()) {
      result.strings.push_back("*" + *vb_default_namespace_);
    }
    std::uint16_t count = 0;
    for (const ppdb::Import& import : levels[i].imports) {
      const auto text = encode(import, levels[i].scope, is_project_level, declared);
      if (!text) continue;
      const std::uint32_t token = ClrToken{ClrTable::kImportScope, levels[i].scope}.value();
      if (text->size() > pdb::kManagedNameSizeMax || count == UINT16_MAX) {
        log_.warn(token, "an import is too long for a Windows PDB: " + text->substr(0, 80));
        continue;
      }
      result.strings.push_back(*text);
      ++count;
    }
    if (is_project_level && is_vb) result.strings.push_back(method_namespace);
    // C# has no imports of a project, so the scope for them counts only when it has some.
    if (is_vb || !is_project_level || count > 0) result.counts.push_back(count);
  }
  return result;
}

std::optional<std::string> ImportEncoder::type_target(const ppdb::Import& import,
                                                      std::uint32_t scope) {
  const bool is_vb = vb_default_namespace_.has_value();
  if (is_vb && import.type.table == ClrTable::kTypeSpec) return std::nullopt;  // VB has no such
  auto name = names_.name_of(import.type);
  if (!name) {
    log_.warn(
        ClrToken{ClrTable::kImportScope, scope}.value(),
        fmt::format("the import of type {:08x} cannot be written as a name", import.type.value()));
  }
  return name;
}

// An alias of the assembly that the source declared; of a `global using` it is any.
std::optional<std::string> ImportEncoder::alias_of(std::uint32_t assembly,
                                                   const std::set<std::string>& declared) const {
  std::optional<std::string> any;
  for (const auto& [row, alias] : extern_aliases_) {
    if (row != assembly) continue;
    if (declared.contains(alias)) return alias;
    if (!any) any = alias;
  }
  return any;
}

std::optional<std::string> ImportEncoder::encode(const ppdb::Import& import,
                                                 std::uint32_t scope,
                                                 bool is_project_level,
                                                 const std::set<std::string>& declared) {
  const bool is_vb = vb_default_namespace_.has_value();
  const std::string alias = to_utf8(import.alias);
  const std::string target = to_utf8(import.target_namespace);
  const std::string level = is_project_level ? "@P" : "@F";
  switch (import.kind) {
    case Kind::kNamespace:
      return is_vb ? level + ":" + target : "U" + target;
    case Kind::kAliasNamespace:
      return is_vb ? level + "A:" + alias + "=" + target : "A" + alias + " U" + target;
    case Kind::kType:
    case Kind::kAliasType: {
      const auto type = type_target(import, scope);
      if (!type) return std::nullopt;
      if (import.kind == Kind::kType) return is_vb ? level + "T:" + *type : "T" + *type;
      return is_vb ? level + "A:" + alias + "=" + *type : "A" + alias + " T" + *type;
    }
    case Kind::kXmlNamespace:
      return level + "X:" + alias + "=" + target;
    case Kind::kAssemblyReferenceAlias:
      return "X" + alias;
    case Kind::kAssemblyNamespace:
    case Kind::kAliasAssemblyNamespace: {
      const auto extern_alias = alias_of(import.assembly.row, declared);
      if (!extern_alias) {
        log_.warn(ClrToken{ClrTable::kImportScope, scope}.value(),
                  fmt::format("an import from assembly {:08x}, which has no alias, is left out",
                              import.assembly.value()));
        return std::nullopt;
      }
      const std::string text = "E" + target + " " + *extern_alias;
      return import.kind == Kind::kAssemblyNamespace ? text : "A" + alias + " " + text;
    }
    case Kind::kAliasAssembly:
      return std::nullopt;  // extern_aliases()
  }
  log_.warn(ClrToken{ClrTable::kImportScope, scope}.value(), "an import of unknown kind");
  return std::nullopt;
}

namespace {

using Parsed = ParsedImport::Kind;

// What stands behind the first letter of "UNamespace", "TType", "ENamespace ExternAlias".
bool parse_csharp_target(std::string_view text, ParsedImport& import) {
  const char kind = text.empty() ? '\0' : text[0];
  if (kind != 'U' && kind != 'T' && kind != 'E') return false;
  import.target = text.substr(1);
  import.kind = kind == 'T' ? Parsed::kType : Parsed::kNamespace;
  if (kind != 'E') return true;
  const std::size_t space = import.target.rfind(' ');
  if (space == std::string_view::npos) return false;
  import.extern_alias = import.target.substr(space + 1);
  import.target = import.target.substr(0, space);
  return true;
}

}  // namespace

std::optional<ParsedImport> parse_csharp_import(std::string_view text) {
  ParsedImport import;
  if (text.empty()) return std::nullopt;
  if (text[0] == 'X') {
    import.kind = Parsed::kExternAlias;
    import.alias = text.substr(1);
    return import;
  }
  if (text[0] == 'A' || text[0] == 'Z') {
    const std::size_t space = text.find(' ');
    if (space == std::string_view::npos) return std::nullopt;
    import.alias = text.substr(1, space - 1);
    if (text[0] == 'A') {
      if (!parse_csharp_target(text.substr(space + 1), import)) return std::nullopt;
      return import;
    }
    import.kind = Parsed::kAssembly;
    import.target = text.substr(space + 1);
    return import;
  }
  if (!parse_csharp_target(text, import)) return std::nullopt;
  return import;
}

std::optional<ParsedImport> parse_vb_import(std::string_view text) {
  ParsedImport import;
  if (text.starts_with('*')) {
    import.kind = Parsed::kDefaultNamespace;
    import.target = text.substr(1);
    return import;
  }
  if (!text.starts_with('@')) return import;  // the current namespace, or "&", "#", "$" of old ones
  text.remove_prefix(1);
  if (parse_decimal(text)) {
    import.kind = Parsed::kForward;
    import.target = text;
    return import;
  }
  if (!text.starts_with('F') && !text.starts_with('P')) return std::nullopt;
  import.is_project_level = text[0] == 'P';
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon > 2) return std::nullopt;
  const char kind = colon == 1 ? ':' : text[1];
  import.target = text.substr(colon + 1);
  if (kind == ':') {
    import.kind = Parsed::kNamespace;
    return import;
  }
  if (kind == 'T') {
    import.kind = Parsed::kType;
    return import;
  }
  if (kind != 'A' && kind != 'X') return std::nullopt;
  const std::size_t equals = import.target.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  import.kind = kind == 'A' ? Parsed::kNamespaceOrType : Parsed::kXmlNamespace;
  import.alias = import.target.substr(0, equals);
  import.target = import.target.substr(equals + 1);
  return import;
}

std::optional<ppdb::Import> to_portable_import(
    const ParsedImport& import,
    const ManagedTypeNames& names,
    const std::vector<std::pair<std::string, std::uint32_t>>& extern_assemblies) {
  ppdb::Import result;
  result.alias = import.alias;
  result.target_namespace = import.target;
  const bool has_alias = !import.alias.empty();
  switch (import.kind) {
    case Parsed::kExternAlias:
      result.kind = Kind::kAssemblyReferenceAlias;
      return result;
    case Parsed::kXmlNamespace:
      result.kind = Kind::kXmlNamespace;
      return result;
    case Parsed::kAssembly:
      result.kind = Kind::kAliasAssembly;
      result.assembly = {ClrTable::kAssemblyRef, names.find_assembly(import.target)};
      if (result.assembly.is_nil()) return std::nullopt;
      return result;
    case Parsed::kNamespace: {
      if (import.extern_alias.empty()) {
        result.kind = has_alias ? Kind::kAliasNamespace : Kind::kNamespace;
        return result;
      }
      const auto found = std::ranges::find_if(
          extern_assemblies, [&](const auto& entry) { return entry.first == import.extern_alias; });
      if (found == extern_assemblies.end() || found->second == 0) return std::nullopt;
      result.kind = has_alias ? Kind::kAliasAssemblyNamespace : Kind::kAssemblyNamespace;
      result.assembly = {ClrTable::kAssemblyRef, found->second};
      return result;
    }
    case Parsed::kType:
    case Parsed::kNamespaceOrType:
      result.type = names.find(import.target);
      if (result.type.is_nil()) {
        if (import.kind == Parsed::kType) return std::nullopt;
        result.kind = Kind::kAliasNamespace;
        return result;
      }
      result.kind = has_alias ? Kind::kAliasType : Kind::kType;
      return result;
    case Parsed::kDefaultNamespace:
    case Parsed::kForward:
    case Parsed::kOther:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace sigla
