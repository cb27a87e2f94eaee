// SPDX-License-Identifier: Apache-2.0
// A symcache whose checksum is right and whose content is anything: whatever it answers, it must
// not read outside the file. The header is put right first, or nothing would get past open().
#include <xxhash.h>

#include <algorithm>
#include <cstddef>

#include "base/view.h"
#include "symcache/symcache.h"
#include "symcache/unwind_expression.h"

namespace {

void put_header_right(sigla::Buffer& file) {
  auto header = sigla::load<sigla::symcache::RawHeader>(file);
  header.magic = sigla::symcache::kMagic;
  header.version = sigla::symcache::kVersion;
  header.file_size = file.size();
  header.checksum = 0;
  header.section_count %= 32;
  header.address_size = header.address_size % 2 == 0 ? 4 : 8;
  std::ranges::copy(sigla::bytes_of(header), file.begin());
  header.checksum = XXH3_64bits(file.data(), file.size());
  std::ranges::copy(sigla::bytes_of(header), file.begin());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < sizeof(sigla::symcache::RawHeader)) return 0;
  sigla::Buffer file(data, data + size);
  put_header_right(file);
  const auto cache = sigla::Symcache::open(sigla::Bytes(file));
  if (!cache.has_value()) return 0;
  std::vector<std::uint64_t> addresses = {0, 1, 0x1000, UINT32_MAX, UINT64_MAX};
  std::size_t sum = 0;
  for (std::size_t i = 0; i < cache->code_count(); ++i) {
    const auto range = cache->code_range(i);
    auto code = cache->code(i);
    for (bool more = code.open_rows(); more; more = code.next()) {
      addresses.push_back(range.low + code.row().offset);
    }
    addresses.push_back(range.high);
  }
  for (std::size_t i = 0; i < cache->function_count(); ++i) {
    const auto function = cache->function(i);
    addresses.push_back(function.address);
    if (i < 100) sum += cache->find_functions(function.name).size();
    if (i < 100) sum += cache->find_functions_by_prefix(function.name.substr(0, 2)).size();
  }
  for (std::size_t i = 0; i < cache->unwind_row_count(); ++i) {
    addresses.push_back(cache->unwind_row(i).address);
  }
  for (std::size_t i = 0; i < cache->stack_win_count(); ++i) {
    addresses.push_back(cache->stack_win(i).address);
  }
  addresses.resize(std::min<std::size_t>(addresses.size(), 1'000));
  cache->lookup_all(addresses, [&](std::size_t, const auto& frames) { sum += frames.size(); });
  for (const std::uint64_t address : addresses) {
    for (const auto& frame : cache->lookup(address))
      sum += frame.function.size() + frame.file.size();
    if (const auto rules = cache->find_unwind(address)) {
      rules->for_each_register([&](sigla::UnwindRegister, const sigla::UnwindRule& rule) {
        for (sigla::UnwindStepReader steps(rule.expression); !steps.at_end();) {
          sum += steps.next().number;
        }
      });
    }
    if (const auto win = cache->find_stack_win(address)) sum += win->program_string.size();
  }
  volatile std::size_t used = sum;
  static_cast<void>(used);
  return 0;
}
