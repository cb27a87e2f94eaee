// SPDX-License-Identifier: Apache-2.0
// Source Link maps to the text of a "srcsrv" stream and back, for debuggers that know only one of
// them (Microsoft, "Source Server", language specification 2).
//
//   SRCSRV: ini ------------------------------------------------
//   VERSION=2
//   SRCSRV: variables ------------------------------------------
//   RAWURL=https://example.com/raw/0123abcd/%var2%
//   SRCSRVVERCTRL=https
//   SRCSRVTRG=%RAWURL%
//   SRCSRV: source files ---------------------------------------
//   C:\src\a.cs*a.cs
//   SRCSRV: end ------------------------------------------------
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "base/result.h"
#include "convert/pdb_conversion.h"

namespace sigla {

// Of the documents that the PDB does not carry itself. Nothing, and a warning, when no document has
// a URL that a source server can fetch.
std::optional<std::string> source_link_to_srcsrv(std::string_view source_link,
                                                 const std::vector<std::string>& documents,
                                                 const PdbConversionOptions& options,
                                                 const Limits& limits,
                                                 ConversionLog& log);

// A map with an entry for the folder that most files are below, and one for each other file. Files
// that a source server fetches by a command, not by URL, are left out. Nothing when none is left.
std::optional<std::string> srcsrv_to_source_link(std::string_view srcsrv,
                                                 const Limits& limits,
                                                 ConversionLog& log);

// kInvalidArgument for a name that is no identifier or is one of the fixed variables', and a value
// of more than one line.
Status check_srcsrv_variable(std::string_view name, std::string_view value);

}  // namespace sigla
