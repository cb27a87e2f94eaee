// SPDX-License-Identifier: Apache-2.0
#include "http/curl_library.h"

#include <dlfcn.h>

#include <cstring>

namespace sigla::http {
namespace {

// POSIX promises that an object pointer of dlsym() holds a function's address.
template <typename Function>
bool find(void* library, const char* name, Function& function) {
  void* const address = ::dlsym(library, name);
  static_assert(sizeof(Function) == sizeof(address));
  std::memcpy(&function, &address, sizeof(address));
  return address != nullptr;
}

struct Loaded {
  CurlLibrary curl;
  bool is_complete = false;
};

Loaded load() {
  Loaded loaded;
  void* const library = ::dlopen("libcurl.so.4", RTLD_NOW);
  if (library == nullptr) return loaded;
  CurlLibrary& curl = loaded.curl;
  decltype(&::curl_global_init) global_init = nullptr;
  loaded.is_complete = find(library, "curl_global_init", global_init) &&
                       find(library, "curl_easy_init", curl.easy_init) &&
                       find(library, "curl_easy_setopt", curl.easy_setopt) &&
                       find(library, "curl_easy_perform", curl.easy_perform) &&
                       find(library, "curl_easy_getinfo", curl.easy_getinfo) &&
                       find(library, "curl_easy_reset", curl.easy_reset) &&
                       find(library, "curl_easy_cleanup", curl.easy_cleanup) &&
                       find(library, "curl_easy_strerror", curl.easy_strerror) &&
                       find(library, "curl_slist_append", curl.slist_append) &&
                       find(library, "curl_slist_free_all", curl.slist_free_all) &&
                       global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  return loaded;
}

}  // namespace

const CurlLibrary* CurlLibrary::get() {
  static const Loaded kLoaded = load();
  return kLoaded.is_complete ? &kLoaded.curl : nullptr;
}

}  // namespace sigla::http
