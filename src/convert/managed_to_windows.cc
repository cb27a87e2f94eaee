// SPDX-License-Identifier: Apache-2.0
#include "convert/managed_to_windows.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/byte_reader.h"
#include "base/text.h"
#include "convert/managed_method_to_windows.h"
#include "convert/source_server_text.h"
#include "formats/ppdb/debug_information.h"
#include "formats/ppdb/documents.h"
#include "formats/ppdb/sources.h"

namespace sigla {
namespace {

using InfoKind = ppdb::DebugInformationKind;

// As Windows stores them.
constexpr pdb::GuidBytes kMicrosoft = {
    0xc4, 0x45, 0x4b, 0x99, 0xe9, 0xe6, 0xd2, 0x11, 0x90, 0x3f, 0x00, 0xc0, 0x4f, 0xa3, 0x02, 0xa1};
constexpr pdb::GuidBytes kTextDocument = {
    0x0b, 0x9d, 0x86, 0x5a, 0x66, 0x11, 0xd3, 0x11, 0xbd, 0x2a, 0x00, 0x00, 0xf8, 0x08, 0x49, 0xbd};

struct HashKind {
  std::string_view name;
  std::string_view guid;  // in written order
  std::size_t size;
};
constexpr HashKind kHashes[] = {{"SHA1", ppdb::kSha1, 20},
                                {"SHA256", ppdb::kSha256, 32},
                                {"SHA384", ppdb::kSha384, 48},
                                {"SHA512", ppdb::kSha512, 64}};

// Written order to Windows' and back: the first three fields turn around.
pdb::GuidBytes windows_guid(std::string_view hex) {
  pdb::GuidBytes guid{};
  const auto bytes = parse_hex_bytes(hex);
  if (!bytes || bytes->size() != guid.size()) return guid;
  std::ranges::copy(*bytes, guid.begin());
  std::reverse(guid.begin(), guid.begin() + 4);
  std::reverse(guid.begin() + 4, guid.begin() + 6);
  std::reverse(guid.begin() + 6, guid.begin() + 8);
  return guid;
}

bool is_microsofts(std::string_view language) {
  const std::string_view name = ppdb::language_name(language);
  return name == "C#" || name == "VB" || name == "F#";
}

class Converter {
 public:
  Converter(const ppdb::Metadata& portable,
            const ManagedAssembly& assembly,
            const PdbConversionOptions& options,
            const Limits& limits,
            ConversionLog& log)
      : portable_(portable), assembly_(assembly), options_(options), limits_(limits), log_(log) {}

  Result<pdb::ManagedPdb> convert() {
    ByteReader id(portable_.id());
    std::ranges::copy(id.bytes(sizeof(pdb::GuidBytes)), pdb_.guid.begin());
    pdb_.signature = id.u32();
    if (!portable_.entry_point().is_nil()) pdb_.entry_point = portable_.entry_point().value();
    SIGLA_TRY(add_documents());
    SIGLA_TRY_ASSIGN(auto vb_default_namespace, find_vb_default_namespace());
    MethodsToWindows methods(portable_, assembly_, std::move(vb_default_namespace), limits_, log_);
    for (std::uint32_t row = 1; row <= portable_.method_count(); ++row) {
      SIGLA_TRY_ASSIGN(auto method, methods.convert(row));
      if (method) pdb_.methods.push_back(std::move(*method));
    }
    add_source_link();
    add_compiler();
    note_what_is_left_out();
    return std::move(pdb_);
  }

 private:
  Status add_documents() {
    for (std::uint32_t row = 1; row <= portable_.row_count(ClrTable::kDocument); ++row) {
      SIGLA_TRY_ASSIGN(const ppdb::DocumentInfo info, ppdb::read_document(portable_, row, limits_));
      pdb::ManagedDocument document;
      document.path = info.path;
      document.language = windows_guid(info.language);
      if (is_microsofts(info.language)) document.vendor = kMicrosoft;
      document.type = kTextDocument;
      document.hash.assign(info.hash.begin(), info.hash.end());
      document.hash_algorithm = windows_guid(checked_algorithm(info));
      SIGLA_TRY_ASSIGN(const auto source,
                       ppdb::find_debug_information(
                           portable_, {ClrTable::kDocument, row}, InfoKind::kEmbeddedSource));
      if (source) document.source.assign(source->begin(), source->end());
      if (document.source.empty()) without_source_.push_back(document.path);
      pdb_.documents.push_back(std::move(document));
    }
    return {};
  }

  // A checksum without the name of its algorithm has the one of its size.
  std::string checked_algorithm(const ppdb::DocumentInfo& info) {
    for (const HashKind& kind : kHashes) {
      const bool is_named = info.hash_algorithm == kind.guid;
      if (is_named && info.hash.size() != kind.size) {
        log_.warn(fmt::format("the checksum of '{}' has {} bytes, {} has {}",
                              info.path,
                              info.hash.size(),
                              kind.name,
                              kind.size));
      }
      if (info.hash_algorithm.empty() && info.hash.size() == kind.size) {
        log_.warn(fmt::format(
            "the checksum of '{}' names no algorithm, {} is assumed", info.path, kind.name));
        return std::string(kind.guid);
      }
    }
    return info.hash_algorithm;
  }

