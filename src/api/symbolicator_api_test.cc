// SPDX-License-Identifier: Apache-2.0
#include "api/symbolicator_api.h"

#include <gmock/gmock.h>

#include <filesystem>

#include "api/api_testing.h"
#include "api/source_input.h"
#include "api/symbolicator_request.h"
#include "ident/lookup_keys.h"
#include "testing/matchers.h"

namespace sigla::api {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

constexpr char kSym[] =
    "MODULE windows x86 497B72F6390A44FC878E5A2D63B6CC4B1 app.pdb\nFILE 0 C:\\src\\a.cc\n"
    "FUNC 1000 20 0 _ZN1a1bEi\n1000 20 7 0\n";
constexpr char kModule[] =
    R"({"type":"pe","debug_file":"app.pdb","code_file":"C:\\app.exe",)"
    R"("debug_id":"497b72f6-390a-44fc-878e-5a2d63b6cc4b-1","image_addr":"0x400000",)"
    R"("image_size":65536})";

class SymbolicatorApiTest : public ApiTest {
 protected:
  SymbolicatorApiTest() {
    add_symbolicator_routes(router_, services_);
    Identity identity;
    identity.format = Format::kBreakpad;
    identity.name = "app.pdb";
    identity.debug_id = DebugId::parse("497B72F6390A44FC878E5A2D63B6CC4B1").value();
    store_object(kSym, identity, lookup_keys(identity));
  }
  http::Response post(std::string path, std::string body) {
    http::Request r = request("POST", std::move(path));
    r.body = std::move(body);
    return send(router_, r);
  }
  static std::string stacks(const std::string& frames, const std::string& more = "") {
    return R"({"stacktraces":[{"frames":)" + frames + R"(}],"modules":[)" + kModule + "]" + more +
           "}";
  }
  std::string text(const http::Response& response) {
    EXPECT_EQ(response.status, 200);
    if (const auto* shared = std::get_if<std::shared_ptr<const std::string>>(&response.body)) {
      return **shared;
    }
    return text_of(response);
  }
  http::Router router_;
};

TEST_F(SymbolicatorApiTest, NamesFramesFromTheProject) {
  const http::Response response = post(
      "/symbolicate",
      stacks(R"([{"instruction_addr":"0x401008"},{"instruction_addr":4198412,"trust":"cfi"},)"
             R"({"instruction_addr":"0x409000","function":"known"},{"instruction_addr":"0x9"}])"));
  const std::string answer = text(response);
  EXPECT_THAT(
      answer,
      HasSubstr(
          R"x({"status":"symbolicated","original_index":0,"instruction_addr":"0x401008",)x"
          R"x("package":"C:\\app.exe","lang":"cpp","symbol":"_ZN1a1bEi","function":"a::b(int)",)x"
          R"x("filename":"a.cc","abs_path":"C:\\src\\a.cc","lineno":7,"sym_addr":"0x401000"})x"));
  EXPECT_THAT(answer,
              HasSubstr(R"("original_index":1,"instruction_addr":"0x40100b","trust":"cfi")"));
  EXPECT_THAT(answer,
              HasSubstr(R"({"status":"missing_symbol","original_index":2,)"
                        R"("instruction_addr":"0x409000","package":"C:\\app.exe",)"
                        R"("function":"known"}]})"));
  EXPECT_THAT(answer, HasSubstr(R"("modules":[{"debug_status":"found","features":{)"));
  EXPECT_THAT(answer, HasSubstr(R"("arch":"x86","type":"pe")"));
  EXPECT_THAT(answer, Not(HasSubstr("candidates")));
}

TEST_F(SymbolicatorApiTest, TellsCandidatesAndKeepsTheOrderOfFrames) {
  const std::string answer =
      text(post("/symbolicate",
                stacks(R"([{"instruction_addr":"0x401008"},{"instruction_addr":"0x401010"}])",
                       R"(,"options":{"dif_candidates":true,"frame_order":"caller_first"})")));
  EXPECT_THAT(answer,
              HasSubstr(R"("candidates":[{"source":"default","location":"default/app.pdb",)"
                        R"("download":{"status":"ok","features":{)"));
  EXPECT_THAT(answer, HasSubstr(R"("debug":{"status":"ok"})"));
  EXPECT_LT(answer.find(R"("original_index":1,"instruction_addr":"0x401007")"),
            answer.find(R"("original_index":0,"instruction_addr":"0x401010")"));
}

TEST_F(SymbolicatorApiTest, AsksTheSourcesOfTheRequestOnly) {
  const auto path = spool_.path() / "source/app.pdb/497B72F6390A44FC878E5A2D63B6CC4B1";
  std::filesystem::create_directories(path);
  ASSERT_THAT(replace_file(path / "app.sym", as_bytes(kSym)), IsOk());
  const std::string source = fmt::format(
      R"(,"options":{{"dif_candidates":true}},"sources":[{{"id":"local","type":"filesystem",)"
      R"("path":"{}"}},{{"id":"odd","type":"ftp"}}])",
      (spool_.path() / "source").string());
  const std::string answer =
      text(post("/symbolicate?scope=x", stacks(R"([{"instruction_addr":"0x401008"}])", source)));
  EXPECT_THAT(answer, HasSubstr(R"x("function":"a::b(int)")x"));
  EXPECT_THAT(answer, HasSubstr(R"({"source":"local","location":"file://)"));
  const std::string none = text(post(
      "/symbolicate", stacks(R"([{"instruction_addr":"0x401008"}])", R"(,"sources":[])")));
  EXPECT_THAT(none, HasSubstr(R"("debug_status":"missing")"));
  const std::string odd = text(post(
      "/symbolicate",
      stacks(R"([{"instruction_addr":"0x401008"}])",
             R"(,"options":{"dif_candidates":true},"sources":[{"id":"odd","type":"ftp"}])")));
  EXPECT_THAT(odd,
              HasSubstr(R"({"source":"odd","location":"No object files listed on this source",)"
                        R"("download":{"status":"error","details":"download failed: unknown type)"));
}

TEST_F(SymbolicatorApiTest, AnswersLaterWhenThereIsNoTime) {
  const std::string answer =
      text(post("/symbolicate?timeout=0", stacks(R"([{"instruction_addr":"0x401008"}])")));
  if (answer.find("pending") != std::string::npos) {
    EXPECT_THAT(answer, HasSubstr(R"("retry_after":30)"));
    const std::size_t at = answer.find("request_id\":\"") + 13;
    const std::string id = answer.substr(at, 36);
    EXPECT_THAT(text(send(router_, request("GET", "/requests/" + id))), HasSubstr("a::b(int)"));
  } else {
    EXPECT_THAT(answer, HasSubstr("a::b(int)"));
  }
  EXPECT_EQ(send(router_, request("GET", "/requests/nobody")).status, 404);
}

TEST_F(SymbolicatorApiTest, RefusesWhatItDoesNotUnderstand) {
  EXPECT_EQ(post("/symbolicate", "{").status, 400);
  EXPECT_EQ(post("/symbolicate", "[]").status, 422);
  EXPECT_EQ(post("/symbolicate?timeout=x", "{}").status, 400);
  EXPECT_EQ(post("/symbolicate", stacks(R"([{"instruction_addr":"main"}])")).status, 422);
  EXPECT_EQ(post("/symbolicate", R"({"stacktraces":[{}]})").status, 422);
  EXPECT_EQ(post("/symbolicate", R"({"modules":[{"type":"pe"}]})").status, 422);
  EXPECT_EQ(post("/symbolicate", R"({"sources":{}})").status, 422);
  EXPECT_EQ(post("/symbolicate", R"({"options":{"frame_order":"up"}})").status, 422);
  EXPECT_EQ(post("/symbolicate", R"({"unknown":1})").status, 200);
  EXPECT_EQ(post("/minidump", "x").status, 400);
  EXPECT_EQ(post("/symbolicate-any", R"({"symbolicate":{"type":"x"}})").status, 422);
  const http::Response refused = post("/symbolicate", R"({"modules":[{"type":"pe"}]})");
  EXPECT_EQ(text_of(refused), R"({"detail":"modules[0]: image_addr: missing"})");
}

TEST_F(SymbolicatorApiTest, GuardsPrivateProjects) {
  EXPECT_EQ(post("/p/secret/symbolicate", "{}").status, 401);
  EXPECT_EQ(post("/p/nowhere/symbolicate", "{}").status, 404);
}

TEST(DecodeSources, ReadsEveryType) {
  const auto sources = decode_sources(
      R"([{"id":"a","type":"http","url":"https://a.example/x/","headers":{"authorization":"b"},)"
      R"("layout":{"type":"ssqp","casing":"uppercase"},"is_public":true,)"
      R"("filters":{"filetypes":["pdb","proguard"],"path_patterns":["*x*"],)"
      R"("requires_checksum":true}},)"
      R"({"id":"s","type":"s3","bucket":"b","prefix":"/p/","region":["eu","http://m:9000"],)"
      R"("access_key":"k","secret_key":"s"},)"
      R"({"id":"g","type":"gcs","bucket":"b","bearer_token":"t"},)"
      R"({"id":"f","type":"filesystem","path":"/x"},)"
      R"({"id":"y","type":"sentry","url":"https://s.example/","token":"t"}])",
      "scope");
  ASSERT_THAT(sources, IsOk());
  ASSERT_THAT(*sources, SizeIs(5));
  const Source& web = (*sources)[0];
  EXPECT_EQ(web.url, "https://a.example/x");
  EXPECT_EQ(web.layout, Layout::kSsqp);
  EXPECT_EQ(web.casing, PathCasing::kUpper);
  EXPECT_THAT(web.file_types, ElementsAre(WantedType::kPdb));
  EXPECT_TRUE(web.requires_checksum);
  EXPECT_TRUE(web.is_public);
  EXPECT_EQ(web.scope, "scope");
  const Source& bucket = (*sources)[1];
  EXPECT_EQ(bucket.endpoint, "http://m:9000");
  EXPECT_EQ(bucket.region, "eu");
  EXPECT_EQ(bucket.prefix, "p");
  EXPECT_EQ(bucket.layout, Layout::kNative);
  EXPECT_EQ((*sources)[2].bearer_token, "t");
  for (const Source& source : *sources) EXPECT_EQ(source.problem, "") << source.id;
}

TEST(DecodeSources, SayWhatIsWrongWithOne) {
  const std::pair<const char*, const char*> cases[] = {
      {R"([{"id":"a","type":"ftp"}])", "unknown type 'ftp'"},
      {R"([{"id":"a","type":"http"}])", "'url' is missing"},
      {R"([{"id":"a","type":"http","url":"x","layout":{"type":"odd"}}])", "unknown layout 'odd'"},
      {R"([{"id":"a","type":"http","url":"x","filters":{"filetypes":["proguard"]}}])",
       "asked for files of other kinds only"},
      {R"([{"id":"a","type":"http","url":"x","headers":{"a":"b\r\nc: d"}}])",
       "header 'a' has a line end in it"},
      {R"([{"id":"a","type":"s3"}])", "'bucket' is missing"},
      {R"([{"id":"a","type":"gcs","bucket":"b"}])", "'private_key' is missing"},
  };
  for (const auto& [text, problem] : cases) {
    const auto sources = decode_sources(text, "");
    ASSERT_THAT(sources, IsOk());
    EXPECT_EQ(sources->front().problem, problem);
  }
  EXPECT_THAT(decode_sources("[1]", ""), IsError(ErrorCode::kInvalidArgument, "no object"));
}

}  // namespace
}  // namespace sigla::api
