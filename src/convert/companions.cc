// SPDX-License-Identifier: Apache-2.0
#include "convert/companions.h"

#include <utility>

#include "base/byte_reader.h"

namespace sigla {
namespace {

void put_number(std::string& out, std::uint64_t value) {
  for (unsigned shift = 0; shift < 64; shift += 8) out += static_cast<char>(value >> shift);
}

void put_text(std::string& out, std::string_view text) {
  put_number(out, text.size());
  out += text;
}

std::string take_text(ByteReader& reader) {
  return std::string(as_text(reader.bytes(reader.u64())));
}

}  // namespace

std::string encode_companion_request(const CompanionRequest& request) {
  std::string out;
  out += static_cast<char>(request.kind);
  put_number(out, request.attempt);
  put_number(out, request.dwo_id);
  put_text(out, request.name);
  put_text(out, request.directory);
  put_text(out, as_text(request.build_id));
  return out;
}

Result<CompanionRequest> decode_companion_request(Bytes payload) {
  ByteReader reader(payload);
  CompanionRequest request;
  const std::uint8_t kind = reader.u8();
  if (kind > static_cast<std::uint8_t>(CompanionKind::kManagedProgram)) {
    return malformed("companion request: kind {}", kind);
  }
  request.kind = static_cast<CompanionKind>(kind);
  request.attempt = static_cast<std::uint32_t>(reader.u64());
  request.dwo_id = reader.u64();
  request.name = take_text(reader);
  request.directory = take_text(reader);
  const std::string build_id = take_text(reader);
  request.build_id.assign(build_id.begin(), build_id.end());
  SIGLA_TRY(reader.finish("companion request"));
  return request;
}

FindCompanion ask_for_companions(WorkerContext& context) {
  return [&context](const CompanionRequest& request) -> std::optional<Companion> {
    auto answer = context.ask(kAskCompanion, {encode_companion_request(request), {}});
    // A parent that knows of none need not even answer.
    if (!answer.has_value() || answer->files.empty()) return std::nullopt;
    auto mapped = MappedFile::map(answer->files.front(), context.limits().entry_size_max);
    if (!mapped.has_value()) return std::nullopt;
    return Companion{*std::move(mapped), std::move(answer->payload)};
  };
}

}  // namespace sigla
