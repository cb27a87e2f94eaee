// SPDX-License-Identifier: Apache-2.0
// The shadow stack pointer of a thread, from the processor state behind an amd64 context: CET's
// user state, where Windows or Crashpad kept it (CONTEXT_XSTATE, CONTEXT_EX and XSAVE_AREA_HEADER
// of winnt.h; Intel's SDM, volume 1, 13.4.3 "Extended region of an XSAVE area", compacted form).
//
//   1232  CONTEXT_EX: offset from here and size of three parts: all, CONTEXT, XSAVE state
//    ...  XSAVE state: XSTATE_BV, XCOMP_BV, 48 bytes; then the components that XCOMP_BV names
//         component 11: IA32_U_CET, IA32_PL3_SSP
#pragma once

#include <optional>

#include "formats/minidump/image.h"

namespace sigla::minidump {

// Nothing when the context is another processor's, keeps no such state, or the thread has no shadow
// stack. An error when the context says that state follows and what follows is none.
Result<std::optional<std::uint64_t>> read_shadow_stack_pointer(
    const Image& image, const MINIDUMP_LOCATION_DESCRIPTOR& context);

}  // namespace sigla::minidump
