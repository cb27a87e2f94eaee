// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>

#include "formats/nupkg/nuspec.h"
#include "formats/nupkg/package_name.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const sigla::Bytes file(data, size);
  const auto nuspec = sigla::nupkg::read_nuspec(file);
  if (!nuspec.has_value()) return 0;
  SIGLA_CHECK(!nuspec->id.empty() && !nuspec->version.empty());
  nuspec->items_for_packages_only();
  const auto version = sigla::nupkg::normalise_version(nuspec->version);
  if (version.has_value()) {
    // What is normal already stays as it is.
    SIGLA_CHECK(sigla::nupkg::normalise_version(*version).value() == *version);
  }
  const auto id = sigla::nupkg::normalise_id(nuspec->id);
  if (id.has_value()) SIGLA_CHECK(sigla::nupkg::normalise_id(*id).value() == *id);
  return 0;
}
