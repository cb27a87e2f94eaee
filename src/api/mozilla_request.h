// SPDX-License-Identifier: Apache-2.0
// What a client of Mozilla's symbolication API (Eliot's /symbolicate/v4 and /v5) asks, decoded and
// checked in Eliot's order and with its error texts, which its clients show:
//
//   {"jobs":[{"memoryMap":[["xul.pdb","0185...E1"],...],"stacks":[[[0,21376],[-1,7]],...]}]}
//
// v4 takes one job without "jobs" around it; v5 takes either.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace sigla::api {

struct MozillaJob {
  struct Module {
    std::string debug_file;
    std::string debug_id;  // hexadecimal digits, any number of them
  };
  struct Frame {
    std::int32_t module = -1;  // index of `modules`; -1: in none
    bool has_offset = false;   // false: an offset of -1, which stands for "not known"
    std::uint64_t offset = 0;
  };
  std::vector<Module> modules;
  std::vector<std::vector<Frame>> stacks;
};

enum class MozillaVersion { kV4, kV5 };

// Error kInvalidArgument; its message is the "title" of the answer.
Result<std::vector<MozillaJob>> decode_mozilla_request(std::string_view body,
                                                       MozillaVersion version);

}  // namespace sigla::api
