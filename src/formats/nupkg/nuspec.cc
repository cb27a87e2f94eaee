// SPDX-License-Identifier: Apache-2.0
#include "formats/nupkg/nuspec.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "formats/nupkg/xml_reader.h"

namespace sigla::nupkg {
namespace {

constexpr std::size_t kListSizeMax = 100;
constexpr std::size_t kMetadataDepth = 2;
constexpr std::array<std::string_view, 9> kPackageItems = {"authors",
                                                           "owners",
                                                           "licenseUrl",
                                                           "license",
                                                           "requireLicenseAcceptance",
                                                           "icon",
                                                           "iconUrl",
                                                           "readme",
                                                           "tags"};

void add_once(std::string_view text, std::vector<std::string>& list) {
  if (list.size() >= kListSizeMax || std::find(list.begin(), list.end(), text) != list.end())
    return;
  list.emplace_back(text);
}

}  // namespace

bool Nuspec::is_symbols_package() const {
  return std::any_of(package_types.begin(), package_types.end(), [](const std::string& type) {
    return equals_ignoring_case(type, "SymbolsPackage");
  });
}

std::vector<std::string> Nuspec::items_for_packages_only() const {
  std::vector<std::string> found;
  for (const std::string& item : items) {
    const bool is_one = std::any_of(kPackageItems.begin(),
                                    kPackageItems.end(),
                                    [&](std::string_view one) { return one == item; });
    if (is_one) found.push_back(item);
  }
  return found;
}

Result<Nuspec> read_nuspec(Bytes file) {
  if (file.size() > kNuspecSizeMax) {
    return make_error(ErrorCode::kLimitExceeded, "nuspec: more than {} bytes", kNuspecSizeMax);
  }
  SIGLA_TRY_ASSIGN(XmlReader reader, XmlReader::open(file));
  Nuspec nuspec;
  bool is_in_metadata = false;
  std::string* wanted = nullptr;  // the text of the element we are in goes here
  while (true) {
    SIGLA_TRY_ASSIGN(const XmlReader::Token token, reader.next());
    if (token == XmlReader::Token::kEnd) break;
    if (token == XmlReader::Token::kText) {
      if (wanted != nullptr) *wanted += reader.text();
      continue;
    }
    wanted = nullptr;
    if (token == XmlReader::Token::kClose) {
      if (reader.depth() < kMetadataDepth) is_in_metadata = false;
      continue;
    }
    if (reader.depth() == 1 && reader.name() != "package") {
      return malformed("nuspec: <{}> where <package> belongs", reader.name());
    }
    if (reader.depth() == kMetadataDepth) is_in_metadata = reader.name() == "metadata";
    if (!is_in_metadata) continue;
    if (reader.depth() == kMetadataDepth + 1) {
      add_once(reader.name(), nuspec.items);
      if (reader.name() == "id" && nuspec.id.empty()) wanted = &nuspec.id;
      if (reader.name() == "version" && nuspec.version.empty()) wanted = &nuspec.version;
    }
    if (reader.depth() == kMetadataDepth + 2 && reader.name() == "packageType") {
      add_once(reader.attribute("name"), nuspec.package_types);
    }
  }
  nuspec.id = trim(nuspec.id);
  nuspec.version = trim(nuspec.version);
  if (nuspec.id.empty()) return malformed("nuspec: there is no <id> in <metadata>");
  if (nuspec.version.empty()) return malformed("nuspec: there is no <version> in <metadata>");
  return nuspec;
}

}  // namespace sigla::nupkg
