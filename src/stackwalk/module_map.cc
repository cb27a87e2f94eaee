// SPDX-License-Identifier: Apache-2.0
#include "stackwalk/module_map.h"

#include <algorithm>

namespace sigla {
namespace {

bool is_same_module(const ProcessModule& a, const ProcessModule& b) {
  return a.base == b.base && a.size == b.size && a.code_file == b.code_file &&
         a.code_id == b.code_id;
}

// Whether every module finds its place. Android's linker maps a library over its own reservation,
// so there a module may begin inside the one before it, and shared memory may lie anywhere.
bool is_consistent(const std::vector<ProcessModule>& modules, ModuleRules rules) {
  const bool is_android = rules == ModuleRules::kAndroid;
  RangeMap map(rules == ModuleRules::kStrict ? Overlap::kReject : Overlap::kCutLower);
  std::uint64_t previous_end = 0;
  for (std::uint32_t i = 0; i < modules.size(); ++i) {
    const ProcessModule& module = modules[i];
    if (module.base == UINT64_MAX) return false;
    const auto existing = map.find(module.base);
    if (existing && is_same_module(modules[*existing], module)) continue;
    std::uint64_t base = module.base;
    std::uint64_t size = module.size;
    const bool is_placed =
        map.add(base, size, i) || (is_android && module.code_file.starts_with("/dev/ashmem/"));
    if (!is_placed) {
      if (!is_android || base >= previous_end) return false;
      size -= previous_end - base;
      base = previous_end;
      if (!map.add(base, size, i)) return false;
    }
    previous_end = base + size;
  }
  return true;
}

}  // namespace

ModuleMap ModuleMap::make_sorted(std::vector<ProcessModule> modules, Overlap overlap) {
  RangeMap map(overlap);
  for (std::uint32_t i = 0; i < modules.size(); ++i) {
    map.add(modules[i].base, modules[i].size, i);
  }
  ModuleMap result;
  const std::uint64_t main_address = modules.empty() ? 0 : modules.front().base;
  for (const RangeMap::Range& range : map.ranges()) {
    const auto index = static_cast<std::uint32_t>(result.modules_.size());
    result.ranges_.push_back({range.base, range.last, index});
    result.modules_.push_back(std::move(modules[range.value]));
  }
  result.main_ = result.find(main_address);
  return result;
}

std::optional<ModuleMap> ModuleMap::make(std::vector<ProcessModule> modules, ModuleRules rules) {
  if (!is_consistent(modules, rules)) return std::nullopt;
  return make_sorted(std::move(modules),
                     rules == ModuleRules::kStrict ? Overlap::kReject : Overlap::kCutLower);
}

ModuleMap ModuleMap::make_overlapping(std::vector<ProcessModule> modules, Overlap overlap) {
  return make_sorted(std::move(modules), overlap);
}

ModuleMap ModuleMap::make_unloaded(const std::vector<ProcessModule>& modules) {
  ModuleMap result = make_sorted(modules, Overlap::kCutLower);
  std::vector<bool> is_placed(modules.size());
  for (const ProcessModule& module : result.modules_) is_placed[module.list_index] = true;
  for (const ProcessModule& module : modules) {
    if (!is_placed[module.list_index]) result.modules_.push_back(module);
  }
  return result;
}

std::optional<std::uint32_t> ModuleMap::find(std::uint64_t address) const {
  const auto found = std::lower_bound(
      ranges_.begin(), ranges_.end(), address, [](const RangeMap::Range& range, std::uint64_t a) {
        return range.last < a;
      });
  if (found == ranges_.end() || address < found->base) return std::nullopt;
  return found->value;
}

}  // namespace sigla
