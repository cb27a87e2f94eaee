// SPDX-License-Identifier: Apache-2.0
// What the kinds tell of the lines they take becomes a Trace: modules once each, frames in stacks.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "formats/trace/lines.h"
#include "formats/trace/trace.h"

namespace sigla::trace {

class Builder {
 public:
  Trace& trace() { return trace_; }

  // The module of this name and build id, a new one where there is none yet. One that was named
  // without an id is the same as the first of its name that has one.
  std::uint32_t module(std::string_view name, std::string_view build_id = {});
  // A list of modules says that it lies at [low, high); several mappings of one become one module.
  // `offset`: of the file, that is mapped at `low`.
  void map(std::string_view name, std::uint64_t low, std::uint64_t high, std::uint64_t offset);
  // The architecture of every module that is named from here on.
  void set_arch(Arch arch) { arch_ = arch; }

  // The frames that follow are of another thread.
  void begin_thread(Thread thread);
  // A frame of the current line. `number` as the text counts them: one that does not go up begins
  // another stack, named after the last line that was no frame.
  void add(const Lines& lines, Frame frame, std::optional<std::uint64_t> number = {});
  // How many frames the stack has that another frame of this kind would go on with.
  std::size_t depth() const { return wants_thread_ || last_kind_ != kind_ ? 0 : depth_; }
  // The last frame of that stack; null when it has none.
  const Frame* last_frame() const { return depth() == 0 ? nullptr : &trace_.frames.back(); }

  // --- for recognise() ---
  void set_kind(std::uint32_t kind) { kind_ = kind; }
  void pass(std::string_view line);  // nobody's

 private:
  Trace trace_;
  std::map<std::pair<std::string, std::string>, std::uint32_t> modules_;
  std::uint32_t kind_ = 0;
  std::uint32_t last_kind_ = 0;
  std::uint64_t last_number_ = 0;
  std::size_t depth_ = 0;
  bool wants_thread_ = true;  // the next frame has to begin one
  Thread next_;
  std::string label_;  // the last line that was no frame
  Arch arch_ = Arch::kUnknown;
};

}  // namespace sigla::trace
