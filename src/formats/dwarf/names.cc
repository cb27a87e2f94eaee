// SPDX-License-Identifier: Apache-2.0
#include "formats/dwarf/names.h"

#include <array>
#include <optional>

namespace sigla::dwarf {
namespace {

// Follows references in the order of llvm-symbolizer (the specification of an entry before its
// origin), no further than any producer goes; so a loop ends.
class NameSearch {
 public:
  // True: the linkage name was found, and nothing can be better.
  bool visit(const DebugInfo& info, const Unit& unit, const DieValues& values) {
    if (values.has(kLinkageName)) {
      if (const auto text = info.string(unit, values[kLinkageName])) {
        name_ = *text;
        return true;
      }
    }
    if (!name_ && values.has(kName)) name_ = info.string(unit, values[kName]);
    follow(info, unit, values[kAbstractOrigin]);
    follow(info, unit, values[kSpecification]);
    return false;
  }
  void follow(const DebugInfo& info, const Unit& unit, DieValue value) {
    if (value.form == 0 || waiting_count_ == waiting_.size()) return;
    if (const auto die = info.reference(unit, value)) waiting_[waiting_count_++] = *die;
  }
  void run(DieValues& values) {
    for (int visited = 0; waiting_count_ != 0 && visited < kVisitedMax; ++visited) {
      const DieReference die = waiting_[--waiting_count_];
      const Unit* unit = die.info->unit_at(die.offset);
      if (unit == nullptr || !read_die(die, *unit, values)) continue;
      if (visit(*die.info, *unit, values)) return;
    }
  }
  std::string_view name() const { return name_.value_or(std::string_view()); }

 private:
  static constexpr int kVisitedMax = 32;

  std::optional<std::string_view> name_;
  std::array<DieReference, 16> waiting_;
  std::size_t waiting_count_ = 0;
};

}  // namespace

void Names::begin_unit() {
  texts_.assign(1, std::string_view());
  known_count_ = 0;
  if (++generation_ == 0 || known_.empty()) {
    known_.assign(256, Known{nullptr, 0, 0, 0});
    generation_ = 1;
  }
}

std::uint32_t Names::of(const DebugInfo& info, const Unit& unit, const DieValues& values) {
  NameSearch search;
  if (!search.visit(info, unit, values)) {
    // Most functions of C++ are the definition of something declared, or copies of an origin.
    search.run(values_);
  }
  if (search.name().empty()) return kNone;
  texts_.push_back(search.name());
  return static_cast<std::uint32_t>(texts_.size() - 1);
}

std::uint32_t Names::of_reference(const DebugInfo& info, const Unit& unit, DieValue reference) {
  const auto die = reference.form == 0 ? std::nullopt : info.reference(unit, reference);
  if (!die) return kNone;
  if (2 * known_count_ >= known_.size()) grow();
  Known& known = slot_of(*die);
  if (known.generation == generation_) return known.number;
  NameSearch search;
  search.follow(info, unit, reference);
  search.run(values_);
  std::uint32_t number = kNone;
  if (!search.name().empty()) {
    texts_.push_back(search.name());
    number = static_cast<std::uint32_t>(texts_.size() - 1);
  }
  known = {die->info, die->offset, generation_, number};
  ++known_count_;
  return number;
}

Names::Known& Names::slot_of(const DieReference& die) {
  std::size_t at = die.offset * 0x9e3779b97f4a7c15ULL >> 20;
  while (true) {
    Known& known = known_[at & (known_.size() - 1)];
    if (known.generation != generation_) return known;
    if (known.offset == die.offset && known.info == die.info) return known;
    ++at;
  }
}

void Names::grow() {
  std::vector<Known> old(known_.size() * 2, Known{nullptr, 0, 0, 0});
  old.swap(known_);
  for (const Known& known : old) {
    if (known.generation == generation_) slot_of({known.info, known.offset}) = known;
  }
}

}  // namespace sigla::dwarf
