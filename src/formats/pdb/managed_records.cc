// SPDX-License-Identifier: Apache-2.0
#include "formats/pdb/managed_records.h"

#include <algorithm>
#include <utility>

#include "base/byte_reader.h"
#include "base/text.h"

namespace sigla::pdb {
namespace {

// {c6ea3fc9-59b3-49d6-bc25-0902bbabb460}: what .NET's symbol writer puts in front of its S_OEM.
constexpr GuidBytes kManagedOem = {
    0xc9, 0x3f, 0xea, 0xc6, 0xb3, 0x59, 0xd6, 0x49, 0xbc, 0x25, 0x09, 0x02, 0xbb, 0xab, 0xb4, 0x60};

std::string read_name(ByteReader& reader) {
  const std::string_view rest = as_text(reader.rest());
  return to_utf8(rest.substr(0, rest.find('\0')));
}

// Bytes behind a numeric leaf.
std::size_t leaf_size(std::uint16_t leaf) {
  switch (leaf) {
    case LF_CHAR:
      return 1;
    case LF_SHORT:
    case LF_USHORT:
      return 2;
    case LF_LONG:
    case LF_ULONG:
    case LF_REAL32:
      return 4;
    case LF_REAL64:
    case LF_QUADWORD:
    case LF_UQUADWORD:
    case LF_DATE:
      return 8;
    case LF_DECIMAL:
      return 16;
    default:
      return 0;
  }
}

class Builder {
 public:
  explicit Builder(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  void read(Bytes symbols) {
    SymbolRecords records(symbols);
    for (SymbolRecord record; records.next(record);) read_record(record);
    if (!records.ok()) {
      diagnostics_.report("damaged symbol record", fmt::format("offset {}", records.offset()));
    }
    if (in_method_) finish_method();
  }
  std::vector<PlacedMethod> take() && { return std::move(methods_); }

 private:
  // What the records up to an S_END belong to.
  struct Open {
    bool is_method = false;
    bool is_left_out = false;
    std::uint32_t scope = ManagedScope::kNoParent;
  };

  void read_record(const SymbolRecord& record) {
    if (record.kind == S_GMANPROC || record.kind == S_LMANPROC) return begin_method(record);
    if (opens_scope(record.kind)) {
      if (record.kind == S_BLOCK32 && in_method_) return begin_block(record);
      return push({false, true, scope()});
    }
    if (closes_scope(record.kind)) return close();
    if (!in_method_ || is_left_out()) return;
    switch (record.kind) {
      case S_UNAMESPACE: {
        ByteReader reader(record.data);
        scope_for_content().imports.push_back(read_name(reader));
        return;
      }
      case S_MANSLOT:
        return read_slot(record.data);
      case S_MANCONSTANT:
        return read_constant(record.data);
      case S_OEM:
        return read_oem(record.data);
      default:
        return;
    }
  }

  void begin_method(const SymbolRecord& record) {
    if (in_method_) finish_method();
    ByteReader reader(record.data);
    PlacedMethod placed;
    reader.skip(12);  // parent, end, next
    placed.method.code_size = reader.u32();
    reader.skip(8);  // where prologue ends and epilogue begins
    placed.method.token = reader.u32();
    placed.start.offset = reader.u32();
    placed.start.section = reader.u16();
    reader.skip(3);  // flags, return register
    placed.method.name = read_name(reader);
    open_.clear();
    if (!reader.ok()) {
      diagnostics_.report("damaged method record",
                          fmt::format("token {:08x}", placed.method.token));
      return push({true, true, ManagedScope::kNoParent});
    }
    current_ = std::move(placed);
    in_method_ = true;
    push({true, false, ManagedScope::kNoParent});
  }

  void begin_block(const SymbolRecord& record) {
    const auto block = read_block(record);
    const std::uint32_t code_size = current_.method.code_size;
    const std::uint32_t start = block ? block->start.offset - current_.start.offset : 0;
    if (!block || is_left_out() || start > code_size || block->size > code_size - start ||
        open_.size() >= kScopeDepthMax) {
      if (!is_left_out()) {
        diagnostics_.report("damaged scope", fmt::format("token {:08x}", current_.method.token));
      }
      return push({false, true, scope()});
    }
    ManagedScope added;
    added.parent = scope();
    added.start = start;
    added.size = block->size;
    current_.method.scopes.push_back(std::move(added));
    push({false, false, static_cast<std::uint32_t>(current_.method.scopes.size() - 1)});
  }

  void close() {
    if (open_.empty()) return;
    const bool ends_method = open_.back().is_method;
    open_.pop_back();
    if (ends_method && in_method_) finish_method();
  }

  void finish_method() {
    in_method_ = false;
    open_.clear();
    methods_.push_back(std::exchange(current_, {}));
  }

  void read_slot(Bytes data) {
    ByteReader reader(data);
    ManagedSlot slot;
    slot.slot = reader.u32();
    slot.signature = reader.u32();
    reader.skip(6);  // an address, which IL has none of
    slot.flags = reader.u16();
    slot.name = read_name(reader);
    if (reader.ok()) scope_for_content().slots.push_back(std::move(slot));
  }

  void read_constant(Bytes data) {
    ByteReader reader(data);
    ManagedConstant constant;
    constant.signature = reader.u32();
    constant.leaf = reader.u16();
    std::size_t size = leaf_size(constant.leaf);
    if (constant.leaf == LF_VARSTRING) size = reader.u16();
    const Bytes value = reader.bytes(size);
    constant.value.assign(value.begin(), value.end());
    constant.name = read_name(reader);
    const bool is_known =
        constant.leaf < LF_NUMERIC || leaf_size(constant.leaf) > 0 || constant.leaf == LF_VARSTRING;
    if (!reader.ok() || !is_known) {
      diagnostics_.report("constant of unknown form",
                          fmt::format("token {:08x}", current_.method.token));
      return;
    }
    scope_for_content().constants.push_back(std::move(constant));
  }

  void read_oem(Bytes data) {
    ByteReader reader(data);
    const Bytes guid = reader.bytes(sizeof(GuidBytes));
    reader.skip(4);  // a type
    if (!reader.ok() || !std::ranges::equal(guid, kManagedOem)) return;
    std::string name;
    for (std::uint16_t c = reader.u16(); c != 0; c = reader.u16()) name += static_cast<char>(c);
    if (name == "MD2") {
      const Bytes rest = reader.rest();
      current_.method.debug_info.assign(rest.begin(), rest.end());
    } else if (name == "asyncMethodInfo") {
      read_async(reader);
    }
  }

  void read_async(ByteReader& reader) {
    ManagedAsync async;
    async.kickoff = reader.u32();
    const std::uint32_t handler = reader.u32();
    if (handler != UINT32_MAX) async.catch_handler = handler;
    const std::uint32_t count = reader.u32();
    ByteReader awaits = reader.sub(std::uint64_t{count} * 12);
    if (!reader.ok()) {
      diagnostics_.report("damaged async information",
                          fmt::format("token {:08x}", current_.method.token));
      return;
    }
    while (!awaits.at_end()) {
      ManagedAsync::Await await;
      await.yield_offset = awaits.u32();
      await.resume_method = awaits.u32();
      await.resume_offset = awaits.u32();
      async.awaits.push_back(await);
    }
    current_.method.async = std::move(async);
  }

  void push(Open open) { open_.push_back(open); }
  bool is_left_out() const { return !open_.empty() && open_.back().is_left_out; }
  std::uint32_t scope() const {
    return open_.empty() ? ManagedScope::kNoParent : open_.back().scope;
  }

  // C++/CLI has locals outside of any block: the method itself is their scope.
  ManagedScope& scope_for_content() {
    std::vector<ManagedScope>& scopes = current_.method.scopes;
    if (scope() == ManagedScope::kNoParent) {
      if (scopes.empty()) {
        scopes.push_back({ManagedScope::kNoParent, 0, current_.method.code_size, {}, {}, {}});
      }
      if (!open_.empty()) open_.back().scope = 0;
      return scopes.front();
    }
    return scopes[scope()];
  }

  Diagnostics& diagnostics_;
  std::vector<PlacedMethod> methods_;
  PlacedMethod current_;
  bool in_method_ = false;
  std::vector<Open> open_;
};

}  // namespace

std::vector<PlacedMethod> read_managed_methods(Bytes symbols, Diagnostics& diagnostics) {
  Builder builder(diagnostics);
  builder.read(symbols);
  return std::move(builder).take();
}

}  // namespace sigla::pdb
