// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.h"
#include "ingest/unpack_message.h"
#include "object/object_codec.h"

namespace sigla {
namespace {

// What is accepted must come out the same when written again.
void decode_all(Bytes bytes) {
  if (const auto report = EntryReport::decode(bytes); report.has_value()) {
    const auto again = EntryReport::decode(as_bytes(report->encode()));
    SIGLA_CHECK(again.has_value() && again->position == report->position);
    SIGLA_CHECK(again->path == report->path && again->objects == report->objects);
    static_cast<void>(decode_objects(as_bytes(report->objects), Limits()).has_value());
  }
  if (const auto start = EntryStart::decode(bytes); start.has_value()) {
    const auto again = EntryStart::decode(as_bytes(start->encode()));
    SIGLA_CHECK(again.has_value() && again->position == start->position);
  }
  static_cast<void>(UnpackRequest::decode(bytes).has_value());
  static_cast<void>(UnpackEnd::decode(bytes).has_value());
}

}  // namespace
}  // namespace sigla

// What a taken-over worker may send.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  sigla::decode_all({data, size});
  return 0;
}
