// SPDX-License-Identifier: Apache-2.0
// A recognised trace as bytes, from the worker that read the text to the process that names it.
#pragma once

#include <string>

#include "base/bytes.h"
#include "formats/trace/trace.h"

namespace sigla {

std::string encode_trace(const trace::Trace& trace);
// Every index in what comes back is in range, every place lies in its line, and no line reaches
// into the next one or past `text_size`.
Result<trace::Trace> decode_trace(Bytes bytes, std::size_t text_size);

}  // namespace sigla
