// SPDX-License-Identifier: Apache-2.0
#include "formats/dwarf/cfi.h"

#include <gtest/gtest.h>

#include "formats/dwarf/cfi_program.h"
#include "testing/bytes_builder.h"
#include "testing/fixture.h"
#include "testing/matchers.h"

namespace sigla::dwarf {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// "1000: r7+8 16=[c-8]" and so on; "entry 1000 20 S" where an FDE begins.
class Rows : public CfiVisitor {
 public:
  bool on_entry(const CfiEntry& entry) override {
    lines.push_back(fmt::format("entry {:x} {:x} ra{}{}",
                                entry.address,
                                entry.size,
                                entry.return_address_register,
                                entry.is_signal_frame ? " S" : ""));
    return takes;
  }
  void on_row(std::uint64_t address, const CfiRow& row) override {
    std::string line = fmt::format("{:x}: {}", address, text(row.cfa));
    for (const auto& [reg, rule] : row.registers) line += fmt::format(" {}={}", reg, text(rule));
    lines.push_back(line);
  }
  static std::string text(const CfiRule& rule) {
    switch (rule.kind) {
      case CfiRule::Kind::kUnspecified:
        return "-";
      case CfiRule::Kind::kUndefined:
        return "u";
      case CfiRule::Kind::kSameValue:
        return "s";
      case CfiRule::Kind::kOffset:
        return fmt::format("[c{:+}]", rule.offset);
      case CfiRule::Kind::kValOffset:
        return fmt::format("c{:+}", rule.offset);
      case CfiRule::Kind::kRegister:
        return fmt::format("r{}{:+}", rule.reg, rule.offset);
      case CfiRule::Kind::kExpression:
        return fmt::format("[{} bytes]", rule.expression.size());
      case CfiRule::Kind::kValExpression:
        return fmt::format("{} bytes", rule.expression.size());
    }
    return "?";
  }
  std::vector<std::string> lines;
  bool takes = true;
};

struct Shape {
  std::endian order = std::endian::little;
  bool is_64 = false;  // lengths
  bool is_eh_frame = false;
  std::uint8_t address_size = 8;
  std::uint8_t version = 4;
  std::string augmentation = "";
};

// One CIE (rsp+8, return address at CFA-8) and one FDE of [0x1000, 0x1040) with these instructions.
Buffer frames(const Shape& shape, Bytes instructions) {
  const auto length = [&](BytesBuilder& b, std::size_t size) {
    if (shape.is_64)
      b.u32(0xffffffff).u64(size);
    else
      b.u32(size);
  };
  const bool has_wide_id = shape.is_64 && !shape.is_eh_frame;
  const auto id = [&](BytesBuilder& b, std::uint64_t value) {
    if (has_wide_id)
      b.u64(value);
    else
      b.u32(value);
  };
  const auto word = [&](BytesBuilder& b, std::uint64_t value) {
    if (shape.address_size == 8)
      b.u64(value);
    else
      b.u32(value);
  };
  BytesBuilder cie(shape.order);
  id(cie, shape.is_eh_frame ? 0 : has_wide_id ? UINT64_MAX : UINT32_MAX);
  cie.u8(shape.version).cstring(shape.augmentation);
  if (shape.version == 4) cie.u8(shape.address_size).u8(0);
  cie.uleb(2).sleb(-8);
  if (shape.version == 1)
    cie.u8(16);
  else
    cie.uleb(16);
  if (shape.augmentation == "zRS") cie.uleb(1).u8(DW_EH_PE_pcrel | DW_EH_PE_sdata4);
  cie.u8(DW_CFA_def_cfa).uleb(7).uleb(8).u8(DW_CFA_offset | 16).uleb(1);
  const Buffer cie_bytes = cie.build();

  BytesBuilder file(shape.order);
  length(file, cie_bytes.size());
  file.bytes(cie_bytes);
  BytesBuilder fde(shape.order);
  const std::size_t id_offset = file.size() + (shape.is_64 ? 12 : 4);
  id(fde, shape.is_eh_frame ? id_offset : 0);
  if (shape.augmentation == "zRS") {
    const std::uint64_t field = id_offset + fde.size();
    fde.u32(0x1000 - field).u32(0x40).uleb(0);
  } else {
    word(fde, 0x1000);
    word(fde, 0x40);
  }
  fde.bytes(instructions);
  const Buffer fde_bytes = fde.build();
  length(file, fde_bytes.size());
  return file.bytes(fde_bytes).build();
}

class Cfi : public testing::Test {
 protected:
  std::vector<std::string> rows(const Shape& shape, Bytes instructions) {
    return rows_of(frames(shape, instructions), shape);
  }
  std::vector<std::string> rows_of(Bytes data, const Shape& shape) {
    Rows visitor;
    diagnostics_ = Diagnostics();
    const CfiSection section{.data = data,
                             .is_eh_frame = shape.is_eh_frame,
                             .order = shape.order,
                             .address_size = shape.address_size};
    EXPECT_THAT(read_cfi(section, limits_, diagnostics_, visitor), IsOk());
    return visitor.lines;
  }
  static Buffer push() {
    return BytesBuilder()
        .u8(DW_CFA_advance_loc | 2)
        .u8(DW_CFA_def_cfa_offset)
        .uleb(16)
        .u8(DW_CFA_offset | 6)
        .uleb(2)
        .build();
  }
  Limits limits_;
  Diagnostics diagnostics_;
};

TEST_F(Cfi, ReadsEveryVersionWidthAndByteOrder) {
  for (const auto order : {std::endian::little, std::endian::big}) {
    for (const bool is_64 : {false, true}) {
      for (const std::uint8_t size : std::vector<std::uint8_t>{4, 8}) {
        for (const std::uint8_t version : std::vector<std::uint8_t>{1, 3, 4}) {
          const Shape shape{
              .order = order, .is_64 = is_64, .address_size = size, .version = version};
          EXPECT_THAT(
              rows(shape, push()),
              ElementsAre(
                  "entry 1000 40 ra16", "1000: r7+8 16=[c-8]", "1004: r7+16 16=[c-8] 6=[c-16]"));
        }
        const Shape shape{.order = order,
                          .is_64 = is_64,
                          .is_eh_frame = true,
                          .address_size = size,
                          .version = 1,
                          .augmentation = "zRS"};
        EXPECT_THAT(
            rows(shape, push()),
            ElementsAre(
                "entry 1000 40 ra16 S", "1000: r7+8 16=[c-8]", "1004: r7+16 16=[c-8] 6=[c-16]"));
      }
    }
  }
}

TEST_F(Cfi, RunsEveryInstruction) {
  BytesBuilder b;
  b.u8(DW_CFA_nop).u8(DW_CFA_GNU_args_size).uleb(300).u8(DW_CFA_AARCH64_negate_ra_state);
  b.u8(DW_CFA_remember_state);
  b.u8(DW_CFA_advance_loc1).u8(1).u8(DW_CFA_def_cfa_register).uleb(6);
  b.u8(DW_CFA_advance_loc2).u16(1).u8(DW_CFA_def_cfa_sf).uleb(5).sleb(-2);
  b.u8(DW_CFA_advance_loc4).u32(1).u8(DW_CFA_def_cfa_offset_sf).sleb(-3);
  b.u8(DW_CFA_advance_loc | 1).u8(DW_CFA_def_cfa_expression).uleb(2).u16(0);
  b.u8(DW_CFA_set_loc).u64(0x100a).u8(DW_CFA_restore_state);
  b.u8(DW_CFA_offset_extended).uleb(1).uleb(3);
  b.u8(DW_CFA_offset_extended_sf).uleb(2).sleb(-3);
  b.u8(DW_CFA_GNU_negative_offset_extended).uleb(3).uleb(4);
  b.u8(DW_CFA_val_offset).uleb(4).uleb(5).u8(DW_CFA_val_offset_sf).uleb(5).sleb(-5);
  b.u8(DW_CFA_register).uleb(8).uleb(9).u8(DW_CFA_undefined).uleb(10);
  b.u8(DW_CFA_same_value).uleb(11).u8(DW_CFA_expression).uleb(12).uleb(1).u8(0);
  b.u8(DW_CFA_val_expression).uleb(13).uleb(0);
  b.u8(DW_CFA_advance_loc | 1).u8(DW_CFA_undefined).uleb(16);
  b.u8(DW_CFA_advance_loc | 1).u8(DW_CFA_restore | 16).u8(DW_CFA_restore_extended).uleb(1);
  EXPECT_THAT(
      rows({}, b.build()),
      ElementsAre(
          "entry 1000 40 ra16",
          "1000: r7+8 16=[c-8]",
          "1002: r6+8 16=[c-8]",
          "1004: r5+16 16=[c-8]",
          "1006: r5+24 16=[c-8]",
          "1008: [2 bytes] 16=[c-8]",
          "100a: r7+8 16=[c-8] 1=[c-24] 2=[c+24] 3=[c+32] 4=c-40 5=c+40 8=r9+0 10=u 11=s "
          "12=[1 bytes] 13=0 bytes",
          "100c: r7+8 16=u 1=[c-24] 2=[c+24] 3=[c+32] 4=c-40 5=c+40 8=r9+0 10=u 11=s "
          "12=[1 bytes] 13=0 bytes",
          "100e: r7+8 16=[c-8] 2=[c+24] 3=[c+32] 4=c-40 5=c+40 8=r9+0 10=u 11=s 12=[1 bytes] "
          "13=0 bytes"));
  EXPECT_TRUE(diagnostics_.empty()) << diagnostics_.summary();
}

TEST_F(Cfi, NothingIsKnownAfterAnInstructionThatCannotBeRead) {
  for (const std::vector<std::uint8_t>& bad : std::vector<std::vector<std::uint8_t>>{
           {0x3f},                                                     // unknown
           {DW_CFA_restore_state},                                     // without a state
           {DW_CFA_def_cfa, 7},                                        // cut off
           {DW_CFA_expression, 1, 0x7f, 0},                            // longer than its FDE
           {DW_CFA_offset_extended, 0xff, 0xff, 0xff, 0xff, 0x0f, 1},  // no such register
           {DW_CFA_advance_loc | 0x3f}}) {  // past the end of the function
    Buffer instructions = push();
    instructions.insert(instructions.end(), bad.begin(), bad.end());
    const auto lines = rows({}, instructions);
    EXPECT_EQ(lines.back(), "1004: -") << int{bad[0]};
    EXPECT_EQ(diagnostics_.count(), 1U);
  }
}

TEST_F(Cfi, LeavesOutWhatTheVisitorDoesNotWant) {
  Rows visitor;
  visitor.takes = false;
  const Buffer data = frames({}, push());
  EXPECT_THAT(read_cfi({.data = data}, limits_, diagnostics_, visitor), IsOk());
  EXPECT_THAT(visitor.lines, ElementsAre("entry 1000 40 ra16"));
}

TEST_F(Cfi, GoesOnBehindATerminatorUnlessToldNot) {
  const Shape shape{.is_eh_frame = true, .version = 1, .augmentation = "zRS"};
  BytesBuilder b;
  b.u32(0).bytes(frames(shape, push()));
  const Buffer data = b.build();
  Rows visitor;
  CfiSection section{.data = data, .is_eh_frame = true, .address = 0x10};
  EXPECT_THAT(read_cfi(section, limits_, diagnostics_, visitor), IsOk());
  EXPECT_EQ(visitor.lines.size(), 3U);
  EXPECT_EQ(visitor.lines[0], "entry 1014 40 ra16 S")
      << "both were moved, and the section lies at 16";
  section.ends_at_terminator = true;
  visitor.lines.clear();
  EXPECT_THAT(read_cfi(section, limits_, diagnostics_, visitor), IsOk());
  EXPECT_THAT(visitor.lines, IsEmpty());
}

TEST_F(Cfi, EveryTruncationIsSurvived) {
  for (const bool is_eh_frame : {false, true}) {
    const Shape shape{.is_eh_frame = is_eh_frame,
                      .version = static_cast<std::uint8_t>(is_eh_frame ? 1 : 4),
                      .augmentation = is_eh_frame ? "zRS" : ""};
    for_every_prefix(frames(shape, push()), 1, [&](Bytes prefix) {
      EXPECT_LE(rows_of(prefix, shape).size(), 1U);
    });
  }
}

TEST_F(Cfi, EveryByteMayBeWrong) {
  const Shape shape{.is_eh_frame = true, .version = 1, .augmentation = "zRS"};
  const Buffer data = frames(shape, push());
  for (std::size_t i = 0; i < data.size(); ++i) {
    for (const std::uint8_t value : std::vector<std::uint8_t>{0x00, 0x01, 0x7f, 0x80, 0xff}) {
      Buffer damaged = data;
      damaged[i] = value;
      EXPECT_LE(rows_of(damaged, shape).size(), 3U);
    }
  }
}

TEST_F(Cfi, HasLimits) {
  limits_.cfi_rule_count_max = 2;
  const auto two = BytesBuilder().u8(DW_CFA_same_value).uleb(1).build();
  EXPECT_EQ(rows({}, two).back(), "1000: r7+8 16=[c-8] 1=s");
  const auto three = BytesBuilder().bytes(two).u8(DW_CFA_same_value).uleb(2).build();
  EXPECT_EQ(rows({}, three).back(), "1000: -");
  EXPECT_THAT(diagnostics_.summary(), HasSubstr("more than 2 rules"));

  const Buffer deep(65, DW_CFA_remember_state);
  EXPECT_EQ(rows({}, Bytes(deep).first(64)).back(), "1000: r7+8 16=[c-8]");
  EXPECT_EQ(rows({}, deep).back(), "1000: -");

  limits_.unwind_rules_size_max = 10;
  Rows visitor;
  const Buffer data = frames({}, push());
  EXPECT_THAT(read_cfi({.data = data}, limits_, diagnostics_, visitor),
              IsError(ErrorCode::kLimitExceeded, "10 bytes"));
}

TEST(EhPointer, ReadsEveryEncoding) {
  const EhBases bases{
      .address_size = 8, .pc = 0x1000, .text = 0x2000, .data = 0x3000, .function = 0x4000};
  const auto read = [&](std::uint8_t encoding, std::uint8_t address_size = 8) {
    const Buffer data = BytesBuilder().u8(0xff).u64(0x8877'6655'4433'2281).build();
    ByteReader reader(data);
    reader.skip(1);
    EhBases some = bases;
    some.address_size = address_size;
    return read_eh_pointer(reader, encoding, some);
  };
  EXPECT_EQ(read(DW_EH_PE_absptr), 0x8877'6655'4433'2281U);
  EXPECT_EQ(read(DW_EH_PE_absptr, 4), 0x4433'2281U);
  EXPECT_EQ(read(DW_EH_PE_udata2 | DW_EH_PE_pcrel), 0x1001U + 0x2281);
  EXPECT_EQ(read(DW_EH_PE_sdata4 | DW_EH_PE_textrel), 0x2000U + 0x44332281);
  EXPECT_EQ(read(DW_EH_PE_sdata8 | DW_EH_PE_datarel), 0x8877'6655'4433'5281U);
  EXPECT_EQ(read(DW_EH_PE_uleb128 | DW_EH_PE_funcrel), 0x4000U + 0x1101);
  EXPECT_EQ(read(DW_EH_PE_sleb128), 0x1101U);
  EXPECT_EQ(read(DW_EH_PE_udata2 | DW_EH_PE_aligned, 4), 0x5544U);
  EXPECT_EQ(read(DW_EH_PE_omit), std::nullopt);
  EXPECT_EQ(read(0x05), std::nullopt);
  EXPECT_EQ(read(0x60), std::nullopt);
}

}  // namespace
}  // namespace sigla::dwarf
