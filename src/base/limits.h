// SPDX-License-Identifier: Apache-2.0
// Every ceiling Sigla puts on its input, in one place. Passed explicitly, never global.
// docs/reference/limits.md is checked against this file by tools/tidy.
#pragma once

#include <cstdint>

namespace sigla {

struct Limits {
  // --- uploads and archives ---
  std::uint64_t upload_size_max = 64ULL << 30;        // one request body; UE5 builds reach 20 GiB
  std::uint64_t entry_size_max = 16ULL << 30;         // one unpacked file; vmlinux is 0.7 GiB
  std::uint64_t unpacked_size_max = 256ULL << 30;     // all files of one upload together
  std::uint64_t entry_count_max = 200'000;            // files in one upload, nested ones included
  std::uint64_t compression_ratio_max = 1'000;        // unpacked / packed, once past 64 MiB
  std::uint64_t ratio_grace_size = 64ULL << 20;       // small files of zeros are not bombs
  std::uint32_t archive_depth_max = 2;                // an archive inside an archive, no deeper
  std::uint32_t entry_name_size_max = 4'096;          // PATH_MAX of every system that wrote it
  std::uint32_t multipart_part_count_max = 1'000;     // parts of one form
  std::uint32_t multipart_field_size_max = 1U << 20;  // a form field that is no file

  // --- formats ---
  std::uint32_t section_count_max = 1'000'000;         // sections of ELF, COFF, Mach-O
  std::uint32_t load_command_count_max = 65'536;       // Mach-O load commands
  std::uint32_t fat_arch_count_max = 64;               // slices of a fat Mach-O
  std::uint32_t symbol_name_size_max = 65'536;         // one mangled name
  std::uint32_t path_size_max = 32'768;                // a path inside debug information
  std::uint32_t line_size_max = 1U << 20;              // one line of a text format
  std::uint32_t record_count_max = 200'000'000;        // lines, functions, rows in one debug file
  std::uint64_t unwind_rules_size_max = 256ULL << 20;  // distinct unwind rules of one file
  std::uint32_t inline_depth_max = 512;                // nested inlined calls
  std::uint32_t dwarf_unit_count_max = 2'000'000;      // units of one .debug_info; Chrome has 100 k
  std::uint32_t function_piece_count_max = 4'000'000;  // pieces of inlined calls in one function
  std::uint32_t type_depth_max = 64;                   // types inside one type's name, in a PDB
  std::uint32_t metadata_heap_size_max = 1U << 30;     // one heap of .NET metadata
  std::uint32_t stream_count_max = 100'000;            // streams of an MSF container
  std::uint64_t section_size_max = 8ULL << 30;         // one debug section, unpacked
  std::uint64_t manifest_size_max = 64ULL << 20;  // manifest.json of a source bundle; 300 k files
  std::uint64_t embedded_source_size_max = 64ULL << 20;  // one source file inside debug information
  std::uint32_t embedded_pdb_size_max = 512U << 20;      // a Portable PDB packed inside a PE

  // --- crash dumps ---
  std::uint64_t minidump_size_max = 64ULL << 30;  // mapped; a full dump is as large as the process
  std::uint32_t minidump_stream_count_max = 4'096;
  std::uint32_t minidump_thread_count_max = 16'384;
  std::uint32_t minidump_module_count_max = 16'384;
  std::uint32_t minidump_memory_region_count_max = 1'000'000;
  std::uint32_t minidump_string_size_max = 65'536;   // bytes of one UTF-16 string
  std::uint32_t frames_per_thread_max = 262'144;     // a runaway recursion is a real crash
  std::uint32_t cfi_rule_count_max = 1'024;          // register rules in one STACK CFI record
  std::uint32_t postfix_token_count_max = 1'024;     // tokens of one postfix expression
  std::uint32_t core_mapping_count_max = 1'000'000;  // segments and mapped files of a core

  // --- where symbols are looked for ---
  std::uint64_t folder_file_count_max = 200'000;        // files below a folder without an order
  std::uint32_t folder_scan_seconds_max = 20;           // to identify them, the first time
  std::uint64_t symbol_download_size_max = 4ULL << 30;  // Chrome's largest .sym has 1.5 GB

  // --- HTTP ---
  std::uint32_t http_header_size_max = 64U << 10;  // request line and headers together
  std::uint32_t http_target_size_max = 16U << 10;  // path and query of one request
  std::uint64_t http_json_body_size_max = 55ULL << 20;
  std::uint32_t http_connection_count_max = 20'000;
  std::uint32_t http_header_timeout_seconds_max = 15;  // first byte to end of headers
  std::uint32_t http_idle_timeout_seconds_max = 75;    // between requests, or no byte moved
  std::uint32_t http_transfer_rate_min = 256;          // bytes/s of a body, over a window of 30 s

  // --- worker processes ---
  std::uint64_t worker_memory_size_max = 4ULL << 30;  // address space of one job
  std::uint32_t worker_cpu_seconds_max = 600;
  std::uint32_t worker_wall_seconds_max = 1'200;
  std::uint64_t worker_message_size_max = 256ULL << 20;  // one message of the worker protocol
};

}  // namespace sigla
