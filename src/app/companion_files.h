// SPDX-License-Identifier: Apache-2.0
// Where the command line looks for the other files that a file's debug information lies in
// (convert/companions.h): as gdb does, beside the file and in /usr/lib/debug.
//
//   debug file      ROOT/.build-id/ab/cdef.debug, then by the name of .gnu_debuglink: beside the
//                   file, in its .debug, under ROOT at the file's own path
//   supplementary   by its name, from the folder of the file that names it; ROOT/.dwz/NAME;
//                   ROOT/.build-id/ab/cdef.debug
//   .dwp            beside the file and beside its debug file
//   .dwo            by its name, from DW_AT_comp_dir, then from the file's folder
//   symbol map      UUID.bcsymbolmap and UUID.plist in BCSymbolMaps or Resources, from the file's
//                   folder upwards (Xcode's archives have them beside the dSYMs)
//   .NET            the PDB by its name, beside the program; the program beside its PDB
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "convert/companions.h"

namespace sigla::app {

class CompanionFiles {
 public:
  struct Asked {
    CompanionRequest request;
    std::filesystem::path path;  // of what was handed over; empty when there was nothing
  };

  // `roots` are searched after `file`'s own surroundings.
  CompanionFiles(const std::filesystem::path& file, std::vector<std::filesystem::path> roots);
  static std::vector<std::filesystem::path> usual_roots() { return {"/usr/lib/debug"}; }

  // For WorkerPool::run().
  Result<WorkerMessage> answer(std::string_view what, const WorkerMessage& request);

  // The file that a request leads to now; empty when there is none.
  std::filesystem::path find(const CompanionRequest& request);
  // Everything that was asked, in order.
  const std::vector<Asked>& asked() const { return asked_; }

 private:
  std::vector<std::filesystem::path> candidates(const CompanionRequest& request) const;
  void add_build_id_paths(const CompanionRequest& request,
                          std::vector<std::filesystem::path>& paths) const;

  std::filesystem::path file_;
  std::vector<std::filesystem::path> roots_;
  // The file's own folder, and those of the debug files that were handed over.
  std::vector<std::filesystem::path> folders_;
  std::vector<Asked> asked_;
};

}  // namespace sigla::app
