// SPDX-License-Identifier: Apache-2.0
#include "ingest/package_directory.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <set>

#include "base/text.h"
#include "formats/nupkg/nuspec.h"
#include "formats/sourcebundle/zip_directory.h"

namespace sigla {
namespace {

using sourcebundle::ZipEntry;
using Kind = PackageFinding::Kind;

constexpr std::array<std::string_view, 6> kSymbolExtensions = {
    ".pdb", ".nuspec", ".xml", ".psmdcp", ".rels", ".p7s"};
constexpr std::int64_t kClockSkewMax = 24 * 60 * 60;  // and time zones, which ZIP does not know

// Seconds since 1970 of an entry's time, taken as UTC; 0 for what is no date.
std::int64_t time_of(const ZipEntry& entry) {
  const std::chrono::year_month_day date(std::chrono::year(1980 + (entry.dos_date >> 9U)),
                                         std::chrono::month(entry.dos_date >> 5U & 0xfU),
                                         std::chrono::day(entry.dos_date & 0x1fU));
  if (!date.ok()) return 0;
  const auto days = std::chrono::sys_days(date).time_since_epoch();
  const std::int64_t seconds = (entry.dos_time >> 11U) * 3'600 +
                               (entry.dos_time >> 5U & 0x3fU) * 60 + (entry.dos_time & 0x1fU) * 2;
  return std::chrono::duration_cast<std::chrono::seconds>(days).count() + seconds;
}

bool leads_out(std::string_view path) {
  std::string tidy(path);
  std::replace(tidy.begin(), tidy.end(), '\\', '/');
  if (tidy.starts_with('/') || (tidy.size() > 1 && tidy[1] == ':')) return true;
  const auto parts = split(tidy, '/');
  return std::find(parts.begin(), parts.end(), "..") != parts.end() ||
         tidy.find('\0') != std::string::npos;
}

bool is_symbol_package_file(std::string_view path) {
  return std::any_of(kSymbolExtensions.begin(), kSymbolExtensions.end(), [&](std::string_view one) {
    return ends_with_ignoring_case(path, one);
  });
}

class DirectoryReader {
 public:
  DirectoryReader(Bytes package, const PackageQuestion& question, const Limits& limits)
      : package_(package), question_(question), limits_(limits) {}

  Result<PackageFacts> run() {
    auto entries = sourcebundle::read_zip_directory(package_, limits_);
    if (!entries.has_value()) return std::move(entries).error().in("this is no NuGet package");
    SIGLA_TRY(read_manifest(*entries));
    for (const ZipEntry& entry : *entries) check(entry);
    if (facts_.is_symbols && facts_.pdbs.empty()) {
      add_finding(facts_, Kind::kNoPdb, "", "there is no .pdb file in the symbol package");
    }
    return std::move(facts_);
  }

 private:
  Status read_manifest(const std::vector<ZipEntry>& entries) {
    const ZipEntry* manifest = nullptr;
    for (const ZipEntry& entry : entries) {
      const bool is_at_root = entry.name.find_first_of("/\\") == std::string_view::npos;
      if (!is_at_root || !ends_with_ignoring_case(entry.name, ".nuspec")) continue;
      if (manifest != nullptr) return malformed("the package has several .nuspec files");
      manifest = &entry;
    }
    if (manifest == nullptr) return malformed("this is no NuGet package: it has no .nuspec file");
    auto text = sourcebundle::read_zip_entry(package_, *manifest, nupkg::kNuspecSizeMax, limits_);
    if (!text.has_value()) return std::move(text).error().in(to_utf8(manifest->name));
    auto nuspec = nupkg::read_nuspec(*text);
    if (!nuspec.has_value()) return std::move(nuspec).error().in(to_utf8(manifest->name));
    facts_.id = nuspec->id;
    facts_.version = nuspec->version;
    const bool has_type = nuspec->is_symbols_package();
    facts_.is_symbols = has_type || question_.endpoint == PackageEndpoint::kSymbol;
    if (!facts_.is_symbols) return {};
    if (!has_type) {
      add_finding(
          facts_,
          Kind::kNoSymbolsType,
          "",
          "the nuspec of a symbol package has the packageType SymbolsPackage, this has not");
    }
    const std::vector<std::string> items = nuspec->items_for_packages_only();
    if (!items.empty()) {
      add_finding(facts_,
                  Kind::kPackageItem,
                  "",
                  fmt::format("the nuspec of a symbol package does not hold {}: remove it",
                              fmt::join(items, ", ")));
    }
    return {};
  }

  void check(const ZipEntry& entry) {
    const std::string path = to_utf8(entry.name);
    if (leads_out(entry.name)) {
      add_finding(
          facts_, Kind::kUnsafePath, path, fmt::format("'{}' leads out of the package", path));
    }
    if (!entry.name.ends_with('/') && !seen_.insert(lower(path)).second) {
      add_finding(facts_, Kind::kDuplicateEntry, path, fmt::format("'{}' is in it twice", path));
    }
    if (!facts_.is_symbols) return;
    if (entry.name.find('\\') != std::string_view::npos ||
        entry.name.find("//") != std::string_view::npos) {
      add_finding(facts_,
                  Kind::kUntidyPath,
                  path,
                  fmt::format("'{}': a path in a package holds neither '\\' nor '//'", path));
    }
    if (time_of(entry) > question_.now + kClockSkewMax) {
      add_finding(
          facts_, Kind::kFutureEntry, path, fmt::format("'{}' is dated in the future", path));
    }
    if (entry.name.ends_with('/')) return;
    if (!is_symbol_package_file(entry.name)) {
      add_finding(facts_,
                  Kind::kForeignFile,
                  path,
                  fmt::format("'{}': a symbol package holds .pdb files only", path));
    }
    if (ends_with_ignoring_case(entry.name, ".pdb") &&
        facts_.pdbs.size() < PackageFacts::kPdbsMax) {
      facts_.pdbs.push_back(path);
    }
  }

  const Bytes package_;
  const PackageQuestion& question_;
  const Limits& limits_;
  PackageFacts facts_;
  std::set<std::string> seen_;
};

}  // namespace

Result<PackageFacts> read_package_directory(Bytes package,
                                            const PackageQuestion& question,
                                            const Limits& limits) {
  return DirectoryReader(package, question, limits).run();
}

void add_finding(PackageFacts& facts,
                 PackageFinding::Kind kind,
                 std::string_view path,
                 std::string message) {
  if (facts.findings.size() >= PackageFacts::kFindingsMax) return;
  facts.findings.push_back({kind, std::string(path), std::move(message)});
}

}  // namespace sigla
