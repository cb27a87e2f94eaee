// SPDX-License-Identifier: Apache-2.0
#include "formats/pe/image.h"

#include <algorithm>

#include "base/byte_reader.h"
#include "base/text.h"

namespace sigla::pe {
namespace {

constexpr std::size_t kSectionNameSize = 8;
constexpr std::string_view kSignature("PE\0\0", 4);

std::uint32_t new_header_offset(Bytes file) {
  return load<std::uint32_t>(file.subspan(kNewHeaderOffsetAt));
}

// LLVM writes offsets past 9,999,999 as "//" and six digits of this alphabet (most significant
// first).
std::optional<std::uint64_t> parse_base64(std::string_view digits) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::uint64_t value = 0;
  for (const char c : digits) {
    const std::size_t digit = kAlphabet.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    value = value * 64 + digit;
  }
  return value;
}

}  // namespace

bool is_pe(Bytes file) {
  if (file.size() < kDosHeaderSize || !starts_with(file, "MZ")) return false;
  const auto signature = slice(file, new_header_offset(file), kSignature.size(), "PE signature");
  return signature.has_value() && as_text(signature.value()) == kSignature;
}

Result<Image> Image::open(Bytes file, const Limits& limits, Placement placement) {
  Image image(file, placement);
  SIGLA_TRY(image.read_headers());
  const std::uint32_t coff_offset =
      new_header_offset(file) + static_cast<std::uint32_t>(kSignature.size());
  ByteReader coff(file);
  coff.seek(coff_offset);
  coff.skip(2);
  const std::uint16_t section_count = coff.u16();
  coff.skip(12);
  const std::uint16_t optional_header_size = coff.u16();
  SIGLA_TRY(coff.finish("PE file header"));
  const std::uint64_t sections_offset =
      std::uint64_t{coff_offset} + kCoffHeaderSize + optional_header_size;
  SIGLA_TRY(image.read_sections(sections_offset, section_count, limits));
  return image;
}

Status Image::read_headers() {
  if (file_.size() < kDosHeaderSize || !starts_with(file_, "MZ")) {
    return malformed("PE: no MZ header at offset 0");
  }
  const std::uint32_t signature_offset = new_header_offset(file_);
  SIGLA_TRY_ASSIGN(const Bytes signature,
                   slice(file_, signature_offset, kSignature.size(), "PE signature"));
  if (as_text(signature) != kSignature) {
    return malformed("PE: no signature at offset {}", signature_offset);
  }
  ByteReader reader(file_);
  reader.seek(std::uint64_t{signature_offset} + kSignature.size());
  header_.machine = reader.u16();
  reader.skip(2);  // NumberOfSections
  header_.time_date_stamp = reader.u32();
  header_.symbol_table_offset = reader.u32();
  header_.symbol_count = reader.u32();
  const std::uint16_t optional_size = reader.u16();
  header_.characteristics = reader.u16();
  ByteReader optional = reader.sub(optional_size);
  SIGLA_TRY(reader.finish("PE file header"));

  const std::uint16_t magic = optional.u16();
  if (magic != kMagicPe32 && magic != kMagicPe32Plus) {
    return malformed("PE optional header: magic 0x{:x} is of no kind we know", magic);
  }
  header_.is_pe32_plus = magic == kMagicPe32Plus;
  optional.skip(header_.is_pe32_plus ? 22 : 26);
  header_.image_base = header_.is_pe32_plus ? optional.u64() : optional.u32();
  optional.skip(24);
  header_.size_of_image = optional.u32();
  header_.size_of_headers = optional.u32();
  optional.skip(header_.is_pe32_plus ? 44 : 28);
  const std::uint32_t directory_count = optional.u32();
  SIGLA_TRY(optional.finish("PE optional header"));
  for (std::uint32_t i = 0; i < std::min(directory_count, kDirectoryCountMax); ++i) {
    if (optional.remaining() < 8) break;  // packers shrink the header below its directories
    const std::uint32_t rva = optional.u32();
    directories_.push_back({rva, optional.u32()});
  }
  return {};
}

