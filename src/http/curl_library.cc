// SPDX-License-Identifier: Apache-2.0
#include "http/curl_library.h"

#include <dlfcn.h>

#include "os/shared_library.h"

namespace sigla::http {
namespace {

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
  loaded.is_complete = find_function(library, "curl_global_init", global_init) &&
                       find_function(library, "curl_easy_init", curl.easy_init) &&
                       find_function(library, "curl_easy_setopt", curl.easy_setopt) &&
                       find_function(library, "curl_easy_perform", curl.easy_perform) &&
                       find_function(library, "curl_easy_getinfo", curl.easy_getinfo) &&
                       find_function(library, "curl_easy_reset", curl.easy_reset) &&
                       find_function(library, "curl_easy_cleanup", curl.easy_cleanup) &&
                       find_function(library, "curl_easy_strerror", curl.easy_strerror) &&
                       find_function(library, "curl_slist_append", curl.slist_append) &&
                       find_function(library, "curl_slist_free_all", curl.slist_free_all) &&
                       global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  return loaded;
}

}  // namespace

const CurlLibrary* CurlLibrary::get() {
  static const Loaded kLoaded = load();
  return kLoaded.is_complete ? &kLoaded.curl : nullptr;
}

}  // namespace sigla::http
