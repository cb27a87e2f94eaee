// SPDX-License-Identifier: Apache-2.0
// Names of the Itanium C++ ABI (and of Rust's older scheme, which hides in them) made readable, by
// LLVM's parser under limits of our own. LLVM's recurses and expands without bounds: a thousand
// bytes of nested types use up the stack, 250 of nested substitutions become half a gigabyte.
//   demangle_itanium("_ZNK3foo3barIiEEiT_") == "foo::bar<int>(int) const"
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sigla {

// Whether the name begins as one: "_Z", with an underscore more where symbols have that in front,
// and three for a block's function.
bool is_itanium(std::string_view name);

// Nothing when it is none, or beyond the limits.
std::optional<std::string> demangle_itanium(std::string_view name);

}  // namespace sigla
