// SPDX-License-Identifier: Apache-2.0
#include "symcache/symcache.h"

#include <xxhash.h>

#include <algorithm>
#include <array>
#include <memory>

#include "base/view.h"
#include "symcache/string_table.h"

namespace sigla {

using symcache::AddressArray;
using symcache::CodeReader;
using symcache::RawHeader;
using symcache::RawSection;
using symcache::Section;

namespace {

// Deeper chains of scopes are not written; this ends those of a damaged file.
constexpr std::size_t kFrameCountMax = 4'096;

std::uint64_t checksum_of(Bytes file) {
  constexpr std::size_t kBefore = offsetof(RawHeader, checksum);
  constexpr std::array<std::uint8_t, sizeof(RawHeader::checksum)> kZeros = {};
  const std::unique_ptr<XXH3_state_t, XXH_errorcode (*)(XXH3_state_t*)> state(XXH3_createState(),
                                                                              XXH3_freeState);
  SIGLA_CHECK(state != nullptr);
  XXH3_64bits_reset(state.get());
  XXH3_64bits_update(state.get(), file.data(), kBefore);
  XXH3_64bits_update(state.get(), kZeros.data(), kZeros.size());
  const Bytes rest = file.subspan(kBefore + kZeros.size());
  XXH3_64bits_update(state.get(), rest.data(), rest.size());
  return XXH3_64bits_digest(state.get());
}

template <typename T, std::size_t kCount>
T find_by_name(const std::array<T, kCount>& values, std::string_view name) {
  const auto found = std::ranges::find_if(values, [&](T v) { return to_string(v) == name; });
  return found == values.end() ? T() : *found;
}

constexpr std::array kFormats = {Format::kElf,
                                 Format::kMacho,
                                 Format::kPe,
                                 Format::kPdb,
                                 Format::kPortablePdb,
                                 Format::kBreakpad,
                                 Format::kWasm};
constexpr std::array kKinds = {ObjectKind::kExecutable,
                               ObjectKind::kLibrary,
                               ObjectKind::kDebug,
                               ObjectKind::kRelocatable,
                               ObjectKind::kCore};

}  // namespace

// The bytes of each section by kind; empty where the file has none.
class Symcache::Sections {
 public:
  static Result<Sections> read(Bytes file, std::uint32_t count) {
    if (count > symcache::kSectionCountMax) return malformed("symcache: {} sections", count);
    SIGLA_TRY_ASSIGN(
        const Bytes table,
        slice(file, sizeof(RawHeader), count * sizeof(RawSection), "symcache section table"));
    SIGLA_TRY_ASSIGN(const auto entries, view_as<RawSection>(table, "symcache section table"));
    Sections sections;
    for (const RawSection& entry : entries) {
      if (entry.kind == 0 || entry.kind > symcache::kSectionKindMax) continue;
      SIGLA_TRY_ASSIGN(sections.bytes_[entry.kind],
                       slice(file, entry.offset, entry.size, "symcache section"));
    }
    return sections;
  }
  Bytes operator[](Section kind) const { return bytes_[static_cast<std::uint32_t>(kind)]; }

