// SPDX-License-Identifier: Apache-2.0
#include "symbolicate/symbol_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace sigla {
namespace {

std::string ids_of(const Identity& identity) {
  if (identity.debug_id) return identity.debug_id->breakpad();
  return identity.code_id.empty() ? "no id" : identity.code_id.text();
}

bool offer(const File& file,
           const SymbolFiles::Wanted& wanted,
           FoundSymbols found,
           SymbolFiles& files,
           ModuleSearch& search) {
  auto symcache = files.symcache(file, wanted);
  if (!symcache.has_value()) {
    search.refuse(found.source, symcache.error());
    return false;
  }
  search.offer(found, std::move(symcache).value());
  return true;
}

}  // namespace

bool has_content_of_module(const File& file,
                           std::uint64_t offset,
                           const std::string& source,
                           ModuleSearch& search) {
  const ModuleQuery& query = search.query();
  if (!query.is_by_name || query.image_start.empty()) return true;
  Buffer start(query.image_start.size());
  const auto count = file.read_at(start, offset);
  const bool agrees = count.has_value() && begins_as(Bytes(start).first(*count), query);
  constexpr std::string_view kTaken = "taken by its name, there being no id: it begins as";
  constexpr std::string_view kRefused = "another build: it does not begin as";
  search.say(fmt::format(
      "{}: {} {} did in memory", source, agrees ? kTaken : kRefused, module_name(query)));
  return agrees;
}

bool offer_objects(const File& file,
                   const std::vector<Object>& objects,
                   const std::string& source,
                   SymbolFiles& files,
                   ModuleSearch& search) {
  bool was_offered = false;
  for (const Object& object : objects) {
    const Identity& identity = object.identity;
    if (!is_of_module(identity, search.query()) || !search.wants(identity)) continue;
    if (!has_content_of_module(file, object.offset, source, search)) continue;
    if (search.wants_file()) {
      search.offer_file({identity, source}, file);
      return true;
    }
    SymbolFiles::Wanted wanted;
    wanted.name = identity.name;
    if (objects.size() > 1 && !identity.is_embedded) wanted.arch = identity.arch;
    const bool is_taken = offer(file, wanted, {identity, source}, files, search);
    if (is_taken && objects.size() == 1) search.offer_program(identity, file);
    was_offered = was_offered || is_taken;
  }
  return was_offered;
}

bool offer_file(const File& file,
                const std::string& name,
                const std::string& source,
                SymbolFiles& files,
                ModuleSearch& search) {
  const auto objects = files.identify(file, name);
  if (!objects.has_value()) {
    search.refuse(source, objects.error());
    return false;
  }
  search.recognise(objects->front().identity);
  const bool is_of_it = std::ranges::any_of(*objects, [&](const Object& object) {
    return is_of_module(object.identity, search.query());
  });
  if (is_of_it) return offer_objects(file, *objects, source, files, search);
  search.say(fmt::format("{}: has id {}, wanted {}",
                         source,
                         ids_of(objects->front().identity),
                         describe(search.query())));
  return false;
}

bool offer_breakpad_file(const File& file,
                         const std::string& name,
                         const std::string& source,
                         SymbolFiles& files,
                         ModuleSearch& search) {
  Identity identity;
  identity.format = Format::kBreakpad;
  identity.kind = ObjectKind::kDebug;
  if (!search.wants(identity)) return false;
  return offer(file, {.name = name}, {std::move(identity), source}, files, search);
}

}  // namespace sigla
