// SPDX-License-Identifier: Apache-2.0
#include "symbolicate/directory_symbols.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <system_error>
#include <utility>

#include "base/text.h"
#include "convert/companions.h"
#include "ident/breakpad_path.h"

namespace sigla {
namespace {

namespace fs = std::filesystem;

std::optional<fs::path> find_ignoring_case(const fs::path& folder, const std::string& name) {
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (equals_ignoring_case(entry->path().filename().string(), name)) return entry->path();
  }
  return std::nullopt;
}

// Below which folders a build id is spread over two names, as in .build-id/ab/cdef.debug.
constexpr std::string_view kBuildIdFolders[] = {".build-id", "usr/lib/debug/.build-id"};

std::vector<fs::path> build_id_paths(const ModuleQuery& query) {
  const std::string& id = query.code_id.text();
  if (id.size() < 4 || module_type(query) != ModuleType::kElf) return {};
  std::vector<fs::path> paths;
  for (const std::string_view folder : kBuildIdFolders) {
    const fs::path spread = fs::path(folder) / id.substr(0, 2) / id.substr(2);
    paths.emplace_back(spread.string() + ".debug");
    paths.push_back(spread);
  }
  return paths;
}

// Every path a symbol store or a system would keep the module's files at, debug files first.
std::vector<fs::path> store_paths(const ModuleQuery& query) {
  constexpr Layout kLayouts[] = {Layout::kSsqp,
                                 Layout::kSymstore,
                                 Layout::kSymstoreIndex2,
                                 Layout::kDebuginfod,
                                 Layout::kUnified,
                                 Layout::kNative};
  std::vector<fs::path> paths = build_id_paths(query);
  for (const WantedFile& wanted : native_files(query)) {
    for (const Layout layout : kLayouts) {
      for (const std::string& path : layout_paths(layout, wanted)) {
        paths.emplace_back(path);
        if (layout == Layout::kDebuginfod) paths.push_back(fs::path("buildid") / path);
      }
    }
  }
  const bool is_absolute = query.code_file.starts_with('/');
  if (is_absolute) paths.push_back(fs::path(query.code_file).relative_path());
  if (query.is_by_name) {
    const std::string name(base_name(query.code_file));
    for (const std::string_view added : {".debug", "", ".ko"}) {
      paths.emplace_back(name + std::string(added));
    }
  }
  return paths;
}

std::string plural(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

}  // namespace

// One module's way through the folder.
class DirectorySymbols::OneSearch {
 public:
  OneSearch(DirectorySymbols& folder, ModuleSearch& search)
      : folder_(folder), search_(search), query_(search.query()) {}

  void run() {
    breakpad_paths();
    if (!search_.is_done()) layouts();
    // The root of a system is no folder of symbol files, and reading all of it takes too long.
    if (!search_.is_done() && folder_.folder_ != folder_.folder_.root_path()) everything_below();
  }

 private:
  void breakpad_paths() {
    const std::string debug_file(base_name(query_.debug_file));
    const std::string code_file(base_name(query_.code_file));
    const std::string stem(breakpad_stem(debug_file));
    if (!debug_file.empty() && !query_.debug_identifier.empty()) {
      breakpad_path(fs::path(debug_file) / query_.debug_identifier / (stem + ".sym"));
    } else if (debug_file.empty() && !code_file.empty() && !query_.code_id.empty()) {
      breakpad_path(fs::path(code_file) / query_.code_id.text() /
                    (fs::path(code_file).stem().string() + ".sym"));
    }
    if (debug_file.empty() || query_.debug_identifier.empty()) return;
    flat_file(stem + ".sym");
    flat_file(debug_file + ".sym");
  }

  void breakpad_path(const fs::path& relative) {
    if (!search_.wants_lines() && !search_.wants_unwind()) return;
    const auto path = folder_.find_below(relative);
    if (!path) {
      search_.say(fmt::format("{}: not there", (folder_.folder_ / relative).string()));
      return;
    }
    if (const auto file = open(*path)) {
      offer_breakpad_file(
          *file, path->filename().string(), path->string(), folder_.files_, search_);
    }
  }

  void flat_file(const std::string& name) {
    if (search_.is_done()) return;
    if (const auto path = folder_.find_below(name)) try_file(*path);
  }

  void layouts() {
    std::size_t count = 0;
    for (const fs::path& relative : store_paths(query_)) {
      if (search_.is_done()) return;
      const auto path = folder_.find_below(relative);
      if (path) count += try_file(*path) ? 1 : 0;
    }
    if (count == 0) {
      search_.say(
          fmt::format("{}: not under any path of a symbol store (symstore, SSQP, "
                      "debuginfod, .build-id)",
                      folder_.folder_.string()));
    }
  }

