// SPDX-License-Identifier: Apache-2.0
// A Report as bytes, from the worker that made it to the process that prints it: fields one after
// the other, integers as ULEB128, every distinct text once. Both ends are the same program, so
// there are no versions; the reader still trusts nothing.
#pragma once

#include <string>

#include "base/bytes.h"
#include "symbolicate/report.h"

namespace sigla {

std::string encode_report(const Report& report);
Result<Report> decode_report(Bytes bytes);

}  // namespace sigla
