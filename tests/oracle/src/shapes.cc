// SPDX-License-Identifier: Apache-2.0
#include "shapes.h"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

namespace shapes {
namespace {

class Square : public Shape {
 public:
  explicit Square(double side) : side_(side) {}
  double area() const override { return side_ * side_; }

 private:
  double side_;
};

[[gnu::noinline]] void fail(const char* why) { throw std::runtime_error(why); }

inline int digit(char c) {
  if (c < '0' || c > '9') fail("no digit");
  return c - '0';
}

}  // namespace

double total_area(const Shape* const* shapes, std::size_t count) {
  double total = 0;
  for (std::size_t i = 0; i < count; ++i) total += shapes[i]->area();
  return total + Square(total).area();
}

int parse(const char* text) {
  int value = 0;
  for (; *text != '\0'; ++text) value = clamp(value * 10 + digit(*text), 0, 1'000'000);
  return value;
}

int unused_in_the_end(int value) {
  std::vector<int> numbers(static_cast<std::size_t>(value));
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<int>(i * 7 % 11);
  std::sort(numbers.begin(), numbers.end(), [](int a, int b) { return a % 5 < b % 5; });
  return std::string(numbers.begin(), numbers.end()).size() > 3 ? numbers.front() : value;
}

}  // namespace shapes
