// SPDX-License-Identifier: Apache-2.0
// What a file is to somebody who uploads symbols, by its first bytes.
#pragma once

#include "base/result.h"
#include "os/file.h"

namespace sigla::app {

enum class UploadContent {
  kSymbolFile,     // as the server keeps it
  kRelocatable,    // an object file: of use only when it has an id, as kernel modules do
  kCompressed,     // a symbol file, compressed; or one we cannot look into
  kArchive,        // there may be some in it
  kStaticLibrary,  // an archive of object files
  kDump,           // a minidump or core
  kOther,
};

// Error: the file cannot be read.
Result<UploadContent> look_at(const File& file);

}  // namespace sigla::app
