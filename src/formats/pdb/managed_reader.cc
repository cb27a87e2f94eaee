// SPDX-License-Identifier: Apache-2.0
#include "formats/pdb/managed_reader.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "base/byte_reader.h"
#include "base/text.h"
#include "formats/pdb/dbi_stream.h"
#include "formats/pdb/info_stream.h"
#include "formats/pdb/managed_records.h"
#include "formats/pdb/module_stream.h"
#include "formats/pdb/name_table.h"
#include "formats/pdb/raw.h"

namespace sigla::pdb {
namespace {

constexpr std::uint64_t kSideStreamSizeMax = 64U << 20;  // sourcelink, srcsrv
constexpr std::uint64_t kSideStreamsSizeMax = 256U << 20;  // of all documents together
constexpr std::uint16_t kManagedMachine = 0xc0ee;
constexpr std::uint64_t kMsfzContentMax = 1U << 30;

// The lines of one run of code, of which offsets are counted.
struct LineRun {
  SectionOffset start;
  std::uint32_t size = 0;
  bool has_columns = false;
  Bytes blocks;
};

struct ModuleCode {
  std::vector<LineRun> runs;  // ascending by start
  Bytes checksums;
};

std::pair<std::uint16_t, std::uint32_t> order_of(const SectionOffset& place) {
  return {place.section, place.offset};
}

ModuleCode read_code(Bytes c13_lines) {
  ModuleCode code;
  for_each_subsection(c13_lines, [&](std::uint32_t kind, Bytes data) {
    if (kind == DEBUG_S_FILECHKSMS) code.checksums = data;
    if (kind != DEBUG_S_LINES) return;
    ByteReader reader(data);
    LineRun run;
    run.start.offset = reader.u32();
    run.start.section = reader.u16();
    run.has_columns = (reader.u16() & CV_LINES_HAVE_COLUMNS) != 0;
    run.size = reader.u32();
    if (!reader.ok()) return;
    run.blocks = reader.rest();
    code.runs.push_back(run);
  });
  std::stable_sort(code.runs.begin(), code.runs.end(), [](const LineRun& a, const LineRun& b) {
    return order_of(a.start) < order_of(b.start);
  });
  return code;
}

class Reader {
 public:
  Reader(const Container& container, const Limits& limits, Diagnostics& diagnostics)
      : container_(container), limits_(limits), diagnostics_(diagnostics) {}

  Result<ManagedPdb> read(std::uint64_t file_size) {
    SIGLA_TRY_ASSIGN(const InfoStream info, read_info_stream(container_));
    pdb_.guid = guid_of(info);
    pdb_.signature = info.signature;
    pdb_.age = info.age;
    SIGLA_TRY_ASSIGN(names_, NameTable::open(container_, info));
    SIGLA_TRY_ASSIGN(const auto dbi, read_dbi_stream(container_, limits_));
    read_side_streams(info);
    pdb_.is_managed = dbi && dbi->machine == kManagedMachine;
    if (!dbi) return std::move(pdb_);
    pdb_.age = dbi->age;
    std::uint64_t content_left = container_.is_msfz() ? kMsfzContentMax : file_size;
    for (const Module& module : dbi->modules) {
      const std::uint64_t size = container_.stream_size(module.stream);
      if (size > content_left) {
        return malformed("PDB module streams: larger together than the file that holds them");
      }
      content_left -= module.stream == kNoStream ? 0 : size;
      SIGLA_TRY(read_module(module));
    }
    pdb_.is_managed = pdb_.is_managed || !pdb_.methods.empty();
    read_entry_point(*dbi);
    SIGLA_TRY(apply_token_map(*dbi));
    std::stable_sort(
        pdb_.methods.begin(),
        pdb_.methods.end(),
        [](const ManagedMethod& a, const ManagedMethod& b) { return a.token < b.token; });
    order_documents(info);
    return std::move(pdb_);
  }

 private:
  static GuidBytes guid_of(const InfoStream& info) {
    GuidBytes guid = info.guid.guid;  // in written order
    std::reverse(guid.begin(), guid.begin() + 4);
    std::reverse(guid.begin() + 4, guid.begin() + 6);
    std::reverse(guid.begin() + 6, guid.begin() + 8);
    return guid;
  }

  std::optional<Buffer> named(const InfoStream& info, std::string_view name) {
    const auto stream = info.find(name);
    if (!stream) return std::nullopt;
    const auto content = container_.read(*stream, std::min(kSideStreamSizeMax, side_size_left_));
    if (!content.has_value()) {
      diagnostics_.report("stream that cannot be read", std::string(name));
      return std::nullopt;
    }
    side_size_left_ -= content->bytes().size();
    return Buffer(content->bytes().begin(), content->bytes().end());
  }

