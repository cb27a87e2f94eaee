// SPDX-License-Identifier: Apache-2.0
#include "formats/dwarf/cfi.h"

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "base/byte_reader.h"
#include "formats/dwarf/cfi_program.h"
#include "formats/dwarf/eh_pointer.h"

namespace sigla::dwarf {
namespace {

constexpr std::size_t kAugmentationSizeMax = 64;

struct Cie {
  CfiFactors factors;
  std::uint8_t address_size = 8;
  std::uint8_t segment_size = 0;
  std::uint32_t return_address_register = 0;
  bool has_augmentation_data = false;
  bool is_signal_frame = false;
  CfiRow initial;
};

class Reader {
 public:
  Reader(const CfiSection& section,
         const Limits& limits,
         Diagnostics& diagnostics,
         CfiVisitor& visitor)
      : section_(section), limits_(limits), diagnostics_(diagnostics), visitor_(visitor) {}

  Status read() {
    for (std::uint64_t offset = 0; offset < section_.data.size();) {
      auto record = record_at(offset);
      if (!record.has_value()) {
        diagnostics_.report("call frame information", record.error().message());
        return {};  // no length to go on by
      }
      if (record->body_size == 0 && section_.ends_at_terminator) return {};
      if (!record->is_cie && record->body_size != 0) {
        const Status status = read_fde(*record);
        if (!status.has_value()) {
          if (is_full_) return status.error().clone();
          diagnostics_.report(
              "call frame information",
              fmt::format("{} in the FDE at {:#x}", status.error().message(), offset));
        }
      }
      offset = record->end;
    }
    return {};
  }

 private:
  struct Record {
    bool is_cie = false;
    std::uint64_t cie = 0;   // offset of an FDE's CIE
    std::uint64_t body = 0;  // offset of what follows the id
    std::uint64_t body_size = 0;
    std::uint64_t end = 0;
  };

  // Length and id; a record of length 0 (the end of one linker input) has no body.
  Result<Record> record_at(std::uint64_t offset) const {
    if (offset >= section_.data.size()) return malformed("no record at {:#x}", offset);
    ByteReader reader(section_.data.subspan(offset), section_.order);
    std::uint64_t length = reader.u32();
    const bool is_64 = length == 0xffffffff;
    if (is_64) length = reader.u64();
    ByteReader body = reader.sub(length);
    SIGLA_TRY(reader.finish("frame record"));
    Record record;
    record.end = offset + reader.position();
    if (length == 0) return record;
    const std::uint64_t id_offset = record.end - length;
    // .eh_frame keeps 32 bits here whatever the length is (LLVM and binutils agree).
    const bool has_wide_id = is_64 && !section_.is_eh_frame;
    const std::uint64_t id = has_wide_id ? body.u64() : body.u32();
    SIGLA_TRY(body.finish("frame record"));
    if (section_.is_eh_frame) {
      record.is_cie = id == 0;
      record.cie = id_offset - id;
    } else {
      record.is_cie = id == (has_wide_id ? UINT64_MAX : UINT32_MAX);
      record.cie = id;
    }
    record.body = id_offset + body.position();
    record.body_size = body.remaining();
    return record;
  }

  ByteReader body_of(const Record& record) const {
    return ByteReader(section_.data.subspan(record.body, record.body_size), section_.order);
  }
  EhBases bases_of(const Record& record, std::uint8_t address_size) const {
    EhBases bases;
    bases.address_size = address_size;
    bases.pc = section_.address + record.body;
    bases.text = section_.text_base;
    bases.data = section_.data_base;
    return bases;
  }

  // Null, and reported, when it cannot be read.
  Result<const Cie*> cie_at(std::uint64_t offset) {
    const auto [place, is_new] = cies_.try_emplace(offset);
    if (is_new) {
      auto cie = read_cie(offset);
      if (!cie.has_value()) {
        diagnostics_.report("call frame information",
                            fmt::format("{} in the CIE at {:#x}", cie.error().message(), offset));
        return nullptr;
      }
      rules_size_ += cie->initial.registers.size() * sizeof(cie->initial.registers[0]);
      if (rules_size_ > limits_.unwind_rules_size_max) {
        is_full_ = true;
        return make_error(ErrorCode::kLimitExceeded,
                          "call frame information: CIEs with more than {} bytes of rules",
                          limits_.unwind_rules_size_max);
      }
      place->second = std::make_unique<Cie>(*std::move(cie));
    }
    return place->second.get();
  }

