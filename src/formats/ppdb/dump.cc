// SPDX-License-Identifier: Apache-2.0
#include "formats/ppdb/dump.h"

#include <fmt/format.h>

#include <iterator>

#include "base/text.h"
#include "formats/ppdb/debug_information.h"
#include "formats/ppdb/documents.h"
#include "formats/ppdb/scopes.h"
#include "formats/ppdb/sequence_points.h"
#include "formats/ppdb/sources.h"

namespace sigla::ppdb {
namespace {

class Dump {
 public:
  Dump(const Metadata& pdb, const Limits& limits) : pdb_(pdb), limits_(limits) {}

  std::string take() {
    line("id {}", hex_lower(pdb_.id()));
    if (!pdb_.entry_point().is_nil()) line("entry point 0x{:08x}", pdb_.entry_point().value());
    for (auto table = static_cast<unsigned>(ClrTable::kDocument);
         table <= static_cast<unsigned>(ClrTable::kCustomDebugInformation);
         ++table) {
      line("table 0x{:x} rows {}", table, pdb_.row_count(static_cast<ClrTable>(table)));
    }
    add_documents();
    for (std::uint32_t row = 1; row <= pdb_.method_count(); ++row) add_method(row);
    for (std::uint32_t row = 1; row <= pdb_.row_count(ClrTable::kImportScope); ++row) {
      add_imports(row);
    }
    add_debug_information();
    add_sources();
    return std::move(text_);
  }

 private:
  template <typename... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(text_), format, std::forward<Args>(args)...);
    text_ += '\n';
  }
  void error(std::string_view what, std::uint32_t row, const Error& error) {
    line("{} {}: {}", what, row, error.message());
  }

  void add_documents() {
    for (std::uint32_t row = 1; row <= pdb_.row_count(ClrTable::kDocument); ++row) {
      const auto info = read_document(pdb_, row, limits_);
      if (!info.has_value()) {
        error("document", row, info.error());
        continue;
      }
      line("document {} {}{}{}{}{}{}",
           row,
           info->path,
           info->language.empty() ? "" : " ",
           language_name(info->language),
           info->hash_algorithm.empty() ? "" : " ",
           hash_algorithm_name(info->hash_algorithm),
           info->hash.empty() ? std::string() : " " + hex_lower(info->hash));
    }
  }

  void add_method(std::uint32_t row) {
    const auto points = read_sequence_points(pdb_, row);
    if (!points.has_value()) {
      error("method", row, points.error());
    } else {
      for (const SequencePoint& point : points.value()) {
        if (point.is_hidden) {
          line("method {} IL_{:04x} hidden", row, point.il_offset);
        } else {
          line("method {} IL_{:04x} document {} {}:{}-{}:{}",
               row,
               point.il_offset,
               point.document,
               point.start_line,
               point.start_column,
               point.end_line,
               point.end_column);
        }
      }
    }
    if (const std::uint32_t kickoff = pdb_.kickoff_of(row); kickoff != 0) {
      line("method {} kickoff {}", row, kickoff);
    }
    const ClrMetadata::Rows scopes = pdb_.scopes_of(row);
    for (std::uint32_t scope = scopes.first; scope < scopes.end; ++scope) add_scope(scope);
  }

  void add_scope(std::uint32_t row) {
    const LocalScope scope = pdb_.local_scope(row);
    line("scope method {} IL_{:04x} length {} imports {}",
         scope.method,
         scope.start_offset,
         scope.length,
         scope.import_scope);
    for (std::uint32_t i = scope.variables.first; i < scope.variables.end; ++i) {
      const LocalVariable variable = pdb_.local_variable(i);
      const auto name = pdb_.string(variable.name);
      line("  local {} {}", variable.index, name.has_value() ? *name : "?");
    }
    for (std::uint32_t i = scope.constants.first; i < scope.constants.end; ++i) add_constant(i);
  }

