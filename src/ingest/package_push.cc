// SPDX-License-Identifier: Apache-2.0
#include "ingest/package_push.h"

#include <chrono>
#include <map>
#include <utility>

#include "base/text.h"
#include "formats/nupkg/package_name.h"
#include "ingest/package_rules.h"
#include "store/token.h"

namespace sigla {
namespace {

constexpr std::uint32_t kEntryPageSize = 1'000;
constexpr std::size_t kAssembliesMax = 100'000;
constexpr std::uint64_t kBytesPerMillisecondMin = 2'000;  // as when unpacking

Result<PackageName> name_of(const PackageFacts& facts) {
  PackageName name;
  SIGLA_TRY_ASSIGN(name.id, nupkg::normalise_id(facts.id));
  SIGLA_TRY_ASSIGN(name.version, nupkg::normalise_version(facts.version));
  name.kind = facts.is_symbols ? PackageKind::kSymbols : PackageKind::kPackage;
  return name;
}

// The server's half of the job: knows the programs of the package that the symbols belong to.
class PackageInspector {
 public:
  PackageInspector(Catalog& catalog, BlobStore& blobs, Id project_id, std::filesystem::path spool)
      : catalog_(catalog), blobs_(blobs), project_id_(project_id), spool_(std::move(spool)) {}

  Result<WorkerMessage> answer(std::string_view what, const WorkerMessage& question) {
    WorkerMessage message;
    if (what == "file") {
      SIGLA_TRY_ASSIGN(message.files.emplace_back(), File::create_unnamed(spool_));
    } else if (what == "package") {
      SIGLA_TRY_ASSIGN(const PackageFacts facts, PackageFacts::decode(as_bytes(question.payload)));
      SIGLA_TRY_ASSIGN(const bool is_here, load_assemblies(facts));
      message.payload = is_here ? "1" : "0";
    } else if (what == "assembly") {
      SIGLA_TRY(find_assembly(lower(question.payload), message));
    } else {
      return malformed("package worker: unknown question '{}'", what);
    }
    return message;
  }

 private:
  Result<bool> load_assemblies(const PackageFacts& facts) {
    SIGLA_TRY_ASSIGN(const PackageName name, name_of(facts));
    SIGLA_TRY_ASSIGN(const std::vector<Upload> uploads,
                     catalog_.list_package_uploads(project_id_, name.id, name.version));
    bool is_here = false;
    for (const Upload& upload : uploads) {  // newest first: its programs count
      if (upload.package.kind != PackageKind::kPackage) continue;
      is_here = true;
      SIGLA_TRY(load_assemblies(upload.id));
    }
    return is_here;
  }

  Status load_assemblies(Id upload_id) {
    Id after = 0;
    while (true) {
      SIGLA_TRY_ASSIGN(const std::vector<UploadEntry> entries,
                       catalog_.list_upload_entries(upload_id, after, kEntryPageSize));
      for (const UploadEntry& entry : entries) {
        after = entry.ordinal;
        if (entry.result == EntryResult::kRefused || entry.format != to_string(Format::kPe))
          continue;
        if (assemblies_.size() < kAssembliesMax) {
          assemblies_.emplace(lower(entry.path), std::pair(entry.path, entry.blob));
        }
      }
      if (entries.size() < kEntryPageSize) return {};
    }
  }

  Status find_assembly(const std::string& stem, WorkerMessage& message) {
    for (const std::string_view extension : {".dll", ".exe"}) {
      const auto found = assemblies_.find(stem + std::string(extension));
      if (found == assemblies_.end()) continue;
      SIGLA_TRY_ASSIGN(const auto content, blobs_.open_content(found->second.second));
      SIGLA_TRY_ASSIGN(message.files.emplace_back(), content->duplicate());
      message.payload = found->second.first;
      return {};
    }
    return {};
  }

