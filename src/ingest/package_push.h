// SPDX-License-Identifier: Apache-2.0
// NuGet packages: Ingest::push_package() looks into a package (ingest/package_job.h), holds it to
// the rules (ingest/package_rules.h), and takes its files in as those of any upload.
//
//   x.nupkg, x.symbols.nupkg   programs, PDBs and what is embedded in them
//   x.snupkg                   PDBs, each compared with its program in the package pushed before
//
// A package that is refused is in the history, as failed and with a reason for each of its files.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ingest/ingest.h"
#include "ingest/package_facts.h"

namespace sigla {

struct PackageRequest {
  UploadRequest upload;  // no tag: "<id>/<version>"
  PackageEndpoint endpoint = PackageEndpoint::kPackage;
  bool is_strict = false;
  std::string tag_restriction;  // of the token, a glob
};

struct PackageReport {
  UploadReport report;
  PackageFacts facts;
  std::optional<Error> refusal;
  std::vector<std::string> warnings;
};

}  // namespace sigla
