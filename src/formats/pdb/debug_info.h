// SPDX-License-Identifier: Apache-2.0
// What all modules of a PDB share: addresses, names, types, who owns which code. Borrows the
// container. Thread-safe: nothing changes after open(), and modules may be read side by side.
//
//   SIGLA_TRY_ASSIGN(const auto info, DebugInfo::open(container, limits));
//   for (const Module& module : info.dbi().modules) {
//     SIGLA_TRY_ASSIGN(const ModuleStream stream, read_module_stream(container, module));
//     FunctionReader functions(stream.symbols, info.addresses(), limits);
//     ...
#pragma once

#include <string_view>
#include <vector>

#include "formats/pdb/address_map.h"
#include "formats/pdb/dbi_stream.h"
#include "formats/pdb/info_stream.h"
#include "formats/pdb/name_table.h"
#include "formats/pdb/section_contributions.h"
#include "formats/pdb/type_stream.h"

namespace sigla::pdb {

// A public symbol that names code.
struct PublicCode {
  std::uint32_t rva = 0;  // in the image as it was linked
  std::string_view name;
};

class DebugInfo {
 public:
  // kNotFound when the PDB has no debug information of an image: a type server's, or one without
  // section headers.
  static Result<DebugInfo> open(const Container& container, const Limits& limits);

  const Container& container() const { return *container_; }
  const InfoStream& info() const { return info_; }
  const DbiStream& dbi() const { return dbi_; }
  const AddressMap& addresses() const { return addresses_; }
  const SectionContributions& contributions() const { return contributions_; }
  const NameTable& names() const { return names_; }
  const TypeStream& types() const { return types_; }
  const TypeStream& ids() const { return ids_; }
  // Ascending by address; of several at one address in the order of the file.
  const std::vector<PublicCode>& publics() const { return publics_; }

 private:
  DebugInfo(const Container& container,
            InfoStream info,
            DbiStream dbi,
            AddressMap addresses,
            NameTable names)
      : container_(&container),
        info_(std::move(info)),
        dbi_(std::move(dbi)),
        addresses_(std::move(addresses)),
        contributions_(dbi_.section_contributions, addresses_),
        names_(std::move(names)) {}

  Status read_publics();

  const Container* container_;
  InfoStream info_;
  DbiStream dbi_;
  AddressMap addresses_;
  SectionContributions contributions_;
  NameTable names_;
  TypeStream types_;
  TypeStream ids_;
  StreamBytes symbol_records_;
  std::vector<PublicCode> publics_;
};

}  // namespace sigla::pdb
