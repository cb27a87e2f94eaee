// SPDX-License-Identifier: Apache-2.0
#include "formats/ppdb/documents.h"

#include <algorithm>
#include <array>
#include <utility>

#include "ident/debug_id.h"

namespace sigla::ppdb {
namespace {

using Name = std::pair<std::string_view, std::string_view>;

constexpr std::array kHashNames = {Name{kSha1, "SHA1"},
                                   Name{kSha256, "SHA256"},
                                   Name{kSha384, "SHA384"},
                                   Name{kSha512, "SHA512"},
                                   Name{kMd5, "MD5"}};

// CorSym's language GUIDs, as compilers write them.
constexpr std::array kLanguageNames = {Name{"3f5162f807c611d3905300c04fa302a1", "C#"},
                                       Name{"3a12d0b8c26c11d0b44200a0244a1dd2", "VB"},
                                       Name{"ab4f38c9b6e643babe3b58080b2ccce3", "F#"},
                                       Name{"3a12d0b7c26c11d0b44200a0244a1dd2", "C++"},
                                       Name{"63a08714fc3711d2904c00c04fa302a1", "C"},
                                       Name{"af046cd3d0e111d2977c00a0c9b4d50c", "IL"}};

std::string_view name_in(std::span<const Name> names, std::string_view guid) {
  const auto found = std::find_if(
      names.begin(), names.end(), [&](const Name& name) { return name.first == guid; });
  return found == names.end() ? guid : found->second;
}

}  // namespace

std::string_view hash_algorithm_name(std::string_view guid) { return name_in(kHashNames, guid); }

std::string_view language_name(std::string_view guid) { return name_in(kLanguageNames, guid); }

Result<std::string> guid_text(const Metadata& pdb, std::uint32_t index) {
  if (index == 0) return std::string();
  SIGLA_TRY_ASSIGN(const Bytes guid, pdb.guid(index));
  return DebugId::from_windows_guid(guid, 0).guid_lower();
}

Result<std::string> document_name(const Metadata& pdb,
                                  const Document& document,
                                  const Limits& limits) {
  SIGLA_TRY_ASSIGN(const Bytes blob, pdb.blob(document.name));
  ByteReader reader(blob);
  const char separator = static_cast<char>(reader.u8());
  std::string name;
  bool is_first = true;
  while (!reader.at_end()) {
    const std::uint32_t part_index = read_clr_compressed(reader);
    SIGLA_TRY(reader.finish("document name"));
    if (!is_first && separator != 0) name += separator;
    is_first = false;
    if (part_index == 0) continue;
    SIGLA_TRY_ASSIGN(const Bytes part, pdb.blob(part_index));
    if (part.size() >
        limits.path_size_max - std::min<std::size_t>(name.size(), limits.path_size_max)) {
      return make_error(
          ErrorCode::kLimitExceeded, "document name: longer than {} bytes", limits.path_size_max);
    }
    name += as_text(part);
  }
  return name;
}

Result<DocumentInfo> read_document(const Metadata& pdb, std::uint32_t row, const Limits& limits) {
  const Document document = pdb.document(row);
  DocumentInfo info;
  SIGLA_TRY_ASSIGN(info.path, document_name(pdb, document, limits));
  SIGLA_TRY_ASSIGN(info.hash_algorithm, guid_text(pdb, document.hash_algorithm));
  SIGLA_TRY_ASSIGN(info.hash, pdb.blob(document.hash));
  SIGLA_TRY_ASSIGN(info.language, guid_text(pdb, document.language));
  return info;
}

}  // namespace sigla::ppdb
