// SPDX-License-Identifier: Apache-2.0
// Takes the compression off a single file ("foo.pdb.gz", "foo.pd_") before it is identified.
#pragma once

#include <string>
#include <string_view>

#include "object/object.h"

namespace sigla {

struct Unwrapped {
  Wrapping wrapping = Wrapping::kNone;
  std::string name;  // without ".gz" and its like; a CAB's is that of its file
  Buffer content;    // empty when there was no wrapping: the file is its own content
};

// Error kUnsupported for a CAB of several files, which is an archive.
Result<Unwrapped> unwrap(Bytes file, std::string_view file_name, const Limits& limits);

// "foo.pdb" for "foo.pdb.gz"; a name without such an extension stays as it is.
std::string_view unwrapped_name(std::string_view file_name, Wrapping wrapping);

}  // namespace sigla
