// SPDX-License-Identifier: Apache-2.0
// Whole uploads, from a spooled body to the acknowledgment. The program is its own worker.
#include <benchmark/benchmark.h>
#include <malloc.h>

#include <fstream>
#include <string>

#include "base/text.h"
#include "codec/archive_testing.h"
#include "codec/hash.h"
#include "codec/stream.h"
#include "ingest/ingest.h"
#include "ingest/unpack_job.h"
#include "store/files/files_blob_store.h"
#include "store/sqlite/sqlite_catalog.h"

namespace sigla {
namespace {

// VmHWM or VmRSS of this process, in MiB.
double memory_mib(const std::string& field) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (!line.starts_with(field)) continue;
    const auto digits = line.find_first_of("0123456789");
    const auto number = line.substr(digits, line.find(' ', digits) - digits);
    return static_cast<double>(parse_decimal(number).value_or(0)) / 1024;
  }
  return 0;
}

struct Server {
  Server()
      : directory(*TempDirectory::create()),
        blobs(*open_files_blob_store({.root = directory.path()})),
        catalog(*open_sqlite_catalog(directory.path() / "catalog.sqlite")),
        workers(*WorkerPool::start({.command = {"/proc/self/exe", "worker"}, .limits = {}})),
        ingest(*catalog, *blobs, *workers, {.spool = directory.path() / "spool", .limits = {}}) {
    SIGLA_CHECK(catalog->create_project("default", true).has_value());
  }
  UploadReport upload(const File& body) {
    UploadRequest request;
    request.body = *body.duplicate();
    request.project_id = 1;
    return *ingest.run(std::move(request));
  }

  TempDirectory directory;
  std::unique_ptr<BlobStore> blobs;
  std::unique_ptr<Catalog> catalog;
  std::unique_ptr<WorkerPool> workers;
  Ingest ingest;
};

void BM_ManyEntries(benchmark::State& state) {
  const auto count = static_cast<unsigned>(state.range(0));
  std::vector<TestFile> files;
  files.reserve(count);
  for (unsigned i = 0; i < count; ++i) files.push_back({fmt::format("{}.sym", i), make_sym(i, 50)});
  const File body = make_file(make_archive("gnutar", "gzip", files));
  files.clear();
  ::malloc_trim(0);
  for (auto _ : state) {
    Server server;
    const double before = memory_mib("VmRSS");
    const UploadReport report = server.upload(body);
    SIGLA_CHECK(report.upload.stored_count == count);
    state.counters["grown_MiB"] = memory_mib("VmRSS") - before;
  }
  state.counters["entries/s"] =
      benchmark::Counter(count, benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(BM_ManyEntries)->Arg(20'000)->Iterations(1)->Unit(benchmark::kMillisecond)->UseRealTime();

// One large file: what is left of the speed of hashing and writing it.
void BM_LargeFile(benchmark::State& state) {
  const std::string content = make_sym(1, static_cast<std::size_t>(state.range(0)) << 20U >> 5U);
  const File body = make_file(content);
  for (auto _ : state) {
    Server server;
    SIGLA_CHECK(server.upload(body).upload.stored_count == 1);
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(content.size()) * state.iterations());
}
BENCHMARK(BM_LargeFile)->Arg(256)->Iterations(1)->Unit(benchmark::kMillisecond)->UseRealTime();

void BM_HashAndWrite(benchmark::State& state) {
  const std::string content = make_sym(1, static_cast<std::size_t>(state.range(0)) << 20U >> 5U);
  const File body = make_file(content);
  for (auto _ : state) {
    const TempDirectory directory = *TempDirectory::create();
    SIGLA_CHECK(sha256(body).has_value());
    const File copied = *File::create(directory.path() / "copy");
    FileSource source(body);
    FileSink sink(copied);
    SIGLA_CHECK(copy(source, sink).has_value());
    SIGLA_CHECK(copied.sync().has_value());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(content.size()) * state.iterations());
}
BENCHMARK(BM_HashAndWrite)->Arg(256)->Iterations(1)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace sigla

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "worker") {
    sigla::WorkerJobs jobs;
    sigla::add_ingest_jobs(jobs);
    return sigla::run_worker_process(jobs);
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
