// SPDX-License-Identifier: Apache-2.0
// One file wrapped by a compressor: `.sym.gz`, `.debug.zst`, `.pd_`, `.pd_.gz`.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/limits.h"
#include "os/file.h"

namespace sigla {

// Gives an empty file to unpack into; a sandboxed job asks its parent for one.
using FileFactory = std::function<Result<File>()>;

struct Unwrapped {
  File file;
  std::string name;  // what a cabinet called it, as UTF-8; empty when nothing told
};

// The innermost content, when `file` is gzip, zstd, xz, bzip2, SZDD or a cabinet of one file, up to
// limits.archive_depth_max of them deep (kLimitExceeded beyond). Nothing when `file` is none of
// these, or an archive; what is inside may be an archive, of course.
Result<std::optional<Unwrapped>> unwrap(const File& file,
                                        const Limits& limits,
                                        const FileFactory& make_file);

}  // namespace sigla
