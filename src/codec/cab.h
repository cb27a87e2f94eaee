// SPDX-License-Identifier: Apache-2.0
// Microsoft cabinets ([MS-CAB]): the compressed forms of symbol stores (`.pd_`, `.dl_`, `.ex_`).
// Reading is libmspack's (MSZIP, LZX, Quantum), by ArchiveReader::open(); writing is ours.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "codec/archive.h"
#include "codec/stream.h"

struct isal_zstream;

namespace sigla {

Result<std::unique_ptr<ArchiveReader>> open_cab(const File& file,
                                                const Limits& limits,
                                                UnpackBudget& budget);

// Writes a cabinet of one folder and one file, MSZIP compressed, as makecab does:
//
//   CFHEADER 36 bytes, CFFOLDER 8, CFFILE 16 and the name, then a CFDATA per 32 KiB of content:
//   u32 checksum, u16 packed size, u16 content size, "CK", one deflate stream whose history is the
//   block before.
class CabWriter final : public ByteSink {
 public:
  // 65535 blocks of 32 KiB; [MS-CAB] 2.4.
  static constexpr std::uint64_t kContentSizeMax = 0x7FFF8000;
  static constexpr std::size_t kBlockSize = 32U << 10U;

  // `out` must be empty and outlive this. `name` is what the cabinet calls its file.
  CabWriter(const File& out, std::string name);
  CabWriter(const CabWriter&) = delete;
  CabWriter& operator=(const CabWriter&) = delete;
  ~CabWriter() override;

  // kLimitExceeded past kContentSizeMax.
  Status write(Bytes bytes) override;
  // Completes the cabinet, which is unreadable before.
  Status finish();

 private:
  Status write_block(Bytes content);
  Status flush_output();
  std::size_t header_size() const;

  const File& out_;
  std::string name_;
  std::unique_ptr<isal_zstream> stream_;
  Buffer level_buffer_;
  Buffer packed_;
  Buffer history_;  // the content of the block before
  Buffer pending_;  // the content of the block being filled
  Buffer output_;   // blocks not yet in the file
  std::uint64_t file_offset_;
  std::uint64_t content_size_ = 0;
  std::uint32_t block_count_ = 0;
};

}  // namespace sigla
