// SPDX-License-Identifier: Apache-2.0
#include "app/identity_cache.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "app/version.h"
#include "base/byte_reader.h"
#include "base/limits.h"
#include "object/object_codec.h"
#include "os/file.h"

namespace sigla::app {
namespace {

std::string head() { return fmt::format("sigla identities {}\n", kVersion); }

void put_text(std::string& out, std::string_view text) {
  for (unsigned shift = 0; shift < 32; shift += 8) out += static_cast<char>(text.size() >> shift);
  out += text;
}

}  // namespace

IdentityCache::IdentityCache(std::optional<std::filesystem::path> path) : path_(std::move(path)) {
  if (path_.has_value()) load();
}

void IdentityCache::load() {
  const auto content = read_file(*path_, kSizeMax);
  if (!content.has_value() || !as_text(*content).starts_with(head())) return;
  ByteReader reader(Bytes(*content).subspan(head().size()));
  while (reader.remaining() != 0) {
    std::string state(as_text(reader.bytes(reader.u32())));
    std::string objects(as_text(reader.bytes(reader.u32())));
    if (!reader.ok()) break;
    size_ += state.size() + objects.size();
    known_.emplace(std::move(state), std::move(objects));
  }
}

std::optional<std::vector<Object>> IdentityCache::find(const std::string& state) const {
  const std::lock_guard lock(mutex_);
  const auto known = known_.find(state);
  if (known == known_.end()) return std::nullopt;
  if (known->second.empty()) return std::vector<Object>();
  auto objects = decode_objects(as_bytes(known->second), Limits());
  if (!objects.has_value()) return std::nullopt;
  return std::move(objects).value();
}

void IdentityCache::insert(const std::string& state, const std::vector<Object>& objects) {
  std::string encoded = objects.empty() ? std::string() : encode_objects(objects);
  const std::lock_guard lock(mutex_);
  // Full: most of it is of files long gone.
  if (size_ + state.size() + encoded.size() > kSizeMax) {
    known_.clear();
    size_ = 0;
  }
  size_ += state.size() + encoded.size();
  known_.insert_or_assign(state, std::move(encoded));
  is_changed_ = true;
}

void IdentityCache::save() {
  const std::lock_guard lock(mutex_);
  if (!path_.has_value() || !is_changed_) return;
  std::string content = head();
  for (const auto& [state, objects] : known_) {
    put_text(content, state);
    put_text(content, objects);
  }
  // A disk that is full costs speed, not answers.
  if (!sigla::create_directories(path_->parent_path()).has_value()) return;
  static_cast<void>(replace_file(*path_, as_bytes(content)));
  is_changed_ = false;
}

}  // namespace sigla::app
