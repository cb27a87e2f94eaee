// SPDX-License-Identifier: Apache-2.0
// Builds .debug_abbrev and .debug_info for tests, in any version, width and byte order.
//
//   InfoBuilder b({.version = 5});
//   b.abbrev(1, DW_TAG_compile_unit, true, {{DW_AT_name, DW_FORM_string}});
//   b.begin_unit().entry(1).info().cstring("a.c");
//   b.end_children().end_unit();
//   const BuiltInfo built = b.build();      // owns the bytes; built.sections() borrows them
#pragma once

#include <initializer_list>
#include <string>
#include <utility>

#include "formats/dwarf/form.h"
#include "formats/dwarf/sections.h"
#include "testing/bytes_builder.h"

namespace sigla::dwarf {

struct BuiltInfo {
  std::endian order = std::endian::little;
  Buffer info;
  Buffer abbrev;

  Sections sections() const {
    Sections sections;
    sections.order = order;
    sections.info = info;
    sections.abbrev = abbrev;
    return sections;
  }
};

class InfoBuilder {
 public:
  explicit InfoBuilder(Encoding encoding = Encoding(), std::endian order = std::endian::little)
      : encoding_(encoding), order_(order), info_(order), abbrev_(order) {}

  InfoBuilder& abbrev(std::uint64_t code,
                      Tag tag,
                      bool has_children,
                      std::initializer_list<std::pair<Attribute, Form>> attributes) {
    abbrev_.uleb(code).uleb(tag).u8(has_children ? 1 : 0);
    for (const auto& [attribute, form] : attributes) abbrev_.uleb(attribute).uleb(form);
    abbrev_.uleb(0).uleb(0);
    return *this;
  }
  InfoBuilder& begin_unit(UnitType type = DW_UT_compile, std::uint64_t dwo_id = 0) {
    unit_start_ = info_.size();
    const std::string end = "end" + std::to_string(unit_count_++);
    if (encoding_.offset_size == 8) {
      info_.u32(0xffffffff).ref64(end, -static_cast<std::int64_t>(unit_start_ + 12));
    } else {
      info_.ref32(end, -static_cast<std::int64_t>(unit_start_ + 4));
    }
    info_.u16(encoding_.version);
    if (encoding_.version >= 5) info_.u8(type).u8(encoding_.address_size);
    offset(0);
    if (encoding_.version < 5) info_.u8(encoding_.address_size);
    if (type == DW_UT_skeleton || type == DW_UT_split_compile) info_.u64(dwo_id);
    return *this;
  }
  InfoBuilder& end_unit() {
    info_.mark("end" + std::to_string(unit_count_ - 1));
    return *this;
  }
  InfoBuilder& entry(std::uint64_t code) {
    info_.uleb(code);
    return *this;
  }
  InfoBuilder& end_children() {
    info_.u8(0);
    return *this;
  }
  InfoBuilder& address(std::uint64_t value) {
    encoding_.address_size == 8 ? info_.u64(value) : info_.u32(value);
    return *this;
  }
  InfoBuilder& offset(std::uint64_t value) {
    encoding_.offset_size == 8 ? info_.u64(value) : info_.u32(value);
    return *this;
  }
  // DW_FORM_ref4 to a mark of the same unit.
  InfoBuilder& ref4(const std::string& label) {
    info_.ref32(label, -static_cast<std::int64_t>(unit_start_));
    return *this;
  }
  BytesBuilder& info() { return info_; }

  BuiltInfo build() const {
    Buffer abbrevs = abbrev_.build();
    abbrevs.push_back(0);
    return {order_, info_.build(), std::move(abbrevs)};
  }

 private:
  Encoding encoding_;
  std::endian order_;
  BytesBuilder info_;
  BytesBuilder abbrev_;
  std::size_t unit_start_ = 0;
  std::size_t unit_count_ = 0;
};

// .debug_line of version 4 with one file, "a.c", around `program`: line_base -5, line_range 14,
// opcode_base 13.
inline Buffer line_table(const Buffer& program) {
  BytesBuilder header;
  header.u8(1).u8(1).u8(1).u8(static_cast<std::uint8_t>(-5)).u8(14).u8(13);
  for (const int length : {0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1}) {
    header.u8(static_cast<std::uint64_t>(length));
  }
  header.u8(0).cstring("a.c").uleb(0).uleb(0).uleb(0).u8(0);
  const Buffer head = header.build();
  BytesBuilder whole;
  whole.u32(2 + 4 + head.size() + program.size()).u16(4).u32(head.size());
  return whole.bytes(head).bytes(program).build();
}

}  // namespace sigla::dwarf
