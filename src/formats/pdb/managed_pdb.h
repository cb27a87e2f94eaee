// SPDX-License-Identifier: Apache-2.0
// A Windows PDB of managed code as its reader gives it and its writer takes it. Everything hangs on
// metadata tokens; addresses are places in IL, counted from the beginning of a method's code. Owns
// everything.
//
// A method is S_GMANPROC with its token in place of a type; in it S_BLOCK32 for scopes,
// S_UNAMESPACE (imports, a small language of strings), S_MANSLOT and S_MANCONSTANT, and S_OEM with
// blobs: "MD2" (managed_debug_info.h) and "asyncMethodInfo". Lines are C13 lines with columns.
// Documents have their GUIDs, checksum and source in streams "/src/files/<lower-case path>".
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace sigla::pdb {

// As Windows stores it.
using GuidBytes = std::array<std::uint8_t, 16>;

struct ManagedDocument {
  std::string path;
  GuidBytes language{};
  GuidBytes vendor{};
  GuidBytes type{};
  GuidBytes hash_algorithm{};
  Buffer hash;
  Buffer source;  // u32 unpacked size, or 0 when the rest is plain; DEFLATE data. Empty: none

  bool operator==(const ManagedDocument&) const = default;
};

struct ManagedLine {
  std::uint32_t il_offset = 0;
  std::uint32_t document = 0;  // index
  bool is_hidden = false;
  std::uint32_t start_line = 0;
  std::uint32_t end_line = 0;
  std::uint16_t start_column = 0;
  std::uint16_t end_column = 0;

  bool operator==(const ManagedLine&) const = default;
};

struct ManagedSlot {
  static constexpr std::uint16_t kCompilerGenerated = 4;  // of CV_LVARFLAGS
  std::uint32_t slot = 0;
  std::uint32_t signature = 0;  // token of the local signature
  std::uint16_t flags = 0;
  std::string name;

  bool operator==(const ManagedSlot&) const = default;
};

struct ManagedConstant {
  std::uint32_t signature = 0;  // token, or 0
  std::uint16_t leaf = 0;       // a NumericLeaf; below LF_NUMERIC it is the value itself
  Buffer value;                 // of leaf; the text of LF_VARSTRING without its size
  std::string name;

  bool operator==(const ManagedConstant&) const = default;
};

struct ManagedScope {
  static constexpr std::uint32_t kNoParent = 0xffffffff;
  std::uint32_t parent = kNoParent;  // index in the method's scopes, lower than its own
  std::uint32_t start = 0;
  std::uint32_t size = 0;
  std::vector<std::string> imports;
  std::vector<ManagedSlot> slots;
  std::vector<ManagedConstant> constants;

  bool operator==(const ManagedScope&) const = default;
};

struct ManagedAsync {
  struct Await {
    std::uint32_t yield_offset = 0;
    std::uint32_t resume_method = 0;  // token
    std::uint32_t resume_offset = 0;

    bool operator==(const Await&) const = default;
  };
  std::uint32_t kickoff = 0;  // token
  std::optional<std::uint32_t> catch_handler;
  std::vector<Await> awaits;

  bool operator==(const ManagedAsync&) const = default;
};

struct ManagedMethod {
  std::uint32_t token = 0;
  std::string type;  // with its namespace, and the types around it: the module's name
  std::string name;
  std::uint32_t code_size = 0;
  std::vector<ManagedScope> scopes;  // each behind its parent and what that has before it
  std::vector<ManagedLine> lines;    // ascending
  Buffer debug_info;                 // "MD2"
  std::optional<ManagedAsync> async;

  bool operator==(const ManagedMethod&) const = default;
};

struct ManagedPdb {
  GuidBytes guid{};
  std::uint32_t signature = 0;  // the stamp of a Portable PDB's id
  std::uint32_t age = 1;
  bool is_managed = true;  // a native PDB is read, too, and is empty
  std::uint32_t entry_point = 0;  // token, or 0
  std::vector<ManagedDocument> documents;
  std::vector<ManagedMethod> methods;  // ascending by token
  std::optional<Buffer> source_link;
  std::optional<Buffer> srcsrv;
  struct Compiler {
    std::array<std::uint16_t, 4> version{};
    std::string name;  // "C# - 4.0.0-6.21521.2+68d3c0e"

    bool operator==(const Compiler&) const = default;
  };
  std::optional<Compiler> compiler;

  bool operator==(const ManagedPdb&) const = default;
};

}  // namespace sigla::pdb
