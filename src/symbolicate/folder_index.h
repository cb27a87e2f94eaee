// SPDX-License-Identifier: Apache-2.0
// Every symbol file below a folder, by id: what a folder without any order is searched by.
//
// Bounded by limits.folder_file_count_max and limits.folder_scan_seconds_max; a scan that stopped
// early says so. Links to folders are not followed. Folders named by an id (32 hexadecimal digits
// and more) belong to a symbol store, where the path itself is asked for, and are not read.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "symbolicate/symbol_files.h"

namespace sigla {

class FolderIndex {
 public:
  struct Entry {
    std::filesystem::path path;
    std::vector<Object> objects;
  };

  static FolderIndex scan(const std::filesystem::path& folder,
                          SymbolFiles& files,
                          const Limits& limits);

  // The files with an object of the module: those that promise most first.
  std::vector<const Entry*> find(const ModuleQuery& query) const;
  // Of .NET: a program by its MVID, or where that is empty its name; a PDB by its GUID in written
  // order. Null when there is none.
  const std::filesystem::path* find_managed(std::string_view mvid, std::string_view name) const;
  const std::filesystem::path* find_managed_pdb(std::string_view guid) const;
  std::size_t file_count() const { return entries_.size(); }
  // Empty, or why not all was read.
  const std::string& incomplete() const { return incomplete_; }

 private:
  void add_file(const std::filesystem::path& path, SymbolFiles& files);

  std::vector<Entry> entries_;
  std::multimap<std::string, std::size_t> by_id_;  // GUID or code id, lower case
  void add_managed(const std::filesystem::path& path, const std::vector<Object>& objects);

  std::map<std::string, std::filesystem::path, std::less<>> managed_;  // by MVID and lower name
  std::map<std::string, std::filesystem::path, std::less<>> managed_pdbs_;  // by GUID
  std::string incomplete_;
};

}  // namespace sigla
