// SPDX-License-Identifier: Apache-2.0
// ELF notes (gABI chapter 5, "Note Section"): small records from whoever touched the file, among
// them the GNU build id.
//
//   n_namesz u32 | n_descsz u32 | n_type u32 | name, padded | descriptor, padded
//
// Padding is to 4 bytes; a table aligned to 8 (only .note.gnu.property) pads to 8.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/byte_reader.h"
#include "base/bytes.h"
#include "formats/elf/image.h"

namespace sigla::elf {

// Borrows the file's bytes.
struct Note {
  std::string_view name;  // the owner, without the trailing NUL: "GNU", "CORE", "Go"
  std::uint32_t type = 0;
  Bytes descriptor;
};

// Walks one table of notes. After an error it stays at its end.
class NoteReader {
 public:
  NoteReader(ByteReader reader, std::uint64_t alignment)
      : reader_(reader), alignment_(alignment == 8 ? 8 : 4) {}

  Result<std::optional<Note>> next();

 private:
  ByteReader reader_;
  std::size_t alignment_;
};

// The first note of that owner and type: SHT_NOTE sections are asked first, because a debug file's
// PT_NOTE may describe the file it was split from. Damaged tables count as absent.
std::optional<Note> find_note(const Image& image, std::string_view name, std::uint32_t type);

// The GNU build id, or nothing. Go's own build id is another note and no code id: no debugger looks
// for it, and a Go program linked with -B has the GNU one too.
std::optional<Bytes> build_id(const Image& image);

}  // namespace sigla::elf
