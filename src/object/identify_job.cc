// SPDX-License-Identifier: Apache-2.0
#include "object/identify_job.h"

#include <utility>

#include "base/byte_reader.h"
#include "object/object_codec.h"
#include "object/unwrap.h"

namespace sigla {
namespace {

// Request: one byte of options, then the file's name. Answer: wrapping (u8), size (u64), the name's
// size (u32) and name, the objects.
constexpr char kUnwrapOption = 1;

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
  SIGLA_TRY_ASSIGN(const MappedFile file, MappedFile::map(request.files[0]));
  const std::string_view payload = request.payload;
  const IdentifyOptions options{(payload[0] & kUnwrapOption) != 0};
  SIGLA_TRY_ASSIGN(const IdentifiedFile found,
                   identify_file(file.bytes(), payload.substr(1), options, context.limits()));
  WorkerMessage answer;
  answer.payload = encode_answer(found);
  return answer;
}

}  // namespace

Result<IdentifiedFile> identify_file(Bytes file,
                                     std::string_view file_name,
                                     const IdentifyOptions& options,
                                     const Limits& limits) {
  IdentifiedFile found;
  Unwrapped unwrapped;
  unwrapped.name = file_name;
  if (options.unwrap) {
    SIGLA_TRY_ASSIGN(unwrapped, unwrap(file, file_name, limits));
  }
  const Bytes content = unwrapped.wrapping == Wrapping::kNone ? file : Bytes(unwrapped.content);
  SIGLA_TRY_ASSIGN(found.objects, identify(content, unwrapped.name, limits));
  found.wrapping = unwrapped.wrapping;
  found.name = std::move(unwrapped.name);
  found.size = content.size();
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
  SIGLA_TRY_ASSIGN(const WorkerMessage answer, pool.run(kIdentifyJob, std::move(request)));
  return decode_answer(answer.payload, limits);
}

void add_object_jobs(WorkerJobs& jobs) { jobs[std::string(kIdentifyJob)] = run_identify_job; }

}  // namespace sigla
