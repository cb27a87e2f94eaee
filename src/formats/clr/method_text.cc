// SPDX-License-Identifier: Apache-2.0
#include "formats/clr/method_text.h"

#include <algorithm>
#include <array>
#include <unordered_map>
#include <utility>

#include "base/text.h"
#include "formats/clr/signature.h"

namespace sigla::clr {
namespace {

using Alias = std::pair<std::string_view, std::string_view>;

// The keywords of C#, which Unity's console has.
constexpr std::array kAliases = {Alias{"bool", "System.Boolean"},
                                 Alias{"byte", "System.Byte"},
                                 Alias{"char", "System.Char"},
                                 Alias{"decimal", "System.Decimal"},
                                 Alias{"double", "System.Double"},
                                 Alias{"float", "System.Single"},
                                 Alias{"int", "System.Int32"},
                                 Alias{"long", "System.Int64"},
                                 Alias{"object", "System.Object"},
                                 Alias{"sbyte", "System.SByte"},
                                 Alias{"short", "System.Int16"},
                                 Alias{"string", "System.String"},
                                 Alias{"uint", "System.UInt32"},
                                 Alias{"ulong", "System.UInt64"},
                                 Alias{"ushort", "System.UInt16"},
                                 Alias{"void", "System.Void"}};

// Without generic arguments; nested types behind dots. Angle brackets are part of names that
// compilers made.
std::string plain_type(std::string_view text) {
  std::string plain = without_type_arguments(text);
  std::ranges::replace_if(plain, [](char c) { return c == '+' || c == '/'; }, '.');
  return plain;
}

std::string parameter_type(std::string_view text) {
  text = trim(text);
  for (const std::string_view keyword : {"ref ", "out ", "in ", "params ", "this "}) {
    if (text.starts_with(keyword)) text = trim(text.substr(keyword.size()));
  }
  int depth = 0;
  std::size_t end = text.size();
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '[') ++depth;
    if (text[i] == ']') --depth;
    if (text[i] == ' ' && depth == 0) end = i;
  }
  const std::string type = plain_type(trim(text.substr(0, end)));
  const std::size_t suffix = std::min(type.find_first_of("[&*"), type.size());
  for (const auto& [keyword, name] : kAliases) {
    if (std::string_view(type).substr(0, suffix) == keyword) {
      return std::string(name) + type.substr(suffix);
    }
  }
  return type;
}

std::vector<std::string> parameter_types(std::string_view text) {
  std::vector<std::string> types;
  if (trim(text).empty()) return types;
  int depth = 0;
  std::size_t start = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && (text[i] == '[' || text[i] == '(')) ++depth;
    if (i < text.size() && (text[i] == ']' || text[i] == ')')) --depth;
    if (i < text.size() && (text[i] != ',' || depth != 0)) continue;
    types.push_back(parameter_type(text.substr(start, i - start)));
    start = i + 1;
  }
  return types;
}

// Where the method's name begins in "N.C`1[T]..ctor": behind the last dot or colon outside of
// brackets; npos for a function without a type.
std::size_t method_start(std::string_view name) {
  std::size_t found = std::string_view::npos;
  int square = 0;
  int angle = 0;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    if (c == '[') ++square;
    if (c == ']') --square;
    if (c == '<') ++angle;
    if (c == '>') --angle;
    if ((c == '.' || c == ':') && square == 0 && angle == 0) {
      // "C..ctor": the second dot is the name's.
      if (found != std::string_view::npos && found == i && c == '.') continue;
      found = i + 1;
    }
  }
  return found;
}

bool is_same_type(const std::string& full, std::string_view wanted) {
  const std::string plain = plain_type(full);
  return plain == wanted || short_type_name(full) == wanted;
}

bool has_parameters(const Program& program, std::uint32_t method, const MethodText& wanted) {
  const auto blob = program.method_signature(method);
  if (!blob.has_value()) return false;
  const auto signature =
      read_method_signature(program, blob.value(), generic_context(program, method));
  return signature.has_value() && std::equal(signature->parameters.begin(),
                                             signature->parameters.end(),
                                             wanted.parameters.begin(),
                                             wanted.parameters.end(),
                                             is_same_type);
}

std::uint32_t choose(const Program& program,
                     const std::vector<std::uint32_t>& candidates,
                     const MethodText& wanted) {
  if (candidates.size() == 1) return candidates[0];
  std::uint32_t chosen = 0;
  for (const std::uint32_t candidate : candidates) {
    if (!wanted.has_parameters || !has_parameters(program, candidate, wanted)) continue;
    if (chosen != 0) return 0;
    chosen = candidate;
  }
  return chosen;
}

}  // namespace

MethodText parse_method_text(std::string_view text) {
  MethodText parsed;
  text = trim(text);
  const std::size_t open = text.find('(');
  const std::string_view name = trim(text.substr(0, open));
  if (open != std::string_view::npos) {
    const std::size_t close = text.rfind(')');
    parsed.has_parameters = close != std::string_view::npos && close > open;
    if (parsed.has_parameters) {
      parsed.parameters = parameter_types(text.substr(open + 1, close - open - 1));
    }
  }
  const std::size_t start = method_start(name);
  const std::string_view method = start == std::string_view::npos ? name : name.substr(start);
  // Generic arguments of a method: "F[U]", "F<U>" behind a name that begins otherwise.
  const std::size_t generics =
      method.starts_with('<') ? method.find('[') : method.find_first_of("[<");
  parsed.method = method.substr(0, generics);
  if (start != std::string_view::npos) parsed.type = plain_type(name.substr(0, start - 1));
  return parsed;
}

std::vector<std::uint32_t> find_methods(const Program& program,
                                        const std::vector<MethodText>& wanted) {
  std::unordered_map<std::string_view, std::vector<std::size_t>> by_type;
  for (std::size_t i = 0; i < wanted.size(); ++i) by_type[wanted[i].type].push_back(i);
  std::vector<std::uint32_t> found(wanted.size());
  for (std::uint32_t type = 1; type <= program.type_count(); ++type) {
    const auto name = program.type_name(type);
    if (!name.has_value()) continue;
    const std::string plain = type == 1 ? std::string() : plain_type(name.value());
    const auto asked = by_type.find(plain);
    if (asked == by_type.end()) continue;
    const std::vector<std::uint32_t> methods = program.methods_of(type);
    for (const std::size_t i : asked->second) {
      std::vector<std::uint32_t> candidates;
      for (const std::uint32_t method : methods) {
        if (program.method_name(method).value_or("") == wanted[i].method) {
          candidates.push_back(method);
        }
      }
      if (!candidates.empty()) found[i] = choose(program, candidates, wanted[i]);
    }
  }
  return found;
}

}  // namespace sigla::clr