  void everything_below() {
    if (!query_.debug_id && query_.code_id.empty() && !query_.is_by_name) {
      search_.say(fmt::format("{}: the dump gives no id of {} to look for",
                              folder_.folder_.string(),
                              module_name(query_)));
      return;
    }
    const FolderIndex& index = folder_.index();
    bool is_any = false;
    for (const FolderIndex::Entry* entry : index.find(query_)) {
      is_any = true;
      if (!tried_.insert(entry->path).second) continue;
      if (const auto file = open(entry->path)) {
        offer_objects(*file, entry->objects, entry->path.string(), folder_.files_, search_);
      }
    }
    std::string said;
    if (!is_any) {
      said = fmt::format("{}: none of {} below it has the id of {}",
                         folder_.folder_.string(),
                         plural(index.file_count(), "symbol file"),
                         describe(query_));
    }
    if (!index.incomplete().empty()) {
      said += said.empty() ? folder_.folder_.string() + ": " : "; ";
      said += index.incomplete();
    }
    if (!said.empty()) search_.say(std::move(said));
  }

  bool try_file(const fs::path& path) {
    if (!tried_.insert(path).second) return false;
    const auto file = open(path);
    return file &&
           offer_file(*file, path.filename().string(), path.string(), folder_.files_, search_);
  }

  std::optional<File> open(const fs::path& path) {
    auto file = File::open_read(path);
    if (file.has_value()) return std::move(file).value();
    search_.say(file.error().message());
    return std::nullopt;
  }

  DirectorySymbols& folder_;
  ModuleSearch& search_;
  const ModuleQuery& query_;
  std::set<fs::path> tried_;
};

void DirectorySymbols::search(ModuleSearch& search) { OneSearch(*this, search).run(); }

std::optional<ManagedProgram> DirectorySymbols::find_program(const ManagedModule& wanted) {
  if (folder_ == folder_.root_path()) return std::nullopt;
  const fs::path* const path = index().find_managed(wanted.mvid, wanted.name);
  if (path == nullptr) return std::nullopt;
  auto file = File::open_read(*path);
  if (!file.has_value()) return std::nullopt;
  ManagedProgram program{
      std::move(file).value(), path->filename().string(), path->string(), nullptr};
  program.on_request = [this](std::string_view, const WorkerMessage& request) {
    return find_pdb(request);
  };
  return program;
}

// The PDB of a program, by its id wherever it lies.
Result<WorkerMessage> DirectorySymbols::find_pdb(const WorkerMessage& request) {
  SIGLA_TRY_ASSIGN(const CompanionRequest wanted,
                   decode_companion_request(as_bytes(request.payload)));
  WorkerMessage answer;
  if (wanted.kind != CompanionKind::kManagedPdb || wanted.attempt != 0) return answer;
  const std::string guid =
      hex_lower(Bytes(wanted.build_id).first(std::min<std::size_t>(wanted.build_id.size(), 16)));
  const fs::path* const path = index().find_managed_pdb(guid);
  if (path == nullptr) return answer;
  SIGLA_TRY_ASSIGN(answer.files.emplace_back(), File::open_read(*path));
  answer.payload = path->string();
  return answer;
}

const FolderIndex& DirectorySymbols::index() {
  const std::lock_guard lock(mutex_);
  if (!index_) index_ = FolderIndex::scan(folder_, files_, limits_);
  return *index_;
}

// The path below the folder, each part as written or, where there is none of that name, in another
// case. Nothing when a part is not there, or is no plain name.
std::optional<fs::path> DirectorySymbols::find_below(const fs::path& relative) {
  fs::path at = folder_;
  bool is_first = true;
  for (const fs::path& part : relative) {
    if (part == ".." || part == "." || part.empty() || part.is_absolute()) return std::nullopt;
    std::error_code error;
    if (fs::exists(at / part, error)) {
      at /= part;
    } else if (is_first) {
      const std::lock_guard lock(mutex_);
      if (!names_) {
        names_.emplace();
        for (fs::directory_iterator entry(folder_, error), end; !error && entry != end;
             entry.increment(error)) {
          const std::string name = entry->path().filename().string();
          names_->emplace(lower(name), name);
        }
      }
      const auto found = names_->find(lower(part.string()));
      if (found == names_->end()) return std::nullopt;
      at /= found->second;
    } else {
      auto found = find_ignoring_case(at, part.string());
      if (!found) return std::nullopt;
      at = *std::move(found);
    }
    is_first = false;
  }
  std::error_code error;
  if (!fs::is_regular_file(at, error)) return std::nullopt;
  return at;
}

}  // namespace sigla
