// SPDX-License-Identifier: Apache-2.0
// The test program is its own worker (see main() below).
#include "object/identify_job.h"

#include <gmock/gmock.h>

#include "codec/encoder.h"
#include "testing/fixture.h"
#include "testing/matchers.h"

#if defined(__SANITIZE_ADDRESS__)
#define SIGLA_TEST_HAS_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SIGLA_TEST_HAS_ASAN 1
#endif
#endif

namespace sigla {
namespace {

#ifdef SIGLA_TEST_HAS_ASAN
constexpr bool kSandbox = false;  // sanitizers reserve more address space than a worker may have
#else
constexpr bool kSandbox = true;
#endif

std::unique_ptr<WorkerPool> start_pool() {
  WorkerPool::Options options;
  options.command = {"/proc/self/exe", "worker"};
  options.sandbox = kSandbox;
  auto pool = WorkerPool::start(options);
  EXPECT_THAT(pool, IsOk());
  return std::move(pool).value();
}

File file_with(Bytes content) {
  File file = File::create_in_memory("test").value();
  EXPECT_THAT(file.write_all(content), IsOk());
  return file;
}

TEST(IdentifyJob, IdentifiesInTheWorker) {
  const auto pool = start_pool();
  const Buffer dll = read_fixture("src/formats/pe/testdata/small64.dll");
  const File file = file_with(dll);
  ASSERT_OK_AND_ASSIGN(const IdentifiedFile found,
                       identify_in_worker(*pool, file, "small64.dll", {}));
  ASSERT_EQ(found.objects.size(), 1U);
  EXPECT_EQ(found.objects[0].identity.code_id.text(), "5a0000015000");
  EXPECT_EQ(found.objects[0].identity.pdbs.size(), 1U);
  EXPECT_EQ(found.wrapping, Wrapping::kNone);
  EXPECT_EQ(found.name, "small64.dll");
  EXPECT_EQ(found.size, dll.size());
}

TEST(IdentifyJob, UnwrapsFirst) {
  const auto pool = start_pool();
  const Buffer dll = read_fixture("src/formats/pe/testdata/small64.dll");
  const File file = file_with(encode(Codec::kGzip, dll));
  ASSERT_OK_AND_ASSIGN(const IdentifiedFile found,
                       identify_in_worker(*pool, file, "small64.dll.gz", {}));
  EXPECT_EQ(found.wrapping, Wrapping::kGzip);
  EXPECT_EQ(found.name, "small64.dll");
  EXPECT_EQ(found.objects[0].identity.name, "small64.dll");
  EXPECT_EQ(found.size, dll.size());
  IdentifyOptions as_it_is;
  as_it_is.unwrap = false;
  EXPECT_THAT(identify_in_worker(*pool, file, "small64.dll.gz", as_it_is),
              IsError(ErrorCode::kUnsupported, "no format"));
}

TEST(IdentifyJob, HandsErrorsBack) {
  const auto pool = start_pool();
  EXPECT_THAT(identify_in_worker(*pool, file_with(as_bytes("text")), "a", {}),
              IsError(ErrorCode::kUnsupported, "no format"));
  const Buffer dll = read_fixture("src/formats/pe/testdata/small64.dll");
  EXPECT_THAT(identify_in_worker(*pool, file_with(Bytes(dll).first(300)), "a", {}),
              IsError(ErrorCode::kMalformed, "PE"));
  EXPECT_THAT(identify_in_worker(*pool, file_with(Bytes()), "a", {}),
              IsError(ErrorCode::kUnsupported, "no format"));
}

}  // namespace
}  // namespace sigla

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "worker") {
    sigla::WorkerJobs jobs;
    sigla::add_object_jobs(jobs);
    return sigla::run_worker_process(jobs);
  }
  testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
