// SPDX-License-Identifier: Apache-2.0
// What compilers do with code that symbolication has to undo: templates, calls inlined into calls,
// functions that are folded, split into hot and cold parts, or removed.
#pragma once

#include <cstddef>

namespace shapes {

template <typename T>
struct Vector {
  T x, y;
  constexpr T dot(const Vector& other) const { return x * other.x + y * other.y; }
  Vector operator+(const Vector& other) const { return {x + other.x, y + other.y}; }
};

template <typename T>
inline T clamp(T value, T low, T high) {
  if (value < low) return low;
  return value > high ? high : value;
}

template <typename T, std::size_t N>
class Ring {
 public:
  void push(T value) {
    items_[at_] = value;
    at_ = next(at_);
  }
  T sum() const {
    T total{};
    for (std::size_t i = 0; i < N; ++i) {
      total = total + clamp(items_[i], T(-1000), T(1000));
    }
    return total;
  }

 private:
  static std::size_t next(std::size_t at) { return at + 1 == N ? 0 : at + 1; }
  T items_[N]{};
  std::size_t at_ = 0;
};

class Shape {
 public:
  virtual ~Shape() = default;
  virtual double area() const = 0;
};

double total_area(const Shape* const* shapes, std::size_t count);
int parse(const char* text);
int unused_in_the_end(int value);

}  // namespace shapes
