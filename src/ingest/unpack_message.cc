// SPDX-License-Identifier: Apache-2.0
#include "ingest/unpack_message.h"

#include "base/byte_reader.h"
#include "base/view.h"

namespace sigla {
namespace {

constexpr std::uint32_t kDepthMax = 64;
constexpr std::uint32_t kErrorCodeMax = static_cast<std::uint32_t>(ErrorCode::kInternal);

void put(std::string& out, std::uint32_t value) { out += as_text(bytes_of(value)); }

void put(std::string& out, std::string_view text) {
  put(out, static_cast<std::uint32_t>(text.size()));
  out += text;
}

void put(std::string& out, const EntryPosition& position) {
  put(out, static_cast<std::uint32_t>(position.size()));
  for (const std::uint32_t index : position) put(out, index);
}

std::string get_text(ByteReader& reader) {
  const std::uint32_t size = reader.u32();
  return std::string(as_text(reader.bytes(size)));
}

EntryPosition get_position(ByteReader& reader) {
  EntryPosition position;
  const std::uint32_t size = reader.u32();
  if (size > kDepthMax) reader.fail();
  for (std::uint32_t i = 0; i < size && reader.ok(); ++i) position.push_back(reader.u32());
  return position;
}

}  // namespace

std::string UnpackRequest::encode() const {
  std::string out;
  put(out, name);
  put(out, resume_after);
  put(out, std::uint32_t{keeps_sources});
  return out;
}

Result<UnpackRequest> UnpackRequest::decode(Bytes bytes) {
  ByteReader reader(bytes);
  UnpackRequest request;
  request.name = get_text(reader);
  request.resume_after = get_position(reader);
  request.keeps_sources = reader.u32() != 0;
  SIGLA_TRY(reader.finish("unpack request"));
  return request;
}

std::string EntryStart::encode() const {
  std::string out;
  put(out, position);
  put(out, path);
  return out;
}

Result<EntryStart> EntryStart::decode(Bytes bytes) {
  ByteReader reader(bytes);
  EntryStart start;
  start.position = get_position(reader);
  start.path = get_text(reader);
  SIGLA_TRY(reader.finish("entry start"));
  return start;
}

std::string EntryReport::encode() const {
  std::string out;
  put(out, position);
  put(out, path);
  put(out, static_cast<std::uint32_t>(content));
  put(out, reason);
  put(out, objects);
  return out;
}

Result<EntryReport> EntryReport::decode(Bytes bytes) {
  ByteReader reader(bytes);
  EntryReport report;
  report.position = get_position(reader);
  report.path = get_text(reader);
  const std::uint32_t content = reader.u32();
  report.reason = get_text(reader);
  report.objects = get_text(reader);
  SIGLA_TRY(reader.finish("entry report"));
  if (content > static_cast<std::uint32_t>(Content::kEntryFile)) {
    return malformed("entry report: unknown content {}", content);
  }
  report.content = static_cast<Content>(content);
  return report;
}

std::string UnpackEnd::encode() const {
  std::string out;
  if (status.has_value()) return out;
  put(out, static_cast<std::uint32_t>(status.error().code()));
  put(out, status.error().message());
  return out;
}

Result<UnpackEnd> UnpackEnd::decode(Bytes bytes) {
  if (bytes.empty()) return UnpackEnd();
  ByteReader reader(bytes);
  const std::uint32_t code = reader.u32();
  const std::string message = get_text(reader);
  SIGLA_TRY(reader.finish("unpack end"));
  if (code > kErrorCodeMax) return malformed("unpack end: unknown code {}", code);
  UnpackEnd end;
  end.status = Error(static_cast<ErrorCode>(code), message);
  return end;
}

}  // namespace sigla
