// SPDX-License-Identifier: Apache-2.0
// The blob "MD2" of a managed method: custom debug information of the C# and VB compilers (Roslyn,
// CustomDebugInfoEncoder; format version 4). Readers borrow the blob.
//
//   u8 4, u8 record count, u16 0, then records: u8 4, u8 kind, u8 0, u8 padding, u32 size with
//   these eight bytes, data, padding to a multiple of 4 (counted in the header since kind 6)
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_writer.h"
#include "base/bytes.h"

namespace sigla::pdb {

enum class ManagedInfoKind : std::uint8_t {
  kUsing = 0,             // how many imports each scope of the source has, the innermost first
  kForwardMethod = 1,     // token of the method that has these imports
  kForwardModule = 2,     // token of the method that has the module's extern aliases
  kHoistedScopes = 3,     // of locals that became fields of a state machine
  kStateMachineType = 4,  // the name of the state machine's type
  kDynamicLocals = 5,
  kEncLocalSlotMap = 6,
  kEncLambdaMap = 7,
  kTupleElementNames = 8,
  kEncStateMachineMap = 9,
};

struct ManagedInfoRecord {
  ManagedInfoKind kind = ManagedInfoKind::kUsing;
  Bytes data;  // without padding where the header says how much there is
};
Result<std::vector<ManagedInfoRecord>> read_managed_info(Bytes blob);

struct HoistedScope {
  std::uint32_t start = 0;
  std::uint32_t end = 0;  // behind it; both 0 for a field that is no local
};
struct DynamicLocal {
  static constexpr std::size_t kFlagCountMax = 64;
  static constexpr std::size_t kNameSizeMax = 63;  // UTF-16 units
  std::string name;
  std::uint32_t slot = 0;
  std::vector<bool> flags;
};
struct TupleNames {
  static constexpr std::int32_t kConstant = -1;
  std::string local;
  std::int32_t slot = kConstant;
  std::uint32_t scope_start = 0;  // of a constant's scope
  std::uint32_t scope_end = 0;
  std::vector<std::string> names;  // empty for an element without one
};

// Of the data of a record of that kind.
Result<std::vector<std::uint16_t>> read_using_counts(Bytes data);
Result<std::uint32_t> read_forward(Bytes data);
Result<std::vector<HoistedScope>> read_hoisted_scopes(Bytes data);
Result<std::string> read_state_machine_type(Bytes data);
Result<std::vector<DynamicLocal>> read_dynamic_locals(Bytes data);
Result<std::vector<TupleNames>> read_tuple_names(Bytes data);

// Each add() says whether there was room: a blob larger than `size_max` has no place in a PDB.
class ManagedInfoWriter {
 public:
  explicit ManagedInfoWriter(std::size_t size_max) : size_max_(size_max) {}

  bool add(ManagedInfoKind kind, Bytes data);
  bool add_using_counts(const std::vector<std::uint16_t>& counts);
  bool add_forward(ManagedInfoKind kind, std::uint32_t token);
  bool add_hoisted_scopes(const std::vector<HoistedScope>& scopes);
  bool add_state_machine_type(std::string_view name);
  // Requires: none is longer than DynamicLocal's limits.
  bool add_dynamic_locals(const std::vector<DynamicLocal>& locals);
  bool add_tuple_names(const std::vector<TupleNames>& locals);

  // Empty when nothing was added.
  Buffer take() &&;

 private:
  std::size_t size_max_;
  ByteWriter records_;
  std::uint8_t count_ = 0;
};

}  // namespace sigla::pdb
