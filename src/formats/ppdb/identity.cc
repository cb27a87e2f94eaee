// SPDX-License-Identifier: Apache-2.0
#include "formats/ppdb/identity.h"

#include "base/text.h"

namespace sigla::ppdb {

Result<IdentifiedPdb> identify_ppdb(Bytes file, std::string_view name, const Limits& limits) {
  SIGLA_TRY_ASSIGN(const Metadata metadata, Metadata::open(file, limits));
  Diagnostics diagnostics;
  IdentifiedPdb pdb;
  pdb.sources = read_sources(metadata, limits, diagnostics);
  for (std::uint32_t row = 1; row <= metadata.row_count(ClrTable::kDocument); ++row) {
    auto document = read_document(metadata, row, limits);
    pdb.documents.push_back(document.has_value() ? std::move(document).value() : DocumentInfo());
  }
  Identity& identity = pdb.identity;
  identity.format = Format::kPortablePdb;
  identity.kind = ObjectKind::kDebug;
  identity.name = base_name(name);
  identity.is_managed = true;
  identity.debug_id =
      DebugId::from_windows_guid(metadata.id(), load<std::uint32_t>(metadata.id().subspan(16)));
  identity.has_debug_info = metadata.method_count() != 0;
  identity.has_sources = pdb.sources.any();
  return pdb;
}

}  // namespace sigla::ppdb
