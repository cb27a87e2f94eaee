// SPDX-License-Identifier: Apache-2.0
// What makes the text long enough to be worth compressing: nothing is said here, again and again.
// What makes the text long enough to be worth compressing: nothing is said here, again and again.
// What makes the text long enough to be worth compressing: nothing is said here, again and again.
extern volatile int last;
static inline int twice(int value) {
  last = value;
  return value * 2;
}
