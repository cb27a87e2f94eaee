// SPDX-License-Identifier: Apache-2.0
// Rust's older scheme hides in Itanium names: "core::str::_$LT$impl$u20$T$GT$::h0123456789abcdef".
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sigla {

// The name as Rust has it, when `demangled` (without parameters) ends in such a hash; the hash
// goes.
std::optional<std::string> decode_rust_legacy(std::string_view demangled);

}  // namespace sigla
