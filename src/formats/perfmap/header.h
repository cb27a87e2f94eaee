// SPDX-License-Identifier: Apache-2.0
// The header of an R2R perf map (dotnet/runtime, r2r-perfmap-format.md): a text file that maps the
// code of a ReadyToRun image to method names. Lines are "RVA LENGTH NAME" in hexadecimal; the first
// five have length 00 and RVAs no code can have:
//
//   FFFFFFFF 00 734d59d6de0e96aa3c77b3e2ed498097   signature, 16 bytes
//   FFFFFFFE 00 1                                  version
//   FFFFFFFD 00 2                                  operating system
//   FFFFFFFC 00 3                                  architecture
//   FFFFFFFB 00 1                                  ABI
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "ident/identity.h"

namespace sigla::perfmap {

struct Header {
  std::string signature;  // 32 lower-case digits
  std::uint32_t version = 0;
  std::uint32_t operating_system = 0;
  std::uint32_t architecture = 0;
  std::uint32_t abi = 0;
};

// The file starts like the header's first line.
bool is_perfmap(Bytes file);
// Versions past 1 have the same header and are read too.
Result<Header> read_header(Bytes file);

Result<Identity> identify_perfmap(Bytes file, std::string_view name);

}  // namespace sigla::perfmap
