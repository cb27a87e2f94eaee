// SPDX-License-Identifier: Apache-2.0
// An Apple crash report: the text of .crash files, and the JSON that replaced it (.ips, macOS 12
// and iOS 15 on). Nothing in here points into the file; spans say where a frame stands in it.
//
//   Incident Identifier: 5C32DF84-31A0-43E7-87D0-239F7F594940          {"app_name":"App",...}
//   Process:               App [1234]                                   {"pid":1234,
//   Exception Type:        EXC_BAD_ACCESS (SIGSEGV)                      "exception":{...},
//   Triggered by Thread:  0                                              "faultingThread":0,
//                                                                        "threads":[{"id":7,
//   Thread 0 Crashed:                                                     "triggered":true,
//   0   App        0x0000000102fd0f5c 0x102fcc000 + 20316                 "frames":[{
//   1   App        0x0000000102fd1000 main + 20 (main.m:12)                "imageOffset":20316,
//                                                                          "imageIndex":0}]}],
//   Binary Images:                                                       "usedImages":[{
//   0x102fcc000 - 0x102fd3fff App arm64  <UUID> /path/App                 "base":4345085952,...}]}
//
// Apple, "Examining the fields in a crash report" and "Interpreting the JSON format of a crash
// report".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "ident/identity.h"

namespace sigla::applecrash {

struct Image {
  std::uint64_t base = 0;
  std::uint64_t size = 0;
  std::string name;  // "App", or its bundle's identifier
  std::string path;
  std::string version;
  Arch arch = Arch::kUnknown;
  std::string uuid;  // 32 lower-case digits; empty when it is not there
};

struct Frame {
  std::uint64_t address = 0;           // in the process
  std::optional<std::uint32_t> image;  // index of Report::images
  bool is_return_address = false;
  // What the report says already.
  std::string symbol;
  std::uint64_t symbol_offset = 0;
  std::string file;
  std::uint32_t line = 0;
  bool is_inlined = false;  // a call inlined in the frame that follows
  // Text: its line, and what stands behind the address. JSON: its object, and where members can be
  // added in it.
  std::size_t offset = 0;
  std::size_t size = 0;
  std::size_t place_offset = 0;
  std::size_t place_size = 0;
};

struct Register {
  std::string name;
  std::uint64_t value = 0;
};

struct Thread {
  std::uint64_t id = 0;  // the system's number; of a text report, which of the threads
  std::string name;      // its own name, else its queue's
  bool has_crashed = false;
  std::vector<Frame> frames;
  std::vector<Register> registers;
};

struct Report {
  bool is_json = false;
  std::string process;
  std::string path;
  std::string identifier;
  std::string version;
  std::string hardware;
  std::string os;  // "Mac OS X", "iOS", ...: Breakpad's word for macOS
  std::string os_version;
  std::string os_build;
  std::string date;
  Arch arch = Arch::kUnknown;
  std::optional<std::uint32_t> process_id;
  std::string exception_type;   // "EXC_BAD_ACCESS (SIGSEGV)"
  std::string exception_codes;  // "KERN_INVALID_ADDRESS at 0x0000000000000010"
  std::string termination;      // "Namespace SIGNAL, Code 11 Segmentation fault: 11"
  std::uint64_t crash_address = 0;
  std::vector<std::string> messages;  // application specific information
  std::vector<Image> images;
  std::vector<Thread> threads;        // as they come; the crashed one is marked
  std::vector<Frame> last_exception;  // of an uncaught one: where it was thrown
};

// The file begins like one, or has one's frames and images.
bool is_report(std::string_view file);
// Errors: kMalformed for JSON that breaks off, or a file without any frame.
Result<Report> read_report(std::string_view file, const Limits& limits);

}  // namespace sigla::applecrash
