// SPDX-License-Identifier: Apache-2.0
#include "app/source_coverage.h"

#include <optional>
#include <set>

#include "base/byte_reader.h"
#include "base/view.h"
#include "formats/ppdb/documents.h"
#include "formats/ppdb/sources.h"
#include "sourcelink/map.h"

namespace sigla::app {

namespace {

constexpr std::string_view kJob = "source coverage";
constexpr std::size_t kPathSizeMax = 4'096;

Result<SourceCoverage> cover(Bytes file, const Limits& limits) {
  SIGLA_TRY_ASSIGN(const ppdb::Metadata pdb, ppdb::Metadata::open(file, limits));
  Diagnostics diagnostics;
  const ppdb::Sources sources = ppdb::read_sources(pdb, limits, diagnostics);
  std::set<std::uint32_t> embedded;
  for (const ppdb::EmbeddedFile& source : sources.embedded) embedded.insert(source.document);
  std::optional<sourcelink::SourceLinkMap> map;
  if (!sources.source_link.empty()) {
    SIGLA_TRY_ASSIGN(map, sourcelink::SourceLinkMap::parse(sources.source_link, limits));
  }
  SourceCoverage coverage;
  coverage.document_count = pdb.row_count(ClrTable::kDocument);
  for (std::uint32_t row = 1; row <= coverage.document_count; ++row) {
    if (embedded.contains(row)) continue;
    SIGLA_TRY_ASSIGN(const std::string path, ppdb::document_name(pdb, pdb.document(row), limits));
    if (map && map->url_of(path)) continue;
    ++coverage.uncovered_count;
    if (coverage.uncovered.size() < SourceCoverage::kUncoveredMax) {
      coverage.uncovered.push_back(path.substr(0, kPathSizeMax));
    }
  }
  return coverage;
}

// Request: the file. Answer: documents, those not covered (u32 each), then paths with their size
// (u32) before them.
Result<WorkerMessage> run_job(WorkerMessage request, WorkerContext& context) {
  if (request.files.size() != 1) {
    return make_error(ErrorCode::kInvalidArgument, "source coverage: one file is needed");
  }
  SIGLA_TRY_ASSIGN(const MappedFile file, MappedFile::map(request.files[0]));
  SIGLA_TRY_ASSIGN(const SourceCoverage coverage, cover(file.bytes(), context.limits()));
  WorkerMessage answer;
  answer.payload += as_text(bytes_of(coverage.document_count));
  answer.payload += as_text(bytes_of(coverage.uncovered_count));
  for (const std::string& path : coverage.uncovered) {
    const auto size = static_cast<std::uint32_t>(path.size());
    answer.payload += as_text(bytes_of(size));
    answer.payload += path;
  }
  return answer;
}

}  // namespace

Result<SourceCoverage> source_coverage_in_worker(WorkerPool& pool, const File& pdb) {
  WorkerMessage request;
  SIGLA_TRY_ASSIGN(request.files.emplace_back(), pdb.duplicate());
  SIGLA_TRY_ASSIGN(const WorkerMessage answer, pool.run(kJob, std::move(request)));
  ByteReader reader(as_bytes(answer.payload));
  SourceCoverage coverage;
  coverage.document_count = reader.u32();
  coverage.uncovered_count = reader.u32();
  while (!reader.at_end() && coverage.uncovered.size() < SourceCoverage::kUncoveredMax) {
    const std::uint32_t size = reader.u32();
    coverage.uncovered.emplace_back(as_text(reader.bytes(size)));
  }
  SIGLA_TRY(reader.finish("worker's answer"));
  return coverage;
}

void add_source_coverage_job(WorkerJobs& jobs) { jobs[std::string(kJob)] = run_job; }

}  // namespace sigla::app
