// SPDX-License-Identifier: Apache-2.0
#include "formats/elf/core.h"

#include <algorithm>
#include <utility>

#include "base/checked.h"
#include "base/text.h"
#include "formats/elf/core_modules.h"
#include "formats/elf/identity.h"

namespace sigla::elf {
namespace {

constexpr std::size_t kAuxiliaryCountMax = 1'000;  // the kernel writes some twenty

}  // namespace

Result<Core> Core::open(Bytes file, const Limits& limits) {
  SIGLA_TRY_ASSIGN(Image image, Image::open(file, limits));
  if (image.header().e_type != ET_CORE) {
    return malformed("ELF core: e_type is {}, not {}", image.header().e_type, ET_CORE);
  }
  Core core(std::move(image));
  for (const Segment& segment : core.image_.segments()) {
    if (segment.p_type == PT_LOAD && segment.p_filesz != 0) core.memory_.push_back(segment);
    const auto end = checked_add(segment.p_offset, segment.p_filesz);
    core.whole_size_ = std::max(core.whole_size_, end.value_or(0));
    if (segment.p_type == PT_NOTE) SIGLA_TRY(core.read_notes(segment, limits));
  }
  std::ranges::sort(core.memory_, {}, &Segment::p_vaddr);
  return core;
}

Status Core::read_notes(const Segment& segment, const Limits& limits) {
  SIGLA_TRY_ASSIGN(const Bytes data, image_.data(segment));
  NoteReader notes(image_.reader(data), segment.p_align);
  while (true) {
    SIGLA_TRY_ASSIGN(const auto note, notes.next());
    if (!note) return {};
    if (note->name == "CORE") SIGLA_TRY(read_note(*note, limits));
  }
}

Status Core::read_note(const Note& note, const Limits& limits) {
  switch (note.type) {
    case NT_FILE:
      return read_mappings(note.descriptor, limits);
    case NT_PRSTATUS:
      if (threads_.size() < limits.core_mapping_count_max) read_thread(note.descriptor);
      return {};
    case NT_SIGINFO:
      read_signal(note.descriptor);
      return {};
    case NT_PRPSINFO:
      read_process(note.descriptor);
      return {};
    case NT_AUXV:
      read_auxiliary(note.descriptor);
      return {};
    default:
      return {};
  }
}

Status Core::read_mappings(Bytes descriptor, const Limits& limits) {
  ByteReader reader = image_.reader(descriptor);
  const std::uint64_t count = image_.read_word(reader);
  const std::uint64_t page_size = image_.read_word(reader);
  SIGLA_TRY(reader.finish("ELF core NT_FILE"));
  if (count > limits.core_mapping_count_max) {
    return make_error(ErrorCode::kLimitExceeded,
                      "ELF core NT_FILE: {} mappings, more than {}",
                      count,
                      limits.core_mapping_count_max);
  }
  ByteReader names = reader;
  names.skip(count * 3 * image_.word_size());
  for (std::uint64_t i = 0; i < count; ++i) {
    CoreMapping mapping;
    mapping.start = image_.read_word(reader);
    mapping.end = image_.read_word(reader);
    const auto offset = checked_mul(image_.read_word(reader), page_size);
    mapping.path = names.cstring(limits.path_size_max);
    SIGLA_TRY(names.finish("ELF core NT_FILE"));
    if (!offset || mapping.end < mapping.start) {
      return malformed("ELF core NT_FILE: mapping {} has no valid extent", i);
    }
    mapping.file_offset = *offset;
    mappings_.push_back(mapping);
  }
  return {};
}

// siginfo (3 ints), pr_cursig (short), two signal sets (words), four process ids (ints), four times
// (two words each), the registers, pr_fpvalid (int, padded to a word).
void Core::read_thread(Bytes descriptor) {
  ByteReader reader = image_.reader(descriptor);
  CoreThread thread;
  reader.skip(12);
  thread.signal = reader.u16();
  reader.skip(2 + 2 * image_.word_size());
  thread.id = reader.u32();
  reader.skip(12 + 8 * image_.word_size());
  const Bytes rest = reader.rest();
  if (!reader.ok() || rest.size() <= image_.word_size()) return;
  thread.registers = rest.first(rest.size() - image_.word_size());
  threads_.push_back(thread);
}

// si_signo, si_errno, si_code (ints; MIPS has the code before the errno), then, aligned to a word,
// a union that begins with si_addr where the signal has one.
void Core::read_signal(Bytes descriptor) {
  if (threads_.empty() || threads_.back().signal_info) return;
  ByteReader reader = image_.reader(descriptor);
  CoreSignal signal;
  signal.number = reader.u32();
  std::uint32_t error = reader.u32();
  std::uint32_t code = reader.u32();
  if (image_.header().e_machine == EM_MIPS) std::swap(error, code);
  signal.code = static_cast<std::int32_t>(code);
  if (image_.header().is_64) reader.skip(4);
  signal.address = image_.read_word(reader);
  if (reader.ok()) threads_.back().signal_info = signal;
}

// Counted from its end, since the width of uid_t differs: ..., pid, ppid, pgrp, sid (ints), the
// name (16 bytes), the arguments (80 bytes).
void Core::read_process(Bytes descriptor) {
  constexpr std::size_t kNameSize = 16;
  constexpr std::size_t kTailSize = 16 + kNameSize + 80;
  if (descriptor.size() < kTailSize) return;
  ByteReader reader = image_.reader(descriptor.last(kTailSize));
  CoreProcessInfo info;
  info.id = reader.u32();
  reader.skip(12);
  const auto text = [](Bytes field) {
    const std::string_view all = as_text(field);
    return all.substr(0, all.find('\0'));
  };
  info.name = text(reader.bytes(kNameSize));
  info.arguments = text(reader.rest());
  process_ = info;
}

void Core::read_auxiliary(Bytes descriptor) {
  ByteReader reader = image_.reader(descriptor);
  while (!reader.at_end() && auxiliary_.size() < kAuxiliaryCountMax) {
    const std::uint64_t tag = image_.read_word(reader);
    const std::uint64_t value = image_.read_word(reader);
    if (!reader.ok() || tag == AT_NULL) return;
    auxiliary_.emplace_back(tag, value);
  }
}

std::optional<std::uint64_t> Core::auxiliary(std::uint64_t tag) const {
  for (const auto& entry : auxiliary_) {
    if (entry.first == tag) return entry.second;
  }
  return std::nullopt;
}

Bytes Core::memory(std::uint64_t address) const {
  auto after = std::ranges::upper_bound(memory_, address, {}, &Segment::p_vaddr);
  if (after == memory_.begin()) return {};
  const Segment& segment = *std::prev(after);
  const std::uint64_t offset = address - segment.p_vaddr;
  const Bytes bytes = held(segment);
  if (offset >= bytes.size()) return {};
  return bytes.subspan(static_cast<std::size_t>(offset));
}

// What a cut-off file still has of the segment.
Bytes Core::held(const Segment& segment) const {
  const Bytes file = image_.file();
  if (segment.p_offset >= file.size()) return {};
  const Bytes rest = file.subspan(static_cast<std::size_t>(segment.p_offset));
  return rest.first(
      static_cast<std::size_t>(std::min<std::uint64_t>(rest.size(), segment.p_filesz)));
}

std::vector<MemoryRegion> Core::memory_regions() const {
  std::vector<MemoryRegion> regions;
  for (const Segment& segment : memory_) {
    const Bytes bytes = held(segment);
    if (bytes.empty() || !checked_add<std::uint64_t>(segment.p_vaddr, bytes.size())) continue;
    regions.push_back({segment.p_vaddr, bytes, image_.header().order});
  }
  return regions;
}

std::vector<CoreModule> Core::modules(const Limits& limits) const {
  return find_modules(*this, limits);
}

Result<Identity> identify_core(Bytes file, std::string_view name, const Limits& limits) {
  SIGLA_TRY_ASSIGN(const Core core, Core::open(file, limits));
  const bool little_endian = core.image().header().order == std::endian::little;
  Identity identity;
  identity.format = Format::kElfCore;
  identity.kind = ObjectKind::kCore;
  identity.arch = arch_of(core.image().header());
  identity.name = to_utf8(base_name(name));
  for (const CoreModule& module : core.modules(limits)) {
    Identity loaded;
    // Without its header a mapped file may be anything with code in it, a .NET assembly for one.
    if (module.e_type != 0) {
      loaded.format = Format::kElf;
      loaded.kind = module.e_type == ET_EXEC ? ObjectKind::kExecutable : ObjectKind::kLibrary;
      loaded.arch = identity.arch;
    }
    loaded.name = to_utf8(base_name(module.path));
    if (module.build_id) {
      loaded.code_id = CodeId::from_bytes(*module.build_id);
      loaded.debug_id = DebugId::from_build_id(*module.build_id, little_endian);
    }
    identity.loaded_modules.push_back(std::move(loaded));
  }
  return identity;
}

}  // namespace sigla::elf
