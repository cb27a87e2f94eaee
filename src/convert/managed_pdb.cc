// SPDX-License-Identifier: Apache-2.0
#include "convert/managed_pdb.h"

#include <algorithm>

#include "formats/pdb/managed_reader.h"
#include "formats/ppdb/debug_information.h"
#include "formats/ppdb/documents.h"
#include "formats/ppdb/pdb_checksum.h"
#include "formats/ppdb/sources.h"

namespace sigla {
namespace {

std::uint32_t row_of(std::uint32_t token) { return ClrToken::of(token).row; }

}  // namespace

Result<ManagedPdb> ManagedPdb::open(Bytes file, const Limits& limits) {
  ManagedPdb pdb(limits);
  if (ppdb::is_metadata(file)) {
    SIGLA_TRY_ASSIGN(pdb.portable_, ppdb::Metadata::open(file, limits));
    return pdb;
  }
  Diagnostics ignored;
  SIGLA_TRY_ASSIGN(pdb::ManagedPdb windows, pdb::read_managed_pdb(file, limits, ignored));
  if (windows.methods.empty()) {
    return make_error(ErrorCode::kUnsupported, "the PDB has no .NET methods");
  }
  pdb.windows_ = std::make_unique<pdb::ManagedPdb>(std::move(windows));
  return pdb;
}

DebugId ManagedPdb::debug_id() const {
  if (windows_) return DebugId::from_windows_guid(windows_->guid, windows_->age);
  return DebugId::from_windows_guid(portable_->id(),
                                    load<std::uint32_t>(portable_->id().subspan(16)));
}

std::uint32_t ManagedPdb::method_count() const {
  return windows_ ? row_of(windows_->methods.back().token) : portable_->method_count();
}

std::uint32_t ManagedPdb::document_count() const {
  return windows_ ? static_cast<std::uint32_t>(windows_->documents.size())
                  : portable_->row_count(ClrTable::kDocument);
}

const pdb::ManagedMethod* ManagedPdb::windows_method(std::uint32_t method) const {
  const std::uint32_t token = ClrToken{ClrTable::kMethodDef, method}.value();
  const auto found = std::ranges::lower_bound(
      windows_->methods, token, std::ranges::less(), &pdb::ManagedMethod::token);
  return found == windows_->methods.end() || found->token != token ? nullptr : &*found;
}

Result<std::vector<ManagedPoint>> ManagedPdb::points(std::uint32_t method) const {
  std::vector<ManagedPoint> points;
  if (method == 0 || method > method_count()) return points;
  if (portable_) return ppdb::read_sequence_points(*portable_, method);
  const pdb::ManagedMethod* const found = windows_method(method);
  if (found == nullptr) return points;
  points.reserve(found->lines.size());
  for (const pdb::ManagedLine& line : found->lines) {
    ManagedPoint& point = points.emplace_back();
    point.il_offset = line.il_offset;
    point.document = line.document + 1;
    point.is_hidden = line.is_hidden;
    point.start_line = line.start_line;
    point.end_line = line.end_line;
    point.start_column = line.start_column;
    point.end_column = line.end_column;
  }
  return points;
}

Result<std::string> ManagedPdb::document_path(std::uint32_t document) const {
  if (document == 0 || document > document_count()) {
    return malformed("document {} of {}", document, document_count());
  }
  if (windows_) return windows_->documents[document - 1].path;
  return ppdb::document_name(*portable_, portable_->document(document), limits_);
}

bool ManagedPdb::is_embedded(std::uint32_t document) const {
  if (windows_) {
    return document != 0 && document <= document_count() &&
           !windows_->documents[document - 1].source.empty();
  }
  const auto source = ppdb::find_debug_information(
      *portable_, {ClrTable::kDocument, document}, ppdb::DebugInformationKind::kEmbeddedSource);
  return source.has_value() && source->has_value();
}

std::string ManagedPdb::method_name(std::uint32_t method) const {
  const pdb::ManagedMethod* const found = windows_ ? windows_method(method) : nullptr;
  if (found == nullptr) return {};
  return found->type.empty() ? found->name : found->type + "." + found->name;
}

std::string ManagedPdb::source_link() const {
  if (windows_) {
    return windows_->source_link ? std::string(as_text(*windows_->source_link)) : std::string();
  }
  const auto json = ppdb::find_debug_information(
      *portable_, {ClrTable::kModule, 1}, ppdb::DebugInformationKind::kSourceLink);
  if (!json.has_value() || !json->has_value()) return {};
  return std::string(as_text(**json));
}

std::uint32_t ManagedPdb::kickoff_of(std::uint32_t move_next) const {
  if (portable_) return portable_->kickoff_of(move_next);
  const pdb::ManagedMethod* const found = windows_method(move_next);
  return found != nullptr && found->async ? row_of(found->async->kickoff) : 0;
}

std::uint32_t ManagedPdb::move_next_of(std::uint32_t kickoff) const {
  if (windows_) {
    for (const pdb::ManagedMethod& method : windows_->methods) {
      if (method.async && row_of(method.async->kickoff) == kickoff) return row_of(method.token);
    }
    return 0;
  }
  const std::uint32_t count = portable_->row_count(ClrTable::kStateMachineMethod);
  for (std::uint32_t row = 1; row <= count; ++row) {
    const ppdb::StateMachineMethod method = portable_->state_machine_method(row);
    if (method.kickoff == kickoff) return method.move_next;
  }
  return 0;
}

std::optional<std::string> ManagedPdb::checksum(std::string_view algorithm) const {
  if (!portable_) return std::nullopt;
  auto digest = ppdb::pdb_checksum(portable_->file(), algorithm, limits_);
  if (!digest.has_value()) return std::nullopt;
  return std::move(digest).value();
}

}  // namespace sigla
