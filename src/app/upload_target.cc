// SPDX-License-Identifier: Apache-2.0
#include "app/upload_target.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <utility>

#include "app/api_client.h"
#include "base/json_writer.h"
#include "http/target.h"

namespace sigla::app {

namespace json = boost::json;

namespace {

constexpr unsigned kStallSecondsMax = 300;  // a large archive takes its time to unpack

// Null when the text is no JSON object.
json::value parse_answer(std::string_view text) {
  json::error_code failure;
  json::value value = json::parse({text.data(), text.size()}, failure);
  if (failure || !value.is_object()) return nullptr;
  return value;
}

Error wrong_answer() {
  return make_error(ErrorCode::kInternal, "the server's answer is not what Sigla says");
}

std::string text_of(const json::object& object, const char* name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
}

std::uint64_t number_of(const json::object& object, const char* name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_int64() || value->get_int64() < 0) return 0;
  return static_cast<std::uint64_t>(value->get_int64());
}

class ServerTarget final : public UploadTarget {
 public:
  ServerTarget(const ServerAccess& access,
               const std::string& project,
               const std::string& tag,
               bool keeps_sources)
      : client_(access),
        project_path_("/api/v1/projects/" + http::percent_encode(project, false)),
        tag_(http::percent_encode(tag, false)),
        keeps_sources_(keeps_sources) {}

  Result<std::vector<std::string>> known(const std::vector<std::string>& hashes) override {
    SIGLA_TRY_ASSIGN(const std::string text,
                     client_.ask("POST", project_path_ + "/symbols/exists", encode(hashes)));
    const json::value answer = parse_answer(text);
    if (answer.is_null()) return wrong_answer();
    std::vector<std::string> known;
    const json::value* list = answer.get_object().if_contains("sha256");
    if (list == nullptr || !list->is_array()) return known;
    for (const json::value& hash : list->get_array()) {
      if (hash.is_string()) known.emplace_back(hash.get_string());
    }
    return known;
  }

  Status record_known(const std::vector<std::string>& hashes) override {
    const std::string path = fmt::format("{}/uploads/known?tag={}", project_path_, tag_);
    SIGLA_TRY(client_.ask("POST", path, encode(hashes)));
    return {};
  }

  Result<UploadAnswer> send(const UploadBody& body, const Sent& sent) override {
    http::ClientRequest request;
    request.method = "POST";
    request.stall_timeout_seconds = kStallSecondsMax;
    request.headers.emplace_back("Content-Type", "application/octet-stream");
    request.progress = [&sent](std::uint64_t count, std::uint64_t) {
      sent(count);
      return true;
    };
    if (body.file != nullptr) {
      request.body_file = body.file;
      request.body_size = body.size;
    } else {
      request.body = body.archive;
    }
    const std::string path = fmt::format("{}/uploads?tag={}{}&upload_file={}",
                                         project_path_,
                                         tag_,
                                         keeps_sources_ ? "&sources=1" : "",
                                         http::percent_encode(body.name, false));
    SIGLA_TRY_ASSIGN(const http::ClientResponse response, client_.send(std::move(request), path));
    return answer_of(response);
  }

 private:
  static std::string encode(const std::vector<std::string>& hashes) {
    JsonWriter json;
    json.begin_object().key("sha256").begin_array();
    for (const std::string& hash : hashes) json.value(hash);
    json.end_array().end_object();
    return std::move(json).take();
  }

  // 400, 413, 415 and 422 are about what was sent; the next file may fare better.
  static Result<UploadAnswer> answer_of(const http::ClientResponse& response) {
    const bool is_success = response.status >= 200 && response.status < 300;
    if (is_success) return decode_upload_answer(response.body);
    const bool is_refusal = response.status == 400 || response.status == 413 ||
                            response.status == 415 || response.status == 422;
    Error error = error_of_answer(response);
    if (!is_refusal) return error;
    UploadAnswer answer;
    auto decoded = decode_upload_answer(response.body);
    if (decoded.has_value()) answer = std::move(decoded).value();
    answer.error = error.message();
    return answer;
  }

  ApiClient client_;
  const std::string project_path_;
  const std::string tag_;
  const bool keeps_sources_;
};

}  // namespace

Result<UploadAnswer> decode_upload_answer(std::string_view text) {
  const json::value value = parse_answer(text);
  if (value.is_null()) return wrong_answer();
  const json::object& object = value.get_object();
  UploadAnswer answer;
  answer.is_cut_short = text_of(object, "state") == "failed";
  answer.stored_count = number_of(object, "stored");
  answer.duplicate_count = number_of(object, "duplicate");
  answer.refused_count = number_of(object, "refused");
  const json::value* files = object.if_contains("files");
  if (files == nullptr || !files->is_array()) return answer;
  for (const json::value& file : files->get_array()) {
    if (!file.is_object()) continue;
    const json::object& member = file.get_object();
    answer.entries.push_back({text_of(member, "path"),
                              number_of(member, "size"),
                              text_of(member, "result"),
                              text_of(member, "reason"),
                              text_of(member, "sha256")});
  }
  return answer;
}

std::unique_ptr<UploadTarget> make_upload_target(const ServerAccess& access,
                                                 const std::string& project,
                                                 const std::string& tag,
                                                 bool keeps_sources) {
  return std::make_unique<ServerTarget>(access, project, tag, keeps_sources);
}

}  // namespace sigla::app
