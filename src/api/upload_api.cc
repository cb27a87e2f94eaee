// SPDX-License-Identifier: Apache-2.0
#include "api/upload_api.h"

#include <fmt/format.h>
#include <sys/sendfile.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "api/history_api.h"
#include "api/http_status.h"
#include "base/text.h"
#include "http/multipart.h"

namespace sigla::api {

namespace {

// The documented answer of Backtrace's forms to a token nobody knows is 403.
http::Response refusal(UploadForm form, const Error& error) {
  if (form != UploadForm::kNative && error.code() == ErrorCode::kUnauthenticated) {
    return error_reply(403, error.message());
  }
  return error_reply(error);
}

// Why an upload of which nothing could be used is an error: the archive's, or the only file's.
struct Failure {
  ErrorCode code;
  std::string_view message;
};
std::optional<Failure> failure_of(const UploadReport& report) {
  if (report.error_code) return Failure{*report.error_code, report.upload.error};
  if (report.upload.stored_count != 0 || report.upload.duplicate_count != 0) return std::nullopt;
  if (report.upload.refused_count == 0) {
    return Failure{ErrorCode::kUnsupported, "there is no file in this upload"};
  }
  if (report.upload.refused_count == 1 && report.entries.size() == 1) {
    return Failure{ErrorCode::kUnsupported, report.entries.front().reason};
  }
  return Failure{ErrorCode::kUnsupported, "none of the files is a symbol file"};
}

Result<File> copy_part(const File& body, const http::FormPart& part, const Services& services) {
  SIGLA_TRY_ASSIGN(File copy, File::create_unnamed(services.spool));
  auto offset = static_cast<off_t>(part.offset);
  std::uint64_t rest = part.size;
  while (rest > 0) {
    const std::size_t step = std::min<std::uint64_t>(rest, 64U << 20);
    const ssize_t count = ::sendfile(copy.fd(), body.fd(), &offset, step);
    if (count < 0) return errno_error("copy the file out of the form");
    if (count == 0) return make_error(ErrorCode::kInternal, "form part reaches past the body");
    rest -= static_cast<std::uint64_t>(count);
  }
  SIGLA_TRY(copy.rewind());
  return copy;
}

const http::FormPart* find_file(const std::vector<http::FormPart>& parts) {
  const http::FormPart* named = http::find_part(parts, "upload_file");
  if (named != nullptr) return named;
  const auto file = std::find_if(parts.begin(), parts.end(), [](const http::FormPart& part) {
    return part.file_name.has_value();
  });
  return file == parts.end() ? nullptr : &*file;
}

http::Response handle_upload(UploadForm form, http::Request& request, const Services& services) {
  Result<UploadHead> head = decode_upload(form, request, services);
  if (!head.has_value()) return refusal(form, head.error());
  Result<File> body = take_upload_body(request, services, *head);
  if (!body.has_value()) return refusal(form, body.error());
  UploadRequest upload;
  upload.body = std::move(body).value();
  upload.project_id = head->project.id;
  upload.token_id = head->token.id;
  // A file that does not say its own name is still found by its ids.
  upload.name = head->name.empty() ? "unnamed" : head->name;
  upload.tag = head->tag;
  upload.name_restriction = head->token.name_restriction;
  upload.remote_address = request.remote_address;
  const Result<UploadReport> report = services.ingest.run(std::move(upload));
  if (!report.has_value()) return error_reply(report.error());
  services.metrics.count_upload(report->upload);
  UploadReply reply = encode_upload_reply(*report);
  return http::Response::json(reply.status, std::move(reply.json));
}

void add_route(std::string pattern,
               UploadForm form,
               http::Router& router,
               const Services& services) {
  router.add(
      {.method = "POST",
       .pattern = std::move(pattern),
       .body = http::BodyPolicy::kSpool,
       .body_size_max = services.limits.upload_size_max,
       .admit = [form, &services](const http::Request& request) -> std::optional<http::Response> {
         const Result<UploadHead> head = decode_upload(form, request, services);
         if (head.has_value()) return std::nullopt;
         return refusal(form, head.error());
       },
       .handler = [form, &services](
                      http::Request& request) { return handle_upload(form, request, services); }});
}

}  // namespace

UploadReply encode_upload_reply(const UploadReport& report) {
  const Upload& upload = report.upload;
  const std::optional<Failure> failure = failure_of(report);
  UploadReply reply;
  JsonWriter json;
  json.begin_object();
  if (failure) {
    reply.status = http_status(failure->code);
    json.key("error").begin_object();
    json.member("code", reply.status).member("message", failure->message);
    json.end_object();
  } else {
    json.member("response", "ok");
  }
  json.member("_rxid", fmt::format("{:08x}-0000-0000-0000-000000000000", upload.id));
  json.member("upload", upload.id).member("state", to_string(upload.state));
  json.member("tag", upload.tag).member("stored", upload.stored_count);
  json.member("duplicate", upload.duplicate_count).member("refused", upload.refused_count);
  json.key("files").begin_array();
  for (const UploadEntry& entry : report.entries) encode_entry(entry, json);
  json.end_array();
  const std::uint64_t entry_count =
      std::uint64_t{upload.stored_count} + upload.duplicate_count + upload.refused_count;
  if (entry_count > report.entries.size()) json.member("files_truncated", true);
  json.end_object();
  reply.json = std::move(json).take();
  return reply;
}

Result<File> take_upload_body(http::Request& request, const Services& services, UploadHead& head) {
  const std::string_view content_type = request.header("Content-Type").value_or("");
  const std::optional<std::string> boundary = http::multipart_boundary(content_type);
  if (!boundary) return std::move(request.body_file);
  SIGLA_TRY_ASSIGN(const std::vector<http::FormPart> parts,
                   http::parse_multipart(request.body_file, *boundary, services.limits));
  if (const http::FormPart* tag = http::find_part(parts, "tag")) {
    SIGLA_TRY(set_tag(tag->value, head));
  }
  const http::FormPart* file = find_file(parts);
  if (file == nullptr) {
    return make_error(ErrorCode::kInvalidArgument, "the form has no file in 'upload_file'");
  }
  if (head.name.empty() && file->file_name) head.name = to_utf8(base_name(*file->file_name));
  return copy_part(request.body_file, *file, services);
}

void add_upload_routes(http::Router& router, const Services& services) {
  add_route("/api/v1/projects/{project}/uploads", UploadForm::kNative, router, services);
  add_route("/{token}/symbols", UploadForm::kTokenPath, router, services);
  add_route("/{universe}/{token}/symbols", UploadForm::kUniversePath, router, services);
  add_route("/post", UploadForm::kPost, router, services);
  add_route("/api/post", UploadForm::kPost, router, services);
}

}  // namespace sigla::api
