// SPDX-License-Identifier: Apache-2.0
// Numbers that stand for texts while a symcache is written: one text, one number, in the order they
// come. A text is hashed once; who merges tables uses the hash again. Texts do not move.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace sigla::symcache {

class TextTable {
 public:
  static std::uint64_t hash_of(std::string_view text);

  // The number of the text, which is copied when it is new.
  std::uint32_t add(std::string_view text) { return add(text, hash_of(text)); }
  std::uint32_t add(std::string_view text, std::uint64_t hash);
  // A number whose text is not known yet, and the text when it is; it is not found by add().
  std::uint32_t reserve_number();
  void name(std::uint32_t number, std::string_view text);

  std::size_t size() const { return texts_.size(); }
  std::string_view text(std::uint32_t number) const {
    return {texts_[number].data, texts_[number].size};
  }
  std::uint64_t hash(std::uint32_t number) const { return texts_[number].hash; }

 private:
  struct Text {
    std::uint64_t hash = 0;
    const char* data = nullptr;
    std::size_t size = 0;
  };
  Text copy(std::string_view text, std::uint64_t hash);
  void grow();

  std::vector<Text> texts_;
  std::vector<std::uint32_t> slots_;  // number + 1; open addressing, size a power of two
  std::size_t used_ = 0;
  std::vector<std::unique_ptr<char[]>> chunks_;
  std::size_t chunk_size_ = 0;
  std::size_t chunk_used_ = 0;
};

}  // namespace sigla::symcache
