// SPDX-License-Identifier: Apache-2.0
#include "formats/minidump/breakpad_info.h"

#include "base/utf16.h"

namespace sigla::minidump {
namespace {

constexpr std::size_t kBreakpadInfoSize = 12;
constexpr std::size_t kAssertionTextSize = 256;  // 128 UTF-16 units
constexpr std::size_t kAssertionSize = 3 * kAssertionTextSize + 8;

}  // namespace

Result<BreakpadInfo> read_breakpad_info(const Image& image) {
  SIGLA_TRY_ASSIGN(const Bytes stream, image.stream(MD_BREAKPAD_INFO_STREAM));
  if (stream.size() != kBreakpadInfoSize) {
    return malformed(
        "Breakpad information: {} bytes, expected {}", stream.size(), kBreakpadInfoSize);
  }
  ByteReader reader = image.reader(stream);
  const std::uint32_t validity = reader.u32();
  const std::uint32_t dump_thread_id = reader.u32();
  const std::uint32_t requesting_thread_id = reader.u32();
  BreakpadInfo info;
  if ((validity & MD_BREAKPAD_INFO_VALID_DUMP_THREAD_ID) != 0) info.dump_thread_id = dump_thread_id;
  if ((validity & MD_BREAKPAD_INFO_VALID_REQUESTING_THREAD_ID) != 0) {
    info.requesting_thread_id = requesting_thread_id;
  }
  return info;
}

Result<Assertion> read_assertion(const Image& image) {
  SIGLA_TRY_ASSIGN(const Bytes stream, image.stream(MD_ASSERTION_INFO_STREAM));
  if (stream.size() != kAssertionSize) {
    return malformed("Breakpad assertion: {} bytes, expected {}", stream.size(), kAssertionSize);
  }
  ByteReader reader = image.reader(stream);
  Assertion assertion;
  assertion.expression = utf16_to_utf8(reader.sub(kAssertionTextSize));
  assertion.function = utf16_to_utf8(reader.sub(kAssertionTextSize));
  assertion.file = utf16_to_utf8(reader.sub(kAssertionTextSize));
  assertion.line = reader.u32();
  assertion.type = reader.u32();
  return assertion;
}

}  // namespace sigla::minidump
