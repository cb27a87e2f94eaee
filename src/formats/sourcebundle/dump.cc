// SPDX-License-Identifier: Apache-2.0
#include "formats/sourcebundle/dump.h"

#include <fmt/format.h>

#include <iterator>

#include "base/text.h"
#include "formats/sourcebundle/identity.h"
#include "formats/sourcebundle/zip_directory.h"

namespace sigla::sourcebundle {

Result<std::string> dump(Bytes file, const Limits& limits) {
  SIGLA_TRY_ASSIGN(const auto entries, read_zip_directory(file, limits));
  SIGLA_TRY_ASSIGN(const Manifest manifest, read_manifest(file, limits));
  std::string text;
  const auto out = std::back_inserter(text);
  for (const ZipEntry& entry : entries) {
    fmt::format_to(out,
                   "entry {} method {} packed {} unpacked {} at {:#x}\n",
                   to_utf8(entry.name),
                   entry.method,
                   entry.packed_size,
                   entry.unpacked_size,
                   entry.header_offset);
  }
  fmt::format_to(out,
                 "arch {}\ncode_id {}\ndebug_id {}\nobject_name {}\n",
                 to_utf8(manifest.arch),
                 to_utf8(manifest.code_id),
                 to_utf8(manifest.debug_id),
                 to_utf8(manifest.object_name));
  for (const ManifestFile& f : manifest.files) {
    fmt::format_to(out, "file {} {} {}\n", to_utf8(f.entry), to_utf8(f.type), to_utf8(f.path));
  }
  return text;
}

}  // namespace sigla::sourcebundle
