// SPDX-License-Identifier: Apache-2.0
#include "object/identify_job.h"

#include <utility>

#include "base/byte_reader.h"
#include "object/checksum_job.h"
#include "object/object_codec.h"
#include "object/part_job.h"
#include "object/source_job.h"
#include "object/unwrapped_name.h"

namespace sigla {
namespace {

// Request: one byte of options, then the file's name. Answer: wrapping (u8), size (u64), the name's
// size (u32) and name, the objects.
constexpr char kUnwrapOption = 1;
constexpr std::string_view kNewFile = "new file";  // what the job asks its parent

std::filesystem::path scratch_directory(const IdentifyOptions& options) {
  if (!options.scratch_directory.empty()) return options.scratch_directory;
  std::error_code error;
  const auto directory = std::filesystem::temp_directory_path(error);
  return error ? std::filesystem::path("/tmp") : directory;
}

std::string encode_answer(const IdentifiedFile& found) {
  std::string payload(1, static_cast<char>(found.wrapping));
  for (std::size_t i = 0; i < 8; ++i) payload += static_cast<char>(found.size >> (8 * i) & 0xffU);
  for (std::size_t i = 0; i < 4; ++i) {
    payload += static_cast<char>(found.name.size() >> (8 * i) & 0xffU);
  }
  return payload + found.name + encode_objects(found.objects);
}

Result<IdentifiedFile> decode_answer(std::string_view payload, const Limits& limits) {
  ByteReader reader(as_bytes(payload));
  IdentifiedFile found;
  const std::uint8_t wrapping = reader.u8();
  found.size = reader.u64();
  const std::uint32_t name_size = reader.u32();
  found.name = as_text(reader.bytes(name_size));
  SIGLA_TRY(reader.finish("worker's answer"));
  if (wrapping > static_cast<std::uint8_t>(Wrapping::kCab)) {
    return malformed("worker's answer: wrapping {}", wrapping);
  }
  found.wrapping = static_cast<Wrapping>(wrapping);
  SIGLA_TRY_ASSIGN(found.objects, decode_objects(reader.rest(), limits));
  if (found.objects.empty()) return malformed("worker's answer: no objects");
  return found;
}

Result<WorkerMessage> run_identify_job(WorkerMessage request, WorkerContext& context) {
  if (request.files.size() != 1 || request.payload.empty()) {
    return make_error(ErrorCode::kInternal, "identify job: one file and its name are needed");
  }
  const std::string_view payload = request.payload;
  FileFactory make_file;
  if ((payload[0] & kUnwrapOption) != 0) {
    make_file = [&context]() -> Result<File> {
      SIGLA_TRY_ASSIGN(WorkerMessage made, context.ask(kNewFile, {}));
      if (made.files.size() != 1) return make_error(ErrorCode::kInternal, "new file: none came");
      return std::move(made.files[0]);
    };
  }
  SIGLA_TRY_ASSIGN(const IdentifiedFile found,
                   identify_file(request.files[0], payload.substr(1), make_file, context.limits()));
  WorkerMessage answer;
  answer.payload = encode_answer(found);
  return answer;
}

}  // namespace

Result<IdentifiedFile> identify_file(const File& file,
                                     std::string_view file_name,
                                     const FileFactory& make_file,
                                     const Limits& limits) {
  IdentifiedFile found;
  found.name = file_name;
  SIGLA_TRY_ASSIGN(MappedFile content, MappedFile::map(file));
  if (make_file && sniff_wrapping(content.bytes()) != Wrapping::kNone) {
    SIGLA_TRY_ASSIGN(std::optional<Unwrapped> inner, unwrap(file, limits, make_file));
    if (inner) {
      found.wrapping = sniff_wrapping(content.bytes());
      found.name = inner->name.empty() ? std::string(unwrapped_name(file_name, found.wrapping))
                                       : std::move(inner->name);
      SIGLA_TRY_ASSIGN(content, MappedFile::map(inner->file));
    }
  }
  SIGLA_TRY_ASSIGN(found.objects, identify(content.bytes(), found.name, limits));
  found.size = content.bytes().size();
  return found;
}

Result<IdentifiedFile> identify_in_worker(WorkerPool& pool,
                                          const File& file,
                                          std::string_view file_name,
                                          const IdentifyOptions& options,
                                          const Limits& limits) {
  WorkerMessage request;
  request.payload = std::string(1, options.unwrap ? kUnwrapOption : '\0') + std::string(file_name);
  SIGLA_TRY_ASSIGN(File copy, file.duplicate());
  request.files.push_back(std::move(copy));
  std::uint32_t file_count = 0;
  const auto on_request = [&](std::string_view what, WorkerMessage) -> Result<WorkerMessage> {
    if (what != kNewFile || ++file_count > limits.archive_depth_max + 1) {
      return make_error(ErrorCode::kInternal, "identify job asks for more than it needs");
    }
    SIGLA_TRY_ASSIGN(File made, File::create_unnamed(scratch_directory(options)));
    WorkerMessage made_file;
    made_file.files.push_back(std::move(made));
    return made_file;
  };
  SIGLA_TRY_ASSIGN(const WorkerMessage answer,
                   pool.run(kIdentifyJob, std::move(request), on_request));
  return decode_answer(answer.payload, limits);
}

void add_object_jobs(WorkerJobs& jobs) {
  jobs[std::string(kIdentifyJob)] = run_identify_job;
  add_part_job(jobs);
  add_source_jobs(jobs);
  add_checksum_job(jobs);
}

}  // namespace sigla
