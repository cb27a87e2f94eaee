// SPDX-License-Identifier: Apache-2.0
// Functions made of any bytes, in two runs that overlap -> symcache, compared with what a search
// through the trees says, at every address.
#include <cstdlib>
#include <string>

#include "symcache/naive_tree.h"
#include "symcache/symcache.h"
#include "symcache/symcache_run.h"
#include "symcache/writer.h"

namespace sigla {
namespace {

constexpr std::uint64_t kBase = 0x1000;

void check(bool agrees) {
  if (!agrees) std::abort();
}

// Zeros once the bytes are used up.
class Numbers {
 public:
  explicit Numbers(Bytes bytes) : bytes_(bytes) {}
  bool at_end() const { return at_ == bytes_.size(); }
  std::uint32_t below(std::uint32_t end) { return at_end() ? 0 : bytes_[at_++] % end; }
  CodeRange range() {
    const std::uint64_t low = kBase + below(256);
    return {low, low + below(64)};
  }

 private:
  Bytes bytes_;
  std::size_t at_ = 0;
};

// The numbers of names and files are the same in every run.
SymcacheRun empty_run(std::uint64_t order) {
  SymcacheRun run(order, Limits());
  for (int i = 0; i < 16; ++i) {
    run.name("n" + std::to_string(i));
    run.file("f" + std::to_string(i));
  }
  return run;
}

FunctionTree read_tree(Numbers& numbers) {
  FunctionTree tree;
  tree.name = numbers.below(16);
  for (std::uint32_t i = numbers.below(3) + 1; i > 0; --i) tree.ranges.push_back(numbers.range());
  std::uint64_t at = kBase - 8;
  for (std::uint32_t i = numbers.below(40); i > 0; --i) {
    at += numbers.below(16);
    const std::uint32_t file = numbers.below(17);
    const std::uint32_t line = numbers.below(200);
    tree.lines.push_back({at, file == 16 ? FunctionTree::kNoFile : file, line, numbers.below(100)});
  }
  for (std::uint32_t i = 0, count = numbers.below(24); i < count; ++i) {
    InlinedCall call;
    call.parent = numbers.below(i + 1);
    if (call.parent == i) call.parent = FunctionTree::kFunctionItself;
    call.name = numbers.below(16);
    call.call_file = numbers.below(16);
    call.call_line = numbers.below(200);
    call.call_column = numbers.below(100);
    call.first_range = static_cast<std::uint32_t>(tree.call_ranges.size());
    call.range_count = numbers.below(4);
    for (std::uint32_t k = 0; k < call.range_count; ++k) {
      tree.call_ranges.push_back(numbers.range());
    }
    tree.calls.push_back(call);
  }
  return tree;
}

void check_place(const SymcacheFrame& frame,
                 std::uint32_t name,
                 std::uint32_t file,
                 std::uint32_t line,
                 std::uint32_t column) {
  const bool has_file = file != FunctionTree::kNoFile;
  check(frame.function == "n" + std::to_string(name));
  check(frame.file == (has_file ? "f" + std::to_string(file) : std::string()));
  check(frame.line == (has_file ? line : 0));
  check(frame.column == (has_file ? column : 0));
}

void compare_at(const std::vector<FunctionTree>& trees,
                std::uint64_t address,
                const std::vector<SymcacheFrame>& frames) {
  const auto owner = std::ranges::find_if(
      trees, [&](const FunctionTree& tree) { return contains(tree.ranges, address); });
  if (owner == trees.end()) return check(frames.empty());
  auto path = naive_path(*owner, address);
  check(frames.size() == path.size());
  const CodeLine line = naive_line(*owner, address);
  std::uint32_t place[3] = {line.file, line.line, line.column};
  for (const SymcacheFrame& frame : frames) {
    const bool is_inlined = path.back() != FunctionTree::kFunctionItself;
    const std::uint32_t name = is_inlined ? owner->calls[path.back()].name : owner->name;
    check_place(frame, name, place[0], place[1], place[2]);
    check(frame.is_inlined == is_inlined);
    if (!is_inlined) break;
    const InlinedCall& call = owner->calls[path.back()];
    place[0] = call.call_file;
    place[1] = call.call_line;
    place[2] = call.call_column;
    path.pop_back();
  }
}

Buffer write(const std::vector<FunctionTree>& trees, bool second_first) {
  SymcacheRun runs[2] = {empty_run(0), empty_run(1)};
  for (std::size_t i = 0; i < trees.size(); ++i) runs[i < trees.size() / 2 ? 0 : 1].add(trees[i]);
  SymcacheWriter writer{Limits()};
  writer.take(std::move(runs[second_first ? 1 : 0]));
  writer.take(std::move(runs[second_first ? 0 : 1]));
  auto file = writer.finish_to_buffer();
  check(file.has_value());
  return *std::move(file);
}

}  // namespace
}  // namespace sigla

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  sigla::Numbers numbers(sigla::Bytes(data, std::min<std::size_t>(size, 4'096)));
  std::vector<sigla::FunctionTree> trees;
  while (!numbers.at_end() && trees.size() < 16) trees.push_back(sigla::read_tree(numbers));
  const sigla::Buffer file = sigla::write(trees, false);
  sigla::check(file == sigla::write(trees, true));
  const auto cache = sigla::Symcache::open(sigla::Bytes(file));
  sigla::check(cache.has_value());
  std::vector<std::uint64_t> addresses;
  for (std::uint64_t i = sigla::kBase - 1; i < sigla::kBase + 330; ++i) addresses.push_back(i);
  cache->lookup_all(addresses, [&](std::size_t i, const std::vector<sigla::SymcacheFrame>& frames) {
    sigla::compare_at(trees, addresses[i], frames);
    sigla::compare_at(trees, addresses[i], cache->lookup(addresses[i]));
  });
  return 0;
}
