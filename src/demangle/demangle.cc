// SPDX-License-Identifier: Apache-2.0
#include "demangle/demangle.h"

#include <llvm/Demangle/Demangle.h>

#include <algorithm>
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

// A digit can stand for one of the first ten parameters, those of function types within included.
// When each of those says the one before several times, the text multiplies.
bool may_explode(std::string_view name) {
  if (!is_msvc(name)) return false;
  constexpr double kSizeMax = 64 << 20;
  constexpr std::size_t kParametersMax = 10;
  std::size_t function_count = 0;  // "P6A...", "P8class@@E...", "$$A6..." and the like
  std::size_t digit_count = 0;
  for (std::size_t i = 1; i < name.size(); ++i) {
    if (name[i] < '0' || name[i] > '9') continue;
    ++digit_count;
    const bool is_letter_before = name[i - 1] >= 'A' && name[i - 1] <= 'Z';
    if (is_letter_before && (name[i] == '6' || name[i] == '8')) ++function_count;
  }
  double size = static_cast<double>(name.size());
  for (std::size_t i = 0; i < std::min(function_count, kParametersMax); ++i) {
    size *= 1 + static_cast<double>(digit_count) / static_cast<double>(function_count);
  }
  return size > kSizeMax;
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
