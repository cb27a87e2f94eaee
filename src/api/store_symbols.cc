// SPDX-License-Identifier: Apache-2.0
#include "api/store_symbols.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "base/text.h"
#include "ident/lookup_keys.h"
#include "symbolicate/module_search.h"
#include "symbolicate/symbol_files.h"

namespace sigla::api {
namespace {

constexpr std::size_t kSearchSizeMin = 3;         // shorter texts are not searched for
constexpr std::uint32_t kCompanionCountMax = 64;  // files of one name that are tried

// What gives hidden names back has the id of a program, and no symbols of its own.
bool is_symbol_map(const StoredObject& object) {
  return object.identity.format == Format::kBcSymbolMap ||
         object.identity.format == Format::kUuidMap;
}

}  // namespace

std::vector<StoredObject> StoreSymbols::candidates(ModuleSearch& search) const {
  const ModuleQuery& query = search.query();
  std::vector<StoredObject> found;
  std::set<Id> known;
  const auto add = [&](Result<std::vector<StoredObject>> objects) {
    if (!objects.has_value()) {
      search.say(fmt::format("project {}: {}", project_.name, objects.error().message()));
      return;
    }
    for (StoredObject& object : *objects) {
      if (is_symbol_map(object)) continue;
      if (known.insert(object.id).second) found.push_back(std::move(object));
    }
  };
  if (query.is_by_name) {
    // The newest of that name, as no more is known.
    SymbolQuery named;
    named.project_id = project_.id;
    named.text = base_name(query.code_file);
    if (named.text.size() >= kSearchSizeMin) add(catalog_.search(named));
    std::erase_if(found, [&](const StoredObject& object) {
      return !is_of_module(object.identity, query) && !is_named_as(object.path, query);
    });
  }
  if (query.debug_id) add(catalog_.find_by_debug_id(project_.id, *query.debug_id));
  if (!query.code_id.empty()) add(catalog_.find_by_code_id(project_.id, query.code_id));
  std::stable_sort(found.begin(), found.end(), [](const StoredObject& a, const StoredObject& b) {
    return preference(a.identity) < preference(b.identity);
  });
  return found;
}

Result<std::vector<StoredObject>> StoreSymbols::symbol_maps(Bytes uuid) const {
  if (uuid.size() != DebugId().guid.size()) return std::vector<StoredObject>();
  auto objects = catalog_.find_by_debug_id(project_.id, DebugId::from_uuid(uuid));
  if (objects.has_value()) {
    std::erase_if(*objects, [](const StoredObject& o) { return !is_symbol_map(o); });
  }
  return objects;
}

// Program and PDB have the same debug id.
Result<std::vector<StoredObject>> StoreSymbols::managed_halves(
    const CompanionRequest& request) const {
  constexpr std::size_t kIdSize = 20;
  if (request.build_id.size() != kIdSize) return std::vector<StoredObject>();
  DebugId id = DebugId::from_uuid(request.build_id);
  id.age = load<std::uint32_t>(Bytes(request.build_id).subspan(id.guid.size()));
  auto objects = catalog_.find_by_debug_id(project_.id, id);
  if (objects.has_value()) {
    const bool is_program = request.kind == CompanionKind::kManagedProgram;
    std::erase_if(*objects, [&](const StoredObject& o) {
      return (o.identity.format == Format::kPe) != is_program;
    });
  }
  return objects;
}

std::optional<SymcacheStep::Object> StoreSymbols::companion(const CompanionRequest& request) const {
  Result<std::vector<StoredObject>> objects = std::vector<StoredObject>();
  switch (request.kind) {
    case CompanionKind::kSupplementary:
      objects = catalog_.find_by_code_id(project_.id, CodeId::from_bytes(request.build_id));
      break;
    case CompanionKind::kSplitPackage:
    case CompanionKind::kSplitUnit: {
      // They have no id that they are stored by: the newest of that name, which whoever asks
      // checks.
      SymbolQuery query;
      query.project_id = project_.id;
      query.text = base_name(request.name);
      query.limit = kCompanionCountMax;
      objects = catalog_.search(query);
      break;
    }
    case CompanionKind::kSymbolMap:
      objects = symbol_maps(request.build_id);
      break;
    case CompanionKind::kManagedPdb:
    case CompanionKind::kManagedProgram:
      objects = managed_halves(request);
      break;
    case CompanionKind::kDebugFile:  // a candidate of its own, see candidates()
      break;
  }
  if (!objects.has_value() || request.attempt >= objects->size()) return std::nullopt;
  const StoredObject& object = (*objects)[request.attempt];
  return SymcacheStep::Object{
      object.blob, object.offset, object.size, fmt::format("{}/{}", project_.name, object.path)};
}

std::optional<ManagedProgram> StoreSymbols::find_program(const ManagedModule& wanted) {
  const auto matches = catalog_.find_key(
      project_.id, wanted.mvid.empty() ? mvid_name_key(wanted.name) : mvid_key(wanted.mvid));
  if (!matches.has_value() || matches->empty()) return std::nullopt;
  const KeyMatch& match = matches->front();  // the newest
  auto file = symcaches_.open({match.blob, match.offset, match.size, match.file_name});
  if (!file.has_value()) return std::nullopt;
  ManagedProgram found{std::move(file).value(),
                       match.file_name,
                       fmt::format("{}/{}", project_.name, match.file_name),
                       nullptr};
  found.on_request = [this](std::string_view, const WorkerMessage& request) {
    return open_companion(request);
  };
  return found;
}

Result<WorkerMessage> StoreSymbols::open_companion(const WorkerMessage& request) {
  SIGLA_TRY_ASSIGN(const CompanionRequest wanted,
                   decode_companion_request(as_bytes(request.payload)));
  WorkerMessage answer;
  const auto object = companion(wanted);
  if (!object) return answer;
  SIGLA_TRY_ASSIGN(answer.files.emplace_back(), symcaches_.open(*object));
  answer.payload = object->name;
  return answer;
}

// A PDB inside a program is read out of that.
void StoreSymbols::offer_whole_file(const StoredObject& object,
                                    const std::string& source,
                                    ModuleSearch& search) {
  const auto file = symcaches_.open({object.blob, 0, 0, object.path});
  if (file.has_value()) {
    search.offer_file({object.identity, source}, *file);
  } else {
    search.refuse(source, file.error());
  }
}

void StoreSymbols::search(ModuleSearch& search) {
  const std::vector<StoredObject> objects = candidates(search);
  if (objects.empty()) {
    search.say(
        fmt::format("project {}: has no file for {}", project_.name, describe(search.query())));
  }
  for (const StoredObject& object : objects) {
    const std::string source = fmt::format("{}/{}", project_.name, object.path);
    if (!search.wants(object.identity)) {
      search.say(fmt::format("{} ({}): not needed", source, to_string(object.identity.format)));
      continue;
    }
    const SymcacheStep::Object stored{
        object.blob, object.offset, object.size, object.identity.name};
    if (!search.query().image_start.empty()) {
      const auto file = symcaches_.open(stored);
      if (!file.has_value() || !has_content_of_module(*file, 0, source, search)) continue;
    }
    search.begin_candidate(project_.name, source);
    search.recognise(object.identity);
    if (search.wants_file()) {
      offer_whole_file(object, source, search);
      search.end_candidate();
      continue;
    }
    Result<File> symcache =
        symcaches_.get(stored, [this](const CompanionRequest& r) { return companion(r); });
    if (!symcache.has_value()) {
      search.refuse(fmt::format("{} ({})", source, to_string(object.identity.format)),
                    symcache.error());
    } else {
      search.offer({object.identity, source}, std::move(symcache).value());
      if (search.query().wants_program) {
        const auto file = symcaches_.open(stored);
        if (file.has_value()) search.offer_program(object.identity, *file);
      }
    }
    search.end_candidate();
  }
}

}  // namespace sigla::api
