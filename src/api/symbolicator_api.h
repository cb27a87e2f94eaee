// SPDX-License-Identifier: Apache-2.0
// Symbolicator's API, for clients that switch by changing the URL (docs/api of
// getsentry/symbolicator):
//
//   POST /symbolicate       JSON: stacks as addresses, modules, sources
//   POST /minidump          a form: upload_file_minidump, sources, options
//   POST /applecrashreport  a form: apple_crash_report, sources, options
//   POST /symbolicate-any   JSON: where a crash is to be fetched from
//   GET  /requests/{id}     the answer to one that was not done in time
//   GET  /proxy/{path}      symbols of the default project, by symstore and SSQP paths
//   GET  /healthcheck
//
// With ?timeout=N an answer comes after N seconds at the latest; it may be "pending", with the id
// to ask by. ?scope=S keeps what is fetched for S from others. Without `sources` the symbols are
// those of the project, which is the default one unless /p/{project} or /t/{token} stands before
// the path. Errors are {"detail": text}: 400 no JSON, 413 too large, 422 JSON of another form, 503
// too busy.
#pragma once

#include "api/services.h"
#include "http/router.h"

namespace sigla::api {

void add_symbolicator_routes(http::Router& router, const Services& services);

}  // namespace sigla::api
