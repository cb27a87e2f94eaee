// SPDX-License-Identifier: Apache-2.0
#include "object/checksum_job.h"

#include <algorithm>

#include "base/byte_reader.h"
#include "base/text.h"
#include "base/view.h"
#include "formats/pe/debug_directory.h"
#include "formats/ppdb/pdb_checksum.h"

namespace sigla {
namespace {

// Request: offset (u64), size (u64), the algorithm; the file. Answer: the checksum.
Result<WorkerMessage> run_checksum_job(WorkerMessage request, WorkerContext& context) {
  if (request.files.size() != 1) {
    return make_error(ErrorCode::kInvalidArgument, "checksum job: one file is needed");
  }
  ByteReader reader(as_bytes(request.payload));
  const std::uint64_t offset = reader.u64();
  const std::uint64_t size = reader.u64();
  SIGLA_TRY(reader.finish("checksum job"));
  SIGLA_TRY_ASSIGN(const MappedFile file, MappedFile::map(request.files[0]));
  SIGLA_TRY_ASSIGN(const Bytes object, slice(file.bytes(), offset, size, "object"));
  WorkerMessage answer;
  SIGLA_TRY_ASSIGN(answer.payload,
                   ppdb::pdb_checksum(object, as_text(reader.rest()), context.limits()));
  return answer;
}

// Request: the file. Answer: a checksum a line.
Result<WorkerMessage> run_wanted_checksums_job(WorkerMessage request, WorkerContext& context) {
  constexpr std::size_t kChecksumsMax = 16;
  if (request.files.size() != 1) {
    return make_error(ErrorCode::kInvalidArgument, "checksum job: one file is needed");
  }
  SIGLA_TRY_ASSIGN(const MappedFile file, MappedFile::map(request.files[0]));
  WorkerMessage answer;
  if (!pe::is_pe(file.bytes())) return answer;
  SIGLA_TRY_ASSIGN(const pe::Image image, pe::Image::open(file.bytes(), context.limits()));
  const pe::DebugDirectory debug = pe::read_debug_directory(image);
  for (std::size_t i = 0; i < std::min(debug.checksums.size(), kChecksumsMax); ++i) {
    const pe::PdbChecksum& checksum = debug.checksums[i];
    const bool is_name =
        std::all_of(checksum.algorithm.begin(), checksum.algorithm.end(), [](char c) {
          return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                 c == '-';
        });
    if (is_name) answer.payload += checksum.algorithm + ':' + checksum.digest + '\n';
  }
  return answer;
}

}  // namespace

Result<std::vector<std::string>> wanted_pdb_checksums_in_worker(WorkerPool& pool,
                                                                const File& file) {
  WorkerMessage request;
  SIGLA_TRY_ASSIGN(request.files.emplace_back(), file.duplicate());
  SIGLA_TRY_ASSIGN(const WorkerMessage answer, pool.run(kWantedChecksumsJob, std::move(request)));
  std::vector<std::string> checksums;
  for (const std::string_view line : split(answer.payload, '\n')) {
    if (!line.empty()) checksums.emplace_back(line);
  }
  return checksums;
}

Result<std::string> pdb_checksum_in_worker(WorkerPool& pool,
                                           const File& file,
                                           std::uint64_t offset,
                                           std::uint64_t size,
                                           std::string_view algorithm) {
  WorkerMessage request;
  request.payload += as_text(bytes_of(offset));
  request.payload += as_text(bytes_of(size));
  request.payload += algorithm;
  SIGLA_TRY_ASSIGN(request.files.emplace_back(), file.duplicate());
  SIGLA_TRY_ASSIGN(WorkerMessage answer, pool.run(kChecksumJob, std::move(request)));
  return std::move(answer.payload);
}

void add_checksum_job(WorkerJobs& jobs) {
  jobs[std::string(kChecksumJob)] = run_checksum_job;
  jobs[std::string(kWantedChecksumsJob)] = run_wanted_checksums_job;
}

}  // namespace sigla
