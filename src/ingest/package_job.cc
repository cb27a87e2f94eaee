// SPDX-License-Identifier: Apache-2.0
#include "ingest/package_job.h"

#include "base/text.h"
#include "codec/archive.h"
#include "formats/pe/debug_directory.h"
#include "formats/ppdb/metadata.h"
#include "formats/ppdb/pdb_checksum.h"
#include "ingest/package_directory.h"
#include "object/object.h"
#include "os/sandbox.h"

namespace sigla {
namespace {

using Kind = PackageFinding::Kind;

class PackageJob {
 public:
  PackageJob(WorkerContext& context, const PackageQuestion& question)
      : context_(context), limits_(context.limits()), question_(question) {}

  Result<PackageFacts> run(const File& package) {
    {
      SIGLA_TRY_ASSIGN(const MappedFile content, MappedFile::map(package));
      SIGLA_TRY_ASSIGN(facts_, read_package_directory(content.bytes(), question_, limits_));
    }
    if (!facts_.is_symbols || facts_.pdbs.empty()) return std::move(facts_);
    WorkerMessage question;
    question.payload = facts_.encode();
    SIGLA_TRY_ASSIGN(const WorkerMessage answer, context_.ask("package", std::move(question)));
    has_package_ = answer.payload == "1";
    if (!has_package_) {
      add_finding(facts_,
                  Kind::kNoPackage,
                  "",
                  fmt::format("package {} {} is not here: push the .nupkg before its symbols",
                              facts_.id,
                              facts_.version));
    }
    SIGLA_TRY(check_pdbs(package));
    return std::move(facts_);
  }

 private:
  Status check_pdbs(const File& package) {
    UnpackBudget budget;
    SIGLA_TRY_ASSIGN(const auto archive, ArchiveReader::open(package, limits_, budget));
    while (true) {
      SIGLA_TRY_ASSIGN(const auto entry, archive->next());
      if (!entry.has_value()) return {};
      if (!ends_with_ignoring_case(entry->path, ".pdb")) continue;
      // The limit is for one file, not for the whole of a large package.
      SIGLA_TRY(limit_cpu_from_now(limits_.worker_cpu_seconds_max));
      SIGLA_TRY_ASSIGN(const WorkerMessage answer, context_.ask("file", {}));
      if (answer.files.size() != 1) return make_error(ErrorCode::kInternal, "no file came");
      FileSink sink(answer.files[0]);
      const auto size = archive->extract(sink);
      if (!size.has_value() && is_environmental(size.error().code())) return size.error().clone();
      if (!size.has_value()) {
        find_broken(entry->path, size.error());
        continue;
      }
      SIGLA_TRY_ASSIGN(const MappedFile pdb, MappedFile::map(answer.files[0]));
      SIGLA_TRY(check_pdb(entry->path, pdb.bytes()));
    }
  }

  void find_broken(const std::string& path, const Error& error) {
    add_finding(
        facts_, Kind::kBrokenPdb, path, fmt::format("'{}' is no PDB: {}", path, error.message()));
  }

  Status check_pdb(const std::string& path, Bytes pdb) {
    const auto objects = identify(pdb, base_name(path), limits_);
    if (!objects.has_value()) {
      find_broken(path, objects.error());
      return {};
    }
    const Identity& identity = objects->front().identity;
    if (identity.format != Format::kPdb && identity.format != Format::kPortablePdb) {
      find_broken(path,
                  make_error(ErrorCode::kUnsupported, "it is a {}", to_string(identity.format)));
      return {};
    }
    const bool is_portable = identity.format == Format::kPortablePdb;
    if (!is_portable) {
      add_finding(facts_,
                  Kind::kWindowsPdb,
                  path,
                  fmt::format("'{}' is a Windows PDB, and no Portable PDB", path));
    }
    if (!has_package_) return {};
    WorkerMessage question;
    question.payload = path.substr(0, path.size() - 4);
    SIGLA_TRY_ASSIGN(const WorkerMessage answer, context_.ask("assembly", std::move(question)));
    if (answer.files.size() != 1) {
      add_finding(facts_,
                  Kind::kNoAssembly,
                  path,
                  fmt::format("'{}': package {} {} has no .dll or .exe of this path and name",
                              path,
                              facts_.id,
                              facts_.version));
      return {};
    }
    return compare(path, pdb, identity, answer.payload, answer.files[0]);
  }

  // What the program says of its PDB, and what the PDB is.
  Status compare(const std::string& path,
                 Bytes pdb,
                 const Identity& identity,
                 const std::string& assembly_path,
                 const File& assembly) {
    SIGLA_TRY_ASSIGN(const MappedFile mapped, MappedFile::map(assembly));
    const auto image = pe::Image::open(mapped.bytes(), limits_);
    const pe::DebugDirectory debug =
        image.has_value() ? pe::read_debug_directory(*image) : pe::DebugDirectory();
    const bool is_portable = identity.format == Format::kPortablePdb;
    const DebugId id = identity.debug_id.value_or(DebugId());
    bool fits = false;
    for (const pe::CodeView& view : debug.code_views) {
      fits = fits || (view.pdb.debug_id.guid == id.guid && (!is_portable || view.stamp == id.age));
    }
    if (!fits) {
      const std::string wanted =
          debug.code_views.empty() ? "none" : debug.code_views.back().pdb.debug_id.guid_lower();
      add_finding(facts_,
                  Kind::kOtherId,
                  path,
                  fmt::format("'{}' is not the PDB of '{}': its id is {}, wanted is {}",
                              path,
                              assembly_path,
                              id.guid_lower(),
                              wanted));
      return {};
    }
    if (is_portable) compare_checksum(path, pdb, assembly_path, debug);
    return {};
  }

  void compare_checksum(const std::string& path,
                        Bytes pdb,
                        const std::string& assembly_path,
                        const pe::DebugDirectory& debug) {
    std::string difference;
    for (const pe::PdbChecksum& wanted : debug.checksums) {
      const auto found = ppdb::pdb_checksum(pdb, wanted.algorithm, limits_);
      if (!found.has_value()) continue;
      if (*found == wanted.digest) return;
      difference = fmt::format("'{}' has not the checksum that '{}' wants: {} {}, and not {}",
                               path,
                               assembly_path,
                               wanted.algorithm,
                               *found,
                               wanted.digest);
    }
    if (!difference.empty()) {
      add_finding(facts_, Kind::kOtherChecksum, path, std::move(difference));
      return;
    }
    add_finding(
        facts_,
        Kind::kNoChecksum,
        path,
        fmt::format("'{}': '{}' does not say the checksum of its PDB", path, assembly_path));
  }

  WorkerContext& context_;
  const Limits& limits_;
  const PackageQuestion& question_;
  PackageFacts facts_;
  bool has_package_ = false;
};

Result<WorkerMessage> run_package_job(WorkerMessage message, WorkerContext& context) {
  SIGLA_TRY_ASSIGN(const PackageQuestion question,
                   PackageQuestion::decode(as_bytes(message.payload)));
  if (message.files.size() != 1) return malformed("package job: one file is needed");
  SIGLA_TRY_ASSIGN(const PackageFacts facts,
                   PackageJob(context, question).run(message.files.front()));
  WorkerMessage result;
  result.payload = facts.encode();
  return result;
}

}  // namespace

void add_package_job(WorkerJobs& jobs) { jobs[std::string(kPackageJob)] = run_package_job; }

}  // namespace sigla
