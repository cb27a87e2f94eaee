// SPDX-License-Identifier: Apache-2.0
#include "app/symbol_wish.h"

#include <algorithm>
#include <cstdlib>

#include "base/text.h"
#include "http/target.h"
#include "ident/lookup_keys.h"
#include "ident/symbol_keys.h"
#include "ident/symbol_request.h"

namespace sigla::app {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kBuildIdSizeMin = 6;  // digits: two name a folder

std::string environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

fs::path home() {
  const std::string folder = environment("HOME");
  return folder.empty() ? fs::path(".") : fs::path(folder);
}

fs::path debuginfod_cache() {
  if (const std::string path = environment("DEBUGINFOD_CACHE_PATH"); !path.empty()) return path;
  const std::string xdg = environment("XDG_CACHE_HOME");
  return (xdg.empty() ? home() / ".cache" : fs::path(xdg)) / "debuginfod_client";
}

bool is_dump(Format format) {
  return format == Format::kMinidump || format == Format::kElfCore || format == Format::kMachoCore;
}

void add_wishes(const Identity& identity,
                KeyFlags flags,
                const std::string& path,
                std::vector<SymbolWish>& wishes) {
  if (identity.format == Format::kElf && identity.has_debug_info) flags &= ~kSymbolKey;
  const std::vector<std::string> own = symbol_keys(identity, flags & kIdentityKey);
  for (const std::string& key : symbol_keys(identity, flags)) {
    if (!normalise_request(key).has_value()) continue;
    SymbolWish wish;
    wish.key = key;
    wish.is_debug = std::find(own.begin(), own.end(), key) == own.end();
    if (identity.format == Format::kElf && identity.code_id.text().size() >= kBuildIdSizeMin) {
      wish.build_id = identity.code_id.text();
    }
    if (wish.is_debug && identity.format == Format::kPe) wish.local_name = base_name(key);
    for (const PdbReference& pdb : identity.pdbs) {
      if (equals_ignoring_case(base_name(pdb.path), wish.local_name)) {
        wish.local_name = base_name(pdb.path);
      }
    }
    wish.wanted_by.push_back(path);
    wishes.push_back(std::move(wish));
  }
}

}  // namespace

std::vector<std::string> SymbolWish::server_paths() const {
  std::vector<std::string> paths;
  if (!build_id.empty()) {
    paths.push_back(fmt::format("buildid/{}/{}", build_id, is_debug ? "debuginfo" : "executable"));
  }
  paths.push_back(http::percent_encode(key, true));
  return paths;
}

bool SymbolWish::is_met_by(const std::vector<Object>& objects) const {
  const auto wanted = normalise_request(key);
  if (!wanted.has_value()) return false;
  for (const Object& object : objects) {
    Identity identity = object.identity;
    identity.name = base_name(key);  // what it was asked by; its own may be another
    const std::vector<std::string> keys = lookup_keys(identity);
    for (const std::string& one : wanted->keys) {
      if (std::find(keys.begin(), keys.end(), one) != keys.end()) return true;
    }
    if (!build_id.empty() && identity.code_id.text() == build_id) {
      return is_debug ? identity.has_debug_info || identity.has_symbols : true;
    }
  }
  return false;
}

std::vector<SymbolWish> wishes_of(const std::vector<Object>& objects, const std::string& path) {
  std::vector<SymbolWish> wishes;
  const bool has_embedded = std::any_of(
      objects.begin(), objects.end(), [](const Object& o) { return o.identity.is_embedded; });
  for (const Object& object : objects) {
    const Identity& identity = object.identity;
    if (is_dump(identity.format)) {
      for (const Identity& module : identity.loaded_modules) {
        add_wishes(module, kIdentityKey | kSymbolKey, path, wishes);
      }
    } else if (!has_embedded) {
      add_wishes(identity, kSymbolKey, path, wishes);
    }
  }
  return wishes;
}

std::vector<SymbolWish> program_wishes_of(const std::vector<Object>& objects,
                                          const std::string& path) {
  std::vector<SymbolWish> wishes;
  for (const Object& object : objects) add_wishes(object.identity, kIdentityKey, path, wishes);
  return wishes;
}

SymbolCacheLayout::SymbolCacheLayout(fs::path folder) {
  if (!folder.empty()) {
    keys_ = folder;
    build_ids_ = folder / ".build-id";
    return;
  }
  keys_ = home() / ".dotnet/symbolcache";
  build_ids_ = debuginfod_cache();
  is_debuginfod_ = true;
}

fs::path SymbolCacheLayout::path_of(const SymbolWish& wish) const {
  if (wish.build_id.empty()) return keys_ / wish.key;
  if (is_debuginfod_) {
    return build_ids_ / wish.build_id / (wish.is_debug ? "debuginfo" : "executable");
  }
  const std::string rest = wish.build_id.substr(2);
  return build_ids_ / wish.build_id.substr(0, 2) / (wish.is_debug ? rest + ".debug" : rest);
}

}  // namespace sigla::app
