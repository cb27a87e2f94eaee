// SPDX-License-Identifier: Apache-2.0
#include "formats/minidump/dump.h"

#include <fmt/format.h>

#include <iterator>

#include "base/text.h"
#include "formats/minidump/breakpad_info.h"
#include "formats/minidump/context.h"
#include "formats/minidump/crashpad_info.h"
#include "formats/minidump/exception.h"
#include "formats/minidump/handles.h"
#include "formats/minidump/linux_maps.h"
#include "formats/minidump/linux_text.h"
#include "formats/minidump/mac_info.h"
#include "formats/minidump/memory.h"
#include "formats/minidump/misc_info.h"
#include "formats/minidump/modules.h"
#include "formats/minidump/system_info.h"
#include "formats/minidump/thread_info.h"
#include "formats/minidump/threads.h"
#include "formats/minidump/xstate.h"

namespace sigla::minidump {
namespace {

class Dumper {
 public:
  explicit Dumper(const Image& image) : image_(image) {}

  std::string run() {
    header();
    auto system = read_system_info(image_);
    if (present(system, "system information")) system_info(*system);
    system_ = system.has_value() ? &*system : nullptr;
    if (auto r = read_misc_info(image_); present(r, "miscellaneous information")) misc(*r);
    if (auto r = read_exception(image_); present(r, "exception")) exception(*r);
    if (auto r = read_breakpad_info(image_); present(r, "Breakpad information")) breakpad(*r);
    if (auto r = read_assertion(image_); present(r, "assertion")) assertion(*r);
    if (auto r = read_crashpad_info(image_); present(r, "Crashpad information")) crashpad(*r);
    if (auto r = read_threads(image_); present(r, "threads")) threads(*r);
    if (auto r = read_thread_names(image_); present(r, "thread names")) {
      for (const auto& [id, name] : *r) line("  {:#x} {}", id, name);
    }
    if (auto r = read_modules(image_, system_); present(r, "modules")) modules(*r);
    if (auto r = read_unloaded_modules(image_, system_); present(r, "unloaded modules"))
      modules(*r);
    if (auto r = read_memory(image_); present(r, "memory")) memory(*r);
    if (auto r = read_memory64(image_); present(r, "64-bit memory")) memory(*r);
    if (auto r = read_memory_info(image_); present(r, "memory information")) {
      for (const auto& info : *r) {
        line("  {:#x}+{:#x} state {:#x} protect {:#x} type {:#x}",
             info.BaseAddress,
             info.RegionSize,
             info.State,
             info.Protect,
             info.Type);
      }
    }
    if (auto r = read_linux_maps(image_); present(r, "Linux maps")) {
      for (const auto& map : *r) {
        line("  {:#x}-{:#x} {}{}{} {:#x} {}",
             map.begin,
             map.end,
             map.readable ? 'r' : '-',
             map.writable ? 'w' : '-',
             map.executable ? 'x' : '-',
             map.file_offset,
             to_utf8(map.path));
      }
    }
    process_streams();
    return std::move(text_);
  }

 private:
  void process_streams() {
    if (auto r = read_thread_info(image_); present(r, "thread information")) {
      for (const auto& [id, info] : *r) line("  {:#x} start {:#x}", id, info.start_address);
    }
    if (auto r = read_handles(image_); present(r, "handles")) {
      for (const Handle& h : *r) line("  {:#x} {} {}", h.handle, h.type_name, h.object_name);
    }
    if (auto r = read_mac_crash_info(image_); present(r, "macOS crash information")) {
      for (const MacCrashRecord& record : *r) {
        line("  {}: {}", record.module.value_or(""), record.message);
      }
    }
    if (auto r = read_mac_boot_args(image_); present(r, "macOS boot arguments")) line("  {}", *r);
    if (auto r = read_text(image_, MOZ_LINUX_LIMITS); present(r, "limits")) {
      for (const ProcLimit& limit : parse_proc_limits(*r)) line("  {}", limit.name);
    }
    if (auto r = read_text(image_, MD_LINUX_LSB_RELEASE); present(r, "release")) {
      line("  {}", parse_lsb_release(*r).description);
    }
    if (auto r = read_text(image_, MD_LINUX_PROC_STATUS); present(r, "status")) {
      line("  process {}", find_proc_value(*r, "Pid").value_or(""));
    }
    if (auto r = read_texts(image_, MD_LINUX_CMD_LINE); present(r, "command line")) {
      for (const std::string& word : *r) line("  {}", word);
    }
    if (auto r = read_auxv(image_, 8); present(r, "auxiliary vector")) {
      for (const AuxvEntry& entry : *r)
        line("  {} {} {:#x}", entry.type, auxv_name(entry.type), entry.value);
    }
  }

  template <typename... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(text_), format, std::forward<Args>(args)...);
    text_ += '\n';
  }