  Result<Cie> read_cie(std::uint64_t offset) const {
    SIGLA_TRY_ASSIGN(const Record record, record_at(offset));
    if (!record.is_cie) return malformed("not a CIE");
    ByteReader reader = body_of(record);
    Cie cie;
    cie.address_size = section_.address_size;
    const std::uint8_t version = reader.u8();
    if (version != 1 && version != 3 && version != 4) {
      return make_error(ErrorCode::kUnsupported, "version {}", version);
    }
    std::string_view augmentation = reader.cstring(kAugmentationSizeMax);
    if (version == 4) {
      cie.address_size = reader.u8();
      cie.segment_size = reader.u8();
    }
    if (augmentation.starts_with("eh")) {  // GCC 2: a pointer nobody needs
      reader.skip(cie.address_size);
      augmentation.remove_prefix(2);
    }
    cie.factors.code = reader.uleb128();
    cie.factors.data = reader.sleb128();
    const std::uint64_t column = version == 1 ? reader.u8() : reader.uleb128();
    SIGLA_TRY(reader.finish("header"));
    if (column > UINT16_MAX) return malformed("return address in register {}", column);
    if (cie.address_size != 4 && cie.address_size != 8) {
      return malformed("address size {}", cie.address_size);
    }
    cie.return_address_register = static_cast<std::uint32_t>(column);
    const EhBases bases = bases_of(record, cie.address_size);
    SIGLA_TRY(read_augmentation(augmentation, bases, reader, cie));
    CfiProgram program(cie.factors, at(bases, reader), limits_);
    SIGLA_TRY(program.run_initial(ByteReader(reader.rest(), section_.order), cie.initial));
    return cie;
  }

  // The bases of a reader over what is left.
  static EhBases at(EhBases bases, const ByteReader& reader) {
    bases.pc += reader.position();
    return bases;
  }

  Status read_augmentation(std::string_view augmentation,
                           EhBases bases,
                           ByteReader& reader,
                           Cie& cie) const {
    if (augmentation.empty()) return {};
    if (augmentation.front() != 'z') {
      return make_error(ErrorCode::kUnsupported, "augmentation \"{}\"", augmentation);
    }
    cie.has_augmentation_data = true;
    const std::uint64_t size = reader.uleb128();
    bases.pc += reader.position();
    ByteReader data = reader.sub(size);
    for (const char letter : augmentation.substr(1)) {
      if (letter == 'L') {
        static_cast<void>(data.u8());
      } else if (letter == 'P') {
        const std::uint8_t encoding = data.u8();
        static_cast<void>(read_eh_pointer(data, encoding, bases));
      } else if (letter == 'R') {
        cie.factors.address_encoding = data.u8();
      } else if (letter == 'S') {
        cie.is_signal_frame = true;
      } else if (letter != 'B' && letter != 'G') {  // pointer authentication key, memory tagging
        break;  // what else there is cannot be told; its size is known
      }
    }
    SIGLA_TRY(data.finish("augmentation"));
    return reader.finish("augmentation");
  }

  Status read_fde(const Record& record) {
    SIGLA_TRY_ASSIGN(const Cie* cie, cie_at(record.cie));
    if (cie == nullptr) return {};
    ByteReader reader = body_of(record);
    reader.skip(cie->segment_size);
    const EhBases bases = bases_of(record, cie->address_size);
    CfiEntry entry;
    entry.return_address_register = cie->return_address_register;
    entry.is_signal_frame = cie->is_signal_frame;
    const std::uint8_t encoding = cie->factors.address_encoding;
    const auto address = read_eh_pointer(reader, encoding, bases);
    const auto size = read_eh_value(reader, encoding, cie->address_size);
    if (!address || !size || (encoding & DW_EH_PE_indirect) != 0) {
      return make_error(ErrorCode::kUnsupported, "pointer encoding {:#x}", encoding);
    }
    entry.address = *address;
    // A count, even where the encoding is a signed one.
    entry.size = cie->address_size == 4 ? *size & 0xffffffffU : *size;
    if (cie->has_augmentation_data) reader.skip(reader.uleb128());
    SIGLA_TRY(reader.finish("header"));
    const std::uint64_t last = entry.address + (entry.size - 1);
    if (entry.size == 0 || last < entry.address) return malformed("range of {} bytes", entry.size);
    if (!visitor_.on_entry(entry)) return {};
    CfiProgram program(cie->factors, at(bases, reader), limits_);
    return program.run(ByteReader(reader.rest(), section_.order), entry, cie->initial, visitor_);
  }

  const CfiSection& section_;
  const Limits& limits_;
  Diagnostics& diagnostics_;
  CfiVisitor& visitor_;
  std::unordered_map<std::uint64_t, std::unique_ptr<Cie>> cies_;
  std::uint64_t rules_size_ = 0;
  bool is_full_ = false;
};

}  // namespace

Status read_cfi(const CfiSection& section,
                const Limits& limits,
                Diagnostics& diagnostics,
                CfiVisitor& visitor) {
  return Reader(section, limits, diagnostics, visitor).read();
}

}  // namespace sigla::dwarf
