// SPDX-License-Identifier: Apache-2.0
#include "api/upload_head.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/text.h"

namespace sigla::api {

namespace {

constexpr std::size_t kTagSizeMax = 256;

std::string_view query(const http::Request& request, std::string_view name) {
  return request.query_value(name).value_or("");
}

std::string secret_of(UploadForm form, const http::Request& request) {
  if (form == UploadForm::kTokenPath) return request.captures.at(0);
  if (form == UploadForm::kUniversePath) return request.captures.at(1);
  return presented_secret(request);
}

// The project by its name, or else the token's own.
Result<Project> project_of_upload(UploadForm form,
                                  const http::Request& request,
                                  std::string_view secret,
                                  const Services& services) {
  std::string_view name = form == UploadForm::kNative ? std::string_view(request.captures.at(0))
                                                      : query(request, "project");
  if (name.empty()) {
    const std::optional<Token> token = services.access.find_token(secret);
    if (token && token->project_id != 0) {
      std::optional<Project> own = services.access.find_project(token->project_id);
      if (own) return *std::move(own);
    }
    name = kDefaultProject;
  }
  std::optional<Project> project = services.access.find_project(name);
  if (!project) return make_error(ErrorCode::kNotFound, "no project '{}'", name);
  return *std::move(project);
}

Status check_format(const http::Request& request) {
  const std::string_view format = query(request, "format");
  if (format == "symbols") return {};
  if (format.empty()) return make_error(ErrorCode::kInvalidArgument, "format: missing");
  return make_error(ErrorCode::kInvalidArgument, "format: '{}' is not taken here", format);
}

}  // namespace

Status set_tag(std::string_view tag, UploadHead& request) {
  const bool has_control = std::any_of(
      tag.begin(), tag.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; });
  if (tag.size() > kTagSizeMax || has_control || !is_utf8(tag)) {
    return make_error(
        ErrorCode::kInvalidArgument, "tag: not at most {} bytes of printable UTF-8", kTagSizeMax);
  }
  request.tag = tag.empty() ? kDefaultTag : tag;
  return Access::may_use_tag(request.token, request.tag);
}

Result<UploadHead> decode_upload(UploadForm form,
                                 const http::Request& request,
                                 const Services& services) {
  if (form == UploadForm::kPost) SIGLA_TRY(check_format(request));
  UploadHead upload;
  const std::string secret = secret_of(form, request);
  SIGLA_TRY_ASSIGN(upload.project, project_of_upload(form, request, secret, services));
  SIGLA_TRY_ASSIGN(
      upload.token,
      services.access.authorise(secret, upload.project, Capability::kSymbolPost, now_millis()));
  SIGLA_TRY(set_tag(query(request, "tag"), upload));
  std::string_view name = query(request, "upload_file");
  if (name.empty() && form == UploadForm::kNative) name = query(request, "name");
  upload.name = to_utf8(base_name(name));
  return upload;
}

}  // namespace sigla::api
