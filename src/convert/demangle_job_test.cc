// SPDX-License-Identifier: Apache-2.0
#include "convert/demangle_job.h"

#include <cstdlib>

#include "base/text.h"
#include "testing/matchers.h"

namespace sigla {
namespace {

using testing::ElementsAre;

// Runs jobs in this process and dies, as a worker would, when a payload has the word in it.
class FragilePool : public WorkerPool {
 public:
  explicit FragilePool(std::string_view deadly) : deadly_(deadly) { add_demangle_job(jobs_); }

  Result<WorkerMessage> run(std::string_view job,
                            WorkerMessage request,
                            const WorkerRequestHandler&,
                            std::chrono::milliseconds) override {
    ++runs;
    if (request.payload.find(deadly_) != std::string::npos) {
      return malformed("worker crashed (SIGSEGV)");
    }
    return jobs_.find(job)->second(std::move(request), context_);
  }

  int runs = 0;

 private:
  class Context : public WorkerContext {
   public:
    Result<WorkerMessage> ask(std::string_view, WorkerMessage) override {
      return make_error(ErrorCode::kInternal, "nobody to ask");
    }
    const Limits& limits() const override { return limits_; }

   private:
    Limits limits_;
  };
  std::string deadly_;
  WorkerJobs jobs_;
  Context context_;
};

TEST(Demangler, AnswersInOrderAndSendsOnlyWhatLooksMangled) {
  FragilePool pool("never");
  const std::string_view names[] = {"main", "_Z1fi", "", "_Z1gv", "_Znonsense"};
  ASSERT_OK_AND_ASSIGN(const auto readable, Demangler(pool).demangle(names));
  EXPECT_THAT(readable, ElementsAre("main", "f(int)", "", "g()", "_Znonsense"));
  EXPECT_EQ(pool.runs, 1);
  const std::string_view plain[] = {"main"};
  ASSERT_OK_AND_ASSIGN(const auto unchanged, Demangler(pool).demangle(plain));
  EXPECT_THAT(unchanged, ElementsAre("main"));
  EXPECT_EQ(pool.runs, 1);
}

TEST(Demangler, LosesOnlyTheNameThatBringsItsWorkerDown) {
  FragilePool pool("bomb");
  const std::string_view names[] = {"_Z1av", "_Z4bombv", "_Z1bv", "_Z1cv", "_Z1dv"};
  ASSERT_OK_AND_ASSIGN(const auto readable, Demangler(pool).demangle(names));
  EXPECT_THAT(readable, ElementsAre("a()", "_Z4bombv", "b()", "c()", "d()"));
}

TEST(Demangler, SendsNamesThatMayExplodeByThemselves) {
  std::string deadly = "?f@@YAXPEAH";
  for (char digit = '0'; digit < '9'; ++digit) deadly += "P6AX" + std::string(7, digit) + "@Z";
  deadly += "@Z";
  FragilePool pool("P6AX888");
  const std::string_view names[] = {"_Z1av", deadly, "_Z1bv"};
  ASSERT_OK_AND_ASSIGN(const auto readable, Demangler(pool).demangle(names));
  EXPECT_THAT(readable, ElementsAre("a()", deadly, "b()"));
  EXPECT_EQ(pool.runs, 2);
}

TEST(Demangler, GivesUpWhenEveryNameIsDeadly) {
  FragilePool pool("bomb");
  const std::vector<std::string_view> names(10'000, "_Z4bombv");
  ASSERT_OK_AND_ASSIGN(const auto readable, Demangler(pool).demangle(names));
  EXPECT_EQ(readable.size(), names.size());
  EXPECT_EQ(readable.back(), "_Z4bombv");
  EXPECT_LT(pool.runs, 30);
}

}  // namespace
}  // namespace sigla
