// SPDX-License-Identifier: Apache-2.0
#include "codec/unwrap.h"

#include "codec/archive.h"
#include "codec/cab.h"
#include "codec/decoder.h"
#include "codec/szdd.h"

namespace sigla {
namespace {

constexpr std::size_t kStartSize = 512;

Result<std::optional<Unwrapped>> unwrap_cab(const File& file,
                                            const Limits& limits,
                                            const FileFactory& make_file) {
  UnpackBudget budget;
  SIGLA_TRY_ASSIGN(const auto archive, open_cab(file, limits, budget));
  if (archive->entry_count() > 1) return std::optional<Unwrapped>();
  SIGLA_TRY_ASSIGN(const auto entry, archive->next());
  if (!entry.has_value()) return malformed("cab: no file inside");
  SIGLA_TRY_ASSIGN(File content, make_file());
  FileSink sink(content);
  SIGLA_TRY(archive->extract(sink));
  return std::optional<Unwrapped>(Unwrapped{.file = std::move(content), .name = entry->path});
}

// One layer off.
Result<std::optional<Unwrapped>> unwrap_once(const File& file,
                                             const Limits& limits,
                                             const FileFactory& make_file) {
  Buffer start(kStartSize);
  SIGLA_TRY_ASSIGN(const std::size_t size, file.read_at(start, 0));
  start.resize(size);
  if (sniff_archive(start) == ArchiveKind::kCab) return unwrap_cab(file, limits, make_file);
  const auto codec = sniff_codec(start);
  const bool is_szdd = is_szdd_or_kwaj(start);
  if (!codec.has_value() && !is_szdd) return std::optional<Unwrapped>();
  SIGLA_TRY_ASSIGN(File content, make_file());
  FileSink sink(content);
  if (is_szdd) {
    SIGLA_TRY(unpack_szdd_or_kwaj(file, sink, limits));
  } else {
    FileSource packed(file);
    SIGLA_TRY(copy(*make_decoder(*codec, packed, limits), sink));
  }
  return std::optional<Unwrapped>(Unwrapped{.file = std::move(content), .name = {}});
}

}  // namespace

Result<std::optional<Unwrapped>> unwrap(const File& file,
                                        const Limits& limits,
                                        const FileFactory& make_file) {
  SIGLA_TRY_ASSIGN(std::optional<Unwrapped> result, unwrap_once(file, limits, make_file));
  if (!result.has_value()) return result;
  for (std::uint32_t depth = 1;; ++depth) {
    SIGLA_TRY_ASSIGN(auto inner, unwrap_once(result->file, limits, make_file));
    if (!inner.has_value()) break;
    if (depth == limits.archive_depth_max) {
      return make_error(ErrorCode::kLimitExceeded,
                        "compressed more than {} times over",
                        limits.archive_depth_max);
    }
    if (inner->name.empty()) inner->name = std::move(result->name);
    result = std::move(inner);
  }
  SIGLA_TRY(result->file.rewind());
  return result;
}

}  // namespace sigla
