// SPDX-License-Identifier: Apache-2.0
// The two halves of read_report(), and what they share.
#pragma once

#include "formats/applecrash/report.h"

namespace sigla::applecrash {

Report read_text(std::string_view file, const Limits& limits);
Result<Report> read_json(std::string_view file, const Limits& limits);

bool is_json(std::string_view file);
// "ARM-64 (Native)", "X86-64", "arm64e", "x86_64h".
Arch arch_of(std::string_view text);
// "Mac OS X" for "macOS" and its other names, "iOS" for "iPhone OS".
std::string os_of(std::string_view text);
// The address in "KERN_INVALID_ADDRESS at 0x10"; 0 when there is none.
std::uint64_t address_in(std::string_view text);
// A UUID's digits, lower case; empty when it is none.
std::string uuid_digits(std::string_view text);
// Gives every frame without one the image that its address lies in.
void find_images(Report& report);

}  // namespace sigla::applecrash
