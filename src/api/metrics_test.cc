// SPDX-License-Identifier: Apache-2.0
#include "api/metrics.h"

#include <gmock/gmock.h>

namespace sigla::api {
namespace {

using testing::HasSubstr;

TEST(Metrics, CountsRequestsBySurfaceAndStatus) {
  Metrics metrics;
  http::Request request;
  request.path = "/symbols/a.pdb/1/a.pdb";
  metrics.count_request(request, 404, 100, 0.001);
  metrics.count_request(request, 404, 100, 0.001);
  metrics.count_request(request, 418, 1, 0.001);
  request.path = "/api/v1/projects";
  request.body_size = 77;
  metrics.count_request(request, 201, 5, 2.0);
  const std::string text = metrics.text();
  EXPECT_THAT(text, HasSubstr("sigla_http_requests_total{status=\"404\",surface=\"symbols\"} 2"));
  EXPECT_THAT(text, HasSubstr("sigla_http_requests_total{status=\"other\",surface=\"symbols\"} 1"));
  EXPECT_THAT(text, HasSubstr("sigla_http_received_bytes_total{surface=\"api\"} 77"));
  EXPECT_THAT(text, HasSubstr("sigla_http_sent_bytes_total{surface=\"symbols\"} 201"));
  EXPECT_THAT(text, HasSubstr("sigla_http_request_seconds_count{surface=\"api\"} 1"));
}

TEST(Metrics, CountsUploadsAndReadsGauges) {
  Metrics metrics;
  Upload upload;
  upload.state = UploadState::kDone;
  upload.stored_count = 3;
  upload.refused_count = 1;
  metrics.count_upload(upload);
  Metrics::Gauges gauges;
  gauges.connection_count = [] { return std::size_t{9}; };
  metrics.set_gauges(gauges);
  const std::string text = metrics.text();
  EXPECT_THAT(text, HasSubstr("sigla_uploads_total{state=\"done\"} 1"));
  EXPECT_THAT(text, HasSubstr("sigla_upload_entries_total{result=\"stored\"} 3"));
  EXPECT_THAT(text, HasSubstr("sigla_http_connections 9"));
}

TEST(Metrics, SortsPathsIntoFewSurfaces) {
  EXPECT_EQ(surface_of("/symbols/x"), "symbols");
  EXPECT_EQ(surface_of("/p/engine/Symbols/x"), "symbols");
  EXPECT_EQ(surface_of("/t/abc/buildid/1/debuginfo"), "buildid");
  EXPECT_EQ(surface_of("/p/engine/symbolicate/v5"), "symbolicate");
  EXPECT_EQ(surface_of("//post"), "backtrace");
  EXPECT_EQ(surface_of("/api/post"), "backtrace");
  EXPECT_EQ(surface_of("/universe/token/symbols"), "backtrace");
  EXPECT_EQ(surface_of("/api/v1/projects/x/symbols"), "api");
  EXPECT_EQ(surface_of("/healthz"), "operations");
  EXPECT_EQ(surface_of("/"), "other");
}

}  // namespace
}  // namespace sigla::api
