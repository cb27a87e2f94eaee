// SPDX-License-Identifier: Apache-2.0
#include "formats/trace/builder.h"

#include <algorithm>

#include "base/text.h"

namespace sigla::trace {
namespace {

constexpr std::size_t kLabelSizeMax = 200;
constexpr std::size_t kModuleCountMax = 20'000;

}  // namespace

std::uint32_t Builder::module(std::string_view name, std::string_view build_id) {
  const std::string id = lower(build_id);
  std::pair<std::string, std::string> key(name, id);
  if (const auto found = modules_.find(key); found != modules_.end()) return found->second;
  const auto same = modules_.lower_bound({key.first, std::string()});
  const bool is_named = same != modules_.end() && same->first.first == key.first;
  if (is_named && (id.empty() || same->first.second.empty())) {
    Module& module = trace_.modules[same->second];
    if (id.empty() || module.build_id.empty()) {
      if (module.build_id.empty()) module.build_id = id;
      modules_.emplace(std::move(key), same->second);
      return same->second;
    }
  }
  if (trace_.modules.size() >= kModuleCountMax) return 0;
  Module module;
  module.name = name;
  module.build_id = id;
  module.arch = arch_;
  trace_.modules.push_back(std::move(module));
  const auto index = static_cast<std::uint32_t>(trace_.modules.size() - 1);
  modules_.emplace(std::move(key), index);
  return index;
}

void Builder::map(std::string_view name,
                  std::uint64_t low,
                  std::uint64_t high,
                  std::uint64_t offset) {
  if (high < low || offset > low) return;
  Module& module = trace_.modules[this->module(name)];
  if (module.base_of != BaseOf::kImage) {
    module.base_of = BaseOf::kImage;
    module.base = low - offset;
    module.size = high - module.base;
    return;
  }
  const std::uint64_t end = std::max(high, module.base + module.size);
  if (low - offset < module.base) return;  // the same file mapped once more, elsewhere
  module.size = end - module.base;
}

void Builder::begin_thread(Thread thread) {
  next_ = std::move(thread);
  wants_thread_ = true;
}

void Builder::add(const Lines& lines, Frame frame, std::optional<std::uint64_t> number) {
  const bool goes_up = !number || depth_ == 0 || *number > last_number_;
  if (wants_thread_ || !goes_up || last_kind_ != kind_) {
    if (next_.name.empty()) next_.name = label_;
    trace_.threads.push_back(std::exchange(next_, {}));
    depth_ = 0;
  }
  wants_thread_ = false;
  last_number_ = number.value_or(last_number_);
  last_kind_ = kind_;
  ++depth_;
  frame.kind = kind_;
  frame.thread = static_cast<std::uint32_t>(trace_.threads.size() - 1);
  frame.line = lines.span(lines.line());
  trace_.frames.push_back(std::move(frame));
}

void Builder::pass(std::string_view line) {
  line = trim(line);
  if (line.empty()) return;
  label_ = to_utf8(line.substr(0, kLabelSizeMax));
}

}  // namespace sigla::trace
