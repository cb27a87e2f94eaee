// SPDX-License-Identifier: Apache-2.0
#include "stackwalk/bit_flips.h"

#include <algorithm>
#include <iterator>

namespace sigla {
namespace {

constexpr std::uint64_t kNearbyDistance = 4096;
constexpr std::uint64_t kLowAddressMax = 2 * kNearbyDistance;
constexpr unsigned kCanonicalBits = 48;

// Confidences of each sign, combined as independent ones.
constexpr float kBaseline = 0.25F;
constexpr float kNonCanonical = 0.90F;
constexpr float kNull = 0.50F;
constexpr float kNullButLow = 0.25F;
constexpr float kNearbyRegister[] = {0.50F, 0.55F, 0.60F, 0.65F};
constexpr float kPoisoned = 0.50F;

bool is_poison(std::uint64_t value) {
  // Bytes that allocators and JavaScript engines fill freed memory with.
  constexpr std::uint8_t kPoison[] = {0x2b,
                                      0x2d,
                                      0x2f,
                                      0x49,
                                      0x4b,
                                      0x4d,
                                      0x4f,
                                      0x6b,
                                      0x8b,
                                      0x9b,
                                      0x9f,
                                      0xa5,
                                      0xbb,
                                      0xcc,
                                      0xcd,
                                      0xce,
                                      0xdb,
                                      0xe5};
  const std::uint64_t byte = value & 0xffU;
  return value == byte * 0x0101010101010101U &&
         std::find(std::begin(kPoison), std::end(kPoison), byte) != std::end(kPoison);
}

std::uint64_t distance(std::uint64_t a, std::uint64_t b) { return a > b ? a - b : b - a; }

void weigh_registers(const CpuContext& context, PossibleBitFlip& flip) {
  const std::size_t count = register_names(context.arch).size();
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t value = context.registers[i];
    // Small numbers are near each other for no reason.
    if (flip.address > kLowAddressMax && distance(flip.address, value) <= kNearbyDistance) {
      ++flip.nearby_registers;
    }
    flip.has_poison_registers = flip.has_poison_registers || is_poison(value);
  }
}

float confidence_of(const PossibleBitFlip& flip) {
  float doubt = 1.0F - kBaseline;
  if (flip.was_non_canonical) doubt *= 1.0F - kNonCanonical;
  if (flip.is_null) doubt *= 1.0F - (flip.was_low ? kNullButLow : kNull);
  if (flip.nearby_registers > 0) {
    const std::size_t most = std::size(kNearbyRegister);
    doubt *= 1.0F - kNearbyRegister[std::min<std::size_t>(flip.nearby_registers, most) - 1];
  }
  const float confidence = 1.0F - doubt;
  return flip.has_poison_registers ? confidence * kPoisoned : confidence;
}

PossibleBitFlip make_flip(const BitFlipSearch& search,
                          std::uint64_t address,
                          const CpuContext* context) {
  PossibleBitFlip flip;
  flip.address = address;
  flip.source_register = search.source_register;
  flip.was_non_canonical = search.is_non_canonical;
  flip.is_null = address == 0;
  flip.was_low = flip.is_null && search.address <= kLowAddressMax;
  if (context != nullptr) weigh_registers(*context, flip);
  flip.confidence = confidence_of(flip);
  return flip;
}

// To the nearest memory the operation may be done in; the largest number when there is none.
std::uint64_t distance_to_mapped(const BitFlipSearch& search, const CrashEvidence& evidence) {
  std::uint64_t nearest = UINT64_MAX;
  if (!evidence.mappings) return nearest;
  for (const MemoryMapping& mapping : *evidence.mappings) {
    if (mapping.begin >= mapping.end || !may_be_allowed(search.operation, mapping)) continue;
    const std::uint64_t last = mapping.end - 1;
    const std::uint64_t away = search.address < mapping.begin ? mapping.begin - search.address
                               : search.address > last        ? search.address - last
                                                              : 0;
    nearest = std::min(nearest, away);
  }
  return nearest;
}

}  // namespace

bool may_be_allowed(MemoryOperation operation, const MemoryMapping& mapping) {
  switch (operation) {
    case MemoryOperation::kUndetermined:
      return true;
    case MemoryOperation::kRead:
      return mapping.readable;
    case MemoryOperation::kWrite:
      return mapping.writable;
    case MemoryOperation::kExecute:
      return mapping.executable;
  }
  return true;
}

std::vector<PossibleBitFlip> find_bit_flips(const BitFlipSearch& search,
                                            const CrashEvidence& evidence) {
  std::vector<PossibleBitFlip> flips;
  const CpuContext* context =
      evidence.exception && evidence.exception->context ? &*evidence.exception->context : nullptr;
  const auto is_allowed = [&](std::uint64_t address) {
    const MemoryMapping* mapping = evidence.mapping_at(address);
    return mapping != nullptr && may_be_allowed(search.operation, *mapping);
  };
  if (is_allowed(search.address)) return flips;
  if (distance_to_mapped(search, evidence) < search.access_size) return flips;
  const bool is_amd64 = context != nullptr && context->arch == Arch::kX86_64;
  const unsigned first = search.is_non_canonical ? kCanonicalBits : 0;
  const unsigned end = is_amd64 && !search.is_non_canonical ? kCanonicalBits : 64;
  for (unsigned bit = first; bit < end; ++bit) {
    const std::uint64_t address = search.address ^ (std::uint64_t{1} << bit);
    // A null that was meant to be one: then a check of it went the wrong way.
    if (address == 0) flips.push_back(make_flip(search, address, context));
    if (is_allowed(address)) flips.push_back(make_flip(search, address, context));
  }
  return flips;
}

}  // namespace sigla
