// SPDX-License-Identifier: Apache-2.0
// How verbs of the command line get at the sources of a file of the user's: what the file says of
// them, what it carries, and what the hosts it names answer, with the user's credentials.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "app/command_line.h"
#include "os/file.h"
#include "os/worker.h"
#include "sourcelink/lookup.h"

namespace sigla::app {

struct FetchArguments {
  std::string credentials_file;
  std::string ca_file;

  void add_to(CommandLine& line);
  // Errors: of the file, kInvalidArgument names the line that is wrong.
  Result<sourcelink::FetchOptions> resolve() const;
};

// One file that names sources.
class SourceObject {
 public:
  static Result<SourceObject> open(WorkerPool& pool, const std::string& path);

  const SourceFiles& sources() const { return sources_; }
  Result<Buffer> embedded(const std::string& path) const;
  // Both outlive what is returned.
  sourcelink::SourcePlaces places(sourcelink::Fetcher& fetcher) const;

 private:
  SourceObject(WorkerPool& pool, File file, std::uint64_t size, SourceFiles sources)
      : pool_(&pool), file_(std::move(file)), size_(size), sources_(std::move(sources)) {}

  WorkerPool* pool_;
  File file_;
  std::uint64_t size_;
  SourceFiles sources_;
};

}  // namespace sigla::app
