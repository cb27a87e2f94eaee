// SPDX-License-Identifier: Apache-2.0
#include "os/worker_channel.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <chrono>
#include <memory>

#include "testing/bytes_builder.h"
#include "testing/matchers.h"

namespace sigla {
namespace {

class WorkerChannelTest : public testing::Test {
 protected:
  WorkerChannelTest() { connect(); }
  void connect() {
    int ends[2] = {-1, -1};
    SIGLA_CHECK(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    raw_ = File(ends[0]);
    channel_ = std::make_unique<WorkerChannel>(File(ends[1]), 1000);
  }
  // What the channel makes of bytes that a hostile other side sends before it goes away.
  Result<Frame> receive(Bytes bytes) {
    EXPECT_THAT(raw_.write_all(bytes), IsOk());
    raw_ = File();
    return channel_->receive(std::chrono::steady_clock::now() + std::chrono::seconds(5));
  }
  static Buffer frame(std::uint32_t kind,
                      std::uint32_t status,
                      std::uint32_t name_size,
                      std::uint32_t file_count,
                      std::uint64_t payload_size) {
    BytesBuilder b;
    b.u32(kind).u32(status).u32(name_size).u32(file_count).u64(payload_size);
    return b.text("namepayload").build();
  }

  File raw_;
  std::unique_ptr<WorkerChannel> channel_;
};

TEST_F(WorkerChannelTest, ReadsAFrame) {
  ASSERT_OK_AND_ASSIGN(const Frame result, receive(frame(5, 0, 4, 0, 7)));
  EXPECT_EQ(result.kind, FrameKind::kResult);
  EXPECT_EQ(result.name, "name");
  EXPECT_EQ(result.content->payload, "payload");
}

TEST_F(WorkerChannelTest, RejectsEveryTruncation) {
  const Buffer bytes = frame(5, 0, 4, 0, 7);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    connect();
    ASSERT_THAT(receive(Bytes(bytes).first(size)),
                IsError(ErrorCode::kUnavailable, "the other side is gone"));
  }
}

TEST_F(WorkerChannelTest, RejectsAnUnknownKind) {
  EXPECT_THAT(receive(frame(6, 0, 4, 0, 7)), IsError(ErrorCode::kMalformed, "invalid header"));
}

TEST_F(WorkerChannelTest, RejectsAnUnknownErrorCode) {
  EXPECT_THAT(receive(frame(5, 99, 4, 0, 7)), IsError(ErrorCode::kMalformed, "invalid header"));
}

TEST_F(WorkerChannelTest, RejectsAHugeName) {
  EXPECT_THAT(receive(frame(5, 0, 257, 0, 7)), IsError(ErrorCode::kMalformed, "invalid header"));
}

TEST_F(WorkerChannelTest, RejectsFilesThatDidNotCome) {
  EXPECT_THAT(receive(frame(5, 0, 4, 1, 7)), IsError(ErrorCode::kMalformed, "invalid header"));
}

TEST_F(WorkerChannelTest, RejectsAPayloadOverTheLimit) {
  EXPECT_THAT(receive(frame(5, 0, 4, 0, UINT64_MAX)),
              IsError(ErrorCode::kLimitExceeded, "over the limit of 1000"));
}

TEST_F(WorkerChannelTest, GivesUpAtTheDeadline) {
  EXPECT_THAT(channel_->receive(std::chrono::steady_clock::now() + std::chrono::milliseconds(20)),
              IsError(ErrorCode::kLimitExceeded, "out of time"));
  EXPECT_TRUE(channel_->is_quiet());
  raw_ = File();
  EXPECT_FALSE(channel_->is_quiet());
}

}  // namespace
}  // namespace sigla
