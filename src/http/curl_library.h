// SPDX-License-Identifier: Apache-2.0
// libcurl, loaded when the first request goes out: with the thirty libraries it brings along it
// would be most of the start of every process, of the server's workers too. Thread-safe.
#pragma once

#include <curl/curl.h>

#include "base/result.h"

namespace sigla::http {

struct CurlLibrary {
  decltype(&::curl_easy_init) easy_init = nullptr;
  decltype(&::curl_easy_setopt) easy_setopt = nullptr;
  decltype(&::curl_easy_perform) easy_perform = nullptr;
  decltype(&::curl_easy_getinfo) easy_getinfo = nullptr;
  decltype(&::curl_easy_reset) easy_reset = nullptr;
  decltype(&::curl_easy_cleanup) easy_cleanup = nullptr;
  decltype(&::curl_easy_strerror) easy_strerror = nullptr;
  decltype(&::curl_slist_append) slist_append = nullptr;
  decltype(&::curl_slist_free_all) slist_free_all = nullptr;

  // The same one for everybody, until the process ends; null when libcurl is not installed.
  static const CurlLibrary* get();
};

}  // namespace sigla::http
