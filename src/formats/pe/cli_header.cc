// SPDX-License-Identifier: Apache-2.0
#include "formats/pe/cli_header.h"

#include "base/byte_reader.h"

namespace sigla::pe {
namespace {

DataDirectory read_directory(ByteReader& reader) {
  DataDirectory directory;
  directory.rva = reader.u32();
  directory.size = reader.u32();
  return directory;
}

}  // namespace

Result<CliHeader> read_cli_header(const Image& image) {
  SIGLA_TRY_ASSIGN(const Bytes data, image.data_of(kClrRuntimeHeader));
  ByteReader reader(data);
  CliHeader header;
  reader.skip(4);  // its size
  header.runtime_major = reader.u16();
  header.runtime_minor = reader.u16();
  header.metadata = read_directory(reader);
  header.flags = reader.u32();
  header.entry_point_token = reader.u32();
  // Resources, strong name, code manager table, v-table fixups, export address table jumps.
  reader.skip(5 * 8);
  header.managed_native_header = read_directory(reader);
  SIGLA_TRY(reader.finish("CLI header"));
  return header;
}

Result<Bytes> clr_metadata_of(const Image& image) {
  SIGLA_TRY_ASSIGN(const CliHeader header, read_cli_header(image));
  return image.data_at(header.metadata.rva, header.metadata.size, "CLR metadata");
}

}  // namespace sigla::pe
