// SPDX-License-Identifier: Apache-2.0
// Mangled names made readable: C++ (Itanium ABI and MSVC), Rust (both schemes), Swift and D.
//
//   demangle("_ZN1a1bEi") == "a::b(int)"      demangle("main") == "main"
//
// Qualified names with parameters, without return types, access or calling conventions. All but
// MSVC's are bounded in depth, time, memory and output. LLVM's reader of MSVC's names expands back
// references without a limit, and any of this is code that reads hostile bytes: names from a file
// are demangled in a worker process (convert/demangle_job.h), only there.
#pragma once

#include <string>
#include <string_view>

namespace sigla {

// Longer names come back as they are. Boost's longest real ones have some 12,000 bytes.
inline constexpr std::size_t kMangledNameSizeMax = 16'384;

// Nor does a name that would become longer than this.
inline constexpr std::size_t kReadableNameSizeMax = 65'536;

// Whether some scheme would read the name; cheap, and safe anywhere.
bool looks_mangled(std::string_view name);

// Whether making the name readable could take gigabytes: a rough guess, for MSVC's names only, that
// is wrong about some harmless long ones.
bool may_explode(std::string_view name);

// What is no mangled name comes back as it is.
std::string demangle(std::string_view name);

}  // namespace sigla
