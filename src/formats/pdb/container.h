// SPDX-License-Identifier: Apache-2.0
// The file system inside a PDB: numbered streams in an MSF 7.00 or MSFZ container. A Container
// borrows the file's bytes, which must outlive it; after open() it is immutable.
//
//   SIGLA_TRY_ASSIGN(const auto container, pdb::Container::open(file, limits));
//   SIGLA_TRY_ASSIGN(const StreamBytes dbi, container.read(pdb::kDbiStream, size_max));
//
// MSF 7.00 (microsoft-pdb, msf.cpp): magic, page size, free page map, page count, directory size,
// and the numbers of the pages that list the directory's pages. Directory: stream count, sizes, and
// the page numbers of each stream. MSFZ (Microsoft, ".pdz"): streams of fragments, plain ones in
// the file and ones in chunks that are zstd-compressed.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/limits.h"

namespace sigla::pdb {

inline constexpr std::uint32_t kInfoStream = 1;
inline constexpr std::uint32_t kTpiStream = 2;
inline constexpr std::uint32_t kDbiStream = 3;
inline constexpr std::uint32_t kIpiStream = 4;

inline constexpr std::string_view kMsfMagic(
    "Microsoft C/C++ MSF 7.00\r\n\x1a"
    "DS\0\0\0",
    32);
inline constexpr std::string_view kMsfzMagic(
    "Microsoft MSFZ Container\r\n\x1a"
    "ALD\0\0",
    32);
inline constexpr std::string_view kOldMagic = "Microsoft C/C++ program database 2.00\r\n\x1aJG";

// The file starts like one of the three, the unsupported PDB 2.0 included.
bool is_pdb(Bytes file);

// A whole stream: where it lies in the file when it lies there in one piece, else a copy.
class StreamBytes {
 public:
  StreamBytes() = default;
  explicit StreamBytes(Bytes in_file) : bytes_(in_file) {}
  explicit StreamBytes(Buffer&& copy) : copy_(std::move(copy)), bytes_(copy_) {}
  // A moved vector keeps its bytes where they are.
  StreamBytes(StreamBytes&&) noexcept = default;
  StreamBytes& operator=(StreamBytes&&) noexcept = default;

  Bytes bytes() const { return bytes_; }

 private:
  Buffer copy_;
  Bytes bytes_;
};

class Container {
 public:
  // Error kUnsupported for PDB 2.0 (before Visual Studio .NET) and later versions of MSFZ.
  static Result<Container> open(Bytes file, const Limits& limits);

  bool is_msfz() const { return is_msfz_; }
  std::uint32_t page_size() const { return page_size_; }  // 0 for MSFZ
  std::uint32_t stream_count() const { return static_cast<std::uint32_t>(streams_.size()); }
  // 0 for a stream that does not exist.
  std::uint64_t stream_size(std::uint32_t stream) const;

  // kLimitExceeded past size_max, kNotFound for a stream that does not exist, kMalformed for an MSF
  // stream larger than the file (its pages would have to be the same ones over and over).
  Result<StreamBytes> read(std::uint32_t stream, std::uint64_t size_max) const;
  // The directory of an MSF file: u32 count, u32 sizes, u32 page numbers. Requires: !is_msfz().
  Result<Buffer> msf_directory() const;
  // Its first bytes: `size` of them, or as many as there are.
  Result<Buffer> read_start(std::uint32_t stream, std::uint64_t size) const;

 private:
  // Consecutive pages of an MSF stream, or one fragment of an MSFZ stream.
  struct Fragment {
    std::uint64_t offset = 0;  // in the file, or in the unpacked chunk
    std::uint64_t size = 0;
    std::optional<std::uint32_t> chunk;
  };
  struct Stream {
    std::uint64_t size = 0;
    std::size_t first_fragment = 0;
    std::size_t fragment_count = 0;
  };
  struct Chunk {
    std::uint64_t offset = 0;
    std::uint32_t packed_size = 0;
    std::uint32_t size = 0;
    bool is_packed = false;
  };

  Container(Bytes file, const Limits& limits) : file_(file), limits_(limits) {}

  Status open_msf();
  Result<Buffer> read_msf_directory(std::uint32_t directory_size, std::uint64_t list_offset) const;
  Result<Buffer> read_pages(Bytes page_numbers, std::uint64_t size) const;
  Status add_msf_stream(std::uint64_t size, Bytes page_numbers);
  Status open_msfz();
  Status read_msfz_chunks(std::uint64_t offset, std::uint32_t count, std::uint32_t size);
  Status read_msfz_directory(Bytes directory, std::uint32_t stream_count);
  Result<Buffer> unpack(const Chunk& chunk) const;

  Bytes file_;
  Limits limits_;
  bool is_msfz_ = false;
  std::uint32_t page_size_ = 0;
  std::vector<Stream> streams_;
  std::vector<Fragment> fragments_;
  std::vector<Chunk> chunks_;
};

}  // namespace sigla::pdb
