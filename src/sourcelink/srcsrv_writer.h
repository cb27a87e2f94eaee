// SPDX-License-Identifier: Apache-2.0
// Writes the text of a source server from a Source Link map, for debuggers that know only the
// former (WinDbg and Visual Studio before Source Link). The same input gives the same bytes.
//
//   SRCSRVTRG=%fnvar%(%var2%)%var3%%fnvar%(%var4%)
//   ...
//   C:\src\lib\a b.c*PREFIX1*lib/a%20b.c*SUFFIX1
#pragma once

#include <string>
#include <vector>

#include "sourcelink/map.h"

namespace sigla::sourcelink {

struct SrcsrvText {
  std::string text;                   // empty when no path is mapped
  std::vector<std::string> unmapped;  // paths without a URL
};

SrcsrvText write_srcsrv(const SourceLinkMap& map, const std::vector<std::string>& paths);

}  // namespace sigla::sourcelink
