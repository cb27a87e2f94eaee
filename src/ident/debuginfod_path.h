// SPDX-License-Identifier: Apache-2.0
// The paths of the debuginfod protocol (debuginfod(8), "WEBAPI"):
//
//   buildid/BUILDID/debuginfo | executable | source/ABSOLUTE/PATH | section/NAME
//
//   debuginfod_key(id, DebuginfodKind::kDebuginfo)   "buildid/f1c3bcc0…/debuginfo"
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ident/debug_id.h"

namespace sigla {

enum class DebuginfodKind { kDebuginfo, kExecutable, kSource, kSection };
// "debuginfo", "executable", "source", "section".
std::string_view to_string(DebuginfodKind kind);

struct DebuginfodPath {
  CodeId build_id;
  DebuginfodKind kind = DebuginfodKind::kDebuginfo;
  std::string argument;  // kSource: the path with its leading '/'; kSection: the section's name
};

// With or without a leading '/'. The build id may be in any case. Nothing when the path is not of
// this form or the id is no hexadecimal number of whole bytes. Dot segments of a source path are
// kept: it names a line-table entry and is never opened.
std::optional<DebuginfodPath> parse_debuginfod_path(std::string_view path);

std::string debuginfod_key(const CodeId& build_id, DebuginfodKind kind);

}  // namespace sigla
