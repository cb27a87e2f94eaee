// SPDX-License-Identifier: Apache-2.0
#include "app/local_symbol_files.h"

#include <fmt/format.h>

#include <filesystem>
#include <optional>
#include <utility>

#include "object/identify_job.h"

namespace sigla::app {
namespace {

std::optional<std::filesystem::path> identities_path() {
  auto folder = SymcacheFolder::user_path();
  if (!folder.has_value()) return std::nullopt;
  return *folder / "identities";
}

}  // namespace

LocalSymbolFiles::LocalSymbolFiles()
    : symcaches_(SymcacheFolder::of_user()), identities_(identities_path()) {}

Result<std::vector<Object>> LocalSymbolFiles::identify(const File& file, const std::string& name) {
  std::optional<std::string> state = file_state(file);
  if (state) {
    *state += '/' + name;  // some identities have it
    if (auto known = identities_.find(*state)) {
      if (known->empty()) return make_error(ErrorCode::kUnsupported, "{}", kNoKnownFormat);
      return *std::move(known);
    }
  }
  SIGLA_TRY_ASSIGN(WorkerPool* const pool, identifiers_.get());
  auto found = identify_in_worker(*pool, file, name, {});
  const bool is_answer = found.has_value() || found.error().code() == ErrorCode::kUnsupported;
  if (state && is_answer) {
    identities_.insert(*state, found.has_value() ? found->objects : std::vector<Object>());
  }
  if (!found.has_value()) return std::move(found).error();
  return std::move(found->objects);
}

Result<File> LocalSymbolFiles::symcache(const File& file, const Wanted& wanted) {
  return symcaches_.get_file(file, wanted, converters_);
}

}  // namespace sigla::app
