// SPDX-License-Identifier: Apache-2.0
// Rust's newer names ("_R...") made readable.
//   demangle_rust_v0("_RINvCs1234_7mycrate3foohE") == "mycrate::foo::<u8>"
//
// Specification: Rust RFC 2603. Bounded in time, depth and output whatever the name: back
// references double what a name says with every few bytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sigla {

bool is_rust_v0(std::string_view name);

// Nothing when it is none.
std::optional<std::string> demangle_rust_v0(std::string_view name);

}  // namespace sigla
