// SPDX-License-Identifier: Apache-2.0
// Memory, mappings and loaded modules of a stopped process, from /proc.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace sigla::snapshot {

struct Mapping {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::uint64_t offset = 0;
  std::string path;
};

struct LoadedModule {
  std::uint64_t base = 0;
  std::uint64_t size = 0;
  std::string path;
  Buffer build_id;
};

class ProcessMemory {
 public:
  explicit ProcessMemory(pid_t process);
  ~ProcessMemory();
  ProcessMemory(const ProcessMemory&) = delete;
  ProcessMemory& operator=(const ProcessMemory&) = delete;

  const std::string& maps_text() const { return maps_text_; }
  const std::vector<Mapping>& mappings() const { return mappings_; }
  // As many of the bytes as can be read.
  Buffer read(std::uint64_t address, std::size_t size) const;
  // The program first, then libraries in order of address.
  std::vector<LoadedModule> modules() const;

 private:
  Buffer build_id_at(std::uint64_t base) const;

  int fd_ = -1;
  pid_t process_;
  std::string maps_text_;
  std::vector<Mapping> mappings_;
};

// The whole text of a file in /proc.
std::string read_proc(const std::string& path);

}  // namespace sigla::snapshot
