// SPDX-License-Identifier: Apache-2.0
#include "formats/pdb/stream_replacement.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/byte_reader.h"
#include "base/byte_writer.h"
#include "formats/pdb/container.h"
#include "formats/pdb/info_stream.h"
#include "formats/pdb/named_streams.h"

namespace sigla::pdb {
namespace {

constexpr std::uint32_t kNilStream = UINT32_MAX;

struct StreamPages {
  std::uint32_t size = 0;  // or kNilStream
  std::vector<std::uint32_t> pages;
};

Result<std::vector<StreamPages>> read_directory(const Container& container) {
  SIGLA_TRY_ASSIGN(const Buffer directory, container.msf_directory());
  ByteReader reader(directory);
  const std::uint32_t count = reader.u32();
  ByteReader sizes = reader.sub(std::uint64_t{count} * 4);
  SIGLA_TRY(reader.finish("PDB stream directory"));
  std::vector<StreamPages> streams;
  streams.reserve(count);
  while (!sizes.at_end()) {
    StreamPages stream;
    stream.size = sizes.u32();
    const std::uint64_t size = stream.size == kNilStream ? 0 : stream.size;
    const std::uint64_t page_count =
        size / container.page_size() + (size % container.page_size() != 0 ? 1 : 0);
    ByteReader numbers = reader.sub(page_count * 4);
    SIGLA_TRY(reader.finish("PDB stream directory"));
    while (!numbers.at_end()) stream.pages.push_back(numbers.u32());
    streams.push_back(std::move(stream));
  }
  return streams;
}

Buffer write_directory(const std::vector<StreamPages>& streams) {
  ByteWriter out;
  out.u32(static_cast<std::uint32_t>(streams.size()));
  for (const StreamPages& stream : streams) out.u32(stream.size);
  for (const StreamPages& stream : streams) {
    for (const std::uint32_t page : stream.pages) out.u32(page);
  }
  return std::move(out).take();
}

// Stream 1 with one more name; what stands before and behind the names is kept.
Result<Buffer> add_name(const Container& container,
                        const InfoStream& info,
                        std::string_view name,
                        std::uint32_t stream) {
  constexpr std::uint64_t kHeadSize = 28;  // version, signature, age, GUID
  SIGLA_TRY_ASSIGN(const Buffer head, container.read_start(kInfoStream, kHeadSize));
  std::vector<std::pair<std::string, std::uint32_t>> names(info.named_streams.begin(),
                                                           info.named_streams.end());
  names.emplace_back(name, stream);
  ByteWriter out;
  out.bytes(head);
  write_named_streams(names, out);
  out.bytes(info.behind_names);
  return std::move(out).take();
}

class Replacement {
 public:
  Replacement(const Container& container, std::vector<StreamPages> streams)
      : page_size_(container.page_size()), streams_(std::move(streams)), pages_(page_size_) {}

  // Pages of streams that stay. kMalformed for one behind the file or of the maps.
  Status keep(std::uint64_t file_size, std::uint32_t changed, std::uint32_t also_changed) {
    const std::uint64_t page_count = file_size / page_size_ + (file_size % page_size_ ? 1 : 0);
    for (std::uint32_t i = 0; i < streams_.size(); ++i) {
      if (i == changed || i == also_changed) continue;
      for (const std::uint32_t page : streams_[i].pages) {
        if (page == 0 || page >= page_count || pages_.is_map_page(page)) {
          return malformed("PDB stream {}: page {} of {} holds no stream", i, page, page_count);
        }
        pages_.use(page);
      }
    }
    return {};
  }

  Status put(std::uint32_t stream, Bytes content) {
    if (content.size() >= UINT32_MAX) {
      return make_error(
          ErrorCode::kLimitExceeded, "PDB stream {}: {} bytes to write", stream, content.size());
    }
    SIGLA_TRY_ASSIGN(auto pages, pages_.allocate(content.size()));
    append_pages(page_size_, pages, content, change_.patches);
    streams_[stream].size = static_cast<std::uint32_t>(content.size());
    streams_[stream].pages = std::move(pages);
    return {};
  }

  Result<FileChange> finish() && {
    constexpr std::uint32_t kMap = 1;
    SIGLA_TRY(
        append_msf_directory(page_size_, kMap, write_directory(streams_), pages_, change_.patches));
    change_.file_size = std::uint64_t{pages_.page_count()} * page_size_;
    return std::move(change_);
  }

 private:
  std::uint32_t page_size_;
  std::vector<StreamPages> streams_;
  MsfPages pages_;
  FileChange change_;
};

}  // namespace

Result<FileChange> replace_named_stream(Bytes pdb,
                                        std::string_view name,
                                        Bytes content,
                                        const Limits& limits) {
  SIGLA_TRY_ASSIGN(const Container container, Container::open(pdb, limits));
  if (container.is_msfz()) {
    return make_error(ErrorCode::kUnsupported, "PDB: streams of MSFZ files are not written");
  }
  SIGLA_TRY_ASSIGN(const InfoStream info, read_info_stream(container));
  if (!info.has_names) return malformed("PDB info stream: the names of streams cannot be read");
  SIGLA_TRY_ASSIGN(auto streams, read_directory(container));

  const auto known = info.find(name);
  const std::uint32_t stream = known.value_or(static_cast<std::uint32_t>(streams.size()));
  if (known && (stream <= kIpiStream || stream >= streams.size())) {
    return malformed("PDB info stream: \"{}\" is stream {}", name, stream);
  }
  if (!known) {
    if (stream >= UINT16_MAX) {  // other streams refer to streams by 16 bits
      return make_error(ErrorCode::kLimitExceeded, "PDB: it has {} streams", streams.size());
    }
    streams.emplace_back();
  }
  Replacement replacement(container, std::move(streams));
  SIGLA_TRY(replacement.keep(pdb.size(), stream, known ? stream : kInfoStream));
  if (!known) {
    SIGLA_TRY_ASSIGN(const Buffer named, add_name(container, info, name, stream));
    SIGLA_TRY(replacement.put(kInfoStream, named));
  }
  SIGLA_TRY(replacement.put(stream, content));
  return std::move(replacement).finish();
}

Buffer apply_change(Bytes pdb, const FileChange& change) {
  Buffer file(pdb.begin(), pdb.end());
  file.resize(static_cast<std::size_t>(change.file_size));
  for (const FilePatch& patch : change.patches) {
    std::ranges::copy(patch.bytes, file.begin() + static_cast<std::ptrdiff_t>(patch.offset));
  }
  return file;
}

}  // namespace sigla::pdb
