// SPDX-License-Identifier: Apache-2.0
#include "formats/pe/debug_directory.h"

#include <algorithm>

#include "base/byte_reader.h"
#include "base/text.h"
#include "codec/decoder.h"

namespace sigla::pe {
namespace {

constexpr std::size_t kPathSizeMax = 32'768;
constexpr std::size_t kEntryCountMax = 1'024;  // images have up to a dozen

// A path ends at its NUL, or with its record where a linker left the NUL out.
std::string read_path(ByteReader& reader) {
  const std::string_view rest = as_text(reader.rest());
  return std::string(rest.substr(0, std::min(rest.find('\0'), kPathSizeMax)));
}

std::optional<CodeView> read_code_view(const DebugEntry& entry) {
  ByteReader reader(entry.data);
  const Bytes magic = reader.bytes(4);
  CodeView view;
  view.stamp = entry.time_date_stamp;
  if (as_text(magic) == "RSDS") {
    const Bytes guid = reader.bytes(16);
    const std::uint32_t age = reader.u32();
    if (!reader.ok()) return std::nullopt;
    view.pdb.debug_id = DebugId::from_windows_guid(guid, age);
    view.pdb.portable = entry.minor_version == kPortablePdbMinorVersion;
  } else if (as_text(magic) == "NB10") {
    reader.skip(4);  // offset, always 0
    const std::uint32_t signature = reader.u32();
    view.pdb.debug_id.age = reader.u32();
    if (!reader.ok()) return std::nullopt;
    for (std::size_t i = 0; i < 4; ++i) {
      view.pdb.debug_id.guid[i] = static_cast<std::uint8_t>(signature >> (24 - 8 * i));
    }
    view.is_nb10 = true;
  } else {
    return std::nullopt;
  }
  view.pdb.path = read_path(reader);
  return view;
}

std::optional<Identity::PerfMapReference> read_perfmap(const DebugEntry& entry) {
  ByteReader reader(entry.data);
  if (entry.major_version != 1 || entry.minor_version != 0) return std::nullopt;
  const Bytes magic = reader.bytes(4);
  const Bytes signature = reader.bytes(16);
  const std::uint32_t version = reader.u32();
  if (!reader.ok() || as_text(magic) != "R2RM") return std::nullopt;
  return Identity::PerfMapReference{read_path(reader), hex_lower(signature), version};
}

std::optional<PdbChecksum> read_checksum(const DebugEntry& entry) {
  const std::string_view text = as_text(entry.data);
  const std::size_t name_size = text.find('\0');
  if (name_size == std::string_view::npos || name_size == 0) return std::nullopt;
  return PdbChecksum{std::string(text.substr(0, name_size)),
                     hex_lower(entry.data.subspan(name_size + 1))};
}

// The entry's bytes, by file offset where it names one: the RVA is 0 in images whose debug data is
// not mapped.
Bytes entry_data(const Image& image, std::uint32_t size, std::uint32_t rva, std::uint32_t offset) {
  const auto in_file = slice(image.file(), offset, size, "PE debug data");
  if (rva != 0) {
    const auto mapped = image.data_at(rva, size, "PE debug data");
    if (mapped.has_value()) return mapped.value();
  }
  return offset != 0 && in_file.has_value() ? in_file.value() : Bytes();
}

}  // namespace

DebugDirectory read_debug_directory(const Image& image) {
  DebugDirectory directory;
  const auto raw = image.data_of(kDebug);
  if (!raw.has_value()) return directory;
  ByteReader reader(raw.value());
  while (reader.remaining() >= kDebugDirectoryEntrySize &&
         directory.entries.size() < kEntryCountMax) {
    DebugEntry entry;
    reader.skip(4);  // Characteristics
    entry.time_date_stamp = reader.u32();
    entry.major_version = reader.u16();
    entry.minor_version = reader.u16();
    entry.type = reader.u32();
    const std::uint32_t size = reader.u32();
    const std::uint32_t rva = reader.u32();
    entry.data = entry_data(image, size, rva, reader.u32());
    if (entry.type == IMAGE_DEBUG_TYPE_CODEVIEW) {
      if (auto view = read_code_view(entry)) directory.code_views.push_back(std::move(*view));
    } else if (entry.type == kDebugTypeEmbeddedPortablePdb) {
      if (starts_with(entry.data, "MPDB")) directory.embedded_pdb = entry.data;
    } else if (entry.type == kDebugTypePdbChecksum) {
      if (auto sum = read_checksum(entry)) directory.checksums.push_back(std::move(*sum));
    } else if (entry.type == kDebugTypeR2rPerfMap) {
      if (auto map = read_perfmap(entry)) directory.perfmaps.push_back(std::move(*map));
    }
    directory.entries.push_back(entry);
  }
  return directory;
}

Result<Buffer> unpack_embedded_pdb(const DebugDirectory& directory, const Limits& limits) {
  SIGLA_CHECK(directory.embedded_pdb.has_value());
  ByteReader reader(*directory.embedded_pdb);
  reader.skip(4);
  const std::uint32_t size = reader.u32();
  SIGLA_TRY(reader.finish("embedded Portable PDB"));
  if (size > limits.embedded_pdb_size_max) {
    return make_error(ErrorCode::kLimitExceeded, "embedded Portable PDB: {} bytes", size);
  }
  auto unpacked = decode(Codec::kDeflate, reader.rest(), size, limits);
  if (!unpacked.has_value()) return std::move(unpacked).error().in("embedded Portable PDB");
  if (unpacked.value().size() != size) {
    return malformed(
        "embedded Portable PDB: {} bytes unpacked, {} promised", unpacked.value().size(), size);
  }
  return std::move(unpacked).value();
}

}  // namespace sigla::pe
