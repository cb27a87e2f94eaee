// SPDX-License-Identifier: Apache-2.0
#include "formats/elf/notes.h"

namespace sigla::elf {
namespace {

std::optional<Note> find_in(NoteReader reader, std::string_view name, std::uint32_t type) {
  while (true) {
    const auto note = reader.next();
    if (!note.has_value() || !note->has_value()) return std::nullopt;
    const Note& found = **note;
    if (found.type == type && found.name == name && !found.descriptor.empty()) return found;
  }
}

}  // namespace

Result<std::optional<Note>> NoteReader::next() {
  if (reader_.at_end()) return std::optional<Note>();
  const std::uint32_t name_size = reader_.u32();
  const std::uint32_t descriptor_size = reader_.u32();
  Note note;
  note.type = reader_.u32();
  note.name = as_text(reader_.bytes(name_size));
  // Writers leave out the padding of the last note, so padding that is not there is no error.
  const auto align = [this] {
    const std::size_t padding = (alignment_ - reader_.position() % alignment_) % alignment_;
    reader_.skip(std::min(padding, reader_.remaining()));
  };
  if (reader_.ok()) align();
  note.descriptor = reader_.bytes(descriptor_size);
  SIGLA_TRY(reader_.finish("ELF note"));
  align();
  while (note.name.ends_with('\0')) note.name.remove_suffix(1);
  return std::optional<Note>(note);
}

std::optional<Note> find_note(const Image& image, std::string_view name, std::uint32_t type) {
  for (const Section& section : image.sections()) {
    if (section.sh_type != SHT_NOTE) continue;
    const auto data = image.data(section);
    if (!data.has_value()) continue;
    const auto note = find_in(NoteReader(image.reader(*data), section.sh_addralign), name, type);
    if (note) return note;
  }
  for (const Segment& segment : image.segments()) {
    if (segment.p_type != PT_NOTE) continue;
    const auto data = image.data(segment);
    if (!data.has_value()) continue;
    const auto note = find_in(NoteReader(image.reader(*data), segment.p_align), name, type);
    if (note) return note;
  }
  return std::nullopt;
}

std::optional<Bytes> build_id(const Image& image) {
  const auto note = find_note(image, "GNU", NT_GNU_BUILD_ID);
  if (!note) return std::nullopt;
  return note->descriptor;
}

}  // namespace sigla::elf
