// SPDX-License-Identifier: Apache-2.0
// Directory, manifest and identity of arbitrary bytes.
#include "formats/sourcebundle/dump.h"
#include "formats/sourcebundle/identity.h"
#include "formats/sourcebundle/zip_directory.h"

namespace bundle = sigla::sourcebundle;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const sigla::Bytes file(data, size);
  sigla::Limits limits;
  limits.manifest_size_max = 1U << 20;
  static_cast<void>(bundle::parse_manifest(file, limits));
  const auto entries = bundle::read_zip_directory(file, limits);
  if (entries.has_value()) SIGLA_CHECK(entries->size() <= size / 46);
  const auto identity = bundle::identify_source_bundle(file, "", limits);
  if (identity.has_value()) SIGLA_CHECK(bundle::dump(file, limits).has_value());
  return 0;
}