  void read_side_streams(const InfoStream& info) {
    pdb_.source_link = named(info, "sourcelink");
    pdb_.srcsrv = named(info, "srcsrv");
  }

  Status read_module(const Module& module) {
    SIGLA_TRY_ASSIGN(const ModuleStream stream, read_module_stream(container_, module));
    const ModuleCode code = read_code(stream.c13_lines);
    read_compiler_record(module, stream.symbols);
    // Files that no line refers to are documents, too.
    ByteReader files(code.checksums);
    while (!files.at_end()) {
      const auto offset = static_cast<std::uint32_t>(files.position());
      files.skip(4);
      const std::uint8_t size = files.u8();
      files.skip(1U + size);
      if (!files.ok()) break;
      files.align(4);
      static_cast<void>(document_of(code, offset));
    }
    for (PlacedMethod& placed : read_managed_methods(stream.symbols, diagnostics_)) {
      if (pdb_.methods.size() >= limits_.record_count_max) {
        return make_error(
            ErrorCode::kLimitExceeded, "PDB: more than {} methods", limits_.record_count_max);
      }
      placed.method.type = to_utf8(module.name);
      SIGLA_TRY(read_lines(code, placed));
      pdb_.methods.push_back(std::move(placed.method));
    }
    file_documents_.clear();
    return {};
  }

  void read_compiler_record(const Module& module, Bytes symbols) {
    if (module.name != "* CompilerInfo *") return;
    SymbolRecords records(symbols);
    for (SymbolRecord record; records.next(record);) {
      if (record.kind != S_COMPILE3) continue;
      ByteReader reader(record.data);
      ManagedPdb::Compiler compiler;
      reader.skip(14);  // flags, machine, version of the front end
      for (std::uint16_t& part : compiler.version) part = reader.u16();
      const std::string_view rest = as_text(reader.rest());
      compiler.name = to_utf8(rest.substr(0, rest.find('\0')));
      if (reader.ok()) pdb_.compiler = std::move(compiler);
      return;
    }
  }

  // The document of a file record, by where it lies in DEBUG_S_FILECHKSMS.
  std::optional<std::uint32_t> document_of(const ModuleCode& code, std::uint32_t file) {
    const auto known = file_documents_.find(file);
    if (known != file_documents_.end()) return known->second;
    if (file >= code.checksums.size()) return std::nullopt;
    ByteReader reader(code.checksums.subspan(file));
    const std::uint32_t name = reader.u32();
    if (!reader.ok()) return std::nullopt;
    const auto [found, is_new] =
        name_documents_.emplace(name, static_cast<std::uint32_t>(name_documents_.size()));
    file_documents_.emplace(file, found->second);
    return found->second;
  }

  Status read_lines(const ModuleCode& code, PlacedMethod& placed) {
    const auto behind = std::upper_bound(code.runs.begin(),
                                         code.runs.end(),
                                         placed.start,
                                         [](const SectionOffset& at, const LineRun& run) {
                                           return order_of(at) < order_of(run.start);
                                         });
    if (behind == code.runs.begin()) return {};
    const LineRun& run = *(behind - 1);
    const std::uint32_t skipped = placed.start.offset - run.start.offset;
    if (run.start.section != placed.start.section || (skipped != 0 && skipped >= run.size))
      return {};
    ByteReader reader(run.blocks);
    while (!reader.at_end()) {
      const auto document = document_of(code, reader.u32());
      const std::uint32_t count = reader.u32();
      reader.skip(4);  // size of the block, which the count says as well
      ByteReader lines = reader.sub(std::uint64_t{count} * 8);
      ByteReader columns = reader.sub(run.has_columns ? std::uint64_t{count} * 4 : 0);
      if (!reader.ok() || !document) {
        diagnostics_.report("damaged lines", fmt::format("token {:08x}", placed.method.token));
        break;
      }
      line_count_ += count;
      if (line_count_ > limits_.record_count_max) {
        return make_error(
            ErrorCode::kLimitExceeded, "PDB: more than {} lines", limits_.record_count_max);
      }
      append_lines(lines, columns, *document, skipped, placed.method);
    }
    std::stable_sort(
        placed.method.lines.begin(),
        placed.method.lines.end(),
        [](const ManagedLine& a, const ManagedLine& b) { return a.il_offset < b.il_offset; });
    return {};
  }

