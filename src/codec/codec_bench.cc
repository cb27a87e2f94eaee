// SPDX-License-Identifier: Apache-2.0
// Speeds in content bytes a second, over this program's own file: code, symbols and debug
// information, as in what users upload.
#include <benchmark/benchmark.h>
#include <zstd.h>

#include "codec/decoder.h"
#include "codec/encoder.h"
#include "codec/hash.h"
#include "codec/zstd_seekable.h"

namespace sigla {
namespace {

const Buffer& content() {
  static const Buffer bytes = [] {
    Buffer self = read_file("/proc/self/exe", 1U << 30U).value();
    while (self.size() < (32U << 20U)) {
      const Buffer copy = self;
      self.insert(self.end(), copy.begin(), copy.end());
    }
    self.resize(32U << 20U);
    return self;
  }();
  return bytes;
}

class NullSink final : public ByteSink {
 public:
  Status write(Bytes bytes) override {
    size += bytes.size();
    return {};
  }
  std::uint64_t size = 0;
};

void report(benchmark::State& state, std::uint64_t packed_size) {
  state.SetBytesProcessed(static_cast<std::int64_t>(content().size()) *
                          static_cast<std::int64_t>(state.iterations()));
  state.counters["ratio"] =
      static_cast<double>(content().size()) / static_cast<double>(packed_size);
}

void BM_Sha256(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(sha256(Bytes(content())));
  report(state, content().size());
}
BENCHMARK(BM_Sha256);

void BM_LibzstdWhole(benchmark::State& state) {
  Buffer packed(ZSTD_compressBound(content().size()));
  std::size_t size = 0;
  for (auto _ : state) {
    size = ZSTD_compress(packed.data(), packed.size(), content().data(), content().size(), 3);
  }
  report(state, size);
}
BENCHMARK(BM_LibzstdWhole);

void BM_SeekableWriter(benchmark::State& state) {
  std::uint64_t size = 0;
  for (auto _ : state) {
    NullSink sink;
    SeekableWriter writer(sink, static_cast<std::size_t>(state.range(0)));
    SIGLA_CHECK(writer.write(content()).has_value());
    SIGLA_CHECK(writer.finish().has_value());
    size = sink.size;
  }
  report(state, size);
}
BENCHMARK(BM_SeekableWriter)->RangeMultiplier(2)->Range(64 << 10, 2 << 20);

void BM_SeekableReader(benchmark::State& state) {
  auto file = std::make_shared<File>(File::create_in_memory("bench").value());
  FileSink sink(*file);
  SeekableWriter writer(sink);
  SIGLA_CHECK(writer.write(content()).has_value());
  SIGLA_CHECK(writer.finish().has_value());
  Buffer buffer(1U << 20U);
  for (auto _ : state) {
    SeekableReader reader = SeekableReader::open(file).value();
    for (std::uint64_t at = 0; at < reader.size(); at += buffer.size()) {
      SIGLA_CHECK(reader.read_at(buffer, at).has_value());
    }
  }
  report(state, writer.packed_size());
}
BENCHMARK(BM_SeekableReader);

void BM_Encode(benchmark::State& state) {
  const auto codec = static_cast<Codec>(state.range(0));
  std::uint64_t size = 0;
  for (auto _ : state) {
    NullSink sink;
    const auto encoder = make_encoder(codec, sink);
    SIGLA_CHECK(encoder->write(content()).has_value());
    SIGLA_CHECK(encoder->finish().has_value());
    size = sink.size;
  }
  state.SetLabel(std::string(to_string(codec)));
  report(state, size);
}
BENCHMARK(BM_Encode)->Arg(static_cast<int>(Codec::kGzip))->Arg(static_cast<int>(Codec::kZstd));

void BM_Decode(benchmark::State& state) {
  const auto codec = static_cast<Codec>(state.range(0));
  const Buffer packed = encode(codec, content());
  for (auto _ : state) {
    MemorySource source(packed);
    const auto decoder = make_decoder(codec, source, Limits());
    NullSink sink;
    SIGLA_CHECK(copy(*decoder, sink).has_value());
  }
  state.SetLabel(std::string(to_string(codec)));
  report(state, packed.size());
}
BENCHMARK(BM_Decode)->Arg(static_cast<int>(Codec::kGzip))->Arg(static_cast<int>(Codec::kZstd));

}  // namespace
}  // namespace sigla
