// SPDX-License-Identifier: Apache-2.0
// The JSON that Mozilla's crash reporter writes beside a dump (its ".extra" file; rust-minidump
// takes it as --evil-json), as far as reports show it:
//
//   {"ModuleSignatureInfo": {"Example Corp": ["app.exe", "lib.dll"]}, "CPUMicrocodeVersion":
//   "0xf0"}
//
// The value of ModuleSignatureInfo may also be a text that holds the object.
#pragma once

#include <string>
#include <string_view>

#include "symbolicate/report.h"

namespace sigla::app {

// Error kMalformed when the text is no JSON object, or one of the two is not of that shape.
Status apply_crash_annotations(std::string_view json, Report& report);

}  // namespace sigla::app
