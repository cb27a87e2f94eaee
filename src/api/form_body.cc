// SPDX-License-Identifier: Apache-2.0
#include "api/form_body.h"

#include <sys/sendfile.h>

#include <algorithm>
#include <utility>

namespace sigla::api {

namespace {

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

const http::FormPart* find_file(const std::vector<http::FormPart>& parts, std::string_view field) {
  if (field.empty()) return parts.empty() ? nullptr : &parts.front();
  const http::FormPart* named = http::find_part(parts, field);
  if (named != nullptr) return named;
  const auto file = std::find_if(parts.begin(), parts.end(), [](const http::FormPart& part) {
    return part.file_name.has_value();
  });
  return file == parts.end() ? nullptr : &*file;
}

}  // namespace

Result<FormBody> take_form_body(http::Request& request,
                                std::string_view file_field,
                                const Services& services) {
  FormBody body;
  const std::optional<std::string> boundary =
      http::multipart_boundary(request.header("Content-Type").value_or(""));
  if (!boundary) {
    body.file = std::move(request.body_file);
    return body;
  }
  SIGLA_TRY_ASSIGN(body.parts,
                   http::parse_multipart(request.body_file, *boundary, services.limits));
  const http::FormPart* file = find_file(body.parts, file_field);
  if (file == nullptr) {
    return make_error(ErrorCode::kInvalidArgument, "the form has no file in '{}'", file_field);
  }
  SIGLA_TRY_ASSIGN(body.file, copy_part(request.body_file, *file, services));
  body.name = file->file_name;
  request.body_file = File();  // twice the space for as long as the upload is worked on otherwise
  return body;
}

}  // namespace sigla::api
