// SPDX-License-Identifier: Apache-2.0
#include "codec/deflate64.h"

#include <algorithm>
#include <array>

namespace sigla {
namespace {

constexpr std::size_t kInputSize = 64U << 10U;
constexpr std::size_t kWindowSize = 64U << 10U;
constexpr std::size_t kOutputSize = 256U << 10U;
constexpr unsigned kCodeBitsMax = 15;
constexpr unsigned kFastBits = 10;
constexpr unsigned kEndOfBlock = 256;
constexpr std::size_t kLiteralCountMax = 288;
constexpr std::size_t kDistanceCountMax = 32;

struct Range {
  std::uint32_t base;
  unsigned extra_bits;
};

constexpr std::array<Range, 29> kLengths = {
    {{3, 0},  {4, 0},  {5, 0},  {6, 0},   {7, 0},   {8, 0},   {9, 0},   {10, 0},  {11, 1}, {13, 1},
     {15, 1}, {17, 1}, {19, 2}, {23, 2},  {27, 2},  {31, 2},  {35, 3},  {43, 3},  {51, 3}, {59, 3},
     {67, 4}, {83, 4}, {99, 4}, {115, 4}, {131, 5}, {163, 5}, {195, 5}, {227, 5}, {3, 16}}};
constexpr std::array<Range, 32> kDistances = {
    {{1, 0},      {2, 0},      {3, 0},      {4, 0},     {5, 1},     {7, 1},     {9, 2},
     {13, 2},     {17, 3},     {25, 3},     {33, 4},    {49, 4},    {65, 5},    {97, 5},
     {129, 6},    {193, 6},    {257, 7},    {385, 7},   {513, 8},   {769, 8},   {1025, 9},
     {1537, 9},   {2049, 10},  {3073, 10},  {4097, 11}, {6145, 11}, {8193, 12}, {12289, 12},
     {16385, 13}, {24577, 13}, {32769, 14}, {49153, 14}}};

// Bits of a source, lowest first. Past its end they are zero, and ok() says so.
class BitReader {
 public:
  explicit BitReader(ByteSource& source) : source_(source), buffer_(kInputSize) {}

  // The next `count` bits (at most 32) without taking them.
  std::uint32_t peek(unsigned count) {
    if (bit_count_ < count) fill();
    return static_cast<std::uint32_t>(bits_ & ((1ULL << count) - 1));
  }
  void take(unsigned count) {
    if (count > bit_count_) {
      is_past_end_ = true;
      bit_count_ = 0;
      bits_ = 0;
      return;
    }
    bits_ >>= count;
    bit_count_ -= count;
  }
  std::uint32_t read(unsigned count) {
    const std::uint32_t value = peek(count);
    take(count);
    return value;
  }
  void align_to_byte() { take(bit_count_ % 8); }

  Status status() {
    if (error_.has_value()) return error_->clone();
    if (is_past_end_) return malformed("deflate64: truncated at packed offset {}", offset_);
    return {};
  }

 private:
  void fill() {
    while (bit_count_ <= 56) {
      if (position_ == size_ && !load()) return;
      bits_ |= std::uint64_t{buffer_[position_++]} << bit_count_;
      bit_count_ += 8;
    }
  }
  bool load() {
    if (is_ended_) return false;
    auto count = source_.read(buffer_);
    if (!count.has_value()) error_ = std::move(count).error();
    size_ = count.has_value() ? *count : 0;
    position_ = 0;
    offset_ += size_;
    is_ended_ = size_ == 0;
    return !is_ended_;
  }

  ByteSource& source_;
  Buffer buffer_;
  std::size_t position_ = 0;
  std::size_t size_ = 0;
  std::uint64_t offset_ = 0;
  std::uint64_t bits_ = 0;
  unsigned bit_count_ = 0;
  bool is_ended_ = false;
  bool is_past_end_ = false;
  std::optional<Error> error_;
};

// A canonical Huffman code: short codes by a table, longer ones bit by bit.
class HuffmanCode {
 public:
  static constexpr unsigned kNoSymbol = 0xffff;

  // False when the lengths are no prefix code (too many of one length).
  bool build(Bytes lengths) {
    counts_.fill(0);
    fast_.fill(0);
    for (const std::uint8_t length : lengths) ++counts_[length];
    counts_[0] = 0;
    std::array<unsigned, kCodeBitsMax + 2> first_index{};
    int left = 1;
    for (unsigned bits = 1; bits <= kCodeBitsMax; ++bits) {
      left = left * 2 - static_cast<int>(counts_[bits]);
      if (left < 0) return false;
      first_index[bits + 1] = first_index[bits] + counts_[bits];
    }
    for (unsigned symbol = 0; symbol < lengths.size(); ++symbol) {
      if (lengths[symbol] == 0) continue;
      symbols_[first_index[lengths[symbol]]++] = static_cast<std::uint16_t>(symbol);
    }
    fill_fast();
    return true;
  }

