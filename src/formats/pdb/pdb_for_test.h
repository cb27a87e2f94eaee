// SPDX-License-Identifier: Apache-2.0
// Builds PDB containers and streams for tests.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "formats/pdb/container.h"
#include "testing/bytes_builder.h"

namespace sigla::pdb {

// MSF 7.00: superblock, two free page maps, then each stream's pages, the directory's and its
// list's.
inline Buffer build_msf(std::uint32_t page_size, const std::vector<Buffer>& streams) {
  const auto pages_of = [&](std::size_t size) { return (size + page_size - 1) / page_size; };
  std::size_t next_page = 3;
  BytesBuilder body;
  BytesBuilder directory;
  directory.u32(streams.size());
  for (const Buffer& stream : streams) directory.u32(stream.size());
  const auto add_pages = [&](const Buffer& content, BytesBuilder& numbers) {
    for (std::size_t i = 0; i < pages_of(content.size()); ++i) numbers.u32(next_page++);
    body.bytes(content).zeros(pages_of(content.size()) * page_size - content.size());
  };
  for (const Buffer& stream : streams) add_pages(stream, directory);
  BytesBuilder list;
  const Buffer directory_bytes = directory.build();
  add_pages(directory_bytes, list);
  BytesBuilder list_pages;
  add_pages(list.build(), list_pages);

  BytesBuilder file;
  file.text(kMsfMagic).u32(page_size).u32(1).u32(next_page).u32(directory_bytes.size()).u32(0);
  file.bytes(list_pages.build());
  file.zeros(std::size_t{3} * page_size - file.size()).bytes(body.build());
  return file.build();
}

// Stream 1: id 16 times `seed`, and named streams.
inline Buffer build_info_stream(std::uint8_t seed,
                                std::uint32_t age,
                                const std::map<std::string, std::uint32_t>& named = {}) {
  BytesBuilder b;
  b.u32(20'000'404).u32(0x5a000001).u32(age);
  for (int i = 0; i < 16; ++i) b.u8(seed);
  BytesBuilder names;
  BytesBuilder entries;
  for (const auto& [name, stream] : named) {
    entries.u32(names.size()).u32(stream);
    names.cstring(name);
  }
  b.u32(names.size()).bytes(names.build());
  b.u32(named.size()).u32(named.size() + 8);
  b.u32(1).u32((1U << named.size()) - 1);  // which buckets are taken
  b.u32(0);                                // none deleted
  b.bytes(entries.build());
  return b.build();
}

struct DbiForTest {
  std::uint32_t age = 1;
  std::uint16_t machine = 0x8664;
  std::uint16_t flags = 0;
  std::uint16_t symbol_records_stream = kNoStream;
  std::uint16_t fpo_stream = kNoStream;
  std::uint32_t module_line_size = 0;
  std::uint32_t version = 19'990'903;
  static constexpr std::uint16_t kNoStream = 0xffff;

  Buffer build() const {
    BytesBuilder module;
    module.zeros(34).u16(kNoStream).u32(0).u32(0).u32(module_line_size).zeros(16);
    module.cstring("a.obj").cstring("a.lib").align(4);
    const Buffer module_bytes = module.build();
    BytesBuilder b;
    b.u32(UINT32_MAX).u32(version).u32(age).zeros(8).u16(symbol_records_stream).u16(0);
    b.u32(module_bytes.size()).zeros(20).u32(4).u32(0).u16(flags).u16(machine).u32(0);
    b.bytes(module_bytes).u16(fpo_stream).u16(kNoStream);
    return b.build();
  }
};

// MSFZ: each stream one fragment in the file.
inline Buffer build_msfz(const std::vector<Buffer>& streams) {
  BytesBuilder body;
  BytesBuilder directory;
  constexpr std::size_t kHeaderSize = 80;
  for (const Buffer& stream : streams) {
    if (!stream.empty()) directory.u32(stream.size()).u64(kHeaderSize + body.size());
    directory.u32(0);
    body.bytes(stream);
  }
  const Buffer directory_bytes = directory.build();
  BytesBuilder file;
  file.text(kMsfzMagic).u64(0).u64(kHeaderSize + body.size()).u64(0).u32(streams.size()).u32(0);
  file.u32(directory_bytes.size()).u32(directory_bytes.size()).u32(0).u32(0);
  file.bytes(body.build()).bytes(directory_bytes);
  return file.build();
}

}  // namespace sigla::pdb
