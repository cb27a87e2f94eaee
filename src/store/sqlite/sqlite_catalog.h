// SPDX-License-Identifier: Apache-2.0
// The catalog in one SQLite file. Thread-safe: writes take turns, reads run side by side.
#pragma once

#include <filesystem>
#include <memory>

#include "store/catalog.h"

namespace sigla {

// Creates the database when it is not there. kUnavailable when it was written by a newer program or
// is damaged.
Result<std::unique_ptr<Catalog>> open_sqlite_catalog(const std::filesystem::path& path);

}  // namespace sigla
