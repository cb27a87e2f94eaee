// SPDX-License-Identifier: Apache-2.0
#include "demangle/demangle.h"

#include <llvm/Demangle/Demangle.h>

#include <cstdlib>
#include <memory>
#include <optional>

#include "base/text.h"
#include "demangle/dlang.h"
#include "demangle/rust_legacy.h"
#include "demangle/swift.h"

namespace sigla {
namespace {

struct Free {
  void operator()(char* text) const { std::free(text); }
};
using OwnedText = std::unique_ptr<char, Free>;

bool is_itanium(std::string_view name) {
  return name.starts_with("_Z") || name.starts_with("__Z") || name.starts_with("___Z") ||
         name.starts_with("____Z");
}
bool is_msvc(std::string_view name) { return name.starts_with('?'); }
bool is_rust(std::string_view name) { return name.starts_with("_R"); }
bool is_d(std::string_view name) { return name.starts_with("_D"); }

// Some tools append "$" and 32 digits to tell apart what had the same name.
std::string_view without_digest(std::string_view name) {
  constexpr std::size_t kSize = 33;
  if (name.size() <= kSize || name[name.size() - kSize] != '$') return name;
  const std::string_view digits = name.substr(name.size() - kSize + 1);
  if (!parse_hex_bytes(digits).has_value()) return name;
  return name.substr(0, name.size() - kSize);
}

class ItaniumName {
 public:
  explicit ItaniumName(std::string_view mangled) : mangled_(mangled) {}

  // False when it is none.
  bool parse() { return !demangler_.partialDemangle(mangled_.c_str()); }

  std::string text() const {
    const bool is_function = demangler_.isFunction();
    if (mangled_.find("17h") != std::string::npos) {
      auto rust = decode_rust_legacy(is_function ? name() : whole());
      if (rust.has_value()) return *std::move(rust);
    }
    std::string full = whole();
    if (!is_function) return full;
    const std::string type = part(&llvm::ItaniumPartialDemangler::getFunctionReturnType);
    if (type.empty()) return full;
    // A plain return type stands before the name. That of a function pointer stands around it; then
    // the name is put together anew, at the price of a const behind the parameters.
    const std::string function = name();
    if (std::string_view(full).starts_with(type + " " + function)) {
      return full.substr(type.size() + 1);
    }
    return function + part(&llvm::ItaniumPartialDemangler::getFunctionParameters);
  }

 private:
  using Part = char* (llvm::ItaniumPartialDemangler::*)(char*, std::size_t*) const;
  std::string part(Part get) const {
    std::size_t size = 0;
    const OwnedText text((demangler_.*get)(nullptr, &size));
    return text == nullptr ? std::string() : std::string(text.get());
  }
  std::string whole() const { return part(&llvm::ItaniumPartialDemangler::finishDemangle); }

  std::string name() const { return part(&llvm::ItaniumPartialDemangler::getFunctionName); }

  std::string mangled_;  // the demangler's nodes point into it
  llvm::ItaniumPartialDemangler demangler_;
};

std::optional<std::string> demangle_itanium(std::string_view name) {
  // On macOS every symbol has one more underscore, and a block's function three.
  const std::size_t start = name.find('Z') - 1;
  ItaniumName itanium(without_digest(name.substr(start)));
  if (!itanium.parse()) return std::nullopt;
  return itanium.text();
}

std::optional<std::string> demangle_msvc(std::string_view name) {
  constexpr auto kFlags = static_cast<llvm::MSDemangleFlags>(
      llvm::MSDF_NoAccessSpecifier | llvm::MSDF_NoCallingConvention | llvm::MSDF_NoReturnType |
      llvm::MSDF_NoMemberType | llvm::MSDF_NoVariableType);
  int status = 0;
  const OwnedText text(llvm::microsoftDemangle(name, nullptr, &status, kFlags));
  if (text == nullptr || status != llvm::demangle_success) return std::nullopt;
  // LLVM abbreviates what Microsoft's own tools write out: `scalar deleting dtor'.
  std::string readable = text.get();
  const std::size_t at = readable.find(" deleting dtor'");
  if (at != std::string::npos) readable.replace(at, 15, " deleting destructor'");
  return readable;
}

std::optional<std::string> take(char* demangled) {
  const OwnedText text(demangled);
  if (text == nullptr) return std::nullopt;
  return std::string(text.get());
}

}  // namespace

bool looks_mangled(std::string_view name) {
  return is_itanium(name) || is_msvc(name) || is_rust(name) || is_d(name) || is_swift(name);
}

std::string demangle(std::string_view name) {
  std::optional<std::string> readable;
  if (name.size() <= kMangledNameSizeMax && name.find('\0') == std::string_view::npos) {
    if (is_itanium(name)) readable = demangle_itanium(name);
    if (is_msvc(name)) readable = demangle_msvc(name);
    if (is_rust(name)) readable = take(llvm::rustDemangle(name));
    if (is_d(name)) readable = demangle_dlang(name);
    if (is_swift(name)) readable = demangle_swift(name);
  }
  return readable.has_value() ? *std::move(readable) : std::string(name);
}

}  // namespace sigla
