// SPDX-License-Identifier: Apache-2.0
// Types and functions of a PDB as text, the way C++ and the names in a debugger have them:
//
//   type                  S const *
//   inlined function      ns::f, Class::method, Class::~Class
//   parameters            (int, S const *)
//
// Each text is made once and kept; the views live as long as the object. One object for each
// thread: the streams behind it may be shared. A hostile record can refer to itself, or to others
// that double with each level: names nest no deeper than Limits::type_depth_max and grow no longer
// than about Limits::symbol_name_size_max, beyond which types are "?".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/limits.h"
#include "formats/pdb/symbols.h"
#include "formats/pdb/type_stream.h"

namespace sigla::pdb {

class TypeNames {
 public:
  // Requires: both outlive this.
  TypeNames(const TypeStream& types, const TypeStream& ids, const Limits& limits)
      : types_(types), ids_(ids), limits_(limits) {}

  // "?" for one that cannot be read.
  std::string_view type(std::uint32_t index);
  // The scope and name of a function by its index in the id stream; empty when it is none.
  std::string_view function(std::uint32_t id);
  // Of a procedure; empty when its type says nothing.
  std::string_view parameters(const Procedure& procedure);

 private:
  // A type is written around a name: `before` it and `after` it.
  struct Parts {
    std::string before;
    std::string after;
    bool wraps_after = false;  // a function or an array: a pointer to it stands in parentheses
  };
  Parts parts(std::uint32_t index, unsigned depth);
  Parts record_parts(std::uint32_t index, unsigned depth);
  Parts pointer_parts(Bytes data, unsigned depth);
  Parts modifier_parts(Bytes data, unsigned depth);
  Parts array_parts(Bytes data, unsigned depth);
  Parts function_parts(const TypeRecord& record, unsigned depth);
  std::string text(std::uint32_t index, unsigned depth);
  std::string argument_list(std::uint32_t index, unsigned depth);
  std::string function_text(std::uint32_t id, unsigned depth);
  std::string id_text(std::uint32_t id, unsigned depth);

  const TypeStream& types_;
  const TypeStream& ids_;
  Limits limits_;
  std::size_t size_left_ = 0;  // of the name being made
  std::unordered_map<std::uint32_t, std::string> type_texts_;
  std::unordered_map<std::uint32_t, std::string> function_texts_;
  std::unordered_map<std::uint32_t, std::string> parameter_texts_;  // by type
};

// The name of a class, structure, union, enumeration or interface; nothing for other records.
std::optional<std::string_view> read_udt_name(const TypeRecord& record);

// "vector<int>" of "std::vector<int>".
std::string_view last_component(std::string_view qualified_name);

}  // namespace sigla::pdb
