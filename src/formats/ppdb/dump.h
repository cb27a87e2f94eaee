// SPDX-License-Identifier: Apache-2.0
// Id, table sizes, documents and sources of a Portable PDB as stable text, for golden tests.
#pragma once

#include <string>

#include "formats/ppdb/metadata.h"

namespace sigla::ppdb {

std::string dump(const Metadata& metadata, const Limits& limits);

}  // namespace sigla::ppdb
