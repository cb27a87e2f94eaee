// SPDX-License-Identifier: Apache-2.0
#include "convert/pdb_conversion_job.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/byte_reader.h"
#include "base/byte_writer.h"
#include "convert/managed_assembly.h"
#include "convert/managed_to_portable.h"
#include "convert/managed_to_windows.h"
#include "convert/map_unwrapped.h"
#include "formats/pdb/container.h"
#include "formats/pdb/managed_reader.h"
#include "formats/pdb/managed_writer.h"

namespace sigla {
namespace {

void write_text(std::string_view text, ByteWriter& out) {
  out.u32(static_cast<std::uint32_t>(text.size())).text(text);
}

std::string read_text(ByteReader& reader) {
  const std::uint32_t size = reader.u32();
  return std::string(as_text(reader.bytes(size)));
}

void write_texts(const std::vector<std::string>& texts, ByteWriter& out) {
  out.u32(static_cast<std::uint32_t>(texts.size()));
  for (const std::string& text : texts) write_text(text, out);
}

std::vector<std::string> read_texts(ByteReader& reader) {
  std::vector<std::string> texts;
  const std::uint32_t count = reader.u32();
  for (std::uint32_t i = 0; i < count && reader.ok(); ++i) texts.push_back(read_text(reader));
  return texts;
}

std::string to_payload(ByteWriter out) { return std::string(as_text(out.data())); }

Error wrong_pdb(const ManagedAssembly::PdbId& wanted, Bytes guid) {
  return make_error(ErrorCode::kConflict,
                    "the assembly wants the PDB {}, and this one is {}",
                    DebugId::from_windows_guid(wanted.guid, 0).dashed(),
                    DebugId::from_windows_guid(guid, 0).dashed());
}

Result<Buffer> convert_to_windows(const ManagedAssembly& assembly,
                                  Bytes portable_file,
                                  const PdbConversionOptions& options,
                                  const Limits& limits,
                                  ConversionLog& log) {
  SIGLA_TRY_ASSIGN(const auto portable, ppdb::Metadata::open(portable_file, limits));
  const ManagedAssembly::PdbId& wanted = *assembly.pdb_id();
  ByteReader id(portable.id());
  const Bytes guid = id.bytes(sizeof(pdb::GuidBytes));
  const std::uint32_t stamp = id.u32();
  if (!std::ranges::equal(guid, wanted.guid)) return wrong_pdb(wanted, guid);
  if (stamp != wanted.stamp) {
    return make_error(ErrorCode::kConflict,
                      "the assembly wants the PDB with stamp {:08x}, and this one has {:08x}",
                      wanted.stamp,
                      stamp);
  }
  SIGLA_TRY_ASSIGN(const pdb::ManagedPdb windows,
                   to_windows_pdb(portable, assembly, options, limits, log));
  return pdb::write_managed_pdb(windows);
}

Result<Buffer> convert_to_portable(const ManagedAssembly& assembly,
                                   Bytes windows_file,
                                   const PdbConversionOptions& options,
                                   const Limits& limits,
                                   ConversionLog& log) {
  Diagnostics diagnostics;
  SIGLA_TRY_ASSIGN(const pdb::ManagedPdb windows,
                   pdb::read_managed_pdb(windows_file, limits, diagnostics));
  for (const auto& [category, found] : diagnostics.categories()) {
    for (const std::string& detail : found.details) log.warn(category + ": " + detail);
  }
  if (!windows.is_managed) {
    return make_error(ErrorCode::kUnsupported, "a native PDB cannot be a Portable one");
  }
  const ManagedAssembly::PdbId& wanted = *assembly.pdb_id();
  if (windows.guid != wanted.guid) return wrong_pdb(wanted, windows.guid);
  if (windows.age < wanted.age) {
    return make_error(ErrorCode::kConflict,
                      "the assembly wants the PDB of age {}, and this one has {}",
                      wanted.age,
                      windows.age);
  }
  return to_portable_pdb(windows, assembly, options, limits, log);
}

Result<WorkerMessage> run_pdb_conversion_job(WorkerMessage request, WorkerContext& context) {
  if (request.files.size() != 2 && request.files.size() != 3) {
    return make_error(ErrorCode::kInvalidArgument,
                      "convert-pdb job: {} files instead of 2 or 3",
                      request.files.size());
  }
  ByteReader reader(as_bytes(request.payload));
  const PdbFormat to = reader.u8() == 0 ? PdbFormat::kWindows : PdbFormat::kPortable;
  PdbConversionOptions options;
  options.convert_source_link = reader.u8() != 0;
  std::vector<std::string> variables = read_texts(reader);
  SIGLA_TRY(reader.finish("convert-pdb job"));
  for (std::size_t i = 0; i + 1 < variables.size(); i += 2) {
    options.srcsrv_variables.emplace_back(std::move(variables[i]), std::move(variables[i + 1]));
  }
  SIGLA_TRY_ASSIGN(const MappedFile pdb, map_unwrapped(request.files[0], context.limits()));
  std::optional<MappedFile> assembly;
  if (request.files.size() == 3) {
    SIGLA_TRY_ASSIGN(assembly, map_unwrapped(request.files[1], context.limits()));
  }
  ConversionLog log;
  SIGLA_TRY_ASSIGN(const Buffer converted,
                   convert_pdb(assembly ? assembly->bytes() : pdb.bytes(),
                               pdb.bytes(),
                               to,
                               options,
                               context.limits(),
                               log));
  SIGLA_TRY(request.files.back().write_all(converted));
  ByteWriter answer;
  write_texts(log.warnings(), answer);
  write_texts(log.notes(), answer);
  WorkerMessage message;
  message.payload = to_payload(std::move(answer));
  return message;
}

}  // namespace

Result<Buffer> convert_pdb(Bytes assembly_file,
                           Bytes pdb_file,
                           PdbFormat to,
                           const PdbConversionOptions& options,
                           const Limits& limits,
                           ConversionLog& log) {
  SIGLA_TRY_ASSIGN(const auto assembly, ManagedAssembly::open(assembly_file, limits));
  if (!assembly.pdb_id()) {
    return make_error(ErrorCode::kConflict, "the assembly was compiled without a PDB");
  }
  Buffer embedded;
  Bytes pdb = pdb_file;
  if (pe::is_pe(pdb_file)) {
    SIGLA_TRY_ASSIGN(const auto image, pe::Image::open(pdb_file, limits));
    const pe::DebugDirectory directory = pe::read_debug_directory(image);
    if (!directory.embedded_pdb) {
      return make_error(ErrorCode::kNotFound, "there is no PDB inside the assembly");
    }
    SIGLA_TRY_ASSIGN(embedded, pe::unpack_embedded_pdb(directory, limits));
    pdb = embedded;
    if (to == PdbFormat::kPortable) return embedded;  // it is one: taken out
  }
  if (pdb::is_pdb(pdb)) {
    if (to == PdbFormat::kWindows) {
      return make_error(ErrorCode::kUnsupported, "it is a Windows PDB already");
    }
    return convert_to_portable(assembly, pdb, options, limits, log);
  }
  if (!ppdb::is_metadata(pdb)) {
    return make_error(ErrorCode::kUnsupported, "it is neither a Windows nor a Portable PDB");
  }
  if (to == PdbFormat::kPortable) {
    return make_error(ErrorCode::kUnsupported, "it is a Portable PDB already");
  }
  return convert_to_windows(assembly, pdb, options, limits, log);
}

WorkerMessage make_pdb_conversion_request(File pdb,
                                          std::optional<File> assembly,
                                          File output,
                                          PdbFormat to,
                                          const PdbConversionOptions& options) {
  ByteWriter payload;
  payload.u8(to == PdbFormat::kWindows ? 0 : 1).u8(options.convert_source_link ? 1 : 0);
  std::vector<std::string> variables;
  for (const auto& [name, value] : options.srcsrv_variables) {
    variables.push_back(name);
    variables.push_back(value);
  }
  write_texts(variables, payload);
  WorkerMessage request;
  request.payload = to_payload(std::move(payload));
  request.files.push_back(std::move(pdb));
  if (assembly) request.files.push_back(std::move(*assembly));
  request.files.push_back(std::move(output));
  return request;
}

Result<PdbConversionReport> read_pdb_conversion_answer(std::string_view payload) {
  ByteReader reader(as_bytes(payload));
  PdbConversionReport report;
  report.warnings = read_texts(reader);
  report.notes = read_texts(reader);
  SIGLA_TRY(reader.finish("the worker's answer"));
  return report;
}

void add_pdb_conversion_job(WorkerJobs& jobs) {
  jobs.emplace(kPdbConversionJob, run_pdb_conversion_job);
}

}  // namespace sigla