  Catalog& catalog_;
  BlobStore& blobs_;
  const Id project_id_;
  const std::filesystem::path spool_;
  std::map<std::string, std::pair<std::string, BlobHash>> assemblies_;  // by lower-case path
};

std::vector<UploadEntry> refused_entries(const PackageFacts& facts, bool is_strict) {
  std::map<std::string, std::string> reasons;
  for (const std::string& pdb : facts.pdbs) reasons[pdb] = "its package was refused";
  for (const PackageFinding& finding : facts.findings) {
    if (!finding.path.empty() && refuses(finding.kind, is_strict)) {
      reasons[finding.path] = finding.message;
    }
  }
  std::vector<UploadEntry> entries;
  for (const auto& [path, reason] : reasons) {
    UploadEntry& entry = entries.emplace_back();
    entry.path = path;
    entry.reason = reason;
  }
  return entries;
}

void note_warnings(PackageReport& report, PackageRequest& request) {
  for (const PackageFinding& finding : report.facts.findings) {
    report.warnings.push_back(finding.message);
    if (finding.path.empty()) continue;
    std::string& warning = request.upload.warnings[finding.path];
    if (!warning.empty()) warning += "; ";
    warning += finding.message;
  }
}

ErrorCode first_refusal_code(const std::vector<PackageFinding>& findings, bool is_strict) {
  for (const PackageFinding& finding : findings) {
    if (refuses(finding.kind, is_strict)) return refusal_code(finding.kind);
  }
  return ErrorCode::kInvalidArgument;
}

}  // namespace

// The right to push one package; another push of it meanwhile is told so.
class Ingest::PackageTurn {
 public:
  PackageTurn(Ingest& ingest, std::string name) : ingest_(ingest), name_(std::move(name)) {
    const std::lock_guard lock(ingest_.mutex_);
    is_mine_ = ingest_.packages_.insert(name_).second;
  }
  PackageTurn(const PackageTurn&) = delete;
  PackageTurn& operator=(const PackageTurn&) = delete;
  ~PackageTurn() {
    const std::lock_guard lock(ingest_.mutex_);
    if (is_mine_) ingest_.packages_.erase(name_);
  }
  bool is_mine() const { return is_mine_; }

 private:
  Ingest& ingest_;
  const std::string name_;
  bool is_mine_ = false;
};

Result<PackageReport> Ingest::push_now(PackageRequest request, std::uint64_t size) {
  PackageReport report;
  PackageInspector inspector(catalog_, blobs_, request.upload.project_id, options_.spool);
  WorkerMessage message;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  message.payload = PackageQuestion{request.endpoint,
                                    std::chrono::duration_cast<std::chrono::seconds>(now).count()}
                        .encode();
  SIGLA_TRY_ASSIGN(message.files.emplace_back(), request.upload.body.duplicate());
  const auto inspected = workers_.run(
      kPackageJob,
      std::move(message),
      [&](std::string_view what, const WorkerMessage& question) {
        return inspector.answer(what, question);
      },
      std::chrono::seconds(options_.limits.worker_wall_seconds_max) +
          std::chrono::milliseconds(size / kBytesPerMillisecondMin));
  const auto refuse = [&](Error error, std::vector<UploadEntry> entries) -> Result<PackageReport> {
    if (is_environmental(error.code()) || error.code() == ErrorCode::kInternal) return error;
    SIGLA_TRY_ASSIGN(report.report,
                     record_refusal(request.upload, size, error.message(), std::move(entries)));
    report.refusal = std::move(error);
    return std::move(report);
  };
  if (!inspected.has_value()) return refuse(inspected.error().clone(), {});
  SIGLA_TRY_ASSIGN(report.facts, PackageFacts::decode(as_bytes(inspected->payload)));
  auto name = name_of(report.facts);
  if (!name.has_value()) return refuse(std::move(name).error(), {});
  request.upload.package = *name;
  if (request.upload.tag.empty()) request.upload.tag = report.facts.id + '/' + name->version;
  if (!matches_restriction(request.tag_restriction, request.upload.tag)) {
    return refuse(make_error(ErrorCode::kPermissionDenied,
                             "token is limited to tags like '{}', this is '{}'",
                             request.tag_restriction,
                             request.upload.tag),
                  {});
  }

  using Kind = PackageFinding::Kind;
  auto& findings = report.facts.findings;
  if (report.facts.is_symbols && request.endpoint == PackageEndpoint::kPackage) {
    findings.push_back({Kind::kWrongEndpoint,
                        "",
                        "a symbol package belongs to /api/v2/symbol, not to the packages"});
  }
  if (report.facts.is_symbols && request.is_strict && size > kStrictPackageSizeMax) {
    findings.push_back(
        {Kind::kTooLarge,
         "",
         fmt::format(
             "a symbol package has at most {} bytes, this has {}", kStrictPackageSizeMax, size)});
  }
  const PackageTurn turn(*this,
                         fmt::format("{}/{}/{}/{}",
                                     request.upload.project_id,
                                     name->id,
                                     name->version,
                                     to_string(name->kind)));
  if (!turn.is_mine()) {
    findings.push_back({Kind::kBusy,
                        "",
                        fmt::format("another push of {} {} is under way: try again once it is done",
                                    report.facts.id,
                                    report.facts.version)});
  }
  std::string reason = refusal_of(findings, request.is_strict);
  if (!reason.empty()) {
    return refuse(Error(first_refusal_code(findings, request.is_strict), std::move(reason)),
                  refused_entries(report.facts, request.is_strict));
  }
  note_warnings(report, request);
  SIGLA_TRY_ASSIGN(report.report, run_now(std::move(request.upload), size));
  return report;
}

}  // namespace sigla
