// SPDX-License-Identifier: Apache-2.0
#include "os/child_process.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <csignal>

#include "testing/matchers.h"

namespace sigla {
namespace {

using std::chrono::milliseconds;

Result<ChildProcess> shell(std::string script, const File& channel) {
  return ChildProcess::spawn(
      {.command = {"/bin/sh", "-c", std::move(script)}, .environment = {"WORD=one"}}, channel);
}

TEST(ChildProcess, SeesItsChannelAndEnvironmentAndNothingElse) {
  ASSERT_OK_AND_ASSIGN(const File channel, File::create_in_memory("test"));
  const File careless(::fcntl(channel.fd(), F_DUPFD, 57));  // without FD_CLOEXEC
  ASSERT_OK_AND_ASSIGN(
      ChildProcess child,
      shell(fmt::format("test -e /proc/$$/fd/{} || echo $WORD $HOME >&3; exit 7", careless.fd()),
            channel));
  EXPECT_EQ(child.wait().describe(), "exit status 7");
  Buffer buffer(100);
  ASSERT_OK_AND_ASSIGN(const std::size_t size, channel.read_at(buffer, 0));
  EXPECT_EQ(as_text(Bytes(buffer).first(size)), "one\n");
}

TEST(ChildProcess, TellsTheSignalAndWhetherItStillRuns) {
  ASSERT_OK_AND_ASSIGN(const File channel, File::create_in_memory("test"));
  ASSERT_OK_AND_ASSIGN(ChildProcess child, shell("exec sleep 100", channel));
  EXPECT_FALSE(child.wait(milliseconds(20)).has_value());
  child.kill();
  EXPECT_EQ(child.wait().describe(), "SIGKILL");
  EXPECT_TRUE(child.wait(milliseconds(0)).has_value());
}

TEST(ChildProcess, EndsWithItsOwner) {
  ASSERT_OK_AND_ASSIGN(const File channel, File::create_in_memory("test"));
  pid_t pid = -1;
  {
    ASSERT_OK_AND_ASSIGN(const ChildProcess child, shell("exec sleep 100", channel));
    pid = child.pid();
    EXPECT_EQ(::kill(pid, 0), 0);
  }
  EXPECT_EQ(::kill(pid, 0), -1);
}

TEST(ChildProcess, SaysWhyItDoesNotStart) {
  ASSERT_OK_AND_ASSIGN(const File channel, File::create_in_memory("test"));
  EXPECT_THAT(ChildProcess::spawn({.command = {"/does/not/exist"}, .environment = {}}, channel),
              IsError(ErrorCode::kNotFound, "/does/not/exist"));
}

}  // namespace
}  // namespace sigla
