// SPDX-License-Identifier: Apache-2.0
#include "demangle/demangle.h"

#include <llvm/Demangle/Demangle.h>

#include <cstdlib>
#include <memory>
#include <optional>

#include "demangle/dlang.h"
#include "demangle/itanium.h"
#include "demangle/rust_v0.h"
#include "demangle/swift.h"

namespace sigla {
namespace {

struct Free {
  void operator()(char* text) const { std::free(text); }
};
using OwnedText = std::unique_ptr<char, Free>;

bool is_msvc(std::string_view name) { return name.starts_with('?'); }
bool is_d(std::string_view name) { return name.starts_with("_D"); }

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

std::optional<std::string> read(std::string_view name) {
  if (is_itanium(name)) return demangle_itanium(name);
  if (is_msvc(name)) return demangle_msvc(name);
  if (is_rust_v0(name)) return demangle_rust_v0(name);
  if (is_d(name)) return demangle_dlang(name);
  if (is_swift(name)) return demangle_swift(name);
  return std::nullopt;
}

// What is put behind a function's name for the version it has or the way it is called:
// "_Znwm@@GLIBCXX_3.4", "_Znwm@plt".
std::string_view without_version(std::string_view name) {
  return is_msvc(name) || name.starts_with('@') ? name : name.substr(0, name.find('@'));
}

}  // namespace

bool looks_mangled(std::string_view name) {
  return is_itanium(name) || is_msvc(name) || is_rust_v0(name) || is_d(name) || is_swift(name);
}

std::string demangle(std::string_view name) {
  if (name.size() > kMangledNameSizeMax || name.find('\0') != std::string_view::npos) {
    return std::string(name);
  }
  const std::string_view symbol = without_version(name);
  std::optional<std::string> readable = read(symbol);
  if (!readable.has_value() || readable->size() > kReadableNameSizeMax) return std::string(name);
  *readable += name.substr(symbol.size());
  return *std::move(readable);
}

}  // namespace sigla
