// SPDX-License-Identifier: Apache-2.0
// Writes the DBI stream of a managed PDB (microsoft-pdb, dbi.h): a header, modules, where their
// code went, a map of two sections, the files of each module, and the streams beside it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace sigla::pdb {

struct DbiModuleToWrite {
  std::string name;
  std::uint16_t stream = 0;
  std::uint32_t symbols_size = 0;  // with their signature
  std::uint32_t lines_size = 0;
  std::vector<std::string> files;
};

struct Contribution {
  std::uint16_t module = 0;  // counted from 0
  std::uint32_t start = 0;
  std::uint32_t size = 0;
};

struct DbiToWrite {
  std::uint32_t age = 1;
  std::uint32_t code_size = 0;
  std::vector<DbiModuleToWrite> modules;
  std::vector<Contribution> contributions;  // ascending
  std::uint16_t globals_stream = 0;
  std::uint16_t publics_stream = 0;
  std::uint16_t symbol_records_stream = 0;
  std::uint16_t section_headers_stream = 0;
};

// kLimitExceeded for more files of a module than 16 bits count.
Result<Buffer> write_dbi_stream(const DbiToWrite& dbi);

// One section of that size.
Buffer section_headers(std::uint32_t code_size);

}  // namespace sigla::pdb
