// SPDX-License-Identifier: Apache-2.0
#include "api/request_table.h"

#include <future>

#include "testing/matchers.h"

namespace sigla::api {
namespace {

using std::chrono::seconds;

TEST(RequestTable, KeepsResults) {
  RequestTable table({});
  ASSERT_OK_AND_ASSIGN(const std::string id, table.start([] { return std::string("done"); }));
  EXPECT_EQ(id.size(), 36U);
  const auto state = table.wait(id, std::nullopt);
  ASSERT_TRUE(state.result);
  EXPECT_EQ(*state.result, "done");
  EXPECT_TRUE(table.wait(id, seconds(0)).result) << "and again";
  EXPECT_FALSE(table.wait("nobody", seconds(0)).is_known);
}

TEST(RequestTable, TellsThatWorkIsUnderWay) {
  RequestTable table({});
  std::promise<void> go;
  ASSERT_OK_AND_ASSIGN(const std::string id, table.start([&] {
    go.get_future().wait();
    return std::string("x");
  }));
  const auto state = table.wait(id, seconds(0));
  EXPECT_TRUE(state.is_known);
  EXPECT_FALSE(state.result);
  go.set_value();
  EXPECT_TRUE(table.wait(id, seconds(10)).result);
}

TEST(RequestTable, RefusesMoreThanItsLimit) {
  RequestTable table({.thread_count = 1, .pending_count_max = 2});
  std::promise<void> go;
  const std::shared_future<void> gate = go.get_future().share();
  const auto work = [gate] {
    gate.wait();
    return std::string();
  };
  ASSERT_OK_AND_ASSIGN(const std::string first, table.start(work));
  ASSERT_OK_AND_ASSIGN(const std::string second, table.start(work));
  EXPECT_THAT(table.start(work), IsError(ErrorCode::kUnavailable, "2 requests are under way"));
  go.set_value();
  table.wait(second, std::nullopt);
  EXPECT_THAT(table.start(work), IsOk());
}

TEST(RequestTable, ForgetsResults) {
  RequestTable by_time({.result_life = seconds(0)});
  ASSERT_OK_AND_ASSIGN(const std::string old, by_time.start([] { return std::string("x"); }));
  while (by_time.wait(old, seconds(0)).is_known) std::this_thread::yield();
  RequestTable by_size({.thread_count = 1, .result_size_max = 10});
  ASSERT_OK_AND_ASSIGN(const std::string a, by_size.start([] { return std::string(8, 'x'); }));
  ASSERT_OK_AND_ASSIGN(const std::string b, by_size.start([] { return std::string(8, 'y'); }));
  EXPECT_TRUE(by_size.wait(b, std::nullopt).result);
  EXPECT_FALSE(by_size.wait(a, seconds(0)).is_known);
}

TEST(RequestTable, LetsWaitersGoWhenItEnds) {
  auto table = std::make_unique<RequestTable>(RequestTable::Options{.thread_count = 1});
  std::promise<void> go;
  ASSERT_OK_AND_ASSIGN(const std::string first, table->start([&] {
    go.get_future().wait();
    return std::string();
  }));
  go.set_value();
  EXPECT_TRUE(table->wait(first, std::nullopt).result);
  table.reset();
}

}  // namespace
}  // namespace sigla::api
