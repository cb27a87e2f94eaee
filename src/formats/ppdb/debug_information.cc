// SPDX-License-Identifier: Apache-2.0
#include "formats/ppdb/debug_information.h"

#include <algorithm>
#include <array>
#include <limits>

#include "base/text.h"
#include "formats/ppdb/documents.h"

namespace sigla::ppdb {
namespace {

using Kind = DebugInformationKind;

struct KindName {
  Kind kind;
  std::string_view guid;
  std::string_view name;
};

constexpr std::array kKinds = {
    KindName{Kind::kEmbeddedSource, "0e8a571b6926466eb4ad8ab04611f5fe", "embedded source"},
    KindName{Kind::kSourceLink, "cc110556a0914d389fec25ab9a351a6a", "Source Link"},
    KindName{Kind::kAsyncMethodStepping, "54fd2ac5e925401a9c2af94f171072f8", "async stepping"},
    KindName{Kind::kHoistedLocalScopes, "6da9a61ef8c74874be6268bc5630df71", "hoisted scopes"},
    KindName{Kind::kDynamicLocals, "83c563c4b4f347d5b824ba5441477ea8", "dynamic local"},
    KindName{Kind::kTupleElementNames, "ed9fdf71887947478ed3fe5ede3ce710", "tuple names"},
    KindName{Kind::kDefaultNamespace, "58b2eab6209f4e4ea22cb2d0f910c782", "default namespace"},
    KindName{Kind::kEncLocalSlotMap, "755f52a891c545beb4b8209571e552bd", "EnC local slots"},
    KindName{Kind::kEncLambdaAndClosureMap, "a643004c0240496fa78330d64f4979de", "EnC lambdas"},
    KindName{Kind::kEncStateMachineMap, "8b78cd682ede420b980be15884b8aaa3", "EnC states"},
    KindName{Kind::kCompilationOptions, "b5feec058cd04a8396da466284bb4bd8", "compilation options"},
    KindName{Kind::kCompilationMetadataReferences,
             "7e4d4708096e4c5caedacb10ba6a740d",
             "metadata references"},
    KindName{Kind::kTypeDefinitionDocuments, "932e74bcdba944788d460f32a7bab3d3", "type documents"},
    KindName{Kind::kPrimaryConstructor, "9d40ace1c7034d0ebf417243060a8fb5", "primary constructor"},
};

// Distances from a baseline, as compilers store positions in the syntax.
std::int32_t read_syntax_offset(ByteReader& reader, std::int32_t baseline) {
  return static_cast<std::int32_t>(read_clr_compressed(reader)) + baseline;
}

std::int32_t read_baseline(ByteReader& reader) {
  return -static_cast<std::int32_t>(read_clr_compressed(reader));
}

std::string_view read_text(ByteReader& reader) { return reader.cstring(reader.remaining()); }

}  // namespace

std::string_view to_string(Kind kind) {
  const auto found = std::find_if(
      kKinds.begin(), kKinds.end(), [&](const KindName& name) { return name.kind == kind; });
  return found == kKinds.end() ? "unknown" : found->name;
}

std::array<std::uint8_t, 16> guid_of(Kind kind) {
  const auto found = std::find_if(
      kKinds.begin(), kKinds.end(), [&](const KindName& name) { return name.kind == kind; });
  SIGLA_CHECK(found != kKinds.end());
  const auto bytes = parse_hex_bytes(found->guid);
  std::array<std::uint8_t, 16> guid{};
  std::copy(bytes->begin(), bytes->end(), guid.begin());
  std::reverse(guid.begin(), guid.begin() + 4);
  std::reverse(guid.begin() + 4, guid.begin() + 6);
  std::reverse(guid.begin() + 6, guid.begin() + 8);
  return guid;
}

Kind kind_of(const Metadata& pdb, const CustomDebugInformation& info) {
  const auto guid = guid_text(pdb, info.kind);
  if (!guid.has_value()) return Kind::kUnknown;
  const auto found = std::find_if(kKinds.begin(), kKinds.end(), [&](const KindName& name) {
    return name.guid == guid.value();
  });
  return found == kKinds.end() ? Kind::kUnknown : found->kind;
}

Result<std::optional<Bytes>> find_debug_information(const Metadata& pdb,
                                                    ClrToken parent,
                                                    Kind kind) {
  const ClrMetadata::Rows rows = pdb.debug_information_of(parent);
  for (std::uint32_t row = rows.first; row < rows.end; ++row) {
    const CustomDebugInformation info = pdb.custom_debug_information(row);
    if (kind_of(pdb, info) != kind) continue;
    SIGLA_TRY_ASSIGN(const Bytes blob, pdb.blob(info.value));
    return std::optional<Bytes>(blob);
  }
  return std::optional<Bytes>();
}

Result<AsyncStepping> read_async_stepping(Bytes blob) {
  ByteReader reader(blob);
  AsyncStepping stepping;
  const std::uint32_t handler = reader.u32();
  if (handler != 0) stepping.catch_handler_offset = handler - 1;
  while (!reader.at_end()) {
    AsyncStepping::Await await;
    await.yield_offset = reader.u32();
    await.resume_offset = reader.u32();
    await.resume_method = read_clr_compressed(reader);
    stepping.awaits.push_back(await);
  }
  SIGLA_TRY(reader.finish("async stepping"));
  return stepping;
}

Result<std::vector<HoistedScope>> read_hoisted_scopes(Bytes blob) {
  ByteReader reader(blob);
  std::vector<HoistedScope> scopes;
  while (!reader.at_end()) {
    HoistedScope scope;
    scope.start_offset = reader.u32();
    scope.length = reader.u32();
    scopes.push_back(scope);
  }
  SIGLA_TRY(reader.finish("hoisted scopes"));
  return scopes;
}

std::vector<bool> read_dynamic_flags(Bytes blob) {
  std::vector<bool> flags;
  flags.reserve(blob.size() * 8);
  for (const std::uint8_t byte : blob) {
    for (unsigned bit = 0; bit < 8; ++bit) flags.push_back((byte >> bit & 1U) != 0);
  }
  return flags;
}

Result<std::vector<std::string_view>> read_tuple_names(Bytes blob) {
  ByteReader reader(blob);
  std::vector<std::string_view> names;
  while (!reader.at_end()) names.push_back(read_text(reader));
  SIGLA_TRY(reader.finish("tuple names"));
  return names;
}

Result<std::vector<LocalSlot>> read_local_slots(Bytes blob) {
  constexpr std::uint8_t kHasBaseline = 0xff;
  constexpr std::uint8_t kHasOrdinal = 0x80;
  ByteReader reader(blob);
  std::int32_t baseline = -1;
  std::vector<LocalSlot> slots;
  while (!reader.at_end()) {
    const std::uint8_t first = reader.u8();
    if (first == kHasBaseline) {
      baseline = read_baseline(reader);
      continue;
    }
    LocalSlot slot;
    if (first != 0) {
      slot.has_kind = true;
      slot.kind = static_cast<std::uint8_t>((first & 0x3fU) - 1);
      slot.syntax_offset = read_syntax_offset(reader, baseline);
      if ((first & kHasOrdinal) != 0) slot.ordinal = read_clr_compressed(reader);
    }
    slots.push_back(slot);
  }
  SIGLA_TRY(reader.finish("EnC local slots"));
  return slots;
}

Result<LambdaMap> read_lambda_map(Bytes blob) {
  ByteReader reader(blob);
  LambdaMap map;
  map.method_ordinal = static_cast<std::int32_t>(read_clr_compressed(reader)) - 1;
  const std::int32_t baseline = read_baseline(reader);
  const std::uint32_t closure_count = read_clr_compressed(reader);
  SIGLA_TRY(reader.finish("EnC lambdas"));
  for (std::uint32_t i = 0; i < closure_count && reader.ok(); ++i) {
    map.closures.push_back(read_syntax_offset(reader, baseline));
  }
  while (!reader.at_end()) {
    LambdaMap::Lambda lambda;
    lambda.syntax_offset = read_syntax_offset(reader, baseline);
    lambda.closure =
        static_cast<std::int32_t>(read_clr_compressed(reader)) + LambdaMap::kThisOnlyClosure;
    map.lambdas.push_back(lambda);
  }
  SIGLA_TRY(reader.finish("EnC lambdas"));
  return map;
}

Result<std::vector<StateMachineState>> read_state_machine_states(Bytes blob) {
  ByteReader reader(blob);
  std::vector<StateMachineState> states;
  const std::uint32_t count = read_clr_compressed(reader);
  const std::int32_t baseline = count == 0 ? 0 : read_baseline(reader);
  for (std::uint32_t i = 0; i < count && reader.ok(); ++i) {
    StateMachineState state;
    state.number = read_clr_compressed_signed(reader);
    state.syntax_offset = read_syntax_offset(reader, baseline);
    states.push_back(state);
  }
  SIGLA_TRY(reader.finish("EnC states"));
  return states;
}

Result<std::vector<CompilationOption>> read_compilation_options(Bytes blob) {
  ByteReader reader(blob);
  std::vector<CompilationOption> options;
  while (!reader.at_end()) {
    const std::string_view name = read_text(reader);
    const std::string_view value = read_text(reader);
    options.emplace_back(name, value);
  }
  SIGLA_TRY(reader.finish("compilation options"));
  return options;
}

Result<std::vector<MetadataReference>> read_metadata_references(Bytes blob) {
  constexpr std::uint8_t kEmbedsInteropTypes = 0x01;
  constexpr std::uint8_t kIsAssembly = 0x02;
  ByteReader reader(blob);
  std::vector<MetadataReference> references;
  while (!reader.at_end()) {
    MetadataReference reference;
    reference.file_name = read_text(reader);
    reference.aliases = read_text(reader);
    const std::uint8_t flags = reader.u8();
    reference.embeds_interop_types = (flags & kEmbedsInteropTypes) != 0;
    reference.is_assembly = (flags & kIsAssembly) != 0;
    reference.time_stamp = reader.u32();
    reference.image_size = reader.u32();
    reference.mvid = reader.bytes(16);
    references.push_back(reference);
  }
  SIGLA_TRY(reader.finish("metadata references"));
  return references;
}

Result<std::vector<std::uint32_t>> read_type_documents(Bytes blob) {
  ByteReader reader(blob);
  std::vector<std::uint32_t> documents;
  while (!reader.at_end()) documents.push_back(read_clr_compressed(reader));
  SIGLA_TRY(reader.finish("type documents"));
  return documents;
}

}  // namespace sigla::ppdb
