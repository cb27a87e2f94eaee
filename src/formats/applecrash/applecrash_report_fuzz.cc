// SPDX-License-Identifier: Apache-2.0
#include <cstdint>

#include "formats/applecrash/report.h"

namespace {

void check(const sigla::applecrash::Frame& frame,
           const sigla::applecrash::Report& report,
           std::size_t size) {
  SIGLA_CHECK(frame.offset <= size && frame.size <= size - frame.offset);
  SIGLA_CHECK(frame.place_offset >= frame.offset);
  SIGLA_CHECK(frame.place_offset + frame.place_size <= frame.offset + frame.size);
  SIGLA_CHECK(!frame.image || *frame.image < report.images.size());
}

}  // namespace

// Every frame lies in the file, and every image it names is there.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view file = sigla::as_text({data, size});
  static_cast<void>(sigla::applecrash::is_report(file));
  const auto report = sigla::applecrash::read_report(file, {});
  if (!report.has_value()) return 0;
  for (const auto& thread : report->threads) {
    for (const auto& frame : thread.frames) check(frame, *report, size);
  }
  for (const auto& frame : report->last_exception) check(frame, *report, size);
  return 0;
}
