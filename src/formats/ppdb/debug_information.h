// SPDX-License-Identifier: Apache-2.0
// The kinds of CustomDebugInformation (PortablePdb-Metadata.md, "Language Specific Custom Debug
// Information Records"; those without a section there as Roslyn writes them). Blobs come from
// Metadata::blob(); what is read borrows them.
//
//   for (auto row = rows.first; row < rows.end; ++row) {
//     const auto info = pdb.custom_debug_information(row);
//     if (kind_of(pdb, info) == DebugInformationKind::kAsyncMethodStepping) ...
//   }
//
// Embedded sources and Source Link are in sources.h.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/ppdb/metadata.h"

namespace sigla::ppdb {

enum class DebugInformationKind {
  kUnknown,
  kEmbeddedSource,                 // Document
  kSourceLink,                     // Module
  kAsyncMethodStepping,            // MethodDef: MoveNext
  kHoistedLocalScopes,             // MethodDef: MoveNext
  kDynamicLocals,                  // LocalVariable, LocalConstant
  kTupleElementNames,              // LocalVariable, LocalConstant
  kDefaultNamespace,               // Module
  kEncLocalSlotMap,                // MethodDef
  kEncLambdaAndClosureMap,         // MethodDef
  kEncStateMachineMap,             // MethodDef
  kCompilationOptions,             // Module
  kCompilationMetadataReferences,  // Module
  kTypeDefinitionDocuments,        // TypeDef
  kPrimaryConstructor,             // TypeDef; the blob is empty
};
// "embedded source", "Source Link", ...
std::string_view to_string(DebugInformationKind kind);
// The GUID of a kind as Windows stores it. Requires: it is not kUnknown.
std::array<std::uint8_t, 16> guid_of(DebugInformationKind kind);
DebugInformationKind kind_of(const Metadata& pdb, const CustomDebugInformation& info);
// The blob of that kind that belongs to `parent`; nothing when there is none.
Result<std::optional<Bytes>> find_debug_information(const Metadata& pdb,
                                                    ClrToken parent,
                                                    DebugInformationKind kind);

struct AsyncStepping {
  struct Await {
    std::uint32_t yield_offset = 0;
    std::uint32_t resume_offset = 0;
    std::uint32_t resume_method = 0;  // row of MethodDef
  };
  std::optional<std::uint32_t> catch_handler_offset;
  std::vector<Await> awaits;
};
Result<AsyncStepping> read_async_stepping(Bytes blob);

// Of the fields that locals became, by their number; both 0 for one without a scope.
struct HoistedScope {
  std::uint32_t start_offset = 0;
  std::uint32_t length = 0;
};
Result<std::vector<HoistedScope>> read_hoisted_scopes(Bytes blob);

// One for each place in the type: is it `dynamic`? Trailing ones that are not may be missing.
std::vector<bool> read_dynamic_flags(Bytes blob);

// Empty for an element without a name.
Result<std::vector<std::string_view>> read_tuple_names(Bytes blob);

struct LocalSlot {
  bool has_kind = false;  // false: a temporary of the compiler
  std::uint8_t kind = 0;  // of Roslyn's SynthesizedLocalKind
  std::int32_t syntax_offset = 0;
  std::uint32_t ordinal = 0;
};
Result<std::vector<LocalSlot>> read_local_slots(Bytes blob);

struct LambdaMap {
  static constexpr std::int32_t kStaticClosure = -1;
  static constexpr std::int32_t kThisOnlyClosure = -2;
  struct Lambda {
    std::int32_t syntax_offset = 0;
    std::int32_t closure = kStaticClosure;  // or its number, from 0
  };
  std::int32_t method_ordinal = 0;
  std::vector<std::int32_t> closures;  // syntax offsets
  std::vector<Lambda> lambdas;
};
Result<LambdaMap> read_lambda_map(Bytes blob);

struct StateMachineState {
  std::int32_t number = 0;
  std::int32_t syntax_offset = 0;
};
Result<std::vector<StateMachineState>> read_state_machine_states(Bytes blob);

using CompilationOption = std::pair<std::string_view, std::string_view>;
Result<std::vector<CompilationOption>> read_compilation_options(Bytes blob);

struct MetadataReference {
  std::string_view file_name;
  std::string_view aliases;  // separated by commas
  bool embeds_interop_types = false;
  bool is_assembly = false;  // false: a module of one
  std::uint32_t time_stamp = 0;
  std::uint32_t image_size = 0;
  Bytes mvid;  // 16 bytes, as Windows stores it
};
Result<std::vector<MetadataReference>> read_metadata_references(Bytes blob);

// Rows of Document.
Result<std::vector<std::uint32_t>> read_type_documents(Bytes blob);

}  // namespace sigla::ppdb
