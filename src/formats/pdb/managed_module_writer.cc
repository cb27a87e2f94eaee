// SPDX-License-Identifier: Apache-2.0
#include "formats/pdb/managed_module_writer.h"

#include <map>
#include <utility>

#include "formats/pdb/raw.h"

namespace sigla::pdb {
namespace {

constexpr std::uint16_t kCodeSection = 1;
constexpr GuidBytes kManagedOem = {
    0xc9, 0x3f, 0xea, 0xc6, 0xb3, 0x59, 0xd6, 0x49, 0xbc, 0x25, 0x09, 0x02, 0xbb, 0xab, 0xb4, 0x60};

Error too_long(const ManagedMethod& method, std::string_view what, std::size_t size) {
  return make_error(ErrorCode::kInvalidArgument,
                    "method {:08x}: {} of {} bytes fits into no record",
                    method.token,
                    what,
                    size);
}

class SymbolWriter {
 public:
  SymbolWriter() { out_.u32(CV_SIGNATURE_C13); }

  Status write(const MethodToWrite& to_write) {
    const ManagedMethod& method = *to_write.method;
    method_ = &method;
    start_ = to_write.start;
    method_offset_ = static_cast<std::uint32_t>(out_.size());
    SIGLA_TRY(check_name(method.name));
    RecordWriter record(out_);
    record.begin(S_GMANPROC);
    out_.u32(0).u32(0).u32(0);  // parent; where its S_END will be; next
    out_.u32(method.code_size).u32(0).u32(0).u32(method.token).u32(start_).u16(kCodeSection);
    out_.u8(0).u16(0).cstring(method.name);
    record.end();
    for (std::uint32_t i = 0; i < method.scopes.size(); ++i) {
      while (!open_.empty() && open_.back().scope != method.scopes[i].parent) close_scope();
      SIGLA_TRY(open_scope(i));
    }
    while (!open_.empty()) close_scope();
    if (!method.debug_info.empty()) SIGLA_TRY(write_blob("MD2", method.debug_info));
    if (method.async) SIGLA_TRY(write_async(*method.async));
    out_.set_u32(method_offset_ + kEndOffset, static_cast<std::uint32_t>(out_.size()));
    write_end();
    return {};
  }

  std::uint32_t method_offset() const { return method_offset_; }
  Buffer take() && { return std::move(out_).take(); }

 private:
  static constexpr std::uint32_t kEndOffset = 8;  // of a record that opens a scope

  struct Open {
    std::uint32_t scope = 0;
    std::uint32_t offset = 0;
  };

  Status check_name(std::string_view name) const {
    if (name.size() <= kManagedNameSizeMax) return {};
    return too_long(*method_, "a name", name.size());
  }

  void write_end() {
    RecordWriter record(out_);
    record.begin(S_END);
    record.end();
  }

  Status open_scope(std::uint32_t index) {
    const ManagedScope& scope = method_->scopes[index];
    RecordWriter record(out_);
    const std::uint32_t offset = record.begin(S_BLOCK32);
    out_.u32(open_.empty() ? method_offset_ : open_.back().offset).u32(0);
    out_.u32(scope.size).u32(start_ + scope.start).u16(kCodeSection).cstring("");
    record.end();
    open_.push_back({index, offset});
    for (const std::string& import : scope.imports) {
      SIGLA_TRY(check_name(import));
      record.begin(S_UNAMESPACE);
      out_.cstring(import);
      record.end();
    }
    for (const ManagedConstant& constant : scope.constants) SIGLA_TRY(write_constant(constant));
    for (const ManagedSlot& slot : scope.slots) {
      SIGLA_TRY(check_name(slot.name));
      record.begin(S_MANSLOT);
      out_.u32(slot.slot).u32(slot.signature).u32(0).u16(0).u16(slot.flags).cstring(slot.name);
      record.end();
    }
    return {};
  }

  void close_scope() {
    out_.set_u32(open_.back().offset + kEndOffset, static_cast<std::uint32_t>(out_.size()));
    open_.pop_back();
    write_end();
  }

  Status write_constant(const ManagedConstant& constant) {
    SIGLA_TRY(check_name(constant.name));
    if (constant.value.size() > kManagedTextSizeMax) {
      return too_long(*method_, "a constant", constant.value.size());
    }
    RecordWriter record(out_);
    record.begin(S_MANCONSTANT);
    out_.u32(constant.signature).u16(constant.leaf);
    if (constant.leaf == LF_VARSTRING) out_.u16(static_cast<std::uint16_t>(constant.value.size()));
    out_.bytes(constant.value).cstring(constant.name);
    record.end();
    return {};
  }

  Status write_blob(std::string_view name, Bytes blob) {
    if (blob.size() > kManagedBlobSizeMax) return too_long(*method_, name, blob.size());
    RecordWriter record(out_);
    record.begin(S_OEM);
    out_.bytes(kManagedOem).u32(0);
    for (const char c : name) out_.u16(static_cast<std::uint8_t>(c));
    out_.u16(0).bytes(blob);
    record.end();
    return {};
  }

