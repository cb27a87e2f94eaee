// SPDX-License-Identifier: Apache-2.0
// A microdump: the crash of one thread as Breakpad's Linux client writes it to Android's log, line
// by line, as hexadecimal text (breakpad src/client/linux/microdump_writer/microdump_writer.cc).
//
//   02-25 07:59:17.030 F/google-breakpad(16162): -----BEGIN BREAKPAD MICRODUMP-----
//   ...: V WebView:48.0.2564.106                              product and version
//   ...: O A arm 06 armv8l lge/p1_tmo_us/p1:6.0/MRA58K        system, processor, how many, its own
//                                                             name, build; A Android, L Linux
//   ...: P webview                                            kind of process
//   ...: R 0000000B SIGSEGV 0000DEAD                          signal, its name, address
//   ...: G OpenGL ES 3.1|Qualcomm|Adreno (TM) 418             version, vendor, renderer
//   ...: S 0 C3A397E8 C3A39000 00002000                       stack pointer, start, size
//   ...: S C3A39000 60000000C1AF24E5                          a piece of it
//   ...: C 0600004000000000                                   registers, as in a minidump
//   ...: M F6F86000 00000000 00032000 9475E84...590 libbinder.so   start, file offset, size, id
//   ...: -----END BREAKPAD MICRODUMP-----
//
// Lines of others in between are skipped; what comes before "google-breakpad" is logcat's. Owns
// everything it returns.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/diagnostics.h"
#include "base/limits.h"

namespace sigla::microdump {

struct Module {
  std::uint64_t base = 0;
  std::uint64_t size = 0;
  std::uint64_t file_offset = 0;
  std::string identifier;  // Breakpad's form: GUID and age
  std::string name;
};

// Bytes of the stack that follow each other.
struct StackPiece {
  std::uint64_t base = 0;
  Buffer bytes;
};

struct Microdump {
  std::string product;  // "WebView:48.0.2564.106"; empty when not known, as all texts here
  std::string process_type;
  char system = '\0';  // 'A', 'L'
  std::string arch;    // "arm", "arm64", "x86", "x86_64", "mips", "mips64", "riscv64"
  std::uint32_t cpu_count = 0;
  std::string hardware;    // uname's idea of the processor: "armv8l"
  std::string os_version;  // build fingerprint, or kernel release and version
  bool has_reason = false;
  std::uint32_t signal = 0;
  std::string signal_name;
  std::uint64_t crash_address = 0;
  std::string gl_version;
  std::string gl_vendor;
  std::string gl_renderer;
  std::vector<StackPiece> stack;  // more than one where the log lost lines; in order of the log
  Buffer context;
  std::vector<Module> modules;
};

// Text, and somewhere in it a microdump begins.
bool is_microdump(Bytes text);

// The first one in the text. Error when none begins, when it has no system or registers, or too
// many modules or bytes of stack. Lines that cannot be read and further microdumps are reported to
// `diagnostics`; one that the log does not see to its end is read as far as it goes.
Result<Microdump> read_microdump(Bytes text, const Limits& limits, Diagnostics& diagnostics);

}  // namespace sigla::microdump
