// SPDX-License-Identifier: Apache-2.0
// Conversion and look-up speed on the Breakpad file that SIGLA_BENCH_SYM names, or on a made-up
// one.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <random>

#include "convert/breakpad_to_symcache.h"
#include "os/file.h"
#include "symcache/symcache.h"

namespace sigla {
namespace {

Buffer made_up_file() {
  std::string text = "MODULE Linux x86_64 000102030405060708090A0B0C0D0E0F0 lib.so\n";
  for (int i = 0; i < 1'000; ++i) {
    text += fmt::format("FILE {} /src/some/folder/file{}.cpp\n", i, i);
    text += fmt::format("INLINE_ORIGIN {} ns::Other{}::inlined(int)\n", i, i);
  }
  unsigned address = 0x1000;
  for (int i = 0; i < 40'000; ++i) {
    text += fmt::format("FUNC {:x} 80 0 ns::Class{}::method(int, char const*)\n", address, i);
    text += fmt::format("INLINE 0 {} {} {} {:x} 10\n", i % 500, i % 1000, i % 700, address + 8);
    for (unsigned line = 0; line < 16; ++line) {
      text += fmt::format("{:x} 8 {} {}\n", address + line * 8, 100 + line * 3, i % 1000);
    }
    address += 0x90;
  }
  const Bytes bytes = as_bytes(text);
  return {bytes.begin(), bytes.end()};
}

const Buffer& symbol_file() {
  static const Buffer file = [] {
    const char* path = std::getenv("SIGLA_BENCH_SYM");
    if (path == nullptr) return made_up_file();
    auto read = read_file(path, UINT32_MAX);
    SIGLA_CHECK(read.has_value());
    return *std::move(read);
  }();
  return file;
}

Buffer convert(const Buffer& text) {
  Buffer out;
  Diagnostics diagnostics;
  const auto sink = [&](Bytes piece) -> Status {
    out.insert(out.end(), piece.begin(), piece.end());
    return {};
  };
  SIGLA_CHECK(breakpad_to_symcache(text, "x.sym", Limits(), diagnostics, sink).has_value());
  return out;
}

void BM_Convert(benchmark::State& state) {
  const Buffer& text = symbol_file();
  std::size_t size = 0;
  for (auto _ : state) size = convert(text).size();
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
  state.counters["symcache_bytes"] = static_cast<double>(size);
  state.counters["ratio"] = static_cast<double>(size) / static_cast<double>(text.size());
}
BENCHMARK(BM_Convert)->Unit(benchmark::kMillisecond);

void BM_Open(benchmark::State& state) {
  const Buffer file = convert(symbol_file());
  for (auto _ : state) benchmark::DoNotOptimize(Symcache::open(Bytes(file)).has_value());
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * file.size()));
}
BENCHMARK(BM_Open)->Unit(benchmark::kMillisecond);

// Random addresses, uniformly over all rows' addresses.
std::vector<std::uint64_t> random_addresses(const Symcache& cache) {
  std::vector<std::uint64_t> addresses;
  for (std::size_t i = 0; i < cache.code_count(); ++i) {
    const CodeRange range = cache.code_range(i);
    symcache::CodeReader code = cache.code(i);
    for (bool more = code.open_rows(); more; more = code.next()) {
      addresses.push_back(range.low + code.row().offset);
    }
  }
  std::shuffle(addresses.begin(), addresses.end(), std::mt19937(1));
  return addresses;
}

void report(benchmark::State& state, std::uint64_t frame_count, std::uint64_t lookup_count) {
  state.SetItemsProcessed(static_cast<std::int64_t>(lookup_count));
  state.counters["frames"] = static_cast<double>(frame_count) / static_cast<double>(lookup_count);
}

void BM_Lookup(benchmark::State& state) {
  const Buffer file = convert(symbol_file());
  const auto cache = Symcache::open(Bytes(file));
  SIGLA_CHECK(cache.has_value());
  const auto addresses = random_addresses(*cache);
  std::vector<SymcacheFrame> frames;
  std::size_t next = 0;
  std::uint64_t frame_count = 0;
  for (auto _ : state) {
    cache->lookup(addresses[next], frames);
    frame_count += frames.size();
    if (++next == addresses.size()) next = 0;
  }
  report(state, frame_count, state.iterations());
}
BENCHMARK(BM_Lookup);

void BM_LookupAll(benchmark::State& state) {
  const Buffer file = convert(symbol_file());
  const auto cache = Symcache::open(Bytes(file));
  SIGLA_CHECK(cache.has_value());
  const auto addresses = random_addresses(*cache);
  std::uint64_t frame_count = 0;
  for (auto _ : state) {
    cache->lookup_all(addresses, [&](std::size_t, const std::vector<SymcacheFrame>& frames) {
      frame_count += frames.size();
    });
  }
  report(state, frame_count, state.iterations() * addresses.size());
}
BENCHMARK(BM_LookupAll);

}  // namespace
}  // namespace sigla
