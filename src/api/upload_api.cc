// SPDX-License-Identifier: Apache-2.0
#include "api/upload_api.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "api/form_body.h"
#include "api/history_api.h"
#include "api/http_status.h"
#include "api/symbol_api.h"
#include "base/text.h"
#include "ingest/known_files.h"

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

UploadReply encode_reply(const UploadReport& report,
                         const std::optional<Failure>& failure,
                         const std::vector<std::string>& warnings = {}) {
  const Upload& upload = report.upload;
  UploadReply reply;
  JsonWriter json;
  json.begin_object();
  if (failure) {
    reply.status = http_status(failure->code);
    reply.reason = failure->message;
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
  encode_package(upload, json);
  if (!warnings.empty()) {
    json.key("warnings").begin_array();
    for (const std::string& warning : warnings) json.value(warning);
    json.end_array();
  }
  json.end_object();
  reply.json = std::move(json).take();
  return reply;
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
  upload.name = head->name;
  upload.tag = head->tag;
  upload.keeps_sources = std::ranges::any_of(request.query, [](const auto& parameter) {
    return parameter.first == "sources" && parameter.second == "1";
  });
  upload.name_restriction = head->token.name_restriction;
  upload.remote_address = request.remote_address;
  const Result<UploadReport> report = services.ingest.run(std::move(upload));
  if (!report.has_value()) return error_reply(report.error());
  services.metrics.count_upload(report->upload);
  UploadReply reply = encode_upload_reply(*report);
  return http::Response::json(reply.status, std::move(reply.json));
}

http::Response handle_known_files(http::Request& request, const Services& services) {
  Result<UploadHead> head = decode_upload(UploadForm::kNative, request, services);
  if (!head.has_value()) return error_reply(head.error());
  Result<ExistsRequest> wanted = decode_exists_request(request.body);
  if (!wanted.has_value()) return error_reply(wanted.error());
  if (!wanted->debug_ids.empty()) return error_reply(400, "debug_ids: name files by their sha256");
  KnownFilesRequest known;
  known.project_id = head->project.id;
  known.token_id = head->token.id;
  known.tag = head->tag;
  known.name_restriction = head->token.name_restriction;
  known.remote_address = request.remote_address;
  known.hashes = std::move(wanted->hashes);
  const Result<UploadReport> report = record_known_files(services.catalog, known);
  if (!report.has_value()) return error_reply(report.error());
  services.metrics.count_upload(report->upload);
  return http::Response::json(200, encode_reply(*report, std::nullopt).json);
}

std::optional<http::Response> admit_upload(UploadForm form,
                                           const http::Request& request,
                                           const Services& services) {
  const Result<UploadHead> head = decode_upload(form, request, services);
  if (head.has_value()) return std::nullopt;
  return refusal(form, head.error());
}

void add_route(std::string pattern,
               UploadForm form,
               http::Router& router,
               const Services& services) {
  router.add(
      {.method = "POST",
       .pattern = std::move(pattern),
       .body = http::BodyPolicy::kSpool,
       .run_on = http::RunOn::kPoolBulk,
       .body_size_max = services.limits.upload_size_max,
       .admit = [form, &services](
                    const http::Request& request) { return admit_upload(form, request, services); },
       .handler = [form, &services](
                      http::Request& request) { return handle_upload(form, request, services); }});
}

}  // namespace

UploadReply encode_upload_reply(const UploadReport& report) {
  return encode_reply(report, failure_of(report));
}

UploadReply encode_package_reply(const PackageReport& report) {
  std::optional<Failure> failure;
  const Upload& upload = report.report.upload;
  if (report.refusal) {
    failure = Failure{report.refusal->code(), report.refusal->message()};
  } else if (report.report.error_code || upload.refused_count > 0) {
    failure = failure_of(report.report);  // a package without programs is a good one
  }
  UploadReply reply = encode_reply(report.report, failure, report.warnings);
  if (!failure) reply.status = 201;
  return reply;
}

Result<File> take_upload_body(http::Request& request, const Services& services, UploadHead& head) {
  SIGLA_TRY_ASSIGN(FormBody body, take_form_body(request, "upload_file", services));
  if (const http::FormPart* tag = http::find_part(body.parts, "tag")) {
    SIGLA_TRY(set_tag(tag->value, head));
  }
  if (head.name.empty() && body.name) head.name = to_utf8(base_name(*body.name));
  return std::move(body.file);
}

void add_upload_routes(http::Router& router, const Services& services) {
  router.add(
      {.method = "POST",
       .pattern = "/api/v1/projects/{project}/uploads/known",
       .body = http::BodyPolicy::kMemory,
       .run_on = http::RunOn::kPoolLong,
       .body_size_max = kExistsBodySizeMax,
       .admit =
           [&services](const http::Request& request) {
             return admit_upload(UploadForm::kNative, request, services);
           },
       .handler =
           [&services](http::Request& request) { return handle_known_files(request, services); }});
  add_route("/api/v1/projects/{project}/uploads", UploadForm::kNative, router, services);
  add_route("/{token}/symbols", UploadForm::kTokenPath, router, services);
  add_route("/{universe}/{token}/symbols", UploadForm::kUniversePath, router, services);
  add_route("/post", UploadForm::kPost, router, services);
  add_route("/api/post", UploadForm::kPost, router, services);
}

}  // namespace sigla::api
