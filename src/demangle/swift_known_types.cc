// SPDX-License-Identifier: Apache-2.0
#include "demangle/swift_known_types.h"

#include <algorithm>
#include <array>

namespace sigla::swift {
namespace {

constexpr std::array<KnownType, 48> kKnownTypes = {{
    {'A', Kind::kStruct, "AutoreleasingUnsafeMutablePointer"},
    {'a', Kind::kStruct, "Array"},
    {'B', Kind::kProtocol, "BinaryFloatingPoint"},
    {'b', Kind::kStruct, "Bool"},
    {'D', Kind::kStruct, "Dictionary"},
    {'d', Kind::kStruct, "Double"},
    {'E', Kind::kProtocol, "Encodable"},
    {'e', Kind::kProtocol, "Decodable"},
    {'F', Kind::kProtocol, "FloatingPoint"},
    {'f', Kind::kStruct, "Float"},
    {'G', Kind::kProtocol, "RandomNumberGenerator"},
    {'H', Kind::kProtocol, "Hashable"},
    {'h', Kind::kStruct, "Set"},
    {'I', Kind::kStruct, "DefaultIndices"},
    {'i', Kind::kStruct, "Int"},
    {'J', Kind::kStruct, "Character"},
    {'j', Kind::kProtocol, "Numeric"},
    {'K', Kind::kProtocol, "BidirectionalCollection"},
    {'k', Kind::kProtocol, "RandomAccessCollection"},
    {'L', Kind::kProtocol, "Comparable"},
    {'l', Kind::kProtocol, "Collection"},
    {'M', Kind::kProtocol, "MutableCollection"},
    {'m', Kind::kProtocol, "RangeReplaceableCollection"},
    {'N', Kind::kStruct, "ClosedRange"},
    {'n', Kind::kStruct, "Range"},
    {'O', Kind::kStruct, "ObjectIdentifier"},
    {'P', Kind::kStruct, "UnsafePointer"},
    {'p', Kind::kStruct, "UnsafeMutablePointer"},
    {'Q', Kind::kProtocol, "Equatable"},
    {'q', Kind::kEnum, "Optional"},
    {'R', Kind::kStruct, "UnsafeBufferPointer"},
    {'r', Kind::kStruct, "UnsafeMutableBufferPointer"},
    {'S', Kind::kStruct, "String"},
    {'s', Kind::kStruct, "Substring"},
    {'T', Kind::kProtocol, "Sequence"},
    {'t', Kind::kProtocol, "IteratorProtocol"},
    {'U', Kind::kProtocol, "UnsignedInteger"},
    {'u', Kind::kStruct, "UInt"},
    {'V', Kind::kStruct, "UnsafeRawPointer"},
    {'v', Kind::kStruct, "UnsafeMutableRawPointer"},
    {'W', Kind::kStruct, "UnsafeRawBufferPointer"},
    {'w', Kind::kStruct, "UnsafeMutableRawBufferPointer"},
    {'X', Kind::kProtocol, "RangeExpression"},
    {'x', Kind::kProtocol, "Strideable"},
    {'Y', Kind::kProtocol, "RawRepresentable"},
    {'y', Kind::kProtocol, "StringProtocol"},
    {'Z', Kind::kProtocol, "SignedInteger"},
    {'z', Kind::kProtocol, "BinaryInteger"},
}};

constexpr std::array<KnownType, 19> kConcurrencyTypes = {{
    {'A', Kind::kProtocol, "Actor"},
    {'C', Kind::kStruct, "CheckedContinuation"},
    {'c', Kind::kStruct, "UnsafeContinuation"},
    {'E', Kind::kStruct, "CancellationError"},
    {'e', Kind::kStruct, "UnownedSerialExecutor"},
    {'F', Kind::kProtocol, "Executor"},
    {'f', Kind::kProtocol, "SerialExecutor"},
    {'G', Kind::kStruct, "TaskGroup"},
    {'g', Kind::kStruct, "ThrowingTaskGroup"},
    {'h', Kind::kProtocol, "TaskExecutor"},
    {'I', Kind::kProtocol, "AsyncIteratorProtocol"},
    {'i', Kind::kProtocol, "AsyncSequence"},
    {'J', Kind::kStruct, "UnownedJob"},
    {'M', Kind::kClass, "MainActor"},
    {'P', Kind::kStruct, "TaskPriority"},
    {'S', Kind::kStruct, "AsyncStream"},
    {'s', Kind::kStruct, "AsyncThrowingStream"},
    {'T', Kind::kStruct, "Task"},
    {'t', Kind::kStruct, "UnsafeCurrentTask"},
}};

template <std::size_t kCount>
const KnownType* find(const std::array<KnownType, kCount>& types, char letter) {
  const auto found = std::ranges::find(types, letter, &KnownType::letter);
  return found == types.end() ? nullptr : &*found;
}

}  // namespace

const KnownType* find_known_type(char letter) { return find(kKnownTypes, letter); }

const KnownType* find_concurrency_type(char letter) { return find(kConcurrencyTypes, letter); }

std::string_view value_witness_name(std::string_view code) {
  struct Witness {
    std::string_view letters;
    std::string_view name;
  };
  constexpr std::array<Witness, 24> kWitnesses = {{
      {"al", "allocateBuffer"},
      {"ca", "assignWithCopy"},
      {"ta", "assignWithTake"},
      {"de", "deallocateBuffer"},
      {"xx", "destroy"},
      {"XX", "destroyBuffer"},
      {"Xx", "destroyArray"},
      {"CP", "initializeBufferWithCopyOfBuffer"},
      {"Cp", "initializeBufferWithCopy"},
      {"cp", "initializeWithCopy"},
      {"TK", "initializeBufferWithTakeOfBuffer"},
      {"Tk", "initializeBufferWithTake"},
      {"tk", "initializeWithTake"},
      {"pr", "projectBuffer"},
      {"xs", "storeExtraInhabitant"},
      {"xg", "getExtraInhabitantIndex"},
      {"Cc", "initializeArrayWithCopy"},
      {"Tt", "initializeArrayWithTakeFrontToBack"},
      {"tT", "initializeArrayWithTakeBackToFront"},
      {"ug", "getEnumTag"},
      {"up", "destructiveProjectEnumData"},
      {"ui", "destructiveInjectEnumTag"},
      {"et", "getEnumTagSinglePayload"},
      {"st", "storeEnumTagSinglePayload"},
  }};
  const auto found = std::ranges::find(kWitnesses, code, &Witness::letters);
  return found == kWitnesses.end() ? std::string_view() : found->name;
}

std::optional<std::string> operator_characters(std::string_view letters) {
  // OPERATOR-CHAR of the specification, 'a' first.
  constexpr std::string_view kCharacters = "& @/= >    <*!|+?%-~   ^ .";
  std::string text;
  for (const char c : letters) {
    if (static_cast<unsigned char>(c) >= 0x80) {
      text += c;
      continue;
    }
    if (c < 'a' || c > 'z' || kCharacters[static_cast<std::size_t>(c - 'a')] == ' ') {
      return std::nullopt;
    }
    text += kCharacters[static_cast<std::size_t>(c - 'a')];
  }
  return text;
}

}  // namespace sigla::swift
