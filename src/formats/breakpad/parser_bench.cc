// SPDX-License-Identifier: Apache-2.0
// Parse speed on a made-up file whose mix of records is that of a C++ library: SIGLA_BENCH_SYM
// names a real file to use instead.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "formats/breakpad/identity.h"
#include "formats/breakpad/parser.h"

namespace sigla::breakpad {
namespace {

std::string symbol_file() {
  if (const char* path = std::getenv("SIGLA_BENCH_SYM")) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::string text = "MODULE Linux x86_64 000102030405060708090A0B0C0D0E0F0 lib.so\n";
  for (int i = 0; i < 1'000; ++i)
    text += fmt::format("FILE {} /src/some/folder/file{}.cpp\n", i, i);
  unsigned address = 0x1000;
  for (int i = 0; i < 40'000; ++i) {
    text += fmt::format("FUNC {:x} 80 0 ns::Class{}::method(int, char const*)\n", address, i);
    text += fmt::format("INLINE 0 {} {} {} {:x} 10\n", i % 500, i % 1000, i % 700, address + 8);
    for (unsigned line = 0; line < 16; ++line) {
      text += fmt::format("{:x} 8 {} {}\n", address + line * 8, 100 + line * 3, i % 1000);
    }
    address += 0x80;
  }
  return text;
}

void BM_Parse(benchmark::State& state) {
  const std::string text = symbol_file();
  for (auto _ : state) {
    Visitor visitor;
    Diagnostics diagnostics;
    benchmark::DoNotOptimize(parse(as_bytes(text), visitor, Limits(), diagnostics).has_value());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}
BENCHMARK(BM_Parse)->Unit(benchmark::kMillisecond);

void BM_Identify(benchmark::State& state) {
  const std::string text = symbol_file();
  for (auto _ : state) {
    benchmark::DoNotOptimize(identify_breakpad(as_bytes(text), "x.sym", Limits()).has_value());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}
BENCHMARK(BM_Identify)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace sigla::breakpad
