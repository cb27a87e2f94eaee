// SPDX-License-Identifier: Apache-2.0
#include "testing/minidump_builder.h"

#include <fmt/format.h>

#include "testing/bytes_builder.h"

namespace sigla {

MinidumpBuilder& MinidumpBuilder::system(std::uint16_t architecture,
                                         std::uint32_t platform,
                                         std::string_view csd_version) {
  has_system_ = true;
  architecture_ = architecture;
  platform_ = platform;
  csd_version_ = csd_version;
  return *this;
}
MinidumpBuilder& MinidumpBuilder::real_machine(std::uint16_t family,
                                               std::uint16_t model_and_stepping,
                                               std::uint8_t processor_count) {
  processor_level_ = family;
  processor_revision_ = model_and_stepping;
  processor_count_ = processor_count;
  has_versions_ = false;
  return *this;
}
MinidumpBuilder& MinidumpBuilder::module(std::uint64_t base,
                                         std::uint32_t size,
                                         std::string_view name,
                                         Buffer code_view) {
  modules_.push_back({base, size, std::string(name), std::move(code_view)});
  return *this;
}
MinidumpBuilder& MinidumpBuilder::unloaded_module(std::uint64_t base,
                                                  std::uint32_t size,
                                                  std::string_view name) {
  unloaded_.push_back({base, size, std::string(name), {}});
  return *this;
}
MinidumpBuilder& MinidumpBuilder::thread(std::uint32_t id,
                                         Buffer context,
                                         std::uint64_t stack_base,
                                         Buffer stack) {
  threads_.push_back({id, std::move(context), stack_base, std::move(stack)});
  return *this;
}
MinidumpBuilder& MinidumpBuilder::thread_name(std::uint32_t id, std::string_view name) {
  names_.emplace_back(id, name);
  return *this;
}
MinidumpBuilder& MinidumpBuilder::exception(std::uint32_t thread_id,
                                            std::uint32_t code,
                                            std::uint32_t flags,
                                            std::uint64_t address,
                                            std::vector<std::uint64_t> parameters,
                                            Buffer context) {
  exceptions_.push_back(
      {thread_id, code, flags, address, std::move(parameters), std::move(context)});
  return *this;
}
MinidumpBuilder& MinidumpBuilder::memory(std::uint64_t base, Buffer bytes) {
  memory_.emplace_back(base, std::move(bytes));
  return *this;
}
MinidumpBuilder& MinidumpBuilder::stream(std::uint32_t type, Buffer bytes) {
  streams_.emplace_back(type, std::move(bytes));
  return *this;
}

Buffer MinidumpBuilder::context(std::size_t size,
                                std::size_t flags_offset,
                                std::uint32_t flags,
                                std::size_t width,
                                const ContextRegisters& registers) const {
  Buffer record(size);
  const auto put = [&](std::size_t offset, std::uint64_t value, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t at = order_ == std::endian::little ? i : count - 1 - i;
      record[offset + at] = static_cast<std::uint8_t>(value >> (8 * i));
    }
  };
  put(flags_offset, flags, 4);
  for (const auto& [offset, value] : registers) put(offset, value, width);
  return record;
}
Buffer MinidumpBuilder::x86_context(std::uint32_t eip, std::uint32_t esp, std::uint32_t ebp) const {
  return context(716, 0, 0x10007, 4, {{184, eip}, {196, esp}, {180, ebp}});
}
Buffer MinidumpBuilder::amd64_context(std::uint64_t rip,
                                      std::uint64_t rsp,
                                      std::uint64_t rbp) const {
  return context(1232, 48, 0x100007, 8, {{248, rip}, {152, rsp}, {160, rbp}});
}
Buffer MinidumpBuilder::arm_context(const ContextRegisters& by_number) const {
  ContextRegisters registers;
  for (const auto& [number, value] : by_number) registers.emplace_back(4 + 4 * number, value);
  return context(368, 0, 0x40000002, 4, registers);
}
Buffer MinidumpBuilder::arm64_context(const ContextRegisters& by_number, bool old_layout) const {
  ContextRegisters registers;
  for (const auto& [number, value] : by_number) registers.emplace_back(8 + 8 * number, value);
  if (!old_layout) return context(912, 0, 0x400003, 8, registers);
  registers.emplace_back(0, 0x80000002);  // the flags are 64 bits wide here
  return context(796, 0, 0, 8, registers);
}
Buffer MinidumpBuilder::pdb_code_view(const Buffer& guid_as_written,
                                      std::uint32_t age,
                                      std::string_view path) const {
  const auto& g = guid_as_written;
  BytesBuilder b(order_);
  b.u32(0x53445352);
  b.u32((std::uint64_t{g[0]} << 24U) | (std::uint64_t{g[1]} << 16U) | (std::uint64_t{g[2]} << 8U) |
        g[3]);
  b.u16((std::uint64_t{g[4]} << 8U) | g[5]).u16((std::uint64_t{g[6]} << 8U) | g[7]);
  b.bytes(Bytes(g).subspan(8, 8)).u32(age).cstring(path);
  return b.build();
}
Buffer MinidumpBuilder::elf_code_view(const Buffer& build_id) const {
  return BytesBuilder(order_).u32(0x4270454c).bytes(build_id).build();
}

