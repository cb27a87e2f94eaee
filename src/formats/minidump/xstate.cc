// SPDX-License-Identifier: Apache-2.0
#include "formats/minidump/xstate.h"

#include <array>

namespace sigla::minidump {
namespace {

constexpr std::string_view kWhat = "minidump thread context's extended state";

constexpr std::size_t kContextSize = 1232;
constexpr std::size_t kContextFlagsOffset = 48;
constexpr std::uint32_t kContextXstate = 0x40;
constexpr std::size_t kContextExSize = 24;
constexpr std::size_t kXstateHeaderSize = 64;
constexpr std::uint64_t kIsCompacted = 1ULL << 63U;
constexpr std::size_t kCetUser = 11;
// Bytes of the components 0 to 10; the first two are in the CONTEXT itself. All begin where the one
// before ends: those that want 64 bytes' alignment have it.
constexpr std::array<std::size_t, kCetUser> kComponentSizes = {
    0, 0, 256, 64, 64, 64, 512, 1024, 128, 8, 8};

bool has(std::uint64_t mask, std::size_t component) { return ((mask >> component) & 1U) != 0; }

}  // namespace

Result<std::optional<std::uint64_t>> read_shadow_stack_pointer(
    const Image& image, const MINIDUMP_LOCATION_DESCRIPTOR& context) {
  constexpr std::optional<std::uint64_t> kNone;
  if (context.DataSize < kContextSize + kContextExSize + kXstateHeaderSize) return kNone;
  SIGLA_TRY_ASSIGN(const Bytes record, image.at(context, kWhat));
  const std::uint32_t flags = image.reader(record.subspan(kContextFlagsOffset, 4)).u32();
  if ((flags & CONTEXT_CPU_MASK) != CONTEXT_AMD64 || (flags & kContextXstate) == 0) return kNone;
  ByteReader chunks = image.reader(record.subspan(kContextSize, kContextExSize));
  chunks.skip(16);  // all, CONTEXT
  const std::uint32_t offset = chunks.u32();
  const std::uint32_t size = chunks.u32();
  const std::size_t room = record.size() - kContextSize;
  if (offset < kContextExSize || offset > room || size > room - offset ||
      size < kXstateHeaderSize) {
    return malformed("{}: {} bytes at {:#x} of {}", kWhat, size, offset, room);
  }
  ByteReader state = image.reader(record.subspan(kContextSize + offset, size));
  const std::uint64_t present = state.u64();
  const std::uint64_t layout = state.u64();
  // The system's components, of which this is one, are never in the form that is not compacted.
  if ((layout & kIsCompacted) == 0 || !has(layout, kCetUser) || !has(present, kCetUser)) {
    return kNone;
  }
  std::size_t at = kXstateHeaderSize;
  for (std::size_t i = 0; i < kCetUser; ++i) at += has(layout, i) ? kComponentSizes[i] : 0;
  state.seek(at + 8);  // behind IA32_U_CET
  const std::uint64_t pointer = state.u64();
  SIGLA_TRY(state.finish(kWhat));
  return pointer == 0 ? kNone : std::optional(pointer);
}

}  // namespace sigla::minidump
