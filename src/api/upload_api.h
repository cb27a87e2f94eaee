// SPDX-License-Identifier: Apache-2.0
// Symbols come in: the native form and Backtrace's (api/upload_head.h lists them), raw or as a
// multipart form with the file in `upload_file` and a field `tag`. The answer means that everything
// it calls stored is on the disk:
//
//   {"response":"ok","_rxid":"00000007-0000-0000-0000-000000000000","upload":7,"state":"done",
//    "tag":"v1","stored":2,"duplicate":0,"refused":1,
//    "files":[{"path":"a.pdb","size":9,"result":"stored","format":"pdb","sha256":"..."},
//             {"path":"notes.txt","size":3,"result":"refused","reason":"..."}]}
//
// POST /api/v1/projects/{project}/uploads/known?tag= with {"sha256":["...",...]} is an upload of
// files the project has already; its answer is the same.
//
// A damaged archive, or a single file that is refused, answers an error status with the same
// members and "error" instead of "response"; what came before the damage is kept.
#pragma once

#include <string>

#include "api/upload_head.h"
#include "http/router.h"
#include "ingest/package_push.h"

namespace sigla::api {

struct UploadReply {
  int status = 200;
  std::string json;
  std::string reason;  // an error's, for the reason phrase
};
UploadReply encode_upload_reply(const UploadReport& report);
// The same with what was found in the package; 201 when it was taken.
UploadReply encode_package_reply(const PackageReport& report);

// The form's file becomes a file of its own, and its fields part of the head.
Result<File> take_upload_body(http::Request& request, const Services& services, UploadHead& head);

void add_upload_routes(http::Router& router, const Services& services);

}  // namespace sigla::api