struct MinidumpBuilder::Assembly {
  struct Stream {
    std::uint32_t type;
    std::size_t offset, size;
  };

  explicit Assembly(std::endian order) : b(order) {}
  void begin(std::uint32_t type) {
    b.align(8);
    streams.push_back({type, b.size(), 0});
  }
  void end() { streams.back().size = b.size() - streams.back().offset; }
  // A MINIDUMP_LOCATION_DESCRIPTOR of bytes that put_blob() writes under the same label.
  void location(const std::string& label, const Buffer& bytes) {
    b.u32(bytes.size());
    if (bytes.empty()) {
      b.u32(0);
    } else {
      b.ref32(label);
    }
  }
  void put_blob(const std::string& label, const Buffer& bytes) {
    b.align(8).mark(label).bytes(bytes);
  }
  void put_string(const std::string& label, std::string_view text) {
    b.align(4).mark(label).u32(2 * text.size()).utf16(text).u16(0);
  }

  BytesBuilder b;
  std::vector<Stream> streams;
};

void MinidumpBuilder::put_system(Assembly& out) const {
  out.begin(7);
  out.b.u16(architecture_)
      .u16(processor_level_)
      .u16(processor_revision_)
      .u8(processor_count_)
      .u8(1)
      .u32(has_versions_ ? 10 : 0)
      .u32(has_versions_ ? 2 : 0)
      .u32(has_versions_ ? 19041 : 0)
      .u32(platform_);
  out.b.ref32("csd version").u32(0).u32(0x756e6547).u32(0x49656e69).u32(0x6c65746e).zeros(12);
  out.end();
  out.put_string("csd version", csd_version_);
}

void MinidumpBuilder::put_threads(Assembly& out) const {
  out.begin(3);
  out.b.u32(threads_.size());
  for (std::size_t i = 0; i < threads_.size(); ++i) {
    const Thread& t = threads_[i];
    out.b.u32(t.id).zeros(20).u64(t.stack_base);
    out.location(fmt::format("stack {}", i), t.stack);
    out.location(fmt::format("context {}", i), t.context);
  }
  out.end();
  for (std::size_t i = 0; i < threads_.size(); ++i) {
    out.put_blob(fmt::format("stack {}", i), threads_[i].stack);
    out.put_blob(fmt::format("context {}", i), threads_[i].context);
  }
}

void MinidumpBuilder::put_thread_names(Assembly& out) const {
  out.begin(24);
  out.b.u32(names_.size());
  for (std::size_t i = 0; i < names_.size(); ++i) {
    out.b.u32(names_[i].first).ref64(fmt::format("name {}", i));
  }
  out.end();
  for (std::size_t i = 0; i < names_.size(); ++i) {
    out.put_string(fmt::format("name {}", i), names_[i].second);
  }
}

