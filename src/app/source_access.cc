// SPDX-License-Identifier: Apache-2.0
#include "app/source_access.h"

#include "base/text.h"
#include "object/part_job.h"
#include "object/source_job.h"

namespace sigla::app {

void FetchArguments::add_to(CommandLine& line) {
  line.option("--credentials",
              "FILE",
              &credentials_file,
              "what hosts are shown, a line each: HOST=bearer:TOKEN, HOST=basic:USER:PASSWORD or "
              "HOST=header:NAME:VALUE; sent to that very https host only");
  line.option("--ca-file", "FILE", &ca_file, "trust these authorities (PEM), not the system's");
}

Result<sourcelink::FetchOptions> FetchArguments::resolve() const {
  constexpr std::uint64_t kSizeMax = 1U << 20;
  sourcelink::FetchOptions options;
  options.ca_file = ca_file;
  if (credentials_file.empty()) return options;
  SIGLA_TRY_ASSIGN(const Buffer content, read_file(credentials_file, kSizeMax));
  std::size_t number = 0;
  for (const std::string_view raw : split(as_text(content), '\n')) {
    ++number;
    const std::string_view line = trim(raw);
    if (line.empty() || line.starts_with('#')) continue;
    auto credential = sourcelink::Credential::parse(line);
    if (!credential.has_value()) {
      return std::move(credential).error().in(fmt::format("{}:{}", credentials_file, number));
    }
    options.credentials.push_back(std::move(credential).value());
  }
  return options;
}

Result<SourceObject> SourceObject::open(WorkerPool& pool, const std::string& path) {
  SIGLA_TRY_ASSIGN(File file, File::open_read(path));
  SIGLA_TRY_ASSIGN(const std::uint64_t size, file.size());
  SIGLA_TRY_ASSIGN(SourceFiles sources, source_files_in_worker(pool, file, 0, size));
  return SourceObject(pool, std::move(file), size, std::move(sources));
}

Result<Buffer> SourceObject::embedded(const std::string& path) const {
  SIGLA_TRY_ASSIGN(const File output, File::create_in_memory("source"));
  SIGLA_TRY(extract_part(*pool_, {PartKind::kSource, path, 0, size_}, file_, output));
  SIGLA_TRY_ASSIGN(const MappedFile content,
                   MappedFile::map(output, Limits().embedded_source_size_max));
  return Buffer(content.bytes().begin(), content.bytes().end());
}

sourcelink::SourcePlaces SourceObject::places(sourcelink::Fetcher& fetcher) const {
  sourcelink::SourcePlaces places;
  places.embedded = [this](const std::string& path) { return embedded(path); };
  places.fetch = [&fetcher](const std::string& url) { return fetcher.fetch(url); };
  return places;
}

}  // namespace sigla::app
