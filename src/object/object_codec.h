// SPDX-License-Identifier: Apache-2.0
// Objects as bytes, for the trip from a worker process to its parent. Little-endian fields in the
// order of the structures; texts and lists with their size (u32) before them. The parent reads them
// as it reads any hostile input: the worker may have been taken over by the file it parsed.
#pragma once

#include <string>
#include <vector>

#include "base/limits.h"
#include "object/object.h"

namespace sigla {

std::string encode_objects(const std::vector<Object>& objects);
Result<std::vector<Object>> decode_objects(Bytes encoded, const Limits& limits);

}  // namespace sigla