void MinidumpBuilder::put_modules(Assembly& out) const {
  out.begin(4);
  out.b.u32(modules_.size());
  for (std::size_t i = 0; i < modules_.size(); ++i) {
    const Module& m = modules_[i];
    out.b.u64(m.base).u32(m.size).u32(0).u32(0x5f000000).ref32(fmt::format("module {}", i));
    out.b.u32(has_versions_ ? 0xfeef04bd : 0)
        .u32(0x10000)
        .u32(0x00010002)
        .u32(0x00030004)
        .zeros(36);
    out.location(fmt::format("code view {}", i), m.code_view);
    out.b.zeros(24);
  }
  out.end();
  for (std::size_t i = 0; i < modules_.size(); ++i) {
    out.put_string(fmt::format("module {}", i), modules_[i].name);
    out.put_blob(fmt::format("code view {}", i), modules_[i].code_view);
  }
}

void MinidumpBuilder::put_unloaded_modules(Assembly& out) const {
  out.begin(14);
  out.b.u32(12).u32(24).u32(unloaded_.size());
  for (std::size_t i = 0; i < unloaded_.size(); ++i) {
    out.b.u64(unloaded_[i].base).u32(unloaded_[i].size).u64(0);
    out.b.ref32(fmt::format("unloaded {}", i));
  }
  out.end();
  for (std::size_t i = 0; i < unloaded_.size(); ++i) {
    out.put_string(fmt::format("unloaded {}", i), unloaded_[i].name);
  }
}

void MinidumpBuilder::put_exceptions(Assembly& out) const {
  for (std::size_t i = 0; i < exceptions_.size(); ++i) {
    const Exception& e = exceptions_[i];
    out.begin(6);
    out.b.u32(e.thread_id).u32(0).u32(e.code).u32(e.flags).u64(0).u64(e.address);
    out.b.u32(e.parameters.size()).u32(0);
    for (std::size_t p = 0; p < 15; ++p) {
      out.b.u64(p < e.parameters.size() ? e.parameters[p] : 0);
    }
    out.location(fmt::format("exception context {}", i), e.context);
    out.end();
    out.put_blob(fmt::format("exception context {}", i), e.context);
  }
}

void MinidumpBuilder::put_memory(Assembly& out) const {
  out.begin(5);
  out.b.u32(memory_.size());
  for (std::size_t i = 0; i < memory_.size(); ++i) {
    out.b.u64(memory_[i].first);
    out.location(fmt::format("memory {}", i), memory_[i].second);
  }
  out.end();
  for (std::size_t i = 0; i < memory_.size(); ++i) {
    out.put_blob(fmt::format("memory {}", i), memory_[i].second);
  }
}

Buffer MinidumpBuilder::build() const {
  const std::size_t stream_count = (has_system_ ? 1 : 0) + (threads_.empty() ? 0 : 1) +
                                   (names_.empty() ? 0 : 1) + (modules_.empty() ? 0 : 1) +
                                   (unloaded_.empty() ? 0 : 1) + exceptions_.size() +
                                   (memory_.empty() ? 0 : 1) + streams_.size();
  Assembly out(order_);
  out.b.u32(0x504d444d).u32(0xa793).u32(stream_count).ref32("directory").zeros(16);
  if (has_system_) put_system(out);
  if (!threads_.empty()) put_threads(out);
  if (!names_.empty()) put_thread_names(out);
  if (!modules_.empty()) put_modules(out);
  if (!unloaded_.empty()) put_unloaded_modules(out);
  put_exceptions(out);
  if (!memory_.empty()) put_memory(out);
  for (const auto& [type, bytes] : streams_) {
    out.begin(type);
    out.b.bytes(bytes);
    out.end();
  }
  out.b.align(8).mark("directory");
  for (const Assembly::Stream& stream : out.streams) {
    out.b.u32(stream.type).u32(stream.size).u32(stream.offset);
  }
  return out.b.build();
}

}  // namespace sigla
