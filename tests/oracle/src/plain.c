// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <stdlib.h>

static inline int square(int x) { return x * x; }
static inline int sum_of_squares(int x, int y) {
  int sum = square(x);
  sum += square(y);
  return sum;
}

__attribute__((noinline)) static int recurse(int depth) {
  if (depth <= 0) return 1;
  return recurse(depth - 1) + sum_of_squares(depth, depth / 2);
}

int plain_work(int x) {
  if (__builtin_expect(x < 0, 0)) {
    fprintf(stderr, "negative: %d\n", x);
    abort();
  }
  switch (x % 7) {
    case 0: return sum_of_squares(x, 1);
    case 1: return recurse(x);
    case 2: return x << 3;
    case 3: return square(x) - 1;
    case 4: return recurse(x / 2) ^ x;
    default: return -x;
  }
}
