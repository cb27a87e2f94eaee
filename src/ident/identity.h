// SPDX-License-Identifier: Apache-2.0
// Identity: what one object is and what it is called by those who look for it. Every format reader
// produces it, every symbol key is made from it, and it knows no format itself.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ident/debug_id.h"

namespace sigla {

enum class Format {
  kUnknown,
  kElf,
  kMacho,
  kPe,
  kPdb,
  kPortablePdb,
  kBreakpad,
  kWasm,
  kSourceBundle,
  kMinidump,
  kElfCore,
  kMachoCore,
  kPerfMap,
  kBcSymbolMap,  // the names that Apple's compiler hid
  kUuidMap,      // which BCSymbolMap is that of an image
};
// "elf", "macho", "pe", "pdb", "portablepdb", "breakpad", "wasm", "sourcebundle", "minidump",
// "core" (both cores), "perfmap", "bcsymbolmap", "uuidmap", "unknown".
std::string_view to_string(Format format);

enum class ObjectKind { kOther, kExecutable, kLibrary, kDebug, kRelocatable, kCore };
// "other", "executable", "library", "debug", "relocatable", "core".
std::string_view to_string(ObjectKind kind);

enum class Arch {
  kUnknown,
  kX86,
  kX86_64,
  kArm,
  kArm64,
  kArm64e,
  kArm64_32,
  kMips,
  kMips64,
  kPpc,
  kPpc64,
  kSparc,
  kSparc64,
  kRiscv32,
  kRiscv64,
  kS390x,
  kLoongArch64,
  kWasm32,
  kIa64,
};
// "x86", "x86_64", "arm", "arm64", ...; "unknown".
std::string_view to_string(Arch arch);
Arch parse_arch(std::string_view text);  // the names above and Breakpad's ("x86_64", "arm64", ...)

// A CodeView (or Portable PDB) reference of a PE: the debug file it wants.
struct PdbReference {
  std::string path;  // as the linker wrote it
  DebugId debug_id;
  bool portable = false;
};

struct Identity {
  Format format = Format::kUnknown;
  ObjectKind kind = ObjectKind::kOther;
  Arch arch = Arch::kUnknown;
  std::string name;  // base name as the file itself or its sender gave it
  std::optional<DebugId> debug_id;
  CodeId code_id;
  std::string debug_file_name;  // what a code file calls its debug file; empty when it does not say

  bool has_symbols = false;
  bool has_debug_info = false;
  bool has_unwind_info = false;
  bool has_sources = false;

  // --- what only some formats have; symbol keys need it ---
  std::vector<PdbReference> pdbs;                // PE: every CodeView entry, in file order
  std::optional<std::uint32_t> time_date_stamp;  // PE
  std::optional<std::uint32_t> size_of_image;    // PE
  bool is_managed = false;                       // PE with a CLR header, PDB of managed code
  bool is_msfz = false;                          // PDB in an MSFZ container
  std::string perfmap_signature;                 // R2R perf map: 32 hex digits
  std::uint32_t perfmap_version = 0;
  struct PerfMapReference {
    std::string name;
    std::string signature;
    std::uint32_t version = 0;
  };
  std::vector<PerfMapReference> perfmaps;  // PE: debug directory entries of type 21
  std::string mvid;                        // managed PE: its module's GUID, 32 digits
  std::string version;                     // PE file version "4.6.25505.0", for long DAC names
  std::string version_flavor;              // PE: "", or ".chk" / ".dbg" for a debug build's version
  // Lies compressed inside the object before it (a PE's embedded Portable PDB): its bytes are no
  // slice of the file, so it has no symbol key until somebody extracts it.
  bool is_embedded = false;
  std::vector<Identity> loaded_modules;  // cores and minidumps: what was mapped
};

}  // namespace sigla
