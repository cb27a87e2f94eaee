// SPDX-License-Identifier: Apache-2.0
// The handles a process had open (HandleDataStream, minidumpapiset.h MINIDUMP_HANDLE_DESCRIPTOR and
// _2): files, threads, events by number, with the names of their type and of the object.
#pragma once

#include <string>
#include <vector>

#include "formats/minidump/image.h"

namespace sigla::minidump {

struct Handle {
  std::uint64_t handle = 0;
  std::string type_name;    // "File"; empty when the dump does not say, as object_name
  std::string object_name;  // "\Device\HarddiskVolume1\x"
};

// A name that cannot be read is left out.
Result<std::vector<Handle>> read_handles(const Image& image);

}  // namespace sigla::minidump