  unsigned decode(BitReader& in) const {
    const std::uint32_t bits = in.peek(kCodeBitsMax);
    if (const Fast fast = fast_[bits & ((1U << kFastBits) - 1)]; fast != 0) {
      in.take(fast & 0xfU);
      return fast >> 4U;
    }
    unsigned code = 0;
    unsigned first = 0;
    unsigned index = 0;
    for (unsigned length = 1; length <= kCodeBitsMax; ++length) {
      code |= (bits >> (length - 1)) & 1U;
      if (code < first + counts_[length]) {
        in.take(length);
        return symbols_[index + (code - first)];
      }
      index += counts_[length];
      first = (first + counts_[length]) << 1U;
      code <<= 1U;
    }
    return kNoSymbol;
  }

 private:
  using Fast = std::uint16_t;  // symbol << 4 | length; 0 where the code is longer

  void fill_fast() {
    unsigned code = 0;
    unsigned index = 0;
    for (unsigned length = 1; length <= kFastBits; ++length) {
      for (unsigned i = 0; i < counts_[length]; ++i, ++code, ++index) {
        unsigned reversed = 0;
        for (unsigned bit = 0; bit < length; ++bit) {
          reversed |= ((code >> bit) & 1U) << (length - 1 - bit);
        }
        for (unsigned slot = reversed; slot < fast_.size(); slot += 1U << length) {
          fast_[slot] = static_cast<Fast>(unsigned{symbols_[index]} << 4U | length);
        }
      }
      code <<= 1U;
    }
  }

  std::array<unsigned, kCodeBitsMax + 1> counts_{};
  std::array<std::uint16_t, kLiteralCountMax> symbols_{};
  std::array<Fast, 1U << kFastBits> fast_{};
};

// The window and what is not yet in the sink, in one buffer: [history | new bytes].
class Output {
 public:
  explicit Output(ByteSink& sink) : sink_(sink), buffer_(kWindowSize + kOutputSize) {}

  Status put(std::uint8_t byte) {
    if (end_ == buffer_.size()) SIGLA_TRY(flush());
    buffer_[end_++] = byte;
    return {};
  }
  Status repeat(std::size_t distance, std::size_t length) {
    if (distance > end_) return malformed("deflate64: distance reaches before the start");
    while (length > 0) {
      if (end_ == buffer_.size()) SIGLA_TRY(flush());
      const std::size_t count = std::min(length, buffer_.size() - end_);
      for (std::size_t i = 0; i < count; ++i, ++end_) buffer_[end_] = buffer_[end_ - distance];
      length -= count;
    }
    return {};
  }
  Status flush() {
    SIGLA_TRY(sink_.write(Bytes(buffer_).subspan(start_, end_ - start_)));
    const std::size_t kept = std::min(end_, kWindowSize);
    std::copy_n(buffer_.begin() + static_cast<std::ptrdiff_t>(end_ - kept), kept, buffer_.begin());
    start_ = end_ = kept;
    return {};
  }

 private:
  ByteSink& sink_;
  Buffer buffer_;
  std::size_t start_ = 0;  // of the new bytes
  std::size_t end_ = 0;
};

class Inflater64 {
 public:
  Inflater64(ByteSource& packed, ByteSink& sink) : in_(packed), out_(sink) {}

  Status run() {
    bool is_last = false;
    while (!is_last) {
      is_last = in_.read(1) != 0;
      const std::uint32_t type = in_.read(2);
      SIGLA_TRY(in_.status());
      if (type == 0) {
        SIGLA_TRY(copy_stored());
      } else if (type == 3) {
        return malformed("deflate64: invalid block");
      } else {
        if (type == 1) {
          use_fixed_codes();
        } else {
          SIGLA_TRY(read_codes());
        }
        SIGLA_TRY(inflate_block());
      }
    }
    return out_.flush();
  }

