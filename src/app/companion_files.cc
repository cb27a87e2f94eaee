// SPDX-License-Identifier: Apache-2.0
#include "app/companion_files.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "base/text.h"

namespace sigla::app {
namespace {

namespace fs = std::filesystem;

// The fields of a request come from the file: a name is looked at as a path, and only regular files
// are opened.
bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

bool is_same(const fs::path& a, const fs::path& b) {
  std::error_code ignored;
  return fs::equivalent(a, b, ignored);
}

// XXXXXXXX-XXXX-XXXX-XXXX-XXXXXXXXXXXX
std::string uuid_text(Bytes id) {
  std::string text = hex_upper(id);
  for (const std::size_t at : {8U, 13U, 18U, 23U}) {
    if (at < text.size()) text.insert(at, "-");
  }
  return text;
}

void add_symbol_maps(const fs::path& folder, Bytes id, std::vector<fs::path>& paths) {
  constexpr int kLevelsMax = 6;            // APP.xcarchive/dSYMs/APP.dSYM/Contents/Resources/DWARF
  const std::string name = uuid_text(id);  // as Xcode writes it; other tools write it lower
  fs::path at = folder;
  for (int level = 0; level <= kLevelsMax; ++level, at = at.parent_path()) {
    for (const char* place : {"", "BCSymbolMaps"}) {
      for (const std::string& stem : {name, lower(name)}) {
        paths.push_back(at / place / (stem + ".plist"));
        paths.push_back(at / place / (stem + ".bcsymbolmap"));
      }
    }
  }
}

}  // namespace

CompanionFiles::CompanionFiles(const fs::path& file, std::vector<fs::path> roots)
    : roots_(std::move(roots)) {
  std::error_code ignored;
  file_ = fs::weakly_canonical(file, ignored);
  if (file_.empty()) file_ = file;
  folders_.push_back(file_.parent_path());
}

void CompanionFiles::add_build_id_paths(const CompanionRequest& request,
                                        std::vector<fs::path>& paths) const {
  constexpr std::size_t kFolderDigits = 2;
  const std::string digits = hex_lower(request.build_id);
  if (digits.size() <= kFolderDigits) return;
  for (const fs::path& root : roots_) {
    paths.push_back(root / ".build-id" / digits.substr(0, kFolderDigits) /
                    (digits.substr(kFolderDigits) + ".debug"));
  }
}

std::vector<fs::path> CompanionFiles::candidates(const CompanionRequest& request) const {
  std::vector<fs::path> paths;
  const fs::path name(request.name);
  switch (request.kind) {
    case CompanionKind::kDebugFile:
      add_build_id_paths(request, paths);
      if (name.empty()) break;
      paths.push_back(folders_.front() / name);
      paths.push_back(folders_.front() / ".debug" / name);
      for (const fs::path& root : roots_) {
        paths.push_back(root / folders_.front().relative_path() / name);
      }
      break;
    case CompanionKind::kSupplementary:
      for (const fs::path& folder : folders_) paths.push_back(folder / name);
      for (const fs::path& root : roots_) paths.push_back(root / ".dwz" / name.filename());
      add_build_id_paths(request, paths);
      break;
    case CompanionKind::kSplitPackage:
      paths.emplace_back(file_.string() + ".dwp");
      for (const Asked& asked : asked_) {
        if (asked.request.kind != CompanionKind::kDebugFile || asked.path.empty()) continue;
        paths.emplace_back(asked.path.string() + ".dwp");
        paths.push_back(fs::path(asked.path).replace_extension(".dwp"));
      }
      break;
    case CompanionKind::kSplitUnit:
      paths.push_back(fs::path(request.directory) / name);
      for (const fs::path& folder : folders_) {
        paths.push_back(folder / name);
        paths.push_back(folder / name.filename());
      }
      break;
    case CompanionKind::kSymbolMap:
      add_symbol_maps(folders_.front(), request.build_id, paths);
      break;
    case CompanionKind::kManagedPdb:
      paths.push_back(folders_.front() / name.filename());
      paths.push_back(fs::path(file_).replace_extension(".pdb"));
      break;
    case CompanionKind::kManagedProgram:
      for (const char* extension : {".dll", ".exe", ".winmd"}) {
        paths.push_back(fs::path(file_).replace_extension(extension));
      }
      break;
  }
  std::erase_if(paths, [&](const fs::path& path) {
    return !path.is_absolute() || !is_file(path) || is_same(path, file_);
  });
  return paths;
}

fs::path CompanionFiles::find(const CompanionRequest& request) {
  const std::vector<fs::path> paths = candidates(request);
  fs::path found;
  if (request.attempt < paths.size()) found = paths[request.attempt];
  asked_.push_back({request, found});
  if (request.kind == CompanionKind::kDebugFile && !found.empty()) {
    folders_.push_back(found.parent_path());
    // Build ids are links: what a debug file names is beside the file itself.
    std::error_code ignored;
    const fs::path real = fs::canonical(found, ignored);
    if (!real.empty() && real != found) folders_.push_back(real.parent_path());
  }
  return found;
}

Result<WorkerMessage> CompanionFiles::answer(std::string_view what, const WorkerMessage& request) {
  if (what != kAskCompanion) {
    return make_error(ErrorCode::kInternal, "symcache job asks for '{}'", what);
  }
  SIGLA_TRY_ASSIGN(const CompanionRequest wanted,
                   decode_companion_request(as_bytes(request.payload)));
  WorkerMessage answer;
  const fs::path path = find(wanted);
  if (path.empty()) return answer;
  SIGLA_TRY_ASSIGN(answer.files.emplace_back(), File::open_read(path));
  answer.payload = path.string();
  return answer;
}

}  // namespace sigla::app
