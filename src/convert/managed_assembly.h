// SPDX-License-Identifier: Apache-2.0
// The .NET assembly a PDB belongs to, as far as conversion asks: which PDB it wants, where its
// methods' code is, and its types, signatures and references by name. Borrows the file's bytes.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "codec/clr_metadata.h"
#include "formats/clr/program.h"
#include "formats/pdb/managed_pdb.h"
#include "formats/pe/debug_directory.h"
#include "formats/pe/image.h"
#include "formats/ppdb/writer.h"

namespace sigla {

class ManagedAssembly {
 public:
  // kUnsupported for an image without metadata.
  static Result<ManagedAssembly> open(Bytes file, const Limits& limits);

  // The last CodeView entry: an image of crossgen has one for its own PDB before it.
  struct PdbId {
    pdb::GuidBytes guid{};
    std::uint32_t stamp = 0;
    std::uint32_t age = 0;
    bool is_portable = false;
  };
  const std::optional<PdbId>& pdb_id() const { return pdb_id_; }
  const pe::DebugDirectory& debug_directory() const { return debug_directory_; }

  const ClrMetadata& tables() const { return program_.tables(); }
  std::uint32_t method_count() const { return program_.method_count(); }
  // Rows of TypeDef; 0 for a method of no type, and a type that no other one is around.
  std::uint32_t type_of(std::uint32_t method) const { return program_.type_of(method); }
  std::uint32_t enclosing_type(std::uint32_t type) const { return program_.enclosing_type(type); }
  // Without what it is in. Requires: 1 <= type <= row_count(kTypeDef).
  std::string simple_type_name(std::uint32_t type) const;
  ppdb::ProgramRows row_counts() const;

  struct Body {
    std::uint32_t code_size = 0;
    std::uint32_t local_signature = 0;  // token, or 0
  };
  // Nothing for a method without IL. Requires: 1 <= method <= method_count().
  std::optional<Body> body_of(std::uint32_t method) const;
  // "N.Outer.Inner", as the modules of a Windows PDB are called.
  std::string module_name_of(std::uint32_t method) const;
  std::string method_name(std::uint32_t method) const;
  // Of the type that no other one is around.
  std::string namespace_of(std::uint32_t method) const;

  // Token of the StandAloneSig with these bytes; 0 when there is none.
  std::uint32_t find_signature(Bytes signature) const;
  // Token of the first field's signature whose type is a reference that no row of the metadata is:
  // an array, or a class made of a generic one. 0 when there is none.
  std::uint32_t find_signature_of_nameless_class() const;
  std::optional<Bytes> signature(std::uint32_t token) const;
  // Both nil when there is none.
  ClrToken find_type(std::string_view name_space, std::string_view name) const;
  ClrToken find_type_spec(Bytes signature) const;

  // MoveNext of the type nested beside a method whose name, but for its arity, is `name`; 0 when
  // there is none or more than one.
  std::uint32_t move_next_of(std::uint32_t kickoff, std::string_view name) const;
  // "$VB$ResumableLocal_x$0" by its number, of the type that a method is in.
  std::vector<std::string> vb_hoisted_names(std::uint32_t method) const;

 private:
  ManagedAssembly(pe::Image image, const clr::Program& program)
      : image_(std::move(image)), program_(program) {}
  void index();

  pe::Image image_;
  clr::Program program_;
  pe::DebugDirectory debug_directory_;
  std::optional<PdbId> pdb_id_;
  std::map<std::string, std::uint32_t, std::less<>> signatures_;  // row
  std::map<std::string, std::uint32_t, std::less<>> type_specs_;  // row
  std::multimap<std::uint32_t, std::uint32_t> nested_;            // type: types in it
};

// The number at the end of "$VB$ResumableLocal_name$3".
std::optional<std::uint32_t> vb_hoisted_index(std::string_view name);

}  // namespace sigla
