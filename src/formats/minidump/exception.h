// SPDX-License-Identifier: Apache-2.0
// The exception stream: what ended the process, in which thread, with which registers.
#pragma once

#include "formats/minidump/image.h"

namespace sigla::minidump {

Result<MINIDUMP_EXCEPTION_STREAM> read_exception(const Image& image);

}  // namespace sigla::minidump
