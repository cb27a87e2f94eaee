// SPDX-License-Identifier: Apache-2.0
// Any bytes at all: sniffed, asked for sources, identified, and their objects sent through the
// worker's encoding.
#include <cstddef>
#include <cstdint>

#include "ident/lookup_keys.h"
#include "object/object.h"
#include "object/object_codec.h"
#include "object/source_files.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  sigla::Limits limits;
  limits.embedded_pdb_size_max = 1U << 20;
  limits.embedded_source_size_max = 1U << 20;
  const sigla::Bytes file(data, size);
  static_cast<void>(sigla::decode_objects(file, limits).has_value());
  static_cast<void>(sigla::sniff_wrapping(file));
  const auto sources = sigla::read_source_files(file, limits);
  for (std::size_t i = 0; sources.has_value() && i < sources->files.size() && i < 4; ++i) {
    static_cast<void>(sigla::read_embedded_source(file, sources->files[i].path, limits));
  }
  const auto objects = sigla::identify(file, "dir/name.ext", limits);
  if (!objects.has_value()) return 0;
  SIGLA_CHECK(!objects.value().empty());
  for (const sigla::Object& object : objects.value()) {
    SIGLA_CHECK(object.identity.format != sigla::Format::kUnknown);
    SIGLA_CHECK(object.identity.is_embedded || object.size <= size - object.offset);
    for (const std::string& key : sigla::lookup_keys(object.identity)) SIGLA_CHECK(!key.empty());
  }
  const std::string encoded = sigla::encode_objects(objects.value());
  const auto decoded = sigla::decode_objects(sigla::as_bytes(encoded), limits);
  SIGLA_CHECK(decoded.has_value());
  SIGLA_CHECK(sigla::encode_objects(decoded.value()) == encoded);
  return 0;
}
