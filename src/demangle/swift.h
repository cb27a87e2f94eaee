// SPDX-License-Identifier: Apache-2.0
// Swift names made readable; see swift_parser.h (Swift 4 and later), swift_old_parser.h (before,
// and classes in Objective-C's runtime) and swift_printer.h.
//   demangle_swift("$s4main3FooV3bar1xySi_tF") == "Foo.bar(x: Int)"
// Bounded in time, memory and output whatever the name.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sigla {

// Whether the name begins as one of Swift's.
bool is_swift(std::string_view name);

// Nothing when it is none.
std::optional<std::string> demangle_swift(std::string_view name);

}  // namespace sigla
