// SPDX-License-Identifier: Apache-2.0
#include "stackwalk/minidump_process.h"

#include <algorithm>

#include "base/text.h"
#include "formats/minidump/context.h"
#include "formats/minidump/crashpad_info.h"
#include "formats/minidump/exception.h"
#include "formats/minidump/linux_text.h"
#include "formats/minidump/misc_info.h"
#include "formats/minidump/modules.h"
#include "formats/minidump/thread_info.h"
#include "formats/minidump/threads.h"
#include "formats/minidump/xstate.h"
#include "stackwalk/minidump_details.h"
#include "stackwalk/minidump_evidence.h"
#include "stackwalk/optional_stream.h"

namespace sigla {
namespace {

ProcessModule to_process_module(minidump::Module&& module) {
  ProcessModule result;
  result.base = module.base;
  result.size = module.size;
  result.code_file = std::move(module.code_file);
  result.debug_file = std::move(module.debug_file);
  result.debug_identifier = std::move(module.debug_identifier);
  result.debug_id = module.debug_id;
  result.code_id = std::move(module.code_id);
  result.version = std::move(module.version);
  return result;
}

std::vector<ProcessModule> to_process_modules(std::vector<minidump::Module> modules) {
  std::vector<ProcessModule> result;
  result.reserve(modules.size());
  for (minidump::Module& module : modules) {
    const auto index = static_cast<std::uint32_t>(result.size());
    result.push_back(to_process_module(std::move(module)));
    result.back().list_index = index;
  }
  return result;
}

WalkedProcess::System walked_system(std::uint32_t platform) {
  switch (platform) {
    case minidump::VER_PLATFORM_WIN32_NT:
    case minidump::VER_PLATFORM_WIN32_WINDOWS:
      return WalkedProcess::System::kWindows;
    case minidump::MD_OS_IOS:
      return WalkedProcess::System::kIos;
    case minidump::MD_OS_NACL:
      return WalkedProcess::System::kNacl;
    default:
      return WalkedProcess::System::kOther;
  }
}

ModuleRules module_rules(std::uint32_t platform) {
  switch (platform) {
    case minidump::MD_OS_LINUX:
      return ModuleRules::kLinux;
    case minidump::MD_OS_ANDROID:
      return ModuleRules::kAndroid;
    default:
      return ModuleRules::kStrict;
  }
}

// Fills the facts from an image, stream by stream.
class Reader {
 public:
  Reader(const minidump::Image& image, Diagnostics& diagnostics)
      : image_(image), diagnostics_(diagnostics) {}

  Result<ProcessFacts> read() {
    facts_.time_date_stamp = image_.header().TimeDateStamp;
    system_ = optional(minidump::read_system_info(image_));
    if (system_) read_system();
    if (const auto misc = optional(minidump::read_misc_info(image_))) {
      facts_.process_id = misc->process_id;
      facts_.process_create_time = misc->process_create_time.value_or(0);
    } else if (const auto status =
                   optional(minidump::read_text(image_, minidump::MD_LINUX_PROC_STATUS))) {
      const auto id = parse_decimal(minidump::find_proc_value(*status, "Pid").value_or(""));
      if (id && *id <= UINT32_MAX) facts_.process_id = static_cast<std::uint32_t>(*id);
    }
    facts_.details = read_process_details(image_, facts_.arch, diagnostics_);
    if (const auto assertion = optional(minidump::read_assertion(image_))) {
      facts_.assertion = describe_assertion(*assertion);
    }
    read_annotations();
    read_modules();
    exception_ = optional(minidump::read_exception(image_));
    facts_.evidence =
        read_crash_evidence(image_, system(), exception_ ? &*exception_ : nullptr, diagnostics_);
    if (exception_) {
      facts_.crash = ProcessCrash{describe_exception(*exception_, system()),
                                  exception_->ThreadId,
                                  facts_.evidence.exception->parameters};
    }
    SIGLA_TRY(read_threads());
    return std::move(facts_);
  }

 private:
  template <typename T>
  std::optional<T> optional(Result<T> result) {
    return optional_stream(std::move(result), diagnostics_);
  }
  const minidump::SystemInfo* system() const { return system_ ? &*system_ : nullptr; }

  void read_system() {
    facts_.system = describe_system(*system_);
    facts_.arch = system_->arch();
    facts_.walked_system = walked_system(system_->raw.PlatformId);
  }

  void read_annotations() {
    const auto info = optional(minidump::read_crashpad_info(image_));
    if (!info) return;
    auto& all = facts_.annotations;
    all.assign(info->simple_annotations.begin(), info->simple_annotations.end());
    for (const minidump::CrashpadModule& module : info->modules) {
      for (const std::string& text : module.list_annotations) all.emplace_back("", text);
      all.insert(all.end(), module.simple_annotations.begin(), module.simple_annotations.end());
      all.insert(all.end(), module.annotations.begin(), module.annotations.end());
    }
  }

  void read_modules() {
    if (auto modules = optional(minidump::read_modules(image_, system()))) {
      facts_.modules =
          ModuleMap::make(to_process_modules(std::move(*modules)),
                          system_ ? module_rules(system_->raw.PlatformId) : ModuleRules::kStrict);
      if (!facts_.modules) {
        diagnostics_.report("damaged minidump stream", "minidump module list: modules overlap");
      }
    }
    if (auto unloaded = optional(minidump::read_unloaded_modules(image_, system()))) {
      facts_.unloaded = ModuleMap::make_unloaded(to_process_modules(std::move(*unloaded)));
    }
  }

