// SPDX-License-Identifier: Apache-2.0
#include "sourcelink/srcsrv_writer.h"

#include <map>

#include "base/text.h"

namespace sigla::sourcelink {

SrcsrvText write_srcsrv(const SourceLinkMap& map, const std::vector<std::string>& paths) {
  SrcsrvText out;
  std::map<const MapEntry*, std::size_t> numbers;
  std::string variables;
  std::string rows;
  bool is_https = true;
  for (const std::string& path : paths) {
    const auto match = map.match(path);
    if (!match || path.find_first_of("*\r\n") != std::string::npos) {
      out.unmapped.push_back(path);
      continue;
    }
    const MapEntry& entry = *match->entry;
    // A '%' in a variable would begin another one; columns stand as they are.
    if ((entry.url_prefix + entry.url_suffix).find('%') != std::string::npos) {
      rows += fmt::format(
          "{}*NONE*{}{}{}*NONE\r\n", path, entry.url_prefix, match->relative_url, entry.url_suffix);
      continue;
    }
    const auto [number, is_new] = numbers.try_emplace(&entry, numbers.size() + 1);
    if (is_new) {
      variables += fmt::format(
          "PREFIX{0}={1}\r\nSUFFIX{0}={2}\r\n", number->second, entry.url_prefix, entry.url_suffix);
      is_https = is_https && equals_ignoring_case(entry.url_prefix.substr(0, 6), "https:");
    }
    rows +=
        fmt::format("{0}*PREFIX{1}*{2}*SUFFIX{1}\r\n", path, number->second, match->relative_url);
  }
  if (rows.empty()) return out;
  const std::string rule = "------------------------------------------";
  out.text = fmt::format(
      "SRCSRV: ini {0}------\r\n"
      "VERSION=2\r\nINDEXVERSION=2\r\nVERCTRL=http\r\n"
      "SRCSRV: variables {0}\r\n"
      "SRCSRVVERCTRL={1}\r\nNONE=\r\n{2}SRCSRVTRG=%fnvar%(%var2%)%var3%%fnvar%(%var4%)\r\n"
      "SRCSRV: source files {0}\r\n{3}SRCSRV: end {0}------\r\n",
      rule,
      is_https ? "https" : "http",
      variables,
      rows);
  return out;
}

}  // namespace sigla::sourcelink
