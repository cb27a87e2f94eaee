// SPDX-License-Identifier: Apache-2.0
// The CLI header of a managed PE (ECMA-335 II.25.3.3): where its metadata is, and the header of its
// ready-to-run code.
#pragma once

#include <cstdint>

#include "formats/pe/image.h"

namespace sigla::pe {

struct CliHeader {
  std::uint16_t runtime_major = 0;
  std::uint16_t runtime_minor = 0;
  DataDirectory metadata;
  std::uint32_t flags = 0;
  std::uint32_t entry_point_token = 0;
  DataDirectory managed_native_header;  // {0, 0} in an image of IL alone
};

// kNotFound for an image that is not managed.
Result<CliHeader> read_cli_header(const Image& image);

// The metadata, an ECMA-335 root; errors as above.
Result<Bytes> clr_metadata_of(const Image& image);

}  // namespace sigla::pe
