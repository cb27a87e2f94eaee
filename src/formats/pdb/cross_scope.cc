// SPDX-License-Identifier: Apache-2.0
#include "formats/pdb/cross_scope.h"

#include <algorithm>

#include "base/byte_reader.h"
#include "base/text.h"
#include "formats/pdb/module_stream.h"
#include "formats/pdb/raw.h"

namespace sigla::pdb {
namespace {

constexpr std::uint32_t kImportShift = 20;
constexpr std::uint32_t kImportMask = 0x7ff;
constexpr std::uint32_t kIdMask = 0xf'ffff;

}  // namespace

void CrossScopeImports::add(Bytes data) {
  ByteReader reader(data);
  while (!reader.at_end()) {
    Import import;
    import.module_name = reader.u32();
    const std::uint32_t count = reader.u32();
    import.ids = reader.bytes(std::uint64_t{count} * 4);
    if (!reader.ok() || imports_.size() > kImportMask) return;
    imports_.push_back(import);
  }
}

std::optional<CrossScopeId> CrossScopeImports::find(std::uint32_t cross_scope_id) const {
  const std::uint32_t index = (cross_scope_id >> kImportShift) & kImportMask;
  if (index >= imports_.size()) return std::nullopt;
  ByteReader reader(imports_[index].ids);
  reader.seek(std::uint64_t{cross_scope_id & kIdMask} * 4);
  const std::uint32_t local_id = reader.u32();
  if (!reader.ok()) return std::nullopt;
  return CrossScopeId{imports_[index].module_name, local_id};
}

CrossScopeExports::CrossScopeExports(const Container& container, const DbiStream& dbi) {
  for (const Module& module : dbi.modules) {
    const auto stream = read_module_stream(container, module);
    if (!stream.has_value()) continue;
    std::vector<Export> exports;
    for_each_subsection(stream.value().c13_lines, [&](std::uint32_t kind, Bytes data) {
      if (kind != DEBUG_S_CROSSSCOPEEXPORTS) return;
      ByteReader reader(data);
      while (reader.remaining() >= 8) {
        Export entry;
        entry.local = reader.u32();
        entry.global = reader.u32();
        exports.push_back(entry);
      }
    });
    if (exports.empty()) continue;
    std::sort(exports.begin(), exports.end(), [](const Export& a, const Export& b) {
      return a.local < b.local;
    });
    exports_.try_emplace(lower(module.name), std::move(exports));
  }
}

std::optional<std::uint32_t> CrossScopeExports::find(CrossScopeId id,
                                                     const NameTable& names) const {
  const auto module = exports_.find(lower(names.find(id.module_name)));
  if (module == exports_.end()) return std::nullopt;
  const auto found =
      std::lower_bound(module->second.begin(),
                       module->second.end(),
                       id.local_id,
                       [](const Export& entry, std::uint32_t key) { return entry.local < key; });
  if (found == module->second.end() || found->local != id.local_id) return std::nullopt;
  return found->global;
}

}  // namespace sigla::pdb
