// SPDX-License-Identifier: Apache-2.0
#include "object/part_job.h"

#include <utility>

#include "base/byte_reader.h"
#include "formats/elf/image.h"
#include "object/source_files.h"

namespace sigla {
namespace {

// Request: kind (u8), offset (u64), size (u64), the name; the object's file and the output.
std::string encode_request(const PartRequest& wanted) {
  std::string payload(1, static_cast<char>(wanted.kind));
  for (const std::uint64_t number : {wanted.offset, wanted.size}) {
    for (unsigned shift = 0; shift < 64; shift += 8) payload += static_cast<char>(number >> shift);
  }
  return payload + wanted.name;
}

Result<WorkerMessage> run_part_job(WorkerMessage request, WorkerContext& context) {
  if (request.files.size() != 2) {
    return make_error(ErrorCode::kInvalidArgument, "part job: a file and an output are needed");
  }
  ByteReader reader(as_bytes(request.payload));
  const std::uint8_t kind = reader.u8();
  const std::uint64_t offset = reader.u64();
  const std::uint64_t size = reader.u64();
  SIGLA_TRY(reader.finish("part job"));
  const std::string_view name = as_text(reader.rest());
  SIGLA_TRY_ASSIGN(const MappedFile file,
                   MappedFile::map(request.files[0], context.limits().entry_size_max));
  SIGLA_TRY_ASSIGN(const Bytes object, slice(file.bytes(), offset, size, "object"));
  SIGLA_TRY(
      write_part(object, static_cast<PartKind>(kind), name, context.limits(), [&](Bytes piece) {
        return request.files[1].write_all(piece);
      }));
  return WorkerMessage();
}

Error no_such_part(std::string_view name) {
  return make_error(ErrorCode::kNotFound, "no '{}' in it", name);
}

Status write_section(Bytes object,
                     std::string_view name,
                     const Limits& limits,
                     const std::function<Status(Bytes)>& sink) {
  if (!elf::is_elf(object)) return no_such_part(name);
  SIGLA_TRY_ASSIGN(const elf::Image image, elf::Image::open(object, limits));
  SIGLA_TRY_ASSIGN(const Bytes section, elf::section_bytes(image, name));
  return sink(section);
}

}  // namespace

Status write_part(Bytes object,
                  PartKind kind,
                  std::string_view name,
                  const Limits& limits,
                  const std::function<Status(Bytes)>& sink) {
  if (kind == PartKind::kSection) return write_section(object, name, limits, sink);
  if (kind != PartKind::kSource) {
    return make_error(ErrorCode::kInvalidArgument, "part job: unknown kind");
  }
  SIGLA_TRY_ASSIGN(const Buffer source, read_embedded_source(object, name, limits));
  return sink(source);
}

Status extract_part(WorkerPool& pool,
                    const PartRequest& wanted,
                    const File& file,
                    const File& output) {
  WorkerMessage request;
  request.payload = encode_request(wanted);
  SIGLA_TRY_ASSIGN(request.files.emplace_back(), file.duplicate());
  SIGLA_TRY_ASSIGN(request.files.emplace_back(), output.duplicate());
  SIGLA_TRY(pool.run(kPartJob, std::move(request)));
  return {};
}

void add_part_job(WorkerJobs& jobs) { jobs[std::string(kPartJob)] = run_part_job; }

}  // namespace sigla