 private:
  Status copy_stored() {
    in_.align_to_byte();
    const std::uint32_t size = in_.read(16);
    const std::uint32_t complement = in_.read(16);
    SIGLA_TRY(in_.status());
    if ((size ^ complement) != 0xffff) return malformed("deflate64: invalid stored block");
    for (std::uint32_t i = 0; i < size; ++i) {
      const auto byte = static_cast<std::uint8_t>(in_.read(8));
      SIGLA_TRY(out_.put(byte));
      if (i % 4096 == 0) SIGLA_TRY(in_.status());
    }
    return in_.status();
  }

  void use_fixed_codes() {
    std::array<std::uint8_t, kLiteralCountMax> lengths{};
    std::fill_n(lengths.begin(), 144, std::uint8_t{8});
    std::fill_n(lengths.begin() + 144, 112, std::uint8_t{9});
    std::fill_n(lengths.begin() + 256, 24, std::uint8_t{7});
    std::fill_n(lengths.begin() + 280, 8, std::uint8_t{8});
    SIGLA_CHECK(literals_.build(lengths));
    std::array<std::uint8_t, kDistanceCountMax> distances{};
    distances.fill(5);
    SIGLA_CHECK(distances_.build(distances));
  }

  Status read_codes() {
    static constexpr std::array<std::uint8_t, 19> kOrder = {
        16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
    const std::size_t literal_count = in_.read(5) + std::size_t{257};
    const std::size_t distance_count = in_.read(5) + std::size_t{1};
    const std::size_t length_count = in_.read(4) + std::size_t{4};
    if (literal_count > 286) return malformed("deflate64: too many literal codes");
    std::array<std::uint8_t, 19> code_lengths{};
    for (std::size_t i = 0; i < length_count; ++i) {
      code_lengths[kOrder[i]] = static_cast<std::uint8_t>(in_.read(3));
    }
    SIGLA_TRY(in_.status());
    if (!lengths_.build(code_lengths)) return malformed("deflate64: invalid code lengths");
    std::array<std::uint8_t, kLiteralCountMax + kDistanceCountMax> lengths{};
    SIGLA_TRY(read_lengths(MutableBytes(lengths).first(literal_count + distance_count)));
    if (!literals_.build(Bytes(lengths).first(literal_count)) ||
        !distances_.build(Bytes(lengths).subspan(literal_count, distance_count))) {
      return malformed("deflate64: invalid codes");
    }
    return {};
  }

  Status read_lengths(MutableBytes lengths) {
    std::size_t index = 0;
    while (index < lengths.size()) {
      const unsigned symbol = lengths_.decode(in_);
      SIGLA_TRY(in_.status());
      if (symbol == HuffmanCode::kNoSymbol) return malformed("deflate64: invalid code length");
      if (symbol < 16) {
        lengths[index++] = static_cast<std::uint8_t>(symbol);
        continue;
      }
      if (symbol == 16 && index == 0) return malformed("deflate64: nothing to repeat");
      const std::uint8_t value = symbol == 16 ? lengths[index - 1] : std::uint8_t{0};
      const std::size_t count = symbol == 16   ? 3 + in_.read(2)
                                : symbol == 17 ? 3 + in_.read(3)
                                               : 11 + in_.read(7);
      if (count > lengths.size() - index) return malformed("deflate64: too many code lengths");
      std::fill_n(lengths.begin() + static_cast<std::ptrdiff_t>(index), count, value);
      index += count;
    }
    return in_.status();
  }

  Status inflate_block() {
    while (true) {
      const unsigned symbol = literals_.decode(in_);
      if (symbol < kEndOfBlock) {
        SIGLA_TRY(in_.status());
        SIGLA_TRY(out_.put(static_cast<std::uint8_t>(symbol)));
        continue;
      }
      if (symbol == kEndOfBlock) return in_.status();
      if (symbol - 257 >= kLengths.size()) return malformed("deflate64: invalid symbol");
      const Range& length = kLengths[symbol - 257];
      const std::size_t count = length.base + std::size_t{in_.read(length.extra_bits)};
      const unsigned code = distances_.decode(in_);
      if (code >= kDistances.size()) return malformed("deflate64: invalid distance");
      const Range& range = kDistances[code];
      const std::size_t distance = range.base + std::size_t{in_.read(range.extra_bits)};
      SIGLA_TRY(in_.status());
      SIGLA_TRY(out_.repeat(distance, count));
    }
  }

  BitReader in_;
  Output out_;
  HuffmanCode lengths_;
  HuffmanCode literals_;
  HuffmanCode distances_;
};

}  // namespace

Status inflate64(ByteSource& packed, ByteSink& sink) { return Inflater64(packed, sink).run(); }

}  // namespace sigla