std::string Image::section_name(Bytes raw) const {
  std::string_view name = as_text(raw);
  name = name.substr(0, name.find('\0'));
  if (!name.starts_with('/') || placement_ != Placement::kFile) return std::string(name);
  const auto offset =
      name.starts_with("//") ? parse_base64(name.substr(2)) : parse_decimal(name.substr(1));
  const std::uint64_t table = std::uint64_t{header_.symbol_table_offset} +
                              std::uint64_t{header_.symbol_count} * kCoffSymbolSize;
  if (!offset || table > file_.size() || *offset >= file_.size() - table) return std::string(name);
  const std::string_view long_name = as_text(file_.subspan(table + *offset));
  constexpr std::size_t kLongNameMax = 255;
  const std::size_t size = long_name.substr(0, kLongNameMax + 1).find('\0');
  return std::string(size == std::string_view::npos ? name : long_name.substr(0, size));
}

Status Image::read_sections(std::uint64_t offset, std::uint32_t count, const Limits& limits) {
  if (count > limits.section_count_max) {
    return make_error(ErrorCode::kLimitExceeded, "PE: {} sections", count);
  }
  SIGLA_TRY_ASSIGN(
      const Bytes table,
      slice(file_, offset, std::uint64_t{count} * kSectionHeaderSize, "PE section table"));
  ByteReader reader(table);
  sections_.reserve(count);
  while (!reader.at_end()) {
    Section section;
    section.name = section_name(reader.bytes(kSectionNameSize));
    section.virtual_size = reader.u32();
    section.virtual_address = reader.u32();
    section.raw_size = reader.u32();
    section.raw_offset = reader.u32();
    reader.skip(12);  // relocations and line numbers of object files
    section.characteristics = reader.u32();
    sections_.push_back(std::move(section));
  }
  return reader.finish("PE section table");
}

DataDirectory Image::directory(std::uint32_t index) const {
  return index < directories_.size() ? directories_[index] : DataDirectory{};
}

Result<Bytes> Image::rest_at(std::uint32_t rva) const {
  if (placement_ == Placement::kMemory) {
    if (rva >= file_.size()) {
      return make_error(ErrorCode::kNotFound, "PE: RVA 0x{:x} is not in memory", rva);
    }
    return file_.subspan(rva);
  }
  for (const Section& section : sections_) {
    const std::uint32_t offset = rva - section.virtual_address;
    if (rva < section.virtual_address || offset >= section.raw_size) continue;
    if (section.raw_offset > file_.size()) continue;
    const Bytes content = file_.subspan(section.raw_offset);
    const std::uint64_t size = std::min<std::uint64_t>(section.raw_size, content.size());
    if (offset < size) return content.subspan(offset, size - offset);
  }
  if (rva < std::min<std::uint64_t>(header_.size_of_headers, file_.size())) {
    return file_.subspan(rva, std::min<std::uint64_t>(header_.size_of_headers, file_.size()) - rva);
  }
  return make_error(ErrorCode::kNotFound, "PE: no section has content at RVA 0x{:x}", rva);
}

Result<Bytes> Image::data_at(std::uint32_t rva, std::uint64_t size, std::string_view what) const {
  SIGLA_TRY_ASSIGN(const Bytes rest, rest_at(rva));
  if (size > rest.size()) {
    return malformed(
        "{}: {} bytes at RVA 0x{:x}, but its section has {}", what, size, rva, rest.size());
  }
  return rest.first(size);
}

Result<Bytes> Image::data_of(std::uint32_t index) const {
  const DataDirectory entry = directory(index);
  if (entry.rva == 0 || entry.size == 0) {
    return make_error(ErrorCode::kNotFound, "PE: no data directory {}", index);
  }
  return data_at(entry.rva, entry.size, "PE data directory");
}

const Section* Image::section(std::string_view name) const {
  const auto found = std::find_if(sections_.begin(), sections_.end(), [&](const Section& section) {
    return section.name == name;
  });
  return found == sections_.end() ? nullptr : &*found;
}

Result<Bytes> Image::data(const Section& section) const {
  const std::uint32_t size = section.virtual_size == 0
                                 ? section.raw_size
                                 : std::min(section.raw_size, section.virtual_size);
  if (size == 0) return Bytes();
  if (placement_ == Placement::kMemory) return data_at(section.virtual_address, size, "PE section");
  return slice(file_, section.raw_offset, size, "PE section");
}

}  // namespace sigla::pe
