// SPDX-License-Identifier: Apache-2.0
#include "ident/lookup_keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "ident/breakpad_path.h"
#include "ident/ssqp_key.h"
#include "ident/symbol_keys.h"

namespace sigla {
namespace {

class LowerKeyList {
 public:
  void add(std::string_view key) {
    std::string text = lower(key);
    if (std::find(keys_.begin(), keys_.end(), text) == keys_.end())
      keys_.push_back(std::move(text));
  }
  // "buildid/<id>/<what>", for an id that is there.
  void add_by_id(std::string_view id, std::string_view what) {
    if (!id.empty()) add(fmt::format("buildid/{}/{}", id, what));
  }
  std::vector<std::string> take() { return std::move(keys_); }

 private:
  std::vector<std::string> keys_;
};

void add_pe_keys(const Identity& pe, LowerKeyList& keys) {
  if (pe.time_date_stamp && pe.size_of_image) {
    keys.add(pe_key(pe.name, *pe.time_date_stamp, *pe.size_of_image));
    // dotnet-symbol before 2020-09 dropped the leading zeros of the time stamp.
    keys.add(ssqp_key(pe.name, fmt::format("{:x}{:x}", *pe.time_date_stamp, *pe.size_of_image)));
  }
  if (!pe.mvid.empty()) {
    keys.add(mvid_key(pe.mvid));
    keys.add(mvid_name_key(pe.name));
  }
  if (!pe.debug_id) return;
  // gdb takes the GUID of a PE's CodeView entry, without its age, for its build id.
  for (const std::string& id : {lower(pe.debug_id->breakpad()), pe.debug_id->guid_lower()}) {
    if (pe.kind != ObjectKind::kDebug) keys.add_by_id(id, "executable");
    if (pe.has_debug_info) keys.add_by_id(id, "debuginfo");
  }
}

// The build id or, of a file without one, what dumps have in its place: the hash that its debug id
// is made of, in the order of memory again, since that rule undoes itself.
CodeId elf_id(const Identity& elf) {
  if (!elf.code_id.empty() || !elf.debug_id) return elf.code_id;
  return CodeId(DebugId::from_build_id(elf.debug_id->guid).guid_lower());
}

void add_elf_keys(const Identity& elf, LowerKeyList& keys) {
  const CodeId build_id = elf_id(elf);
  const std::string& id = build_id.text();
  if (id.empty()) return;
  const std::string key_id = padded_build_id(build_id).value_or(id);
  // An unstripped program answers for both.
  if (elf.kind != ObjectKind::kDebug) {
    keys.add(elf_key(elf.name, key_id));
    keys.add_by_id(id, "executable");
  }
  if (elf.kind == ObjectKind::kDebug || elf.has_debug_info) {
    keys.add(elf_symbol_key(key_id));
    keys.add_by_id(id, "debuginfo");
  }
}

void add_macho_keys(const Identity& macho, LowerKeyList& keys) {
  const std::string& uuid = macho.code_id.text();
  if (macho.kind != ObjectKind::kDebug) {
    if (uuid.size() == 32) keys.add(macho_key(macho.name, uuid));
    keys.add_by_id(uuid, "executable");
  }
  if (macho.kind == ObjectKind::kDebug || macho.has_debug_info) {
    if (uuid.size() == 32) keys.add(macho_symbol_key(uuid));
    keys.add_by_id(uuid, "debuginfo");
  }
}

void add_wasm_keys(const Identity& wasm, LowerKeyList& keys) {
  if (wasm.code_id.empty()) return;
  keys.add(wasm_key(wasm.name, wasm.code_id));
  keys.add_by_id(wasm.code_id.text(), "executable");
  if (wasm.has_debug_info) keys.add_by_id(wasm.code_id.text(), "debuginfo");
}

// The unified layout names these by the code id where there is one and else by the debug id; a
// client has whichever its dump gave it.
void add_by_either_id(const Identity& identity, std::string_view what, LowerKeyList& keys) {
  if (identity.debug_id) keys.add_by_id(identity.debug_id->breakpad(), what);
  keys.add_by_id(identity.code_id.text(), what);
}

}  // namespace

std::vector<std::string> lookup_keys(const Identity& identity) {
  LowerKeyList keys;
  if (identity.is_embedded || identity.name.empty()) return {};
  switch (identity.format) {
    case Format::kPe:
      add_pe_keys(identity, keys);
      break;
    case Format::kElf:
      add_elf_keys(identity, keys);
      break;
    case Format::kMacho:
      add_macho_keys(identity, keys);
      break;
    case Format::kWasm:
      add_wasm_keys(identity, keys);
      break;
    case Format::kPdb:
    case Format::kPortablePdb:
      for (const std::string& key : symbol_keys(identity, kIdentityKey)) keys.add(key);
      if (identity.debug_id) keys.add_by_id(identity.debug_id->breakpad(), "debuginfo");
      break;
    case Format::kBreakpad:
      for (const std::string& key : symbol_keys(identity, kIdentityKey)) keys.add(key);
      add_by_either_id(identity, "breakpad", keys);
      break;
    case Format::kSourceBundle:
      add_by_either_id(identity, "sourcebundle", keys);
      break;
    case Format::kPerfMap:
      for (const std::string& key : symbol_keys(identity, kIdentityKey)) keys.add(key);
      break;
    case Format::kBcSymbolMap:
    case Format::kUuidMap:
      if (identity.debug_id) {
        keys.add_by_id(identity.debug_id->guid_lower(), to_string(identity.format));
      }
      break;
    case Format::kMinidump:
    case Format::kElfCore:
    case Format::kMachoCore:
    case Format::kUnknown:
      break;
  }
  return keys.take();
}

std::string mvid_key(std::string_view mvid) { return "mvid/" + lower(mvid); }

std::string mvid_name_key(std::string_view name) { return "mvid/" + lower(name); }

std::vector<std::string> source_lookup_keys(std::string_view path,
                                            std::string_view sha1,
                                            std::string_view sha256) {
  return {lower(source_sha1_key(path, sha1)), lower(source_sha256_key(path, sha256))};
}

}  // namespace sigla
