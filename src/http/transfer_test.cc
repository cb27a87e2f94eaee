// SPDX-License-Identifier: Apache-2.0
// Bodies in both directions, over real sockets and with the real curl.
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <fstream>
#include <mutex>

#include "base/text.h"
#include "codec/encoder.h"
#include "codec/hash.h"
#include "http/conditional.h"
#include "http/multipart.h"
#include "http/range.h"
#include "http/server.h"
#include "http/server_fixture.h"
#include "testing/matchers.h"

namespace sigla::http {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr std::uint64_t kSpoolSizeMax = 64ULL << 20U;

// Bytes that differ from place to place, so that swapped pieces show.
std::string pattern(std::size_t size) {
  std::string text(size, '\0');
  std::uint32_t state = 12345;
  for (char& c : text) {
    state = state * 1664525U + 1013904223U;
    c = static_cast<char>(state >> 24U);
  }
  return text;
}

// Counts up to `size` bytes; fails there when told to.
class CountingStream final : public BodyStream {
 public:
  CountingStream(std::uint64_t size, bool fails) : rest_(size), fails_(fails) {}
  Result<std::size_t> read(MutableBytes buffer) override {
    if (rest_ == 0 && fails_) return make_error(ErrorCode::kUnavailable, "the disk is gone");
    const std::size_t count = std::min<std::uint64_t>({rest_, buffer.size(), 100'000});
    for (std::size_t i = 0; i < count; ++i) buffer[i] = static_cast<std::uint8_t>('a' + at_++ % 26);
    rest_ -= count;
    return count;
  }

 private:
  std::uint64_t rest_;
  std::uint64_t at_ = 0;
  bool fails_;
};

class TransferTest : public testing::Test {
 protected:
  TransferTest() {
    auto folder = TempDirectory::create();
    SIGLA_CHECK(folder.has_value());
    folder_ = std::make_unique<TempDirectory>(std::move(folder).value());
  }
  void start(Server::Options options = {}) {
    options.on_done = [this](const Request& r, int status, std::uint64_t sent, double) {
      const std::lock_guard lock(mutex_);
      done_ += fmt::format("{} {} {} {}\n", r.method, r.path, status, sent);
    };
    server_ = std::make_unique<TestServer>(std::move(options), router());
  }
  Router router();
  void add_downloads(Router& router);
  void serve_file(const std::string& content) {
    server_.reset();  // the last one's handlers read what changes here
    const auto path = folder_->path() / "served";
    ASSERT_THAT(replace_file(path, as_bytes(content)), IsOk());
    ASSERT_OK_AND_ASSIGN(File file, File::open_read(path));
    file_ = std::make_shared<const File>(std::move(file));
    file_size_ = content.size();
  }
  std::string write(const std::string& name, std::string_view content) {
    const auto path = folder_->path() / name;
    EXPECT_THAT(replace_file(path, as_bytes(content)), IsOk());
    return path.string();
  }
  CommandResult curl(const std::string& arguments) {
    return run_command("curl -sS --max-time 60 " + arguments + " 2>&1");
  }
  std::size_t spool_file_count() const {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(server_->spool_directory())) {
      count += entry.exists() ? 1 : 0;
    }
    return count;
  }

  std::unique_ptr<TempDirectory> folder_;
  std::shared_ptr<const File> file_;
  std::uint64_t file_size_ = 0;
  std::mutex mutex_;
  std::string done_;
  std::atomic<int> spooled_count_ = 0;
  std::unique_ptr<TestServer> server_;
};

// Answers "received size, stored size, hash as computed, hash of the file".
Response describe_spool(Request& request) {
  auto size = request.body_file.size();
  auto digest = sha256(request.body_file);
  if (!size.has_value() || !digest.has_value()) return Response::text(500, "no file\n");
  return Response::text(200,
                        fmt::format("{} {} {} {}",
                                    request.body_size,
                                    *size,
                                    request.body_sha256,
                                    hex_lower(*digest) == request.body_sha256));
}

Router TransferTest::router() {
  Router router;
  Route spool;
  spool.method = "POST";
  spool.pattern = "/spool";
  spool.body = BodyPolicy::kSpool;
  spool.body_size_max = kSpoolSizeMax;
  spool.hash_body = true;
  spool.handler = [this](Request& request) {
    ++spooled_count_;
    return describe_spool(request);
  };
  router.add(spool);
  spool.pattern = "/guarded";
  spool.admit = [](const Request& request) -> std::optional<Response> {
    if (request.query_value("token") == "good") return std::nullopt;
    return Response::text(401, "invalid token\n");
  };
  router.add(spool);
  Route memory;
  memory.method = "POST";
  memory.pattern = "/memory";
  memory.body = BodyPolicy::kMemory;
  memory.body_size_max = 8U << 20U;
  memory.handler = [](Request& request) {
    return Response::text(200, fmt::format("{} {}", request.body_size, request.body));
  };
  router.add(memory);
  Route form = memory;
  form.pattern = "/form";
  form.body = BodyPolicy::kSpool;
  form.handler = [](Request& request) {
    const auto boundary = multipart_boundary(request.header("Content-Type").value_or(""));
    if (!boundary.has_value()) return Response::text(400, "no form\n");
    auto parts = parse_multipart(request.body_file, *boundary, Limits());
    if (!parts.has_value()) return Response::text(400, parts.error().message());
    std::string text;
    for (const FormPart& part : *parts) {
      text +=
          fmt::format("{}={}{}:{};", part.name, part.value, part.file_name.value_or(""), part.size);
    }
    return Response::text(200, text);
  };
  router.add(form);
  add_downloads(router);
  return router;
}

void TransferTest::add_downloads(Router& router) {
  Route file;
  file.method = "GET";
  file.pattern = "/file";
  file.handler = [this](Request& request) {
    Response response;
    response.body = FileBody{file_, 0, file_size_};
    response.with("ETag", "\"v1\"");
    apply_conditionals(request, response);
    apply_range(request, response);
    return response;
  };
  router.add(file);
  file.pattern = "/stream/{size}/{how}";
  file.handler = [](Request& request) {
    const std::uint64_t size = parse_decimal(request.captures[0]).value_or(0);
    StreamBody body;
    body.stream = std::make_unique<CountingStream>(size, request.captures[1] == "failing");
    if (request.captures[1] == "sized") body.size = size;
    Response response;
    response.body = std::move(body);
    return response;
  };
  router.add(file);
}

TEST_F(TransferTest, SpoolsLargeBodiesWithLengthOrChunked) {
  start();
  const std::string body = pattern(5'000'017);
  const std::string path = write("body", body);
  const std::string expected =
      fmt::format("5000017 5000017 {} true", hex_lower(sha256(as_bytes(body))));
  EXPECT_EQ(curl("--data-binary @" + path + " " + server_->url("/spool")).output, expected);
  EXPECT_EQ(curl("-T - -X POST " + server_->url("/spool") + " < " + path).output, expected);
  EXPECT_EQ(spool_file_count(), 0U);
}

TEST_F(TransferTest, SpoolsEmptyAndTinyBodies) {
  start();
  EXPECT_THAT(curl("-X POST " + server_->url("/spool")).output, StartsWith("0 0 "));
  EXPECT_THAT(curl("-d x " + server_->url("/spool")).output, StartsWith("1 1 "));
}

TEST_F(TransferTest, TakesChunksOfOneByte) {
  start();
  RawClient client(server_->port());
  std::string request = "POST /spool HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::string body = pattern(200'000);
  for (const char c : body) request += fmt::format("1\r\n{}\r\n", c);
  request += "0\r\n\r\nPOST /memory HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi";
  client.send(request);
  EXPECT_THAT(client.read_response(), HasSubstr(hex_lower(sha256(as_bytes(body)))));
  EXPECT_EQ(body_of(client.read_response()), "2 hi");
}

TEST_F(TransferTest, UndoesContentEncodings) {
  start();
  const std::string body(3'000'000, 'z');
  const std::string hash = hex_lower(sha256(as_bytes(body)));
  const std::vector<std::pair<std::string, Codec>> codings = {{"gzip", Codec::kGzip},
                                                              {"x-gzip", Codec::kGzip},
                                                              {"deflate", Codec::kZlib},
                                                              {"deflate", Codec::kDeflate},
                                                              {"zstd", Codec::kZstd}};
  for (const auto& [name, codec] : codings) {
    const Buffer packed = encode(codec, as_bytes(body));
    const std::string path = write("packed", as_text(packed));
    EXPECT_EQ(curl(fmt::format("-H 'Content-Encoding: {}' --data-binary @{} {}",
                               name,
                               path,
                               server_->url("/spool")))
                  .output,
              fmt::format("{} 3000000 {} true", packed.size(), hash))
        << name;
    EXPECT_EQ(curl(fmt::format("-H 'Content-Encoding: {}' --data-binary @{} {}",
                               name,
                               path,
                               server_->url("/memory")))
                  .output,
              fmt::format("{} {}", packed.size(), body))
        << name;
  }
}

TEST_F(TransferTest, RefusesBadAndUnknownEncodings) {
  start();
  const auto status = [&](const std::string& coding, std::string_view body) {
    const std::string path = write("bad", body);
    return curl(fmt::format("-o /dev/null -w '%{{http_code}}' -H 'Content-Encoding: {}' "
                            "--data-binary @{} {}",
                            coding,
                            path,
                            server_->url("/spool")))
        .output;
  };
  EXPECT_EQ(status("br", "x"), "415");
  EXPECT_EQ(status("gzip", "not gzip at all"), "400");
  const Buffer packed = encode(Codec::kGzip, as_bytes(pattern(100'000)));
  EXPECT_EQ(status("gzip", as_text(Bytes(packed).first(50'000))), "400");
  // 80 MB of zeros in a few KB: over the route's limit once unpacked.
  const Buffer bomb = encode(Codec::kZstd, Buffer(80U << 20U));
  EXPECT_EQ(status("zstd", as_text(bomb)), "413");
  EXPECT_EQ(spooled_count_, 0);
}

TEST_F(TransferTest, AdmitsBeforeTheBodyIsSent) {
  start();
  const std::string path = write("body", pattern(3'000'000));
  const CommandResult refused =
      curl("-i --data-binary @" + path + " " + server_->url("/guarded?token=bad"));
  EXPECT_THAT(refused.output, HasSubstr("401 Unauthorized"));
  EXPECT_THAT(refused.output, Not(HasSubstr("100 Continue")));
  EXPECT_THAT(
      curl("-H Expect: --data-binary @" + path + " " + server_->url("/guarded?token=bad")).output,
      HasSubstr("invalid token"));
  EXPECT_THAT(curl("--data-binary @" + path + " " + server_->url("/guarded?token=good")).output,
              HasSubstr("true"));
}

TEST_F(TransferTest, LeavesNothingOfABodyCutOff) {
  start();
  {
    RawClient client(server_->port());
    client.send("POST /spool HTTP/1.1\r\nHost: a\r\nContent-Length: 10000000\r\n\r\n");
    client.send(pattern(4'000'000));
  }
  {
    RawClient client(server_->port());
    client.send("POST /spool HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab");
  }
  for (int i = 0; i < 100 && server_->server().connection_count() > 0; ++i) ::usleep(20'000);
  EXPECT_EQ(server_->server().connection_count(), 0U);
  EXPECT_EQ(spooled_count_, 0);
  EXPECT_EQ(spool_file_count(), 0U);
}

TEST_F(TransferTest, SaysThatTheDiskIsFull) {
  // A file system of 1 MiB, where the test may mount one; files of at most 1 MiB elsewhere.
  const std::string mount = (folder_->path() / "small").string();
  std::filesystem::create_directory(mount);
  const bool mounted =
      run_command("mount -t tmpfs -o size=1m tmpfs " + mount + " 2>/dev/null").exit_code == 0;
  Server::Options options;
  options.spool_directory = mount;
  start(std::move(options));
  const std::string path = write("body", pattern(3'000'000));
  rlimit unlimited{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &unlimited), 0);
  if (!mounted) {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{1 << 20, unlimited.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
  }
  const auto response = curl("-i -T - -X POST " + server_->url("/spool") + " < " + path).output;
  EXPECT_THAT(response, HasSubstr("507 Insufficient Storage"));
  EXPECT_THAT(response, HasSubstr(mounted ? "No space left on device" : "File too large"));
  if (mounted) {
    EXPECT_THAT(curl("--data-binary @" + path + " " + server_->url("/spool")).output,
                HasSubstr("bytes free, the body has 3000000"));
    EXPECT_THAT(curl("-d x " + server_->url("/spool")).output, StartsWith("1 1 "));
  }
  server_.reset();
  EXPECT_EQ(::setrlimit(RLIMIT_FSIZE, &unlimited), 0);
  if (mounted) {
    EXPECT_EQ(run_command("umount " + mount).exit_code, 0);
  }
}

TEST_F(TransferTest, ReadsFormsOfCurl) {
  start();
  const std::string path = write("a.pdb", pattern(1'500'000));
  EXPECT_EQ(
      curl("-F tag=v1 -F upload_file=@" + path + " -F note=x " + server_->url("/form")).output,
      "tag=v1:2;upload_file=a.pdb:1500000;note=x:1;");
}

TEST_F(TransferTest, SendsFilesWholeAndInRanges) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1'000}, std::size_t{9'000'001}}) {
    const std::string content = pattern(size);
    serve_file(content);
    start();
    EXPECT_TRUE(curl(server_->url("/file")).output == content) << size;
    EXPECT_THAT(curl("-I " + server_->url("/file")).output,
                HasSubstr(fmt::format("Content-Length: {}\r\n", size)));
    if (size == 0) continue;
    EXPECT_TRUE(curl("-r 10-500 " + server_->url("/file")).output == content.substr(10, 491));
    EXPECT_TRUE(curl("-r -7 " + server_->url("/file")).output == content.substr(size - 7));
    EXPECT_TRUE(curl("-r 5- " + server_->url("/file")).output == content.substr(5));
    EXPECT_THAT(curl(fmt::format("-i -r {}- ", size) + server_->url("/file")).output,
                HasSubstr(fmt::format("Content-Range: bytes */{}\r\n", size)));
    EXPECT_THAT(curl("-i -H 'If-None-Match: \"v1\"' " + server_->url("/file")).output,
                StartsWith("HTTP/1.1 304 Not Modified\r\n"));
  }
}

TEST_F(TransferTest, StreamsSizedAndChunked) {
  start();
  for (const char* how : {"sized", "chunked"}) {
    for (const int size : {0, 1, 100'000, 1'000'001}) {
      const std::string body = curl(server_->url(fmt::format("/stream/{}/{}", size, how))).output;
      EXPECT_EQ(body.size(), static_cast<std::size_t>(size)) << how;
      bool right = true;
      for (std::size_t i = 0; i < body.size(); ++i) {
        right = right && body[i] == static_cast<char>('a' + i % 26);
      }
      EXPECT_TRUE(right) << how << size;
    }
  }
  EXPECT_EQ(curl("--http1.0 " + server_->url("/stream/300000/chunked")).output.size(), 300'000U);
}

TEST_F(TransferTest, NeverEndsAFailedStreamAsIfItWereWhole) {
  start();
  EXPECT_EQ(curl("-o /dev/null " + server_->url("/stream/500000/failing")).exit_code, 18);
  const std::string response = curl("-i " + server_->url("/stream/0/failing")).output;
  EXPECT_THAT(response, StartsWith("HTTP/1.1 500 "));
  EXPECT_THAT(response, EndsWith("the disk is gone\n"));
}

TEST_F(TransferTest, ReportsEveryAnswer) {
  serve_file("12345");
  start();
  curl(server_->url("/file"));
  curl("-d x " + server_->url("/spool"));
  curl(server_->url("/none"));
  server_.reset();
  EXPECT_THAT(done_, HasSubstr("GET /file 200 "));
  EXPECT_THAT(done_, HasSubstr("POST /spool 200 "));
  EXPECT_THAT(done_, HasSubstr("GET /none 404 "));
}

class TlsTest : public TransferTest {
 protected:
  TlsTest() {
    const std::string folder = folder_->path().string();
    const auto made = run_command(fmt::format(
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
        "-subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 -keyout {0}/key.pem "
        "-out {0}/cert.pem 2>&1",
        folder));
    EXPECT_EQ(made.exit_code, 0) << made.output;
    options_.tls = TlsOptions{folder + "/cert.pem", folder + "/key.pem"};
    ca_ = "--cacert " + folder + "/cert.pem ";
  }
  Server::Options options_;
  std::string ca_;
};

TEST_F(TlsTest, CarriesBodiesBothWays) {
  const std::string content = pattern(9'000'001);
  serve_file(content);
  start(options_);
  EXPECT_TRUE(curl(ca_ + server_->url("/file")).output == content);
  EXPECT_TRUE(curl(ca_ + "-r 100-50000 " + server_->url("/file")).output ==
              content.substr(100, 49'901));
  const std::string path = write("body", content);
  EXPECT_THAT(curl(ca_ + "--data-binary @" + path + " " + server_->url("/spool")).output,
              StartsWith("9000001 9000001 " + hex_lower(sha256(as_bytes(content)))));
  EXPECT_EQ(curl(ca_ + server_->url("/stream/1000001/chunked")).output.size(), 1'000'001U);
  EXPECT_EQ(curl(ca_ + server_->url("/none")).output, "not found\n");
  EXPECT_NE(curl(server_->url("/none")).exit_code, 0) << "the certificate is not checked";
}

TEST_F(TlsTest, RefusesFilesThatAreNoCertificate) {
  const std::string path = write("junk", "junk");
  Server::Options options;
  options.tls = TlsOptions{path, path};
  EXPECT_THAT(Server::start(std::move(options), Router()),
              IsError(ErrorCode::kInvalidArgument, "TLS certificate"));
}

}  // namespace
}  // namespace sigla::http
