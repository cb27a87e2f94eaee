// SPDX-License-Identifier: Apache-2.0
#include "formats/dwarf/line_header.h"

#include <algorithm>

namespace sigla::dwarf {
namespace {

bool is_separator(char c) { return c == '/' || c == '\\'; }

// On any system: "/x", "C:\x", "C:/x", "\\server\x".
bool is_absolute(std::string_view path) {
  if (path.starts_with('/')) return true;
  if (path.size() >= 3 && path[1] == ':' && is_separator(path[2])) return true;
  return path.size() >= 3 && path.starts_with("\\\\") && !is_separator(path[2]);
}

void append_component(std::string& path, std::string_view component) {
  if (path.ends_with('/')) {
    const std::size_t start = component.find_first_not_of('/');
    component = start == std::string_view::npos ? std::string_view() : component.substr(start);
  } else if (!path.empty() && !component.starts_with('/')) {
    path += '/';
  }
  path += component;
}

}  // namespace

void LineHeader::clear() {
  encoding_ = Encoding();
  directories_.clear();
  files_.clear();
  may_have_sources_ = false;
}

Result<Bytes> LineHeader::read(const Sections& sections,
                               std::uint64_t offset,
                               Encoding unit,
                               const Limits& limits) {
  clear();
  path_size_max_ = limits.path_size_max;
  ByteReader whole(sections.line, sections.order);
  whole.seek(offset);
  std::uint64_t length = whole.u32();
  encoding_.offset_size = 4;
  if (length == 0xffffffff) {
    encoding_.offset_size = 8;
    length = whole.u64();
  }
  ByteReader reader = whole.sub(length);
  SIGLA_TRY(whole.finish("line program"));
  encoding_.version = reader.u16();
  encoding_.address_size = unit.address_size;
  if (reader.ok() && (encoding_.version < 2 || encoding_.version > 5)) {
    return make_error(ErrorCode::kUnsupported, "line program: version {}", encoding_.version);
  }
  if (encoding_.version >= 5) {
    encoding_.address_size = reader.u8();
    reader.skip(1);  // segment_selector_size
    const std::uint8_t size = encoding_.address_size;
    if (reader.ok() && size != 2 && size != 4 && size != 8) {
      return make_error(ErrorCode::kUnsupported, "line program: addresses of {} bytes", size);
    }
  }
  const std::uint64_t header_length = read_unsigned(reader, encoding_.offset_size);
  ByteReader header = reader.sub(header_length);
  SIGLA_TRY(reader.finish("line program header"));
  min_inst_length = header.u8();
  max_ops_per_inst = 1;
  if (encoding_.version >= 4) max_ops_per_inst = std::max<std::uint8_t>(header.u8(), 1);
  header.skip(1);  // default_is_stmt
  line_base = static_cast<std::int8_t>(header.u8());
  line_range = header.u8();
  opcode_base = header.u8();
  opcode_lengths.fill(0);
  for (std::size_t i = 1; i < opcode_base; ++i) opcode_lengths[i] = header.u8();
  if (encoding_.version >= 5) {
    SIGLA_TRY(read_entries(header, sections, false));
    SIGLA_TRY(read_entries(header, sections, true));
  } else {
    read_old_tables(header);
  }
  SIGLA_TRY(header.finish("line program header"));
  return reader.rest();
}

void LineHeader::read_old_tables(ByteReader& reader) {
  while (true) {
    const std::string_view directory = reader.cstring(path_size_max_);
    if (directory.empty()) break;
    directories_.push_back(directory);
  }
  while (!reader.at_end() && reader.rest().front() != 0) read_file(reader);
}

void LineHeader::read_file(ByteReader& reader) {
  File file;
  file.name = reader.cstring(path_size_max_);
  file.directory = reader.uleb128();
  static_cast<void>(reader.uleb128());  // time of last modification
  static_cast<void>(reader.uleb128());  // size
  if (reader.ok()) files_.push_back(file);
}

Status LineHeader::read_entries(ByteReader& reader, const Sections& sections, bool are_files) {
  const std::size_t format_count = reader.u8();
  formats_.clear();
  for (std::size_t i = 0; i < format_count; ++i) {
    const std::uint64_t content = reader.uleb128();
    formats_.push_back({content, reader.uleb128()});
  }
  const std::uint64_t count = reader.uleb128();
  SIGLA_TRY(reader.finish("line program header"));
  // An entry takes at least a byte, or it says nothing.
  if (count > reader.remaining()) {
    return malformed("line program header: {} entries in {} bytes", count, reader.remaining());
  }
  for (std::uint64_t i = 0; i < count && reader.ok(); ++i) {
    File file;
    for (const EntryFormat& format : formats_) {
      if (format.content == DW_LNCT_path) {
        file.name = read_text(reader, sections, format.form);
      } else if (format.content == DW_LNCT_LLVM_source) {
        file.source = read_source(reader, sections, format.form);
        may_have_sources_ = true;
      } else if (format.content == DW_LNCT_MD5 && format.form == DW_FORM_data16) {
        file.md5 = reader.bytes(16);
      } else {
        const std::uint64_t value = read_form(reader, format.form, encoding_);
        if (format.content == DW_LNCT_directory_index) file.directory = value;
      }
    }
    if (are_files) {
      files_.push_back(file);
    } else {
      directories_.push_back(file.name);
    }
  }
  return {};
}

std::string_view LineHeader::read_text(ByteReader& reader,
                                       const Sections& sections,
                                       std::uint64_t form) {
  if (form == DW_FORM_string) return reader.cstring(path_size_max_);
  const std::uint64_t value = read_form(reader, form, encoding_);
  if (form != DW_FORM_line_strp && form != DW_FORM_strp) return {};
  ByteReader text(form == DW_FORM_strp ? sections.str : sections.line_str, sections.order);
  text.seek(value);
  return text.cstring(path_size_max_);
}

Bytes LineHeader::read_source(ByteReader& reader, const Sections& sections, std::uint64_t form) {
  if (form == DW_FORM_string) return as_bytes(reader.cstring(reader.remaining()));
  const std::uint64_t value = read_form(reader, form, encoding_);
  if (form != DW_FORM_line_strp && form != DW_FORM_strp) return {};
  const Bytes section = form == DW_FORM_strp ? sections.str : sections.line_str;
  return value < section.size() ? section.subspan(static_cast<std::size_t>(value)) : Bytes();
}

const LineHeader::File* LineHeader::find_file(std::uint64_t file) const {
  if (encoding_.version < 5) --file;  // 0 wraps, and is no file
  return file < files_.size() ? &files_[file] : nullptr;
}

Bytes LineHeader::file_source(std::uint64_t file) const {
  const File* entry = find_file(file);
  if (entry == nullptr) return {};
  const auto end = std::ranges::find(entry->source, std::uint8_t{0});
  return entry->source.first(static_cast<std::size_t>(end - entry->source.begin()));
}

Bytes LineHeader::file_md5(std::uint64_t file) const {
  const File* entry = find_file(file);
  return entry == nullptr ? Bytes() : entry->md5;
}

std::string_view LineHeader::directory_of(const File& file) const {
  std::uint64_t index = file.directory;
  if (encoding_.version < 5) {
    if (index == 0) return {};
    --index;
  }
  return index < directories_.size() ? directories_[index] : std::string_view();
}

bool LineHeader::file_path(std::uint64_t file, std::string_view comp_dir, std::string& path) const {
  path.clear();
  const File* found = find_file(file);
  if (found == nullptr) return false;
  const File& entry = *found;
  if (!is_absolute(entry.name)) {
    const std::string_view directory = directory_of(entry);
    // In version 5 directory 0 is the compilation directory itself.
    const bool is_comp_dir = encoding_.version >= 5 && entry.directory == 0;
    if (!is_comp_dir && !is_absolute(directory)) append_component(path, comp_dir);
    if (!directory.empty()) append_component(path, directory);
  }
  append_component(path, entry.name);
  return true;
}

}  // namespace sigla::dwarf
