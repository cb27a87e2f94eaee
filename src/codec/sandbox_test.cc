// SPDX-License-Identifier: Apache-2.0
// Every decoder works in the sandbox of os/sandbox.h, where it will run.
#include "os/sandbox.h"

#include <sys/wait.h>
#include <unistd.h>

#include "codec/archive.h"
#include "codec/cab.h"
#include "codec/testing_files.h"
#include "codec/unwrap.h"

namespace sigla {
namespace {

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SIGLA_TEST_WITHOUT_SANDBOX
#endif
#endif
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && \
    !defined(SIGLA_TEST_WITHOUT_SANDBOX)

// 0, or the number of the file that cannot be read.
int read_all_of(const std::vector<File>& wrapped, const std::vector<File>& archives) {
  const Limits limits;
  int number = 0;
  for (const File& file : wrapped) {
    ++number;
    const auto unwrapped = unwrap(file, limits, [] { return File::create_in_memory("unwrapped"); });
    if (!unwrapped.has_value() || !unwrapped->has_value()) return number;
  }
  for (const File& file : archives) {
    ++number;
    UnpackBudget budget;
    const auto archive = ArchiveReader::open(file, limits, budget);
    if (!archive.has_value()) return number;
    for (int i = 0; i < 2; ++i) {
      const auto entry = (*archive)->next();
      BufferSink sink;
      if (!entry.has_value() || !entry->has_value()) return number;
      if (!(*archive)->extract(sink).has_value()) return number;
    }
  }
  return 0;
}

TEST(Sandbox, LetsEveryDecoderWork) {
  std::vector<File> wrapped;
  for (const char* name : {"seq.gz", "seq.zst", "seq.xz", "seq.lzma", "seq.bz2", "seq.tx_"}) {
    wrapped.push_back(file_of(load_sample(name)));
  }
  std::vector<File> archives;
  for (const char* name : {"two.zip", "two.7z", "two.tar.gz", "two.cab"}) {
    archives.push_back(file_of(load_sample(name)));
  }
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::_exit(enter_sandbox(Limits()).has_value() ? read_all_of(wrapped, archives) : 100);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(pid, &status, 0), pid);
  ASSERT_TRUE(WIFEXITED(status)) << "signal " << WTERMSIG(status);
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

#endif

}  // namespace
}  // namespace sigla
