// SPDX-License-Identifier: Apache-2.0
// How a frame of an Apple crash report is written. formats/applecrash reads them: such a report is
// a file of its own, not lines in some text.
//
//   1   App   0x0000000102fd1000 0x102fcc000 + 20480          main + 20 (/src/main.m:12)
//   {"imageOffset":20480,"imageIndex":0}                      {"symbol":"main","symbolLocation":20,
//                              "sourceFile":"/src/main.m","sourceLine":12,"imageOffset":20480,...}
#include <fmt/format.h>

#include "base/json_writer.h"
#include "formats/trace/kind.h"

namespace sigla::trace {
namespace {

bool read(Lines&, Builder&) { return false; }

std::string write_text(const Frame&, const Call& call) {
  const std::string where = call.file.empty() ? "" : fmt::format(" ({}:{})", call.file, call.line);
  if (call.is_inlined) return fmt::format("{} [inlined]{}", call.function, where);
  return fmt::format("{} + {}{}", call.function, call.offset, where);
}

std::string write_json(const Frame& frame, const Call& call) {
  std::string members = fmt::format("\"symbol\":{},", json_quote(call.function));
  if (call.is_inlined) {
    members += "\"inline\":true,";
  } else {
    members += fmt::format("\"symbolLocation\":{},", call.offset);
  }
  if (!call.file.empty()) {
    members +=
        fmt::format("\"sourceFile\":{},\"sourceLine\":{},", json_quote(call.file), call.line);
  }
  // A frame with a symbol of its own is written anew.
  if (frame.place.size != 0 && frame.module) {
    members += fmt::format("\"imageOffset\":{},\"imageIndex\":{}", frame.address, *frame.module);
  }
  return members;
}

}  // namespace

extern const Kind kAppleText;
const Kind kAppleText = {"apple_crash", read, write_text};
extern const Kind kAppleJson;
const Kind kAppleJson = {"apple_ips", read, write_json, ","};

}  // namespace sigla::trace
