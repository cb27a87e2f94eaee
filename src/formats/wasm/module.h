// SPDX-License-Identifier: Apache-2.0
// A WebAssembly module (Core Specification chapter 5) as its list of sections. Borrows the bytes.
//
//   "\0asm" | version u32 | sections, each { id u8, size uleb, payload }
//   A custom section (id 0) begins with its name, { size uleb, text }.
//
// Names of debug sections are those of ELF (".debug_info"). Addresses in their DWARF count from the
// start of the code section's payload.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/limits.h"
#include "formats/wasm/raw.h"

namespace sigla::wasm {

struct Section {
  std::uint8_t id = 0;
  std::string_view name;     // of a custom section
  std::uint64_t offset = 0;  // of the data in the file
  Bytes data;                // without the name
};

class Module {
 public:
  static Result<Module> open(Bytes file, const Limits& limits);

  std::span<const Section> sections() const { return sections_; }
  // The first one, or nullptr.
  const Section* section(std::uint8_t id) const;
  const Section* custom_section(std::string_view name) const;

 private:
  std::vector<Section> sections_;
};

bool is_wasm(Bytes file);

// The build id: the custom section "build_id". wasm-ld and emscripten write it as a byte vector,
// size first; wasm-split and others write the bare 16 bytes. A payload of 16 bytes is therefore
// taken as it is; of any other, a leading size that fits exactly is dropped.
std::optional<Bytes> build_id(const Module& module);

// What the custom section "name" calls the module (empty when it does not), and how many functions
// it names.
struct Names {
  std::string_view module_name;
  std::uint32_t function_count = 0;
};
Names read_names(const Module& module, const Limits& limits);

// Where the debug information is when it is not here: the custom section "external_debug_info".
std::string_view external_debug_info(const Module& module, const Limits& limits);

}  // namespace sigla::wasm
