// SPDX-License-Identifier: Apache-2.0
// Functions of a library that is loaded when it is first used.
#pragma once

#include <dlfcn.h>

#include <cstring>

namespace sigla {

// Sets `function` to the library's function of that name; false when it has none. `library` is
// dlopen()'s.
template <typename Function>
bool find_function(void* library, const char* name, Function& function) {
  // POSIX promises that an object pointer of dlsym() holds a function's address.
  void* const address = ::dlsym(library, name);
  static_assert(sizeof(Function) == sizeof(address));
  std::memcpy(&function, &address, sizeof(address));
  return address != nullptr;
}

}  // namespace sigla