  Status write_async(const ManagedAsync& async) {
    ByteWriter blob;
    blob.u32(async.kickoff).u32(async.catch_handler.value_or(UINT32_MAX));
    blob.u32(static_cast<std::uint32_t>(async.awaits.size()));
    for (const ManagedAsync::Await& await : async.awaits) {
      blob.u32(await.yield_offset).u32(await.resume_method).u32(await.resume_offset);
    }
    return write_blob("asyncMethodInfo", blob.data());
  }

  ByteWriter out_;
  const ManagedMethod* method_ = nullptr;
  std::uint32_t start_ = 0;
  std::uint32_t method_offset_ = 0;
  std::vector<Open> open_;
};

class LineWriter {
 public:
  explicit LineWriter(std::span<const std::uint32_t> path_offsets) : path_offsets_(path_offsets) {}

  Status write(const MethodToWrite& to_write) {
    const ManagedMethod& method = *to_write.method;
    if (method.lines.empty()) return {};
    ByteWriter run;
    run.u32(to_write.start).u16(kCodeSection).u16(CV_LINES_HAVE_COLUMNS).u32(method.code_size);
    for (std::size_t i = 0; i < method.lines.size();) {
      const std::uint32_t document = method.lines[i].document;
      if (document >= path_offsets_.size()) {
        return make_error(
            ErrorCode::kInvalidArgument, "method {:08x}: no document {}", method.token, document);
      }
      std::size_t end = i;
      while (end < method.lines.size() && method.lines[end].document == document) ++end;
      write_block(std::span(method.lines).subspan(i, end - i), file(document), run);
      i = end;
    }
    add_subsection(DEBUG_S_LINES, run.data());
    return {};
  }

  // Where the document's file record is.
  std::uint32_t file(std::uint32_t document) {
    const auto index = static_cast<std::uint32_t>(documents_.size());
    const auto [known, is_new] = file_index_.emplace(document, index);
    if (is_new) documents_.push_back(document);
    return known->second * kFileRecordSize;
  }

  Buffer take() && {
    if (!documents_.empty()) {
      ByteWriter files;
      for (const std::uint32_t document : documents_) {
        files.u32(path_offsets_[document]).u32(0);  // no checksum here; padding
      }
      add_subsection(DEBUG_S_FILECHKSMS, files.data());
    }
    return std::move(out_).take();
  }
  const std::vector<std::uint32_t>& documents() const { return documents_; }

 private:
  static constexpr std::uint32_t kFileRecordSize = 8;

  static void write_block(std::span<const ManagedLine> lines, std::uint32_t file, ByteWriter& run) {
    constexpr std::uint32_t kIsStatement = 1U << 31U;
    const auto count = static_cast<std::uint32_t>(lines.size());
    run.u32(file).u32(count).u32(12 + count * 12);
    for (const ManagedLine& line : lines) {
      const std::uint32_t start = line.is_hidden ? kLineAlwaysStepInto : line.start_line;
      const std::uint32_t span = line.is_hidden ? 0 : line.end_line - line.start_line;
      run.u32(line.il_offset)
          .u32(kIsStatement | (span & kManagedLineSpanMax) << 24U | (start & kManagedLineMax));
    }
    for (const ManagedLine& line : lines) {
      run.u16(line.is_hidden ? std::uint16_t{0} : line.start_column);
      run.u16(line.is_hidden ? std::uint16_t{0} : line.end_column);
    }
  }

  void add_subsection(std::uint32_t kind, Bytes data) {
    out_.u32(kind).u32(static_cast<std::uint32_t>(data.size())).bytes(data).align(4);
  }

  std::span<const std::uint32_t> path_offsets_;
  std::vector<std::uint32_t> documents_;
  std::map<std::uint32_t, std::uint32_t> file_index_;  // document: place in documents_
  ByteWriter out_;
};

}  // namespace

Result<WrittenModule> write_managed_module(std::span<const MethodToWrite> methods,
                                           std::span<const std::uint32_t> dangling,
                                           std::span<const std::uint32_t> path_offsets) {
  WrittenModule module;
  SymbolWriter symbols;
  LineWriter lines(path_offsets);
  for (const MethodToWrite& method : methods) {
    SIGLA_TRY(symbols.write(method));
    module.method_offsets.push_back(symbols.method_offset());
    SIGLA_TRY(lines.write(method));
  }
  for (const std::uint32_t document : dangling) static_cast<void>(lines.file(document));
  module.symbols = std::move(symbols).take();
  module.documents = lines.documents();
  module.lines = std::move(lines).take();
  return module;
}

Buffer write_compiler_symbols(const ManagedPdb::Compiler& compiler) {
  constexpr std::uint32_t kManagedLanguage = 0x0f;  // C#, VB and others: MSIL
  constexpr std::uint16_t kMachine = 0x07;
  ByteWriter out;
  out.u32(CV_SIGNATURE_C13);
  RecordWriter record(out);
  record.begin(S_COMPILE3);
  out.u32(kManagedLanguage).u16(kMachine).zeros(8);
  for (const std::uint16_t part : compiler.version) out.u16(part);
  out.cstring(std::string_view(compiler.name).substr(0, kManagedNameSizeMax));
  record.end();
  return std::move(out).take();
}

}  // namespace sigla::pdb
