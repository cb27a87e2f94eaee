// SPDX-License-Identifier: Apache-2.0
#include "api/mozilla_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <optional>
#include <utility>

namespace sigla::api {

namespace {

namespace json = boost::json;

constexpr std::size_t kJobCountMax = 10;
constexpr std::size_t kDepthMax = 32;

template <typename... Args>
Error wrong(fmt::format_string<Args...> format, Args&&... args) {
  return make_error(
      ErrorCode::kInvalidArgument, "{}", fmt::format(format, std::forward<Args>(args)...));
}

std::string_view view(const json::string& text) { return {text.data(), text.size()}; }

bool is_hex_digit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool is_alnum(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_debug_file_name(const json::value& value) {
  constexpr std::string_view kPunctuation = "_.+{}@<> ~-";
  return value.is_string() && std::ranges::all_of(view(value.get_string()), [&](char c) {
           return is_alnum(c) || kPunctuation.find(c) != std::string_view::npos;
         });
}

bool is_debug_id(const json::value& value) {
  return value.is_string() && std::ranges::all_of(view(value.get_string()), is_hex_digit);
}

bool is_pair(const json::value& value) { return value.is_array() && value.get_array().size() == 2; }

Result<std::vector<MozillaJob::Module>> decode_modules(const json::value& list) {
  if (!list.is_array()) return wrong("modules must be a list");
  std::vector<MozillaJob::Module> modules;
  modules.reserve(list.get_array().size());
  for (const json::value& item : list.get_array()) {
    const std::size_t i = modules.size();
    if (!is_pair(item))
      return wrong("module index {} does not have a debug_filename and debug_id", i);
    const json::array& pair = item.get_array();
    if (!is_debug_file_name(pair[0])) {
      return wrong("module index {} has an invalid debug_filename", i);
    }
    if (!is_debug_id(pair[1])) return wrong("module index {} has an invalid debug_id", i);
    modules.push_back(
        {std::string(view(pair[0].get_string())), std::string(view(pair[1].get_string()))});
  }
  return modules;
}

Status decode_offset(const json::value& value, MozillaJob::Frame& frame) {
  if (value.is_uint64()) {
    frame.has_offset = true;
    frame.offset = value.get_uint64();
    return {};
  }
  if (!value.is_int64() || value.get_int64() < -1) return wrong("has an invalid module_offset");
  frame.has_offset = value.get_int64() >= 0;
  if (frame.has_offset) frame.offset = static_cast<std::uint64_t>(value.get_int64());
  return {};
}

Result<MozillaJob::Frame> decode_frame(const json::value& item, std::size_t module_count) {
  if (!is_pair(item)) return wrong("is not a list of two items");
  const json::array& pair = item.get_array();
  if (!pair[0].is_int64() && !pair[0].is_uint64()) return wrong("has an invalid module_index");
  const bool is_known = pair[0].is_int64() && pair[0].get_int64() >= -1 &&
                        pair[0].get_int64() < static_cast<std::int64_t>(module_count);
  if (!is_known) return wrong("has a module_index that isn't in modules");
  MozillaJob::Frame frame;
  frame.module = static_cast<std::int32_t>(pair[0].get_int64());
  SIGLA_TRY(decode_offset(pair[1], frame));
  return frame;
}

Result<std::vector<std::vector<MozillaJob::Frame>>> decode_stacks(const json::value& list,
                                                                  std::size_t module_count) {
  if (!list.is_array()) return wrong("stacks must be a list of lists");
  if (list.get_array().empty()) return wrong("no stacks specified");
  std::vector<std::vector<MozillaJob::Frame>> stacks;
  stacks.reserve(list.get_array().size());
  for (const json::value& item : list.get_array()) {
    const std::size_t i = stacks.size();
    if (!item.is_array()) return wrong("stack {} is not a list", i);
    std::vector<MozillaJob::Frame>& stack = stacks.emplace_back();
    stack.reserve(item.get_array().size());
    for (const json::value& value : item.get_array()) {
      const Result<MozillaJob::Frame> frame = decode_frame(value, module_count);
      if (!frame.has_value()) {
        return wrong("stack {} frame {} {}", i, stack.size(), frame.error().message());
      }
      stack.push_back(*frame);
    }
  }
  return stacks;
}

Result<MozillaJob> decode_job(const json::value& value, std::size_t index) {
  if (!value.is_object()) return wrong("job {} is invalid", index);
  const json::value* const stacks = value.get_object().if_contains("stacks");
  if (stacks == nullptr) return wrong("job {} is invalid: no stacks specified", index);
  const json::value* const modules = value.get_object().if_contains("memoryMap");
  if (modules == nullptr) return wrong("job {} is invalid: no memoryMap specified", index);
  auto decoded_modules = decode_modules(*modules);
  if (!decoded_modules.has_value()) {
    return wrong("job {} has invalid modules: {}", index, decoded_modules.error().message());
  }
  auto decoded_stacks = decode_stacks(*stacks, decoded_modules->size());
  if (!decoded_stacks.has_value()) {
    return wrong("job {} has invalid stacks: {}", index, decoded_stacks.error().message());
  }
  return MozillaJob{std::move(decoded_modules).value(), std::move(decoded_stacks).value()};
}

// The jobs of a v5 request that has several; null when it is one job itself.
const json::value* jobs_of(const json::value& payload, MozillaVersion version) {
  if (version == MozillaVersion::kV4 || !payload.is_object()) return nullptr;
  return payload.get_object().if_contains("jobs");
}

}  // namespace

Result<std::vector<MozillaJob>> decode_mozilla_request(std::string_view body,
                                                       MozillaVersion version) {
  json::error_code error;
  json::parse_options options;
  options.max_depth = kDepthMax;
  const json::value payload = json::parse({body.data(), body.size()}, error, {}, options);
  if (error) return wrong("Payload is not valid JSON");
  std::vector<MozillaJob> jobs;
  const json::value* const several = jobs_of(payload, version);
  if (several == nullptr) {
    SIGLA_TRY_ASSIGN(jobs.emplace_back(), decode_job(payload, 0));
    return jobs;
  }
  if (!several->is_array()) return wrong("job 0 is invalid");
  if (several->get_array().size() > kJobCountMax) {
    return wrong("please limit number of jobs in a single request to <= {}", kJobCountMax);
  }
  for (const json::value& job : several->get_array()) {
    SIGLA_TRY_ASSIGN(jobs.emplace_back(), decode_job(job, jobs.size()));
  }
  return jobs;
}

}  // namespace sigla::api
