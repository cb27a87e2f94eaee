// SPDX-License-Identifier: Apache-2.0
// The header of a line number program (DWARF 5 section 6.2.4; versions 2 to 5): how its opcodes
// count, and the files its rows speak of, of which LLVM may keep the text here, too
// (DW_LNCT_LLVM_source: the text, empty for a file without one). Borrows the sections. One thread
// at a time; its vectors are used again by the next header.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "formats/dwarf/form.h"
#include "formats/dwarf/sections.h"

namespace sigla::dwarf {

class LineHeader {
 public:
  std::uint8_t min_inst_length = 1;
  std::uint8_t max_ops_per_inst = 1;  // of a VLIW machine; at least 1
  std::int8_t line_base = 0;
  std::uint8_t line_range = 0;  // 0: special opcodes do not move
  std::uint8_t opcode_base = 0;
  std::array<std::uint8_t, 256> opcode_lengths = {};  // of standard opcodes

  void clear();
  // Returns the program behind the header at `offset` of .debug_line. `unit`: the encoding of the
  // unit that names it, whose address size counts before version 5.
  Result<Bytes> read(const Sections& sections,
                     std::uint64_t offset,
                     Encoding unit,
                     const Limits& limits);
  // DW_LNE_define_file at `reader`.
  void read_file(ByteReader& reader);

  const Encoding& encoding() const { return encoding_; }
  // As version 5 has it, as its directory 0; empty before.
  std::string_view compilation_directory() const {
    return encoding_.version < 5 || directories_.empty() ? std::string_view() : directories_[0];
  }
  // Numbers that files can have are below this.
  std::size_t file_limit() const { return files_.size() + (encoding_.version < 5 ? 1 : 0); }
  // The file's path as llvm-symbolizer prints it: absolute where its directory or the compilation
  // directory are. False: there is no such file.
  bool file_path(std::uint64_t file, std::string_view comp_dir, std::string& path) const;
  // Whether files have a place for their text.
  bool may_have_sources() const { return may_have_sources_; }
  // The file's text; empty when it is not here.
  Bytes file_source(std::uint64_t file) const;
  // Of 16 bytes; empty when it is not known.
  Bytes file_md5(std::uint64_t file) const;

 private:
  struct File {
    std::string_view name;
    std::uint64_t directory = 0;
    Bytes source;  // up to the NUL in it, which is looked for when it is asked for
    Bytes md5;
  };
  struct EntryFormat {
    std::uint64_t content;
    std::uint64_t form;
  };
  void read_old_tables(ByteReader& reader);
  Status read_entries(ByteReader& reader, const Sections& sections, bool are_files);
  std::string_view read_text(ByteReader& reader, const Sections& sections, std::uint64_t form);
  Bytes read_source(ByteReader& reader, const Sections& sections, std::uint64_t form);
  const File* find_file(std::uint64_t file) const;
  std::string_view directory_of(const File& file) const;

  Encoding encoding_;
  std::size_t path_size_max_ = 0;
  std::vector<std::string_view> directories_;
  std::vector<File> files_;
  std::vector<EntryFormat> formats_;
  bool may_have_sources_ = false;
};

}  // namespace sigla::dwarf
