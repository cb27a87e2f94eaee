// SPDX-License-Identifier: Apache-2.0
// Types; see dlang_parser.h.
#include <fmt/format.h>

#include <utility>

#include "demangle/dlang_parser.h"

namespace sigla::dlang {

bool Parser::type(std::string& out) {
  Step step(*this);
  if (!step.is_allowed(out)) return false;
  switch (peek()) {
    case 'A': {
      ++at_;
      if (!type(out)) return false;
      out += "[]";
      return true;
    }
    case 'B':
      ++at_;
      return type_list(out);
    case 'C':
    case 'E':
    case 'S':
    case 'T':
      return named_type(out);
    case 'D':
      ++at_;
      return delegate_type(out);
    case 'F':
    case 'R':
    case 'U':
    case 'W':
    case 'Y':
      return function_type(out, "function");
    case 'G': {
      ++at_;
      const auto size = number();
      if (!size.has_value() || !type(out)) return false;
      out += fmt::format("[{}]", *size);
      return true;
    }
    case 'H': {
      ++at_;
      std::string key;
      if (!type(key) || !type(out)) return false;
      out += '[' + key + ']';
      return true;
    }
    case 'O':
      ++at_;
      return modified_type(out, "shared");
    case 'P': {
      ++at_;
      if (is_call_convention(peek())) return function_type(out, "function");
      if (!type(out)) return false;
      out += '*';
      return true;
    }
    case 'Q': {
      const auto target = back_reference();
      if (!target.has_value()) return false;
      const std::size_t after = at_;
      at_ = *target;
      const bool is_type = type(out);
      at_ = after;
      return is_type;
    }
    case 'x':
      ++at_;
      return modified_type(out, "const");
    case 'y':
      ++at_;
      return modified_type(out, "immutable");
    default:
      return basic_type(out);
  }
}

bool Parser::basic_type(std::string& out) {
  if (next_if("Ng")) return modified_type(out, "inout");
  if (next_if("Nh")) return modified_type(out, "__vector");
  const auto named = [&](std::string_view name, std::size_t size = 1) {
    at_ += size;
    out += name;
    return true;
  };
  switch (peek()) {
    case 'N':
      return peek(1) == 'n' && named("noreturn", 2);
    case 'a':
      return named("char");
    case 'b':
      return named("bool");
    case 'c':
      return named("creal");
    case 'd':
      return named("double");
    case 'e':
      return named("real");
    case 'f':
      return named("float");
    case 'g':
      return named("byte");
    case 'h':
      return named("ubyte");
    case 'i':
      return named("int");
    case 'j':
      return named("ireal");
    case 'k':
      return named("uint");
    case 'l':
      return named("long");
    case 'm':
      return named("ulong");
    case 'n':
      return named("typeof(null)");
    case 'o':
      return named("ifloat");
    case 'p':
      return named("idouble");
    case 'q':
      return named("cfloat");
    case 'r':
      return named("cdouble");
    case 's':
      return named("short");
    case 't':
      return named("ushort");
    case 'u':
      return named("wchar");
    case 'v':
      return named("void");
    case 'w':
      return named("dchar");
    case 'z':
      if (peek(1) == 'i') return named("cent", 2);
      return peek(1) == 'k' && named("ucent", 2);
    default:
      return false;
  }
}

bool Parser::modified_type(std::string& out, std::string_view modifier) {
  out += modifier;
  out += '(';
  if (!type(out)) return false;
  out += ')';
  return true;
}

bool Parser::named_type(std::string& out) {
  ++at_;
  return qualified_name(out, false);
}

bool Parser::type_list(std::string& out) {
  const auto count = number();
  if (!count.has_value()) return false;
  out += "Tuple!(";
  for (std::uint64_t i = 0; i < *count; ++i) {
    if (i > 0) out += ", ";
    if (!type(out)) return false;
  }
  out += ')';
  return true;
}

// --- functions ---

bool Parser::is_call_convention(char c) {
  switch (c) {
    case 'F':
    case 'R':
    case 'U':
    case 'W':
    case 'Y':
      return true;
    default:
      return false;
  }
}

bool Parser::function_type(std::string& out, std::string_view word) {
  std::string parameter_list;
  if (!parameters(parameter_list) || !type(out)) return false;
  out += ' ';
  out += word;
  out += parameter_list;
  return true;
}

bool Parser::delegate_type(std::string& out) {
  const std::string modifiers = type_modifiers();
  if (const auto function = referenced_function()) {
    const std::size_t after = std::exchange(at_, *function);
    const bool is_complete = function_type(out, "delegate");
    at_ = after;
    out += modifiers;
    return is_complete;
  }
  if (!is_call_convention(peek()) || !function_type(out, "delegate")) return false;
  out += modifiers;
  return true;
}

void Parser::skip_function_attributes() {
  constexpr std::string_view kAttributes = "abcdefijlm";
  while (peek() == 'N' && peek(1) != '\0' && kAttributes.find(peek(1)) != std::string_view::npos) {
    at_ += 2;
  }
}

bool Parser::parameters(std::string& out) {
  Step step(*this);
  if (!step.is_allowed(out)) return false;
  ++at_;  // the convention
  skip_function_attributes();
  out += '(';
  bool is_first = true;
  for (;;) {
    if (next_if('Z')) break;
    if (next_if('X')) {
      out += "...";
      break;
    }
    if (next_if('Y')) {
      out += is_first ? "..." : ", ...";
      break;
    }
    if (!is_first) out += ", ";
    is_first = false;
    if (!parameter(out)) return false;
  }
  out += ')';
  return true;
}

bool Parser::parameter(std::string& out) {
  for (;;) {
    if (next_if('I')) {
      out += "in ";
    } else if (next_if('J')) {
      out += "out ";
    } else if (next_if('K')) {
      out += "ref ";
    } else if (next_if('L')) {
      out += "lazy ";
    } else if (next_if('M')) {
      out += "scope ";
    } else if (next_if("Nk")) {
      out += "return ";
    } else {
      return type(out);
    }
    if (out.size() > size_max_) return false;
  }
}

std::string Parser::type_modifiers() {
  std::string text;
  for (;;) {
    if (next_if('O')) {
      text += " shared";
    } else if (next_if('x')) {
      text += " const";
    } else if (next_if('y')) {
      text += " immutable";
    } else if (next_if("Ng")) {
      text += " inout";
    } else {
      return text;
    }
  }
}

}  // namespace sigla::dlang
