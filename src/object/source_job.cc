// SPDX-License-Identifier: Apache-2.0
#include "object/source_job.h"

#include <utility>

#include "base/byte_reader.h"
#include "base/byte_writer.h"
#include "formats/pdb/container.h"
#include "formats/pdb/stream_replacement.h"

namespace sigla {
namespace {

void write_text(ByteWriter& out, std::string_view text) {
  out.u32(static_cast<std::uint32_t>(text.size())).text(text);
}

std::string_view read_text(ByteReader& reader) { return as_text(reader.bytes(reader.u32())); }

Buffer encode(const SourceFiles& sources) {
  ByteWriter out;
  write_text(out, sources.source_link);
  write_text(out, sources.srcsrv);
  for (const SourceFile& file : sources.files) {
    write_text(out, file.path);
    write_text(out, as_text(file.checksum));
    out.u8(file.is_embedded ? 1 : 0);
  }
  return std::move(out).take();
}

// The worker may be in an attacker's hands.
Result<SourceFiles> decode_sources(std::string_view payload) {
  ByteReader reader(as_bytes(payload));
  SourceFiles sources;
  sources.source_link = read_text(reader);
  sources.srcsrv = read_text(reader);
  while (!reader.at_end()) {
    SourceFile file;
    file.path = read_text(reader);
    const std::string_view checksum = read_text(reader);
    file.checksum.assign(checksum.begin(), checksum.end());
    file.is_embedded = reader.u8() != 0;
    if (reader.ok()) sources.files.push_back(std::move(file));
  }
  SIGLA_TRY(reader.finish("source files of a worker"));
  return sources;
}

// Request: offset (u64), size (u64); the object's file.
Result<WorkerMessage> run_source_files(WorkerMessage request, WorkerContext& context) {
  if (request.files.size() != 1) {
    return make_error(ErrorCode::kInvalidArgument, "source files job: a file is needed");
  }
  ByteReader reader(as_bytes(request.payload));
  const std::uint64_t offset = reader.u64();
  const std::uint64_t size = reader.u64();
  SIGLA_TRY(reader.finish("source files job"));
  SIGLA_TRY_ASSIGN(const MappedFile file,
                   MappedFile::map(request.files[0], context.limits().entry_size_max));
  SIGLA_TRY_ASSIGN(const Bytes object, slice(file.bytes(), offset, size, "object"));
  SIGLA_TRY_ASSIGN(const SourceFiles sources, read_source_files(object, context.limits()));
  WorkerMessage answer;
  answer.payload = as_text(encode(sources));
  return answer;
}

// Request: the text; the PDB and the output.
Result<WorkerMessage> run_replace_srcsrv(WorkerMessage request, WorkerContext& context) {
  if (request.files.size() != 2) {
    return make_error(ErrorCode::kInvalidArgument, "srcsrv job: a file and an output are needed");
  }
  SIGLA_TRY_ASSIGN(const MappedFile file,
                   MappedFile::map(request.files[0], context.limits().entry_size_max));
  if (!pdb::is_pdb(file.bytes())) {
    return make_error(ErrorCode::kUnsupported,
                      "only a Windows PDB has a srcsrv stream; others have Source Link");
  }
  SIGLA_TRY_ASSIGN(const pdb::FileChange change,
                   pdb::replace_named_stream(
                       file.bytes(), "srcsrv", as_bytes(request.payload), context.limits()));
  SIGLA_TRY(request.files[1].write_all(pdb::apply_change(file.bytes(), change)));
  return WorkerMessage();
}

}  // namespace

Result<SourceFiles> source_files_in_worker(WorkerPool& pool,
                                           const File& file,
                                           std::uint64_t offset,
                                           std::uint64_t size) {
  WorkerMessage request;
  request.payload = as_text(std::move(ByteWriter().u64(offset).u64(size)).take());
  SIGLA_TRY_ASSIGN(request.files.emplace_back(), file.duplicate());
  SIGLA_TRY_ASSIGN(const WorkerMessage answer, pool.run(kSourceFilesJob, std::move(request)));
  return decode_sources(answer.payload);
}

Status replace_srcsrv_in_worker(WorkerPool& pool,
                                const File& pdb,
                                std::string_view text,
                                const File& output) {
  WorkerMessage request;
  request.payload = text;
  SIGLA_TRY_ASSIGN(request.files.emplace_back(), pdb.duplicate());
  SIGLA_TRY_ASSIGN(request.files.emplace_back(), output.duplicate());
  SIGLA_TRY(pool.run(kReplaceSrcsrvJob, std::move(request)));
  return {};
}

void add_source_jobs(WorkerJobs& jobs) {
  jobs[std::string(kSourceFilesJob)] = run_source_files;
  jobs[std::string(kReplaceSrcsrvJob)] = run_replace_srcsrv;
}

}  // namespace sigla