  Status read_threads() {
    auto read = minidump::read_threads(image_);
    if (!read.has_value() && read.error().code() == ErrorCode::kNotFound) {
      return malformed("minidump: no thread list");
    }
    SIGLA_TRY_ASSIGN(const auto threads, std::move(read));
    const auto names = optional(minidump::read_thread_names(image_));
    const auto infos = optional(minidump::read_thread_info(image_));
    const auto info = optional(minidump::read_breakpad_info(image_));
    const auto dump_thread = info ? info->dump_thread_id : std::nullopt;
    auto requesting = info ? info->requesting_thread_id : std::nullopt;
    if (exception_) requesting = exception_->ThreadId;
    for (const minidump::Thread& raw : threads) {
      const std::uint32_t id = raw.raw.ThreadId;
      if (id == dump_thread) {  // it only wrote the dump
        facts_.details.dump_thread = {{static_cast<std::uint32_t>(facts_.threads.size()), id}};
        continue;
      }
      ProcessThread thread;
      thread.id = id;
      if (names) {
        const auto name = names->find(id);
        thread.is_in_name_list = name != names->end();
        if (thread.is_in_name_list) thread.name = name->second;
      }
      thread.stack = stack_of(raw);
      thread.last_error = last_error_of(raw);
      const bool is_requesting = id == requesting;
      if (is_requesting) facts_.requesting_thread = facts_.threads.size();
      if (infos) {
        const auto of_thread = infos->find(id);
        if (of_thread != infos->end()) thread.info = of_thread->second;
      }
      thread.context = context_of(raw, is_requesting);
      thread.shadow_stack_pointer = shadow_stack_pointer_of(raw, is_requesting);
      if (thread.context && thread.context->arch == Arch::kX86 && thread.stack &&
          thread.stack->base + stack_size(raw) - 1 > 0xffffffffU) {
        thread.stack.reset();  // no stack of 32-bit code lies up there
      }
      if (thread.stack && !thread.stack->empty()) {
        facts_.evidence.stacks.push_back(*thread.stack);
      }
      facts_.threads.push_back(std::move(thread));
    }
    return {};
  }

  // NT_TEB.LastErrorValue is the 13th pointer's worth of the block.
  std::optional<std::uint32_t> last_error_of(const minidump::Thread& thread) const {
    if (facts_.evidence.system != CrashSystem::kWindows || thread.raw.Teb == 0) return std::nullopt;
    const std::uint64_t offset = facts_.arch == Arch::kX86 || facts_.arch == Arch::kArm ? 52 : 104;
    const auto value = facts_.evidence.read(thread.raw.Teb + offset, 4);
    return value ? std::optional(static_cast<std::uint32_t>(*value)) : std::nullopt;
  }

  static std::uint64_t stack_size(const minidump::Thread& thread) {
    return thread.raw.Stack.Memory.DataSize;
  }

  std::optional<CpuContext> context_of(const minidump::Thread& thread, bool is_requesting) {
    if (is_requesting && exception_) {
      // The handler that wrote the dump runs in this very thread; the exception has the registers
      // of the crash.
      if (const auto& context = facts_.evidence.exception->context) return context;
    }
    return optional(minidump::read_context(image_, thread.raw.ThreadContext, system()));
  }

  // Of the same registers as context_of(); a handler's own would be of other frames.
  std::optional<std::uint64_t> shadow_stack_pointer_of(const minidump::Thread& thread,
                                                       bool is_requesting) {
    const bool is_of_crash = is_requesting && exception_ && facts_.evidence.exception->context;
    return optional(minidump::read_shadow_stack_pointer(
                        image_, is_of_crash ? exception_->ThreadContext : thread.raw.ThreadContext))
        .value_or(std::nullopt);
  }

  std::optional<MemoryRegion> stack_of(const minidump::Thread& thread) {
    const auto& descriptor = thread.raw.Stack;
    if (descriptor.Memory.Rva != 0 && descriptor.Memory.DataSize != 0) return thread.stack;
    if (descriptor.StartOfMemoryRange == 0) return std::nullopt;
    const CrashEvidence& evidence = facts_.evidence;
    for (const auto* memory : {&evidence.memory, &evidence.memory64}) {
      if (!*memory) continue;
      const auto* region = (*memory)->find(descriptor.StartOfMemoryRange);
      if (region != nullptr) return *region;
    }
    return std::nullopt;
  }

  const minidump::Image& image_;
  Diagnostics& diagnostics_;
  ProcessFacts facts_;
  std::optional<minidump::SystemInfo> system_;
  std::optional<minidump::MINIDUMP_EXCEPTION_STREAM> exception_;
};

}  // namespace

Result<ProcessFacts> read_minidump_process(Bytes file,
                                           const Limits& limits,
                                           Diagnostics& diagnostics) {
  SIGLA_TRY_ASSIGN(const auto image, minidump::Image::open(file, limits));
  return Reader(image, diagnostics).read();
}

}  // namespace sigla
