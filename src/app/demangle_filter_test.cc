// SPDX-License-Identifier: Apache-2.0
#include "app/demangle_filter.h"

#include "demangle/demangle.h"
#include "testing/matchers.h"

namespace sigla::app {
namespace {

class DemangleFilterTest : public testing::Test {
 protected:
  std::string filtered(std::string_view text, std::size_t part_size) {
    std::string out;
    while (!text.empty()) {
      const auto part = filter_.add(text.substr(0, part_size));
      EXPECT_THAT(part, IsOk());
      out += part.value();
      text.remove_prefix(std::min(part_size, text.size()));
    }
    const auto rest = filter_.finish();
    EXPECT_THAT(rest, IsOk());
    return out + rest.value();
  }

  int calls_ = 0;
  DemangleFilter filter_{[this](std::span<const std::string_view> names) {
    ++calls_;
    std::vector<std::string> readable;
    for (const std::string_view name : names) readable.push_back(demangle(name));
    return Result<std::vector<std::string>>(std::move(readable));
  }};
};

TEST_F(DemangleFilterTest, ReplacesNamesAndNothingElse) {
  EXPECT_EQ(
      filtered("  #3 _ZN1a1bEi+0x12\r\n(main) \"$s4main3FooV3bar1xySi_tF\", ??3@YAXPEAX@Z", 1'000),
      "  #3 a::b(int)+0x12\r\n(main) \"Foo.bar(x: Int)\", operator delete(void *)");
  EXPECT_EQ(filtered("It calls _Z1fv. Then? _Z1gv?\n", 1'000), "It calls f(). Then? g()?\n");
  EXPECT_EQ(filtered("_Znonsense x_Z1fv \xff _", 1'000), "_Znonsense x_Z1fv \xff _");
  EXPECT_EQ(filtered("", 1), "");
}

TEST_F(DemangleFilterTest, DoesNotMindWhereTheTextIsCut) {
  const std::string_view text = "a _Z1fv b\n_ZN1a1bEi_ _ZN1a1bEi\n_Z1fv";
  for (std::size_t size = 1; size <= text.size(); ++size) {
    EXPECT_EQ(filtered(text, size), "a f() b\n_ZN1a1bEi_ a::b(int)\nf()") << size;
  }
}

TEST_F(DemangleFilterTest, AsksForEachNameOnce) {
  EXPECT_EQ(filtered("_Z1fv _Z1fv\n", 1'000), "f() f()\n");
  EXPECT_EQ(filtered("_Z1fv\n", 1'000), "f()\n");
  EXPECT_EQ(calls_, 1);
}

TEST_F(DemangleFilterTest, HoldsBackNoMoreThanANameCanBe) {
  const std::string word = "_Z" + std::string(kMangledNameSizeMax, 'x');
  ASSERT_OK_AND_ASSIGN(const std::string out, filter_.add(word));
  EXPECT_EQ(out, word);
}

}  // namespace
}  // namespace sigla::app
