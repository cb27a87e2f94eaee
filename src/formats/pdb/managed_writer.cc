// SPDX-License-Identifier: Apache-2.0
#include "formats/pdb/managed_writer.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/byte_writer.h"
#include "base/checked.h"
#include "base/text.h"
#include "codec/hash.h"
#include "formats/pdb/dbi_writer.h"
#include "formats/pdb/managed_module_writer.h"
#include "formats/pdb/msf_writer.h"
#include "formats/pdb/named_streams.h"
#include "formats/pdb/raw.h"
#include "formats/pdb/symbol_hash.h"

namespace sigla::pdb {
namespace {

constexpr std::string_view kDanglingModule =
    "<DanglingDocuments*223343bd-a859-41a3-90c0-9dfa101f1a95>";
constexpr std::uint32_t kPageSize = 512;
constexpr std::uint32_t kLargePageSize = 4096;
constexpr std::size_t kLargeSize = 128U << 20;

Buffer empty_type_stream() {
  ByteWriter out;
  out.u32(20'040'203).u32(56).u32(0x1000).u32(0x1000).u32(0);
  out.u16(UINT16_MAX).u16(UINT16_MAX).u32(4).u32(0x3'ffff);  // no hashes: key size, buckets
  for (int i = 0; i < 3; ++i) out.u32(0).u32(UINT32_MAX);
  return std::move(out).take();
}

// "/names": texts by offset, found by their hash.
class NameTableWriter {
 public:
  NameTableWriter() { text_.u8(0); }

  std::uint32_t add(const std::string& name) {
    const auto [known, is_new] = offsets_.emplace(name, static_cast<std::uint32_t>(text_.size()));
    if (is_new) {
      text_.cstring(name);
      order_.push_back(known->second);
      hashes_.push_back(hash_name(name));
    }
    return known->second;
  }

  Buffer write() const {
    std::uint32_t bucket_count = 1;
    for (std::size_t i = 0; i < order_.size(); ++i) {
      if (i * 4 >= std::uint64_t{bucket_count} * 3) bucket_count = bucket_count * 3 / 2 + 1;
    }
    std::vector<std::uint32_t> buckets(bucket_count);
    for (std::size_t i = 0; i < order_.size(); ++i) {
      std::uint32_t bucket = hashes_[i] % bucket_count;
      while (buckets[bucket] != 0) bucket = (bucket + 1) % bucket_count;
      buckets[bucket] = order_[i];
    }
    ByteWriter out;
    out.u32(0xeffe'effe).u32(1).u32(static_cast<std::uint32_t>(text_.size())).bytes(text_.data());
    out.u32(bucket_count);
    for (const std::uint32_t offset : buckets) out.u32(offset);
    out.u32(static_cast<std::uint32_t>(order_.size()));
    return std::move(out).take();
  }

 private:
  ByteWriter text_;
  std::map<std::string, std::uint32_t> offsets_;
  std::vector<std::uint32_t> order_;
  std::vector<std::uint32_t> hashes_;
};

Buffer document_stream(const ManagedDocument& document) {
  ByteWriter out;
  out.bytes(document.language).bytes(document.vendor).bytes(document.type);
  out.bytes(document.hash_algorithm);
  out.u32(static_cast<std::uint32_t>(document.hash.size()));
  out.u32(static_cast<std::uint32_t>(document.source.size()));
  out.bytes(document.hash).bytes(document.source);
  return std::move(out).take();
}

class Writer {
 public:
  explicit Writer(const ManagedPdb& pdb) : pdb_(pdb) {}

  Result<Buffer> write() {
    streams_.resize(5);  // old directory, info, TPI, DBI, IPI
    streams_[2] = streams_[4] = empty_type_stream();
    add_named("/LinkInfo", {});
    add_documents();
    if (pdb_.source_link) add_named("sourcelink", *pdb_.source_link);
    if (pdb_.srcsrv) add_named("srcsrv", *pdb_.srcsrv);
    SIGLA_TRY(place_methods());
    SIGLA_TRY(add_modules());
    SIGLA_TRY(add_debug_information());
    streams_[1] = info_stream();
    if (streams_.size() >= UINT16_MAX) {
      return make_error(
          ErrorCode::kLimitExceeded, "Windows PDB: {} streams cannot be written", streams_.size());
    }
    std::size_t total = 0;
    for (const Buffer& stream : streams_) total += stream.size();
    return write_msf(total > kLargeSize ? kLargePageSize : kPageSize, streams_);
  }

 private:
  std::uint16_t add_stream(Buffer content) {
    streams_.push_back(std::move(content));
    return static_cast<std::uint16_t>(streams_.size() - 1);
  }
  void add_named(std::string name, Buffer content) {
    names_.emplace_back(std::move(name), add_stream(std::move(content)));
  }

  // Paths that differ in case only share a stream: the first one's.
  void add_documents() {
    NameTableWriter table;
    std::vector<HashEntry> index;
    std::vector<std::pair<std::string, Buffer>> contents;
    std::map<std::string, bool> seen;
    for (const ManagedDocument& document : pdb_.documents) {
      path_offsets_.push_back(table.add(document.path));
      const std::uint32_t object = table.add("");
      const std::string folded = lower(document.path);
      const std::uint32_t folded_offset = table.add(folded);
      if (!seen.emplace(folded, true).second) continue;
      Buffer content = document_stream(document);
      index.push_back(index_entry(content, path_offsets_.back(), object, folded_offset));
      contents.emplace_back("/src/files/" + folded, std::move(content));
    }
    add_named("/names", table.write());
    if (pdb_.documents.empty()) return;
    ByteWriter block;
    block.u32(kIndexVersion).u32(0).u64(0).u32(1).zeros(44);
    write_hash_table(index, block);
    block.set_u32(4, static_cast<std::uint32_t>(block.size()));
    add_named("/src/headerblock", std::move(block).take());
    for (auto& [name, content] : contents) add_named(std::move(name), std::move(content));
  }

  static constexpr std::uint32_t kIndexVersion = 19'980'827;

  static HashEntry index_entry(const Buffer& content,
                               std::uint32_t path,
                               std::uint32_t object,
                               std::uint32_t folded) {
    constexpr std::uint32_t kEntrySize = 40;
    constexpr std::uint8_t kDotNetCompression = 101;
    ByteWriter entry;
    entry.u32(folded).u32(kEntrySize).u32(kIndexVersion);
    entry.u32(~crc32(content, UINT32_MAX)).u32(static_cast<std::uint32_t>(content.size()));
    entry.u32(path).u32(object).u32(folded).u8(kDotNetCompression).zeros(11);
    return {folded & 0xffffU, std::move(entry).take()};
  }

  // Code of the methods one behind the other stands for the places lines and scopes need.
  Status place_methods() {
    std::map<std::string_view, std::size_t> by_type;
    for (const ManagedMethod& method : pdb_.methods) {
      const auto [found, is_new] = by_type.emplace(method.type, modules_.size());
      if (is_new) add_module(method.type);
      modules_[found->second].methods.push_back({&method, code_size_});
      places_.push_back({found->second, modules_[found->second].methods.size() - 1});
      // Where nothing is, two methods would be at one place.
      const auto next = checked_add(code_size_, std::max(method.code_size, 1U));
      if (!next) {
        return make_error(ErrorCode::kLimitExceeded, "Windows PDB: more than 4 GiB of code");
      }
      code_size_ = *next;
    }
    return {};
  }

  void add_module(std::string_view name) {
    modules_.emplace_back();
    modules_.back().name = name;
  }

  Status add_modules() {
    std::vector<bool> has_lines(pdb_.documents.size());
    for (const ManagedMethod& method : pdb_.methods) {
      for (const ManagedLine& line : method.lines) {
        if (line.document < has_lines.size()) has_lines[line.document] = true;
      }
    }
    std::vector<std::uint32_t> dangling;
    for (std::uint32_t i = 0; i < has_lines.size(); ++i) {
      if (!has_lines[i]) dangling.push_back(i);
    }
    for (ModuleToWrite& module : modules_) {
      SIGLA_TRY_ASSIGN(module.written, write_managed_module(module.methods, {}, path_offsets_));
    }
    if (pdb_.compiler) {
      add_module("* CompilerInfo *");
      modules_.back().written.symbols = write_compiler_symbols(*pdb_.compiler);
    }
    if (!dangling.empty()) {
      add_module(kDanglingModule);
      SIGLA_TRY_ASSIGN(modules_.back().written, write_managed_module({}, dangling, path_offsets_));
    }
    if (modules_.size() >= UINT16_MAX) {
      return make_error(
          ErrorCode::kLimitExceeded, "Windows PDB: {} modules cannot be written", modules_.size());
    }
    return {};
  }

  // References to the methods, by name and by token.
  void write_symbol_records() {
    for (std::size_t i = 0; i < places_.size(); ++i) {
      const Place& place = places_[i];
      ModuleToWrite& module = modules_[place.module];
      const std::uint32_t offset = module.written.method_offsets[place.method];
      const ManagedMethod& method = *module.methods[place.method].method;
      const auto add = [&](SymbolKind kind, const std::string& name) {
        RecordWriter record(symbol_records_);
        const std::uint32_t at = record.begin(kind);
        symbol_records_.u32(0).u32(offset).u16(static_cast<std::uint16_t>(place.module + 1));
        symbol_records_.cstring(name);
        record.end();
        globals_.push_back({name, at});
        module.global_references.push_back(at);
      };
      add(S_PROCREF, method.name);
      add(S_TOKENREF, fmt::format("{:08x}", method.token));
    }
    if (pdb_.entry_point != 0) {
      RecordWriter record(symbol_records_);
      const std::uint32_t at = record.begin(S_PUB32);
      symbol_records_.u32(0).u32(pdb_.entry_point).u16(0).cstring("COM+_Entry_Point");
      record.end();
      publics_.push_back({"COM+_Entry_Point", at});
    }
  }

  Status add_debug_information() {
    write_symbol_records();
    DbiToWrite dbi;
    dbi.age = pdb_.age;
    dbi.code_size = code_size_;
    for (ModuleToWrite& module : modules_) {
      DbiModuleToWrite entry;
      entry.name = module.name;
      entry.symbols_size = static_cast<std::uint32_t>(module.written.symbols.size());
      entry.lines_size = static_cast<std::uint32_t>(module.written.lines.size());
      for (const std::uint32_t document : module.written.documents) {
        entry.files.push_back(pdb_.documents[document].path);
      }
      ByteWriter stream;
      stream.bytes(module.written.symbols).bytes(module.written.lines);
      stream.u32(static_cast<std::uint32_t>(module.global_references.size() * 4));
      for (const std::uint32_t reference : module.global_references) stream.u32(reference);
      entry.stream = add_stream(std::move(stream).take());
      dbi.modules.push_back(std::move(entry));
    }
    for (const Place& place : places_) {
      const MethodToWrite& method = modules_[place.module].methods[place.method];
      dbi.contributions.push_back(
          {static_cast<std::uint16_t>(place.module), method.start, method.method->code_size});
    }
    dbi.section_headers_stream = add_stream(section_headers(code_size_));
    dbi.globals_stream = add_stream(write_global_hash(globals_));
    dbi.publics_stream = add_stream(write_public_hash(publics_));
    dbi.symbol_records_stream = add_stream(std::move(symbol_records_).take());
    SIGLA_TRY_ASSIGN(streams_[3], write_dbi_stream(dbi));
    return {};
  }

  Buffer info_stream() const {
    ByteWriter out;
    out.u32(20'000'404).u32(pdb_.signature).u32(pdb_.age).bytes(pdb_.guid);
    write_named_streams(names_, out);
    out.u32(0).u32(
        20'140'508);  // no number of a name beyond; Visual C++ 14, which has an IPI stream
    return std::move(out).take();
  }

  struct ModuleToWrite {
    std::string name;
    std::vector<MethodToWrite> methods;
    WrittenModule written;
    std::vector<std::uint32_t> global_references;  // offsets of symbol records
  };
  struct Place {
    std::size_t module = 0;
    std::size_t method = 0;
  };

  const ManagedPdb& pdb_;
  std::vector<Buffer> streams_;
  std::vector<std::pair<std::string, std::uint32_t>> names_;
  std::vector<std::uint32_t> path_offsets_;
  std::vector<ModuleToWrite> modules_;
  std::vector<Place> places_;  // of the methods, by token
  std::uint32_t code_size_ = 0;
  ByteWriter symbol_records_;
  std::vector<GlobalSymbol> globals_;
  std::vector<GlobalSymbol> publics_;
};

}  // namespace

Result<Buffer> write_managed_pdb(const ManagedPdb& pdb) { return Writer(pdb).write(); }

}  // namespace sigla::pdb
