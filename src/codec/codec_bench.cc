// SPDX-License-Identifier: Apache-2.0
// Speeds in content bytes a second, over code, symbols and debug information.
#include <benchmark/benchmark.h>
#include <zstd.h>

#include <set>
#include <string>

#include "base/text.h"
#include "codec/cab.h"
#include "codec/decoder.h"
#include "codec/encoder.h"
#include "codec/hash.h"
#include "codec/zstd_seekable.h"

namespace sigla {
namespace {

// The program and its libraries once each: a repetition would lie in a large frame's window.
const Buffer& content() {
  static const Buffer bytes = [] {
    Buffer all = read_file("/proc/self/exe", 1U << 30U).value();
    const Buffer maps = read_file("/proc/self/maps", 1U << 30U).value();
    std::set<std::string> libraries;
    for (const std::string_view line : split(as_text(maps), '\n')) {
      const std::size_t path = line.find('/');
      if (path != std::string_view::npos && line.find(".so") != std::string_view::npos) {
        libraries.emplace(line.substr(path));
      }
    }
    for (const std::string& library : libraries) {
      const Buffer more = read_file(library, 1U << 30U).value();
      all.insert(all.end(), more.begin(), more.end());
    }
    return all;
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

void BM_CabWriter(benchmark::State& state) {
  std::uint64_t size = 0;
  for (auto _ : state) {
    const File file = File::create_in_memory("cab").value();
    CabWriter writer(file, "a.pdb");
    SIGLA_CHECK(writer.write(content()).has_value());
    SIGLA_CHECK(writer.finish().has_value());
    size = file.size().value();
  }
  report(state, size);
}
BENCHMARK(BM_CabWriter);

void BM_CabReader(benchmark::State& state) {
  const File file = File::create_in_memory("cab").value();
  CabWriter writer(file, "a.pdb");
  SIGLA_CHECK(writer.write(content()).has_value());
  SIGLA_CHECK(writer.finish().has_value());
  for (auto _ : state) {
    const Limits limits;
    UnpackBudget budget;
    const auto archive = ArchiveReader::open(file, limits, budget).value();
    NullSink sink;
    SIGLA_CHECK(archive->next().has_value() && archive->extract(sink).has_value());
  }
  report(state, file.size().value());
}
BENCHMARK(BM_CabReader);

}  // namespace
}  // namespace sigla
