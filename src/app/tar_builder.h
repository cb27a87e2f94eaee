// SPDX-License-Identifier: Apache-2.0
// A tar archive in memory, of files that go to a server in one request.
//
// Layout: POSIX.1-1988 ustar headers of 512 bytes; names of more than 100 bytes in GNU's 'L'
// entries before them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace sigla::app {

class TarBuilder {
 public:
  void add(std::string_view name, Bytes content);
  // Grows the archive by an entry whose content the caller fills in; valid until the next call.
  MutableBytes add(std::string_view name, std::uint64_t size);
  // The archive, its end mark included.
  std::string take() &&;

 private:
  void add_header(std::string_view name, std::uint64_t size, char type);
  std::string archive_;
};

}  // namespace sigla::app
