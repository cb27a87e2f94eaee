// SPDX-License-Identifier: Apache-2.0
#include "api/request_table.h"

#include <atomic>
#include <future>

#include "testing/matchers.h"

namespace sigla::api {
namespace {

using std::chrono::seconds;

class Alarm final : public http::Waiter {
 public:
  void wake() override {
    if (!was_woken_.exchange(true)) promise_.set_value();
  }
  bool wait(seconds timeout) { return future_.wait_for(timeout) == std::future_status::ready; }

 private:
  std::atomic<bool> was_woken_ = false;
  std::promise<void> promise_;
  std::future<void> future_ = promise_.get_future();
};

// The state once the work is done.
RequestTable::State finish(RequestTable& table, const std::string& id) {
  const auto alarm = std::make_shared<Alarm>();
  table.call_when_done(id, alarm);
  EXPECT_TRUE(alarm->wait(seconds(10)));
  return table.state(id);
}

TEST(RequestTable, KeepsResults) {
  RequestTable table({});
  ASSERT_OK_AND_ASSIGN(const std::string id, table.start([] { return std::string("done"); }));
  EXPECT_EQ(id.size(), 36U);
  const auto state = finish(table, id);
  ASSERT_TRUE(state.result);
  EXPECT_EQ(*state.result, "done");
  EXPECT_TRUE(table.state(id).result) << "and again";
  EXPECT_FALSE(table.state("nobody").is_known);
}

TEST(RequestTable, TellsThatWorkIsUnderWay) {
  RequestTable table({});
  std::promise<void> go;
  ASSERT_OK_AND_ASSIGN(const std::string id, table.start([&] {
    go.get_future().wait();
    return std::string("x");
  }));
  const auto state = table.state(id);
  EXPECT_TRUE(state.is_known);
  EXPECT_FALSE(state.result);
  go.set_value();
  EXPECT_TRUE(finish(table, id).result);
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
  finish(table, second);
  EXPECT_THAT(table.start(work), IsOk());
}

TEST(RequestTable, ForgetsResults) {
  RequestTable by_time({.result_life = seconds(0)});
  ASSERT_OK_AND_ASSIGN(const std::string old, by_time.start([] { return std::string("x"); }));
  while (by_time.state(old).is_known) std::this_thread::yield();
  RequestTable by_size({.thread_count = 1, .result_size_max = 10});
  ASSERT_OK_AND_ASSIGN(const std::string a, by_size.start([] { return std::string(8, 'x'); }));
  ASSERT_OK_AND_ASSIGN(const std::string b, by_size.start([] { return std::string(8, 'y'); }));
  EXPECT_TRUE(finish(by_size, b).result);
  EXPECT_FALSE(by_size.state(a).is_known);
}

TEST(RequestTable, WakesEverybodyWhoWaitsAndAtOnceWhoComesLate) {
  RequestTable table({});
  std::promise<void> go;
  ASSERT_OK_AND_ASSIGN(const std::string id, table.start([&] {
    go.get_future().wait();
    return std::string("x");
  }));
  std::vector<std::shared_ptr<Alarm>> alarms(3);
  for (auto& alarm : alarms) {
    alarm = std::make_shared<Alarm>();
    table.call_when_done(id, alarm);
  }
  EXPECT_FALSE(alarms[0]->wait(seconds(0)));
  alarms[1].reset();  // left
  go.set_value();
  EXPECT_TRUE(alarms[0]->wait(seconds(10)));
  EXPECT_TRUE(alarms[2]->wait(seconds(10)));
  EXPECT_TRUE(finish(table, id).result);
  EXPECT_FALSE(finish(table, "nobody").is_known);
}

TEST(RequestTable, LetsWaitersGoWhenItEnds) {
  auto table = std::make_unique<RequestTable>(RequestTable::Options{.thread_count = 1});
  std::promise<void> go;
  ASSERT_OK_AND_ASSIGN(const std::string first, table->start([&] {
    go.get_future().wait();
    return std::string();
  }));
  ASSERT_OK_AND_ASSIGN(const std::string second, table->start([] { return std::string(); }));
  const auto alarm = std::make_shared<Alarm>();
  table->call_when_done(second, alarm);
  table->close();
  EXPECT_TRUE(alarm->wait(seconds(10)));
  EXPECT_FALSE(table->state(second).result) << "was never begun";
  go.set_value();
  table.reset();
}

}  // namespace
}  // namespace sigla::api
