// SPDX-License-Identifier: Apache-2.0
#include "convert/managed_to_portable.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "convert/managed_import_scopes.h"
#include "convert/managed_method_to_portable.h"
#include "convert/source_server_text.h"
#include "formats/ppdb/blob_writer.h"
#include "formats/ppdb/writer.h"

namespace sigla {
namespace {

using InfoKind = ppdb::DebugInformationKind;

constexpr pdb::GuidBytes kNoGuid{};
// {3a12d0b8-c26c-11d0-b442-00a0244a1dd2}
constexpr pdb::GuidBytes kVisualBasic = {
    0xb8, 0xd0, 0x12, 0x3a, 0x6c, 0xc2, 0xd0, 0x11, 0xb4, 0x42, 0x00, 0xa0, 0x24, 0x4a, 0x1d, 0xd2};

void write_documents(const pdb::ManagedPdb& windows, ppdb::Writer& writer) {
  for (const pdb::ManagedDocument& document : windows.documents) {
    ppdb::Document row;
    row.name = ppdb::add_document_name(document.path, writer);
    if (document.hash_algorithm != kNoGuid) {
      row.hash_algorithm = writer.add_guid(document.hash_algorithm);
      row.hash = writer.add_blob(document.hash);
    }
    row.language = writer.add_guid(document.language);
    const std::uint32_t number = writer.add_document(row);
    if (document.source.empty()) continue;
    writer.add_custom_debug_information({{ClrTable::kDocument, number},
                                         writer.add_guid(ppdb::guid_of(InfoKind::kEmbeddedSource)),
                                         writer.add_blob(document.source)});
  }
}

// Source Link as it is, or else made of a source server's text.
void write_source_link(const pdb::ManagedPdb& windows,
                       const PdbConversionOptions& options,
                       const Limits& limits,
                       ppdb::Writer& writer,
                       ConversionLog& log) {
  std::optional<std::string> json;
  if (windows.source_link) {
    json = std::string(as_text(*windows.source_link));
  } else if (windows.srcsrv && options.convert_source_link) {
    json = srcsrv_to_source_link(as_text(*windows.srcsrv), limits, log);
  } else if (windows.srcsrv) {
    log.note("srcsrv: left out, a Portable PDB has no place for it");
  }
  if (!json) return;
  writer.add_custom_debug_information({{ClrTable::kModule, 1},
                                       writer.add_guid(ppdb::guid_of(InfoKind::kSourceLink)),
                                       writer.add_blob(as_bytes(*json))});
}

// "C# - 4.0.0-6.21521.2+68d3c0e" as two of the compilation's options.
void write_compiler(const pdb::ManagedPdb& windows, ppdb::Writer& writer) {
  if (!windows.compiler) return;
  const std::string_view name = windows.compiler->name;
  const std::size_t separator = name.find(" - ");
  if (separator == std::string_view::npos) return;
  ByteWriter options;
  options.cstring("compiler-version").cstring(name.substr(separator + 3));
  options.cstring("language").cstring(name.substr(0, separator));
  writer.add_custom_debug_information(
      {{ClrTable::kModule, 1},
       writer.add_guid(ppdb::guid_of(InfoKind::kCompilationOptions)),
       writer.add_blob(options.data())});
}

ClrToken entry_point_of(const pdb::ManagedPdb& windows,
                        const ManagedAssembly& assembly,
                        ConversionLog& log) {
  const ClrToken token = ClrToken::of(windows.entry_point);
  if (windows.entry_point == 0) return {};
  if (token.table == ClrTable::kMethodDef && token.row <= assembly.method_count()) {
    return token;
  }
  log.warn(fmt::format("the entry point {:08x} is no method", windows.entry_point));
  return {};
}

}  // namespace

Result<Buffer> to_portable_pdb(const pdb::ManagedPdb& windows,
                               const ManagedAssembly& assembly,
                               const PdbConversionOptions& options,
                               const Limits& limits,
                               ConversionLog& log) {
  const bool is_vb = std::ranges::any_of(
      windows.documents,
      [](const pdb::ManagedDocument& document) { return document.language == kVisualBasic; });
  const std::uint32_t method_count = assembly.method_count();
  ppdb::Writer writer(method_count, assembly.row_counts());
  write_documents(windows, writer);
  const ManagedTypeNames names(assembly, is_vb, limits);
  const ImportScopes imports(windows, names, is_vb, log);
  imports.write(writer);
  MethodsToPortable methods(
      assembly, imports, is_vb, static_cast<std::uint32_t>(windows.documents.size()), writer, log);
  std::uint32_t last = 0;
  for (const pdb::ManagedMethod& method : windows.methods) {
    const ClrToken token = ClrToken::of(method.token);
    if (token.table != ClrTable::kMethodDef || token.row == 0 || token.row > method_count ||
        token.row == last) {
      log.warn(method.token, "the assembly has no such method, or the PDB has it twice");
      continue;
    }
    last = token.row;
    methods.convert(method);
  }
  methods.write_state_machines();
  write_source_link(windows, options, limits, writer, log);
  write_compiler(windows, writer);

  Buffer id(windows.guid.begin(), windows.guid.end());
  for (unsigned i = 0; i < 4; ++i)
    id.push_back(static_cast<std::uint8_t>(windows.signature >> 8 * i));
  return writer.write(id, entry_point_of(windows, assembly, log));
}

}  // namespace sigla
