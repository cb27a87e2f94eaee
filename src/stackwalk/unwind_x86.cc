// SPDX-License-Identifier: Apache-2.0
// Stack walking on x86: STACK WIN records (what Windows compilers say of functions without a frame
// pointer), STACK CFI, and the ebp chain.
#include "stackwalk/expression.h"
#include "stackwalk/unwinder.h"

namespace sigla {
namespace {

constexpr std::uint8_t kNumbers[] = {8, 4, 5, 0, 3, 1, 2, 6, 7};  // of eip, esp, ebp, eax, ...
constexpr CfiRegisterSet kRegisterSet = {
    .numbers = kNumbers,
    .stack_pointer = kEsp,
    .program_counter = kEip,
    .callee_saved = 1U << kEbp | 1U << kEbx | 1U << kEsi | 1U << kEdi,
    .unknown = 0xdadadada,
    .width = 4,
};

// A saved ebp further up than this belongs to no frame of ours.
constexpr std::uint32_t kFrameGapMax = 128 * 1024;

// Programs for records that have none: the return address lies where the search for it ended, and
// ebp, if the function pushed it, above the saved registers.
constexpr std::string_view kProgramWithEbp =
    "$eip .raSearchStart ^ = $ebp $esp .cbCalleeParams + .cbSavedRegs + 8 - ^ = "
    "$esp .raSearchStart 4 + =";
constexpr std::string_view kProgramWithoutEbp = "$eip .raSearchStart ^ = $esp .raSearchStart 4 + =";
constexpr std::string_view kProgramWithoutEbpKeepingEbx =
    "$eip .raSearchStart ^ = $esp .raSearchStart 4 + = $ebx $ebx =";

// Arithmetic on addresses wraps at 32 bits, as on the processor.
using Address = std::uint32_t;

class X86Unwinder : public Unwinder {
 public:
  X86Unwinder(const WalkedProcess& process, const StackMemory& stack)
      : Unwinder(process, stack, kRegisterSet),
        evaluator_(4, process.limits.postfix_token_count_max) {}

  std::optional<Frame> caller_of(std::vector<Frame>& frames, bool may_scan) override {
    const Frame& callee = frames.back();
    auto caller = by_stack_win(callee, may_scan);
    if (!caller) {
      const CfiCaller by_rules = caller_by_cfi(callee);
      if (by_rules.outcome == CfiOutcome::kOutermost) return std::nullopt;
      caller = by_cfi(by_rules);
    }
    if (!caller) caller = by_ebp(callee, may_scan);
    // What the innermost frame with a record says of its parameters is what its callers are told.
    if (!parameter_size_) parameter_size_ = last_parameter_size_;
    if (!caller) return std::nullopt;
    const std::uint64_t eip = caller->registers.values[kEip];
    if (is_end(callee, eip, caller->registers.values[kEsp], callee.registers.values[kEsp])) {
      return std::nullopt;
    }
    return make_frame(caller->registers, caller->trust, eip, caller->step);
  }

 private:
  struct Caller {
    Registers registers;
    Trust trust;
    std::uint64_t step = 1;  // back from the return address, into the call
  };
  static Address reg(const Frame& frame, std::size_t index) {
    return static_cast<Address>(frame.registers.values[index]);
  }
  Address variable(std::string_view name) const {
    return static_cast<Address>(variables_.value_or_zero(name));
  }

  static std::optional<Caller> by_cfi(const CfiCaller& by_rules) {
    if (by_rules.outcome != CfiOutcome::kFound || !by_rules.registers.is_valid(kEbp)) {
      return std::nullopt;
    }
    return Caller{by_rules.registers, Trust::kCfi, by_rules.was_interrupted ? 0U : 1U};
  }

  std::optional<Caller> by_ebp(const Frame& callee, bool may_scan) const {
    const Address ebp = reg(callee, kEbp);
    Caller caller{callee.registers, Trust::kFramePointer};
    caller.registers.valid = 0;
    const auto eip = read(Address(ebp + 4));
    const auto caller_ebp = read(ebp);
    if (eip && caller_ebp) {
      caller.registers.set(kEip, *eip);
      caller.registers.set(kEsp, Address(ebp + 8));
      caller.registers.set(kEbp, *caller_ebp);
      return caller;
    }
    const auto found = may_scan ? scan_below(callee, reg(callee, kEsp)) : std::nullopt;
    if (!found) return std::nullopt;
    caller.trust = Trust::kScan;
    caller.registers.set(kEip, found->address);
    caller.registers.set(kEsp, Address(found->location + 4));
    // The word below a return address is often the caller's ebp.
    const auto below = static_cast<Address>(found->location - 4);
    const auto saved = read(below);
    const bool is_ebp = saved && *saved > below && *saved - below <= kFrameGapMax;
    caller.registers.set(kEbp, is_ebp ? *saved : ebp);
    return caller;
  }

  // The record that covers the frame. A function without one still tells the size of its
  // parameters.
  std::optional<StackWin> record_of(const Frame& callee) {
    last_parameter_size_.reset();
    const auto place = place_of(callee);
    if (!place) return std::nullopt;
    const auto [names, unwind] = place->symbols;
    auto record = unwind == nullptr ? std::nullopt : unwind->find_stack_win(place->rva);
    if (!record && names != nullptr && names != unwind) record = names->find_stack_win(place->rva);
    if (record) {
      last_parameter_size_ = record->parameter_size;
    } else if (names != nullptr) {
      const auto functions = names->lookup(place->rva);
      if (!functions.empty() && !functions.back().is_public) {
        last_parameter_size_ = functions.back().parameter_size;
      }
    }
    return record;
  }

