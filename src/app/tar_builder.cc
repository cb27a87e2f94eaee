// SPDX-License-Identifier: Apache-2.0
#include "app/tar_builder.h"

#include <algorithm>

#include "base/checked.h"

namespace sigla::app {

namespace {

constexpr std::size_t kBlockSize = 512;
constexpr std::size_t kNameSize = 100;
constexpr std::size_t kModeOffset = 100;
constexpr std::size_t kSizeOffset = 124;
constexpr std::size_t kChecksumOffset = 148;
constexpr std::size_t kTypeOffset = 156;
constexpr std::size_t kMagicOffset = 257;
constexpr std::uint64_t kOctalSizeEnd = 1ULL << 33;  // eleven octal digits

}  // namespace

void TarBuilder::add_header(std::string_view name, std::uint64_t size, char type) {
  SIGLA_CHECK(size < kOctalSizeEnd);
  std::string header(kBlockSize, '\0');
  const auto put = [&](std::size_t offset, std::string_view text) {
    header.replace(offset, text.size(), text);
  };
  put(0, name.substr(0, kNameSize));
  put(kModeOffset, "0000644");
  put(kModeOffset + 8, "0000000");   // owner
  put(kModeOffset + 16, "0000000");  // group
  put(kSizeOffset, fmt::format("{:011o}", size));
  put(kSizeOffset + 12, "00000000000");  // time
  put(kChecksumOffset, "        ");
  header[kTypeOffset] = type;
  put(kMagicOffset, std::string_view("ustar\00000", 8));
  std::uint32_t sum = 0;
  for (const std::uint8_t c : as_bytes(header)) sum += c;
  put(kChecksumOffset, fmt::format("{:06o}", sum));
  header[kChecksumOffset + 6] = '\0';
  archive_ += header;
}

void TarBuilder::add(std::string_view name, Bytes content) {
  const MutableBytes target = add(name, content.size());
  std::copy(content.begin(), content.end(), target.begin());
}

MutableBytes TarBuilder::add(std::string_view name, std::uint64_t size) {
  const auto append_blocks = [this](std::uint64_t content_size) {
    const std::size_t start = archive_.size();
    archive_.resize(start + (content_size + kBlockSize - 1) / kBlockSize * kBlockSize, '\0');
    return start;
  };
  if (name.size() > kNameSize) {
    add_header("././@LongLink", name.size() + 1, 'L');
    archive_.replace(append_blocks(name.size() + 1), name.size(), name);
  }
  add_header(name, size, '0');
  const std::size_t start = append_blocks(size);
  return MutableBytes(static_cast<std::uint8_t*>(static_cast<void*>(archive_.data() + start)),
                      size);
}

std::string TarBuilder::take() && {
  archive_.append(2 * kBlockSize, '\0');
  return std::move(archive_);
}

}  // namespace sigla::app
