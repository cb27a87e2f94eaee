// SPDX-License-Identifier: Apache-2.0
// What ARM and ARM64 have in common: unwind codes stand for one instruction each, prologues are
// written from their last instruction to the first, and epilogues name the code they begin with.
// From that, the rows of a function.
//
// Step has `kind` (kEnd ends a sequence) and `op_size`: of its instruction, and of kEnd that of the
// return behind an epilogue. Frame has apply(Step) and at(offset).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/byte_reader.h"
#include "formats/pe/unwind.h"

namespace sigla::pe {

template <typename Step>
struct UnwindSequences {
  struct Epilogue {
    std::uint32_t start = 0;     // offset in the function
    std::size_t first_step = 0;  // index of the step it undoes first
  };

  std::uint32_t size = 0;  // of the function
  bool has_prologue = true;
  std::vector<Step> steps;              // in the order they are undone, each sequence ended by kEnd
  std::vector<std::size_t> first_byte;  // of each step's code, in a record
  std::vector<Epilogue> epilogues;

  std::size_t end_of(std::size_t first) const {
    std::size_t end = first;
    while (end < steps.size() && steps[end].kind != Step::Kind::kEnd) ++end;
    return end;
  }
  // The step whose code begins at that byte of the record's codes.
  std::size_t step_at(std::uint32_t byte) const {
    const auto found = std::ranges::lower_bound(first_byte, byte);
    return static_cast<std::size_t>(found - first_byte.begin());
  }
  // An epilogue whose instructions and return are the last ones of the function.
  void add_epilogue_at_end(std::size_t first) {
    const std::size_t end = end_of(first);
    std::uint64_t length = 0;
    for (std::size_t i = first; i < std::min(end + 1, steps.size()); ++i) {
      length += steps[i].op_size;
    }
    if (length <= size) epilogues.push_back({static_cast<std::uint32_t>(size - length), first});
  }
};

template <typename Frame, typename Step>
void append_rows(UnwindSequences<Step>& function, std::vector<UnwindRow>& rows) {
  const std::vector<Step>& steps = function.steps;
  // The frame after each step was done: the i-th is with the steps from i to the end.
  const auto frames_of = [&](std::size_t first, std::size_t end) {
    std::vector<Frame> frames(end - first + 1);
    for (std::size_t i = end; i-- > first;) {
      frames[i - first] = frames[i - first + 1];
      frames[i - first].apply(steps[i]);
    }
    return frames;
  };
  const std::size_t end = function.end_of(0);
  const auto prologue = frames_of(0, end);
  const Frame& whole = prologue.front();
  if (!function.has_prologue) {
    rows.push_back(whole.at(0));
  } else {
    std::uint32_t offset = 0;
    for (std::size_t i = end;; --i) {
      rows.push_back(prologue[i].at(offset));
      if (i == 0) break;
      offset += steps[i - 1].op_size;
    }
  }
  std::ranges::sort(function.epilogues, {}, &UnwindSequences<Step>::Epilogue::start);
  for (const auto& epilogue : function.epilogues) {
    const std::size_t last = function.end_of(epilogue.first_step);
    if (epilogue.first_step >= last || epilogue.start < rows.back().offset) continue;
    const auto frames = frames_of(epilogue.first_step, last);
    // Before its first instruction everything is still in place: also what it does not undo one
    // by one, because a frame pointer brings the stack pointer back.
    std::uint32_t offset = epilogue.start;
    for (std::size_t undone = 1; undone < frames.size(); ++undone) {
      offset += steps[epilogue.first_step + undone - 1].op_size;
      rows.push_back(frames[undone].at(offset));
    }
    const std::uint32_t return_size = last < steps.size() ? steps[last].op_size : 0U;
    if (return_size == 0) rows.pop_back();  // the last instruction has returned
    rows.push_back(whole.at(offset + return_size));
  }
  std::erase_if(rows, [&](const UnwindRow& row) { return row.offset >= function.size; });
}

// How long the function is that a word of .pdata belongs to: the word or the record, `what`, count
// in instructions of `unit` bytes. kMalformed where the record is.
inline Result<std::uint32_t> sequence_function_size(const Image& image,
                                                    std::uint32_t word,
                                                    std::uint32_t unit,
                                                    std::string_view what) {
  if ((word & 3) != 0) return (word >> 2 & 0x7ff) * unit;
  SIGLA_TRY_ASSIGN(const Bytes header, image.data_at(word, 4, what));
  return (ByteReader(header).u32() & 0x3ffff) * unit;
}

// The rows of the function that the word describes itself, or whose record it leads to.
template <typename Frame, typename ReadRecord, typename Unpack>
Status read_sequence_rows(std::string_view machine,
                          std::uint32_t word,
                          ReadRecord read_record,
                          Unpack unpack,
                          std::vector<UnwindRow>& rows) {
  rows.clear();
  if ((word & 3) == 3) {
    return make_error(ErrorCode::kUnsupported, "{} packed unwind data of kind 3", machine);
  }
  if ((word & 3) != 0) {
    auto description = unpack(word);
    append_rows<Frame>(description, rows);
    return {};
  }
  SIGLA_TRY_ASSIGN(auto description, read_record(word));
  append_rows<Frame>(description, rows);
  return {};
}

}  // namespace sigla::pe