  // Where the search for the return address begins: above what the callee took for parameters,
  // locals and saved registers, at the next word that looks like one.
  Address return_address_location(const Frame& callee, const StackWin& record, Address parameters) {
    const Address start =
        reg(callee, kEsp) + parameters + record.local_size + record.saved_register_size;
    auto found = scan(start, 3);
    if (!found) return start;
    // At a function's first instruction eip itself may still lie there: a call to the next
    // instruction pushes it.
    if (callee.trust == Trust::kContext && record.type == StackWin::Type::kFpo &&
        found->location == start && found->address == reg(callee, kEip)) {
      found = scan(Address(start + 4), 3);
      if (!found) return start + 4;
    }
    return static_cast<Address>(found->location);
  }

  std::optional<Caller> by_stack_win(const Frame& callee, bool may_scan) {
    const auto record = record_of(callee);
    if (!record) return std::nullopt;
    const Address parameters = parameter_size_.value_or(0);
    Address search_start = return_address_location(callee, *record, parameters);
    std::string_view program = record->program_string;
    const bool keeps_ebp = program.empty() && !record->allocates_base_pointer;
    if (program.empty()) {
      program = record->allocates_base_pointer    ? kProgramWithEbp
                : callee.registers.is_valid(kEbx) ? kProgramWithoutEbpKeepingEbx
                                                  : kProgramWithoutEbp;
    }
    // A program that aligns the stack pointer cannot be followed by counting up from it.
    if (callee.registers.is_valid(kEbp) && program.find('@') != std::string_view::npos) {
      search_start = reg(callee, kEbp) + 4;
    }
    set_variables(callee, *record, parameters, search_start);
    const std::size_t mark = variables_.mark();
    Trust trust = Trust::kCfi;
    if (!evaluator_.run(program, variables_, stack_) || !variables_.is_set_since(mark, "$eip") ||
        !variables_.is_set_since(mark, "$esp")) {
      const auto found = may_scan ? scan_below(callee, reg(callee, kEsp)) : std::nullopt;
      if (!found) return std::nullopt;
      take_found(*found);
      trust = Trust::kScan;
    }
    if (variable("$eip") != 0 || variable("$ebp") != 0) {
      Address offset = 0;
      if (process_.modules != nullptr && !is_in_module(variable("$eip"))) {
        const Address start = variable(".raSearchStart") + 4;
        const auto found = may_scan ? scan_below(callee, start) : std::nullopt;
        if (found) {
          take_found(*found);
          offset = static_cast<Address>(found->location) - start;
          trust = Trust::kCfiScan;
        }
      }
      if (!keeps_ebp) recover_ebp(callee, *record, parameters, search_start, offset, trust);
    }
    return collect(callee, mark, trust);
  }

  void set_variables(const Frame& callee,
                     const StackWin& record,
                     Address parameters,
                     Address search_start) {
    variables_.clear();
    variables_.set("$ebp", reg(callee, kEbp));
    variables_.set("$esp", reg(callee, kEsp));
    if (callee.registers.is_valid(kEbx)) variables_.set("$ebx", reg(callee, kEbx));
    variables_.set(".cbCalleeParams", parameters);
    variables_.set(".cbSavedRegs", record.saved_register_size);
    variables_.set(".cbLocals", record.local_size);
    variables_.set(".cbParams", record.parameter_size);
    variables_.set(".raSearchStart", search_start);
    variables_.set(".raSearch", search_start);
  }

  void take_found(const Found& found) {
    variables_.set("$eip", found.address);
    variables_.set("$esp", Address(found.location + 4));
  }

  // The program's ebp may be nonsense, and then the one that was pushed is looked for among the
  // saved registers.
  void recover_ebp(const Frame& callee,
                   const StackWin& record,
                   Address parameters,
                   Address search_start,
                   Address offset,
                   Trust trust) {
    const Address ebp = variable("$ebp");
    const bool skipped_frames = trust != Trust::kCfi && ebp <= Address(search_start + offset);
    if (!skipped_frames && read(ebp)) return;
    const Address lowest = reg(callee, kEsp) + parameters;
    for (Address at = lowest + record.saved_register_size + offset; at >= lowest; at -= 4) {
      const auto saved = read(at);
      if (!saved) return;
      if (read(*saved)) {
        variables_.set("$ebp", *saved);
        return;
      }
    }
  }

  Caller collect(const Frame& callee, std::size_t mark, Trust trust) const {
    Caller caller{callee.registers, trust};
    caller.registers.valid = 0;
    caller.registers.set(kEip, variable("$eip"));
    caller.registers.set(kEsp, variable("$esp"));
    caller.registers.set(kEbp, variable("$ebp"));
    const std::pair<std::size_t, std::string_view> others[] = {
        {kEbx, "$ebx"}, {kEsi, "$esi"}, {kEdi, "$edi"}};
    for (const auto& [index, name] : others) {
      if (variables_.is_set_since(mark, name)) caller.registers.set(index, variable(name));
    }
    return caller;
  }

  ExpressionEvaluator evaluator_;
  Variables variables_;
  std::optional<std::uint32_t> parameter_size_;       // of the callees' parameters on the stack
  std::optional<std::uint32_t> last_parameter_size_;  // what the last frame's record says
};

}  // namespace

std::unique_ptr<Unwinder> make_x86_unwinder(const WalkedProcess& process,
                                            const StackMemory& stack) {
  return std::make_unique<X86Unwinder>(process, stack);
}

}  // namespace sigla
