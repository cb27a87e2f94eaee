// SPDX-License-Identifier: Apache-2.0
#include "symbolicate/folder_index.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <system_error>
#include <utility>

#include "base/text.h"

namespace sigla {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kStartSize = 4096;  // enough to recognise every format by
constexpr std::size_t kIdDigits = 32;

bool can_have_symbols(Format format) {
  switch (format) {
    case Format::kElf:
    case Format::kMacho:
    case Format::kPe:
    case Format::kPdb:
    case Format::kBreakpad:
    case Format::kWasm:
      return true;
    default:
      return false;
  }
}

bool may_have_symbols(const File& file) {
  Buffer start(kStartSize);
  const auto size = file.read_at(start, 0);
  if (!size.has_value()) return false;
  const Bytes bytes = Bytes(start).first(*size);
  const Format format = sniff_format(bytes);
  return sniff_wrapping(bytes) != Wrapping::kNone || can_have_symbols(format) ||
         format == Format::kPortablePdb;
}

bool is_store_folder(const fs::path& path) {
  const std::string name = path.filename().string();
  return name.size() >= kIdDigits &&
         name.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
}

}  // namespace

FolderIndex FolderIndex::scan(const fs::path& folder, SymbolFiles& files, const Limits& limits) {
  FolderIndex index;
  const auto end = Clock::now() + std::chrono::seconds(limits.folder_scan_seconds_max);
  std::uint64_t seen = 0;
  std::error_code error;
  fs::recursive_directory_iterator it(folder, fs::directory_options::skip_permission_denied, error);
  for (const fs::recursive_directory_iterator last; !error && it != last; it.increment(error)) {
    if (++seen > limits.folder_file_count_max) {
      index.incomplete_ =
          fmt::format("only its first {} files were looked at", limits.folder_file_count_max);
      break;
    }
    if (Clock::now() > end) {
      index.incomplete_ = fmt::format("looking at its files was given up after {} seconds",
                                      limits.folder_scan_seconds_max);
      break;
    }
    std::error_code ignored;
    if (it->is_directory(ignored)) {
      if (is_store_folder(it->path())) it.disable_recursion_pending();
    } else if (it->is_regular_file(ignored)) {
      index.add_file(it->path(), files);
    }
  }
  if (error) index.incomplete_ = error.message();
  return index;
}

void FolderIndex::add_file(const fs::path& path, SymbolFiles& files) {
  const auto file = File::open_read(path);
  if (!file.has_value() || !may_have_symbols(*file)) return;
  auto objects = files.identify(*file, path.filename().string());
  if (!objects.has_value()) return;
  add_managed(path, *objects);
  std::erase_if(*objects,
                [](const Object& object) { return !can_have_symbols(object.identity.format); });
  if (objects->empty()) return;
  for (const Object& object : *objects) {
    const Identity& identity = object.identity;
    if (identity.debug_id) by_id_.emplace(identity.debug_id->guid_lower(), entries_.size());
    if (!identity.code_id.empty()) by_id_.emplace(identity.code_id.text(), entries_.size());
  }
  entries_.push_back({path, std::move(objects).value()});
}

// Portable PDBs have no place among the others: no native module is theirs.
void FolderIndex::add_managed(const fs::path& path, const std::vector<Object>& objects) {
  for (const Object& object : objects) {
    const Identity& identity = object.identity;
    if (identity.is_embedded) continue;
    if (!identity.mvid.empty()) {
      managed_.emplace(identity.mvid, path);
      managed_.emplace(lower(identity.name), path);
    }
    const bool is_pdb = identity.format == Format::kPortablePdb || identity.format == Format::kPdb;
    if (is_pdb && identity.debug_id) managed_pdbs_.emplace(identity.debug_id->guid_lower(), path);
  }
}

const fs::path* FolderIndex::find_managed(std::string_view mvid, std::string_view name) const {
  const auto found = managed_.find(mvid.empty() ? lower(name) : std::string(mvid));
  return found == managed_.end() ? nullptr : &found->second;
}

const fs::path* FolderIndex::find_managed_pdb(std::string_view guid) const {
  const auto found = managed_pdbs_.find(guid);
  return found == managed_pdbs_.end() ? nullptr : &found->second;
}

std::vector<const FolderIndex::Entry*> FolderIndex::find(const ModuleQuery& query) const {
  std::map<std::size_t, int> found;  // entry, and the preference of its best object
  const auto add_entry = [&](std::size_t index) {
    for (const Object& object : entries_[index].objects) {
      if (!is_of_module(object.identity, query)) continue;
      const auto [entry, is_new] = found.emplace(index, preference(object.identity));
      if (!is_new) entry->second = std::min(entry->second, preference(object.identity));
    }
  };
  const auto add = [&](const std::string& id) {
    const auto [first, last] = by_id_.equal_range(id);
    for (auto it = first; it != last; ++it) add_entry(it->second);
  };
  if (query.debug_id) add(query.debug_id->guid_lower());
  if (!query.code_id.empty()) add(query.code_id.text());
  for (std::size_t i = 0; query.is_by_name && i < entries_.size(); ++i) add_entry(i);
  std::vector<std::pair<std::size_t, int>> ordered(found.begin(), found.end());
  std::ranges::stable_sort(ordered, {}, &std::pair<std::size_t, int>::second);
  std::vector<const Entry*> entries;
  entries.reserve(ordered.size());
  for (const auto& [at, rank] : ordered) entries.push_back(&entries_[at]);
  return entries;
}

}  // namespace sigla
