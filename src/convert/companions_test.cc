// SPDX-License-Identifier: Apache-2.0
#include "convert/companions.h"

#include "testing/fixture.h"
#include "testing/matchers.h"

namespace sigla {
namespace {

CompanionRequest a_request() {
  return {.kind = CompanionKind::kSplitUnit,
          .attempt = 3,
          .dwo_id = 0x0123456789abcdef,
          .name = "a.dwo",
          .directory = "/build",
          .build_id = {1, 2, 0, 255}};
}

TEST(CompanionRequest, SurvivesTheTrip) {
  const std::string encoded = encode_companion_request(a_request());
  EXPECT_THAT(decode_companion_request(as_bytes(encoded)), IsOkAnd(testing::Eq(a_request())));
  const CompanionRequest nothing;
  EXPECT_THAT(decode_companion_request(as_bytes(encode_companion_request(nothing))),
              IsOkAnd(testing::Eq(nothing)));
}

TEST(CompanionRequest, RejectsWhatIsCutOff) {
  const std::string encoded = encode_companion_request(a_request());
  for_every_prefix(as_bytes(encoded), 1, [](Bytes prefix) {
    EXPECT_THAT(decode_companion_request(prefix), IsError(ErrorCode::kMalformed, "truncated"));
  });
  std::string unknown = encoded;
  unknown[0] = 0x7f;
  EXPECT_THAT(decode_companion_request(as_bytes(unknown)),
              IsError(ErrorCode::kMalformed, "kind 127"));
}

class Parent : public WorkerContext {
 public:
  Result<WorkerMessage> ask(std::string_view what, WorkerMessage request) override {
    EXPECT_EQ(what, kAskCompanion);
    SIGLA_TRY_ASSIGN(const auto asked, decode_companion_request(as_bytes(request.payload)));
    if (asked.attempt == 2) return make_error(ErrorCode::kInternal, "no idea");
    WorkerMessage answer;
    if (asked.attempt == 1) return answer;
    answer.payload = "/usr/lib/debug/" + asked.name;
    SIGLA_TRY_ASSIGN(answer.files.emplace_back(), File::create_in_memory("companion"));
    SIGLA_TRY(answer.files.back().write_all(as_bytes("content")));
    return answer;
  }
  const Limits& limits() const override { return limits_; }

 private:
  Limits limits_;
};

TEST(AskForCompanions, GivesWhatTheParentFinds) {
  Parent parent;
  const FindCompanion find = ask_for_companions(parent);
  const auto found = find({.name = "app.debug"});
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(as_text(found->file.bytes()), "content");
  EXPECT_EQ(found->origin, "/usr/lib/debug/app.debug");
  EXPECT_FALSE(find({.attempt = 1}).has_value());
  EXPECT_FALSE(find({.attempt = 2}).has_value());
}

}  // namespace
}  // namespace sigla
