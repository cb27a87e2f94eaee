// SPDX-License-Identifier: Apache-2.0
// What a NuGet package is and what is wrong with it, as a worker found it, and as bytes for the
// trip to its parent, which trusts none of it. Which findings refuse a package is decided in
// ingest/package_rules.h.
//
//   parent: job "package"     PackageQuestion, the package
//   child:  ask "package"     PackageFacts so far: "is the package of these symbols here?"
//   parent: answer            a payload of "1" or "0"
//   child:  ask "file"        a file to unpack a PDB into
//   child:  ask "assembly"    a path without its extension: "the program that has this PDB"
//   parent: answer            a payload (its path) and the file, or none
//   child:  result            PackageFacts
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace sigla {

inline constexpr std::string_view kPackageJob = "package";

// Where it was sent to.
enum class PackageEndpoint : std::uint32_t { kPackage, kSymbol };

struct PackageQuestion {
  PackageEndpoint endpoint = PackageEndpoint::kPackage;
  std::int64_t now = 0;  // seconds since 1970

  std::string encode() const;
  static Result<PackageQuestion> decode(Bytes bytes);
};

struct PackageFinding {
  enum class Kind : std::uint32_t {
    // --- of any package ---
    kUnsafePath,  // an entry's name leads out of the package
    kDuplicateEntry,
    // --- of symbol packages ---
    kFutureEntry,    // dated more than a day ahead
    kUntidyPath,     // '\' or "//" in a name
    kPackageItem,    // the nuspec holds what belongs to the package's
    kNoSymbolsType,  // the nuspec lacks the package type SymbolsPackage
    kForeignFile,    // an extension that is none of a symbol package's
    kNoPdb,
    kNoPackage,   // the package of these symbols was never pushed
    kNoAssembly,  // the package has no program for this PDB
    kWindowsPdb,
    kBrokenPdb,   // not a PDB, or a damaged one
    kOtherId,     // the program asks for another PDB
    kNoChecksum,  // the program does not say its PDB's checksum
    kOtherChecksum,
    // --- the parent's own ---
    kTooLarge,
    kWrongEndpoint,  // symbols sent to where packages go
    kBusy,           // the same package is being pushed right now
  };
  static constexpr std::uint32_t kKindMax = static_cast<std::uint32_t>(Kind::kBusy);

  Kind kind = Kind::kUnsafePath;
  std::string path;     // of the entry; empty when it is the package's
  std::string message;  // one sentence that names the entry

  bool operator==(const PackageFinding&) const = default;
};

struct PackageFacts {
  static constexpr std::size_t kFindingsMax = 1'000;
  static constexpr std::size_t kPdbsMax = 10'000;

  std::string id;  // as the nuspec has it
  std::string version;
  bool is_symbols = false;        // by its endpoint or its package type
  std::vector<std::string> pdbs;  // paths, of a symbol package
  std::vector<PackageFinding> findings;

  std::string encode() const;
  static Result<PackageFacts> decode(Bytes bytes);
};

}  // namespace sigla
