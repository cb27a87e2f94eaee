// SPDX-License-Identifier: Apache-2.0
// Imports of C# and VB: the strings of Windows PDBs (Roslyn, CustomDebugInfoReader) and the import
// scopes of Portable ones.
//
//   C#   UNamespace                   VB   @F:Namespace        of the file
//        TType, Assembly                   @P:Namespace        of the project
//        AAlias UNamespace                 @FA:Alias=Target    namespace or type
//        AAlias TType, Assembly            @FT:Type
//        ENamespace ExternAlias            @FX:Prefix=XmlNamespace
//        XExternAlias                      *DefaultNamespace
//        ZExternAlias Assembly             Current.Namespace
//                                          @100663297          those of this method, in decimal
//
// In C# the strings of all scopes of the source stand one behind the other, the innermost first,
// and MD2 says how many each has.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "convert/managed_type_names.h"
#include "convert/pdb_conversion.h"
#include "formats/ppdb/metadata.h"
#include "formats/ppdb/scopes.h"

namespace sigla {

struct ImportStrings {
  std::vector<std::string> strings;
  std::vector<std::uint16_t> counts;  // of each scope
};

class ImportEncoder {
 public:
  ImportEncoder(const ppdb::Metadata& pdb,
                const ManagedTypeNames& names,
                std::optional<std::string> vb_default_namespace,
                ConversionLog& log);

  // Of an import scope (0: of none) and those around it.
  ImportStrings encode(std::uint32_t import_scope, const std::string& method_namespace);
  // "ZAlias Assembly", which one method of the module has.
  const std::vector<std::string>& extern_aliases() const { return extern_alias_strings_; }

 private:
  std::optional<std::string> encode(const ppdb::Import& import,
                                    std::uint32_t scope,
                                    bool is_project_level,
                                    const std::set<std::string>& declared);
  std::optional<std::string> type_target(const ppdb::Import& import, std::uint32_t scope);
  std::optional<std::string> alias_of(std::uint32_t assembly,
                                      const std::set<std::string>& declared) const;
  std::vector<ppdb::Import> imports_of(std::uint32_t scope);

  const ppdb::Metadata& pdb_;
  const ManagedTypeNames& names_;
  std::optional<std::string> vb_default_namespace_;  // has a value: it is VB
  ConversionLog& log_;
  std::vector<std::pair<std::uint32_t, std::string>> extern_aliases_;  // AssemblyRef, alias
  std::vector<std::string> extern_alias_strings_;
};

// One string, taken apart; views of it.
struct ParsedImport {
  enum class Kind {
    kNamespace,
    kType,
    kNamespaceOrType,
    kXmlNamespace,
    kExternAlias,       // X
    kAssembly,          // Z
    kDefaultNamespace,  // VB
    kForward,           // VB: `target` is a token
    kOther,             // VB: the current namespace, and what old compilers wrote
  };
  Kind kind = Kind::kOther;
  bool is_project_level = false;
  std::string_view alias;
  std::string_view target;
  std::string_view extern_alias;
};
std::optional<ParsedImport> parse_csharp_import(std::string_view text);
std::optional<ParsedImport> parse_vb_import(std::string_view text);

// As a Portable PDB says it; nothing where the metadata does not have the type or assembly.
// `extern_assemblies`: alias and row of AssemblyRef. Borrows the string's text.
std::optional<ppdb::Import> to_portable_import(
    const ParsedImport& import,
    const ManagedTypeNames& names,
    const std::vector<std::pair<std::string, std::uint32_t>>& extern_assemblies);

}  // namespace sigla
