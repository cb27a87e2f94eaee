// SPDX-License-Identifier: Apache-2.0
// A symbol file that a program wants, and how to know it when it comes.
//
//   Demo.Lib.dll     demo.lib.pdb/<guid>FFFFFFFF/demo.lib.pdb
//   libdemo.so       _.debug/elf-buildid-sym-<id>/_.debug, and buildid/<id>/debuginfo
//   a minidump       the same of every module, and the modules themselves
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "ident/identity.h"
#include "object/object.h"

namespace sigla::app {

struct SymbolWish {
  std::string key;         // of SSQP, in the case dotnet-symbol asks with
  std::string build_id;    // of ELF files: what debuginfod is asked by
  bool is_debug = true;    // else the program itself
  std::string local_name;  // what the file is called where it lies beside the program; may be empty
  std::vector<std::string> checksums;  // "SHA256:1a2b..." of a Portable PDB, if the program says so
  std::vector<std::string> wanted_by;  // paths

  // Below a server's address, in the order in which they are asked for.
  std::vector<std::string> server_paths() const;
  // Whether the content is what was asked for: it has this key itself.
  bool is_met_by(const std::vector<Object>& objects) const;
};

// What a program wants, or every module of a dump. Nothing for what has no id, for symbols the
// program carries itself, and for keys that are no safe path.
std::vector<SymbolWish> wishes_of(const std::vector<Object>& objects, const std::string& path);
// The program itself, as a debugger asks for it.
std::vector<SymbolWish> program_wishes_of(const std::vector<Object>& objects,
                                          const std::string& path);

// Where debuggers look for files that were fetched.
class SymbolCacheLayout {
 public:
  // `folder` empty: where dotnet-symbol and debuginfod's client keep theirs. Else DIR/<key>, and
  // for ELF files DIR/.build-id, which gdb reads with `set debug-file-directory DIR`.
  explicit SymbolCacheLayout(std::filesystem::path folder);

  std::filesystem::path path_of(const SymbolWish& wish) const;
  std::filesystem::path path_of_key(const std::string& key) const { return keys_ / key; }

 private:
  std::filesystem::path keys_;
  std::filesystem::path build_ids_;
  bool is_debuginfod_ = false;
};

}  // namespace sigla::app
