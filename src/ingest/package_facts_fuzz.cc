// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>

#include "ingest/package_facts.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const sigla::Bytes bytes(data, size);
  const auto question = sigla::PackageQuestion::decode(bytes);
  if (question.has_value()) question->encode();
  const auto facts = sigla::PackageFacts::decode(bytes);
  if (!facts.has_value()) return 0;
  const std::string again = facts->encode();
  const auto twice = sigla::PackageFacts::decode(sigla::as_bytes(again));
  SIGLA_CHECK(twice.has_value() && twice->findings == facts->findings);
  return 0;
}