 private:
  std::array<Bytes, symcache::kSectionKindMax + 1> bytes_;
};

Result<Symcache> Symcache::open(Bytes file) {
  if (file.size() < sizeof(RawHeader)) {
    return malformed("symcache: {} bytes are too few for a header", file.size());
  }
  const auto header = load<RawHeader>(file);
  if (header.magic != symcache::kMagic) return malformed("symcache: wrong magic");
  if (header.version != symcache::kVersion) {
    return make_error(ErrorCode::kUnsupported,
                      "symcache: version {}, this program reads version {}",
                      header.version,
                      symcache::kVersion);
  }
  if (header.file_size != file.size()) {
    return malformed("symcache: {} bytes, its header says {}", file.size(), header.file_size);
  }
  if (checksum_of(file) != header.checksum) return malformed("symcache: checksum does not match");
  if (header.address_size != 4 && header.address_size != 8) {
    return malformed("symcache: address size {}", header.address_size);
  }
  SIGLA_TRY_ASSIGN(const auto sections, Sections::read(file, header.section_count));
  Symcache cache;
  cache.base_ = header.base;
  cache.has_columns_ = (header.flags & symcache::kFlagColumns) != 0;
  SIGLA_TRY(cache.read_tables(sections, header.address_size));
  SIGLA_TRY(cache.read_identity(sections[Section::kIdentity]));
  if (const Bytes placement = sections[Section::kPlacement]; !placement.empty()) {
    if (placement.size() != sizeof(symcache::RawPlacement)) {
      return malformed("symcache: placement of {} bytes", placement.size());
    }
    cache.placement_ = load<symcache::RawPlacement>(placement);
  }
  return cache;
}

Status Symcache::read_tables(const Sections& sections, std::uint8_t address_size) {
  const auto addresses = [&](Section kind) {
    return AddressArray::open(sections[kind], address_size, "symcache addresses");
  };
  const auto numbers = [&](Section kind) {
    return view_as<std::uint32_t>(sections[kind], "symcache numbers");
  };
  strings_ = sections[Section::kStrings];
  names_ = sections[Section::kNames];
  code_ = sections[Section::kCode];
  source_link_ = sections[Section::kSourceLink];
  SIGLA_TRY_ASSIGN(files_, numbers(Section::kFiles));
  SIGLA_TRY_ASSIGN(name_offsets_, numbers(Section::kNameOffsets));
  SIGLA_TRY_ASSIGN(name_index_, numbers(Section::kNameIndex));
  SIGLA_TRY_ASSIGN(code_addresses_, addresses(Section::kCodeAddresses));
  SIGLA_TRY_ASSIGN(code_samples_, addresses(Section::kCodeSamples));
  SIGLA_TRY_ASSIGN(code_offsets_, numbers(Section::kCodeOffsets));
  SIGLA_TRY_ASSIGN(alias_addresses_, addresses(Section::kAliasAddresses));
  SIGLA_TRY_ASSIGN(alias_sizes_, addresses(Section::kAliasSizes));
  SIGLA_TRY_ASSIGN(aliases_,
                   view_as<symcache::RawAlias>(sections[Section::kAliases], "symcache aliases"));
  SIGLA_TRY_ASSIGN(unwind_addresses_, addresses(Section::kUnwindAddresses));
  SIGLA_TRY_ASSIGN(unwind_rows_, numbers(Section::kUnwindRows));
  unwind_rules_ = sections[Section::kUnwindRules];
  SIGLA_TRY_ASSIGN(win_addresses_, addresses(Section::kWinAddresses));
  SIGLA_TRY_ASSIGN(win_indexes_, numbers(Section::kWinIndexes));
  SIGLA_TRY_ASSIGN(win_record_addresses_, addresses(Section::kWinRecordAddresses));
  SIGLA_TRY_ASSIGN(win_record_sizes_, addresses(Section::kWinRecordSizes));
  SIGLA_TRY_ASSIGN(wins_,
                   view_as<symcache::RawWin>(sections[Section::kWinRecords], "symcache STACK WIN"));

  const bool agree =
      code_samples_.size() == symcache::sample_count(code_addresses_.size()) &&
      code_offsets_.size() == code_addresses_.size() &&
      alias_addresses_.size() == aliases_.size() && alias_sizes_.size() == aliases_.size() &&
      unwind_rows_.size() == unwind_addresses_.size() &&
      win_indexes_.size() == win_addresses_.size() &&
      win_record_addresses_.size() == wins_.size() && win_record_sizes_.size() == wins_.size();
  if (!agree) return malformed("symcache: parallel tables differ in length");
  return {};
}

Status Symcache::read_identity(Bytes bytes) {
  if (bytes.size() != sizeof(symcache::RawIdentity)) {
    return malformed("symcache: identity of {} bytes", bytes.size());
  }
  const auto raw = load<symcache::RawIdentity>(bytes);
  identity_.format = find_by_name(kFormats, text(raw.format));
  identity_.kind = find_by_name(kKinds, text(raw.kind));
  identity_.arch = parse_arch(text(raw.arch));
  identity_.name = text(raw.name);
  identity_.code_id = CodeId(text(raw.code_id));
  identity_.debug_file_name = text(raw.debug_file_name);
  os_ = text(raw.os);
  code_file_name_ = text(raw.code_file_name);
  if ((raw.features & symcache::kHasDebugId) != 0) identity_.debug_id = DebugId{raw.guid, raw.age};
  identity_.has_symbols = (raw.features & symcache::kHasSymbols) != 0;
  identity_.has_debug_info = (raw.features & symcache::kHasDebugInfo) != 0;
  identity_.has_unwind_info = (raw.features & symcache::kHasUnwindInfo) != 0;
  identity_.has_sources = (raw.features & symcache::kHasSources) != 0;
  return {};
}

std::string_view Symcache::text(std::uint32_t offset) const {
  return symcache::StringTable::read(strings_, offset);
}
std::string_view Symcache::file(std::size_t index) const {
  return index < files_.size() ? text(files_[index]) : std::string_view();
}
std::string_view Symcache::name(std::size_t index) const {
  if (index >= name_count()) return {};
  const std::uint32_t begin = name_offsets_[index];
  const std::uint32_t end = name_offsets_[index + 1];
  if (begin > end || end > names_.size()) return {};
  return as_text(names_.subspan(begin, end - begin));
}

Bytes Symcache::record(std::size_t index) const {
  const std::size_t begin = code_offsets_[index];
  const std::size_t end =
      index + 1 < code_offsets_.size() ? code_offsets_[index + 1] : code_.size();
  if (begin > end || end > code_.size()) return {};
  return code_.subspan(begin, end - begin);
}

CodeRange Symcache::code_range(std::size_t index) const {
  const std::uint64_t low = base_ + code_addresses_[index];
  const std::uint64_t next =
      index + 1 < code_addresses_.size() ? base_ + code_addresses_[index + 1] : UINT64_MAX;
  const CodeReader record = code(index);
  if (record.size() == 0) return {low, next};
  return {low, std::min(next, low - record.start_distance() + record.size())};
}

SymcacheFunction Symcache::function(std::size_t index) const {
  SymcacheFunction function;
  if (index < code_addresses_.size()) {
    const CodeReader record = code(index);
    function.name_index = record.name();
    function.name = name(record.name());
    function.address = base_ + code_addresses_[index] - record.start_distance();
    function.size = record.size();
    function.parameter_size = record.parameter_size();
    function.is_public = record.is_public();
    function.is_multiple = record.is_multiple();
    return function;
  }
  const std::size_t alias = index - code_addresses_.size();
  if (alias >= aliases_.size()) return function;
  const symcache::RawAlias& raw = aliases_[alias];
  function.name_index = raw.name;
  function.name = name(raw.name);
  function.address = base_ + alias_addresses_[alias];
  function.size = alias_sizes_[alias];
  function.parameter_size = raw.info >> symcache::kParameterShift;
  function.is_public = (raw.info & symcache::kFunctionPublic) != 0;
  function.is_multiple = (raw.info & symcache::kFunctionMultiple) != 0;
  function.is_shadowed = (raw.info & symcache::kFunctionShadowed) != 0;
  return function;
}

std::span<const std::uint32_t> Symcache::find_functions(std::string_view text) const {
  const auto [first, last] = std::ranges::equal_range(
      name_index_, text, {}, [&](std::uint32_t index) { return function(index).name; });
  return {first, last};
}

std::span<const std::uint32_t> Symcache::find_functions_by_prefix(std::string_view prefix) const {
  const auto [first, last] =
      std::ranges::equal_range(name_index_, prefix, {}, [&](std::uint32_t index) {
        return function(index).name.substr(0, prefix.size());
      });
  return {first, last};
}

std::size_t Symcache::find_record(std::uint64_t rva) const {
  if (rva < base_) return SIZE_MAX;
  const std::size_t count = code_addresses_.count_up_to(rva - base_, code_samples_);
  if (count == 0) return SIZE_MAX;
  __builtin_prefetch(&code_offsets_[count - 1]);
  return count - 1;
}

void Symcache::prefetch_record(std::size_t index) const {
  if (index >= code_offsets_.size()) return;
  const std::size_t offset = code_offsets_[index];
  if (offset < code_.size()) __builtin_prefetch(&code_[offset]);
}

Symcache::Place Symcache::open_record(std::size_t index, std::uint64_t rva) const {
  if (index == SIZE_MAX) return {};
  const std::uint64_t address = base_ + code_addresses_[index];
  Place place{index, address, rva - address, false, code(index)};
  if (!place.record.covers(place.offset)) return {};
  place.has_rows = place.record.find_block(place.offset);
  return place;
}

void Symcache::lookup(std::uint64_t rva, std::vector<SymcacheFrame>& frames) const {
  Place place = open_record(find_record(rva), rva);
  if (place.has_rows) place.record.read_block(place.offset);
  find_frames(place, frames);
}

// Where the record has rows, it stands on one.
void Symcache::find_frames(const Place& place, std::vector<SymcacheFrame>& frames) const {
  frames.clear();
  if (place.index == SIZE_MAX) return;
  const CodeReader& record = place.record;
  add_frames(record, frames);
  // What all frames share.
  const std::uint64_t function_address = place.address - record.start_distance();
  const std::uint64_t line_address = place.address + record.row().line_offset;
  for (SymcacheFrame& frame : frames) {
    frame.function_address = function_address;
    frame.function_size = record.size();
    frame.parameter_size = record.parameter_size();
    frame.line_address = frame.has_line_record ? line_address : function_address;
  }
}

void Symcache::add_frames(const CodeReader& record, std::vector<SymcacheFrame>& frames) const {
  const CodeReader::Row& row = record.row();
  const std::uint32_t row_file = record.file_of_row();
  const auto path = [&](std::uint32_t index) {
    return index == 0 ? std::string_view() : file(index - 1);
  };
  SymcacheFrame next;
  if (row_file != 0) {
    next.file = path(row_file);
    next.line = row.line;
    next.column = row.column;
    next.has_line_record = true;
  }
  const std::string_view innermost_file = next.file;
  std::optional<CodeReader::Scope> scope = record.scope(row.scope);
  while (scope.has_value() && frames.size() < kFrameCountMax) {
    next.function = name(scope->name);
    next.is_inlined = true;
    frames.push_back(next);
    const auto outer = record.scope(scope->outer);
    const std::uint32_t call_file = scope->has_call_file ? scope->call_file
                                    : outer.has_value()  ? outer->body_file
                                                         : 1;
    next.file = path(record.file(call_file));
    if (next.file.empty()) next.file = innermost_file;
    next.line = scope->call_line;
    next.column = scope->call_column;
    scope = outer;
  }
  next.is_inlined = false;
  next.function = name(record.name());
  next.is_public = record.is_public();
  next.is_multiple = record.is_multiple();
  frames.push_back(next);
}

std::vector<SymcacheFrame> Symcache::lookup(std::uint64_t rva) const {
  std::vector<SymcacheFrame> frames;
  lookup(rva, frames);
  return frames;
}

Symcache::UnwindRow Symcache::unwind_row(std::size_t index) const {
  UnwindRow row;
  row.address = base_ + unwind_addresses_[index];
  row.begins_entry = (unwind_rows_[index] & symcache::kUnwindEntry) != 0;
  const std::uint32_t offset = unwind_rows_[index] & ~symcache::kUnwindEntry;
  if (offset != 0) {
    row.rules.emplace(as_bytes(symcache::StringTable::read(unwind_rules_, offset)));
  }
  return row;
}

std::optional<UnwindRules> Symcache::find_unwind(std::uint64_t rva) const {
  if (rva < base_) return std::nullopt;
  const std::size_t count = unwind_addresses_.count_up_to(rva - base_);
  if (count == 0) return std::nullopt;
  return unwind_row(count - 1).rules;
}

StackWin Symcache::stack_win(std::size_t index) const {
  const symcache::RawWin& raw = wins_[index];
  StackWin record;
  record.type = raw.type == static_cast<std::uint32_t>(StackWin::Type::kFrameData)
                    ? StackWin::Type::kFrameData
                    : StackWin::Type::kFpo;
  record.address = base_ + win_record_addresses_[index];
  record.size = static_cast<std::uint32_t>(win_record_sizes_[index]);
  record.prologue_size = raw.prologue_size;
  record.epilogue_size = raw.epilogue_size;
  record.parameter_size = raw.parameter_size;
  record.saved_register_size = raw.saved_register_size;
  record.local_size = raw.local_size;
  record.max_stack_size = raw.max_stack_size;
  record.allocates_base_pointer = raw.allocates_base_pointer != 0;
  record.program_string = text(raw.program);
  return record;
}

std::optional<StackWin> Symcache::find_stack_win(std::uint64_t rva) const {
  if (rva < base_) return std::nullopt;
  const std::size_t count = win_addresses_.count_up_to(rva - base_);
  if (count == 0) return std::nullopt;
  const std::uint32_t index = win_indexes_[count - 1];
  if (index >= wins_.size()) return std::nullopt;  // kNoWin too
  return stack_win(index);
}

}  // namespace sigla
