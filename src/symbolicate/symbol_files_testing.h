// SPDX-License-Identifier: Apache-2.0
// SymbolFiles for tests, in this process: files are really identified, and their symcaches hold
// what their identity promises (a function, a line of it, a rule) at address 0x1000.
#pragma once

#include <string>
#include <vector>

#include "object/identify_job.h"
#include "symbolicate/symbol_files.h"
#include "symcache/writer.h"
#include "testing/matchers.h"

namespace sigla {

inline File file_of(Bytes bytes) {
  File file = std::move(File::create_in_memory("test")).value();
  EXPECT_THAT(file.write_all(bytes), IsOk());
  EXPECT_THAT(file.rewind(), IsOk());
  return file;
}

inline Buffer promised_symcache(const Identity& identity) {
  const Limits limits;
  SymcacheWriter writer(limits);
  writer.set_identity(identity);
  if (identity.has_symbols || identity.has_debug_info) {
    writer.begin_function({.address = 0x1000, .size = 0x100, .name = "_Z4namev"});
  }
  if (identity.has_debug_info) {
    writer.name_file(0, "/src/app.cc");
    writer.add_line({.address = 0x1000, .size = 0x100, .file = 0, .line = 12});
  }
  if (identity.has_unwind_info) writer.add_cfi_init(0x1000, 0x100, ".cfa: $rsp 8 +");
  return std::move(writer.finish_to_buffer()).value();
}

class SymbolFilesForTest final : public SymbolFiles {
 public:
  Result<std::vector<Object>> identify(const File& file, const std::string& name) override {
    ++identify_count;
    SIGLA_TRY_ASSIGN(
        IdentifiedFile found,
        identify_file(file, name, [] { return File::create_in_memory("unpacked"); }, Limits()));
    return std::move(found.objects);
  }
  Result<File> symcache(const File& file, const Wanted& wanted) override {
    last_wanted = wanted;
    SIGLA_TRY_ASSIGN(const std::vector<Object> objects, identify(file, wanted.name));
    for (const Object& object : objects) {
      if (wanted.arch == Arch::kUnknown || object.identity.arch == wanted.arch) {
        return file_of(promised_symcache(object.identity));
      }
    }
    return make_error(ErrorCode::kNotFound, "no image for {}", to_string(wanted.arch));
  }

  int identify_count = 0;
  Wanted last_wanted;
};

}  // namespace sigla
