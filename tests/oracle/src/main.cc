// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include "shapes.h"

extern "C" int plain_work(int x);

namespace {

class Circle final : public shapes::Shape {
 public:
  explicit Circle(double radius) : radius_(radius) {}
  double area() const override { return 3.14159 * shapes::clamp(radius_, 0.0, 1e6) * radius_; }

 private:
  double radius_;
};

struct Counter {
  int calls = 0;
  template <typename F>
  int apply(F&& f, int value) {
    ++calls;
    return f(value) + f(value + 1);
  }
};

}  // namespace

int main(int argc, char** argv) {
  const Circle circle(argc);
  const shapes::Shape* all[] = {&circle, &circle};
  shapes::Ring<int, 8> ring;
  Counter counter;
  for (int i = 0; i < argc; ++i) {
    ring.push(counter.apply([&](int v) { return plain_work(v) + i; }, shapes::parse(argv[i])));
  }
  const shapes::Vector<double> a{1, 2}, b{3, static_cast<double>(argc)};
  std::printf("%f %d %f\n", shapes::total_area(all, 2), ring.sum(), (a + b).dot(b));
  return counter.calls;
}