  static void append_lines(ByteReader& lines,
                           ByteReader& columns,
                           std::uint32_t document,
                           std::uint32_t skipped,
                           ManagedMethod& method) {
    while (!lines.at_end()) {
      ManagedLine line;
      const std::uint32_t offset = lines.u32();
      const std::uint32_t numbers = lines.u32();
      line.document = document;
      line.start_line = numbers & 0xff'ffffU;
      line.end_line = line.start_line + (numbers >> 24U & 0x7fU);
      if (!columns.at_end()) {
        line.start_column = columns.u16();
        line.end_column = columns.u16();
      }
      line.is_hidden =
          line.start_line == kLineAlwaysStepInto || line.start_line == kLineNeverStepInto;
      if (line.is_hidden) line.start_line = line.end_line = line.start_column = line.end_column = 0;
      if (offset < skipped || offset - skipped > method.code_size) continue;
      line.il_offset = offset - skipped;
      method.lines.push_back(line);
    }
  }

  // S_PUB32 "COM+_Entry_Point": a token in place of an address.
  void read_entry_point(const DbiStream& dbi) {
    const auto content = container_.read(dbi.symbol_records_stream, UINT32_MAX);
    if (!content.has_value()) return;
    SymbolRecords records(content->bytes());
    for (SymbolRecord record; records.next(record);) {
      const auto symbol = read_public(record);
      if (symbol && symbol->name == "COM+_Entry_Point") pdb_.entry_point = symbol->start.offset;
    }
  }

  Status apply_token_map(const DbiStream& dbi) {
    const std::uint16_t stream = dbi.debug_streams[kTokenRidMap];
    if (stream == kNoStream || container_.stream_size(stream) == 0) return {};
    SIGLA_TRY_ASSIGN(const StreamBytes content, container_.read(stream, UINT32_MAX));
    const Bytes map = content.bytes();
    const auto translate = [&](std::uint32_t& token) {
      const std::size_t row = token & 0xff'ffffU;
      if (token == 0 || row >= map.size() / 4) return;
      ByteReader reader(map.subspan(row * 4, 4));
      token = (token & 0xff00'0000U) | (reader.u32() & 0xff'ffffU);
    };
    for (ManagedMethod& method : pdb_.methods) translate(method.token);
    translate(pdb_.entry_point);
    return {};
  }

  // Names of documents were added in the order of the documents.
  void order_documents(const InfoStream& info) {
    std::vector<std::uint32_t> new_index(name_documents_.size());
    pdb_.documents.reserve(name_documents_.size());
    for (const auto& [name, old_index] : name_documents_) {
      new_index[old_index] = static_cast<std::uint32_t>(pdb_.documents.size());
      pdb_.documents.push_back(read_document(info, names_.find(name)));
    }
    for (ManagedMethod& method : pdb_.methods) {
      for (ManagedLine& line : method.lines) line.document = new_index[line.document];
    }
  }

  ManagedDocument read_document(const InfoStream& info, std::string_view path) {
    ManagedDocument document;
    document.path = to_utf8(path);
    const auto content = named(info, "/src/files/" + lower(path));
    if (!content) return document;
    ByteReader reader(*content);
    for (GuidBytes* const guid :
         {&document.language, &document.vendor, &document.type, &document.hash_algorithm}) {
      const Bytes bytes = reader.bytes(sizeof(GuidBytes));
      if (reader.ok()) std::ranges::copy(bytes, guid->begin());
    }
    const std::uint32_t hash_size = reader.u32();
    const std::uint32_t source_size = reader.u32();
    const Bytes hash = reader.bytes(hash_size);
    const Bytes source = reader.bytes(source_size);
    if (!reader.ok()) diagnostics_.report("damaged document", document.path);
    document.hash.assign(hash.begin(), hash.end());
    document.source.assign(source.begin(), source.end());
    return document;
  }

  const Container& container_;
  const Limits& limits_;
  Diagnostics& diagnostics_;
  ManagedPdb pdb_;
  NameTable names_;
  std::uint64_t side_size_left_ = kSideStreamsSizeMax;
  std::uint64_t line_count_ = 0;
  std::map<std::uint32_t, std::uint32_t> name_documents_;  // offset of the name: order of its use
  std::map<std::uint32_t, std::uint32_t> file_documents_;  // of one module
};

}  // namespace

Result<ManagedPdb> read_managed_pdb(Bytes file, const Limits& limits, Diagnostics& diagnostics) {
  SIGLA_TRY_ASSIGN(const Container container, Container::open(file, limits));
  return Reader(container, limits, diagnostics).read(file.size());
}

}  // namespace sigla::pdb