  void add_constant(std::uint32_t row) {
    const LocalConstant constant = pdb_.local_constant(row);
    const auto name = pdb_.string(constant.name);
    const auto signature = read_constant(pdb_, constant.signature);
    if (!signature.has_value()) {
      error("  constant", row, signature.error());
      return;
    }
    line("  constant {} type 0x{:02x} value {}{}",
         name.has_value() ? *name : "?",
         static_cast<unsigned>(signature->type),
         signature->is_null_string ? "null" : hex_lower(signature->value),
         signature->type_token.is_nil()
             ? std::string()
             : fmt::format(" of 0x{:08x}", signature->type_token.value()));
  }

  void add_imports(std::uint32_t row) {
    const auto imports = read_imports(pdb_, row);
    if (!imports.has_value()) {
      error("import scope", row, imports.error());
      return;
    }
    line("import scope {} parent {}", row, pdb_.import_scope(row).parent);
    for (const Import& import : imports.value()) {
      line("  kind {} alias '{}' assembly {} namespace '{}' type 0x{:08x}",
           static_cast<unsigned>(import.kind),
           import.alias,
           import.assembly.row,
           import.target_namespace,
           import.type.value());
    }
  }

  void add_debug_information() {
    for (std::uint32_t row = 1; row <= pdb_.row_count(ClrTable::kCustomDebugInformation); ++row) {
      const CustomDebugInformation info = pdb_.custom_debug_information(row);
      const auto blob = pdb_.blob(info.value);
      if (!blob.has_value()) {
        error("custom", row, blob.error());
        continue;
      }
      const DebugInformationKind kind = kind_of(pdb_, info);
      line("custom {} of 0x{:08x}: {}", to_string(kind), info.parent.value(), decode(kind, *blob));
    }
  }

  // How many records it has, or what is wrong with it.
  static std::string decode(DebugInformationKind kind, Bytes blob) {
    const auto count = [](const auto& read) {
      return read.has_value() ? fmt::format("{} records", read->size()) : read.error().message();
    };
    switch (kind) {
      case DebugInformationKind::kAsyncMethodStepping: {
        const auto stepping = read_async_stepping(blob);
        return stepping.has_value() ? fmt::format("{} awaits", stepping->awaits.size())
                                    : stepping.error().message();
      }
      case DebugInformationKind::kHoistedLocalScopes:
        return count(read_hoisted_scopes(blob));
      case DebugInformationKind::kDynamicLocals:
        return fmt::format("{} flags", read_dynamic_flags(blob).size());
      case DebugInformationKind::kTupleElementNames:
        return count(read_tuple_names(blob));
      case DebugInformationKind::kDefaultNamespace:
        return std::string(as_text(blob));
      case DebugInformationKind::kEncLocalSlotMap:
        return count(read_local_slots(blob));
      case DebugInformationKind::kEncLambdaAndClosureMap: {
        const auto map = read_lambda_map(blob);
        return map.has_value()
                   ? fmt::format(
                         "{} closures, {} lambdas", map->closures.size(), map->lambdas.size())
                   : map.error().message();
      }
      case DebugInformationKind::kEncStateMachineMap:
        return count(read_state_machine_states(blob));
      case DebugInformationKind::kCompilationOptions:
        return count(read_compilation_options(blob));
      case DebugInformationKind::kCompilationMetadataReferences:
        return count(read_metadata_references(blob));
      case DebugInformationKind::kTypeDefinitionDocuments:
        return count(read_type_documents(blob));
      case DebugInformationKind::kUnknown:
      case DebugInformationKind::kEmbeddedSource:
      case DebugInformationKind::kSourceLink:
      case DebugInformationKind::kPrimaryConstructor:
        break;
    }
    return fmt::format("{} bytes", blob.size());
  }

  void add_sources() {
    Diagnostics diagnostics;
    const Sources sources = read_sources(pdb_, limits_, diagnostics);
    for (const EmbeddedFile& file : sources.embedded) {
      line("embedded {} size {} in {}{}",
           file.path,
           file.size,
           file.packed.size(),
           file.is_packed ? " packed" : "");
    }
    if (!sources.source_link.empty()) line("source link {}", sources.source_link);
    text_ += diagnostics.summary();
  }

  const Metadata& pdb_;
  const Limits& limits_;
  std::string text_;
};

}  // namespace

std::string dump(const Metadata& metadata, const Limits& limits) {
  return Dump(metadata, limits).take();
}

}  // namespace sigla::ppdb
