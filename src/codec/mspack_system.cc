// SPDX-License-Identifier: Apache-2.0
#include "codec/mspack_system.h"

#include <cstdlib>
#include <cstring>
#include <memory>

namespace sigla {
namespace {

// What the library sees as an open file.
struct Handle {
  MspackSystem* system;
  bool is_output;
  std::uint64_t position;
  std::uint64_t size;
};

Handle* handle_of(mspack_file* file) { return static_cast<Handle*>(static_cast<void*>(file)); }

mspack_file* on_open(mspack_system* self, const char*, int mode) {
  auto* system = static_cast<MspackSystem*>(self);
  auto handle = std::make_unique<Handle>(Handle{
      .system = system, .is_output = mode == MSPACK_SYS_OPEN_WRITE, .position = 0, .size = 0});
  if (handle->is_output ? system->output == nullptr : mode != MSPACK_SYS_OPEN_READ) return nullptr;
  if (!handle->is_output) {
    auto size = system->input->size();
    if (!size.has_value()) {
      system->error = std::move(size).error();
      return nullptr;
    }
    handle->size = *size;
  }
  return static_cast<mspack_file*>(static_cast<void*>(handle.release()));
}

void on_close(mspack_file* file) { delete handle_of(file); }

int on_read(mspack_file* file, void* buffer, int count) {
  Handle* handle = handle_of(file);
  if (handle->is_output || count < 0) return -1;
  auto* bytes = static_cast<std::uint8_t*>(buffer);
  int done = 0;
  while (done < count) {
    auto piece = handle->system->input->read_at(
        {bytes + done, static_cast<std::size_t>(count - done)}, handle->position);
    if (!piece.has_value()) {
      handle->system->error = std::move(piece).error();
      return -1;
    }
    if (*piece == 0) break;
    handle->position += *piece;
    done += static_cast<int>(*piece);
  }
  return done;
}

int on_write(mspack_file* file, void* buffer, int count) {
  Handle* handle = handle_of(file);
  if (!handle->is_output || count < 0) return -1;
  Status status = handle->system->output->write(
      {static_cast<const std::uint8_t*>(buffer), static_cast<std::size_t>(count)});
  if (!status.has_value()) {
    handle->system->error = std::move(status).error();
    return -1;
  }
  handle->position += static_cast<std::uint64_t>(count);
  return count;
}

int on_seek(mspack_file* file, off_t offset, int mode) {
  Handle* handle = handle_of(file);
  if (handle->is_output) return -1;
  off_t base = 0;
  if (mode == MSPACK_SYS_SEEK_CUR) base = static_cast<off_t>(handle->position);
  if (mode == MSPACK_SYS_SEEK_END) base = static_cast<off_t>(handle->size);
  off_t target = 0;
  if (__builtin_add_overflow(base, offset, &target) || target < 0) return -1;
  handle->position = static_cast<std::uint64_t>(target);
  return 0;
}

off_t on_tell(mspack_file* file) { return static_cast<off_t>(handle_of(file)->position); }

void on_message(mspack_file*, const char*, ...) {}

void* on_alloc(mspack_system*, std::size_t size) { return std::malloc(size); }

void on_free(void* pointer) { std::free(pointer); }

void on_copy(void* from, void* to, std::size_t size) { std::memcpy(to, from, size); }

}  // namespace

MspackSystem::MspackSystem(const File& input_file) : mspack_system{}, input(&input_file) {
  open = on_open;
  close = on_close;
  read = on_read;
  write = on_write;
  seek = on_seek;
  tell = on_tell;
  message = on_message;
  alloc = on_alloc;
  free = on_free;
  copy = on_copy;
}

Error mspack_failure(int code, const MspackSystem& system) {
  if (system.error.has_value()) return system.error->clone();
  switch (code) {
    case MSPACK_ERR_NOMEMORY:
      return make_error(ErrorCode::kLimitExceeded, "out of memory");
    case MSPACK_ERR_READ:
    case MSPACK_ERR_SEEK:
      return malformed("truncated");
    case MSPACK_ERR_SIGNATURE:
      return malformed("wrong header");
    case MSPACK_ERR_CHECKSUM:
      return malformed("wrong checksum");
    case MSPACK_ERR_DECRUNCH:
      return malformed("invalid compressed data");
    default:
      return malformed("invalid data");
  }
}

}  // namespace sigla
