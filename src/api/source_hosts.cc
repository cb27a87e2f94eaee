// SPDX-License-Identifier: Apache-2.0
#include "api/source_hosts.h"

#include <algorithm>

#include "base/text.h"
#include "os/file.h"

namespace sigla::api {

namespace {

constexpr std::string_view kTagUrl = "tag-url";
constexpr std::uint64_t kFileSizeMax = 16ULL << 20;
constexpr mode_t kFileMode = 0600;

}  // namespace

Result<std::unique_ptr<SourceHosts>> SourceHosts::open(const std::filesystem::path& path) {
  std::unique_ptr<SourceHosts> hosts(new SourceHosts(path));
  SIGLA_TRY(hosts->read());
  return hosts;
}

Status SourceHosts::read() {
  auto content = read_file(path_, kFileSizeMax);
  if (!content.has_value()) {
    if (content.error().code() == ErrorCode::kNotFound) return {};
    return std::move(content).error();
  }
  for (const std::string_view line : split(as_text(*content), '\n')) {
    if (line.empty()) continue;
    const std::vector<std::string_view> fields = split(line, '\t');
    if (fields.size() != 4) return malformed("{}: not a list of hosts", path_.string());
    lines_.push_back({std::string(fields[0]),
                      {std::string(fields[1]), std::string(fields[2]), std::string(fields[3])}});
  }
  return {};
}

Status SourceHosts::replace(std::string_view project,
                            std::string_view origin,
                            const sourcelink::Credential* credential) {
  const std::lock_guard lock(mutex_);
  std::vector<Line> lines = lines_;
  const auto removed = std::erase_if(lines, [&](const Line& line) {
    return line.project == project && line.credential.origin == origin;
  });
  if (credential != nullptr) {
    lines.push_back({std::string(project), *credential});
  } else if (removed == 0) {
    return make_error(ErrorCode::kNotFound, "project '{}' has no host {}", project, origin);
  }
  std::string text;
  for (const Line& line : lines) {
    const std::string fields[] = {
        line.project, line.credential.origin, line.credential.header, line.credential.value};
    for (const std::string& field : fields) {
      if (field.find_first_of("\t\n") != std::string::npos) {
        return make_error(ErrorCode::kInvalidArgument, "{}: a tab or line end in it", origin);
      }
      text += field + (&field == &fields[3] ? "\n" : "\t");
    }
  }
  SIGLA_TRY(replace_file(path_, as_bytes(text), kFileMode));
  lines_ = std::move(lines);
  return {};
}

Status SourceHosts::put(std::string_view project, const sourcelink::Credential& credential) {
  return replace(project, credential.origin, &credential);
}

Status SourceHosts::remove(std::string_view project, std::string_view origin) {
  return replace(project, origin, nullptr);
}

Status SourceHosts::set_tag_url(std::string_view project, std::string_view url) {
  if (url.empty()) {
    return tag_url(project).empty() ? Status() : replace(project, kTagUrl, nullptr);
  }
  if (std::count(url.begin(), url.end(), '*') != 1) {
    return make_error(ErrorCode::kInvalidArgument,
                      "tag_url: '*' must stand once, for the path of a file");
  }
  const sourcelink::Credential line{std::string(kTagUrl), "", std::string(url)};
  return replace(project, kTagUrl, &line);
}

std::vector<sourcelink::Credential> SourceHosts::credentials(std::string_view project) const {
  const std::lock_guard lock(mutex_);
  std::vector<sourcelink::Credential> found;
  for (const Line& line : lines_) {
    if (line.project == project && line.credential.origin != kTagUrl) {
      found.push_back(line.credential);
    }
  }
  return found;
}

std::string SourceHosts::tag_url(std::string_view project) const {
  const std::lock_guard lock(mutex_);
  for (const Line& line : lines_) {
    if (line.project == project && line.credential.origin == kTagUrl) return line.credential.value;
  }
  return {};
}

}  // namespace sigla::api