  // True, with the heading written, when there is something to write below it.
  template <typename T>
  bool present(const Result<T>& result, std::string_view heading) {
    if (result.has_value()) {
      line("{}:", heading);
      return true;
    }
    if (result.error().code() != ErrorCode::kNotFound) {
      line("{}: {}", heading, result.error().message());
    }
    return false;
  }

  void header() {
    line("minidump, {}-endian, time {:#x}, flags {:#x}",
         image_.order() == std::endian::little ? "little" : "big",
         image_.header().TimeDateStamp,
         image_.header().Flags);
    line("streams:");
    for (const auto& entry : image_.directory()) {
      line("  type {:#x}, {} bytes at {:#x}",
           entry.StreamType,
           entry.Location.DataSize,
           entry.Location.Rva);
    }
  }

  void system_info(const SystemInfo& info) {
    line("  platform {:#x} {}.{}.{} {}",
         info.raw.PlatformId,
         info.raw.MajorVersion,
         info.raw.MinorVersion,
         info.raw.BuildNumber,
         info.csd_version.value_or(""));
    line("  processor {:#x} ({}) x {} level {} revision {:#x} {}",
         info.raw.ProcessorArchitecture,
         to_string(info.arch()),
         info.raw.NumberOfProcessors,
         info.raw.ProcessorLevel,
         info.raw.ProcessorRevision,
         to_utf8(info.cpu_vendor()));
  }

  void misc(const MiscInfo& info) {
    line("  process {} created {} build {}",
         info.process_id.value_or(0),
         info.process_create_time.value_or(0),
         info.build_string);
  }

  void exception(const MINIDUMP_EXCEPTION_STREAM& e) {
    line("  thread {:#x} code {:#x} flags {:#x} address {:#x}",
         e.ThreadId,
         e.ExceptionCode,
         e.ExceptionFlags,
         e.ExceptionAddress);
    for (std::uint32_t i = 0; i < e.NumberParameters && i < EXCEPTION_MAXIMUM_PARAMETERS; ++i) {
      line("  parameter {} {:#x}", i, e.ExceptionInformation[i]);
    }
    context(e.ThreadContext);
  }

  void context(const MINIDUMP_LOCATION_DESCRIPTOR& location) {
    const auto result = read_context(image_, location, system_);
    if (!result.has_value()) {
      line("    no context: {}", result.error().message());
      return;
    }
    const auto names = register_names(result->arch);
    line("    context of {}", to_string(result->arch));
    for (std::size_t i = 0; i < names.size(); ++i) {
      line("      {} {:#x}", names[i], result->registers[i]);
    }
    const auto ssp = read_shadow_stack_pointer(image_, location);
    if (!ssp.has_value()) line("    no extended state: {}", ssp.error().message());
    if (ssp.has_value() && *ssp) line("      ssp {:#x}", **ssp);
  }

  void breakpad(const BreakpadInfo& info) {
    if (info.dump_thread_id) line("  dump thread {:#x}", *info.dump_thread_id);
    if (info.requesting_thread_id) line("  requesting thread {:#x}", *info.requesting_thread_id);
  }

  void assertion(const Assertion& a) {
    line("  type {} '{}' in '{}' at {}:{}", a.type, a.expression, a.function, a.file, a.line);
  }

  void crashpad(const CrashpadInfo& info) {
    line("  report {} client {}", hex_lower(info.report_id), hex_lower(info.client_id));
    for (const auto& [key, value] : info.simple_annotations) line("  {} = {}", key, value);
    for (const CrashpadModule& module : info.modules) {
      line("  module {}", module.module_index);
      for (const auto& text : module.list_annotations) line("    {}", text);
      for (const auto& [key, value] : module.simple_annotations) line("    {} = {}", key, value);
      for (const auto& [key, value] : module.annotations) line("    {} = {}", key, value);
    }
  }

  void threads(const std::vector<Thread>& threads) {
    for (const Thread& thread : threads) {
      line("  {:#x} stack {:#x}+{:#x} ({} bytes here)",
           thread.raw.ThreadId,
           thread.raw.Stack.StartOfMemoryRange,
           thread.raw.Stack.Memory.DataSize,
           thread.stack.bytes.size());
      context(thread.raw.ThreadContext);
    }
  }

  void modules(const std::vector<Module>& modules) {
    for (const Module& module : modules) {
      line("  {:#x}+{:#x} {} version '{}' code id '{}' debug file '{}' id '{}'",
           module.base,
           module.size,
           module.code_file,
           module.version,
           module.code_id.text(),
           module.debug_file,
           module.debug_identifier);
    }
  }

  void memory(const Memory& memory) {
    for (const MemoryRegion& region : memory.regions()) {
      line("  {:#x}+{:#x}", region.base, region.bytes.size());
    }
  }

  const Image& image_;
  const SystemInfo* system_ = nullptr;
  std::string text_;
};

}  // namespace

Result<std::string> dump_minidump(Bytes file, const Limits& limits) {
  SIGLA_TRY_ASSIGN(const Image image, Image::open(file, limits));
  return Dumper(image).run();
}

}  // namespace sigla::minidump
