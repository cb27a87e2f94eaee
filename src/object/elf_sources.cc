// SPDX-License-Identifier: Apache-2.0
#include "object/elf_sources.h"

#include <optional>
#include <unordered_map>
#include <utility>

#include "formats/dwarf/line_header.h"
#include "formats/elf/compression.h"
#include "formats/elf/image.h"
#include "formats/elf/layout.h"
#include "formats/elf/relocations.h"

namespace sigla {
namespace {

// The headers of the line tables of one file, one after the other.
class LineHeaders {
 public:
  // With the texts that the headers point at, or without.
  static Result<LineHeaders> open(Bytes file, bool with_text, const Limits& limits) {
    SIGLA_TRY_ASSIGN(const elf::Image image, elf::Image::open(file, limits));
    LineHeaders headers(limits);
    headers.sections_.order = image.header().order;
    headers.add(image, ".debug_line", &dwarf::Sections::line);
    if (with_text) {
      headers.add(image, ".debug_line_str", &dwarf::Sections::line_str);
      headers.add(image, ".debug_str", &dwarf::Sections::str);
    }
    return headers;
  }

  // The next of version 5 that can be read; null at the end.
  const dwarf::LineHeader* next() {
    while (offset_ < sections_.line.size()) {
      ByteReader reader(sections_.line, sections_.order);
      reader.seek(offset_);
      std::uint64_t length = reader.u32();
      if (length == 0xffffffff) length = reader.u64();
      const std::uint16_t version = reader.sub(length).u16();
      if (!reader.ok()) break;
      const std::uint64_t at = std::exchange(offset_, reader.position());
      if (version < 5) continue;
      if (header_.read(sections_, at, dwarf::Encoding(), limits_).has_value()) return &header_;
    }
    return nullptr;
  }

 private:
  explicit LineHeaders(const Limits& limits) : limits_(limits) {}

  // What cannot be unpacked is as if it was not there.
  void add(const elf::Image& image, std::string_view name, Bytes dwarf::Sections::* member) {
    auto content = elf::unpacked_section(image, name, limits_);
    if (!content.has_value()) return;
    const elf::Section* section = image.section(name);
    if (section != nullptr && elf::has_relocations(image, *section)) {
      const auto applied = elf::apply_relocations(
          image, *section, elf::section_addresses(image), content->mutable_bytes(), limits_);
      if (!applied.has_value()) return;
    }
    sections_.*member = content->bytes();
    contents_.push_back(std::move(content).value());
  }

  Limits limits_;
  dwarf::Sections sections_;
  std::vector<elf::SectionContent> contents_;
  std::uint64_t offset_ = 0;
  dwarf::LineHeader header_;
};

// The text of the first file whose path is_wanted.
template <typename IsWanted>
Result<std::optional<Buffer>> find_text(Bytes file, const Limits& limits, IsWanted is_wanted) {
  SIGLA_TRY_ASSIGN(LineHeaders headers, LineHeaders::open(file, true, limits));
  std::string path;
  while (const dwarf::LineHeader* header = headers.next()) {
    for (std::uint64_t i = 0; header->may_have_sources() && i < header->file_limit(); ++i) {
      if (!header->file_path(i, header->compilation_directory(), path) || !is_wanted(path))
        continue;
      const Bytes text = header->file_source(i);
      if (text.empty()) continue;
      if (text.size() > limits.embedded_source_size_max) {
        return make_error(ErrorCode::kLimitExceeded, "source of {} bytes", text.size());
      }
      return std::optional(Buffer(text.begin(), text.end()));
    }
  }
  return std::optional<Buffer>();
}

}  // namespace

bool has_elf_sources(Bytes file, const Limits& limits) {
  auto headers = LineHeaders::open(file, false, limits);
  if (!headers.has_value()) return false;
  while (const dwarf::LineHeader* header = headers->next()) {
    if (header->may_have_sources()) return true;
  }
  return false;
}

Result<SourceFiles> read_elf_sources(Bytes file, const Limits& limits) {
  SIGLA_TRY_ASSIGN(LineHeaders headers, LineHeaders::open(file, true, limits));
  SourceFiles found;
  std::unordered_map<std::string, std::size_t> places;
  bool is_any_embedded = false;
  std::string path;
  while (const dwarf::LineHeader* header = headers.next()) {
    for (std::uint64_t i = 0; i < header->file_limit(); ++i) {
      if (found.files.size() >= limits.entry_count_max) break;
      if (!header->file_path(i, header->compilation_directory(), path) || path.empty()) continue;
      const auto [place, is_new] = places.try_emplace(path, found.files.size());
      if (is_new) {
        const Bytes md5 = header->file_md5(i);
        found.files.push_back({path, Buffer(md5.begin(), md5.end()), false});
      }
      SourceFile& source = found.files[place->second];
      if (!source.is_embedded) source.is_embedded = !header->file_source(i).empty();
      is_any_embedded |= source.is_embedded;
    }
  }
  if (!is_any_embedded) {
    return make_error(ErrorCode::kUnsupported, "ELF without sources in its line tables");
  }
  return found;
}

Result<Buffer> read_elf_source(Bytes file, std::string_view path, const Limits& limits) {
  SIGLA_TRY_ASSIGN(auto text,
                   find_text(file, limits, [&](const std::string& own) { return own == path; }));
  if (!text) {
    const std::string wanted = comparable_path(path);
    SIGLA_TRY_ASSIGN(text, find_text(file, limits, [&](const std::string& own) {
                       return comparable_path(own) == wanted;
                     }));
  }
  if (!text) return make_error(ErrorCode::kNotFound, "no '{}' in it", path);
  return *std::move(text);
}

}  // namespace sigla
