// SPDX-License-Identifier: Apache-2.0
#include "convert/macho_to_symcache.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "convert/dwarf_sections.h"
#include "convert/dwarf_to_symcache.h"
#include "convert/unwind_to_symcache.h"
#include "formats/macho/functions.h"
#include "formats/macho/identity.h"
#include "formats/macho/symbol_map.h"
#include "symcache/symcache_run.h"

namespace sigla {
namespace {

// The BCSymbolMap of an image with hidden names. The map is named by the UUID of the image as it
// was sent to be built; the dSYM that came back has another one, which a UUID map leads from.
class HiddenNames {
 public:
  void find(const Identity& identity, Conversion& conversion) {
    if (!identity.debug_id) return;
    Buffer uuid(identity.debug_id->guid.begin(), identity.debug_id->guid.end());
    if (offer(uuid, true, conversion)) return;
    conversion.diagnostics.report("hidden names",
                                  "no BCSymbolMap found for " + identity.debug_id->dashed());
  }
  const macho::SymbolMap* map() const { return map_ ? &*map_ : nullptr; }

 private:
  bool offer(const Buffer& uuid, bool may_lead_on, Conversion& conversion) {
    std::optional<DebugId> original;
    auto found = conversion.companion({.kind = CompanionKind::kSymbolMap, .build_id = uuid},
                                      [&](Bytes file) {
                                        if (macho::is_uuid_map(file)) {
                                          const auto id = macho::original_uuid(file);
                                          if (may_lead_on && id.has_value()) original = *id;
                                          return original.has_value();
                                        }
                                        auto map = macho::SymbolMap::open(file, conversion.limits);
                                        if (!map.has_value()) return false;
                                        map_ = std::move(map).value();
                                        return true;
                                      });
    if (map_) file_ = std::move(found);
    if (map_ || !original) return map_.has_value();
    return offer(Buffer(original->guid.begin(), original->guid.end()), false, conversion);
  }

  std::optional<Companion> file_;  // whose bytes map_ borrows
  std::optional<macho::SymbolMap> map_;
};

// The compiler hides all names or none, so the first ones tell.
bool has_hidden_names(const Result<std::vector<macho::Function>>& functions,
                      const dwarf::Sections& dwarf) {
  constexpr std::size_t kEnough = 64 * 1024;
  if (macho::has_hidden_names(dwarf.str.first(std::min(dwarf.str.size(), kEnough)))) return true;
  return functions.has_value() && std::ranges::any_of(*functions, [](const auto& function) {
           return macho::is_hidden_name(function.name);
         });
}

Status add_dwarf_of(const macho::Image& image,
                    const dwarf::Sections& sections,
                    const macho::SymbolMap* symbol_map,
                    Conversion& conversion) {
  DwarfSource source;
  source.main = sections;
  if (source.main.info.empty()) return {};
  source.symbol_map = symbol_map;
  source.image_base = macho::image_base(image);
  source.is_relocatable = image.header().filetype == macho::MH_OBJECT;
  source.thread_count = conversion.thread_count;
  for (const macho::Section& section : image.sections()) {
    if (!macho::has_instructions(section)) continue;
    source.code.push_back(code_range(section.addr, section.size));
  }
  std::ranges::sort(source.code, {}, &CodeRange::low);
  return add_dwarf(source, conversion.limits, conversion.writer, conversion.diagnostics);
}

// Names in a map are those of a symbol table, with the underscore that Apple's ABI puts first.
std::string_view real_name(std::string_view name, const macho::SymbolMap* symbol_map) {
  if (symbol_map == nullptr) return name;
  std::string_view real = symbol_map->text(name);
  if (real != name && real.starts_with('_')) real.remove_prefix(1);
  return real;
}

void add_symbols(const std::vector<macho::Function>& functions,
                 const macho::SymbolMap* symbol_map,
                 Conversion& conversion) {
  SymcacheRun run(kSymbolTableOrder, conversion.limits);
  for (const macho::Function& function : functions) {
    run.add_symbol(function.address, function.size, real_name(function.name, symbol_map));
  }
  conversion.writer.take(std::move(run));
}

}  // namespace

Status macho_to_symcache(Bytes file, Arch arch, Conversion& conversion) {
  SIGLA_TRY_ASSIGN(const auto slice, macho::choose_slice(file, arch, conversion.limits));
  const Bytes bytes =
      file.subspan(static_cast<std::size_t>(slice.offset), static_cast<std::size_t>(slice.size));
  SIGLA_TRY_ASSIGN(const auto image, macho::Image::open(bytes, conversion.limits));
  const Identity identity = macho::identify_image(image, conversion.file_name);
  conversion.writer.set_identity(identity);
  conversion.writer.set_placement(macho::image_base(image), 0);
  const dwarf::Sections dwarf = dwarf_sections_of(image, conversion.diagnostics);
  const auto functions = macho::functions_of(image, conversion.limits);
  HiddenNames names;
  if (has_hidden_names(functions, dwarf)) names.find(identity, conversion);
  SIGLA_TRY(add_dwarf_of(image, dwarf, names.map(), conversion));
  if (functions.has_value()) {
    add_symbols(*functions, names.map(), conversion);
  } else {
    conversion.diagnostics.report("symbol table", functions.error().message());
  }
  add_macho_unwind(image, conversion);
  return {};
}

}  // namespace sigla
