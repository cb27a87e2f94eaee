// SPDX-License-Identifier: Apache-2.0
// One place out there that symbols are fetched from: a server, a bucket, a folder; with how its
// files are named, which modules it is asked for, and what it wants to see of us.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "http/request.h"
#include "ident/layout_paths.h"

namespace sigla {

enum class SourceType {
  kHttp,        // any server or bucket that answers GET
  kS3,          // Amazon's protocol, whoever's service
  kGcs,         // Google Cloud Storage
  kFilesystem,  // a folder of the machine that asks
  kSentry,      // a server that is asked by ids and answers with a list
};

enum class PathCasing { kDefault, kLower, kUpper };

struct Source {
  SourceType type = SourceType::kHttp;
  std::string id;  // what answers call it

  // Nothing: it is not known; Breakpad's, debuginfod's and SSQP are asked for.
  std::optional<Layout> layout;
  PathCasing casing = PathCasing::kDefault;

  // --- what it is asked for ---
  std::vector<WantedType> file_types;      // empty: all
  std::vector<std::string> path_patterns;  // globs of a module's own paths; empty: all
  bool requires_checksum = false;          // only for modules that name their debug file's checksum

  // --- where it is ---
  std::string url;               // kHttp, kSentry; without a '/' at its end
  std::string bucket;            // kS3, kGcs
  std::string prefix;            // of the names in it; without '/' around it
  std::string region;            // kS3
  std::string endpoint;          // kS3: another service than Amazon's, buckets in the path
  std::filesystem::path folder;  // kFilesystem

  // --- what it wants to see ---
  http::Headers headers;  // kHttp
  bool accepts_any_certificate = false;
  std::string access_key;  // kS3
  std::string secret_key;
  std::string client_email;  // kGcs: a service account
  std::string private_key;
  std::string token_uri = "https://oauth2.googleapis.com/token";
  std::string bearer_token;  // kGcs, kSentry

  // What was fetched for one scope is not shown to another, unless the source is public.
  std::string scope;
  bool is_public = false;
  std::string problem;  // why it cannot be asked at all; empty when it can
};

}  // namespace sigla
