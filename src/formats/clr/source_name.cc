// SPDX-License-Identifier: Apache-2.0
#include "formats/clr/source_name.h"

#include <algorithm>
#include <vector>

namespace sigla::clr {
namespace {

constexpr std::string_view kVbStateMachine = "VB$StateMachine_";

// Position of the '>' that ends the name begun by '<' at 0; npos when there is none.
std::size_t closing_bracket(std::string_view name) {
  std::size_t depth = 0;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] == '<') ++depth;
    if (name[i] == '>' && --depth == 0) return i;
  }
  return std::string_view::npos;
}

// "<middle>rest"
struct Generated {
  std::string_view middle;
  std::string_view rest;
  bool is_generated = false;
};

Generated parse_generated(std::string_view name) {
  if (name.starts_with("CS$")) name.remove_prefix(3);
  if (!name.starts_with('<')) return {};
  const std::size_t end = closing_bracket(name);
  if (end == std::string_view::npos) return {};
  return {name.substr(1, end - 1), name.substr(end + 1), true};
}

// Closures, state machines, and the class that holds lambdas without one. "<PrivateImpl...>" and
// "<>f__AnonymousType0`1" are no such class.
bool is_generated_class(std::string_view name) {
  if (name.starts_with(kVbStateMachine) || name.starts_with("_Closure$__")) return true;
  const Generated generated = parse_generated(name);
  if (!generated.is_generated) return false;
  return generated.rest.starts_with("c") || generated.rest.starts_with("d");
}

bool is_nesting(char c) { return c == '+' || c == '/'; }

// The parts of a type's name, outermost first; those of the namespace stay with the first one.
// Angle brackets may hold anything.
std::vector<std::string_view> split_nested(std::string_view type) {
  std::vector<std::string_view> parts;
  std::size_t start = 0;
  int depth = 0;
  for (std::size_t i = 0; i < type.size(); ++i) {
    if (type[i] == '<') ++depth;
    if (type[i] == '>') depth = std::max(depth - 1, 0);
    if (depth != 0) continue;
    const bool is_dot_before_generated =
        type[i] == '.' &&
        (type.substr(i + 1).starts_with('<') || type.substr(i + 1).starts_with(kVbStateMachine) ||
         type.substr(i + 1).starts_with("_Closure$__"));
    if (!is_nesting(type[i]) && !is_dot_before_generated) continue;
    parts.push_back(type.substr(start, i - start));
    start = i + 1;
  }
  parts.push_back(type.substr(start));
  return parts;
}

std::string_view until_generics(std::string_view name) {
  return name.substr(0, name.find_first_of("[("));
}

// "VB$StateMachine_3_Run" -> "Run"
std::string_view vb_method(std::string_view name) {
  name.remove_prefix(kVbStateMachine.size());
  const std::size_t end = name.find('_');
  return end == std::string_view::npos ? std::string_view() : name.substr(end + 1);
}

// What comes behind "b__", "m__": the number of a lambda.
std::string_view after_kind(std::string_view rest) {
  const std::size_t at = rest.find("__");
  return at == std::string_view::npos ? std::string_view() : rest.substr(at + 2);
}

// "F|0_0" -> "F"
std::string_view local_function(std::string_view rest) {
  const std::string_view name = after_kind(rest);
  return name.substr(0, name.find('|'));
}

// Takes the brackets off a method's name, as often as there are some.
void unwrap_method(std::string_view name, SourceMethod& source) {
  for (;;) {
    const Generated generated = parse_generated(name);
    if (!generated.is_generated) break;
    const char kind = generated.rest.empty() ? '\0' : generated.rest[0];
    if (kind != 'b' && kind != 'g' && kind != 'm') break;
    const bool is_outermost = source.kind == SourceMethod::Kind::kPlain ||
                              source.kind == SourceMethod::Kind::kStateMachine;
    if (is_outermost) {
      source.kind = kind == 'g' ? SourceMethod::Kind::kLocalFunction : SourceMethod::Kind::kLambda;
      source.inner = kind == 'g' ? local_function(generated.rest) : after_kind(generated.rest);
    }
    name = generated.middle;
  }
  source.method = name;
}

}  // namespace

std::string_view generated_from(std::string_view name) {
  if (name.starts_with(kVbStateMachine)) return vb_method(name);
  return parse_generated(name).middle;
}

std::string SourceMethod::qualified_method() const {
  switch (kind) {
    case Kind::kLambda:
      return method + ".AnonymousMethod__" + inner;
    case Kind::kLocalFunction:
      return method + "." + inner;
    case Kind::kPlain:
    case Kind::kStateMachine:
      break;
  }
  return method;
}

SourceMethod source_method(std::string_view type, std::string_view method) {
  SourceMethod source;
  std::vector<std::string_view> parts = split_nested(type);
  const auto is_made = [](std::string_view part) {
    return is_generated_class(until_generics(part));
  };
  std::string_view from;  // the method that the innermost class was made for
  const bool is_in_state_machine =
      parts.size() > 1 && method == "MoveNext" && is_made(parts.back());
  while (parts.size() > 1 && is_made(parts.back())) {
    if (from.empty()) from = generated_from(parts.back());
    parts.pop_back();
  }
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i != 0) source.type += type[static_cast<std::size_t>(parts[i].data() - type.data()) - 1];
    source.type += parts[i];
  }
  if (is_in_state_machine && !from.empty()) {
    source.kind = SourceMethod::Kind::kStateMachine;
    source.is_async = true;
    unwrap_method(from, source);
    return source;
  }
  unwrap_method(method, source);
  // mcs: the class has the name, the method only a number.
  if (source.method.empty()) source.method = from;
  if (source.kind == SourceMethod::Kind::kPlain) source.type = type;
  return source;
}

}  // namespace sigla::clr
