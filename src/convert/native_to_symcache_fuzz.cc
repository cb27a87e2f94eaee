// SPDX-License-Identifier: Apache-2.0
// Arbitrary bytes as a native object file: what comes out opens, and answers for every function.
#include "base/bytes.h"
#include "convert/contents_job.h"
#include "convert/symcache_job.h"
#include "symcache/symcache.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const sigla::Bytes file(data, size);
  sigla::Limits limits;
  limits.section_size_max = 1U << 20;
  static_cast<void>(sigla::list_sections(file, sigla::Arch::kUnknown, limits));
  static_cast<void>(sigla::list_units(file, sigla::Arch::kUnknown, limits));
  sigla::Buffer symcache;
  sigla::SymcacheReport report;
  const auto sink = [&](sigla::Bytes piece) -> sigla::Status {
    symcache.insert(symcache.end(), piece.begin(), piece.end());
    return {};
  };
  // The file is its own companion, of every kind.
  const auto find = [&](const sigla::CompanionRequest& request) -> std::optional<sigla::Companion> {
    if (request.attempt != 0) return std::nullopt;
    auto copy = sigla::File::create_in_memory("companion");
    if (!copy.has_value() || !copy->write_all(file).has_value()) return std::nullopt;
    auto mapped = sigla::MappedFile::map(*copy);
    if (!mapped.has_value()) return std::nullopt;
    return sigla::Companion{*std::move(mapped), "itself"};
  };
  const sigla::SymcacheInput input{.file = file, .file_name = "f", .find_companion = find};
  if (!sigla::convert_to_symcache(input, limits, report, sink).has_value()) return 0;
  const auto cache = sigla::Symcache::open(symcache);
  SIGLA_CHECK(cache.has_value());
  for (std::size_t i = 0; i < cache->function_count(); ++i) {
    static_cast<void>(cache->lookup(cache->function(i).address));
  }
  return 0;
}
