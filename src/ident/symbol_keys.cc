// SPDX-License-Identifier: Apache-2.0
#include "ident/symbol_keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/text.h"
#include "ident/breakpad_path.h"
#include "ident/ssqp_key.h"

namespace sigla {
namespace {

constexpr std::array<std::pair<std::string_view, KeyFlags>, 11> kFlagNames = {{
    {"IdentityKey", kIdentityKey},
    {"SymbolKey", kSymbolKey},
    {"ClrKeys", kClrKeys},
    {"ForceWindowsPdbs", kForceWindowsPdbs},
    {"HostKeys", kHostKeys},
    {"DacDbiKeys", kDacDbiKeys},
    {"RuntimeKeys", kRuntimeKeys},
    {"PerfMapKeys", kPerfMapKeys},
    {"None", 0},
    {"NoneKeys", 0},
    {"All", kAllKeys},
}};

// Every key once, in the order of the first mention.
class KeyList {
 public:
  void add(std::string key) {
    if (std::find(keys_.begin(), keys_.end(), key) == keys_.end()) keys_.push_back(std::move(key));
  }
  std::vector<std::string> take() { return std::move(keys_); }

 private:
  std::vector<std::string> keys_;
};

// "_amd64_amd64_4.6.25505.00.dll" and its like: the DAC, SOS under the name that says for which
// host and target it was built. Empty for a machine .NET's own builds never named so.
std::vector<std::string> long_names(std::string_view stem, const Identity& pe) {
  std::vector<std::string_view> hosts;
  std::string_view target;
  switch (pe.arch) {
    case Arch::kX86_64:
      target = "amd64";
      break;
    case Arch::kX86:
      target = "x86";
      break;
    case Arch::kArm:
      target = "arm";
      hosts.push_back("x86");
      break;
    case Arch::kArm64:
      target = "arm64";
      hosts.push_back("amd64");
      break;
    default:
      return {};
  }
  hosts.push_back(target);

  const auto numbers = split(pe.version, '.');
  if (numbers.size() != 4) return {};
  std::string version = fmt::format("{}.{}.{}.", numbers[0], numbers[1], numbers[2]);
  if (numbers[3].size() < 2) version += '0';
  version += numbers[3];

  std::vector<std::string> names;
  for (const std::string_view host : hosts) {
    names.push_back(
        fmt::format("{}_{}_{}_{}{}.dll", stem, host, target, version, pe.version_flavor));
  }
  return names;
}

void add_pe_runtime_keys(const Identity& pe, KeyFlags flags, const std::string& id, KeyList& keys) {
  const std::string name = lower(base_name(pe.name));
  const auto add_all = [&](const std::vector<std::string>& names) {
    for (const std::string& file : names) keys.add(ssqp_key(file, id));
  };
  if (name == "clr.dll") {
    if ((flags & kClrKeys) != 0) add_all(long_names("sos", pe));
    add_all({"mscordacwks.dll", "mscordbi.dll"});
    add_all(long_names("mscordacwks", pe));
  }
  if (name == "coreclr.dll") {
    add_all({"mscordaccore.dll", "mscordbi.dll"});
    add_all(long_names("mscordaccore", pe));
  }
}

void add_pe_keys(const Identity& pe, KeyFlags flags, KeyList& keys) {
  if (!pe.time_date_stamp || !pe.size_of_image) return;
  const std::string id = pe_id(*pe.time_date_stamp, *pe.size_of_image);
  const std::string own_key = ssqp_key(pe.name, id);
  const std::string name = lower(base_name(pe.name));
  if ((flags & kIdentityKey) != 0) keys.add(own_key);
  if ((flags & kRuntimeKeys) != 0 && (name == "coreclr.dll" || name == "clr.dll"))
    keys.add(own_key);
  if ((flags & kSymbolKey) != 0) {
    for (const PdbReference& pdb : pe.pdbs) {
      const bool portable = pdb.portable && (flags & kForceWindowsPdbs) == 0;
      keys.add(portable ? portable_pdb_key(pdb.path, pdb.debug_id)
                        : pdb_key(pdb.path, pdb.debug_id));
    }
  }
  if ((flags & kPerfMapKeys) != 0) {
    for (const auto& map : pe.perfmaps) keys.add(perfmap_key(map.name, map.signature, map.version));
  }
  if ((flags & (kClrKeys | kDacDbiKeys)) != 0) add_pe_runtime_keys(pe, flags, id, keys);
  if ((flags & kHostKeys) != 0 && pe.kind == ObjectKind::kExecutable && !pe.is_managed) {
    keys.add(own_key);
    keys.add(fmt::format("apphost.exe/{}/apphost.exe", id));
  }
}

// What ELF and Mach-O have in common.
struct UnixKinds {
  std::string own_key;
  std::string symbol_key;
  std::string host_key;
  std::string_view prefix;        // of ids: "elf-buildid"
  std::string_view runtime_name;  // "libcoreclr.so"
  std::vector<std::string_view> dac_dbi;
  std::string_view sos;
};

void add_unix_keys(const Identity& identity,
                   KeyFlags flags,
                   bool is_symbol_file,
                   std::string_view id,
                   const UnixKinds& kinds,
                   KeyList& keys) {
  if ((flags & kIdentityKey) != 0) keys.add(is_symbol_file ? kinds.symbol_key : kinds.own_key);
  const std::string name = lower(base_name(identity.name));
  if (!is_symbol_file) {
    if ((flags & kRuntimeKeys) != 0 && name == kinds.runtime_name) keys.add(kinds.own_key);
    if ((flags & kSymbolKey) != 0) keys.add(kinds.symbol_key);
    if ((flags & (kClrKeys | kDacDbiKeys)) != 0 && name == kinds.runtime_name) {
      std::vector<std::string_view> files = kinds.dac_dbi;
      if ((flags & kClrKeys) != 0) files.insert(files.end(), {kinds.sos, "sos.netcore.dll"});
      for (const std::string_view file : files) {
        keys.add(ssqp_key(file, fmt::format("{}-coreclr-{}", kinds.prefix, id)));
      }
    }
  }
  if ((flags & kHostKeys) != 0 && identity.kind == ObjectKind::kExecutable) {
    keys.add(kinds.own_key);
    keys.add(kinds.host_key);
  }
}

void add_elf_keys(const Identity& elf, KeyFlags flags, KeyList& keys) {
  const auto id = padded_build_id(elf.code_id);
  if (!id) return;
  // A separate debug file and an unstripped program look alike to the generator: what has
  // .debug_info is a symbol file.
  add_unix_keys(elf,
                flags,
                elf.has_debug_info,
                *id,
                {elf_key(elf.name, *id),
                 elf_symbol_key(*id),
                 elf_key("apphost", *id),
                 "elf-buildid",
                 "libcoreclr.so",
                 {"libmscordaccore.so", "libmscordbi.so", "mscordaccore.dll", "mscordbi.dll"},
                 "libsos.so"},
                keys);
}

void add_macho_keys(const Identity& macho, KeyFlags flags, KeyList& keys) {
  const std::string& uuid = macho.code_id.text();
  const bool is_image = macho.kind == ObjectKind::kExecutable ||
                        macho.kind == ObjectKind::kLibrary || macho.kind == ObjectKind::kDebug;
  if (uuid.size() != 32 || !is_image) return;
  add_unix_keys(macho,
                flags,
                macho.kind == ObjectKind::kDebug,
                uuid,
                {macho_key(macho.name, uuid),
                 macho_symbol_key(uuid),
                 macho_key("apphost", uuid),
                 "mach-uuid",
                 "libcoreclr.dylib",
                 {"libmscordaccore.dylib", "libmscordbi.dylib"},
                 "libsos.dylib"},
                keys);
}

void add_identity_key(const Identity& identity, KeyFlags flags, KeyList& keys) {
  if ((flags & kIdentityKey) == 0) return;
  if (identity.format == Format::kPerfMap) {
    keys.add(perfmap_key(identity.name, identity.perfmap_signature, identity.perfmap_version));
  } else if (identity.format == Format::kWasm) {
    if (!identity.code_id.empty()) keys.add(wasm_key(identity.name, identity.code_id));
  } else if (!identity.debug_id) {
    return;
  } else if (identity.format == Format::kPdb) {
    keys.add(identity.is_msfz ? msfz_key(identity.name, *identity.debug_id)
                              : pdb_key(identity.name, *identity.debug_id));
  } else if (identity.format == Format::kPortablePdb) {
    DebugId windows_id = *identity.debug_id;
    windows_id.age = 1;
    keys.add((flags & kForceWindowsPdbs) != 0 ? pdb_key(identity.name, windows_id)
                                              : portable_pdb_key(identity.name, windows_id));
  } else if (identity.format == Format::kBreakpad) {
    keys.add(breakpad_sym_path(identity.name, *identity.debug_id));
  }
}

void add_keys(const Identity& identity, KeyFlags flags, KeyList& keys) {
  if (identity.is_embedded || identity.name.empty()) return;
  switch (identity.format) {
    case Format::kPe:
      add_pe_keys(identity, flags, keys);
      break;
    case Format::kElf:
      add_elf_keys(identity, flags, keys);
      break;
    case Format::kMacho:
      add_macho_keys(identity, flags, keys);
      break;
    default:
      add_identity_key(identity, flags, keys);
      break;
  }
}

}  // namespace

bool is_clr_companion_name(std::string_view name) {
  std::string text = lower(name);
  if (text.starts_with("lib")) text.erase(0, 3);
  return text.starts_with("mscordaccore") || text.starts_with("mscordacwks") ||
         text.starts_with("mscordbi") || text.starts_with("sos");
}

Result<KeyFlags> parse_key_flags(std::string_view text) {
  KeyFlags flags = 0;
  for (const std::string_view word : split(text, ',')) {
    const auto found = std::find_if(kFlagNames.begin(), kFlagNames.end(), [&](const auto& entry) {
      return equals_ignoring_case(entry.first, trim(word));
    });
    if (found == kFlagNames.end()) {
      return make_error(ErrorCode::kInvalidArgument, "'{}' is no kind of key", to_utf8(word));
    }
    flags |= found->second;
  }
  return flags;
}

std::vector<std::string> symbol_keys(const Identity& identity, KeyFlags flags) {
  KeyList keys;
  add_keys(identity, flags, keys);
  for (const Identity& module : identity.loaded_modules) add_keys(module, flags, keys);
  return keys.take();
}

}  // namespace sigla