  Result<std::optional<Bytes>> module_info(InfoKind kind) {
    return ppdb::find_debug_information(portable_, {ClrTable::kModule, 1}, kind);
  }

  // Visual Basic always has one, an empty one mostly.
  Result<std::optional<std::string>> find_vb_default_namespace() {
    SIGLA_TRY_ASSIGN(const auto blob, module_info(InfoKind::kDefaultNamespace));
    if (!blob) return std::optional<std::string>();
    return std::optional(to_utf8(as_text(*blob)));
  }

  void add_source_link() {
    const auto blob = module_info(InfoKind::kSourceLink);
    if (!blob.has_value()) return log_.warn("Source Link: " + blob.error().message());
    if (!*blob) return;
    pdb_.source_link = Buffer((*blob)->begin(), (*blob)->end());
    if (!options_.convert_source_link) return;
    const auto text =
        source_link_to_srcsrv(as_text(**blob), without_source_, options_, limits_, log_);
    if (text) pdb_.srcsrv = Buffer(text->begin(), text->end());
  }

  // The compiler's version as Roslyn's build makes a file version of it: major.minor.build with a
  // date and a number of the day behind the labels.
  void add_compiler() {
    const auto blob = module_info(InfoKind::kCompilationOptions);
    if (!blob.has_value() || !*blob) return;
    const auto compilation = ppdb::read_compilation_options(**blob);
    if (!compilation.has_value()) return log_.warn(compilation.error().message());
    std::string_view version;
    std::string_view language;
    for (const auto& [key, value] : *compilation) {
      if (key == "compiler-version") version = value;
      if (key == "language") language = value;
    }
    if (version.empty() || language.empty()) return;
    pdb::ManagedPdb::Compiler compiler;
    compiler.name = to_utf8(language) + " - " + to_utf8(version);
    compiler.version = file_version(version);
    pdb_.compiler = std::move(compiler);
  }

  static std::array<std::uint16_t, 4> file_version(std::string_view version) {
    std::array<std::uint16_t, 4> parts{};
    const std::string_view numbers = version.substr(0, version.find_first_of("-+"));
    std::array<std::uint64_t, 3> given{};
    std::size_t count = 0;
    for (const std::string_view part : split(numbers, '.')) {
      if (count < given.size()) given[count++] = parse_decimal(part).value_or(0) & 0xffffU;
    }
    const auto narrow = [](std::uint64_t value) {
      return static_cast<std::uint16_t>(std::min<std::uint64_t>(value, UINT16_MAX));
    };
    parts = {narrow(given[0]), narrow(given[1]), narrow(given[2]), 0};
    // "4.0.0-6.21521.2+68d3c0e": date 21521 is year 21, month 10, day 21.
    const std::size_t dash = version.find('-');
    if (dash == std::string_view::npos) return parts;
    const auto labels = split(version.substr(dash + 1, version.find('+') - dash - 1), '.');
    if (labels.size() < 3) return parts;
    const auto date = parse_decimal(labels[labels.size() - 2]);
    const auto revision = parse_decimal(labels[labels.size() - 1]);
    if (!date || !revision || *date > 99'999 || *revision > 9'999) return parts;
    parts[1] = narrow(given[1] * 100 + given[2] / 100);
    parts[2] = narrow(given[2] % 100 * 100 + *date / 1000);
    parts[3] = narrow((50 * (*date / 50 % 20) + *date % 50) * 100 + *revision);
    return parts;
  }

  void note_what_is_left_out() {
    std::uint64_t unknown = 0;
    std::array<std::uint64_t, 32> counts{};
    for (std::uint32_t row = 1; row <= portable_.row_count(ClrTable::kCustomDebugInformation);
         ++row) {
      const InfoKind kind = ppdb::kind_of(portable_, portable_.custom_debug_information(row));
      if (kind == InfoKind::kUnknown) ++unknown;
      ++counts[static_cast<std::size_t>(kind) % counts.size()];
    }
    for (const InfoKind kind : {InfoKind::kCompilationOptions,
                                InfoKind::kCompilationMetadataReferences,
                                InfoKind::kTypeDefinitionDocuments,
                                InfoKind::kPrimaryConstructor}) {
      const std::uint64_t count = counts[static_cast<std::size_t>(kind)];
      if (count > 0) {
        log_.note(fmt::format(
            "{}: {} left out, a Windows PDB has no place for it", to_string(kind), count));
      }
    }
    if (unknown > 0)
      log_.note(fmt::format("custom debug information of unknown kind: {} left out", unknown));
  }

  const ppdb::Metadata& portable_;
  const ManagedAssembly& assembly_;
  const PdbConversionOptions& options_;
  const Limits& limits_;
  ConversionLog& log_;
  pdb::ManagedPdb pdb_;
  std::vector<std::string> without_source_;
};

}  // namespace

Result<pdb::ManagedPdb> to_windows_pdb(const ppdb::Metadata& portable,
                                       const ManagedAssembly& assembly,
                                       const PdbConversionOptions& options,
                                       const Limits& limits,
                                       ConversionLog& log) {
  return Converter(portable, assembly, options, limits, log).convert();
}

}  // namespace sigla
