// SPDX-License-Identifier: Apache-2.0
#include "symcache/writer.h"

#include <fmt/format.h>

#include "base/view.h"

namespace sigla {

using symcache::FileBuilder;
using symcache::Section;

std::uint32_t SymcacheNumbering::index(std::uint32_t number) {
  if (number == last_number_ && last_index_ != 0xffffffff) return last_index_;
  const auto [place, is_new] = indexes_.try_emplace(number, 0);
  if (is_new) place->second = texts_.reserve_number();
  last_number_ = number;
  last_index_ = place->second;
  return last_index_;
}

void SymcacheNumbering::name(std::uint32_t number, std::string_view text) {
  const std::uint32_t at = index(number);
  if (texts_.text(at).empty()) texts_.name(at, text);
}

void SymcacheNumbering::name_rest(std::string_view text) {
  for (const auto& [number, at] : indexes_) {
    if (texts_.text(at).empty()) texts_.name(at, text);
  }
}

SymcacheWriter::SymcacheWriter(const Limits& limits)
    : unwind_(strings_, extent_, diagnostics_, limits),
      own_run_(0, limits),
      files_(own_run_.content_.files),
      origins_(own_run_.content_.names),
      current_(limits.inline_depth_max) {}

void SymcacheWriter::set_origin(std::string_view os, std::string_view code_file_name) {
  os_ = os;
  code_file_name_ = code_file_name;
}

void SymcacheWriter::take(SymcacheRun&& run) {
  symcache::TakenRun taken;
  taken.names = names_.add(run.content_.names, run.content_.name_uses);
  taken.files = paths_.add(run.content_.files, run.content_.file_uses);
  run.content_.names = {};
  run.content_.files = {};
  taken.content = std::move(run.content_);
  const std::scoped_lock lock(mutex_);
  runs_.push_back(std::move(taken));
}

void SymcacheWriter::begin_function(const Function& function) {
  end_function();
  const std::uint32_t name = own_run_.name(function.name);
  const std::uint32_t flags = function.is_multiple ? symcache::kFunctionMultiple : 0U;
  const auto high = symcache::last_address(function.address, function.size);
  if (!high.has_value() || !code_ranges_.add(function.address, *high)) {
    diagnostics_.report("overlapping or empty function", fmt::format("{:#x}", function.address));
    own_run_.add_shadowed(
        {function.address,
         function.size,
         name,
         own_run_.info(
             function.address, function.parameter_size, flags | symcache::kFunctionShadowed),
         false});
    return;
  }
  current_.begin(function.address, *high);
  current_name_ = name;
  current_flags_ = flags;
  current_parameter_size_ = function.parameter_size;
  in_function_ = true;
}

void SymcacheWriter::add_line(const Line& line) {
  if (!in_function_) return;
  const auto high = symcache::last_address(line.address, line.size);
  if (!high.has_value()) {
    diagnostics_.report("empty line record", fmt::format("{:#x}", line.address));
    return;
  }
  current_.add_line({line.address, files_.index(line.file), line.line, line.column}, *high);
}

void SymcacheWriter::add_inline(const Inline& call, std::span<const Range> ranges) {
  if (!in_function_) return;
  InlinedCall inlined;
  inlined.name = origins_.index(call.origin);
  inlined.call_file =
      call.call_file == kNoFile ? FunctionTree::kNoFile : files_.index(call.call_file);
  inlined.call_line = call.call_line;
  inlined.call_column = call.call_column;
  const std::uint32_t index = current_.add_call(inlined);
  for (const Range& range : ranges) {
    const auto high = symcache::last_address(range.address, range.size);
    if (high.has_value() && current_.add_call_range(index, range.address, *high)) continue;
    diagnostics_.report("empty or crossing range of an inlined call",
                        fmt::format("{:#x}", range.address));
  }
}

void SymcacheWriter::end_function() {
  if (!in_function_) return;
  in_function_ = false;
  FunctionTree& tree = current_.end();
  tree.name = current_name_;
  tree.parameter_size = current_parameter_size_;
  own_run_.add(tree, current_flags_, true);
}

void SymcacheWriter::add_public(std::uint64_t address,
                                std::uint32_t parameter_size,
                                bool is_multiple,
                                std::string_view name) {
  end_function();
  const std::uint32_t flags =
      symcache::kFunctionPublic | (is_multiple ? symcache::kFunctionMultiple : 0U);
  own_run_.add_symbol(
      {address, 0, own_run_.name(name), own_run_.info(address, parameter_size, flags), false});
}

void SymcacheWriter::write_identity(FileBuilder& file) {
  symcache::RawIdentity raw{};
  raw.format = strings_.add(to_string(identity_.format));
  raw.kind = strings_.add(to_string(identity_.kind));
  raw.arch = strings_.add(to_string(identity_.arch));
  raw.name = strings_.add(identity_.name);
  raw.code_id = strings_.add(identity_.code_id.text());
  raw.debug_file_name = strings_.add(identity_.debug_file_name);
  raw.os = strings_.add(os_);
  raw.code_file_name = strings_.add(code_file_name_);
  if (identity_.debug_id.has_value()) {
    raw.guid = identity_.debug_id->guid;
    raw.age = identity_.debug_id->age;
    raw.features |= symcache::kHasDebugId;
  }
  if (identity_.has_symbols) raw.features |= symcache::kHasSymbols;
  if (identity_.has_debug_info) raw.features |= symcache::kHasDebugInfo;
  if (identity_.has_unwind_info) raw.features |= symcache::kHasUnwindInfo;
  if (identity_.has_sources) raw.features |= symcache::kHasSources;
  const Bytes bytes = bytes_of(raw);
  file.add(Section::kIdentity, Buffer(bytes.begin(), bytes.end()));
  if (placement_.load_address != 0 || placement_.text_address != 0) {
    const Bytes placement = bytes_of(placement_);
    file.add(Section::kPlacement, Buffer(placement.begin(), placement.end()));
  }
  if (!source_link_.empty()) {
    file.add(Section::kSourceLink, Buffer(source_link_.begin(), source_link_.end()));
  }
}

Status SymcacheWriter::finish(const std::function<Status(Bytes)>& sink) {
  end_function();
  origins_.name_rest("<name omitted>");  // as Breakpad shows them
  take(std::move(own_run_));
  symcache::RunMerger merger(runs_, names_, paths_, extent_, thread_count_);
  for (const symcache::TakenRun& run : runs_) diagnostics_.merge(run.content.diagnostics);
  SIGLA_TRY(merger.merge());
  FileBuilder file(extent_, merger.has_columns());
  merger.write(file, strings_);
  runs_.clear();
  unwind_.write(file, identity_.arch);
  write_identity(file);
  if (strings_.overflowed()) {
    return make_error(ErrorCode::kLimitExceeded, "symcache: more than 4 GiB of strings");
  }
  file.add(Section::kStrings, strings_.bytes());
  return file.finish(sink);
}

Result<Buffer> SymcacheWriter::finish_to_buffer() {
  Buffer out;
  SIGLA_TRY(finish([&](Bytes bytes) -> Status {
    out.insert(out.end(), bytes.begin(), bytes.end());
    return {};
  }));
  return out;
}

}  // namespace sigla
