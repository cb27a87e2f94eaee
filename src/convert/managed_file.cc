// SPDX-License-Identifier: Apache-2.0
#include "convert/managed_file.h"

#include <algorithm>

#include "base/text.h"
#include "formats/clr/source_name.h"
#include "formats/pe/cli_header.h"
#include "object/object.h"

namespace sigla {
namespace {

Buffer companion_id(const DebugId& id) {
  Buffer bytes(id.guid.begin(), id.guid.end());
  for (unsigned shift = 0; shift < 32; shift += 8) {
    bytes.push_back(static_cast<std::uint8_t>(id.age >> shift));
  }
  return bytes;
}

std::uint32_t row_of(std::uint32_t token) {
  const ClrToken parsed = ClrToken::of(token);
  return parsed.table == ClrTable::kMethodDef ? parsed.row : 0;
}

}  // namespace

Result<ManagedFile> ManagedFile::open(Bytes file, std::string_view name, const Limits& limits) {
  ManagedFile managed(limits);
  managed.name_ = base_name(name);
  switch (const Format format = sniff_format(file)) {
    case Format::kPe:
      SIGLA_TRY(managed.open_program(file));
      SIGLA_TRY(managed.open_embedded_pdb());
      break;
    case Format::kPortablePdb:
    case Format::kPdb:
      SIGLA_TRY(managed.open_pdb(file));
      break;
    default:
      return make_error(
          ErrorCode::kUnsupported, "{} files have no .NET methods", to_string(format));
  }
  return managed;
}

Status ManagedFile::open_program(Bytes file) {
  SIGLA_TRY_ASSIGN(const pe::Image image, pe::Image::open(file, limits_));
  const auto metadata = pe::clr_metadata_of(image);
  if (!metadata.has_value() && metadata.error().code() == ErrorCode::kNotFound) {
    return make_error(ErrorCode::kUnsupported, "the program is not managed: it has no CLI header");
  }
  if (!metadata.has_value()) return metadata.error().clone();
  SIGLA_TRY_ASSIGN(program_, clr::Program::open(metadata.value(), limits_));
  debug_ = pe::read_debug_directory(image);
  return {};
}

Status ManagedFile::open_embedded_pdb() {
  if (!debug_.embedded_pdb) return {};
  SIGLA_TRY_ASSIGN(Buffer unpacked, pe::unpack_embedded_pdb(debug_, limits_));
  embedded_ = std::make_unique<Buffer>(std::move(unpacked));
  return open_pdb(*embedded_);
}

Status ManagedFile::open_pdb(Bytes file) {
  SIGLA_TRY_ASSIGN(pdb_, ManagedPdb::open(file, limits_));
  return {};
}

// With several CodeView entries the managed PDB is the last.
std::optional<CompanionRequest> ManagedFile::wanted_companion() const {
  CompanionRequest request;
  if (program_ && !pdb_ && !debug_.code_views.empty()) {
    const pe::CodeView& wanted = debug_.code_views.back();
    request.kind = CompanionKind::kManagedPdb;
    request.name = base_name(wanted.pdb.path);
    DebugId id = wanted.pdb.debug_id;
    if (wanted.pdb.portable) id.age = wanted.stamp;
    request.build_id = companion_id(id);
    return request;
  }
  if (pdb_ && !program_) {
    request.kind = CompanionKind::kManagedProgram;
    request.name = name_;
    request.build_id = companion_id(pdb_->debug_id());
    return request;
  }
  return std::nullopt;
}

bool ManagedFile::is_pair(const ManagedPdb& pdb) const {
  const DebugId id = pdb.debug_id();
  return std::any_of(
      debug_.code_views.begin(), debug_.code_views.end(), [&](const pe::CodeView& wanted) {
        return wanted.pdb.debug_id.guid == id.guid;
      });
}

bool ManagedFile::add_companion(Bytes file) {
  ManagedFile other(limits_);
  if (program_ && !pdb_) {
    if (!other.open_pdb(file).has_value() || !is_pair(*other.pdb_)) return false;
    pdb_ = std::move(other.pdb_);
    return true;
  }
  if (!pdb_ || program_) return false;
  if (!pe::is_pe(file) || !other.open_program(file).has_value() || !other.is_pair(*pdb_)) {
    return false;
  }
  program_ = std::move(other.program_);
  debug_ = std::move(other.debug_);
  return true;
}

std::vector<PdbChecksumState> ManagedFile::checksums() const {
  std::vector<PdbChecksumState> states;
  for (const pe::PdbChecksum& checksum : debug_.checksums) {
    PdbChecksumState& state = states.emplace_back();
    state.algorithm = checksum.algorithm;
    state.digest = checksum.digest;
    if (!pdb_) continue;
    const auto actual = pdb_->checksum(checksum.algorithm);
    if (actual) state.is_right = equals_ignoring_case(*actual, checksum.digest);
  }
  return states;
}

std::uint32_t ManagedFile::method_count() const {
  return std::max(program_ ? program_->method_count() : 0, pdb_ ? pdb_->method_count() : 0);
}

clr::FunctionName ManagedFile::function(std::uint32_t method) const {
  if (!program_ && pdb_) {
    clr::FunctionName name;
    name.function = name.symbol = name.qualified = pdb_->method_name(method);
    const clr::MethodText text = clr::parse_method_text(name.symbol);
    const clr::SourceMethod source = clr::source_method(text.type, text.method);
    if (source.is_generated()) name.function = source.type + "." + source.qualified_method();
    return name;
  }
  if (!program_ || method == 0 || method > program_->method_count()) return {};
  return clr::function_name(*program_, method, pdb_ ? pdb_->kickoff_of(method) : 0);
}

// The last place at or before the offset: code that no line made belongs to the one before.
void ManagedFile::set_place(ManagedFrame& frame, std::optional<std::uint32_t> il_offset) const {
  if (!pdb_) return;
  const auto points = pdb_->points(row_of(frame.token));
  if (!points.has_value()) return;
  const ManagedPoint* found = nullptr;
  for (const ManagedPoint& point : points.value()) {
    if (il_offset && point.il_offset > *il_offset) break;
    if (!point.is_hidden) found = &point;
    if (found != nullptr && !il_offset) break;
  }
  if (found == nullptr) return;
  frame.file = pdb_->document_path(found->document).value_or("");
  frame.is_embedded = pdb_->is_embedded(found->document);
  if (!il_offset) return;
  frame.line = found->start_line;
  frame.column = found->start_column;
  frame.end_line = found->end_line;
  frame.end_column = found->end_column;
}

ManagedFrame ManagedFile::look_up(std::uint32_t token, std::uint32_t il_offset) const {
  ManagedFrame frame;
  const std::uint32_t method = row_of(token);
  if (method == 0 || method > method_count()) return frame;
  frame.token = token;
  frame.il_offset = il_offset;
  clr::FunctionName name = function(method);
  frame.function = std::move(name.function);
  frame.symbol = std::move(name.symbol);
  set_place(frame, il_offset);
  return frame;
}

// Runtimes name the method of the source where code of its state machine runs, with the offset in
// the state machine. What is left of the method itself only starts it, and has no place.
std::uint32_t ManagedFile::moved_to(std::uint32_t method) const {
  if (pdb_) {
    const std::uint32_t move_next = pdb_->move_next_of(method);
    if (move_next != 0) return move_next;
  }
  const auto name = program_->method_name(method);
  const std::uint32_t type = program_->type_of(method);
  if (!name.has_value() || type == 0) return 0;
  for (const std::uint32_t nested : program_->nested_types(type)) {
    const auto nested_name = program_->simple_type_name(nested);
    if (!nested_name.has_value() || clr::generated_from(nested_name.value()) != name.value()) {
      continue;
    }
    if (program_->kickoff_method(nested) != method) continue;
    for (const std::uint32_t candidate : program_->methods_of(nested)) {
      if (program_->method_name(candidate).value_or("") == "MoveNext") return candidate;
    }
  }
  return 0;
}

std::vector<ManagedFrame> ManagedFile::look_up(
    const std::vector<clr::MethodText>& methods,
    const std::vector<std::optional<std::uint32_t>>& offsets) const {
  std::vector<ManagedFrame> frames(methods.size());
  if (!program_) return frames;
  const std::vector<std::uint32_t> rows = clr::find_methods(*program_, methods);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i] == 0) continue;
    const std::uint32_t moved = moved_to(rows[i]);
    const std::uint32_t row = moved != 0 ? moved : rows[i];
    frames[i].token = ClrToken{ClrTable::kMethodDef, row}.value();
    clr::FunctionName name = function(row);
    frames[i].function = std::move(name.function);
    frames[i].symbol = std::move(name.symbol);
    frames[i].il_offset = offsets[i].value_or(0);
    set_place(frames[i], offsets[i]);
  }
  return frames;
}

}  // namespace sigla
