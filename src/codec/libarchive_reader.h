// SPDX-License-Identifier: Apache-2.0
// ArchiveReader through libarchive. Use it by ArchiveReader::open().
#pragma once

#include <memory>

#include "codec/archive.h"

namespace sigla {

Result<std::unique_ptr<ArchiveReader>> open_with_libarchive(const File& file,
                                                            const Limits& limits,
                                                            UnpackBudget& budget);

}  // namespace sigla
