// SPDX-License-Identifier: Apache-2.0
#include "app/restore_options.h"

#include <cstdlib>
#include <map>

#include "app/server_access.h"
#include "base/parallel.h"
#include "base/text.h"
#include "object/checksum_job.h"
#include "object/identify_job.h"

namespace sigla::app {

namespace {

Status look_at(const std::string& path, WorkerPool& workers, LookedAt& found) {
  SIGLA_TRY_ASSIGN(const File file, File::open_read(path));
  SIGLA_TRY_ASSIGN(IdentifiedFile identified,
                   identify_in_worker(workers, file, base_name(path), {}));
  found.objects = std::move(identified.objects);
  found.wishes = wishes_of(found.objects, path);
  if (found.wishes.empty() || found.objects.front().identity.format != Format::kPe) return {};
  SIGLA_TRY_ASSIGN(const std::vector<std::string> checksums,
                   wanted_pdb_checksums_in_worker(workers, file));
  for (SymbolWish& wish : found.wishes) wish.checksums = checksums;
  return {};
}

}  // namespace

void RestoreOptions::add_to(CommandLine& line) {
  line.option("--server",
              "URL",
              &servers,
              "a server to ask, in this order; may be repeated. Otherwise the variable "
              "SIGLA_SERVER, or else http://127.0.0.1:8484. A project is URL/p/NAME; any other "
              "symbol server is named by the address its keys stand below, as debuggers name it");
  line.option("--token",
              "TOKEN",
              &token,
              "what the first server knows you by; otherwise the variable SIGLA_TOKEN. Others are "
              "named with their token in the URL: URL/t/TOKEN");
  line.option("--token-file", "FILE", &token_file, "a file whose first line is the token");
  line.flag("--json", &json, "print one JSON object");
}

Result<std::vector<SymbolServer>> RestoreOptions::resolve() const {
  std::vector<SymbolServer> resolved;
  ServerOptions first;
  if (!servers.empty()) first.server = servers.front();
  first.token = token;
  first.token_file = token_file;
  SIGLA_TRY_ASSIGN(ServerAccess access, first.resolve(std::getenv));
  resolved.push_back({std::move(access.url), std::move(access.token)});
  for (std::size_t i = 1; i < servers.size(); ++i) {
    SIGLA_TRY_ASSIGN(std::string url, normalise_server_url(servers[i]));
    resolved.push_back({std::move(url), {}});
  }
  return resolved;
}

std::vector<LookedAt> look_at_all(const std::vector<std::string>& paths, WorkerPool& workers) {
  constexpr unsigned kThreadCount = 2;
  std::vector<LookedAt> files(paths.size());
  parallel_for(kThreadCount, paths.size(), [&](unsigned, std::size_t i) {
    files[i].path = paths[i];
    const Status status = look_at(paths[i], workers, files[i]);
    if (!status.has_value()) files[i].error = status.error().message();
  });
  return files;
}

std::vector<SymbolWish> all_wishes(const std::vector<LookedAt>& files) {
  std::map<std::string, std::size_t> places;  // by lower-case key
  std::vector<SymbolWish> wishes;
  for (const LookedAt& file : files) {
    for (const SymbolWish& wish : file.wishes) {
      const auto [place, is_new] = places.emplace(lower(wish.key), wishes.size());
      if (is_new) {
        wishes.push_back(wish);
      } else {
        wishes[place->second].wanted_by.push_back(file.path);
      }
    }
  }
  return wishes;
}

}  // namespace sigla::app
