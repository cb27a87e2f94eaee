// SPDX-License-Identifier: Apache-2.0
// Call frame information of any shape: the first byte says which. Rows lie inside their entry.
#include "formats/dwarf/cfi.h"

namespace {

class Checker : public sigla::dwarf::CfiVisitor {
 public:
  bool on_entry(const sigla::dwarf::CfiEntry& entry) override {
    entry_ = entry;
    last_ = entry.address;
    return true;
  }
  void on_row(std::uint64_t address, const sigla::dwarf::CfiRow& row) override {
    SIGLA_CHECK(address >= last_ && address - entry_.address < entry_.size);
    last_ = address;
    SIGLA_CHECK(row.registers.size() <= sigla::Limits().cfi_rule_count_max);
  }

 private:
  sigla::dwarf::CfiEntry entry_;
  std::uint64_t last_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const sigla::dwarf::CfiSection section{
      .data = sigla::Bytes(data, size).subspan(1),
      .is_eh_frame = (data[0] & 1) != 0,
      .order = (data[0] & 2) != 0 ? std::endian::big : std::endian::little,
      .address_size = static_cast<std::uint8_t>((data[0] & 4) != 0 ? 4 : 8),
      .address = 0x1000,
      .ends_at_terminator = (data[0] & 8) != 0,
  };
  Checker checker;
  sigla::Diagnostics diagnostics;
  static_cast<void>(sigla::dwarf::read_cfi(section, sigla::Limits(), diagnostics, checker));
  return 0;
}
